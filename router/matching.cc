#include "router/matching.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "router/fetch.h"
#include "router/state.h"

namespace tandem::router {
// --- what waits ---

void Matching::UpdateHead(Line& line, ClassIndex class_index) {
  const TicketClass& ticket_class = classes_[class_index.value];
  Head head;
  for (const uint32_t shared : ticket_class.shared_groups) {
    const RankedTickets& tickets = ticket_class.groups[shared].*line.tickets_of;
    if (tickets.empty()) continue;
    const RankedTicket& first = tickets.First();
    if (first.key < head.key) head = {first.key, first.ticket, shared};
  }
  line.heads[class_index.value] = head;
  if (line.has_changed.Has(class_index.value)) return;
  line.has_changed.Add(class_index.value);
  line.queues[outlines_[class_index.value].queue.value].changed.push_back(class_index);
}

const Matching::HeadsInOrder& Matching::HeadsOf(const Line& line, QueueIndex queue) const {
  const Line::OfQueue& of_queue = line.queues[queue.value];
  for (const ClassIndex changed : of_queue.changed) {
    line.has_changed.Remove(changed.value);
    const WaitKey key = line.heads[changed.value].key;
    WaitKey& known = line.keys_in_order[changed.value];
    if (known == key) continue;
    if (known != WaitKey{}) of_queue.heads.erase({known, changed});
    if (key != WaitKey{}) of_queue.heads.insert({key, changed});
    known = key;
  }
  of_queue.changed.clear();
  return of_queue.heads;
}

// Lists the group at the agents whom it names, and at its queue, while it has tickets in the line.
void Matching::SetNamed(Line& line, ClassIndex ticket_class, uint32_t group, bool waits) {
  const NamedGroup entry{ticket_class, group};
  auto& of_queue = line.queues[classes_[ticket_class.value].spec.queue.value].named;
  waits ? static_cast<void>(of_queue.emplace(ticket_class, group))
        : static_cast<void>(of_queue.erase({ticket_class, group}));
  for (const AgentIndex agent : classes_[ticket_class.value].groups[group].agents.named) {
    if (agent.value >= line.named.size()) line.named.resize(agent.value + 1);
    std::vector<NamedGroup>& groups = line.named[agent.value];
    if (waits) {
      groups.push_back(entry);
    } else {
      std::erase(groups, entry);
    }
  }
}

void Matching::Add(Line& line, TicketIndex index, const Ticket& ticket, WaitKey key) {
  TicketClass::Group& group = classes_[ticket.ticket_class.value].groups[ticket.group];
  RankedTickets& tickets = group.*line.tickets_of;
  const bool named = !group.agents.named.empty();
  if (named && tickets.empty()) SetNamed(line, ticket.ticket_class, ticket.group, true);
  tickets.Insert({key, index});
  if (index.value >= keys_.size()) keys_.resize(size_t{index.value} + 1);
  keys_[index.value] = key;
  ++line.tickets;
  if (!named && key < line.heads[ticket.ticket_class.value].key) {
    UpdateHead(line, ticket.ticket_class);
  }
}

void Matching::Remove(Line& line, TicketIndex index, const Ticket& ticket) {
  TicketClass::Group& group = classes_[ticket.ticket_class.value].groups[ticket.group];
  RankedTickets& tickets = group.*line.tickets_of;
  const bool named = !group.agents.named.empty();
  tickets.Erase(keys_[index.value]);
  --line.tickets;
  if (named && tickets.empty()) SetNamed(line, ticket.ticket_class, ticket.group, false);
  if (!named && line.heads[ticket.ticket_class.value].ticket == index) {
    UpdateHead(line, ticket.ticket_class);
  }
}

void Matching::AddWaiting(TicketIndex index, const Ticket& ticket, WaitKey key) {
  Add(waiting_, index, ticket, key);
  if (index.value >= slots_.size()) slots_.resize(keys_.size());
  slots_[index.value] =
      queues_[outlines_[ticket.ticket_class.value].queue.value].waiting.Insert(key);
}

void Matching::RemoveWaiting(TicketIndex index, const Ticket& ticket) {
  queues_[outlines_[ticket.ticket_class.value].queue.value].waiting.Erase(keys_[index.value],
                                                                          slots_[index.value]);
  Remove(waiting_, index, ticket);
}

void Matching::LiftWaiting(TicketIndex index, const Ticket& ticket) {
  Remove(waiting_, index, ticket);
}

void Matching::PutBackWaiting(TicketIndex index, const Ticket& ticket, WaitKey key) {
  const WaitKey before = keys_[index.value];
  if (key != before) {
    RankedKeys& counted = queues_[ticket.queue.value].waiting;
    counted.Erase(before, slots_[index.value]);
    slots_[index.value] = counted.Insert(key);
  }
  Add(waiting_, index, ticket, key);
}

void Matching::AddRinging(TicketIndex index, const Ticket& ticket, WaitKey key) {
  Add(ringing_, index, ticket, key);
}

void Matching::RemoveRinging(TicketIndex index, const Ticket& ticket) {
  Remove(ringing_, index, ticket);
}

// --- an agent looks for a ticket ---

// Whether work of the class that begins now is expected to end within the agent's shift. One whose
// shift has no known end costs a comparison.
bool Matching::FitsShift(const Workspace& workspace, const AgentState& agent,
                         const TicketClass& ticket_class) {
  return !agent.shift_ends_at.IsSet() ||
         agent.FitsShift(workspace.now + ticket_class.spec.handling_time);
}

// Where tickets of the client go, in a level.
ClientTier Matching::TierOf(const Seeker& seeker, ClientIndex client) {
  return seeker.shares == nullptr ? ClientTier::kWithinShare : seeker.shares->TierOf(client);
}

// Whether the agent passes over the queue: it asks for another one, or another office's, or nothing
// of it is offered.
bool Matching::Skips(const Workspace& workspace, const Seeker& seeker, QueueIndex queue) {
  return (seeker.only.IsSet() && queue != seeker.only) ||
         (seeker.back_only && !workspace.queue(queue).IsBack()) ||
         (seeker.mode == Mode::kPush && !workspace.queue(queue).offers);
}

// Whether nothing of the class is offered, though the queue offers: call-backs, while it is closed.
bool Matching::Holds(const Workspace& workspace, const Seeker& seeker, QueueIndex queue,
                     ClassIndex ticket_class) const {
  return seeker.mode == Mode::kPush && workspace.queue(queue).closed &&
         !workspace.Offers(queue, classes_[ticket_class.value].spec.channel);
}

// The key by which a ticket of the queue competes: while it is the turn of late work, that of a
// late one is as if it was not.
WaitKey Matching::KeyNow(const Workspace& workspace, QueueIndex queue, WaitKey key) {
  return key.IsLate() && workspace.queue(queue).late_turn ? key.Punctual() : key;
}

// The first ticket of the group, of those in the line, for which no cool-down of the agent runs,
// and whose offer it does not have.
TicketIndex Matching::FirstOfGroup(const Workspace& workspace, const Seeker& seeker,
                                   const TicketClass::Group& group) const {
  const RankedTickets& tickets = group.*seeker.line.tickets_of;
  if (!seeker.passes_over) return tickets.First().ticket;
  const RankedTicket* first = tickets.FirstWhere([&](const RankedTicket& entry) {
    const Ticket& ticket = workspace.ticket(entry.ticket);
    return !Workspace::IsCooling(ticket, seeker.index) &&
           !Workspace::IsOfferedTo(ticket, seeker.index);
  });
  return first == nullptr ? TicketIndex{} : first->ticket;
}

TicketIndex Matching::FirstAllowed(const Workspace& workspace, const Seeker& seeker,
                                   ClassIndex class_index) const {
  const TicketClass& ticket_class = classes_[class_index.value];
  TicketIndex best;
  WaitKey best_key;
  for (const uint32_t shared : ticket_class.shared_groups) {
    const TicketClass::Group& group = ticket_class.groups[shared];
    if ((group.*seeker.line.tickets_of).empty() || group.agents.Exclude(seeker.index)) continue;
    const TicketIndex candidate = FirstOfGroup(workspace, seeker, group);
    if (!candidate.IsSet() || !(KeyInLine(candidate) < best_key)) continue;
    best = candidate;
    best_key = KeyInLine(candidate);
  }
  return best;
}

bool Matching::Candidate::Before(const Candidate& other) const {
  if (!other.ticket.IsSet()) return true;
  return std::tie(level, tier, key) < std::tie(other.level, other.tier, other.key);
}

// Calls `function` with each queue and the first of a group's tickets in it that name the agent, of
// those that it may take.
template <typename Function>
void Matching::ForEachNaming(const Workspace& workspace, const Seeker& seeker,
                             Function function) const {
  if (seeker.index.value >= seeker.line.named.size()) return;
  for (const NamedGroup& named : seeker.line.named[seeker.index.value]) {
    const TicketClass& ticket_class = classes_[named.ticket_class.value];
    const TicketClass::Group& group = ticket_class.groups[named.group];
    const Urgency urgency = workspace.queue(ticket_class.spec.queue).configured->urgency;
    if (Skips(workspace, seeker, ticket_class.spec.queue)) continue;
    if (Holds(workspace, seeker, ticket_class.spec.queue, named.ticket_class)) continue;
    if ((seeker.open_kinds & KindBit(ticket_class.group, urgency)) == 0) continue;
    if (!FitsShift(workspace, seeker.agent, ticket_class)) continue;
    if (group.agents.Exclude(seeker.index)) continue;
    const Passing passing = Test(workspace, ticket_class, seeker.agent.profile);
    if (passing.early || !(seeker.mode == Mode::kPush ? passing.push : passing.pull)) continue;
    const TicketIndex ticket = FirstOfGroup(workspace, seeker, group);
    if (!ticket.IsSet()) continue;
    const WaitKey key = KeyNow(workspace, ticket_class.spec.queue, KeyInLine(ticket));
    function(
        ticket_class.spec.queue,
        Candidate{{passing.rank, urgency}, TierOf(seeker, ticket_class.spec.client), key, ticket});
  }
}

// Takes the class's best ticket for the agent if it goes before the best so far.
void Matching::Consider(const Workspace& workspace, const Seeker& seeker, ClassIndex ticket_class,
                        LevelKey level, Candidate& best) const {
  const Head& head = seeker.line.heads[ticket_class.value];
  if (!head.ticket.IsSet()) return;
  const Outline& outline = outlines_[ticket_class.value];
  Candidate candidate{level, TierOf(seeker, outline.client),
                      KeyNow(workspace, outline.queue, head.key), head.ticket};
  if (!candidate.Before(best)) return;
  if (Skips(workspace, seeker, outline.queue)) return;
  if (Holds(workspace, seeker, outline.queue, ticket_class)) return;
  if ((seeker.open_kinds & KindBit(outline.group, level.second)) == 0) return;
  if (!FitsShift(workspace, seeker.agent, classes_[ticket_class.value])) return;
  // The first group excludes nobody.
  if (head.group != 0 || seeker.passes_over) {
    candidate.ticket = FirstAllowed(workspace, seeker, ticket_class);
    if (!candidate.ticket.IsSet()) return;
    candidate.key = KeyNow(workspace, outline.queue, KeyInLine(candidate.ticket));
    if (!candidate.Before(best)) return;
  }
  best = candidate;
}

// Walks the queue to the first of its waiting tickets that the agent may take, if that goes before
// the best so far; false: not within so many steps. Where clients have fair shares it walks on for
// one of a client that goes before.
bool Matching::WalkHeads(const Workspace& workspace, const Seeker& seeker, QueueIndex queue,
                         LevelKey level, size_t& steps, Candidate& best) const {
  const Subset& passing = profiles_[seeker.agent.profile.value].passing;
  if (Skips(workspace, seeker, queue) || queue.value >= queues_.size()) return true;
  const auto walk = [&](auto head, auto end) {
    for (; head != end; ++head) {
      const auto& [key, ticket_class] = *head;
      if (!(KeyNow(workspace, queue, key) < best.key) && best.tier <= seeker.first_tier) break;
      if (steps-- == 0) return false;
      if (!passing.Has(ticket_class.value)) continue;
      Consider(workspace, seeker, ticket_class, level, best);
    }
    return true;
  };
  const HeadsInOrder& heads = HeadsOf(seeker.line, queue);
  if (!workspace.queue(queue).late_turn) return walk(heads.begin(), heads.end());
  const auto late = heads.lower_bound({kFirstLate, ClassIndex{0}});
  return walk(late, heads.end()) && walk(heads.begin(), late);
}

// Goes through the classes of the level that pass; `best` gives the best so far to compare with.
template <typename Function>
void Matching::GoThrough(const Workspace& workspace, const Seeker& seeker, const Pool::Level& level,
                         Function best) const {
  profiles_[seeker.agent.profile.value].passing.ForEachIn(
      level.classes, [&](uint32_t ticket_class) {
        Consider(workspace, seeker, ClassIndex{ticket_class}, level.key,
                 best(outlines_[ticket_class].queue));
      });
}

// Where a queue is PRIORITY_FIRST: of each queue the first that the agent may take, then the best
// of these.
TicketIndex Matching::BestOfFirsts(const Workspace& workspace, const Seeker& seeker,
                                   const std::vector<Pool::Level>& levels, size_t steps) const {
  absl::flat_hash_map<QueueIndex, Candidate> naming;  // each queue is of one level
  ForEachNaming(workspace, seeker, [&](QueueIndex queue, const Candidate& candidate) {
    Candidate& first = naming[queue];
    if (candidate.Before(first)) first = candidate;
  });
  for (const Pool::Level& level : levels) {
    if ((seeker.open_kinds & KindsOf(level.key.second)) == 0) continue;
    absl::flat_hash_map<QueueIndex, Candidate> firsts;
    for (const QueueIndex queue : level.queues) {
      const auto it = naming.find(queue);
      firsts[queue] = it == naming.end() ? Candidate{} : it->second;
    }
    const bool walked =
        std::all_of(level.queues.begin(), level.queues.end(), [&](QueueIndex queue) {
          return WalkHeads(workspace, seeker, queue, level.key, steps, firsts[queue]);
        });
    if (!walked) {
      steps = 0;
      GoThrough(workspace, seeker, level,
                [&](QueueIndex queue) -> Candidate& { return firsts[queue]; });
    }
    Candidate best;
    for (const QueueIndex queue : level.queues) {
      Candidate first = firsts[queue];
      first.key = first.key.Competing();
      if (first.ticket.IsSet() && first.Before(best)) best = first;
    }
    if (best.ticket.IsSet()) return best.ticket;
  }
  return {};
}

TicketIndex Matching::BestTicket(const Workspace& workspace, AgentIndex index, Mode mode,
                                 QueueIndex only) const {
  const AgentState& agent = workspace.agent(index);
  Seeker seeker{index,
                agent,
                mode,
                only,
                workspace.KindsOpenTo(agent),
                waiting_,
                /*passes_over=*/agent.cooling != 0};
  if (workspace.shares.any()) {
    seeker.shares = &workspace.shares;
    const Traits& traits = TraitsOf(agent.profile);
    seeker.first_tier =
        workspace.shares.FirstWaiting([&](ClientIndex client) { return traits.MayServe(client); });
  }
  return BestOf(workspace, seeker);
}

TicketIndex Matching::BestRing(const Workspace& workspace, AgentIndex index) const {
  if (!AnyRings()) return {};
  const AgentState& agent = workspace.agent(index);
  Seeker seeker{index,
                agent,
                Mode::kPush,
                QueueIndex{},
                workspace.KindsOpenTo(agent),
                ringing_,
                /*passes_over=*/agent.cooling != 0 || agent.HasWork()};
  if (workspace.shares.any()) {
    seeker.shares = &workspace.shares;
    seeker.first_tier = ClientTier::kBelowFloor;  // which tiers ring is not counted
  }
  return BestOf(workspace, seeker);
}

// Of the line: BACK-office work first where the floor asks for it.
TicketIndex Matching::BestOf(const Workspace& workspace, const Seeker& seeker) const {
  if (workspace.BackGoesFirst(seeker.agent)) {
    Seeker on_back = seeker;
    on_back.back_only = true;
    on_back.open_kinds = seeker.agent.open_kinds;
    const TicketIndex best = BestOfAll(workspace, on_back);
    if (best.IsSet()) return best;
  }
  return BestOfAll(workspace, seeker);
}

TicketIndex Matching::BestOfAll(const Workspace& workspace, const Seeker& seeker) const {
  const ProfileIndex profile = seeker.agent.profile;
  Pool& pool = PoolOf(workspace, profile);
  FillProfile(workspace, profile);  // may drop what FillLevels filled in
  FillLevels(pool);
  const Subset& passing = profiles_[profile.value].passing;
  size_t steps = passing.is_listed() ? 0 : StepsTo(passing.size(), class_log_.size());
  const auto& levels = seeker.mode == Mode::kPush ? pool.push_levels : pool.pull_levels;
  if (pool.priority_first) return BestOfFirsts(workspace, seeker, levels, steps);
  Candidate naming;
  ForEachNaming(workspace, seeker, [&](QueueIndex, const Candidate& candidate) {
    if (candidate.Before(naming)) naming = candidate;
  });
  for (const Pool::Level& level : levels) {
    if ((seeker.open_kinds & KindsOf(level.key.second)) == 0) continue;
    if (naming.ticket.IsSet() && naming.level < level.key) break;
    Candidate best;
    if (naming.level == level.key) best = naming;
    const auto walk = [&](QueueIndex queue) {
      return WalkHeads(workspace, seeker, queue, level.key, steps, best);
    };
    if (passing.is_listed() || !std::all_of(level.queues.begin(), level.queues.end(), walk)) {
      steps = 0;
      GoThrough(workspace, seeker, level, [&](QueueIndex) -> Candidate& { return best; });
    }
    if (best.ticket.IsSet()) return best.ticket;
  }
  return naming.ticket;
}

// --- a ticket looks for an agent ---

void Matching::AddReady(AgentIndex index, const AgentState& agent) {
  ready_.Add(index, agent, agent.open_kinds & ~agent.interrupting_kinds);
  interruptible_.Add(index, agent, agent.interrupting_kinds);
}

void Matching::RemoveReady(AgentIndex index, const AgentState& agent) {
  ready_.Remove(index, agent, agent.open_kinds & ~agent.interrupting_kinds);
  interruptible_.Remove(index, agent, agent.interrupting_kinds);
}

// The lists of agents of a profile that passes who may be offered the ticket.
ListSet Matching::ListsOpenTo(const Workspace& workspace, const Sought& sought,
                              ProfileIndex profile) const {
  if (!PoolOf(workspace, profile).pushed.Has(sought.ticket.queue.value)) return 0;
  if (sought.urgency == Urgency::kLive) return sought.lists;
  const auto& pool = workspace.routing_profiles[profiles_[profile.value].routing_profile.value];
  // Who is idle has no BACK-office work.
  const bool floor_asks = sought.back && pool.IsBelowFloor();
  return ListsFor(sought.ticket_class.group, sought.urgency,
                  floor_asks || pool.idle_agents.size() > pool.configured->live_reserve);
}

// Takes the profile's first agent in these lists if it goes before the best so far.
void Matching::Consider(const Workspace& workspace, const Sought& sought, ProfileIndex profile,
                        ListSet lists, uint32_t score, ReadyKey& best) const {
  const auto accept = [&](AgentIndex index) {
    const AgentState& agent = workspace.agent(index);
    return !sought.agents.Exclude(index) &&
           (agent.cooling == 0 || !Workspace::IsCooling(sought.ticket, index)) &&
           !Workspace::IsOfferedTo(sought.ticket, index) &&
           FitsShift(workspace, agent, sought.ticket_class);
  };
  sought.ready.FindFirst(profile, sought.order, lists & ListsOpenTo(workspace, sought, profile),
                         score, accept, best);
}

AgentIndex Matching::BestAgent(const Workspace& workspace, TicketIndex index) const {
  const Ticket& ticket = workspace.ticket(index);
  TicketClass& ticket_class = classes_[ticket.ticket_class.value];
  const Urgency urgency = workspace.UrgencyOf(ticket);
  const auto sought_among = [&](const ReadyAgents& ready) {
    return Sought{ticket,
                  ticket_class,
                  ticket_class.groups[ticket.group].agents,
                  OrderOf(ticket_class.distribution),
                  urgency,
                  workspace.queue(ticket.queue).IsBack(),
                  ListsFor(ticket_class.group, urgency, true),
                  ready};
  };
  if (!workspace.Offers(ticket.queue, ticket.channel)) return {};
  const Sought sought = sought_among(ready_);
  if (!sought.agents.named.empty()) return BestOfNamed(workspace, sought);
  const AgentIndex best = BestOfReady(workspace, sought);
  return best.IsSet() ? best : BestOfReady(workspace, sought_among(interruptible_));
}

// The best of those whose profiles pass.
AgentIndex Matching::BestOfReady(const Workspace& workspace, const Sought& sought) const {
  if ((sought.ready.lists() & sought.lists) == 0) return {};
  TicketClass& ticket_class = sought.ticket_class;
  FillClass(workspace, ticket_class);
  const std::vector<TicketClass::Score>& scores = ticket_class.scores;
  if (!scores.empty() && scores.front().score != scores.back().score) {
    return BestMatch(workspace, sought);
  }
  ReadyKey best;
  if (!ticket_class.passing.is_listed() && WalkReady(workspace, sought, best)) return best.agent;
  // The one who leads first: few of the others lead as early, and only these are looked at. What
  // is known of an agent and its profile is far apart in memory, leads are side by side.
  const Leader leader = LeaderOf(sought);
  if (!leader.profile.IsSet()) return {};
  Consider(workspace, sought, leader.profile, OnlyList(leader.list), 0, best);
  const auto lead_of_best = [&] {
    return best.agent.IsSet() ? sought.ready.LeadOf(sought.order, best) : ReadyAgents::kNobodyLeads;
  };
  ReadyAgents::Lead least = lead_of_best();
  if (leader.leads_alone &&
      least == sought.ready.LeadOf(sought.order, leader.list, leader.profile)) {
    return best.agent;
  }
  ForEachReadyPassing(sought, [&](uint32_t list, ProfileIndex profile) {
    if (sought.ready.LeadOf(sought.order, list, profile) > least) return;
    Consider(workspace, sought, profile, OnlyList(list), 0, best);
    least = lead_of_best();
  });
  return best.agent;
}

// Walks to the first of the ready agents who may take the ticket; false: it is too far.
bool Matching::WalkReady(const Workspace& workspace, const Sought& sought, ReadyKey& best) const {
  const Subset& passing = sought.ticket_class.passing;
  size_t steps = StepsTo(passing.size(), profile_log_.size());
  for (ListSet left = sought.ready.lists() & sought.lists; left != 0; left &= left - 1) {
    const auto list = static_cast<uint32_t>(std::countr_zero(left));
    for (const ReadyKey& head : sought.ready.HeadsOf(sought.order, list)) {
      if (best.agent.IsSet() && !(head < best)) break;
      if (steps-- == 0) return false;
      if (!passing.Has(head.profile.value)) continue;
      Consider(workspace, sought, head.profile, OnlyList(list), 0, best);
    }
  }
  return true;
}

// Calls `function` with each list of agents with room for the ticket and each profile that passes
// and has agents in it.
template <typename Function>
void Matching::ForEachReadyPassing(const Sought& sought, Function function) const {
  for (ListSet left = sought.ready.lists() & sought.lists; left != 0; left &= left - 1) {
    const auto list = static_cast<uint32_t>(std::countr_zero(left));
    sought.ticket_class.passing.ForEachIn(sought.ready.ProfilesIn(list), [&](uint32_t profile) {
      function(list, ProfileIndex{profile});
    });
  }
}

// Of those the one with the least lead; without a profile: there are none.
Matching::Leader Matching::LeaderOf(const Sought& sought) const {
  Leader first;
  ReadyAgents::Lead least = ReadyAgents::kNobodyLeads;
  // One comparison that mostly fails, on which no other one waits.
  const auto compare = [&](uint32_t list, uint32_t profile, ReadyAgents::Lead lead) {
    if (lead > least) return;
    if (lead == least) {
      first.leads_alone = false;
    } else {
      first = {list, ProfileIndex{profile}, /*leads_alone=*/true};
      least = lead;
    }
  };
  const Subset& passing = sought.ticket_class.passing;
  if (passing.is_listed()) FetchAhead(passing.listed().data(), passing.size());
  for (ListSet left = sought.ready.lists() & sought.lists; left != 0; left &= left - 1) {
    const auto list = static_cast<uint32_t>(std::countr_zero(left));
    const std::vector<ReadyAgents::Lead>& leads = sought.ready.LeadsIn(sought.order, list);
    if (!passing.is_listed()) {
      passing.ForEachIn(sought.ready.ProfilesIn(list),
                        [&](uint32_t profile) { compare(list, profile, leads[profile]); });
      continue;
    }
    // Whether anybody is ready is not asked of each: to guess that wrong takes longer than a look.
    for (const uint32_t profile : passing.listed()) {
      if (profile < leads.size()) compare(list, profile, leads[profile]);
    }
  }
  return first;
}

size_t Matching::CountReadyPassing(const Sought& sought) const {
  size_t count = 0;
  ForEachReadyPassing(sought, [&](uint32_t, ProfileIndex) { ++count; });
  return count;
}

// The profiles go by their scores. When the first of them have nobody ready, and few others have,
// it is those few.
AgentIndex Matching::BestMatch(const Workspace& workspace, const Sought& sought) const {
  const TicketClass& ticket_class = sought.ticket_class;
  ReadyKey best;
  size_t steps = 0;
  for (const TicketClass::Score& scored : ticket_class.scores) {
    if (best.agent.IsSet() && -int64_t{scored.score} > best.weight) break;
    if (++steps == Subset::kListed && CountReadyPassing(sought) <= kFewProfiles) {
      ForEachReadyPassing(sought, [&](uint32_t list, ProfileIndex profile) {
        const uint32_t score = ScoreOf(ticket_class.clauses, ticket_class.preferences,
                                       ticket_class.mode, TraitsOf(profile));
        Consider(workspace, sought, profile, OnlyList(list), score, best);
      });
      break;
    }
    for (ListSet left = sought.ready.lists() & sought.lists; left != 0; left &= left - 1) {
      const auto list = static_cast<uint32_t>(std::countr_zero(left));
      if (!sought.ready.ProfilesIn(list).Has(scored.profile.value)) continue;
      if (best.agent.IsSet() && sought.ready.LeadOf(ReadyOrder::kIdle, list, scored.profile) >
                                    sought.ready.LeadOf(ReadyOrder::kIdle, best)) {
        continue;  // no higher a score, and idle less long
      }
      Consider(workspace, sought, scored.profile, OnlyList(list), scored.score, best);
    }
  }
  return best.agent;
}

// The best of the agents whom the ticket names.
AgentIndex Matching::BestOfNamed(const Workspace& workspace, const Sought& sought) const {
  ReadyKey best;
  bool best_interrupts = false;
  for (const AgentIndex index : sought.agents.named) {
    const AgentState& agent = workspace.agent(index);
    if (!agent.HasOpen(sought.ticket_class.group, sought.urgency)) continue;
    if (sought.agents.Exclude(index)) continue;
    if (sought.urgency == Urgency::kDeferrable &&
        !workspace.ReserveAllows(agent, sought.ticket.queue, sought.ticket_class.group)) {
      continue;
    }
    if (Workspace::IsCooling(sought.ticket, index)) continue;
    if (Workspace::IsOfferedTo(sought.ticket, index)) continue;
    if (!FitsShift(workspace, agent, sought.ticket_class)) continue;
    const Passing passing = Test(workspace, sought.ticket_class, agent.profile);
    if (!passing.push || passing.early) continue;
    ReadyKey candidate = KeyOf(sought.order, index, agent);
    candidate.weight -= passing.score;
    const bool interrupts = agent.WouldInterruptFor(sought.ticket_class.group, sought.urgency);
    if (best.agent.IsSet() && interrupts > best_interrupts) continue;
    if (!best.agent.IsSet() || interrupts < best_interrupts || candidate < best) {
      best = candidate;
      best_interrupts = interrupts;
    }
  }
  return best.agent;
}

}  // namespace tandem::router
