#include "server/ctl/configuration_diff.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

namespace tandem::ctl {
namespace {

using google::protobuf::Message;

// With the names that a file has, and with every scalar, so that 0 and false are values.
Json Spell(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) return Json();
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

// What a message that says nothing has.
bool IsDefault(const Json& value) {
  if (value.is_object()) {
    return std::all_of(value.begin(), value.end(), [](const Json& one) { return IsDefault(one); });
  }
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return text.empty() || text == "0" || text == "0s" || absl::EndsWith(text, "_UNSPECIFIED");
  }
  if (value.is_number()) return value.get<double>() == 0;
  return value.is_null() || value.empty() || value == Json(false);
}

// Without what it does not say.
Json Short(const Json& value) {
  if (value.is_array()) {
    Json list = Json::array();
    for (const Json& one : value) list.push_back(Short(one));
    return list;
  }
  if (!value.is_object()) return value;
  Json object = Json::object();
  for (const auto& [name, one] : value.items()) {
    if (!IsDefault(one)) object[name] = Short(one);
  }
  return object;
}

// Their first fields, when these are texts that tell the elements apart; else empty.
std::vector<std::string> NamesOf(const Json& list) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const Json& element : list) {
    if (!element.is_object() || element.empty() || !element.begin()->is_string()) return {};
    names.push_back(element.begin()->get<std::string>());
    if (names.back().empty() || !seen.insert(names.back()).second) return {};
  }
  return names;
}

class Differ {
 public:
  void Compare(const std::string& path, const Json& before, const Json& after) {
    if (before == after || (IsDefault(before) && IsDefault(after))) return;
    if (before.is_array() || after.is_array()) {
      CompareLists(path, before.is_array() ? before : Json::array(),
                   after.is_array() ? after : Json::array());
    } else if (before.is_object() && after.is_object()) {
      CompareObjects(path, before, after);
    } else {
      Add(path, before, after);
    }
  }

  std::vector<ValueChange> Take() { return std::move(changes_); }

 private:
  void Add(const std::string& path, const Json& before, const Json& after) {
    changes_.push_back({path, Short(before), Short(after)});
  }

  void CompareObjects(const std::string& path, const Json& before, const Json& after) {
    const auto inner = [&path](const std::string& name) { return absl::StrCat(path, ".", name); };
    for (const auto& [name, value] : before.items()) {
      const auto found = after.find(name);
      Compare(inner(name), value, found == after.end() ? Json() : *found);
    }
    for (const auto& [name, value] : after.items()) {
      if (!before.contains(name)) Compare(inner(name), Json(), value);
    }
  }

  void CompareLists(const std::string& path, const Json& before, const Json& after) {
    const size_t already = changes_.size();
    const std::vector<std::string> old_names = NamesOf(before);
    const std::vector<std::string> new_names = NamesOf(after);
    const bool named = old_names.size() == before.size() && new_names.size() == after.size();
    if (named) {
      CompareNamed(path, before, old_names, after, new_names);
    } else {
      CompareNameless(path, before, after);
    }
    if (changes_.size() > already) return;
    Add(path, named ? Json(old_names) : before, named ? Json(new_names) : after);
  }

  void CompareNamed(const std::string& path, const Json& before,
                    const std::vector<std::string>& old_names, const Json& after,
                    const std::vector<std::string>& new_names) {
    for (size_t i = 0; i < old_names.size(); ++i) {
      const auto found = std::find(new_names.begin(), new_names.end(), old_names[i]);
      if (found == new_names.end()) {
        Add(path, before[i], Json());
      } else {
        const auto at = static_cast<size_t>(found - new_names.begin());
        Compare(absl::StrCat(path, "[", old_names[i], "]"), before[i], after[at]);
      }
    }
    for (size_t i = 0; i < new_names.size(); ++i) {
      if (std::find(old_names.begin(), old_names.end(), new_names[i]) == old_names.end()) {
        Add(path, Json(), after[i]);
      }
    }
  }

  // When as many went as came, each is taken for the one that became the other.
  void CompareNameless(const std::string& path, const Json& before, const Json& after) {
    std::vector<size_t> gone;
    Json added = after;
    for (size_t i = 0; i < before.size(); ++i) {
      const auto same = std::find(added.begin(), added.end(), before[i]);
      if (same == added.end()) {
        gone.push_back(i);
      } else {
        added.erase(same);
      }
    }
    const bool pairs = gone.size() == added.size() && !gone.empty() && before[gone[0]].is_object();
    for (size_t i = 0; pairs && i < gone.size(); ++i) {
      Compare(absl::StrCat(path, "[", gone[i], "]"), before[gone[i]], added[i]);
    }
    if (pairs) return;
    for (const size_t i : gone) Add(path, before[i], Json());
    for (const Json& element : added) Add(path, Json(), element);
  }

  std::vector<ValueChange> changes_;
};

// Text without quotes, all else as in JSON.
std::string ShowValue(const Json& value) {
  constexpr size_t kMostShown = 100;
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.empty()) text = "\"\"";
  if (text.size() <= kMostShown) return Plain(text);
  size_t end = kMostShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return Plain(absl::StrCat(text.substr(0, end), "…"));
}

}  // namespace

std::vector<ValueChange> DiffFields(const Message& before, const Message& after,
                                    const google::protobuf::RepeatedPtrField<std::string>& fields) {
  const Json old_values = Spell(before);
  const Json new_values = Spell(after);
  const auto value_of = [](const Json& values, const std::string& field) {
    const auto found = values.find(field);
    return found == values.end() ? Json() : *found;
  };
  Differ differ;
  for (const std::string& field : fields) {
    differ.Compare(field, value_of(old_values, field), value_of(new_values, field));
  }
  return differ.Take();
}

std::string ToString(const ValueChange& change) {
  if (change.before.is_null()) {
    return absl::StrCat("+ ", change.path, ": ", ShowValue(change.after));
  }
  if (change.after.is_null()) {
    return absl::StrCat("- ", change.path, ": ", ShowValue(change.before));
  }
  return absl::StrCat("~ ", change.path, ": ", ShowValue(change.before), " -> ",
                      ShowValue(change.after));
}

}  // namespace tandem::ctl
