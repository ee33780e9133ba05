// Random commands about those who take part in tickets besides their owners.
#include <utility>

#include "tests/router/random_commands.h"

namespace tandem::router {

// Of the agent: offers, and invitations.
std::vector<OfferId> RandomCommands::OffersTo(const Workspace& workspace, const AgentState& agent) {
  std::vector<OfferId> offers;
  for (const auto& [id, ticket] : workspace.tickets) {
    if (ticket.agent == agent.id && ticket.state == TicketState::kOffered) {
      offers.push_back({id, ticket.offer_number});
    }
    for (const auto& participant : ticket.participants) {
      if (participant.agent == agent.id && participant.until.IsSet()) {
        offers.push_back({id, participant.offer_number});
      }
    }
  }
  return offers;
}

// Asks a queue, or takes that back.
Action RandomCommands::AboutConsultation(const TicketData& ticket, const SessionRef& session) {
  if (Chance(ticket.consultation.IsSet() ? 60 : 5)) return CancelConsultation{ticket.id, session};
  ConsultQueue consult{ticket.id, session, "q" + std::to_string(1 + Below(6))};
  if (Chance(50)) consult.time_limit = Span({1, 10, 60, 600});
  consult.new_ticket = TicketId{0, ++last_id_};
  consult.new_contact = ContactId{0, last_id_};
  return consult;
}

// Mostly what may be done: invites when nobody takes part, else what the owner does with one who
// does, or that one.
Action RandomCommands::AboutParticipants(const Workspace& workspace, const AgentState& agent) {
  const SessionRef session = SessionOf(agent);
  std::vector<const TicketData*> owned, joined, other;
  for (const auto& [id, ticket] : workspace.tickets) {
    if (ticket.state != TicketState::kActive && !Chance(3)) continue;
    bool takes_part = false;
    for (const auto& participant : ticket.participants) {
      takes_part = takes_part || participant.agent == agent.id;
    }
    (ticket.agent == agent.id ? owned : takes_part ? joined : other).push_back(&ticket);
  }
  if (!joined.empty() && Chance(30)) {
    const TicketData& ticket = *Pick(joined);
    const std::string whose = Chance(80) ? "" : Chance(50) ? agent.id : ticket.agent;
    return EndParticipation{ticket.id, session, whose};
  }
  if (!other.empty() && (owned.empty() || Chance(20))) {
    const TicketId ticket = Pick(other)->id;
    if (Chance(80)) return MonitorTicket{ticket, session};
    return EndParticipation{ticket, session, Chance(50) ? "" : "a" + std::to_string(1 + Below(9))};
  }
  if (owned.empty()) return MonitorTicket{AnyTicket(workspace), session};
  if (Chance(40)) return AboutConsultation(*Pick(owned), session);
  const TicketData& ticket = *Pick(owned);
  std::string named = "a" + std::to_string(1 + Below(9));
  if (!ticket.participants.empty() && Chance(85)) named = Pick(ticket.participants).agent;
  const uint64_t kind = ticket.participants.empty() ? Below(110) : Below(100);
  if (kind < 15) {
    const AssignmentRole role = Chance(60) ? AssignmentRole::kConference : AssignmentRole::kConsult;
    if (!ticket.participants.empty()) return SetParticipantRole{ticket.id, session, named, role};
  } else if (kind < 60) {
    if (!ticket.participants.empty()) {
      return HandOverTicket{ticket.id, session, named, Chance(40)};
    }
  } else if (kind < 66) {
    return EndParticipation{ticket.id, session, named};
  } else if (kind >= 100 && Chance(10)) {
    return HandOverTicket{ticket.id, session, named, false};
  }
  if (Chance(90)) named = "a" + std::to_string(1 + Below(9));
  return InviteParticipant{ticket.id, session, named};
}

HandOff RandomCommands::MakeHandOff() {
  HandOff hand_off;
  if (Chance(70)) hand_off.confidence_milli = static_cast<uint32_t>(Below(1'001));
  if (Chance(50)) hand_off.reason = "asked";
  if (Chance(50)) hand_off.summary = "wants a person";
  return hand_off;
}

}  // namespace tandem::router
