// Reads a configuration spelled in YAML.
//
// The form is the Configuration message as proto3 JSON with the proto's own (snake_case) field
// names, written in YAML: enum values by name, durations as "20s". It may be split into any number
// of files, each a Configuration of its own; lists of all files are joined in the order of the file
// names.
#ifndef TANDEM_SERVER_CTL_CATALOGUE_H_
#define TANDEM_SERVER_CTL_CATALOGUE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/ctl/catalogue_origin.h"
#include "tandem/v1/configuration.pb.h"

namespace tandem::ctl {

// Reads one document. `name` stands for it in messages.
// On failure: INVALID_ARGUMENT "front.yaml:12: queues[3].urgency: expected …, but …".
[[nodiscard]] absl::StatusOr<tandem::v1::Configuration> ParseCatalogue(const std::string& text,
                                                                       const std::string& name);

// Reads a file, or every *.yaml and *.yml directly in a folder. `origin` learns what stands where.
// On failure: NOT_FOUND when there is nothing to read, INVALID_ARGUMENT as above.
[[nodiscard]] absl::StatusOr<tandem::v1::Configuration> ReadCatalogue(
    const std::string& path, CatalogueOrigin* origin = nullptr);

// Adds the agents of a file in the sample day's form (see day_file.h). Every line must be good: a
// configuration is applied as a whole, so one that lacks somebody is not what was meant.
[[nodiscard]] absl::Status AddDayAgents(const std::string& path,
                                        tandem::v1::Configuration& configuration,
                                        CatalogueOrigin* origin = nullptr);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_CATALOGUE_H_
