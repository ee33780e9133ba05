// Strict reading of one JSON object's fields: types, ranges, sizes, and no field that nobody asked
// for.
#ifndef TANDEM_SERVER_CTL_JSON_FIELDS_H_
#define TANDEM_SERVER_CTL_JSON_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nlohmann/json.hpp"

namespace tandem::ctl {

// The number of characters (code points) of a valid UTF-8 text.
[[nodiscard]] size_t CountCharacters(std::string_view text);

// A line that must hold one JSON object. On failure: INVALID_ARGUMENT.
[[nodiscard]] absl::StatusOr<nlohmann::json> ParseJsonObject(std::string_view line);

// Reads the fields of one object, each at most once, and remembers the first fault. A getter that
// meets a fault returns an empty value, so that a reader can ask for everything and look at the
// end.
class JsonFields {
 public:
  // `path` is put in front of names in messages: "customer.". `object` must outlive this.
  JsonFields(const nlohmann::json& object, std::string path);

  JsonFields(const JsonFields&) = delete;
  JsonFields& operator=(const JsonFields&) = delete;

  [[nodiscard]] std::string RequiredText(const std::string& name, size_t max_characters);
  [[nodiscard]] std::string OptionalText(const std::string& name, size_t max_characters);
  [[nodiscard]] double RequiredNumber(const std::string& name, double min, double max);
  // Unset when the field is absent or null.
  [[nodiscard]] std::optional<double> OptionalNumber(const std::string& name, double min,
                                                     double max);
  [[nodiscard]] int RequiredInteger(const std::string& name, int min, int max);
  [[nodiscard]] std::optional<int> OptionalInteger(const std::string& name, int min, int max);
  // One of `allowed`.
  [[nodiscard]] std::string RequiredWord(const std::string& name,
                                         const std::vector<std::string>& allowed);
  [[nodiscard]] std::vector<std::string> RequiredTexts(const std::string& name, size_t max_items,
                                                       size_t max_characters);
  [[nodiscard]] std::map<std::string, int> OptionalIntegers(const std::string& name,
                                                            size_t max_items, int min, int max);
  [[nodiscard]] std::map<std::string, std::string> OptionalTextMap(const std::string& name,
                                                                   size_t max_items,
                                                                   size_t max_characters);
  // Two integers in order, the first below the second.
  [[nodiscard]] std::pair<int, int> RequiredSpan(const std::string& name, int min, int max);
  // An object to be read with JsonFields of its own, or nullptr.
  [[nodiscard]] const nlohmann::json* OptionalObject(const std::string& name);
  [[nodiscard]] const nlohmann::json* RequiredObject(const std::string& name);

  // Notes a fault of a part that was read elsewhere.
  void Fail(const absl::Status& status);

  // OK when nothing was wrong and every field of the object was asked for.
  [[nodiscard]] absl::Status Finish();

 private:
  // The field's value, or nullptr when it is absent. Marks it as asked for.
  const nlohmann::json* Take(const std::string& name);
  const nlohmann::json* TakeRequired(const std::string& name);
  void FailExpected(const std::string& name, const std::string& expected,
                    const nlohmann::json& found);
  void CheckKey(const std::string& name, const std::string& key);
  std::string Text(const std::string& name, const nlohmann::json& value, size_t max_characters);
  int Integer(const std::string& name, const nlohmann::json& value, int min, int max);
  double Number(const std::string& name, const nlohmann::json& value, double min, double max);

  const nlohmann::json& object_;
  const std::string path_;
  std::set<std::string> taken_;
  absl::Status status_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_JSON_FIELDS_H_
