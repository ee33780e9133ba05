#include "router/matching.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <tuple>
#include <utility>
#include <variant>

#include "router/invariant.h"
#include "router/limits.h"
#include "router/state.h"

namespace tandem::router {
namespace {

constexpr uint32_t kIdleBit = 1U << kCapacityGroups;

ReadyKey KeyOf(ReadyOrder order, AgentIndex index, const AgentState& agent) {
  const int64_t weights[] = {0, order == ReadyOrder::kLoad ? agent.Load() : 0, agent.turn,
                             agent.cost_per_hour_milli};
  return {weights[static_cast<size_t>(order)], agent.idle_since, agent.ordinal, index};
}

// Which ready list an agent belongs in.
uint32_t ReadyListOf(const AgentState& agent) {
  return agent.open_groups | (agent.idle ? kIdleBit : 0);
}

// The ready lists of agents who can take a ticket of the group, as bits; idle agents only when
// `idle_allowed`.
uint32_t ListsFor(CapacityGroup group, bool idle_allowed) {
  uint32_t lists = 0;
  for (uint32_t list = 0; list < 2 * kIdleBit; ++list) {
    const bool open = ((list >> static_cast<uint32_t>(group)) & 1U) != 0;
    if (open && (idle_allowed || (list & kIdleBit) == 0)) lists |= 1U << list;
  }
  return lists;
}

struct ListMasks {
  std::array<std::array<uint32_t, 2>, kCapacityGroups> masks{};
  ListMasks() {
    for (size_t group = 0; group < kCapacityGroups; ++group) {
      masks[group][0] = ListsFor(static_cast<CapacityGroup>(group), false);
      masks[group][1] = ListsFor(static_cast<CapacityGroup>(group), true);
    }
  }
};
const ListMasks kListMasks;

CompiledPredicate Compile(const Workspace& workspace, const Predicate& predicate) {
  using Kind = decltype(CompiledPredicate::kind);
  struct Visitor {
    const Workspace& workspace;
    Kind operator()(const SkillRequirement& p) const {
      return CompiledSkill{workspace.skill_ids.Find(p.skill), p.level, p.max_level};
    }
    Kind operator()(const LanguageRequirement& p) const { return p; }
    Kind operator()(const ProcessTypePredicate& p) const {
      return workspace.process_type_ids.Find(p.process_type);
    }
    Kind operator()(const SitePredicate& p) const { return workspace.site_ids.Find(p.site); }
    Kind operator()(const TeamPredicate& p) const { return workspace.team_ids.Find(p.team); }
    Kind operator()(const AttributePredicate& p) const { return p; }
  };
  return {std::visit(Visitor{workspace}, predicate.kind), predicate.negated};
}

// Whether a predicate asks for something of which nobody knew when it was compiled.
bool IsUnknown(const CompiledPredicate& predicate) {
  struct Visitor {
    bool operator()(const CompiledSkill& skill) const { return !skill.skill.IsSet(); }
    bool operator()(const LanguageRequirement&) const { return false; }
    bool operator()(const AttributePredicate&) const { return false; }
    bool operator()(ProcessTypeIndex type) const { return !type.IsSet(); }
    bool operator()(SiteIndex site) const { return !site.IsSet(); }
    bool operator()(TeamIndex team) const { return !team.IsSet(); }
  };
  return std::visit(Visitor{}, predicate.kind);
}

bool HasUnknown(const TicketClass& ticket_class) {
  return std::any_of(ticket_class.clauses.begin(), ticket_class.clauses.end(),
                     [](const CompiledClause& clause) {
                       return std::any_of(clause.begin(), clause.end(), IsUnknown);
                     }) ||
         std::any_of(
             ticket_class.preferences.begin(), ticket_class.preferences.end(),
             [](const CompiledPreference& preference) { return IsUnknown(preference.predicate); });
}

// Compiles what the class asks for, given what is configured now.
void Compile(const Workspace& workspace, const Channel& channel, TicketClass& ticket_class) {
  ticket_class.group = channel.group;
  ticket_class.mode = channel.language_mode;
  ticket_class.clauses.clear();
  for (const Clause& clause : ticket_class.spec.requirement.all_of) {
    CompiledClause& compiled = ticket_class.clauses.emplace_back();
    for (const Predicate& predicate : clause) compiled.push_back(Compile(workspace, predicate));
  }
  const Queue* queue = workspace.queue(ticket_class.spec.queue).configured;
  ticket_class.distribution =
      queue == nullptr ? DistributionMode::kLongestIdle : queue->distribution_mode;
  ticket_class.preferences.clear();
  if (ticket_class.distribution != DistributionMode::kBestMatch) return;
  for (const Preference& preference : ticket_class.spec.requirement.prefer) {
    ticket_class.preferences.push_back(
        {Compile(workspace, preference.predicate), preference.weight});
  }
}

std::string KeyOf(const ClassSpec& spec) {
  std::string key;
  for (const uint32_t part :
       {spec.queue.value, spec.channel.value, spec.client.value, spec.process_type.value}) {
    key += std::to_string(part);
    key += ',';
  }
  return key + KeyOf(spec.requirement);
}

}  // namespace

ReadyOrder OrderOf(DistributionMode mode) {
  switch (mode) {
    case DistributionMode::kLongestIdle:
    case DistributionMode::kBestMatch:
      return ReadyOrder::kIdle;
    case DistributionMode::kLeastLoaded:
      return ReadyOrder::kLoad;
    case DistributionMode::kRoundRobin:
      return ReadyOrder::kTurn;
    case DistributionMode::kLowestCost:
      return ReadyOrder::kCost;
  }
  std::abort();
}

bool TicketClass::Agents::Name(AgentIndex agent) const {
  return named.empty() || std::binary_search(named.begin(), named.end(), agent);
}

bool TicketClass::Agents::Exclude(AgentIndex agent) const {
  return std::binary_search(excluded.begin(), excluded.end(), agent);
}

Matching::Matching() = default;
Matching::~Matching() = default;
Matching::Matching(Matching&&) noexcept = default;
Matching& Matching::operator=(Matching&&) noexcept = default;

// --- profiles and classes ---

void Matching::ResetProfiles(const Workspace& workspace) {
  profiles_.clear();
  free_profiles_.clear();
  profile_log_.clear();
  idle_profiles_ = 0;
  profile_by_traits_.clear();
  for (const ClassIndex index : class_log_) Recompile(workspace, index);
}

void Matching::ForgetPassing(const Workspace& workspace) {
  for (const ClassIndex index : class_log_) Recompile(workspace, index);
  for (const ProfileIndex index : profile_log_) ForgetClasses(profiles_[index.value]);
}

void Matching::CompileUnknown(const Workspace& workspace) {
  bool any = false;
  for (const ClassIndex index : class_log_) {
    if (!HasUnknown(classes_[index.value])) continue;
    Recompile(workspace, index);
    any = true;
  }
  if (!any) return;
  for (const ProfileIndex index : profile_log_) ForgetClasses(profiles_[index.value]);
}

void Matching::ForgetClasses(Profile& profile) {
  profile.push_levels.clear();
  profile.pull_levels.clear();
  profile.classes_seen = 0;
}

void Matching::Recompile(const Workspace& workspace, ClassIndex index) {
  TicketClass& ticket_class = classes_[index.value];
  ticket_class.passing.clear();
  ticket_class.profiles_seen = 0;
  const ChannelState& channel = workspace.channels[ticket_class.spec.channel.value];
  if (channel.configured == nullptr) return;  // no ticket of it is open
  // A skill or site that a loaded ticket asks for can be unknown until a configuration names it.
  Compile(workspace, *channel.configured, ticket_class);
  group_of_[index.value] = static_cast<uint8_t>(ticket_class.group);
}

ProfileIndex Matching::AddMember(Traits traits) {
  const auto it = profile_by_traits_.find(traits);
  if (it != profile_by_traits_.end()) {
    if (profiles_[it->second.value].members++ == 0) --idle_profiles_;
    return it->second;
  }
  if (idle_profiles_ >= kMaxIdleProfiles) DropIdleProfiles();
  ProfileIndex index;
  if (free_profiles_.empty()) {
    index = ProfileIndex{static_cast<uint32_t>(profiles_.size())};
    profiles_.emplace_back();
  } else {
    index = free_profiles_.back();
    free_profiles_.pop_back();
  }
  profile_by_traits_.emplace(traits, index);
  Profile& added = profiles_[index.value];
  added.traits = std::move(traits);
  added.members = 1;
  profile_log_.push_back(index);
  return index;
}

void Matching::RemoveMember(ProfileIndex profile) {
  if (--profiles_[profile.value].members == 0) ++idle_profiles_;
}

void Matching::DropIdleProfiles() {
  std::vector<ProfileIndex> kept;
  for (const ProfileIndex index : profile_log_) {
    Profile& profile = profiles_[index.value];
    if (profile.members > 0) {
      kept.push_back(index);
      continue;
    }
    profile_by_traits_.erase(profile.traits);
    profile = Profile{};
    free_profiles_.push_back(index);
  }
  profile_log_ = std::move(kept);
  idle_profiles_ = 0;
  for (const ClassIndex index : class_log_) {
    classes_[index.value].passing.clear();
    classes_[index.value].profiles_seen = 0;
  }
}

const Traits& Matching::TraitsOf(ProfileIndex profile) const {
  return profiles_[profile.value].traits;
}

ClassIndex Matching::AddToClass(const Workspace& workspace, ClassSpec spec) {
  std::string key = KeyOf(spec);
  const auto it = class_by_key_.find(key);
  if (it != class_by_key_.end()) {
    TicketClass& found = classes_[it->second.value];
    if (found.open_tickets++ == 0) --idle_classes_;
    return it->second;
  }
  if (idle_classes_ >= kMaxIdleClasses) DropIdleClasses();
  ClassIndex index;
  if (free_classes_.empty()) {
    index = ClassIndex{static_cast<uint32_t>(classes_.size())};
    classes_.emplace_back();
    heads_.emplace_back();
    group_of_.emplace_back();
  } else {
    index = free_classes_.back();
    free_classes_.pop_back();
  }
  TicketClass& added = classes_[index.value];
  added.key = key;
  added.spec = std::move(spec);
  Compile(workspace, *workspace.channels[added.spec.channel.value].configured, added);
  added.groups.resize(1);
  added.shared_groups = {0};
  added.open_tickets = 1;
  group_of_[index.value] = static_cast<uint8_t>(added.group);
  class_log_.push_back(index);
  class_by_key_.emplace(std::move(key), index);
  return index;
}

void Matching::RemoveFromClass(ClassIndex class_index, uint32_t group_index) {
  TicketClass& ticket_class = classes_[class_index.value];
  TicketClass::Group& group = ticket_class.groups[group_index];
  if (--group.open_tickets == 0 && group_index != 0) {
    ticket_class.group_by_agents.erase(group.agents);
    std::erase(ticket_class.shared_groups, group_index);
    ticket_class.free_groups.push_back(group_index);
  }
  if (--ticket_class.open_tickets == 0) ++idle_classes_;
}

void Matching::DropIdleClasses() {
  std::vector<ClassIndex> kept;
  for (const ClassIndex index : class_log_) {
    TicketClass& ticket_class = classes_[index.value];
    if (ticket_class.open_tickets > 0) {
      kept.push_back(index);
      continue;
    }
    class_by_key_.erase(ticket_class.key);
    ticket_class = TicketClass{};
    free_classes_.push_back(index);
  }
  class_log_ = std::move(kept);
  idle_classes_ = 0;
  for (const ProfileIndex index : profile_log_) ForgetClasses(profiles_[index.value]);
}

uint32_t Matching::AddToGroup(ClassIndex class_index, TicketClass::Agents agents) {
  TicketClass& ticket_class = classes_[class_index.value];
  uint32_t chosen = 0;
  if (!agents.named.empty() || !agents.excluded.empty()) {
    const auto [known, is_new] = ticket_class.group_by_agents.try_emplace(agents, 0);
    if (is_new) {
      if (ticket_class.free_groups.empty()) {
        known->second = static_cast<uint32_t>(ticket_class.groups.size());
        ticket_class.groups.emplace_back();
      } else {
        known->second = ticket_class.free_groups.back();
        ticket_class.free_groups.pop_back();
      }
      if (agents.named.empty()) ticket_class.shared_groups.push_back(known->second);
      ticket_class.groups[known->second].agents = std::move(agents);
    }
    chosen = known->second;
  }
  ++ticket_class.groups[chosen].open_tickets;
  return chosen;
}

TicketClass Matching::Foresee(const Workspace& workspace, ClassSpec spec) const {
  TicketClass foreseen;
  foreseen.spec = std::move(spec);
  const Channel& channel = *workspace.channels[foreseen.spec.channel.value].configured;
  Compile(workspace, channel, foreseen);
  return foreseen;
}

TicketClass::Passing Matching::Test(const Workspace& workspace, const TicketClass& ticket_class,
                                    ProfileIndex profile) const {
  TicketClass::Passing passing;
  passing.profile = profile;
  const Traits& traits = profiles_[profile.value].traits;
  if (!traits.MayServe(ticket_class.spec.client) || !traits.MayDo(ticket_class.spec.process_type)) {
    return passing;
  }
  const bool passes = std::all_of(
      ticket_class.clauses.begin(), ticket_class.clauses.end(),
      [&](const CompiledClause& clause) { return Passes(clause, ticket_class.mode, traits); });
  if (!passes) return passing;
  const RoutingProfile* routing_profile =
      workspace.routing_profiles[traits.routing_profile.value].configured;
  if (routing_profile == nullptr) return passing;  // it went away, after its last agent
  const std::string& queue = workspace.queue_ids.Name(ticket_class.spec.queue);
  for (const RoutingProfileQueue& entry : routing_profile->queues) {
    if (entry.queue != queue) continue;
    passing.push = !entry.no_push;
    passing.pull = entry.pull;
    passing.rank = entry.rank;
  }
  if (ticket_class.distribution == DistributionMode::kBestMatch) {
    passing.score =
        ScoreOf(ticket_class.clauses, ticket_class.preferences, ticket_class.mode, traits);
  }
  return passing;
}

void Matching::FillClass(const Workspace& workspace, TicketClass& ticket_class) const {
  for (; ticket_class.profiles_seen < profile_log_.size(); ++ticket_class.profiles_seen) {
    const ProfileIndex profile = profile_log_[ticket_class.profiles_seen];
    const TicketClass::Passing passing = Test(workspace, ticket_class, profile);
    if (passing.push || passing.pull) ticket_class.passing.push_back(passing);
  }
}

void Matching::FillProfile(const Workspace& workspace, ProfileIndex index) const {
  Profile& profile = profiles_[index.value];
  const auto add = [&](std::vector<Level>& levels, uint32_t rank, Urgency urgency,
                       ClassIndex ticket_class) {
    const auto before = [](const Level& a, const std::pair<uint32_t, Urgency>& b) {
      return std::pair{a.rank, a.urgency} < b;
    };
    auto it = std::lower_bound(levels.begin(), levels.end(), std::pair{rank, urgency}, before);
    if (it == levels.end() || it->rank != rank || it->urgency != urgency) {
      it = levels.insert(it, Level{rank, urgency, {}});
    }
    it->classes.push_back(ticket_class);
  };
  for (; profile.classes_seen < class_log_.size(); ++profile.classes_seen) {
    const ClassIndex class_index = class_log_[profile.classes_seen];
    const TicketClass& ticket_class = classes_[class_index.value];
    const Queue* queue = workspace.queue(ticket_class.spec.queue).configured;
    const Channel* channel = workspace.channels[ticket_class.spec.channel.value].configured;
    // A class whose queue or channel went away has no ticket; it is looked at again when the
    // configuration changes.
    if (queue == nullptr || channel == nullptr) continue;
    const TicketClass::Passing passing = Test(workspace, ticket_class, index);
    if (!passing.push && !passing.pull) continue;
    if (passing.push) add(profile.push_levels, passing.rank, queue->urgency, class_index);
    if (passing.pull) add(profile.pull_levels, passing.rank, queue->urgency, class_index);
  }
}

// --- what waits, who ---

void Matching::UpdateHead(ClassIndex class_index) {
  const TicketClass& ticket_class = classes_[class_index.value];
  WaitKey head;
  for (const uint32_t shared : ticket_class.shared_groups) {
    const WaitingForest::Tree& tree = ticket_class.groups[shared].tree;
    if (!tree.empty()) head = std::min(head, forest_.KeyOf(forest_.First(tree)));
  }
  heads_[class_index.value] = head;
}

// Lists the group at the agents whom it names, while it has waiting tickets.
void Matching::SetNamed(ClassIndex ticket_class, uint32_t group, bool waits) {
  const NamedGroup entry{ticket_class, group};
  for (const AgentIndex agent : classes_[ticket_class.value].groups[group].agents.named) {
    if (agent.value >= named_.size()) named_.resize(agent.value + 1);
    std::vector<NamedGroup>& groups = named_[agent.value];
    if (waits) {
      groups.push_back(entry);
    } else {
      std::erase(groups, entry);
    }
  }
}

void Matching::AddWaiting(TicketIndex index, const Ticket& ticket) {
  TicketClass::Group& group = classes_[ticket.ticket_class.value].groups[ticket.group];
  const bool named = !group.agents.named.empty();
  if (named && group.tree.empty()) SetNamed(ticket.ticket_class, ticket.group, true);
  forest_.Insert(group.tree, index, WaitKey{ticket.key, ticket.arrival});
  if (!named) UpdateHead(ticket.ticket_class);
}

void Matching::RemoveWaiting(TicketIndex index, const Ticket& ticket) {
  TicketClass::Group& group = classes_[ticket.ticket_class.value].groups[ticket.group];
  const bool named = !group.agents.named.empty();
  forest_.Erase(group.tree, index);
  if (named && group.tree.empty()) SetNamed(ticket.ticket_class, ticket.group, false);
  if (!named) UpdateHead(ticket.ticket_class);
}

Matching::ReadyListsOfOrder& Matching::ListsIn(Profile& profile, ReadyOrder order) {
  if (order == ReadyOrder::kIdle) return profile.ready;
  auto& lists = profile.ready_otherwise[static_cast<size_t>(order) - 1];
  if (lists == nullptr) lists = std::make_unique<ReadyListsOfOrder>();
  return *lists;
}

void Matching::AddReady(AgentIndex index, const AgentState& agent) {
  if (agent.open_groups == 0) return;
  Profile& profile = profiles_[agent.profile.value];
  const uint32_t at = ReadyListOf(agent);
  for (uint32_t left = orders_; left != 0; left &= left - 1) {
    const auto order = static_cast<ReadyOrder>(std::countr_zero(left));
    auto& list = ListsIn(profile, order)[at];
    if (list == nullptr) list = std::make_unique<ReadyList>();
    list->insert(KeyOf(order, index, agent));
  }
  profile.nonempty |= 1U << at;
}

void Matching::RemoveReady(AgentIndex index, const AgentState& agent) {
  if (agent.open_groups == 0) return;
  Profile& profile = profiles_[agent.profile.value];
  const uint32_t at = ReadyListOf(agent);
  for (uint32_t left = orders_; left != 0; left &= left - 1) {
    const auto order = static_cast<ReadyOrder>(std::countr_zero(left));
    const size_t erased = ListsIn(profile, order)[at]->erase(KeyOf(order, index, agent));
    TANDEM_INVARIANT(erased == 1, "a ready agent is in the list that its load says");
  }
  if (profile.ready[at]->empty()) profile.nonempty &= ~(1U << at);
}

// --- look-ups ---

// The first waiting ticket of the group for which no cool-down of the agent runs.
TicketIndex Matching::FirstOfGroup(const Workspace& workspace, const TicketClass::Group& group,
                                   AgentIndex agent) const {
  if (workspace.agent(agent).cooling == 0) return forest_.First(group.tree);
  return forest_.FirstWhere(group.tree, [&](TicketIndex ticket) {
    return !Workspace::IsCooling(workspace.ticket(ticket), agent);
  });
}

TicketIndex Matching::FirstAllowed(const Workspace& workspace, ClassIndex class_index,
                                   AgentIndex agent) const {
  const TicketClass& ticket_class = classes_[class_index.value];
  TicketIndex best;
  WaitKey best_key;
  for (const uint32_t shared : ticket_class.shared_groups) {
    const TicketClass::Group& group = ticket_class.groups[shared];
    if (group.tree.empty() || group.agents.Exclude(agent)) continue;
    const TicketIndex candidate = FirstOfGroup(workspace, group, agent);
    if (!candidate.IsSet() || !(forest_.KeyOf(candidate) < best_key)) continue;
    best = candidate;
    best_key = forest_.KeyOf(candidate);
  }
  return best;
}

// The best of the tickets that name the agent, of those that it may take.
Matching::Candidate Matching::BestNaming(const Workspace& workspace, AgentIndex agent_index,
                                         Mode mode, QueueIndex only) const {
  Candidate best;
  if (agent_index.value >= named_.size()) return best;
  const AgentState& agent = workspace.agent(agent_index);
  const bool reserve_allows = workspace.ReserveAllows(agent);
  for (const NamedGroup& named : named_[agent_index.value]) {
    const TicketClass& ticket_class = classes_[named.ticket_class.value];
    const TicketClass::Group& group = ticket_class.groups[named.group];
    const Urgency urgency = workspace.queue(ticket_class.spec.queue).configured->urgency;
    if (only.IsSet() && ticket_class.spec.queue != only) continue;
    if (urgency == Urgency::kDeferrable && !reserve_allows) continue;
    if (!agent.HasGroupOpen(ticket_class.group)) continue;
    if (group.agents.Exclude(agent_index)) continue;
    const TicketClass::Passing passing = Test(workspace, ticket_class, agent.profile);
    if (!(mode == Mode::kPush ? passing.push : passing.pull)) continue;
    const TicketIndex ticket = FirstOfGroup(workspace, group, agent_index);
    if (!ticket.IsSet()) continue;
    const Candidate candidate{{passing.rank, urgency}, forest_.KeyOf(ticket), ticket};
    if (!best.ticket.IsSet() ||
        std::tie(candidate.level, candidate.key) < std::tie(best.level, best.key)) {
      best = candidate;
    }
  }
  return best;
}

TicketIndex Matching::BestTicket(const Workspace& workspace, AgentIndex agent_index, Mode mode,
                                 QueueIndex only) const {
  const AgentState& agent = workspace.agent(agent_index);
  FillProfile(workspace, agent.profile);
  const Profile& profile = profiles_[agent.profile.value];
  const bool reserve_allows = workspace.ReserveAllows(agent);
  const Candidate naming = BestNaming(workspace, agent_index, mode, only);
  for (const Level& level : mode == Mode::kPush ? profile.push_levels : profile.pull_levels) {
    if (level.urgency == Urgency::kDeferrable && !reserve_allows) continue;
    const std::pair here{level.rank, level.urgency};
    if (naming.ticket.IsSet() && naming.level < here) break;
    Candidate best;
    if (naming.level == here) best = naming;
    for (const ClassIndex ticket_class : level.classes) {
      if (!(heads_[ticket_class.value] < best.key)) continue;
      if (((agent.open_groups >> group_of_[ticket_class.value]) & 1U) == 0) continue;
      if (only.IsSet() && classes_[ticket_class.value].spec.queue != only) continue;
      const TicketIndex candidate = FirstAllowed(workspace, ticket_class, agent_index);
      if (!candidate.IsSet() || !(forest_.KeyOf(candidate) < best.key)) continue;
      best.ticket = candidate;
      best.key = forest_.KeyOf(candidate);
    }
    if (best.ticket.IsSet()) return best.ticket;
  }
  return naming.ticket;
}

void Matching::BestOfProfile(const Workspace& workspace, const TicketClass::Passing& passing,
                             uint32_t lists, const Ticket& ticket, ReadyKey& best) const {
  const TicketClass& ticket_class = classes_[ticket.ticket_class.value];
  const TicketClass::Agents& agents = ticket_class.groups[ticket.group].agents;
  const Profile& profile = profiles_[passing.profile.value];
  const ReadyOrder order = OrderOf(ticket_class.distribution);
  const ReadyListsOfOrder& ready = order == ReadyOrder::kIdle
                                       ? profile.ready
                                       : *profile.ready_otherwise[static_cast<size_t>(order) - 1];
  for (uint32_t left = profile.nonempty & lists; left != 0; left &= left - 1) {
    for (ReadyKey candidate : *ready[static_cast<size_t>(std::countr_zero(left))]) {
      candidate.weight -= passing.score;
      if (best.agent.IsSet() && !(candidate < best)) break;
      if (agents.Exclude(candidate.agent)) continue;
      if (workspace.agent(candidate.agent).cooling > 0 &&
          Workspace::IsCooling(ticket, candidate.agent)) {
        continue;
      }
      best = candidate;
      break;
    }
  }
}

// The best of the agents whom the ticket names.
AgentIndex Matching::BestOfNamed(const Workspace& workspace, const Ticket& ticket) const {
  const TicketClass& ticket_class = classes_[ticket.ticket_class.value];
  const TicketClass::Agents& agents = ticket_class.groups[ticket.group].agents;
  const bool live = workspace.queue(ticket.queue).configured->urgency == Urgency::kLive;
  ReadyKey best;
  for (const AgentIndex index : agents.named) {
    const AgentState& agent = workspace.agent(index);
    if (!agent.HasGroupOpen(ticket_class.group) || agents.Exclude(index)) continue;
    if (!live && !workspace.ReserveAllows(agent)) continue;
    if (Workspace::IsCooling(ticket, index)) continue;
    const TicketClass::Passing passing = Test(workspace, ticket_class, agent.profile);
    if (!passing.push) continue;
    ReadyKey candidate = KeyOf(OrderOf(ticket_class.distribution), index, agent);
    candidate.weight -= passing.score;
    if (!best.agent.IsSet() || candidate < best) best = candidate;
  }
  return best.agent;
}

AgentIndex Matching::BestAgent(const Workspace& workspace, TicketIndex index) const {
  const Ticket& ticket = workspace.ticket(index);
  TicketClass& ticket_class = classes_[ticket.ticket_class.value];
  if (!ticket_class.groups[ticket.group].agents.named.empty()) {
    return BestOfNamed(workspace, ticket);
  }
  FillClass(workspace, ticket_class);
  const auto& masks = kListMasks.masks[static_cast<size_t>(ticket_class.group)];
  const bool live = workspace.queue(ticket.queue).configured->urgency == Urgency::kLive;
  ReadyKey best;
  for (const TicketClass::Passing& passing : ticket_class.passing) {
    if (!passing.push) continue;
    const Profile& profile = profiles_[passing.profile.value];
    if (profile.nonempty == 0) continue;
    bool idle_allowed = true;
    if (!live) {
      const auto& pool = workspace.routing_profiles[profile.traits.routing_profile.value];
      idle_allowed = pool.idle_agents.size() > pool.configured->live_reserve;
    }
    BestOfProfile(workspace, passing, masks[idle_allowed ? 1 : 0], ticket, best);
  }
  return best.agent;
}

bool Matching::IsRoutable(const Workspace& workspace, ClassIndex class_index,
                          uint32_t group) const {
  TicketClass& ticket_class = classes_[class_index.value];
  const TicketClass::Agents& agents = ticket_class.groups[group].agents;
  if (!agents.named.empty()) {
    return std::any_of(agents.named.begin(), agents.named.end(), [&](AgentIndex index) {
      const AgentState& agent = workspace.agent(index);
      if (!agent.configured || agents.Exclude(index)) return false;
      const TicketClass::Passing passing = Test(workspace, ticket_class, agent.profile);
      return passing.push || passing.pull;
    });
  }
  FillClass(workspace, ticket_class);
  return std::any_of(
      ticket_class.passing.begin(), ticket_class.passing.end(),
      [&](const TicketClass::Passing& passing) {
        const auto excluded_members =
            std::count_if(agents.excluded.begin(), agents.excluded.end(), [&](AgentIndex agent) {
              return workspace.agent(agent).configured &&
                     workspace.agent(agent).profile == passing.profile;
            });
        return profiles_[passing.profile.value].members > static_cast<uint32_t>(excluded_members);
      });
}

size_t Matching::Ahead(const Ticket& ticket) const {
  const TicketClass& ticket_class = classes_[ticket.ticket_class.value];
  const auto ahead_in = [&](uint32_t group) {
    return forest_.Rank(ticket_class.groups[group].tree, WaitKey{ticket.key, ticket.arrival});
  };
  size_t ahead =
      ticket_class.groups[ticket.group].agents.named.empty() ? 0 : ahead_in(ticket.group);
  for (const uint32_t shared : ticket_class.shared_groups) ahead += ahead_in(shared);
  return ahead;
}

}  // namespace tandem::router
