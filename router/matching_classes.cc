// Which profile passes which class: what of it is known, and how it becomes known.
#include <algorithm>
#include <bit>
#include <utility>
#include <variant>

#include "router/limits.h"
#include "router/matching.h"
#include "router/state.h"

namespace tandem::router {

Matching::Matching() = default;
Matching::~Matching() = default;
Matching::Matching(Matching&&) noexcept = default;
Matching& Matching::operator=(Matching&&) noexcept = default;

// --- what is asked, and met ---

const Matching::Pool::Entry* Matching::Pool::Find(QueueIndex queue) const {
  const auto it = queues.find(queue);
  return it == queues.end() ? nullptr : &it->second;
}

Matching::Pool& Matching::PoolOf(const Workspace& workspace, ProfileIndex profile) const {
  const RoutingProfileIndex index = profiles_[profile.value].routing_profile;
  if (index.value >= pools_.size()) pools_.resize(workspace.routing_profiles.size());
  Pool& pool = pools_[index.value];
  if (pool.filled) return pool;
  pool.filled = true;
  const RoutingProfile* configured = workspace.routing_profiles[index.value].configured;
  if (configured == nullptr) return pool;  // it went away, after its last agent
  const auto add = [](std::vector<Pool::Level>& levels, LevelKey key, QueueIndex queue) {
    const auto before = [](const Pool::Level& level, LevelKey other) { return level.key < other; };
    auto it = std::lower_bound(levels.begin(), levels.end(), key, before);
    if (it == levels.end() || it->key != key) it = levels.insert(it, Pool::Level{key, {}, {}});
    it->queues.push_back(queue);
  };
  for (const RoutingProfileQueue& entry : configured->queues) {
    const QueueIndex queue = workspace.queue_ids.Find(entry.queue);
    const LevelKey level{entry.rank, workspace.queue(queue).configured->urgency};
    const bool push = !entry.no_push;
    if (push) {
      add(pool.push_levels, level, queue);
      pool.pushed.Add(queue.value);
    }
    if (entry.pull) add(pool.pull_levels, level, queue);
    if (workspace.queue(queue).priority_first) pool.priority_first = true;
    if (push || entry.pull) pool.queues[queue] = {push, entry.pull, level, entry.delay};
  }
  return pool;
}

// Which classes are of which level's queues.
void Matching::FillLevels(Pool& pool) const {
  for (; pool.classes_seen < class_log_.size(); ++pool.classes_seen) {
    const ClassIndex ticket_class = class_log_[pool.classes_seen];
    const Pool::Entry* entry = pool.Find(outlines_[ticket_class.value].queue);
    if (entry == nullptr) continue;
    for (auto* levels : {&pool.push_levels, &pool.pull_levels}) {
      if (!(levels == &pool.push_levels ? entry->push : entry->pull)) continue;
      const auto level = std::find_if(levels->begin(), levels->end(), [&](const Pool::Level& one) {
        return one.key == entry->level;
      });
      level->classes.Add(ticket_class.value);
    }
  }
}

bool Matching::Meets(const Workspace& workspace, ProfileIndex profile,
                     const Condition& condition) const {
  struct Visitor {
    const Matching& matching;
    const Workspace& workspace;
    ProfileIndex profile;
    const Traits& traits;
    bool operator()(const ServedQueue& served) const {
      const Pool::Entry* entry = matching.PoolOf(workspace, profile).Find(served.queue);
      return entry != nullptr && entry->delay <= served.waited;
    }
    bool operator()(ClientIndex client) const { return traits.MayServe(client); }
    bool operator()(ProcessTypeIndex type) const { return traits.MayDo(type); }
    bool operator()(const AskedPredicate& asked) const {
      return router::Passes(asked.predicate, asked.mode, traits);
    }
  };
  return std::visit(Visitor{*this, workspace, profile, TraitsOf(profile)}, condition);
}

bool Matching::PassesHereAndNow(const Workspace& workspace, const TicketClass& ticket_class,
                                ProfileIndex profile) const {
  if (!Qualifies(workspace, ticket_class, profile)) return false;
  const Pool::Entry& entry = *PoolOf(workspace, profile).Find(ticket_class.spec.queue);
  return entry.delay <= ticket_class.spec.waited;
}

bool Matching::Qualifies(const Workspace& workspace, const TicketClass& ticket_class,
                         ProfileIndex profile) const {
  const Traits& traits = TraitsOf(profile);
  return PoolOf(workspace, profile).Find(ticket_class.spec.queue) != nullptr &&
         traits.MayServe(ticket_class.spec.client) &&
         traits.MayDo(ticket_class.spec.process_type) &&
         std::all_of(ticket_class.clauses.begin(), ticket_class.clauses.end(),
                     [&](const CompiledClause& clause) {
                       return router::Passes(clause, ticket_class.mode, traits);
                     });
}

Passing Matching::Test(const Workspace& workspace, const TicketClass& ticket_class,
                       ProfileIndex profile) const {
  if (!Qualifies(workspace, ticket_class, profile)) return {};
  const Pool::Entry& entry = *PoolOf(workspace, profile).Find(ticket_class.spec.queue);
  Passing passing{.push = entry.push,
                  .pull = entry.pull,
                  .rank = entry.level.first,
                  .delay = entry.delay,
                  .early = entry.delay > ticket_class.spec.waited};
  if (ticket_class.distribution == DistributionMode::kBestMatch) {
    passing.score = ScoreOf(ticket_class.clauses, ticket_class.preferences, ticket_class.mode,
                            TraitsOf(profile));
  }
  return passing;
}

TicketClass Matching::Foresee(const Workspace& workspace, ClassSpec spec) const {
  TicketClass foreseen;
  foreseen.spec = std::move(spec);
  foreseen.Compile(workspace);
  return foreseen;
}

// The skill that nobody can do without who meets the condition.
SkillIndex SkillAskedBy(const Condition& condition) {
  const auto* asked = std::get_if<AskedPredicate>(&condition);
  if (asked == nullptr || asked->predicate.negated) return {};
  const auto* skill = std::get_if<CompiledSkill>(&asked->predicate.kind);
  return skill != nullptr && skill->level > 0 ? skill->skill : SkillIndex{};
}

// Who came since, and may meet the condition.
void Matching::CatchUp(const Workspace& workspace, KnownCondition& known) const {
  static const std::vector<ProfileIndex> kNone;
  const bool by_skill = known.skill.IsSet();
  const bool is_listed = by_skill && known.skill.value < skilled_profiles_.size();
  const std::vector<ProfileIndex>& profiles = is_listed  ? skilled_profiles_[known.skill.value]
                                              : by_skill ? kNone
                                                         : profile_log_;
  bytes_by_condition_ -= known.profiles.bytes();
  for (; known.profiles_seen < profiles.size(); ++known.profiles_seen) {
    const ProfileIndex profile = profiles[known.profiles_seen];
    if (Meets(workspace, profile, known.condition)) known.profiles.Add(profile.value);
  }
  bytes_by_condition_ += known.profiles.bytes();
}

// The place of a condition among those that are known.
uint32_t Matching::NumberOf(const Condition& condition) const {
  const auto [it, is_new] =
      condition_numbers_.try_emplace(condition, static_cast<uint32_t>(conditions_.size()));
  if (is_new) conditions_.push_back({condition, SkillAskedBy(condition), {}, 0});
  return it->second;
}

// Of each condition of the class, who meets it.
void Matching::FillConditions(const Workspace& workspace, TicketClass& ticket_class) const {
  if (bytes_by_condition_ > max_passing_bytes_) ForgetConditions();
  Conditions& conditions = ticket_class.conditions;
  if (conditions.empty()) {
    const ClassSpec& spec = ticket_class.spec;
    conditions.push_back({NumberOf(ServedQueue{spec.queue, spec.waited})});
    conditions.push_back({NumberOf(spec.client)});
    conditions.push_back({NumberOf(spec.process_type)});
    for (const CompiledClause& clause : ticket_class.clauses) {
      auto& any = conditions.emplace_back();
      for (const CompiledPredicate& predicate : clause) {
        any.push_back(NumberOf(AskedPredicate{predicate, ticket_class.mode}));
      }
    }
  }
  for (const auto& any : conditions) {
    for (const uint32_t number : any) CatchUp(workspace, conditions_[number]);
  }
}

Bits Matching::Meeting(const Conditions& conditions) const {
  const auto meet_any = [&](const auto& any) {
    Bits profiles;
    for (const uint32_t number : any) profiles.Unite(conditions_[number].profiles);
    return profiles;
  };
  Bits passing = meet_any(conditions.front());
  for (size_t i = 1; i < conditions.size(); ++i) {
    const auto& any = conditions[i];
    if (any.size() == 1) {
      passing.Intersect(conditions_[any.front()].profiles);
    } else {
      passing.Intersect(meet_any(any));
    }
  }
  return passing;
}

Bits Matching::PassingInTime(const Workspace& workspace, TicketClass& ticket_class) const {
  FillConditions(workspace, ticket_class);
  const uint32_t serves = NumberOf(ServedQueue{ticket_class.spec.queue, kNoDelay});
  CatchUp(workspace, conditions_[serves]);
  Conditions conditions = ticket_class.conditions;
  conditions.front() = {serves};  // in place of serving the queue by now
  return Meeting(conditions);
}

void Matching::FillClass(const Workspace& workspace, TicketClass& ticket_class) const {
  if (ticket_class.profiles_seen == profile_log_.size()) return;
  if (bytes_by_class_ > max_passing_bytes_) ForgetProfilesOfClasses();
  bytes_by_class_ -= ticket_class.PassingBytes();
  const size_t from = ticket_class.profiles_seen;
  if (profile_log_.size() - from <= kFewProfiles) {
    for (size_t i = from; i < profile_log_.size(); ++i) {
      const ProfileIndex profile = profile_log_[i];
      if (PassesHereAndNow(workspace, ticket_class, profile)) {
        ticket_class.passing.Add(profile.value);
      }
    }
  } else {
    FillConditions(workspace, ticket_class);
    ticket_class.passing.Assign(Meeting(ticket_class.conditions), MostListed(profile_log_.size()));
  }
  ticket_class.profiles_seen = profile_log_.size();
  if (ticket_class.distribution == DistributionMode::kBestMatch) FillScores(ticket_class, from);
  bytes_by_class_ += ticket_class.PassingBytes();
}

// Of the profiles that came as `from` and later.
void Matching::FillScores(TicketClass& ticket_class, size_t from) const {
  std::vector<TicketClass::Score>& scores = ticket_class.scores;
  const size_t known = scores.size();
  for (size_t i = from; i < profile_log_.size(); ++i) {
    const ProfileIndex profile = profile_log_[i];
    if (!ticket_class.passing.Has(profile.value)) continue;
    scores.push_back({ScoreOf(ticket_class.clauses, ticket_class.preferences, ticket_class.mode,
                              TraitsOf(profile)),
                      profile});
  }
  const auto higher = [](const TicketClass::Score& a, const TicketClass::Score& b) {
    return a.score > b.score;
  };
  const auto middle = scores.begin() + static_cast<std::ptrdiff_t>(known);
  std::sort(middle, scores.end(), higher);
  std::inplace_merge(scores.begin(), middle, scores.end(), higher);
}

void Matching::FillProfile(const Workspace& workspace, ProfileIndex index) const {
  Profile& profile = profiles_[index.value];
  if (profile.classes_seen == class_log_.size()) return;
  if (bytes_by_profile_ > max_passing_bytes_) ForgetClassesOfProfiles();
  bytes_by_profile_ -= profile.passing.bytes();
  const Traits& traits = TraitsOf(index);
  const Pool& pool = PoolOf(workspace, index);
  const auto add = [&](ClassIndex class_index) {
    const TicketClass& ticket_class = classes_[class_index.value];
    const bool passes = profile.position < ticket_class.profiles_seen
                            ? ticket_class.passing.Has(index.value)
                            : PassesHereAndNow(workspace, ticket_class, index);
    if (passes) profile.passing.Add(class_index.value);
  };
  if (profile.classes_seen == 0) {
    for (const auto& [queue, entry] : pool.queues) {
      if (queue.value >= queues_.size()) continue;
      for (const auto& [barred_by, classes] : queues_[queue.value].classes) {
        if (!traits.MayServe(barred_by.first) || !traits.MayDo(barred_by.second)) continue;
        for (const ClassIndex ticket_class : classes) add(ticket_class);
      }
    }
  } else {
    for (size_t i = profile.classes_seen; i < class_log_.size(); ++i) {
      const Outline& outline = outlines_[class_log_[i].value];
      if (!traits.MayServe(outline.client) || !traits.MayDo(outline.process_type)) continue;
      add(class_log_[i]);
    }
  }
  profile.classes_seen = static_cast<uint32_t>(class_log_.size());
  bytes_by_profile_ += profile.passing.bytes();
}

// --- forgetting it ---

void Matching::ForgetClassesOfProfiles() const {
  for (const ProfileIndex index : profile_log_) {
    Profile& profile = profiles_[index.value];
    profile.passing = {};
    profile.classes_seen = 0;
  }
  bytes_by_profile_ = 0;
  for (Pool& pool : pools_) {
    pool.classes_seen = 0;
    for (auto* levels : {&pool.push_levels, &pool.pull_levels}) {
      for (Pool::Level& level : *levels) level.classes.Clear();
    }
  }
}

void Matching::ForgetProfilesOfClasses() const {
  for (const ClassIndex index : class_log_) classes_[index.value].ForgetPassing();
  bytes_by_class_ = 0;
}

void Matching::ForgetConditions() const {
  for (const ClassIndex index : class_log_) classes_[index.value].conditions.clear();
  conditions_.clear();
  condition_numbers_.clear();
  bytes_by_condition_ = 0;
}

void Matching::ForgetPassing(const Workspace& workspace) {
  pools_.clear();
  ForgetConditions();
  ForgetProfilesOfClasses();
  ForgetClassesOfProfiles();
  for (const ClassIndex index : class_log_) Recompile(workspace, index);
}

void Matching::CompileUnknown(const Workspace& workspace) {
  bool any = false;
  for (const ClassIndex index : class_log_) {
    TicketClass& ticket_class = classes_[index.value];
    if (!ticket_class.HasUnknown()) continue;
    bytes_by_class_ -= ticket_class.PassingBytes();
    ticket_class.ForgetPassing();
    Recompile(workspace, index);
    any = true;
  }
  if (any) ForgetClassesOfProfiles();
}

void Matching::Recompile(const Workspace& workspace, ClassIndex index) {
  TicketClass& ticket_class = classes_[index.value];
  if (workspace.channels[ticket_class.spec.channel.value].configured == nullptr) {
    return;  // no ticket of it is open
  }
  // A skill or site that a loaded ticket asks for can be unknown until a configuration names it.
  ticket_class.Compile(workspace);
  outlines_[index.value].group = ticket_class.group;
}

// --- profiles ---

void Matching::ResetProfiles(const Workspace& workspace) {
  ready_.Clear();
  interruptible_.Clear();
  profiles_.clear();
  free_profiles_.clear();
  profile_log_.clear();
  idle_profiles_ = 0;
  profile_by_traits_.clear();
  skilled_profiles_.clear();
  ForgetPassing(workspace);
}

ProfileIndex Matching::AddMember(Traits traits) {
  if (idle_profiles_ >= kMaxIdleProfiles) DropIdleProfiles();
  const auto [it, is_new] = profile_by_traits_.try_emplace(std::move(traits));
  if (!is_new) {
    if (profiles_[it->second.value].members++ == 0) --idle_profiles_;
    return it->second;
  }
  ProfileIndex index;
  if (free_profiles_.empty()) {
    index = ProfileIndex{static_cast<uint32_t>(profiles_.size())};
    profiles_.emplace_back();
  } else {
    index = free_profiles_.back();
    free_profiles_.pop_back();
  }
  it->second = index;
  Profile& added = profiles_[index.value];
  added.traits = &it->first;
  added.routing_profile = it->first.routing_profile;
  added.members = 1;
  added.position = profile_log_.size();
  profile_log_.push_back(index);
  ListSkills(index);
  return index;
}

void Matching::SetAvailable(ProfileIndex profile, uint32_t before, uint32_t now) {
  for (uint32_t left = before ^ now; left != 0; left &= left - 1) {
    const auto group = static_cast<size_t>(std::countr_zero(left));
    uint32_t& agents = profiles_[profile.value].available[group];
    if (((now >> group) & 1U) != 0) {
      if (agents++ == 0) available_[group].Add(profile.value);
    } else if (--agents == 0) {
      available_[group].Remove(profile.value);
    }
  }
}

void Matching::ListSkills(ProfileIndex profile) {
  for (const auto& [skill, level] : TraitsOf(profile).skills) {
    if (skill.value >= skilled_profiles_.size()) skilled_profiles_.resize(skill.value + 1);
    skilled_profiles_[skill.value].push_back(profile);
  }
}

void Matching::RemoveMember(ProfileIndex profile) {
  if (--profiles_[profile.value].members == 0) ++idle_profiles_;
}

void Matching::DropIdleProfiles() {
  std::vector<ProfileIndex> kept;
  skilled_profiles_.clear();
  for (const ProfileIndex index : profile_log_) {
    Profile& profile = profiles_[index.value];
    if (profile.members > 0) {
      profile.position = kept.size();
      kept.push_back(index);
      ListSkills(index);
      continue;
    }
    bytes_by_profile_ -= profile.passing.bytes();
    profile_by_traits_.erase(profile_by_traits_.find(*profile.traits));
    profile = Profile{};
    free_profiles_.push_back(index);
  }
  profile_log_ = std::move(kept);
  idle_profiles_ = 0;
  ForgetConditions();
  ForgetProfilesOfClasses();
}

// --- classes ---

ClassIndex Matching::FindClass(const ClassView& view, size_t hash) const {
  const auto it = class_by_hash_.find(hash);
  ClassIndex found = it == class_by_hash_.end() ? ClassIndex{} : it->second;
  while (found.IsSet() && !(ViewOf(classes_[found.value].spec) == view)) {
    found = classes_[found.value].next_of_hash;
  }
  return found;
}

ClassIndex Matching::AddToClass(const Workspace& workspace, const ClassView& view) {
  const size_t hash = HashOf(view);
  const ClassIndex found = FindClass(view, hash);
  if (found.IsSet()) {
    CountTicket(found);
    return found;
  }
  ClassSpec spec = view.ToSpec();  // before the class goes whose requirement it may be
  if (idle_classes_ >= max_idle_classes_) DropIdleClasses();
  ClassIndex index;
  if (free_classes_.empty()) {
    index = ClassIndex{static_cast<uint32_t>(classes_.size())};
    classes_.emplace_back();
    for (Line* line : {&waiting_, &ringing_}) {
      line->heads.emplace_back();
      line->keys_in_order.emplace_back();
    }
    outlines_.emplace_back();
  } else {
    index = free_classes_.back();
    free_classes_.pop_back();
  }
  TicketClass& added = classes_[index.value];
  added.spec = std::move(spec);
  added.hash = hash;
  added.Compile(workspace);
  added.groups.resize(1);
  added.shared_groups = {0};
  added.open_tickets = 1;
  added.position = class_log_.size();
  outlines_[index.value] = {added.spec.queue, added.spec.client, added.spec.process_type,
                            added.group};
  if (added.spec.queue.value >= queues_.size()) {
    const size_t size = added.spec.queue.value + 1;
    queues_.resize(size);
    waiting_.queues.resize(size);
    ringing_.queues.resize(size);
  }
  ListClass(index);
  class_log_.push_back(index);
  return index;
}

void Matching::CountTicket(ClassIndex index) {
  if (classes_[index.value].open_tickets++ == 0) --idle_classes_;
}

ClassIndex Matching::AddToClassAfter(const ClassStep& taken) {
  const auto it = class_steps_.find(taken);
  if (it == class_steps_.end()) return {};
  CountTicket(it->second);
  ++classes_[it->second.value].groups.front().open_tickets;
  return it->second;
}

void Matching::KeepStep(const ClassStep& taken, ClassIndex to) {
  // Of plans that are no more, too.
  if (class_steps_.size() >= kMaxClassSteps) class_steps_.clear();
  class_steps_[taken] = to;
}

void Matching::ListClass(ClassIndex index) {
  ClassIndex& first = class_by_hash_[classes_[index.value].hash];
  classes_[index.value].next_of_hash = std::exchange(first, index);
  const Outline& outline = outlines_[index.value];
  queues_[outline.queue.value].classes[{outline.client, outline.process_type}].push_back(index);
}

void Matching::RemoveFromClass(ClassIndex class_index, uint32_t group_index) {
  TicketClass& ticket_class = classes_[class_index.value];
  TicketClass::Group& group = ticket_class.groups[group_index];
  if (--group.open_tickets == 0 && group_index != 0) {
    ticket_class.group_by_agents.erase(group.agents);
    auto& shared = ticket_class.shared_groups;
    shared.erase(std::remove(shared.begin(), shared.end(), group_index), shared.end());
    ticket_class.free_groups.push_back(group_index);
  }
  if (--ticket_class.open_tickets == 0) ++idle_classes_;
}

void Matching::DropIdleClasses() {
  for (uint32_t queue = 0; queue < queues_.size(); ++queue) {
    (void)HeadsOf(waiting_, QueueIndex{queue});
    (void)HeadsOf(ringing_, QueueIndex{queue});
  }
  std::vector<ClassIndex> kept;
  for (QueueClasses& queue : queues_) queue.classes.clear();
  class_by_hash_.clear();
  class_steps_.clear();
  for (const ClassIndex index : class_log_) {
    TicketClass& ticket_class = classes_[index.value];
    if (ticket_class.open_tickets > 0) {
      ticket_class.position = kept.size();
      ListClass(index);
      kept.push_back(index);
      continue;
    }
    bytes_by_class_ -= ticket_class.PassingBytes();
    ticket_class = TicketClass{};
    free_classes_.push_back(index);
  }
  class_log_ = std::move(kept);
  idle_classes_ = 0;
  // Of those that are asked for no more, too.
  ForgetConditions();
  ForgetClassesOfProfiles();
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

}  // namespace tandem::router
