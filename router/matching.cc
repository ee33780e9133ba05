#include "router/matching.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <utility>

#include "router/invariant.h"
#include "router/limits.h"
#include "router/state.h"

namespace tandem::router {
namespace {

constexpr uint32_t kIdleBit = 1U << kCapacityGroups;

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
  struct Visitor {
    const Workspace& workspace;
    CompiledPredicate operator()(const SkillLevel& p) const {
      CompiledPredicate compiled;
      compiled.kind = CompiledPredicate::Kind::kSkill;
      compiled.skill = workspace.skill_ids.Find(p.skill);
      compiled.level = p.level;
      return compiled;
    }
    CompiledPredicate operator()(const LanguageRequirement& p) const {
      CompiledPredicate compiled;
      compiled.kind = CompiledPredicate::Kind::kLanguage;
      compiled.language = p;
      return compiled;
    }
    CompiledPredicate operator()(const ProcessTypePredicate& p) const {
      CompiledPredicate compiled;
      compiled.kind = CompiledPredicate::Kind::kProcessType;
      compiled.process_type = workspace.process_type_ids.Find(p.process_type);
      return compiled;
    }
    CompiledPredicate operator()(const SitePredicate& p) const {
      CompiledPredicate compiled;
      compiled.kind = CompiledPredicate::Kind::kSite;
      compiled.site = workspace.site_ids.Find(p.site);
      return compiled;
    }
  };
  return std::visit(Visitor{workspace}, predicate);
}

std::vector<CompiledClause> Compile(const Workspace& workspace, const Requirement& requirement) {
  std::vector<CompiledClause> clauses;
  clauses.reserve(requirement.size());
  for (const Clause& clause : requirement) {
    CompiledClause& compiled = clauses.emplace_back();
    for (const Predicate& predicate : clause) compiled.push_back(Compile(workspace, predicate));
  }
  return clauses;
}

// Whether a predicate asks for something of which nobody knew when it was compiled.
bool HasUnknown(const std::vector<CompiledClause>& clauses) {
  const auto is_unknown = [](const CompiledPredicate& predicate) {
    switch (predicate.kind) {
      case CompiledPredicate::Kind::kSkill:
        return !predicate.skill.IsSet();
      case CompiledPredicate::Kind::kLanguage:
        return false;
      case CompiledPredicate::Kind::kProcessType:
        return !predicate.process_type.IsSet();
      case CompiledPredicate::Kind::kSite:
        return !predicate.site.IsSet();
    }
    std::abort();
  };
  return std::any_of(clauses.begin(), clauses.end(), [&](const CompiledClause& clause) {
    return std::any_of(clause.begin(), clause.end(), is_unknown);
  });
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

bool Contains(const std::vector<AgentIndex>& sorted, AgentIndex agent) {
  return std::binary_search(sorted.begin(), sorted.end(), agent);
}

}  // namespace

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
    if (!HasUnknown(classes_[index.value].clauses)) continue;
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
  ticket_class.clauses = Compile(workspace, ticket_class.spec.requirement);
  ticket_class.group = channel.configured->group;
  ticket_class.mode = channel.configured->language_mode;
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
  const Channel& channel = *workspace.channels[spec.channel.value].configured;
  TicketClass& added = classes_[index.value];
  added.key = key;
  added.group = channel.group;
  added.mode = channel.language_mode;
  added.clauses = Compile(workspace, spec.requirement);
  added.spec = std::move(spec);
  added.groups.resize(1);
  added.open_tickets = 1;
  group_of_[index.value] = static_cast<uint8_t>(added.group);
  class_log_.push_back(index);
  class_by_key_.emplace(std::move(key), index);
  return index;
}

void Matching::RemoveFromClass(ClassIndex ticket_class, uint32_t exclusion_group) {
  --classes_[ticket_class.value].groups[exclusion_group].open_tickets;
  if (--classes_[ticket_class.value].open_tickets == 0) ++idle_classes_;
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

uint32_t Matching::AddToExclusionGroup(ClassIndex ticket_class, std::vector<AgentIndex> excluded) {
  auto& groups = classes_[ticket_class.value].groups;
  uint32_t chosen = 0;
  if (!excluded.empty()) {
    const auto same = std::find_if(groups.begin() + 1, groups.end(), [&](const auto& group) {
      return group.open_tickets > 0 && group.excluded == excluded;
    });
    const auto free = std::find_if(groups.begin() + 1, groups.end(),
                                   [](const auto& group) { return group.open_tickets == 0; });
    chosen = static_cast<uint32_t>((same != groups.end() ? same : free) - groups.begin());
    if (chosen == groups.size()) groups.emplace_back();
    groups[chosen].excluded = std::move(excluded);
  }
  ++groups[chosen].open_tickets;
  return chosen;
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
    const RoutingProfile& routing_profile =
        *workspace.routing_profiles[profile.traits.routing_profile.value].configured;
    const auto entry = std::find_if(
        routing_profile.queues.begin(), routing_profile.queues.end(),
        [&](const RoutingProfileQueue& candidate) { return candidate.queue == queue->id; });
    if (passing.push) add(profile.push_levels, entry->rank, queue->urgency, class_index);
    if (passing.pull) add(profile.pull_levels, entry->rank, queue->urgency, class_index);
  }
}

// --- what waits, who ---

void Matching::UpdateHead(ClassIndex ticket_class) {
  WaitKey head;
  for (const TicketClass::ExclusionGroup& group : classes_[ticket_class.value].groups) {
    if (group.tree.empty()) continue;
    head = std::min(head, forest_.KeyOf(forest_.First(group.tree)));
  }
  heads_[ticket_class.value] = head;
}

void Matching::AddWaiting(TicketIndex index, const Ticket& ticket) {
  auto& group = classes_[ticket.ticket_class.value].groups[ticket.exclusion_group];
  forest_.Insert(group.tree, index, WaitKey{ticket.key, ticket.arrival});
  UpdateHead(ticket.ticket_class);
}

void Matching::RemoveWaiting(TicketIndex index, const Ticket& ticket) {
  auto& group = classes_[ticket.ticket_class.value].groups[ticket.exclusion_group];
  forest_.Erase(group.tree, index);
  UpdateHead(ticket.ticket_class);
}

void Matching::AddReady(AgentIndex index, const AgentState& agent) {
  if (agent.open_groups == 0) return;
  Profile& profile = profiles_[agent.profile.value];
  const uint32_t list = ReadyListOf(agent);
  if (profile.ready[list] == nullptr) profile.ready[list] = std::make_unique<ReadyList>();
  profile.ready[list]->insert(ReadyKey{agent.idle_since, agent.ordinal, index});
  profile.nonempty |= 1U << list;
}

void Matching::RemoveReady(AgentIndex index, const AgentState& agent) {
  if (agent.open_groups == 0) return;
  Profile& profile = profiles_[agent.profile.value];
  const uint32_t list = ReadyListOf(agent);
  const size_t erased =
      profile.ready[list]->erase(ReadyKey{agent.idle_since, agent.ordinal, index});
  TANDEM_INVARIANT(erased == 1, "a ready agent is in the list that its load says");
  if (profile.ready[list]->empty()) profile.nonempty &= ~(1U << list);
}

// --- look-ups ---

TicketIndex Matching::FirstAllowed(const Workspace& workspace, ClassIndex ticket_class,
                                   AgentIndex agent) const {
  const bool may_cool = workspace.agent(agent).cooling > 0;
  TicketIndex best;
  WaitKey best_key;
  for (const TicketClass::ExclusionGroup& group : classes_[ticket_class.value].groups) {
    if (group.tree.empty() || Contains(group.excluded, agent)) continue;
    const TicketIndex candidate =
        !may_cool ? forest_.First(group.tree)
                  : forest_.FirstWhere(group.tree, [&](TicketIndex ticket) {
                      return !Workspace::IsCooling(workspace.ticket(ticket), agent);
                    });
    if (!candidate.IsSet() || !(forest_.KeyOf(candidate) < best_key)) continue;
    best = candidate;
    best_key = forest_.KeyOf(candidate);
  }
  return best;
}

TicketIndex Matching::BestTicket(const Workspace& workspace, AgentIndex agent_index, Mode mode,
                                 QueueIndex only) const {
  const AgentState& agent = workspace.agent(agent_index);
  FillProfile(workspace, agent.profile);
  const Profile& profile = profiles_[agent.profile.value];
  const bool reserve_allows = workspace.ReserveAllows(agent);
  for (const Level& level : mode == Mode::kPush ? profile.push_levels : profile.pull_levels) {
    if (level.urgency == Urgency::kDeferrable && !reserve_allows) continue;
    TicketIndex best;
    WaitKey best_key;
    for (const ClassIndex ticket_class : level.classes) {
      if (!(heads_[ticket_class.value] < best_key)) continue;
      if (((agent.open_groups >> group_of_[ticket_class.value]) & 1U) == 0) continue;
      if (only.IsSet() && classes_[ticket_class.value].spec.queue != only) continue;
      const TicketIndex candidate = FirstAllowed(workspace, ticket_class, agent_index);
      if (!candidate.IsSet() || !(forest_.KeyOf(candidate) < best_key)) continue;
      best = candidate;
      best_key = forest_.KeyOf(candidate);
    }
    if (best.IsSet()) return best;
  }
  return TicketIndex{};
}

void Matching::BestOfProfile(const Workspace& workspace, const Profile& profile, uint32_t lists,
                             const Ticket& ticket, const std::vector<AgentIndex>& excluded,
                             ReadyKey& best) const {
  for (uint32_t left = profile.nonempty & lists; left != 0; left &= left - 1) {
    for (const ReadyKey& candidate : *profile.ready[static_cast<size_t>(std::countr_zero(left))]) {
      if (best.agent.IsSet() && !(candidate < best)) break;
      if (Contains(excluded, candidate.agent)) continue;
      if (workspace.agent(candidate.agent).cooling > 0 &&
          Workspace::IsCooling(ticket, candidate.agent)) {
        continue;
      }
      best = candidate;
      break;
    }
  }
}

AgentIndex Matching::BestAgent(const Workspace& workspace, TicketIndex index) const {
  const Ticket& ticket = workspace.ticket(index);
  TicketClass& ticket_class = classes_[ticket.ticket_class.value];
  FillClass(workspace, ticket_class);
  const auto& masks = kListMasks.masks[static_cast<size_t>(ticket_class.group)];
  const bool live = workspace.queue(ticket.queue).configured->urgency == Urgency::kLive;
  const auto& excluded = ticket_class.groups[ticket.exclusion_group].excluded;
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
    BestOfProfile(workspace, profile, masks[idle_allowed ? 1 : 0], ticket, excluded, best);
  }
  return best.agent;
}

bool Matching::IsRoutable(const Workspace& workspace, ClassIndex class_index,
                          const std::vector<AgentIndex>& excluded) const {
  TicketClass& ticket_class = classes_[class_index.value];
  FillClass(workspace, ticket_class);
  return std::any_of(ticket_class.passing.begin(), ticket_class.passing.end(),
                     [&](const TicketClass::Passing& passing) {
                       const auto excluded_members =
                           std::count_if(excluded.begin(), excluded.end(), [&](AgentIndex agent) {
                             return workspace.agent(agent).configured &&
                                    workspace.agent(agent).profile == passing.profile;
                           });
                       return profiles_[passing.profile.value].members >
                              static_cast<uint32_t>(excluded_members);
                     });
}

size_t Matching::Ahead(const Ticket& ticket) const {
  size_t ahead = 0;
  for (const auto& group : classes_[ticket.ticket_class.value].groups) {
    ahead += forest_.Rank(group.tree, WaitKey{ticket.key, ticket.arrival});
  }
  return ahead;
}

}  // namespace tandem::router
