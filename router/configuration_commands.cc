#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "router/check.h"
#include "router/commands.h"
#include "router/configuration_difference.h"
#include "router/limits.h"
#include "router/resources.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

using Metadata = std::vector<std::pair<std::string, std::string>>;

// --- what there is ---

template <typename R>
const R* Find(const Workspace& workspace, const std::string& id) {
  if constexpr (std::is_same_v<R, Agent>) {
    const AgentIndex index = workspace.agent_ids.Find(id);
    if (!index.IsSet() || !workspace.agent(index).configured) return nullptr;
    return &workspace.agent_resources[index.value];
  } else {
    const std::vector<R>& list = ListOf<R>(workspace.configuration);
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const R& one) { return one.id == id; });
    return found == list.end() ? nullptr : &*found;
  }
}

size_t Count(const Workspace& workspace, ResourceKind kind) {
  if (kind == ResourceKind::kAgent) return workspace.configured_agents;
  size_t count = 0;
  ForEachList(workspace.configuration, [&](const auto& list) {
    using R = typename std::decay_t<decltype(list)>::value_type;
    if (kind == KindOf<R>()) count = list.size();
  });
  return count;
}

// What the configuration in force has.
class InForce : public References {
 public:
  explicit InForce(const Workspace& workspace) : workspace_(workspace) {}

  bool Has(ResourceKind kind, std::string_view id) const override {
    return IsConfigured(workspace_, kind, id);
  }
  std::string HolderOf(ResourceKind kind, const std::string& contact_key) const override {
    const auto holder = [&](const auto& by_key) {
      const auto found = by_key.find(contact_key);
      return found == by_key.end() ? std::string() : found->second->id;
    };
    if (kind == ResourceKind::kEntryPoint) return holder(workspace_.entry_points);
    if (kind == ResourceKind::kLanguage) return holder(workspace_.languages);
    return "";
  }
  std::string OverflowOf(const std::string& id) const override {
    const QueueIndex index = workspace_.queue_ids.Find(id);
    const Queue* queue = index.IsSet() ? workspace_.queue(index).configured : nullptr;
    return queue != nullptr && queue->when_closed == WhenClosed::kOverflow ? queue->overflow_queue
                                                                           : "";
  }
  const ProcessType* FindProcessType(const std::string& id) const override {
    return Find<ProcessType>(workspace_, id);
  }
  uint32_t HopsTo(const std::string& queue) const override {
    uint32_t most = 0;
    for (const Queue& from : workspace_.configuration.queues) {
      std::string at = from.id;
      for (uint32_t hops = 0; !at.empty() && hops <= kMaxOverflowHops; ++hops) {
        if (at == queue) most = std::max(most, hops);
        at = at == queue ? "" : OverflowOf(at);
      }
    }
    return most;
  }

 private:
  const Workspace& workspace_;
};

// What needs a resource, so that it can't go.
struct Need {
  size_t tickets = 0;      // open ones; of an agent: those that it works on or is offered
  bool logged_in = false;  // the agent has a session
  explicit operator bool() const { return tickets > 0 || logged_in; }
};

// Of the resource, which is configured.
Need NeedFor(const Workspace& workspace, ResourceKind kind, const std::string& id) {
  switch (kind) {
    case ResourceKind::kQueue:
      return {.tickets = workspace.queue(workspace.queue_ids.Find(id)).open};
    case ResourceKind::kClient:
      return {.tickets = workspace.clients[workspace.client_ids.Find(id).value].open};
    case ResourceKind::kChannel:
      return {.tickets = workspace.channels[workspace.channel_ids.Find(id).value].open};
    case ResourceKind::kProcessType:
      return {.tickets = workspace.open_of_process_type[workspace.process_type_ids.Find(id).value]};
    case ResourceKind::kAgent: {
      // Who takes part in others' tickets is logged in.
      const AgentState& agent = workspace.agent(workspace.agent_ids.Find(id));
      return {.tickets = agent.held.size(), .logged_in = agent.session_open};
    }
    case ResourceKind::kSite:
    case ResourceKind::kTeam:
    case ResourceKind::kSkill:
    case ResourceKind::kRoutingProfile:
    case ResourceKind::kDisposition:
    case ResourceKind::kNotReadyReason:
    case ResourceKind::kEntryPoint:
    case ResourceKind::kLanguage:
    case ResourceKind::kParkingReason:
    case ResourceKind::kClassificationRule:
    case ResourceKind::kCalendar:
    case ResourceKind::kWorkspaceSettings:
      return {};
  }
  std::abort();
}

constexpr size_t kListed = 20;

// The ids of some of the tickets that need the resource, with commas between them.
std::string SomeTicketsOf(const Workspace& workspace, ResourceKind kind, const std::string& id) {
  std::string list;
  size_t listed = 0;
  const auto add = [&](const Ticket& ticket) {
    list += (list.empty() ? "" : ", ") + ToString(ticket.id);
    ++listed;
  };
  if (kind == ResourceKind::kAgent) {
    const AgentState& agent = workspace.agent(workspace.agent_ids.Find(id));
    for (const TicketIndex held : HeldInOrder(workspace, agent)) {
      if (listed < kListed) add(workspace.ticket(held));
    }
    return list;
  }
  const auto needs_it = [&](const Ticket& ticket) {
    if (kind == ResourceKind::kQueue) return workspace.queue_ids.Name(ticket.queue) == id;
    if (kind == ResourceKind::kClient) return workspace.client_ids.Name(ticket.client) == id;
    if (kind == ResourceKind::kChannel) return workspace.channel_ids.Name(ticket.channel) == id;
    return workspace.process_type_ids.Name(ticket.process_type) == id;
  };
  for (size_t i = 0; i < workspace.tickets.size() && listed < kListed; ++i) {
    const Ticket& ticket = workspace.tickets[i];
    if (ticket.in_use && needs_it(ticket)) add(ticket);
  }
  return list;
}

// --- refusals ---

// "process type 'payroll'", for messages.
std::string Words(ResourceKind kind, const std::string& id) {
  return InWords(kind) + " '" + id + "'";
}

Metadata Which(ResourceKind kind, const std::string& id) {
  return {{"kind", ToString(kind)}, {"id", id}};
}

// A list for a refusal: all are counted, the first ones named.
class NamesOfSome {
 public:
  void Add(ResourceKind kind, const std::string& id) {
    if (count_++ >= kListed) return;
    if (!list_.empty()) list_ += ", ";
    list_ += InWords(kind) + " " + id;
  }
  size_t count() const { return count_; }
  const std::string& list() const { return list_; }

 private:
  size_t count_ = 0;
  std::string list_;
};

Rejection RefuseInUse(const std::string& found, Metadata metadata) {
  return Refuse(
      Reason::kResourceInUse,
      "expected to drop only what no open ticket and no logged-in agent needs, but " + found,
      std::move(metadata));
}

std::optional<Rejection> CheckRevision(int64_t expected, int64_t actual) {
  if (expected == 0 || expected == actual) return std::nullopt;
  if (expected == kNotConfigured && actual == 0) return std::nullopt;
  const std::string wanted =
      expected == kNotConfigured ? "no configuration" : "revision " + std::to_string(expected);
  return Refuse(Reason::kRevisionStale,
                "expected " + wanted + ", but revision " + std::to_string(actual) + " is in force",
                {{"expected", std::to_string(expected)}, {"actual", std::to_string(actual)}});
}

Rejection RefuseNotFound(ResourceKind kind, const std::string& id) {
  return Refuse(Reason::kResourceNotFound,
                "expected a configured resource, but there is no " + Words(kind, id),
                Which(kind, id));
}

// --- a whole configuration ---

std::optional<Rejection> CheckInUse(const Workspace& workspace,
                                    const ConfigurationDifference& difference) {
  // In the order in which they have always been listed.
  constexpr ResourceKind kOrder[] = {ResourceKind::kQueue, ResourceKind::kClient,
                                     ResourceKind::kChannel, ResourceKind::kProcessType,
                                     ResourceKind::kAgent};
  NamesOfSome in_use;
  for (const ResourceKind kind : kOrder) {
    for (const ResourceRow& row : difference.rows) {
      if (!row.removed || KindOf(row.resource) != kind) continue;
      const std::string& id = NamedOf(row.resource).id;
      if (NeedFor(workspace, kind, id)) in_use.Add(kind, id);
    }
  }
  if (in_use.count() == 0) return std::nullopt;
  return RefuseInUse(std::to_string(in_use.count()) + " are in use: " + in_use.list(),
                     {{"in_use", in_use.list()}});
}

// --- one resource ---

std::optional<Rejection> CheckAndFill(const Workspace& workspace, Resource& resource) {
  if (auto rejection = CheckResource(resource, InForce(workspace))) return rejection;
  const UrgencyOf urgency_of = [&](const std::string& queue) {
    return workspace.queue(workspace.queue_ids.Find(queue)).configured->urgency;
  };
  FillDefaults(resource, workspace.configuration, urgency_of);
  return std::nullopt;
}

template <typename R>
Outcome Update(Context& context, const UpdateResource& command, const R& given) {
  const Workspace& workspace = context.workspace;
  const R* before = Find<R>(workspace, given.id);
  if (before == nullptr) return RefuseNotFound(KindOf<R>(), given.id);
  if (auto rejection = CheckRevision(command.expected_revision, before->revision)) {
    return *std::move(rejection);
  }
  Resource next = *before;
  CopyFields(command.fields, given, std::get<R>(next));
  if (auto rejection = CheckAndFill(workspace, next)) return *std::move(rejection);
  KeepCredits(*before, std::get<R>(next));
  const std::vector<std::string> fields = DifferentFields(*before, std::get<R>(next));
  if (!fields.empty() && !command.validate_only) {
    next = context.apply.ResourceUpdated(std::move(next), fields);
  }
  return Reply(ResourceChanged{workspace.revision, std::move(next), std::nullopt});
}

// Who names a resource. Looks at everything that could.
NamesOfSome ReferrersOf(const Workspace& workspace, ResourceKind kind, const std::string& id) {
  NamesOfSome referrers;
  const auto look_at = [&](const auto& resource) {
    using R = std::decay_t<decltype(resource)>;
    if (kind == KindOf<R>() && resource.id == id) return;
    bool names_it = false;
    VisitReferences(resource, [&](ResourceKind named, const std::string& named_id) {
      names_it = names_it || (named == kind && named_id == id);
    });
    if (names_it) referrers.Add(KindOf<R>(), resource.id);
  };
  ForEachList(workspace.configuration, [&](const auto& list) {
    for (const auto& resource : list) look_at(resource);
  });
  for (const Agent& agent : workspace.agent_resources) {
    if (!agent.id.empty()) look_at(agent);
  }
  return referrers;
}

std::optional<Rejection> CheckDeletion(const Workspace& workspace, ResourceKind kind,
                                       const std::string& id) {
  if (IsBuiltIn(kind, id)) {
    return Refuse(
        Reason::kResourceBuiltIn,
        "expected a resource that was configured, but " + Words(kind, id) + " is built in",
        Which(kind, id));
  }
  const NamesOfSome referrers = ReferrersOf(workspace, kind, id);
  if (referrers.count() > 0) {
    Metadata metadata = Which(kind, id);
    metadata.emplace_back("count", std::to_string(referrers.count()));
    metadata.emplace_back("referrers", referrers.list());
    return Refuse(Reason::kResourceReferenced,
                  "expected a resource that no other one names, but " + Words(kind, id) +
                      " is named by " + std::to_string(referrers.count()) + ": " + referrers.list(),
                  std::move(metadata));
  }
  const Need need = NeedFor(workspace, kind, id);
  if (!need) return std::nullopt;
  const std::string tickets = SomeTicketsOf(workspace, kind, id);
  Metadata metadata = Which(kind, id);
  metadata.emplace_back("in_use", InWords(kind) + std::string(" ") + id);
  metadata.emplace_back("count", std::to_string(need.tickets));
  metadata.emplace_back("tickets", tickets);
  std::string found = Words(kind, id);
  if (need.logged_in) found += " is logged in";
  if (need.tickets > 0) {
    found += (need.logged_in ? std::string(" and") : std::string()) + " has " +
             std::to_string(need.tickets) + " open tickets: " + tickets;
  }
  return RefuseInUse(found, std::move(metadata));
}

}  // namespace

bool IsConfigured(const Workspace& workspace, ResourceKind kind, std::string_view id) {
  const auto is = [&](const auto& ids, const auto& states, auto is_configured) {
    const auto index = ids.Find(id);
    return index.IsSet() && is_configured(states[index.value]);
  };
  const auto has_resource = [](const auto& state) { return state.configured != nullptr; };
  const auto is_true = [](bool configured) { return configured; };
  const auto has_id = [&](const auto& list) {
    return std::any_of(list.begin(), list.end(), [&](const auto& one) { return one.id == id; });
  };
  switch (kind) {
    case ResourceKind::kClient:
      return is(workspace.client_ids, workspace.clients,
                [](const auto& used) { return used.configured; });
    case ResourceKind::kSite:
      return is(workspace.site_ids, workspace.sites, is_true);
    case ResourceKind::kTeam:
      return is(workspace.team_ids, workspace.teams, has_resource);
    case ResourceKind::kSkill:
      return is(workspace.skill_ids, workspace.skills, is_true);
    case ResourceKind::kChannel:
      return is(workspace.channel_ids, workspace.channels, has_resource);
    case ResourceKind::kQueue:
      return is(workspace.queue_ids, workspace.queues, has_resource);
    case ResourceKind::kProcessType:
      return is(workspace.process_type_ids, workspace.process_types,
                [](const ProcessType* type) { return type != nullptr; });
    case ResourceKind::kRoutingProfile:
      return is(workspace.routing_profile_ids, workspace.routing_profiles, has_resource);
    case ResourceKind::kAgent:
      return is(workspace.agent_ids, workspace.agents,
                [](const AgentState& agent) { return agent.configured; });
    case ResourceKind::kDisposition:
      return workspace.dispositions.contains(std::string(id));
    case ResourceKind::kNotReadyReason:
      return workspace.not_ready_reasons.contains(std::string(id));
    case ResourceKind::kEntryPoint:
      return has_id(workspace.configuration.entry_points);
    case ResourceKind::kLanguage:
      return has_id(workspace.configuration.languages);
    case ResourceKind::kParkingReason:
      return workspace.parking_reasons.contains(std::string(id));
    case ResourceKind::kClassificationRule:
      return has_id(workspace.configuration.classification_rules);
    case ResourceKind::kCalendar:
      return workspace.calendars.contains(std::string(id));
    case ResourceKind::kWorkspaceSettings:
      return false;
  }
  std::abort();
}

Outcome Decide(Context& context, ApplyConfiguration& command) {
  const Workspace& workspace = context.workspace;
  if (auto rejection = CheckRevision(command.expected_revision, workspace.revision)) {
    return *std::move(rejection);
  }
  ConfigurationDifference difference = Compare(workspace, command.configuration);
  if (auto rejection = CheckInUse(workspace, difference)) return *std::move(rejection);
  if (command.validate_only) {
    difference.told.revision = workspace.revision;
  } else {
    context.apply.ConfigurationApplied(std::move(command.configuration),
                                       std::move(difference.rows));
  }
  return Reply(std::move(difference.told));
}

Outcome Decide(Context& context, CreateResource& command) {
  const Workspace& workspace = context.workspace;
  const ResourceKind kind = KindOf(command.resource);
  const std::string& id = NamedOf(command.resource).id;
  if (InForce(workspace).Has(kind, id)) {
    return Refuse(Reason::kResourceExists,
                  "expected an id that is not used yet, but " + Words(kind, id) + " exists",
                  Which(kind, id));
  }
  if (Count(workspace, kind) >= MaxResources(kind)) {
    const std::string limit = std::to_string(MaxResources(kind));
    return Refuse(
        Reason::kTooManyResources,
        "expected at most " + limit + " of a kind, but there is no room for " + Words(kind, id),
        {{"kind", ToString(kind)}, {"limit", limit}});
  }
  if (auto rejection = CheckAndFill(workspace, command.resource)) return *std::move(rejection);
  if (!command.validate_only) {
    command.resource = context.apply.ResourceCreated(std::move(command.resource));
  }
  return Reply(ResourceChanged{workspace.revision, std::move(command.resource), std::nullopt});
}

Outcome Decide(Context& context, const UpdateResource& command) {
  return std::visit([&](const auto& given) { return Update(context, command, given); },
                    command.resource);
}

Outcome Decide(Context& context, const DeleteResource& command) {
  const Workspace& workspace = context.workspace;
  std::optional<int64_t> revision;
  const Resource wanted = MakeResource(command.kind, command.id);
  std::visit(
      [&](const auto& one) {
        const auto* found = Find<std::decay_t<decltype(one)>>(workspace, command.id);
        if (found != nullptr) revision = found->revision;
      },
      wanted);
  if (!revision) return RefuseNotFound(command.kind, command.id);
  if (auto rejection = CheckRevision(command.expected_revision, *revision)) {
    return *std::move(rejection);
  }
  if (auto rejection = CheckDeletion(workspace, command.kind, command.id)) {
    return *std::move(rejection);
  }
  if (!command.validate_only) context.apply.ResourceDeleted(command.kind, command.id);
  return Reply(ResourceChanged{workspace.revision, std::nullopt, std::nullopt});
}

Outcome Decide(Context& context, const UpdateWorkspaceSettings& command) {
  const Workspace& workspace = context.workspace;
  if (auto rejection = CheckRevision(command.expected_revision, workspace.revision)) {
    return *std::move(rejection);
  }
  const WorkspaceSettings& before = workspace.configuration;
  WorkspaceSettings next = before;
  CopyFields(command.fields, command.settings, next);
  if (auto rejection = CheckSettings(next, "settings")) return *std::move(rejection);
  FillDefaults(next);
  if (!(next == before) && !command.validate_only) {
    context.apply.WorkspaceSettingsUpdated(next);
  }
  return Reply(ResourceChanged{workspace.revision, std::nullopt, std::move(next)});
}

}  // namespace tandem::router
