// Fills a protobuf message from a YAML node, guided by the message's own description.
#ifndef TANDEM_SERVER_CTL_YAML_MESSAGE_H_
#define TANDEM_SERVER_CTL_YAML_MESSAGE_H_

#include "absl/status/status.h"
#include "google/protobuf/message.h"

#include "yaml-cpp/yaml.h"

namespace tandem::ctl {

// Fills `message`. The node must be a mapping of the message's field names, as in the proto or as
// in proto3 JSON; durations and timestamps are texts, enum values are names, as in proto3 JSON.
// Null means: not set. On failure: INVALID_ARGUMENT "12: queues[3].urgency: expected …, but …", 12
// being the line.
[[nodiscard]] absl::Status FillFromYaml(const YAML::Node& node, google::protobuf::Message& message);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_YAML_MESSAGE_H_
