#include "server/ctl/catalogue_origin.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"

#include "server/ctl/kinds.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// "agents[4]" is a name and an index, "level" a name alone.
struct Step {
  std::string name;
  int index = -1;
};

Step ToStep(std::string_view text) {
  const size_t bracket = text.find('[');
  Step step{std::string(text.substr(0, bracket))};
  if (bracket == std::string_view::npos || text.back() != ']') return step;
  const std::string index(text.substr(bracket + 1, text.size() - bracket - 2));
  if (!absl::SimpleAtoi(index, &step.index)) step.index = -1;
  return step;
}

// "processTypes" of "process_types", which YAML may say as well.
std::string CamelCase(const std::string& name) {
  std::string camel;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool begins_word = name[i] == '_' && i + 1 < name.size();
    camel += begins_word ? absl::ascii_toupper(static_cast<unsigned char>(name[++i])) : name[i];
  }
  return camel;
}

YAML::Node ChildOf(const YAML::Node& node, const std::string& name) {
  if (!node.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
  const YAML::Node child = node[name];
  return child.IsDefined() ? child : node[CamelCase(name)];
}

// The line of the last step that the document has, from 1; 0 when it does not even have the first.
int LineOf(const YAML::Node& document, const std::vector<Step>& steps) {
  int line = 0;
  YAML::Node at;
  at.reset(document);
  for (const Step& step : steps) {
    const YAML::Node child = ChildOf(at, step.name);
    if (!child.IsDefined() || child.IsNull()) break;
    at.reset(child);
    line = at.Mark().line + 1;
    if (step.index >= 0) {
      if (!at.IsSequence() || static_cast<size_t>(step.index) >= at.size()) break;
      at.reset(child[static_cast<size_t>(step.index)]);
    }
    line = at.Mark().line + 1;
  }
  return line;
}

// The kind of which a configuration has a list by this name.
const Kind* FindList(const std::string& name) {
  for (const Kind& kind : ConfiguredKinds()) {
    if (kind.field->name() == name) return &kind;
  }
  return nullptr;
}

}  // namespace

void CatalogueOrigin::AddDocument(const std::string& file, const YAML::Node& document,
                                  const v1::Configuration& part) {
  Part& added = parts_.emplace_back();
  added.file = file;
  added.document.reset(document);
  for (const Kind& kind : ConfiguredKinds()) {
    added.sizes[kind.field->name()] = ItemsOf(part, kind).size();
  }
}

void CatalogueOrigin::AddAgentLines(const std::string& file, std::vector<int64_t> lines) {
  Part& added = parts_.emplace_back();
  added.file = file;
  added.sizes["agents"] = lines.size();
  added.agent_lines = std::move(lines);
}

std::string CatalogueOrigin::NameField(const v1::Configuration& joined,
                                       const std::string& field) const {
  const std::vector<std::string> words =
      absl::StrSplit(absl::StripPrefix(field, "configuration."), '.');
  std::vector<Step> steps;
  for (const std::string& word : words) steps.push_back(ToStep(word));
  const Kind* kind = FindList(steps[0].name);
  std::string rest = words[0];
  if (kind != nullptr && steps[0].index >= 0) {
    const auto items = ItemsOf(joined, *kind);
    const auto index = static_cast<size_t>(steps[0].index);
    if (index >= items.size()) return field;
    const std::string id = IdOf(*items[index]);
    rest = id.empty() ? words[0] : absl::StrCat(kind->name, " ", id);
  }
  for (size_t i = 1; i < words.size(); ++i) {
    absl::StrAppend(&rest, i == 1 ? ": " : ".", words[i]);
  }
  for (const Part& part : parts_) {
    if (steps[0].index >= 0) {
      const auto size = part.sizes.find(steps[0].name);
      const int count = size == part.sizes.end() ? 0 : static_cast<int>(size->second);
      if (steps[0].index >= count) {
        steps[0].index -= count;
        continue;
      }
    }
    if (!part.agent_lines.empty() && steps[0].index < 0) continue;
    const int64_t line = part.agent_lines.empty()
                             ? LineOf(part.document, steps)
                             : part.agent_lines[static_cast<size_t>(steps[0].index)];
    if (line > 0) return absl::StrCat(part.file, ":", line, ": ", rest);
  }
  return field;
}

}  // namespace tandem::ctl
