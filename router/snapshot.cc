#include "router/snapshot.h"

#include <algorithm>
#include <utility>

#include "router/requirement.h"

namespace tandem::router {

std::string ConversationKey(const std::string& client, const std::string& channel,
                            const std::string& entry_point, const std::string& conversation_key) {
  if (conversation_key.empty()) return {};
  // Ids hold no NUL and texts are refused with one, so the parts can't run into each other.
  const std::string separator(1, '\0');
  return client + separator + channel + separator + entry_point + separator + conversation_key;
}

bool IsOwned(const Ticket& ticket) {
  switch (ticket.state) {
    case TicketState::kConnecting:
    case TicketState::kAssigned:
    case TicketState::kActive:
    case TicketState::kWrapUp:
      return true;
    case TicketState::kQueued:
    case TicketState::kOffered:
    case TicketState::kScheduled:
    case TicketState::kParked:
    case TicketState::kBlocked:
    case TicketState::kInReview:
    case TicketState::kCompleted:
    case TicketState::kCanceled:
    case TicketState::kAbandoned:
    case TicketState::kExpired:
      return false;
  }
  std::abort();
}

Requirement RequirementOf(const Workspace& workspace, const Ticket& ticket) {
  const TicketClass& ticket_class = workspace.matching.ClassOf(ticket.ticket_class);
  Requirement requirement = ticket_class.spec.requirement;
  // One that is kept for an agent names nobody itself.
  if (ticket.kept_until.IsSet()) return requirement;
  for (const AgentIndex agent : ticket_class.groups[ticket.group].agents.named) {
    requirement.agents.push_back(workspace.AgentName(agent));
  }
  std::sort(requirement.agents.begin(), requirement.agents.end());
  return requirement;
}

Requirement AskedAnew(const Workspace& workspace, const Ticket& ticket) {
  if (!ticket.plan.IsSet()) return RequirementOf(workspace, ticket);
  return AskedOf(ticket, workspace.plans[ticket.plan].base);
}

Requirement AskedByPlan(const Workspace& workspace, const Ticket& ticket) {
  const TicketPlan& plan = workspace.plans[ticket.plan];
  const bool changed = ticket.detail != nullptr && ticket.detail->requirement;
  const uint32_t since = changed ? ticket.detail->requirement->plan_step : 0;
  return AskedOf(ticket,
                 AskedAfter(plan.base, plan.steps, since, ticket.plan_step, ticket.plan_skipped));
}

const HandOff* HandOffOf(const Ticket& ticket) {
  const bool handed_off = ticket.detail != nullptr && ticket.detail->hand_off;
  return handed_off ? &*ticket.detail->hand_off : nullptr;
}

Requirement AskedOf(const Ticket& ticket, Requirement requirement) {
  if (HandOffOf(ticket) == nullptr) return requirement;
  return OfPeople(std::move(requirement));
}

QueueIndex OverflowQueueOf(const Workspace& workspace, const Ticket& ticket, const PlanStep& step) {
  return QueueAfter(workspace, step, ticket.queue, ticket.client);
}

QueueIndex QueueAfter(const Workspace& workspace, const PlanStep& step, QueueIndex queue,
                      ClientIndex client) {
  return step.queue.empty() ? queue : QueueFor(workspace, step.queue, client);
}

QueueIndex QueueFor(const Workspace& workspace, const std::string& queue, ClientIndex client) {
  const QueueIndex index = workspace.queue_ids.Find(queue);
  if (!index.IsSet() || workspace.queue(index).configured == nullptr) return {};
  const ClientIndex only = workspace.queue(index).client;
  return only.IsSet() && only != client ? QueueIndex{} : index;
}

namespace {

std::vector<TicketIndex> InOrder(const Workspace& workspace, std::vector<TicketIndex> tickets) {
  std::sort(tickets.begin(), tickets.end(), [&](TicketIndex a, TicketIndex b) {
    return workspace.ticket(a).arrival < workspace.ticket(b).arrival;
  });
  return tickets;
}

}  // namespace

std::vector<TicketIndex> HeldInOrder(const Workspace& workspace, const AgentState& agent) {
  return InOrder(workspace, agent.held);
}

std::vector<TicketIndex> JoinedInOrder(const Workspace& workspace, const AgentState& agent) {
  return InOrder(workspace, agent.joined);
}

Time InvitationEndsAt(const Ticket& ticket) {
  Time at = kEndOfTime;
  if (ticket.participants == nullptr) return at;
  for (const Participant& participant : ticket.participants->all) {
    if (participant.IsInvited()) at = std::min(at, participant.until);
  }
  return at;
}

void FillStateRow(const Workspace& workspace, const Ticket& ticket, TicketStateRow& row) {
  row.workspace = workspace.id;
  row.ticket = ticket.id;
  row.state = ticket.state;
  row.queue = workspace.queue_ids.Name(ticket.queue);
  row.priority = ticket.priority;
  row.queued_at = ticket.queued_at;
  row.target = ticket.target;
  row.key = ticket.key;
  row.agent = workspace.AgentName(ticket.agent);
  row.leased = ticket.leased;
  row.offer_number = ticket.offer_number;
  row.until = ticket.until;
  row.answered_at = ticket.answered_at;
  row.contact_count = ticket.contact_count;
  row.reopen_count = ticket.reopen_count;
  row.silent_until = ticket.silent_until;
  row.reply_by = ticket.reply_by;
  for (const CoolDownState& cool_down : ticket.cool_downs) {
    row.cool_downs.push_back({workspace.AgentName(cool_down.agent), cool_down.until});
  }
  if (ticket.reviewing != nullptr) {
    const Reviewing& reviewing = *ticket.reviewing;
    if (!reviewing.reviewed.makers.empty()) row.reviewed = reviewing.reviewed;
    if (ticket.state == TicketState::kInReview) row.disposition = reviewing.disposition;
  }
  row.plan_step = ticket.plan_step;
  row.plan_skipped = ticket.plan_skipped;
  row.plan_since = ticket.plan_since;
  row.plan_waited = ticket.plan_waited;
  if (ticket.parking != nullptr) {
    row.parked_at = ticket.parking->at;
    row.parking_reason = ticket.parking->reason;
    row.clock_stopped = ticket.parking->clock_stopped;
    row.until_children_closed = ticket.parking->until_children_closed;
  }
  if (ticket.links != nullptr) row.blocked_by = workspace.WaitsFor(ticket);
  row.last_agent = workspace.AgentName(ticket.last_agent);
  row.kept_until = ticket.kept_until;
  if (Workspace::BecameCallback(ticket)) row.channel = workspace.channel_ids.Name(ticket.channel);
  if (ticket.callback != nullptr) row.callback = *ticket.callback;
  row.visit_number = ticket.visit_number;
  row.visit_entered_at = ticket.visit_entered_at;
  row.visit_entry_reason = ticket.visit_entry_reason;
  row.visit_estimate = ticket.visit_estimate;
  row.segment_number = ticket.segment_number;
  row.segment_began_at = ticket.segment_began_at;
  row.accepted_at = ticket.accepted_at;
  row.connected_at = ticket.connected_at;
  row.held_since = ticket.held_since;
  row.held = ticket.held;
  row.interrupted_since = ticket.interrupted_since;
  row.interrupted = ticket.interrupted;
  row.disconnected_at = ticket.disconnected_at;
  row.disconnected_by = ticket.disconnected_by;
  row.finished_at = ticket.finished_at;
  if (ticket.participants != nullptr) {
    ParticipantRows& participants = row.participants.emplace();
    participants.last_offer = ticket.participants->last_offer;
    participants.last_segment = ticket.participants->last_segment;
    participants.all = ParticipantRowsOf(workspace, ticket);
  }
}

std::vector<ParticipantRow> ParticipantRowsOf(const Workspace& workspace, const Ticket& ticket) {
  std::vector<ParticipantRow> rows;
  if (ticket.participants == nullptr) return rows;
  for (const Participant& participant : ticket.participants->all) {
    rows.push_back({workspace.AgentName(participant.agent), participant.role,
                    participant.offer_number, participant.segment_number, participant.until,
                    participant.began_at, participant.accepted_at});
  }
  return rows;
}

TicketDetailRow DetailRowOf(const Workspace& workspace, const Ticket& ticket) {
  TicketDetailRow row;
  row.workspace = workspace.id;
  row.ticket = ticket.id;
  row.detail = *ticket.detail;
  return row;
}

AgentRow AgentRowOf(const Workspace& workspace, AgentIndex index) {
  const AgentState& agent = workspace.agent(index);
  AgentRow row;
  row.workspace = workspace.id;
  row.agent = workspace.AgentName(index);
  row.ordinal = agent.ordinal;
  row.removed = !agent.configured;
  row.status = agent.status;
  row.reason = agent.reason;
  row.next_status = agent.next_status;
  row.next_reason = agent.next_reason;
  row.ready_groups = agent.ready_groups;
  row.status_since = agent.status_since;
  row.idle_since = agent.idle_since;
  row.misses = agent.misses;
  row.turn = agent.turn;
  row.session_id = agent.session_id;
  row.generation = agent.generation;
  row.session_open = agent.session_open;
  row.session_lost_at = agent.session_lost_at;
  row.grace_until = agent.grace_until;
  row.away_since = agent.away_since;
  row.shift_ends_at = agent.shift_ends_at;
  row.interval_since = agent.interval_since;
  return row;
}

WorkspaceRow WorkspaceRowOf(const Workspace& workspace) {
  WorkspaceRow row;
  row.workspace = workspace.id;
  row.revision = workspace.revision;
  static_cast<WorkspaceSettings&>(row.configuration) = workspace.configuration;
  row.next_agent_ordinal = workspace.next_agent_ordinal;
  return row;
}

OfferView OfferViewOf(const Workspace& workspace, const Ticket& ticket) {
  OfferView view;
  view.offer = {ticket.id, ticket.offer_number};
  view.channel = workspace.channel_ids.Name(ticket.channel);
  view.client = workspace.client_ids.Name(ticket.client);
  view.process_type = workspace.process_type_ids.Name(ticket.process_type);
  view.queue = workspace.queue_ids.Name(ticket.queue);
  view.language = ticket.language;
  view.priority = ticket.priority;
  view.queued_at = ticket.queued_at;
  view.target = ticket.target;
  view.expires_at = ticket.until;
  if (const HandOff* hand_off = HandOffOf(ticket)) {
    HandOff facts = *hand_off;
    facts.summary.clear();
    view.hand_off = std::move(facts);
  }
  if (Workspace::IsConsultation(ticket)) {
    view.role = AssignmentRole::kConsult;
    view.consults = ticket.participants->consults;
    const TicketIndex consulted = workspace.FindTicket(view.consults);
    view.invited_by = workspace.AgentName(workspace.ticket(consulted).agent);
  }
  if (ticket.reviewing != nullptr) view.reviews = ticket.reviewing->reviews;
  return view;
}

OfferView OfferViewOf(const Workspace& workspace, const Ticket& ticket,
                      const Participant& invited) {
  OfferView view = OfferViewOf(workspace, ticket);
  view.offer.number = invited.offer_number;
  view.expires_at = invited.until;
  if (invited.IsRing()) return view;
  view.role = invited.role;
  view.invited_by = workspace.AgentName(ticket.agent);
  return view;
}

std::vector<AgentIndex> OfferedTo(const Ticket& ticket) {
  std::vector<AgentIndex> agents = {ticket.agent};
  if (ticket.participants == nullptr) return agents;
  for (const Participant& ring : ticket.participants->all) agents.push_back(ring.agent);
  return agents;
}

namespace {

// Of one who takes part, or of the owner when somebody does.
void AddParticipants(const Workspace& workspace, const Ticket& ticket, AgentIndex agent,
                     WorkView& view) {
  if (agent != ticket.agent) {
    const Participant& own = *Workspace::FindParticipant(ticket, agent);
    view.role = own.role;
    view.offer = {};
    if (own.offer_number != 0) view.offer = {ticket.id, own.offer_number};
    view.until = Time{};
    view.interrupted = false;
    view.participants.push_back({workspace.AgentName(ticket.agent), AssignmentRole::kOwner, false});
  }
  for (const Participant& other : ticket.participants->all) {
    if (other.agent == agent || other.role == AssignmentRole::kMonitor) continue;
    view.participants.push_back({workspace.AgentName(other.agent), other.role, other.IsInvited()});
  }
  const TicketIndex request = Workspace::ConsultationOf(ticket);
  if (!request.IsSet()) return;
  view.consultation = workspace.ticket(request).id;
  view.consulted_queue = workspace.queue_ids.Name(workspace.ticket(request).queue);
}

}  // namespace

WorkView WorkViewOf(const Workspace& workspace, const Ticket& ticket, AgentIndex agent) {
  WorkView view;
  view.ticket = ticket.id;
  view.state = ticket.state;
  view.channel = workspace.channel_ids.Name(ticket.channel);
  view.client = workspace.client_ids.Name(ticket.client);
  view.process_type = workspace.process_type_ids.Name(ticket.process_type);
  view.queue = workspace.queue_ids.Name(ticket.queue);
  if (!ticket.leased) view.offer = {ticket.id, ticket.offer_number};
  view.until = ticket.until;
  view.interrupted = ticket.interrupted_since.IsSet();
  if (ticket.participants != nullptr) AddParticipants(workspace, ticket, agent, view);
  if (const HandOff* hand_off = HandOffOf(ticket)) view.hand_off = *hand_off;
  if (ticket.reviewing != nullptr) view.reviews = ticket.reviewing->reviews;
  return view;
}

AgentStateView AgentStateViewOf(const AgentState& agent) {
  return {agent.status,      agent.reason,       agent.status_since, agent.next_status,
          agent.next_reason, agent.ready_groups, agent.shift_ends_at};
}

AgentSnapshot SnapshotOf(const Workspace& workspace, AgentIndex index, Time now) {
  const AgentState& agent = workspace.agent(index);
  AgentSnapshot snapshot;
  snapshot.generation = agent.generation;
  snapshot.now = now;
  snapshot.state = AgentStateViewOf(agent);
  std::vector<std::pair<Time, OfferView>> offers;  // invitations behind them
  std::vector<OfferView> invitations;
  for (const TicketIndex held : HeldInOrder(workspace, agent)) {
    const Ticket& ticket = workspace.ticket(held);
    if (IsOwned(ticket)) {
      snapshot.work.push_back(WorkViewOf(workspace, ticket, index));
    } else {
      offers.emplace_back(ticket.segment_began_at, OfferViewOf(workspace, ticket));
    }
  }
  for (const TicketIndex joined : JoinedInOrder(workspace, agent)) {
    const Ticket& ticket = workspace.ticket(joined);
    const Participant& participant = *Workspace::FindParticipant(ticket, index);
    if (participant.IsRing()) {
      offers.emplace_back(participant.began_at, OfferViewOf(workspace, ticket, participant));
    } else if (participant.IsInvited()) {
      invitations.push_back(OfferViewOf(workspace, ticket, participant));
    } else {
      snapshot.work.push_back(WorkViewOf(workspace, ticket, index));
    }
  }
  std::sort(offers.begin(), offers.end(), [&](const auto& a, const auto& b) {
    const auto arrival = [&](const OfferView& offer) {
      return workspace.ticket(workspace.FindTicket(offer.offer.ticket)).arrival;
    };
    return std::pair(a.first, arrival(a.second)) < std::pair(b.first, arrival(b.second));
  });
  for (auto& [made_at, offer] : offers) snapshot.offers.push_back(std::move(offer));
  for (OfferView& invitation : invitations) snapshot.offers.push_back(std::move(invitation));
  std::sort(snapshot.work.begin(), snapshot.work.end(),
            [](const WorkView& a, const WorkView& b) { return a.ticket < b.ticket; });
  for (const NotReadyReason& reason : workspace.configuration.not_ready_reasons) {
    snapshot.not_ready_reasons.push_back(reason.id);
  }
  for (const Disposition& disposition : workspace.configuration.dispositions) {
    snapshot.dispositions.push_back(disposition.id);
  }
  for (const ParkingReason& reason : workspace.configuration.parking_reasons) {
    snapshot.parking_reasons.push_back(reason.id);
  }
  return snapshot;
}

}  // namespace tandem::router
