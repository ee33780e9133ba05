#include "server/ctl/requirement_options.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "server/ctl/yaml_message.h"
#include "server/files/read.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

void ReadRequirement(const std::string& path, v1::Requirement& requirement) {
  const std::optional<std::string> text = files::ReadFileOrInput(path);
  if (!text) {
    throw CLI::ValidationError("--requirement-file", absl::StrCat("expected to read ", path));
  }
  const absl::Status status = ReadYaml(
      *text, path, [&](const YAML::Node& document) { return FillFromYaml(document, requirement); });
  if (!status.ok()) {
    throw CLI::ValidationError("--requirement-file", std::string(status.message()));
  }
}

}  // namespace

void AddSkill(const std::string& text, v1::Requirement& requirement) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
  uint32_t level = 0;
  if (!absl::SimpleAtoi(parts.second, &level)) {
    throw CLI::ValidationError("--skill", "expected SKILL=LEVEL, but got " + text);
  }
  v1::SkillRequirement& skill = *requirement.add_all_of()->add_any_of()->mutable_skill();
  skill.set_skill(parts.first);
  skill.set_level(level);
}

void AddRequirementOptions(CLI::App& command,
                           const std::function<v1::Requirement&()>& requirement) {
  constexpr char kWhat[] = "What is asked of the agent from now on";
  CLI::Option* skill =
      AddTexts(command, "--skill", "A skill at this level; may be given again",
               [requirement](const std::string& text) { AddSkill(text, requirement()); })
          ->type_name("SKILL=LEVEL");
  CLI::Option* only_agent =
      AddTexts(command, "--only-agent", "To be this agent; may be given again",
               [requirement](const std::string& id) { requirement().add_agents(id); })
          ->type_name("ID");
  CLI::Option* file =
      command
          .add_option_function<std::string>(
              "--requirement-file",
              [requirement](const std::string& path) { ReadRequirement(path, requirement()); },
              "A Requirement in YAML or JSON; -: standard input")
          ->type_name("FILE");
  CLI::Option* nothing = command.add_flag_callback(
      "--ask-nothing", [requirement] { (void)requirement(); },
      "Nothing but what its process type asks");
  nothing->excludes(skill)->excludes(only_agent)->excludes(file);
  for (CLI::Option* option : {skill, only_agent, file, nothing}) option->group(kWhat);
}

}  // namespace tandem::ctl
