#include "server/ctl/catalogue.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "server/ctl/day_convert.h"
#include "server/ctl/day_file.h"
#include "server/ctl/yaml_message.h"
#include "server/files/read.h"
#include "yaml-cpp/yaml.h"

namespace tandem::ctl {
namespace {

using tandem::v1::Configuration;

absl::StatusOr<std::vector<std::filesystem::path>> ListFiles(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) {
    return std::vector<std::filesystem::path>{path};
  }
  std::vector<std::filesystem::path> files;
  std::filesystem::directory_iterator entries(path, error);
  if (error) {
    return absl::NotFoundError(
        absl::StrCat("expected a file or a folder at ", path, ", but ", error.message()));
  }
  for (const auto& entry : entries) {
    const std::filesystem::path extension = entry.path().extension();
    if (entry.is_regular_file(error) && (extension == ".yaml" || extension == ".yml")) {
      files.push_back(entry.path());
    }
  }
  if (files.empty()) {
    return absl::NotFoundError(absl::StrCat("expected *.yaml in ", path, ", but there is none"));
  }
  std::sort(files.begin(), files.end());
  return files;
}

absl::StatusOr<Configuration> Parse(const std::string& text, const std::string& name,
                                    CatalogueOrigin* origin) {
  Configuration configuration;
  const absl::Status status = ReadYaml(text, name, [&](const YAML::Node& document) {
    if (document.IsNull()) return absl::OkStatus();  // Comments only.
    absl::Status filled = FillFromYaml(document, configuration);
    if (origin != nullptr) origin->AddDocument(name, document, configuration);
    return filled;
  });
  if (!status.ok()) return status;
  return configuration;
}

}  // namespace

absl::StatusOr<Configuration> ParseCatalogue(const std::string& text, const std::string& name) {
  return Parse(text, name, nullptr);
}

absl::StatusOr<Configuration> ReadCatalogue(const std::string& path, CatalogueOrigin* origin) {
  const absl::StatusOr<std::vector<std::filesystem::path>> files = ListFiles(path);
  if (!files.ok()) return files.status();
  Configuration merged;
  for (const std::filesystem::path& file : *files) {
    const std::optional<std::string> text = files::ReadFile(file.string());
    if (!text) return absl::NotFoundError(absl::StrCat("expected to read ", file.string()));
    absl::StatusOr<Configuration> part = Parse(*text, file.string(), origin);
    if (!part.ok()) return part.status();
    merged.MergeFrom(*part);
  }
  return merged;
}

absl::Status AddDayAgents(const std::string& path, Configuration& configuration,
                          CatalogueOrigin* origin) {
  const absl::StatusOr<DayFile<DayAgent>> file = ReadDayAgentsFile(path);
  if (!file.ok()) return file.status();
  if (!file->errors.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", ToString(file->errors.front())));
  }
  std::vector<int64_t> lines;
  for (const DayAgent& agent : file->items) {
    *configuration.add_agents() = ToAgent(agent);
    lines.push_back(agent.line);
  }
  if (origin != nullptr) origin->AddAgentLines(path, std::move(lines));
  return absl::OkStatus();
}

}  // namespace tandem::ctl
