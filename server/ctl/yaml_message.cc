#include "server/ctl/yaml_message.h"

#include <cstdint>
#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/time_util.h"

namespace tandem::ctl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::util::TimeUtil;

// Deeper nesting is a mistake, or an alias that holds itself.
constexpr int kMaxDepth = 32;

absl::Status Refuse(const YAML::Node& node, const std::string& path, const std::string& expected,
                    const std::string& found) {
  return absl::InvalidArgumentError(absl::StrCat(node.Mark().line + 1, ": ", path,
                                                 path.empty() ? "" : ": ", "expected ", expected,
                                                 ", but found ", found));
}

std::string Describe(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null:
      return "nothing";
    case YAML::NodeType::Scalar:
      return absl::StrCat("\"", node.Scalar().substr(0, 60), "\"");
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a mapping";
  }
  return "something else";
}

// One value for one place: a field itself, or an element of a repeated field.
class FieldWriter {
 public:
  FieldWriter(Message& message, const FieldDescriptor& field)
      : message_(message), reflection_(*message.GetReflection()), field_(field) {}

  // Writes a scalar. False when the text is no value of the field's type.
  [[nodiscard]] bool Write(const std::string& text) const;

  // The message to fill in.
  [[nodiscard]] Message& Sub() const {
    return field_.is_repeated() ? *reflection_.AddMessage(&message_, &field_)
                                : *reflection_.MutableMessage(&message_, &field_);
  }

 private:
  template <typename Value>
  bool Put(void (Reflection::*set)(Message*, const FieldDescriptor*, Value) const,
           void (Reflection::*add)(Message*, const FieldDescriptor*, Value) const,
           Value value) const {
    (reflection_.*(field_.is_repeated() ? add : set))(&message_, &field_, value);
    return true;
  }

  Message& message_;
  const Reflection& reflection_;
  const FieldDescriptor& field_;
};

bool FieldWriter::Write(const std::string& text) const {
  using R = Reflection;
  int32_t int32 = 0;
  uint32_t uint32 = 0;
  int64_t int64 = 0;
  uint64_t uint64 = 0;
  double number = 0;
  switch (field_.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::SimpleAtoi(text, &int32) && Put(&R::SetInt32, &R::AddInt32, int32);
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::SimpleAtoi(text, &int64) && Put(&R::SetInt64, &R::AddInt64, int64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::SimpleAtoi(text, &uint32) && Put(&R::SetUInt32, &R::AddUInt32, uint32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::SimpleAtoi(text, &uint64) && Put(&R::SetUInt64, &R::AddUInt64, uint64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::SimpleAtod(text, &number) && Put(&R::SetDouble, &R::AddDouble, number);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return absl::SimpleAtod(text, &number) &&
             Put(&R::SetFloat, &R::AddFloat, static_cast<float>(number));
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return false;
      return Put(&R::SetBool, &R::AddBool, text == "true");
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = field_.enum_type()->FindValueByName(text);
      return value != nullptr && Put(&R::SetEnumValue, &R::AddEnumValue, value->number());
    }
    case FieldDescriptor::CPPTYPE_STRING:
      if (field_.is_repeated()) {
        reflection_.AddString(&message_, &field_, text);
      } else {
        reflection_.SetString(&message_, &field_, text);
      }
      return true;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return false;
  }
  return false;
}

std::string Expected(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::StrCat("a name of ", field.enum_type()->name());
    case FieldDescriptor::CPPTYPE_STRING:
      return "a text";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return absl::StrCat("a mapping with the fields of ", field.message_type()->name());
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return "a whole number of 0 or more";
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return "a whole number";
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return "a number";
  }
  return "a value";
}

absl::Status Fill(const YAML::Node& node, const std::string& path, int depth, Message& message);

absl::Status FillValue(const YAML::Node& node, const std::string& path, int depth,
                       const FieldDescriptor& field, Message& message) {
  const FieldWriter writer(message, field);
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    if (node.IsScalar() && writer.Write(node.Scalar())) return absl::OkStatus();
    return Refuse(node, path, Expected(field), Describe(node));
  }
  Message& sub = writer.Sub();
  if (auto* duration = dynamic_cast<google::protobuf::Duration*>(&sub)) {
    if (node.IsScalar() && TimeUtil::FromString(node.Scalar(), duration)) return absl::OkStatus();
    return Refuse(node, path, "a duration such as 20s", Describe(node));
  }
  if (auto* timestamp = dynamic_cast<google::protobuf::Timestamp*>(&sub)) {
    if (node.IsScalar() && TimeUtil::FromString(node.Scalar(), timestamp)) return absl::OkStatus();
    return Refuse(node, path, "an instant such as 2025-01-31T08:00:00Z", Describe(node));
  }
  return Fill(node, path, depth + 1, sub);
}

// A map: its entries are messages with a key and a value.
absl::Status FillMap(const YAML::Node& node, const std::string& path, int depth,
                     const FieldDescriptor& field, Message& message) {
  if (!node.IsMap()) return Refuse(node, path, "a mapping", Describe(node));
  const Descriptor& type = *field.message_type();
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) return Refuse(entry.first, path, "a key", Describe(entry.first));
    const std::string& key = entry.first.Scalar();
    if (!seen.insert(key).second) {
      return Refuse(entry.first, path, "each key once",
                    absl::StrCat("\"", key.substr(0, 60), "\" again"));
    }
    Message& sub = FieldWriter(message, field).Sub();
    const absl::Status wrong_key =
        FillValue(entry.first, path, depth, *type.FindFieldByNumber(1), sub);
    if (!wrong_key.ok()) return wrong_key;
    const absl::Status wrong_value = FillValue(entry.second, absl::StrCat(path, ".", key), depth,
                                               *type.FindFieldByNumber(2), sub);
    if (!wrong_value.ok()) return wrong_value;
  }
  return absl::OkStatus();
}

absl::Status FillField(const YAML::Node& node, const std::string& path, int depth,
                       const FieldDescriptor& field, Message& message) {
  if (node.IsNull()) return absl::OkStatus();
  if (field.is_map()) return FillMap(node, path, depth, field, message);
  if (!field.is_repeated()) return FillValue(node, path, depth, field, message);
  if (!node.IsSequence()) return Refuse(node, path, "a list", Describe(node));
  for (size_t i = 0; i < node.size(); ++i) {
    const absl::Status status =
        FillValue(node[i], absl::StrCat(path, "[", i, "]"), depth, field, message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Fill(const YAML::Node& node, const std::string& path, int depth, Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  if (depth > kMaxDepth) return Refuse(node, path, "less nesting", "too much");
  if (!node.IsMap()) {
    return Refuse(node, path, absl::StrCat("a mapping with the fields of ", type.name()),
                  Describe(node));
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) {
      return Refuse(entry.first, path, "a field name", Describe(entry.first));
    }
    const std::string& name = entry.first.Scalar();
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr) field = type.FindFieldByCamelcaseName(name);
    if (field == nullptr) {
      return Refuse(entry.first, path, absl::StrCat("a field of ", type.name()),
                    absl::StrCat("\"", name.substr(0, 60), "\""));
    }
    if (!seen.insert(field->name()).second) {
      return Refuse(entry.first, path, "each field once", absl::StrCat("\"", name, "\" again"));
    }
    if (const FieldDescriptor* other = field->containing_oneof() == nullptr
                                           ? nullptr
                                           : message.GetReflection()->GetOneofFieldDescriptor(
                                                 message, field->containing_oneof())) {
      return Refuse(entry.first, path, absl::StrCat("one of ", other->name(), " and ", name),
                    "both");
    }
    const std::string inner = path.empty() ? name : absl::StrCat(path, ".", name);
    const absl::Status status = FillField(entry.second, inner, depth, *field, message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FillFromYaml(const YAML::Node& node, Message& message, const std::string& path) {
  return Fill(node, path, 0, message);
}

absl::Status NotAsExpected(const YAML::Node& node, const std::string& path,
                           const std::string& expected, const std::string& found) {
  return Refuse(node, path, expected, found.empty() ? Describe(node) : found);
}

absl::Status ReadYaml(const std::string& text, const std::string& name,
                      const std::function<absl::Status(const YAML::Node&)>& read) {
  try {
    const absl::Status status = read(YAML::Load(text));
    if (status.ok()) return status;
    return absl::InvalidArgumentError(absl::StrCat(name, ":", status.message()));
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ":", error.mark.line + 1, ": expected YAML, but ", error.msg));
  }
}

}  // namespace tandem::ctl
