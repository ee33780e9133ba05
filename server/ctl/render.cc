#include "server/ctl/render.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <array>
#include <cwchar>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"

#include "server/ctl/json_fields.h"
#include "yaml-cpp/yaml.h"

namespace tandem::ctl {
namespace {

// True when a reader of YAML would not take the plain text for a text.
bool NeedsQuotes(const std::string& text) {
  static constexpr std::array kWords = {"true", "false", "yes", "no",  "on",
                                        "off",  "y",     "n",   "null"};
  if (text.empty() || text == "~") return true;
  const std::string lower = absl::AsciiStrToLower(text);
  if (std::find(kWords.begin(), kWords.end(), lower) != kWords.end()) return true;
  double number = 0;
  if (absl::SimpleAtod(text, &number)) return true;
  // Dates, times, octals and the like; a duration such as "20s" is none of them.
  return (absl::ascii_isdigit(static_cast<unsigned char>(text[0])) || text[0] == '+' ||
          text[0] == '-' || text[0] == '.') &&
         text.find_first_not_of("0123456789.s") != std::string::npos;
}

void Emit(const Json& json, YAML::Emitter& out) {
  if (json.is_object()) {
    if (json.empty()) out << YAML::Flow;
    out << YAML::BeginMap;
    for (const auto& [key, value] : json.items()) {
      out << YAML::Key;
      Emit(key, out);
      out << YAML::Value;
      Emit(value, out);
    }
    out << YAML::EndMap;
  } else if (json.is_array()) {
    if (json.empty()) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const Json& item : json) Emit(item, out);
    out << YAML::EndSeq;
  } else if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (NeedsQuotes(text)) out << YAML::DoubleQuoted;
    out << text;
  } else if (json.is_null()) {
    out << YAML::Null;
  } else {
    out << json.dump();  // Numbers and booleans are spelled as in JSON.
  }
}

std::string Pad(const std::string& cell, size_t width, TextTable::Align align) {
  const size_t taken = DisplayWidth(cell);
  const std::string blanks(width > taken ? width - taken : 0, ' ');
  return align == TextTable::Align::kRight ? blanks + cell : cell + blanks;
}

}  // namespace

const std::vector<std::string>& FormNames() {
  static const auto& names = *new std::vector<std::string>{"table", "json", "yaml"};
  return names;
}

Form FormOf(std::string_view name) {
  if (name == "json") return Form::kJson;
  return name == "yaml" ? Form::kYaml : Form::kTable;
}

Json ToJson(const google::protobuf::Message& message, Defaults defaults) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = defaults == Defaults::kWrite;
  std::string text;
  // Our messages hold valid timestamps and texts only, as the server checked them.
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) return Json();
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string ToYaml(const Json& json) {
  YAML::Emitter out;
  Emit(json, out);
  return absl::StrCat(out.c_str(), "\n");
}

std::string Render(const Document& document, Form form) {
  switch (form) {
    case Form::kTable:
      return document.text;
    case Form::kJson:
      return document.data.dump(2) + "\n";
    case Form::kYaml:
      return ToYaml(document.data);
  }
  return "";
}

std::string Plain(std::string_view text) {
  std::string plain(text);
  for (size_t i = 0; i < plain.size(); ++i) {
    const auto byte = static_cast<unsigned char>(plain[i]);
    // U+0080 to U+009F are C2 80 to C2 9F.
    const bool c1 =
        byte == 0xC2 && i + 1 < plain.size() && static_cast<unsigned char>(plain[i + 1]) < 0xA0;
    if (absl::ascii_iscntrl(byte)) plain[i] = ' ';
    if (c1) plain[i] = plain[i + 1] = ' ';
  }
  // A quote of a line at fault may begin or end within a character.
  return Json::parse(Json(plain).dump(-1, ' ', false, Json::error_handler_t::replace));
}

size_t DisplayWidth(const std::string& text) {
  // Of the process's own locale it is not asked: that one may know no such characters.
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return CountCharacters(text);
  const locale_t before = uselocale(utf8);
  size_t width = 0;
  std::mbstate_t state = {};
  for (size_t at = 0; at < text.size();) {
    wchar_t character = 0;
    const size_t length = std::mbrtowc(&character, text.data() + at, text.size() - at, &state);
    if (length == 0 || length > text.size() - at) break;  // Not UTF-8, which no server sends.
    width += static_cast<size_t>(std::max(0, wcwidth(character)));
    at += length;
  }
  uselocale(before);
  return width;
}

std::string LabelledLine(const std::string& label, const std::string& value) {
  return value.empty() ? "" : absl::StrFormat("%-14s %s\n", label, Plain(value));
}

std::string OverOldScreen(std::string_view text) {
  // Home, then each line over the old one with its rest erased, then everything below.
  std::string screen = "\x1b[H";
  for (const char byte : text) {
    if (byte == '\n') screen += "\x1b[K";
    screen += byte;
  }
  return screen + "\x1b[J";
}

std::string ShortTime(const google::protobuf::Timestamp& time) {
  using google::protobuf::util::TimeUtil;
  if (time.seconds() == 0 && time.nanos() == 0) return "";
  return TimeUtil::ToString(TimeUtil::SecondsToTimestamp(time.seconds()));
}

std::string ShortEnum(const google::protobuf::EnumValueDescriptor& value) {
  std::string prefix;
  for (const char letter : value.type()->name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(letter)) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(static_cast<unsigned char>(letter));
  }
  return std::string(absl::StripPrefix(value.name(), prefix + "_"));
}

void TextTable::AddRow(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = Plain(cell);
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::ToString() const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = 0;
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i]));
    // Left out when nothing is known of it, but a table without rows keeps its heading.
    const bool known = width > 0 || rows_.empty();
    widths.push_back(known ? std::max(width, DisplayWidth(columns_[i].name)) : 0);
  }
  std::string text;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (widths[i] == 0) continue;
      absl::StrAppend(&line, line.empty() ? "" : "  ",
                      Pad(cell_of(i), widths[i], columns_[i].align));
    }
    absl::StrAppend(&text, absl::StripTrailingAsciiWhitespace(line), "\n");
  };
  add_line([this](size_t i) { return columns_[i].name; });
  for (const auto& row : rows_) {
    add_line([&row](size_t i) { return row[i].empty() ? std::string("-") : row[i]; });
  }
  return text;
}

}  // namespace tandem::ctl
