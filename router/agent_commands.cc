#include <algorithm>
#include <tuple>

#include "router/commands.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

// The session ends for good: the agent is OFFLINE, and its offers go to others.
void EndSession(Context& context, AgentIndex index) {
  context.apply.SessionClosed(index);
  if (context.workspace.agent(index).status != AgentStatus::kOffline) {
    context.apply.AgentStatusChanged(index, {AgentStatus::kOffline});
  }
  RescindOffers(context, index, "AGENT_GONE");
  EndParticipations(context, index);
}

// How many of a team may pause at once, of so many who are signed in; none: any number.
std::optional<uint32_t> PauseLimitOf(const Team& team, uint32_t signed_in) {
  std::optional<uint32_t> limit;
  if (team.max_paused > 0) limit = team.max_paused;
  if (team.max_paused_percent > 0) {
    const uint64_t share = uint64_t{signed_in} * team.max_paused_percent / 100;
    const auto at_least_one = static_cast<uint32_t>(std::max<uint64_t>(share, 1));
    limit = std::min(limit.value_or(at_least_one), at_least_one);
  }
  return limit;
}

// Whether the agent's team lets one more of it pause. Who pauses already, or is about to, takes no
// further place.
std::optional<Rejection> CheckPauseLimit(const Workspace& workspace, AgentIndex index,
                                         const StatusChange& to) {
  const AgentState& agent = workspace.agent(index);
  if (!agent.team.IsSet() || agent.in_team.pauses ||
      !workspace.IsPause(to.status, to.reason, to.next_status, to.next_reason)) {
    return std::nullopt;
  }
  const TeamState& team = workspace.teams[agent.team.value];
  const uint32_t signed_in = team.signed_in + (agent.in_team.signed_in ? 0 : 1);
  const std::optional<uint32_t> limit = PauseLimitOf(*team.configured, signed_in);
  if (!limit || team.paused.size() < *limit) return std::nullopt;
  constexpr size_t kListed = 20;
  std::string agents;
  size_t listed = 0;
  for (const auto& [ordinal, paused] : team.paused) {
    if (listed++ == kListed) break;
    agents += (agents.empty() ? "" : ", ") + workspace.AgentName(paused);
  }
  const std::string most = std::to_string(*limit);
  const std::string count = std::to_string(team.paused.size());
  return Refuse(
      Reason::kPauseLimitReached,
      "expected fewer than " + most + " of team '" + team.configured->id + "' to pause, but " +
          count + " do: " + agents,
      {{"team", team.configured->id}, {"limit", most}, {"paused", count}, {"agents", agents}});
}

// To whom a ticket, or a part in it, is offered, be it with others.
struct OpenOffer {
  TicketIndex ticket;
  AgentIndex agent;
  Time until;
  bool invites = false;
};

std::optional<OpenOffer> FindOpenOffer(const Workspace& workspace, const OfferId& offer) {
  const TicketIndex index = workspace.FindTicket(offer.ticket);
  if (!index.IsSet()) return std::nullopt;
  const Ticket& ticket = workspace.ticket(index);
  if (ticket.state == TicketState::kOffered && ticket.offer_number == offer.number) {
    return OpenOffer{index, ticket.agent, ticket.until};
  }
  if (ticket.participants == nullptr) return std::nullopt;
  for (const Participant& participant : ticket.participants->all) {
    if (participant.IsInvited() && participant.offer_number == offer.number) {
      return OpenOffer{index, participant.agent, participant.until, !participant.IsRing()};
    }
  }
  return std::nullopt;
}

// Whether the ticket, which may have rung several, is with another agent who accepted it.
bool IsAnsweredElsewhere(const Workspace& workspace, const OfferId& offer, AgentIndex agent) {
  const TicketIndex index = workspace.FindTicket(offer.ticket);
  if (!index.IsSet()) return false;
  const Ticket& ticket = workspace.ticket(index);
  return IsOwned(ticket) && !ticket.leased && ticket.agent != agent &&
         (workspace.queue(ticket.queue).concurrent_offers > 1 ||
          workspace.OfferPolicyOf(ticket).concurrent > 1);
}

// An offer that the session's agent can still answer.
std::variant<OpenOffer, Rejection> FindOffer(const Context& context, const SessionRef& session,
                                             const OfferId& offer) {
  const auto agent = FindSession(context.workspace, session);
  if (const auto* rejection = std::get_if<Rejection>(&agent)) return *rejection;
  const std::optional<OpenOffer> open = FindOpenOffer(context.workspace, offer);
  if (!open && IsAnsweredElsewhere(context.workspace, offer, std::get<AgentIndex>(agent))) {
    return Refuse(
        Reason::kAnsweredElsewhere,
        "expected an offer that is open, but another agent has ticket " + ToString(offer.ticket));
  }
  if (!open || open->until <= context.now) {
    return Refuse(Reason::kOfferGone, "expected an offer that is open, but offer " +
                                          ToString(offer) +
                                          " expired, was taken back or was answered");
  }
  if (open->agent != std::get<AgentIndex>(agent)) {
    return Refuse(Reason::kOfferOfOtherAgent, "expected an offer made to agent '" + session.agent +
                                                  "', but it was made to another agent");
  }
  return *open;
}

}  // namespace

Outcome Decide(Context& context, const OpenSession& command) {
  const auto found = FindAgent(context.workspace, command.agent);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const AgentIndex index = std::get<AgentIndex>(found);
  context.apply.SessionOpened(index, command.session_id);
  if (command.shift_ends_at.IsSet()) FollowShiftEnd(context, index, command.shift_ends_at, "");
  return Reply(SnapshotOf(context.workspace, index, context.now));
}

Outcome Decide(Context& context, const CloseSession& command) {
  const auto found = FindSession(context.workspace, command.session);
  if (const auto* rejection = std::get_if<Rejection>(&found)) {
    const AgentIndex index = context.workspace.agent_ids.Find(command.session.agent);
    const bool closed_before =
        rejection->reason == Reason::kNoSession && command.session.generation > 0 &&
        context.workspace.agent(index).generation == command.session.generation;
    if (closed_before) return Reply(Done{});
    return *rejection;
  }
  EndSession(context, std::get<AgentIndex>(found));
  return Reply(Done{});
}

Outcome Decide(Context& context, const LoseSession& command) {
  const auto found = FindSession(context.workspace, command.session);
  // Fenced or closed meanwhile: nothing is left to lose.
  if (std::holds_alternative<Rejection>(found)) return Reply(Done{});
  const AgentIndex index = std::get<AgentIndex>(found);
  if (!context.workspace.agent(index).session_lost_at.IsSet()) context.apply.SessionLost(index);
  return Reply(Done{});
}

Outcome Decide(Context& context, const GetAgent& command) {
  const auto found = FindSession(context.workspace, command.session);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  return Reply(SnapshotOf(context.workspace, std::get<AgentIndex>(found), context.now));
}

Outcome Decide(Context& context, const SetAgentStatus& command) {
  const auto found = FindSession(context.workspace, command.session);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const AgentIndex index = std::get<AgentIndex>(found);
  if (auto rejection = CheckStatus(context.workspace, command.to)) return *std::move(rejection);
  const StatusChange to = Canonical(command.to);
  if (!IsChange(context.workspace.agent(index), to)) return Reply(Done{});
  if (auto rejection = CheckPauseLimit(context.workspace, index, to)) return *std::move(rejection);
  ChangeStatus(context, index, to);
  return Reply(Done{});
}

Outcome Decide(Context& context, const AcceptOffer& command) {
  const auto found = FindOffer(context, command.session, command.offer);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const OpenOffer& open = std::get<OpenOffer>(found);
  const Ticket& ticket = context.workspace.ticket(open.ticket);
  if (Workspace::IsConsultation(ticket)) {
    Accept(context, open.ticket, open.agent);
    return Reply(StateReached{TicketState::kActive});
  }
  if (open.invites) {
    context.apply.InvitationAccepted(open.ticket, open.agent);
  } else {
    Accept(context, open.ticket, open.agent);
  }
  return Reply(StateReached{ticket.state});
}

Outcome Decide(Context& context, const DeclineOffer& command) {
  const auto found = FindOffer(context, command.session, command.offer);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const OpenOffer& open = std::get<OpenOffer>(found);
  const bool device = command.cause == DeclineCause::kDevice;
  const OfferEnd end = device ? OfferEnd::kFailed : OfferEnd::kDeclined;
  if (open.invites) {
    context.apply.InvitationEnded(open.ticket, open.agent, end, "");
  } else {
    context.apply.OfferEnded(open.ticket, open.agent, end, context.workspace.cool_down, "");
  }
  if (device) MarkDeviceFailed(context, open.agent);
  return Reply(Done{});
}

Outcome Decide(Context& context, const StartTicket& command) {
  const auto found = FindOwned(context.workspace, command.session, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = context.workspace.ticket(index);
  if (ticket.state != TicketState::kAssigned) return RefuseState(ticket, "ASSIGNED");
  context.apply.TicketStarted(index);
  return Reply(Done{});
}

Outcome Decide(Context& context, const FinishTicket& command) {
  const auto found = FindOwned(context.workspace, command.session, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = context.workspace.ticket(index);
  if (context.workspace.MediaConnected(ticket)) return RefuseConnected();
  if (ticket.state != TicketState::kActive) return RefuseState(ticket, "ACTIVE");
  return Reply(StateReached{EndHandling(context, index)});
}

std::optional<Rejection> CheckStatus(const Workspace& workspace, const StatusChange& to) {
  const bool draining = to.status == AgentStatus::kDraining;
  if (to.status == AgentStatus::kNotResponding) {
    return Refuse(Reason::kStatusNotSettable,
                  std::string("expected AVAILABLE, NOT_READY, DRAINING or OFFLINE, but found ") +
                      ToString(to.status));
  }
  if (draining && to.next_status != AgentStatus::kNotReady &&
      to.next_status != AgentStatus::kOffline) {
    return Refuse(Reason::kStatusNotSettable,
                  std::string("expected NOT_READY or OFFLINE after DRAINING, but found ") +
                      ToString(to.next_status));
  }
  const AgentStatus last = draining ? to.next_status : to.status;
  const std::string& reason = draining ? to.next_reason : to.reason;
  if (last == AgentStatus::kNotReady && !workspace.not_ready_reasons.contains(reason)) {
    return Refuse(Reason::kNotReadyReasonUnknown,
                  "expected a configured not-ready reason, but there is no '" + reason + "'");
  }
  return std::nullopt;
}

StatusChange Canonical(StatusChange to) {
  if (to.status != AgentStatus::kDraining) {
    to.next_status = AgentStatus::kOffline;
    to.next_reason.clear();
  } else if (to.next_status != AgentStatus::kNotReady) {
    to.next_reason.clear();
  }
  if (to.status != AgentStatus::kNotReady) to.reason.clear();
  to.groups &= kAllCapacityGroups;
  if (to.status != AgentStatus::kAvailable || to.groups == kAllCapacityGroups) to.groups = 0;
  return to;
}

bool IsChange(const AgentState& agent, const StatusChange& to) {
  return std::tie(agent.status, agent.reason, agent.next_status, agent.next_reason,
                  agent.ready_groups) !=
         std::tie(to.status, to.reason, to.next_status, to.next_reason, to.groups);
}

void ChangeStatus(Context& context, AgentIndex index, const StatusChange& to) {
  context.apply.AgentStatusChanged(index, to);
  const bool available = to.status == AgentStatus::kAvailable;
  const uint32_t ready = to.groups == 0 ? kAllCapacityGroups : to.groups;
  RescindOffers(context, index, "AGENT_NOT_AVAILABLE", available ? ~ready : kAllCapacityGroups);
}

void EndDraining(Context& context) {
  for (const AgentIndex index : context.apply.TakeDrainedAgents()) {
    const AgentState& agent = context.workspace.agent(index);
    if (!agent.IsDrained()) continue;
    context.apply.AgentStatusChanged(index, {agent.next_status, std::string(agent.next_reason)});
  }
}

void FollowShiftEnd(Context& context, AgentIndex agent, Time ends_at,
                    const std::string& supervisor) {
  if (ends_at <= context.now) ends_at = Time{};
  if (context.workspace.agent(agent).shift_ends_at == ends_at) return;
  context.apply.ShiftEndSet(agent, ends_at, supervisor);
}

void EndShift(Context& context, AgentIndex agent) {
  context.apply.ShiftEnded(agent);
  ChangeStatus(context, agent, {.status = AgentStatus::kDraining});
}

namespace {

// Until when what the agent had is kept for it: while its session may come back. Unset: it is not.
Time ReturnKeptUntil(const Context& context, const Ticket& ticket, AgentIndex index) {
  const Workspace& workspace = context.workspace;
  const Duration wait = *workspace.queue(ticket.queue).configured->last_agent_wait;
  const Time grace_until = workspace.agent(index).grace_until;
  if (wait.us == 0 || grace_until <= context.now) return {};
  Requirement asked = RequirementOf(workspace, ticket);
  if (!IsWorthKeeping(workspace, ticket, index, std::move(asked))) return {};
  return std::min(context.now + wait, grace_until);
}

}  // namespace

Time Workspace::NextReturnOf(const AgentState& agent) const {
  // None is earlier than the first of its groups, which most of many tickets are of.
  Time first = kEndOfTime;
  for (size_t group = 0; group < kCapacityGroups; ++group) {
    if (agent.held_in_group[group] == 0) continue;
    first = std::min(first, ReturnsAt(agent, static_cast<CapacityGroup>(group)));
  }
  Time next = kEndOfTime;
  for (const TicketIndex held : agent.held) {
    if (next == first) break;
    if (!LeavesWhoIsAway(ticket(held))) continue;
    next = std::min(next, ReturnsAt(agent, channel_of(ticket(held)).group));
  }
  return next;
}

void ReturnWork(Context& context, AgentIndex index, uint32_t& budget) {
  const Workspace& workspace = context.workspace;
  const AgentState& agent = workspace.agent(index);
  const Time at = agent.timer_at;
  uint32_t returned = 0;
  for (const TicketIndex held : HeldInOrder(workspace, agent)) {
    const Ticket& ticket = workspace.ticket(held);
    const CapacityGroup group = workspace.channel_of(ticket).group;
    if (!workspace.LeavesWhoIsAway(ticket) || workspace.ReturnsAt(agent, group) > at) continue;
    // The timer stays due for the rest. A step of one that was returned may be due since before.
    const bool other_first = returned > 0 && workspace.timers.Next() < at;
    if (returned == budget || other_first) break;
    ++returned;
    const Duration limit = workspace.return_after[static_cast<size_t>(group)];
    const bool limited = limit.us > 0 && agent.away_since + limit <= at;
    context.apply.TicketReturned(held, limited ? "AGENT_AWAY" : "SHIFT_ENDED",
                                 ReturnKeptUntil(context, ticket, index));
  }
  budget -= std::max(returned, 1U) - 1;
}

// A grace that ran out, from AdvanceTime.
void EndGrace(Context& context, AgentIndex agent) {
  EndSession(context, agent);
}

}  // namespace tandem::router
