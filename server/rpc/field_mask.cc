#include "server/rpc/field_mask.h"

#include <algorithm>

#include "google/protobuf/descriptor.h"

#include "router/limits.h"
#include "server/rpc/convert_types.h"

namespace tandem::rpc {
namespace {

bool IsSet(const google::protobuf::Message& message,
           const google::protobuf::FieldDescriptor& field) {
  const auto* reflection = message.GetReflection();
  return field.is_repeated() ? reflection->FieldSize(message, &field) > 0
                             : reflection->HasField(message, &field);
}

}  // namespace

std::vector<std::string> FieldsToChange(const google::protobuf::Message& values,
                                        const google::protobuf::FieldMask& mask,
                                        const std::vector<std::string>& names,
                                        const std::string& path, Faults& faults) {
  std::vector<std::string> fields;
  if (mask.paths().empty()) {
    for (const std::string& name : names) {
      if (IsSet(values, *values.GetDescriptor()->FindFieldByName(name))) fields.push_back(name);
    }
    return fields;
  }
  if (mask.paths_size() == 1 && mask.paths(0) == "*") return names;
  if (!faults.HasAtMost(mask.paths_size(), router::kMaxFilterValues, path)) return fields;
  for (int i = 0; i < mask.paths_size(); ++i) {
    if (std::find(names.begin(), names.end(), mask.paths(i)) == names.end()) {
      faults.Add(router::Reason::kFieldMalformed, At(path + ".paths", i),
                 "expected the name of a field that can be changed, but it is another text");
    } else {
      fields.push_back(mask.paths(i));
    }
  }
  return fields;
}

}  // namespace tandem::rpc
