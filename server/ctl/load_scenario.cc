#include "server/ctl/load_scenario.h"

#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "server/ctl/spans.h"
#include "server/ctl/yaml_message.h"
#include "server/files/read.h"
#include "yaml-cpp/yaml.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr int64_t kMostAgents = 100'000;
constexpr int64_t kMostBacklog = 1'000'000;

// One mapping of the document: its fields are read by name, and the first mistake of all mappings
// is kept.
class Fields {
 public:
  Fields(const YAML::Node& node, std::string path, absl::Status& mistake)
      : node_(node), path_(std::move(path)), mistake_(mistake) {
    if (!node_.IsMap()) Note(NotAsExpected(node_, path_, "a mapping"));
  }
  // Everything was read, so another field is a mistake.
  ~Fields() {
    if (!mistake_.ok()) return;
    for (const auto& entry : node_) {
      if (entry.first.IsScalar() && known_.contains(entry.first.Scalar())) continue;
      Note(NotAsExpected(entry.first, path_, absl::StrCat("one of ", absl::StrJoin(known_, ", "))));
    }
  }
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  void Text(const std::string& name, std::string& text) {
    Read(name, [&](const YAML::Node& node, const std::string& path) {
      if (!node.IsScalar()) return NotAsExpected(node, path, "a text");
      text = node.Scalar();
      return absl::OkStatus();
    });
  }
  void Count(const std::string& name, int64_t most, int64_t& count) {
    Read(name, [&](const YAML::Node& node, const std::string& path) {
      if (node.IsScalar() && absl::SimpleAtoi(node.Scalar(), &count) && count >= 0 &&
          count <= most) {
        return absl::OkStatus();
      }
      return NotAsExpected(node, path, absl::StrCat("a whole number from 0 to ", most));
    });
  }
  void Number(const std::string& name, double most, double& number) {
    Read(name, [&](const YAML::Node& node, const std::string& path) {
      if (node.IsScalar() && absl::SimpleAtod(node.Scalar(), &number) && number >= 0 &&
          number <= most) {
        return absl::OkStatus();
      }
      return NotAsExpected(node, path, absl::StrCat("a number from 0 to ", most));
    });
  }
  void Span(const std::string& name, absl::Duration& span) {
    Read(name, [&](const YAML::Node& node, const std::string& path) {
      if (node.IsScalar() && ParseSpan(node.Scalar(), span)) return absl::OkStatus();
      return NotAsExpected(node, path, "a duration such as 500ms or 4s");
    });
  }
  // A duration alone, or a mapping with `mean` and `deviation`.
  void Spans(const std::string& name, Spread& spread) {
    Read(name, [&](const YAML::Node& node, const std::string& path) {
      if (node.IsScalar() && ParseSpan(node.Scalar(), spread.mean)) return absl::OkStatus();
      if (!node.IsMap()) {
        return NotAsExpected(node, path, "a duration such as 4s, or {mean: 4s, deviation: 2s}");
      }
      Fields fields(node, path, mistake_);
      fields.Span("mean", spread.mean);
      fields.Span("deviation", spread.deviation);
      fields.Require(spread.mean > absl::ZeroDuration() || spread.deviation == absl::ZeroDuration(),
                     "a mean above 0 for a deviation", "none");
      return absl::OkStatus();
    });
  }
  void Message(const std::string& name, google::protobuf::Message& message) {
    Read(name, [&](const YAML::Node& node, const std::string& path) {
      return FillFromYaml(node, message, path);
    });
  }
  // At least one mapping.
  void List(const std::string& name, const std::function<void(Fields& item)>& read) {
    if (!node_.IsMap() || !node_[name]) {
      Note(NotAsExpected(node_, path_, absl::StrCat("a list called ", name)));
    }
    Read(name, [&](const YAML::Node& node, const std::string& path) {
      if (!node.IsSequence() || node.size() == 0) {
        return NotAsExpected(node, path, "a list of at least one");
      }
      for (size_t i = 0; i < node.size(); ++i) {
        Fields item(node[i], absl::StrCat(path, "[", i, "]"), mistake_);
        read(item);
      }
      return absl::OkStatus();
    });
  }

  // For what holds of several fields together.
  void Require(bool holds, const std::string& expected, const std::string& found) {
    if (!holds) Note(NotAsExpected(node_, path_, expected, found));
  }

 private:
  void Read(const std::string& name,
            const std::function<absl::Status(const YAML::Node&, const std::string&)>& read) {
    known_.insert(name);
    if (!mistake_.ok() || !node_[name]) return;
    Note(read(node_[name], path_.empty() ? name : absl::StrCat(path_, ".", name)));
  }
  void Note(absl::Status status) {
    if (mistake_.ok()) mistake_ = std::move(status);
  }

  const YAML::Node node_;
  const std::string path_;
  absl::Status& mistake_;
  std::set<std::string> known_;
};

void ReadAgents(Fields& fields, LoadAgents& agents) {
  fields.Text("id", agents.id);
  fields.Count("count", kMostAgents, agents.count);
  fields.Message("agent", agents.agent);
  fields.Spans("answers", agents.answers);
  fields.Require(!agents.id.empty() && agents.agent.id().empty(),
                 "an id for the group, which names its agents",
                 agents.id.empty() ? "none" : "agent.id");
}

void ReadKind(Fields& fields, LoadKind& kind) {
  fields.Text("name", kind.name);
  fields.Number("share", 1e9, kind.share);
  fields.Message("contact", kind.contact);
  fields.Spans("handling", kind.handling);
  fields.Spans("wrap_up", kind.wrap_up);
  fields.Number("abandons", 1, kind.abandons);
  fields.Spans("patience", kind.patience);
  fields.Require(kind.contact.external_id().empty() && kind.contact.conversation_key().empty(),
                 "a contact that makes a ticket of its own", "external_id or conversation_key");
}

void ReadStep(Fields& fields, LoadStep& step) {
  constexpr double kMostPerSecond = 100'000;
  fields.Span("for", step.length);
  fields.Number("per_second", kMostPerSecond, step.from_per_second);
  step.to_per_second = step.from_per_second;
  fields.Number("rising_to", kMostPerSecond, step.to_per_second);
  fields.Require(step.length > absl::ZeroDuration() && step.length <= absl::Hours(24),
                 "a step that lasts, 24h at most", absl::StrCat("for: ", ShowSpan(step.length)));
}

// Calls need somebody who reports what happens on the line.
std::string ChannelWithMedia(const Scenario& scenario) {
  std::set<std::string> media = {"voice", "video", "callback"};
  for (const v1::Channel& channel : scenario.floor.channels()) {
    if (channel.has_media()) {
      media.insert(channel.id());
    } else {
      media.erase(channel.id());
    }
  }
  for (const LoadKind& kind : scenario.kinds) {
    if (media.contains(kind.contact.channel())) return kind.contact.channel();
  }
  return "";
}

absl::Status ReadDocument(const YAML::Node& document, Scenario& scenario) {
  absl::Status mistake;
  {
    Fields fields(document, "", mistake);
    fields.Message("floor", scenario.floor);
    fields.List("agents", [&](Fields& item) { ReadAgents(item, scenario.agents.emplace_back()); });
    fields.List("contacts", [&](Fields& item) { ReadKind(item, scenario.kinds.emplace_back()); });
    fields.List("arrivals", [&](Fields& item) { ReadStep(item, scenario.steps.emplace_back()); });
    fields.Count("backlog", kMostBacklog, scenario.backlog);
    double shares = 0;
    for (const LoadKind& kind : scenario.kinds) shares += kind.share;
    fields.Require(shares > 0, "a contact with a share above 0", "none");
    const std::string media = ChannelWithMedia(scenario);
    fields.Require(media.empty(), "contacts of channels without media", media);
  }
  return mistake;
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(const std::string& text, const std::string& name) {
  Scenario scenario;
  const absl::Status status = ReadYaml(
      text, name, [&](const YAML::Node& document) { return ReadDocument(document, scenario); });
  if (!status.ok()) return status;
  return scenario;
}

absl::StatusOr<Scenario> ReadScenario(const std::string& path) {
  const std::optional<std::string> text = files::ReadFile(path);
  if (!text) return absl::NotFoundError(absl::StrCat("expected to read ", path));
  return ParseScenario(*text, path);
}

}  // namespace tandem::ctl
