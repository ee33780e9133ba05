// Fills a protobuf message from a YAML node, guided by the message's own description.
#ifndef TANDEM_SERVER_CTL_YAML_MESSAGE_H_
#define TANDEM_SERVER_CTL_YAML_MESSAGE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

#include "yaml-cpp/yaml.h"

namespace tandem::ctl {

// Fills `message`. The node must be a mapping of the message's field names, as in the proto or as
// in proto3 JSON; durations and timestamps are texts, enum values are names, as in proto3 JSON.
// Null means: not set. On failure: INVALID_ARGUMENT "12: queues[3].urgency: expected …, but …", 12
// being the line. `path` is where the node is in its document; empty: it is the document.
[[nodiscard]] absl::Status FillFromYaml(const YAML::Node& node, google::protobuf::Message& message,
                                        const std::string& path = "");

// The same failure for a node that something else reads: "12: agents[0].count: expected a whole
// number, but found a list". Without `found` the node is described.
[[nodiscard]] absl::Status NotAsExpected(const YAML::Node& node, const std::string& path,
                                         const std::string& expected,
                                         const std::string& found = "");

// Gives a text's document to `read`, and puts `name` before what it fails with. Also on failure:
// INVALID_ARGUMENT "floor.yaml:12: expected YAML, but …".
[[nodiscard]] absl::Status ReadYaml(const std::string& text, const std::string& name,
                                    const std::function<absl::Status(const YAML::Node&)>& read);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_YAML_MESSAGE_H_
