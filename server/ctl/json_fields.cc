#include "server/ctl/json_fields.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tandem::ctl {
namespace {

// How a value appears in a message: short, whatever it is.
std::string DescribeJson(const nlohmann::json& value) {
  constexpr size_t kMaxShown = 60;
  if (value.is_object()) return "an object";
  if (value.is_array()) return absl::StrCat("a list of ", value.size());
  std::string text =
      value.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace);
  if (text.size() > kMaxShown) text = absl::StrCat(text.substr(0, kMaxShown), "…");
  return text;
}

}  // namespace

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;  // Not a continuation byte.
  }));
}

absl::StatusOr<nlohmann::json> ParseJsonObject(std::string_view line) {
  // The parser also refuses what is not UTF-8 and raw control characters, NUL among them.
  try {
    nlohmann::json json = nlohmann::json::parse(line);
    if (!json.is_object()) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected a JSON object, but found ", DescribeJson(json)));
    }
    return json;
  } catch (const nlohmann::json::parse_error& error) {
    // The library's text quotes the input, which may not be printable; the place is enough.
    return absl::InvalidArgumentError(
        absl::StrCat("expected a JSON object, but the text is not JSON in UTF-8 at byte ",
                     std::min(error.byte, line.size())));
  }
}

JsonFields::JsonFields(const nlohmann::json& object, std::string path)
    : object_(object), path_(std::move(path)) {}

void JsonFields::Fail(const absl::Status& status) {
  if (status_.ok()) status_ = status;
}

void JsonFields::FailExpected(const std::string& name, const std::string& expected,
                              const nlohmann::json& found) {
  Fail(absl::InvalidArgumentError(
      absl::StrCat(path_, name, ": expected ", expected, ", but found ", DescribeJson(found))));
}

const nlohmann::json* JsonFields::Take(const std::string& name) {
  taken_.insert(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

const nlohmann::json* JsonFields::TakeRequired(const std::string& name) {
  const nlohmann::json* value = Take(name);
  if (value == nullptr) {
    Fail(absl::InvalidArgumentError(
        absl::StrCat(path_, name, ": expected a value, but the field is missing")));
  }
  return value;
}

void JsonFields::CheckKey(const std::string& name, const std::string& key) {
  constexpr size_t kMaxKeyCharacters = 64;
  if (key.empty() || CountCharacters(key) > kMaxKeyCharacters ||
      key.find('\0') != std::string::npos) {
    FailExpected(name, absl::StrCat("keys of 1 to ", kMaxKeyCharacters, " characters without NUL"),
                 key);
  }
}

std::string JsonFields::Text(const std::string& name, const nlohmann::json& value,
                             size_t max_characters) {
  if (!value.is_string()) {
    FailExpected(name, "a text", value);
    return {};
  }
  const auto& text = value.get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) {
    Fail(absl::InvalidArgumentError(
        absl::StrCat(path_, name, ": expected a text without NUL, but it holds one")));
    return {};
  }
  if (const size_t characters = CountCharacters(text); characters > max_characters) {
    Fail(absl::InvalidArgumentError(absl::StrCat(path_, name, ": expected at most ", max_characters,
                                                 " characters, but found ", characters)));
    return {};
  }
  return text;
}

int JsonFields::Integer(const std::string& name, const nlohmann::json& value, int min, int max) {
  const bool fits = value.is_number_integer() && value.get<int64_t>() >= min &&
                    value.get<int64_t>() <= max &&
                    !(value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT32_MAX});
  if (!fits) {
    FailExpected(name, absl::StrCat("a whole number from ", min, " to ", max), value);
    return min;
  }
  return value.get<int>();
}

double JsonFields::Number(const std::string& name, const nlohmann::json& value, double min,
                          double max) {
  if (!value.is_number() || !(value.get<double>() >= min && value.get<double>() <= max)) {
    FailExpected(name, absl::StrCat("a number from ", min, " to ", max), value);
    return min;
  }
  return value.get<double>();
}

std::string JsonFields::RequiredText(const std::string& name, size_t max_characters) {
  const nlohmann::json* value = TakeRequired(name);
  if (value == nullptr) return {};
  std::string text = Text(name, *value, max_characters);
  if (text.empty()) FailExpected(name, "a text that is not empty", *value);
  return text;
}

std::string JsonFields::OptionalText(const std::string& name, size_t max_characters) {
  const nlohmann::json* value = Take(name);
  return value == nullptr || value->is_null() ? "" : Text(name, *value, max_characters);
}

double JsonFields::RequiredNumber(const std::string& name, double min, double max) {
  const nlohmann::json* value = TakeRequired(name);
  return value == nullptr ? min : Number(name, *value, min, max);
}

std::optional<double> JsonFields::OptionalNumber(const std::string& name, double min, double max) {
  const nlohmann::json* value = Take(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return Number(name, *value, min, max);
}

int JsonFields::RequiredInteger(const std::string& name, int min, int max) {
  const nlohmann::json* value = TakeRequired(name);
  return value == nullptr ? min : Integer(name, *value, min, max);
}

std::optional<int> JsonFields::OptionalInteger(const std::string& name, int min, int max) {
  const nlohmann::json* value = Take(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return Integer(name, *value, min, max);
}

std::string JsonFields::RequiredWord(const std::string& name,
                                     const std::vector<std::string>& allowed) {
  const nlohmann::json* value = TakeRequired(name);
  if (value == nullptr) return {};
  if (!value->is_string() ||
      std::find(allowed.begin(), allowed.end(), value->get<std::string>()) == allowed.end()) {
    FailExpected(name, absl::StrCat("one of ", absl::StrJoin(allowed, ", ")), *value);
    return {};
  }
  return value->get<std::string>();
}

std::vector<std::string> JsonFields::RequiredTexts(const std::string& name, size_t max_items,
                                                   size_t max_characters) {
  const nlohmann::json* value = TakeRequired(name);
  if (value == nullptr) return {};
  if (!value->is_array() || value->size() > max_items) {
    FailExpected(name, absl::StrCat("a list of at most ", max_items, " texts"), *value);
    return {};
  }
  std::vector<std::string> texts;
  for (const nlohmann::json& item : *value) texts.push_back(Text(name, item, max_characters));
  return texts;
}

std::map<std::string, int> JsonFields::OptionalIntegers(const std::string& name, size_t max_items,
                                                        int min, int max) {
  const nlohmann::json* value = Take(name);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_object() || value->size() > max_items) {
    FailExpected(name, absl::StrCat("an object of at most ", max_items, " numbers"), *value);
    return {};
  }
  std::map<std::string, int> integers;
  for (const auto& [key, item] : value->items()) {
    CheckKey(name, key);
    integers[key] = Integer(absl::StrCat(name, ".", key), item, min, max);
  }
  return integers;
}

std::map<std::string, std::string> JsonFields::OptionalTextMap(const std::string& name,
                                                               size_t max_items,
                                                               size_t max_characters) {
  const nlohmann::json* value = Take(name);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_object() || value->size() > max_items) {
    FailExpected(name, absl::StrCat("an object of at most ", max_items, " texts"), *value);
    return {};
  }
  std::map<std::string, std::string> texts;
  for (const auto& [key, item] : value->items()) {
    CheckKey(name, key);
    texts[key] = Text(absl::StrCat(name, ".", key), item, max_characters);
  }
  return texts;
}

std::pair<int, int> JsonFields::RequiredSpan(const std::string& name, int min, int max) {
  const nlohmann::json* value = TakeRequired(name);
  if (value == nullptr) return {};
  if (!value->is_array() || value->size() != 2) {
    FailExpected(name, "a list of two numbers", *value);
    return {};
  }
  const std::pair<int, int> span = {Integer(name, (*value)[0], min, max),
                                    Integer(name, (*value)[1], min, max)};
  if (status_.ok() && span.first >= span.second) {
    FailExpected(name, "a start before its end", *value);
  }
  return span;
}

const nlohmann::json* JsonFields::OptionalObject(const std::string& name) {
  const nlohmann::json* value = Take(name);
  if (value == nullptr || value->is_null()) return nullptr;
  if (!value->is_object()) {
    FailExpected(name, "an object", *value);
    return nullptr;
  }
  return value;
}

const nlohmann::json* JsonFields::RequiredObject(const std::string& name) {
  const nlohmann::json* value = TakeRequired(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) {
    FailExpected(name, "an object", *value);
    return nullptr;
  }
  return value;
}

absl::Status JsonFields::Finish() {
  for (const auto& [key, value] : object_.items()) {
    if (!taken_.contains(key)) {
      Fail(absl::InvalidArgumentError(
          absl::StrCat("expected known fields, but found \"", path_, key, "\"")));
    }
  }
  return status_;
}

}  // namespace tandem::ctl
