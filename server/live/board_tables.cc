#include "server/live/board_tables.h"

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <variant>

#include "router/resources.h"

namespace tandem::live {
namespace {

using router::AgentStatus;
using router::TicketState;

bool Waits(TicketState state) {
  return state == TicketState::kQueued || state == TicketState::kOffered;
}

// Since when it is in its state, of one that an agent has; see tandem.v1.WatchedWork.
router::Time SinceOf(const store::LiveTicket& ticket) {
  const auto or_else = [](router::Time time, router::Time other) {
    return time.IsSet() ? time : other;
  };
  switch (ticket.state) {
    case TicketState::kConnecting:
      return or_else(ticket.accepted_at, ticket.segment_began_at);
    case TicketState::kActive:
      return or_else(ticket.connected_at, or_else(ticket.accepted_at, ticket.segment_began_at));
    case TicketState::kWrapUp:
      return or_else(std::max(ticket.disconnected_at, ticket.finished_at), ticket.segment_began_at);
    case TicketState::kOffered:
    case TicketState::kAssigned:
    case TicketState::kQueued:
    case TicketState::kScheduled:
    case TicketState::kParked:
    case TicketState::kBlocked:
    case TicketState::kInReview:
    case TicketState::kCompleted:
    case TicketState::kCanceled:
    case TicketState::kAbandoned:
    case TicketState::kExpired:
      break;
  }
  return ticket.segment_began_at;
}

}  // namespace

// ----------------------------------------------------------------------------------------
// rows

bool operator==(const AgentEntry& a, const AgentEntry& b) {
  const bool same_place = a.place == b.place || (a.place && b.place && *a.place == *b.place);
  return same_place && a.key == b.key && a.gone == b.gone && a.agent == b.agent &&
         a.status == b.status && a.reason == b.reason && a.since == b.since &&
         a.connected == b.connected && a.offers == b.offers && a.owned == b.owned &&
         a.work == b.work;
}

void BoardTables::Load(const store::LiveState& live) {
  router::ForEachList(live.workspace.configuration, [&](const auto& list) {
    for (const auto& resource : list) std::ignore = Configure(resource, /*removed=*/false);
  });
  for (const router::AgentRow& row : live.agents) Set(row);
  for (const store::LiveTicket& ticket : live.tickets) {
    Add(ticket);
    Move(ticket.ticket, ticket);
  }
  for (const auto& visit : live.visits) {
    Changed(queue_numbers_.Of(visit.queue)).recent.Add(visit.what);
  }
  for (uint32_t number = 0; number < queue_numbers_.size(); ++number) Changed(number);
  for (uint32_t number = 0; number < agent_numbers_.size(); ++number) ChangedAgent(number);
}

bool BoardTables::Apply(const std::string& workspace, const router::Changes& changes) {
  for (const router::ResourceRow& row : changes.resources) {
    if (row.workspace == workspace && !Configure(row.resource, row.removed)) return false;
  }
  for (const router::AgentRow& row : changes.agents) {
    if (row.workspace == workspace && !row.removed) Set(row);
  }
  for (const router::TicketRow& row : changes.tickets) {
    if (row.workspace == workspace) Add(store::ToLiveTicket(row, {}));
  }
  for (const router::VisitRow& row : changes.visits) {
    if (row.workspace != workspace || !router::IsDecided(row)) continue;
    Changed(queue_numbers_.Of(row.queue)).recent.Add(router::ToEndedVisit(row));
  }
  for (const router::TicketRow& row : changes.reopened) {
    if (row.workspace == workspace) Add(store::ToLiveTicket(row, {}));
  }
  for (const router::TicketStateRow& row : changes.ticket_states) {
    if (row.workspace != workspace) continue;
    if (tickets_.contains(row.ticket)) {
      Move(row.ticket, store::ToLiveTicket({}, row));
    } else if (!router::IsClosed(row.state)) {
      return false;
    }
  }
  return true;
}

bool BoardTables::Configure(const router::Resource& resource, bool removed) {
  return std::visit(
      [&](const auto& one) {
        using One = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<One, router::Channel>) {
          return Set(one, removed);
        } else if constexpr (std::is_same_v<One, router::Queue> ||
                             std::is_same_v<One, router::RoutingProfile> ||
                             std::is_same_v<One, router::Agent>) {
          Set(one, removed);
        }
        return true;
      },
      resource);
}

bool BoardTables::Set(const router::Channel& channel, bool removed) {
  if (removed) {
    channels_.erase(channel.id);
    return true;
  }
  const auto [place, is_new] = channels_.try_emplace(channel.id, channel.has_media);
  return is_new || place->second == channel.has_media;
}

void BoardTables::Set(const router::Queue& configured, bool removed) {
  Queue& queue = Changed(queue_numbers_.Of(configured.id));
  queue.configured = !removed;
  if (!removed) queue.client = configured.client;
}

void BoardTables::Set(const router::RoutingProfile& profile, bool removed) {
  auto queues = std::make_shared<std::vector<std::string>>();
  for (const auto& named : profile.queues) queues->push_back(named.queue);
  if (removed) {
    profiles_.erase(profile.id);
  } else {
    profiles_[profile.id] = queues;
  }
  for (uint32_t number = 0; number < agents_.size(); ++number) {
    if (agents_[number].profile == profile.id) GiveQueues(ChangedAgent(number), queues);
  }
}

void BoardTables::Set(const router::Agent& configured, bool removed) {
  Agent& agent = ChangedAgent(agent_numbers_.Of(configured.id));
  CountAgent(agent, -1);
  agent.configured = !removed;
  if (!removed) {
    agent.profile = configured.routing_profile;
    agent.place = std::make_shared<const AgentPlace>(
        AgentPlace{.team = configured.team,
                   .site = configured.site,
                   .clients = configured.clients,
                   .queues = QueuesOf(configured.routing_profile)});
  }
  CountAgent(agent, +1);
}

void BoardTables::GiveQueues(Agent& agent, const QueueList& queues) {
  if (agent.place == nullptr) return;
  CountAgent(agent, -1);
  AgentPlace place = *agent.place;
  place.queues = queues;
  agent.place = std::make_shared<const AgentPlace>(std::move(place));
  CountAgent(agent, +1);
}

BoardTables::QueueList BoardTables::QueuesOf(const std::string& profile) const {
  static const QueueList kNone = std::make_shared<const std::vector<std::string>>();
  const auto found = profiles_.find(profile);
  return found == profiles_.end() ? kNone : found->second;
}

void BoardTables::Set(const router::AgentRow& row) {
  Agent& agent = ChangedAgent(agent_numbers_.Of(row.agent));
  CountAgent(agent, -1);
  agent.status = row.status;
  agent.reason = row.reason;
  agent.since = row.status_since;
  agent.connected = row.session_open && !row.session_lost_at.IsSet();
  CountAgent(agent, +1);
}

void BoardTables::Add(const store::LiveTicket& added) {
  Ticket ticket;
  ticket.channel = words_.Of(added.channel);
  ticket.client = words_.Of(added.client);
  tickets_.insert_or_assign(added.ticket, ticket);
  if (!HasMedia(added.channel)) return;
  origins_[added.ticket] = {.entry_point = added.entry_point, .external_id = added.external_id};
}

bool BoardTables::HasMedia(const std::string& channel) const {
  const auto found = channels_.find(channel);
  return found != channels_.end() && found->second;
}

void BoardTables::Move(router::TicketId id, const store::LiveTicket& to) {
  const auto place = tickets_.find(id);
  Ticket& ticket = place->second;
  if (ticket.counted) Count(id, ticket, -1);
  rings_.erase(id);
  if (!to.channel_now.empty()) {
    ticket.channel = words_.Of(to.channel_now);
    if (HasMedia(to.channel_now)) origins_.try_emplace(id);
  }
  Connect(id, ticket, to);
  if (router::IsClosed(to.state)) {
    tickets_.erase(place);
    origins_.erase(id);
    return;
  }
  ticket.state = to.state;
  ticket.queue = queue_numbers_.Of(to.queue);
  ticket.agent = to.agent.empty() ? Ticket::kNone : agent_numbers_.Of(to.agent);
  ticket.queued_at = to.queued_at;
  ticket.since = SinceOf(to);
  ticket.had_since = to.segment_began_at;
  ticket.held_since = to.held_since;
  if (to.state == TicketState::kOffered && to.participants) {
    for (const router::ParticipantRow& ring : to.participants->all) {
      rings_[id].emplace(agent_numbers_.Of(ring.agent), ring.began_at);
    }
  }
  ticket.counted = true;
  Count(id, ticket, +1);
}

void BoardTables::Connect(router::TicketId id, Ticket& ticket, const store::LiveTicket& to) {
  const bool connecting = to.state == TicketState::kConnecting;
  const bool connected = to.state == TicketState::kActive && !to.disconnected_at.IsSet();
  const auto origin = origins_.find(id);
  const bool wanted = origin != origins_.end() && !to.leased && (connecting || connected);
  const uint32_t before = std::exchange(ticket.connection, wanted ? to.offer_number : 0);
  if (before != 0 && before != ticket.connection) {
    ConnectionEntry gone;
    gone.key = {id, before};
    gone.gone = true;
    connections_.push_back(std::move(gone));
  }
  if (ticket.connection == 0) return;
  connections_.push_back({.key = {id, ticket.connection},
                          .gone = false,
                          .connected = connected,
                          .agent = to.agent,
                          .channel = words_.Name(ticket.channel),
                          .client = words_.Name(ticket.client),
                          .queue = to.queue,
                          .entry_point = origin->second.entry_point,
                          .external_id = origin->second.external_id,
                          .until = to.until});
}

bool BoardTables::HasConnection(const router::OfferId& offer) const {
  const auto ticket = tickets_.find(offer.ticket);
  return ticket != tickets_.end() && ticket->second.connection == offer.number;
}

void BoardTables::Count(router::TicketId id, Ticket& ticket, int32_t by) {
  Queue& queue = Changed(ticket.queue);
  queue.tickets[static_cast<size_t>(ticket.state)] += by;
  if (Waits(ticket.state)) {
    const std::pair place(ticket.queued_at, id);
    by > 0 ? static_cast<void>(queue.waiting.insert(place))
           : static_cast<void>(queue.waiting.erase(place));
  }
  if (ticket.agent != Ticket::kNone) CountHeld(id, ticket.agent, by);
  const auto rings = rings_.find(id);
  if (rings == rings_.end()) return;
  for (const auto& [agent, since] : rings->second) CountHeld(id, agent, by);
}

void BoardTables::CountHeld(router::TicketId id, uint32_t number, int32_t by) {
  Agent& agent = ChangedAgent(number);
  by > 0 ? static_cast<void>(agent.held.insert(id)) : static_cast<void>(agent.held.erase(id));
}

void BoardTables::CountAgent(const Agent& agent, int32_t by) {
  if (!agent.configured || agent.status == AgentStatus::kOffline) return;
  for (const std::string& name : *agent.place->queues) {
    Queue& queue = Changed(queue_numbers_.Of(name));
    queue.agents += by;
    if (agent.status == AgentStatus::kAvailable) queue.available_agents += by;
  }
}

// ----------------------------------------------------------------------------------------
// entries

BoardTables::Queue& BoardTables::QueueAt(uint32_t number) {
  if (number >= queues_.size()) queues_.resize(number + 1);
  return queues_[number];
}

BoardTables::Agent& BoardTables::AgentAt(uint32_t number) {
  if (number >= agents_.size()) agents_.resize(number + 1);
  return agents_[number];
}

BoardTables::Queue& BoardTables::Changed(uint32_t number) {
  Queue& queue = QueueAt(number);
  if (!std::exchange(queue.changed, true)) changed_queues_.push_back(number);
  return queue;
}

BoardTables::Agent& BoardTables::ChangedAgent(uint32_t number) {
  Agent& agent = AgentAt(number);
  if (!std::exchange(agent.changed, true)) changed_agents_.push_back(number);
  return agent;
}

QueueEntry BoardTables::MakeQueue(uint32_t number) const {
  const Queue& queue = queues_[number];
  const auto in = [&](TicketState state) { return queue.tickets[static_cast<size_t>(state)]; };
  QueueEntry entry;
  entry.key = number;
  entry.gone = !queue.configured;
  entry.queue = queue_numbers_.Name(number);
  entry.client = queue.client;
  entry.waiting = in(TicketState::kQueued) + in(TicketState::kOffered);
  entry.offered = in(TicketState::kOffered);
  entry.assigned = in(TicketState::kAssigned);
  entry.connecting = in(TicketState::kConnecting);
  entry.active = in(TicketState::kActive);
  entry.wrap_up = in(TicketState::kWrapUp);
  entry.scheduled = in(TicketState::kScheduled) + in(TicketState::kBlocked);
  entry.parked = in(TicketState::kParked);
  if (!queue.waiting.empty()) entry.oldest_queued_at = queue.waiting.begin()->first;
  entry.agents = queue.agents;
  entry.available_agents = queue.available_agents;
  entry.recent = queue.recent;
  return entry;
}

AgentEntry BoardTables::MakeAgent(uint32_t number) const {
  const Agent& agent = agents_[number];
  AgentEntry entry;
  entry.key = number;
  entry.gone = !agent.configured;
  entry.agent = agent_numbers_.Name(number);
  entry.place = agent.place;
  entry.status = agent.status;
  entry.reason = agent.reason;
  entry.since = agent.since;
  entry.connected = agent.connected;
  for (const router::TicketId id : agent.held) {
    const Ticket& ticket = tickets_.at(id);
    ticket.state == TicketState::kOffered ? ++entry.offers : ++entry.owned;
    const bool is_ring = ticket.agent != number;
    const router::Time since = is_ring ? rings_.at(id).at(number) : ticket.since;
    entry.work.push_back({.ticket = id,
                          .state = ticket.state,
                          .queue = queue_numbers_.Name(ticket.queue),
                          .channel = words_.Name(ticket.channel),
                          .client = words_.Name(ticket.client),
                          .since = since,
                          .had_since = is_ring ? since : ticket.had_since,
                          .held_since = is_ring ? router::Time{} : ticket.held_since});
  }
  std::sort(entry.work.begin(), entry.work.end(), [](const AgentWork& a, const AgentWork& b) {
    return std::pair(a.had_since, a.ticket) < std::pair(b.had_since, b.ticket);
  });
  if (entry.work.size() > AgentEntry::kMostWork) entry.work.resize(AgentEntry::kMostWork);
  return entry;
}

std::vector<QueueEntry> BoardTables::TakeQueues() {
  std::vector<QueueEntry> entries;
  for (const uint32_t number : std::exchange(changed_queues_, {})) {
    queues_[number].changed = false;
    entries.push_back(MakeQueue(number));
  }
  return entries;
}

std::vector<AgentEntry> BoardTables::TakeAgents() {
  std::vector<AgentEntry> entries;
  for (const uint32_t number : std::exchange(changed_agents_, {})) {
    agents_[number].changed = false;
    entries.push_back(MakeAgent(number));
  }
  return entries;
}

}  // namespace tandem::live
