// An agent's work with a ticket ends before its time, or for good; and automated agents hand it off
// to people when they are not sure enough.
#include <optional>
#include <string>
#include <utility>

#include "router/commands.h"
#include "router/limits.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

const HandOffPolicy& PolicyOf(const Workspace& workspace, const Ticket& ticket) {
  return workspace.process_types[ticket.process_type.value]->hand_off;
}

// How sure the ticket's agent must be to complete it; 0: as it likes. Where the adapter connects
// customers, they are gone by then: nobody could go on.
uint32_t MinConfidence(const Workspace& workspace, const Ticket& ticket) {
  if (!workspace.agent(ticket.agent).automated || workspace.channel_of(ticket).has_media) return 0;
  return PolicyOf(workspace, ticket).min_confidence_milli;
}

Rejection RefuseSilence(uint32_t min_confidence_milli) {
  Rejection rejection =
      Refuse(Reason::kFieldRequired, "expected how sure the agent is, because " +
                                         std::to_string(min_confidence_milli) +
                                         " thousandths are asked of automated agents, but it is "
                                         "unset");
  rejection.violations.push_back({"confidence", rejection.message});
  return rejection;
}

// Where tickets wait for people: as the process type says, unless that queue can't take it.
QueueIndex HandOffQueueOf(const Context& context, const Ticket& ticket) {
  const Workspace& workspace = context.workspace;
  const std::string& id = PolicyOf(workspace, ticket).queue;
  if (id.empty()) return ticket.queue;
  const QueueIndex to = QueueFor(workspace, id, ticket.client);
  const bool takes_it = to.IsSet() && to != ticket.queue && HasRoom(workspace.queue(to), 0) &&
                        !CheckOpen(workspace, to, context.now);
  return takes_it ? to : ticket.queue;
}

void AddSummary(Context& context, TicketIndex index, const HandOff& hand_off) {
  const Workspace& workspace = context.workspace;
  const Ticket& ticket = workspace.ticket(index);
  // Who goes on sees it all the same.
  if (hand_off.summary.empty() || ticket.detail->notes >= kMaxTicketNotes) return;
  NoteRow note;
  note.at = context.now;
  note.agent = hand_off.agent;
  note.text = hand_off.summary;
  context.apply.NoteAdded({ticket.id, index, workspace.client_ids.Name(ticket.client),
                           workspace.queue_ids.Name(ticket.queue),
                           ticket.trace_parent == nullptr ? "" : *ticket.trace_parent},
                          std::move(note));
}

void HandOffToPeople(Context& context, TicketIndex index, HandOff hand_off) {
  const Workspace& workspace = context.workspace;
  const Ticket& ticket = workspace.ticket(index);
  hand_off.agent = workspace.AgentName(ticket.agent);
  hand_off.at = context.now;
  const QueueIndex to = HandOffQueueOf(context, ticket);
  // Else it keeps the place that it was given under the configuration of its time.
  const Time key = to == ticket.queue ? ticket.key
                                      : KeyIn(*workspace.queue(to).configured, ticket.queued_at,
                                              ticket.target, ticket.priority);
  context.apply.TicketHandedOff(index, HandOff(hand_off), to, key);
  AddSummary(context, index, hand_off);
}

// It would have to be surer to complete the ticket.
void HandOffUnsure(Context& context, TicketIndex index, uint32_t min_confidence_milli,
                   std::optional<uint32_t> confidence_milli, std::string summary) {
  HandOff hand_off;
  hand_off.confidence_milli = confidence_milli;
  hand_off.reason = "BELOW:" + std::to_string(min_confidence_milli);
  hand_off.summary = std::move(summary);
  HandOffToPeople(context, index, std::move(hand_off));
}

}  // namespace

TicketState CompleteUnsaid(Context& context, TicketIndex index) {
  const uint32_t asked = MinConfidence(context.workspace, context.workspace.ticket(index));
  if (asked != 0) {
    HandOffUnsure(context, index, asked, std::nullopt, "");
    return TicketState::kQueued;
  }
  return CompleteWork(context, index, "");
}

Outcome Decide(Context& context, CompleteTicket& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindOwned(workspace, command.session, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = workspace.ticket(index);
  if (workspace.MediaConnected(ticket)) return RefuseConnected();
  if (ticket.state != TicketState::kActive && ticket.state != TicketState::kWrapUp) {
    return RefuseState(ticket, "ACTIVE or WRAP_UP");
  }
  if (auto rejection = CheckDisposition(workspace, command.disposition)) {
    return *std::move(rejection);
  }
  if (auto rejection = CheckVerdict(workspace, ticket, command)) return *std::move(rejection);
  const uint32_t min_confidence_milli = MinConfidence(workspace, ticket);
  if (min_confidence_milli != 0 && !command.confidence_milli) {
    return RefuseSilence(min_confidence_milli);
  }
  if (command.confidence_milli.value_or(kFullConfidence) < min_confidence_milli) {
    HandOffUnsure(context, index, min_confidence_milli, command.confidence_milli, command.summary);
    return Reply(StateReached{TicketState::kQueued});
  }
  if (auto rejection = CheckFollowUps(context, ticket, command.follow_ups)) {
    return *std::move(rejection);
  }
  // They come first, while the ticket that they belong to is open.
  StateReached reached{TicketState::kCompleted};
  reached.follow_ups = MakeFollowUps(context, command.follow_ups);
  if (command.verdict) {
    JudgeWork(context, index, command);
  } else {
    reached.state = CompleteWork(context, index, command.disposition);
  }
  if (reached.follow_ups.empty() && reached.state == TicketState::kCompleted) return Reply(Done{});
  return Reply(std::move(reached));
}

Outcome Decide(Context& context, const ReleaseTicket& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindOwned(workspace, command.session, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = workspace.ticket(index);
  if (command.hand_off && !workspace.agent(ticket.agent).automated) {
    return Refuse(Reason::kAgentNotAutomated,
                  "expected an automated agent to hand off to people, but the agent is a person");
  }
  // A customer on the line stays there, as with a transfer.
  if (!command.hand_off && workspace.MediaConnected(ticket)) return RefuseConnected();
  if (ticket.state != TicketState::kAssigned && ticket.state != TicketState::kActive) {
    return RefuseState(ticket, "ASSIGNED or ACTIVE");
  }
  if (command.hand_off) {
    HandOffToPeople(context, index, *command.hand_off);
  } else {
    context.apply.TicketReleased(index);
  }
  return Reply(Done{});
}

}  // namespace tandem::router
