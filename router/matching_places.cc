// What is asked of the structures of matching beside its two look-ups: what goes first, what goes
// before, how many there are.
#include <algorithm>

#include "router/matching.h"
#include "router/state.h"

namespace tandem::router {

TicketIndex Matching::FirstWaiting(QueueIndex queue) const {
  if (queue.value >= queues_.size()) return {};
  const HeadsInOrder& heads = HeadsOf(waiting_, queue);
  if (!heads.empty()) return waiting_.heads[heads.begin()->second.value].ticket;
  TicketIndex first;
  for (const auto& [ticket_class, group] : waiting_.queues[queue.value].named) {
    const TicketIndex candidate = classes_[ticket_class.value].groups[group].waiting.First().ticket;
    if (!first.IsSet() || KeyInLine(candidate) < KeyInLine(first)) first = candidate;
  }
  return first;
}

bool Matching::IsRoutable(const Workspace& workspace, ClassIndex class_index,
                          uint32_t group) const {
  TicketClass& ticket_class = classes_[class_index.value];
  const TicketClass::Agents& agents = ticket_class.groups[group].agents;
  if (!agents.named.empty()) {
    return std::any_of(agents.named.begin(), agents.named.end(), [&](AgentIndex index) {
      const AgentState& agent = workspace.agent(index);
      return agent.configured && !agents.Exclude(index) &&
             Qualifies(workspace, ticket_class, agent.profile);
    });
  }
  const auto has_member = [&](uint32_t profile) {
    const auto excluded_members =
        std::count_if(agents.excluded.begin(), agents.excluded.end(), [&](AgentIndex agent) {
          return workspace.agent(agent).configured &&
                 workspace.agent(agent).profile.value == profile;
        });
    return profiles_[profile].members > static_cast<uint32_t>(excluded_members);
  };
  FillClass(workspace, ticket_class);
  if (ticket_class.passing.Any(has_member)) return true;
  if (workspace.queue(ticket_class.spec.queue).delays.empty()) return false;
  return PassingInTime(workspace, ticket_class).Any(has_member);
}

uint32_t Matching::CountAvailable(const Workspace& workspace, const Ticket& ticket,
                                  uint32_t most) const {
  TicketClass& ticket_class = classes_[ticket.ticket_class.value];
  const TicketClass::Agents& agents = ticket_class.groups[ticket.group].agents;
  const auto group = static_cast<size_t>(ticket_class.group);
  const auto count_of = [&](const std::vector<AgentIndex>& listed, auto counts) {
    return static_cast<uint32_t>(std::count_if(listed.begin(), listed.end(), [&](AgentIndex index) {
      const AgentState& agent = workspace.agent(index);
      return ((uint32_t{agent.available_groups} >> group) & 1U) != 0 && counts(index) &&
             Qualifies(workspace, ticket_class, agent.profile);
    }));
  };
  // That it is kept for an agent passes.
  if (!agents.named.empty() && !ticket.kept_until.IsSet()) {
    const auto not_excluded = [&](AgentIndex index) { return !agents.Exclude(index); };
    return std::min(most, count_of(agents.named, not_excluded));
  }
  // Who is excluded is counted among those of a profile, too.
  const uint32_t excluded = count_of(agents.excluded, [](AgentIndex) { return true; });
  uint32_t found = 0;
  const auto is_enough_with = [&](uint32_t profile) {
    found += profiles_[profile].available[group];
    return found >= most + excluded;
  };
  FillClass(workspace, ticket_class);
  const Bits& available = available_[group];
  const bool is_enough = ticket_class.passing.AnyIn(available, is_enough_with);
  if (!is_enough && !workspace.queue(ticket_class.spec.queue).delays.empty()) {
    found = 0;  // who passes now does so in time, too
    Bits in_time = PassingInTime(workspace, ticket_class);
    in_time.Intersect(available);
    static_cast<void>(in_time.Any(is_enough_with));
  }
  return std::min(most, found - excluded);
}

size_t Matching::Ahead(const Workspace& workspace, const Ticket& ticket) const {
  const TicketClass& own = classes_[ticket.ticket_class.value];
  const TicketClass::Agents& agents = own.groups[ticket.group].agents;
  const WaitKey key = workspace.WaitKeyOf(ticket);
  const auto ahead_in = [&](const TicketClass& ticket_class) {
    const auto ahead_of_group = [&](uint32_t group) {
      return ticket_class.groups[group].waiting.Rank(key);
    };
    const auto same = agents.named.empty() ? ticket_class.group_by_agents.end()
                                           : ticket_class.group_by_agents.find(agents);
    size_t ahead = same == ticket_class.group_by_agents.end() ? 0 : ahead_of_group(same->second);
    for (const uint32_t shared : ticket_class.shared_groups) ahead += ahead_of_group(shared);
    return ahead;
  };
  size_t ahead = ahead_in(own);
  const QueueState& queue = workspace.queue(own.spec.queue);
  if (queue.delays.empty() && !queue.late_last) return ahead;
  // Its like, for whom other delays have passed, or who are late, or are not.
  ClassSpec spec = own.spec;
  const auto add = [&](Duration waited, bool late) {
    if (waited == own.spec.waited && late == own.spec.late) return;
    spec.waited = waited;
    spec.late = late;
    const ClassView view = ViewOf(spec);
    const ClassIndex like = FindClass(view, HashOf(view));
    if (like.IsSet()) ahead += ahead_in(classes_[like.value]);
  };
  for (const bool late : {false, true}) {
    if (late && !queue.late_last) continue;
    add(Duration{}, late);
    for (const Duration delay : queue.delays) add(delay, late);
    if (!queue.delays.empty()) add(kNoDelay, late);
  }
  return ahead;
}

Matching::Place Matching::PlaceIn(QueueIndex queue, WaitKey key) const {
  if (queue.value >= queues_.size()) return {};
  const RankedKeys& waiting = queues_[queue.value].waiting;
  return {waiting.Rank(key), waiting.size()};
}

Matching::Prospects Matching::ProspectsOf(const Workspace& workspace, QueueIndex queue,
                                          AgentIndex agent) const {
  Prospects found;
  if (queue.value >= queues_.size()) return found;
  const ProfileIndex profile = workspace.agent(agent).profile;
  WaitKey first;
  for (const auto& [bars, classes] : queues_[queue.value].classes) {
    for (const ClassIndex index : classes) {
      const TicketClass& ticket_class = classes_[index.value];
      const Passing passing = Test(workspace, ticket_class, profile);
      if (!passing.push && !passing.pull) continue;
      for (const TicketClass::Group& group : ticket_class.groups) {
        const bool kept_out = !group.agents.Name(agent) || group.agents.Exclude(agent);
        if (kept_out || group.waiting.empty()) continue;
        found.tickets += group.waiting.size();
        const RankedTicket& entry = group.waiting.First();
        if (found.first.IsSet() && first < entry.key) continue;
        found.first = entry.ticket;
        found.passing = passing;
        first = entry.key;
      }
    }
  }
  return found;
}

bool Matching::HasLate(QueueIndex queue) const {
  const auto [punctual, all] = PlaceIn(queue, kFirstLate);
  return punctual < all;
}

}  // namespace tandem::router
