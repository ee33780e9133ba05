// Where what a configuration says stands in the files that it was read from.
#ifndef TANDEM_SERVER_CTL_CATALOGUE_ORIGIN_H_
#define TANDEM_SERVER_CTL_CATALOGUE_ORIGIN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tandem/v1/configuration.pb.h"
#include "yaml-cpp/yaml.h"

namespace tandem::ctl {

// The files of one configuration, in the order in which their lists were joined.
class CatalogueOrigin {
 public:
  // A file that spells `part`.
  void AddDocument(const std::string& file, const YAML::Node& document,
                   const tandem::v1::Configuration& part);

  // A file that has an agent on each of these lines.
  void AddAgentLines(const std::string& file, std::vector<int64_t> lines);

  // "floor.yaml:31: agent maria: skills[1].level" for "configuration.agents[4].skills[1].level" of
  // the joined configuration: the line is that of the field, or of what should have it. The field
  // itself where it is in no file.
  [[nodiscard]] std::string NameField(const tandem::v1::Configuration& joined,
                                      const std::string& field) const;

 private:
  struct Part {
    std::string file;
    YAML::Node document;
    std::map<std::string, size_t> sizes;  // Of each list, by its field's name.
    std::vector<int64_t> agent_lines;     // Of a file of agents.
  };
  std::vector<Part> parts_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_CATALOGUE_ORIGIN_H_
