// Messages as people and programs want to see them: tables, JSON, YAML.
#ifndef TANDEM_SERVER_CTL_RENDER_H_
#define TANDEM_SERVER_CTL_RENDER_H_

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/generated_enum_reflection.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

#include "nlohmann/json.hpp"

namespace tandem::ctl {

enum class Form { kTable, kJson, kYaml };

// The names of the forms, in the order of the enum.
[[nodiscard]] const std::vector<std::string>& FormNames();
// Requires one of FormNames().
[[nodiscard]] Form FormOf(std::string_view name);

using Json = nlohmann::ordered_json;

// Whether fields that hold their type's default are written: for figures, where 0 is a result.
enum class Defaults { kLeaveOut, kWrite };

// As proto3 JSON.
[[nodiscard]] Json ToJson(const google::protobuf::Message& message,
                          Defaults defaults = Defaults::kLeaveOut);

// A YAML document of the same, ended by a newline. A text that YAML would take for something else
// is quoted.
[[nodiscard]] std::string ToYaml(const Json& json);

// What a reading command found: for people, and for programs.
struct Document {
  std::string text;  // Ended by a newline.
  Json data;
};

// The document in the form asked for, ended by a newline.
[[nodiscard]] std::string Render(const Document& document, Form form);

// One line of text that does nothing to a terminal: control characters become blanks, and what is
// no character a mark of it.
[[nodiscard]] std::string Plain(std::string_view text);

// How many columns of a terminal a plain text takes: most characters one, Chinese ones two, accents
// that are characters of their own none.
[[nodiscard]] size_t DisplayWidth(const std::string& text);

// "state          QUEUED", ended by a newline; empty when the value is.
[[nodiscard]] std::string LabelledLine(const std::string& label, const std::string& value);

// The text over what stood on the terminal before, line by line, so that it does not flicker.
[[nodiscard]] std::string OverOldScreen(std::string_view text);

// "2025-01-31T08:00:00Z", without fractions; empty when unset (zero).
[[nodiscard]] std::string ShortTime(const google::protobuf::Timestamp& time);

// "QUEUED" of TICKET_STATE_QUEUED: the name without its enum's own.
[[nodiscard]] std::string ShortEnum(const google::protobuf::EnumValueDescriptor& value);
// The same of a value; its number when it has no name, as that of a newer server.
template <typename Enum>
[[nodiscard]] std::string ShortEnum(Enum value) {
  const auto* named = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value);
  return named == nullptr ? std::to_string(static_cast<int>(value)) : ShortEnum(*named);
}

// Text in columns, two blanks between them. A column of which nothing is known ("") in any row is
// left out; one such cell is "-".
class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string name;
    Align align = Align::kLeft;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Requires one cell for each column.
  void AddRow(std::vector<std::string> cells);
  // A heading and the rows, each ended by a newline.
  [[nodiscard]] std::string ToString() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_RENDER_H_
