#include "server/rpc/verbs.h"

#include <algorithm>

#include "fmt/format.h"
#include "router/check.h"
#include "router/limits.h"
#include "server/rpc/convert_configuration.h"
#include "server/rpc/convert_contact.h"
#include "server/rpc/convert_hand_off.h"
#include "server/rpc/convert_review.h"
#include "server/rpc/convert_types.h"

namespace tandem::rpc {
namespace {

using router::Reason;

static_assert(static_cast<int>(router::DeclineCause::kAgent) == v1::DECLINE_CAUSE_AGENT);
static_assert(static_cast<int>(router::DeclineCause::kDevice) == v1::DECLINE_CAUSE_DEVICE);
static_assert(static_cast<int>(router::MediaEventType::kConnected) ==
              v1::MEDIA_EVENT_TYPE_CONNECTED);
static_assert(static_cast<int>(router::MediaEventType::kRinging) == v1::MEDIA_EVENT_TYPE_RINGING);

template <typename Request>
router::SessionRef ToSession(const Request& request, Faults& faults) {
  if (!request.has_session()) {
    faults.Add(Reason::kFieldRequired, "session", "expected agent and generation, but it is unset");
    return {};
  }
  const v1::SessionRef& session = request.session();
  faults.RequireId(session.agent(), "session.agent");
  if (session.generation() == 0) {
    faults.Add(Reason::kFieldRequired, "session.generation",
               "expected the generation that opening the session gave, but it is 0");
  } else if (session.generation() < 0) {
    faults.Add(Reason::kFieldOutOfRange, "session.generation",
               fmt::format("expected 1 or more, but it is {}", session.generation()));
  }
  return {.agent = session.agent(), .generation = session.generation()};
}

router::OfferId ToOfferId(const std::string& text, Faults& faults) {
  if (text.empty()) {
    faults.Add(Reason::kFieldRequired, "offer_id", "expected the id of an offer, but it is empty");
    return {};
  }
  const auto id = router::ParseOfferId(text);
  if (!id) {
    faults.Add(Reason::kFieldMalformed, "offer_id",
               "expected the id of an offer, but it has another form");
    return {};
  }
  return *id;
}

// A reason where `status` needs one, and nowhere else.
void CheckStatusReason(router::AgentStatus status, const std::string& reason,
                       std::string_view field, Faults& faults) {
  if (status == router::AgentStatus::kNotReady) {
    faults.RequireId(reason, field);
  } else if (!reason.empty()) {
    faults.Add(Reason::kFieldMalformed, field,
               "expected no reason unless the status is NOT_READY, but there is one");
  }
}

// Of an agent's request, or of a supervisor's.
template <typename Request>
router::StatusChange ToStatusChange(const Request& request, Faults& faults) {
  router::StatusChange to;
  if (CheckEnum(request.status(), v1::AGENT_STATUS_DRAINING, "status", faults)) {
    to.status = static_cast<router::AgentStatus>(request.status());
  }
  to.reason = request.reason();
  CheckStatusReason(to.status, to.reason, "reason", faults);
  if (request.next_status() != v1::AGENT_STATUS_UNSPECIFIED) {
    if (to.status != router::AgentStatus::kDraining) {
      faults.Add(Reason::kFieldMalformed, "next_status",
                 "expected none unless the status is DRAINING, but there is one");
    } else if (CheckEnum(request.next_status(), v1::AGENT_STATUS_DRAINING, "next_status", faults)) {
      to.next_status = static_cast<router::AgentStatus>(request.next_status());
    }
  }
  to.next_reason = request.next_reason();
  CheckStatusReason(to.next_status, to.next_reason, "next_reason", faults);
  if (request.groups_size() > 0 && to.status != router::AgentStatus::kAvailable) {
    faults.Add(Reason::kFieldMalformed, "groups",
               "expected none unless the status is AVAILABLE, but there are some");
  }
  for (int i = 0; i < request.groups_size(); ++i) {
    const v1::CapacityGroup group = request.groups(i);
    if (!CheckEnum(group, v1::CAPACITY_GROUP_TASK, At("groups", i), faults)) continue;
    to.groups |= router::BitOf(static_cast<router::CapacityGroup>(group - 1));
  }
  return to;
}

router::TicketId TicketOf(const std::string& text, Faults& faults) {
  return ToTicketId(text, "ticket_id", faults);
}

// When an agent's shift ends.
router::Time ToShiftEnd(const google::protobuf::Timestamp& timestamp, router::Time now,
                        std::string_view field, Faults& faults) {
  const router::Time time = ToTime(timestamp, field, faults);
  if (time < now - router::kMaxShiftAhead || time > now + router::kMaxShiftAhead) {
    faults.Add(Reason::kFieldOutOfRange, field,
               "expected an instant within 7 days of now, but it is another");
  }
  return time;
}

// When a ticket is to enter its queue.
router::Time ToAgreedTime(const google::protobuf::Timestamp& timestamp, router::Time now,
                          std::string_view field, Faults& faults) {
  const router::Time time = ToTime(timestamp, field, faults);
  if (time < now - router::kMaxSetAside || time > now + router::kMaxSetAside) {
    faults.Add(Reason::kFieldOutOfRange, field,
               "expected an instant within a year of now, but it is another");
  }
  return time;
}

// Of a request that is about one.
template <typename Request>
router::NewContact ContactOf(const Request& request, router::Time now, Faults& faults) {
  if (request.has_contact()) return ToContact(request.contact(), now, "contact", faults);
  faults.Add(Reason::kFieldRequired, "contact", "expected a contact, but it is unset");
  return {};
}

}  // namespace

router::TicketId ToTicketId(const std::string& text, std::string_view field, Faults& faults) {
  if (text.empty()) {
    faults.Add(Reason::kFieldRequired, field, "expected the id of a ticket, but it is empty");
    return {};
  }
  const auto id = router::ParseId<router::TicketId>(text);
  if (!id) {
    faults.Add(Reason::kFieldMalformed, field,
               "expected the id of a ticket, but it has another form");
    return {};
  }
  return *id;
}

std::string ToSupervisor(const std::string& supervisor, Faults& faults) {
  if (supervisor.empty()) {
    faults.Add(Reason::kFieldRequired, "supervisor",
               "expected the name of who acts, but it is empty");
  }
  faults.Text(supervisor, router::kMaxSupervisorBytes, "supervisor");
  return supervisor;
}

// -------------------------------------------------------------------------------------
// configuration and contacts

router::Action ToAction(v1::ApplyConfigurationRequest& request, router::Time /*now*/,
                        Faults& faults) {
  router::ApplyConfiguration action;
  if (!request.has_configuration()) {
    faults.Add(Reason::kFieldRequired, "configuration",
               "expected a configuration, but it is unset");
  }
  action.configuration = ToConfiguration(request.configuration(), faults);
  faults.Add(router::CheckConfiguration(action.configuration, "configuration"));
  action.expected_revision = request.expected_revision();
  if (action.expected_revision < router::kNotConfigured) {
    faults.Add(Reason::kFieldOutOfRange, "expected_revision",
               fmt::format("expected -1 or more, but it is {}", action.expected_revision));
  }
  action.validate_only = request.validate_only();
  if (faults.empty()) router::FillDefaults(action.configuration);
  return action;
}

router::Action ToAction(v1::IngestContactRequest& request, router::Time now, Faults& faults) {
  router::IngestContact action;
  action.contact = ContactOf(request, now, faults);
  return action;
}

router::Action ToAction(v1::ClassifyContactRequest& request, router::Time now, Faults& faults) {
  return router::ClassifyContact{.contact = ContactOf(request, now, faults)};
}

// -------------------------------------------------------------------------------------------------------
// tickets

router::Action ToAction(v1::CancelTicketRequest& request, router::Time /*now*/, Faults& faults) {
  faults.Text(request.reason(), router::kMaxReasonBytes, "reason");
  return router::CancelTicket{.ticket = TicketOf(request.ticket_id(), faults),
                              .reason = request.reason()};
}

router::Action ToAction(v1::AbandonTicketRequest& request, router::Time /*now*/, Faults& faults) {
  return router::AbandonTicket{.ticket = TicketOf(request.ticket_id(), faults)};
}

router::Action ToAction(v1::CompleteTicketRequest& request, router::Time now, Faults& faults) {
  faults.OptionalId(request.disposition(), "disposition");
  faults.Text(request.summary(), router::kMaxSummaryBytes, "summary");
  router::CompleteTicket action{.ticket = TicketOf(request.ticket_id(), faults),
                                .session = ToSession(request, faults),
                                .disposition = request.disposition(),
                                .summary = request.summary()};
  if (request.has_confidence()) {
    action.confidence_milli = ToMilli(request.confidence(), "confidence", faults);
  }
  if (faults.empty()) action.follow_ups = ToFollowUps(request, now, faults);
  action.verdict = ToVerdict(request.verdict(), "verdict", faults);
  faults.Text(request.comment(), router::kMaxReviewCommentBytes, "comment");
  action.comment = request.comment();
  return action;
}

router::Action ToAction(v1::ReleaseTicketRequest& request, router::Time /*now*/, Faults& faults) {
  router::ReleaseTicket action{.ticket = TicketOf(request.ticket_id(), faults),
                               .session = ToSession(request, faults)};
  if (request.has_hand_off()) action.hand_off = ToHandOff(request.hand_off(), "hand_off", faults);
  return action;
}

router::Action ToAction(v1::TransferTicketRequest& request, router::Time /*now*/, Faults& faults) {
  router::TransferTicket action;
  action.ticket = TicketOf(request.ticket_id(), faults);
  action.queue = request.queue();
  action.agent = request.agent();
  faults.OptionalId(action.agent, "agent");
  if (action.agent.empty()) {
    faults.RequireId(action.queue, "queue");
  } else {
    faults.OptionalId(action.queue, "queue");
  }
  if (request.has_wait()) {
    action.wait = ToDuration(request.wait(), "wait", faults);
    if (action.agent.empty()) {
      faults.Add(Reason::kFieldMalformed, "wait",
                 "expected none unless an agent is named, but there is one");
    } else if (action.wait < router::kMinTransferWait || action.wait > router::kMaxTransferWait) {
      faults.Add(Reason::kFieldOutOfRange, "wait", "expected 1 s to 24 h, but it is another");
    }
  }
  return action;
}

router::Action ToAction(v1::RescheduleTicketRequest& request, router::Time now, Faults& faults) {
  router::RescheduleTicket action;
  action.ticket = TicketOf(request.ticket_id(), faults);
  if (request.has_not_before()) {
    action.not_before = ToAgreedTime(request.not_before(), now, "not_before", faults);
  }
  return action;
}

router::Action ToAction(v1::RequestCallbackRequest& request, router::Time now, Faults& faults) {
  router::RequestCallback action;
  action.ticket = TicketOf(request.ticket_id(), faults);
  if (request.has_not_before()) {
    action.not_before = ToAgreedTime(request.not_before(), now, "not_before", faults);
  }
  if (request.has_not_after()) {
    action.not_after = ToTime(request.not_after(), "not_after", faults);
    if (action.not_after <= std::max(now, action.not_before) ||
        action.not_after > now + router::kMaxSetAside) {
      faults.Add(Reason::kFieldOutOfRange, "not_after",
                 "expected an instant after now and not_before, and within a year, but it is "
                 "another");
    }
  }
  return action;
}

router::Action ToAction(v1::EndCallbackAttemptRequest& request, router::Time now, Faults& faults) {
  router::EndCallbackAttempt action;
  action.ticket = TicketOf(request.ticket_id(), faults);
  action.session = ToSession(request, faults);
  if (CheckEnum(request.outcome(), v1::CALLBACK_OUTCOME_DO_NOT_CALL, "outcome", faults)) {
    action.outcome = static_cast<router::CallbackOutcome>(request.outcome());
  }
  faults.OptionalId(request.disposition(), "disposition");
  action.disposition = request.disposition();
  if (request.has_next_attempt_at()) {
    action.next_attempt_at =
        ToAgreedTime(request.next_attempt_at(), now, "next_attempt_at", faults);
    if (action.outcome != router::CallbackOutcome::kNone && !router::IsRetried(action.outcome)) {
      faults.Add(Reason::kFieldMalformed, "next_attempt_at",
                 "expected none with an outcome that ends the call-back, but there is one");
    }
  }
  return action;
}

router::Action ToAction(v1::ParkTicketRequest& request, router::Time now, Faults& faults) {
  router::ParkTicket action;
  action.ticket = TicketOf(request.ticket_id(), faults);
  action.session = ToSession(request, faults);
  faults.OptionalId(request.reason(), "reason");
  action.reason = request.reason();
  if (request.has_until()) {
    action.until = ToTime(request.until(), "until", faults);
    if (action.until <= now || action.until > now + router::kMaxSetAside) {
      faults.Add(Reason::kFieldOutOfRange, "until",
                 "expected an instant after now and within a year, but it is another");
    }
  }
  action.until_children_closed = request.until_children_closed();
  return action;
}

router::Action ToAction(v1::ResumeTicketRequest& request, router::Time /*now*/, Faults& faults) {
  return router::ResumeTicket{.ticket = TicketOf(request.ticket_id(), faults)};
}

router::Action ToAction(v1::ExplainTicketRequest& request, router::Time /*now*/, Faults& faults) {
  router::ExplainTicket action;
  if (request.queue().empty()) {
    action.ticket = TicketOf(request.ticket_id(), faults);
    return action;
  }
  faults.RequireId(request.queue(), "queue");
  if (!request.ticket_id().empty()) {
    faults.Add(Reason::kFieldMalformed, "queue", "expected a ticket or a queue, but both are set");
  }
  action.queue = request.queue();
  return action;
}

// --------------------------------------------------------------------------------------------------------
// agents

router::Action ToAction(v1::OpenSessionRequest& request, router::Time now, Faults& faults) {
  faults.RequireId(request.agent(), "agent");
  if (request.session_id().empty()) {
    faults.Add(Reason::kFieldRequired, "session_id",
               "expected the caller's name of the session, but it is empty");
  }
  faults.Text(request.session_id(), router::kMaxSessionIdBytes, "session_id");
  router::OpenSession action{.agent = request.agent(), .session_id = request.session_id()};
  if (request.has_shift_ends_at()) {
    action.shift_ends_at = ToShiftEnd(request.shift_ends_at(), now, "shift_ends_at", faults);
  }
  return action;
}

router::Action ToAction(v1::CloseSessionRequest& request, router::Time /*now*/, Faults& faults) {
  return router::CloseSession{.session = ToSession(request, faults)};
}

router::Action ToAction(v1::HeartbeatRequest& request, router::Time /*now*/, Faults& faults) {
  return router::GetAgent{.session = ToSession(request, faults)};
}

router::Action ToAction(v1::SetAgentStatusRequest& request, router::Time /*now*/, Faults& faults) {
  return router::SetAgentStatus{.session = ToSession(request, faults),
                                .to = ToStatusChange(request, faults)};
}

router::Action ToAction(v1::AcceptOfferRequest& request, router::Time /*now*/, Faults& faults) {
  return router::AcceptOffer{.session = ToSession(request, faults),
                             .offer = ToOfferId(request.offer_id(), faults)};
}

router::Action ToAction(v1::DeclineOfferRequest& request, router::Time /*now*/, Faults& faults) {
  router::DeclineOffer action;
  action.session = ToSession(request, faults);
  action.offer = ToOfferId(request.offer_id(), faults);
  if (request.cause() != v1::DECLINE_CAUSE_UNSPECIFIED &&
      CheckEnum(request.cause(), v1::DECLINE_CAUSE_DEVICE, "cause", faults)) {
    action.cause = static_cast<router::DeclineCause>(request.cause());
  }
  return action;
}

router::Action ToAction(v1::StartTicketRequest& request, router::Time /*now*/, Faults& faults) {
  return router::StartTicket{.session = ToSession(request, faults),
                             .ticket = TicketOf(request.ticket_id(), faults)};
}

router::Action ToAction(v1::FinishTicketRequest& request, router::Time /*now*/, Faults& faults) {
  return router::FinishTicket{.session = ToSession(request, faults),
                              .ticket = TicketOf(request.ticket_id(), faults)};
}

router::Action ToAction(v1::StartAgentContactRequest& request, router::Time now, Faults& faults) {
  router::StartAgentContact action;
  action.session = ToSession(request, faults);
  if (!request.has_contact()) {
    faults.Add(Reason::kFieldRequired, "contact", "expected a contact, but it is unset");
    return action;
  }
  v1::Contact& contact = *request.mutable_contact();
  if (contact.direction() == v1::DIRECTION_UNSPECIFIED) {
    contact.set_direction(v1::DIRECTION_OUTBOUND);
  }
  if (contact.initiated_by() == v1::PARTY_UNSPECIFIED) contact.set_initiated_by(v1::PARTY_AGENT);
  if (contact.has_not_before()) {
    faults.Add(Reason::kFieldMalformed, "contact.not_before",
               "expected work that begins now, but it has a time");
  }
  if (contact.has_not_after()) {
    faults.Add(Reason::kFieldMalformed, "contact.not_after",
               "expected work that begins now, but it has a window");
  }
  if (contact.blocked_by_size() != 0) {
    faults.Add(Reason::kFieldMalformed, "contact.blocked_by",
               "expected work that begins now, but it waits for other tickets");
  }
  action.contact = ToContact(contact, now, "contact", faults);
  return action;
}

// ----------------------------------------------------------------------------------------
// who takes part in a ticket besides its owner

router::Action ToAction(v1::InviteParticipantRequest& request, router::Time /*now*/,
                        Faults& faults) {
  faults.RequireId(request.agent(), "agent");
  return router::InviteParticipant{.ticket = TicketOf(request.ticket_id(), faults),
                                   .session = ToSession(request, faults),
                                   .agent = request.agent()};
}

router::Action ToAction(v1::ConsultQueueRequest& request, router::Time /*now*/, Faults& faults) {
  faults.RequireId(request.queue(), "queue");
  router::ConsultQueue action{.ticket = TicketOf(request.ticket_id(), faults),
                              .session = ToSession(request, faults),
                              .queue = request.queue()};
  if (request.has_time_limit()) {
    action.time_limit = ToDuration(request.time_limit(), "time_limit", faults);
    if (action.time_limit < router::Seconds(1) ||
        action.time_limit > router::kMaxConsultationLimit) {
      faults.Add(Reason::kFieldOutOfRange, "time_limit", "expected 1 s to 1 h, but it is another");
    }
  }
  return action;
}

router::Action ToAction(v1::CancelConsultationRequest& request, router::Time /*now*/,
                        Faults& faults) {
  return router::CancelConsultation{.ticket = TicketOf(request.ticket_id(), faults),
                                    .session = ToSession(request, faults)};
}

router::Action ToAction(v1::EndParticipationRequest& request, router::Time /*now*/,
                        Faults& faults) {
  faults.OptionalId(request.agent(), "agent");
  return router::EndParticipation{.ticket = TicketOf(request.ticket_id(), faults),
                                  .session = ToSession(request, faults),
                                  .agent = request.agent()};
}

router::Action ToAction(v1::SetParticipantRoleRequest& request, router::Time /*now*/,
                        Faults& faults) {
  router::SetParticipantRole action;
  action.ticket = TicketOf(request.ticket_id(), faults);
  action.session = ToSession(request, faults);
  faults.RequireId(request.agent(), "agent");
  action.agent = request.agent();
  if (CheckEnum(request.role(), v1::ASSIGNMENT_ROLE_MONITOR, "role", faults)) {
    action.role = static_cast<router::AssignmentRole>(request.role());
    if (action.role != router::AssignmentRole::kConsult &&
        action.role != router::AssignmentRole::kConference) {
      faults.Add(Reason::kFieldOutOfRange, "role",
                 "expected CONSULT or CONFERENCE, but it is another");
    }
  }
  return action;
}

router::Action ToAction(v1::HandOverTicketRequest& request, router::Time /*now*/, Faults& faults) {
  faults.RequireId(request.agent(), "agent");
  return router::HandOverTicket{.ticket = TicketOf(request.ticket_id(), faults),
                                .session = ToSession(request, faults),
                                .agent = request.agent(),
                                .stay = request.stay()};
}

router::Action ToAction(v1::MonitorTicketRequest& request, router::Time /*now*/, Faults& faults) {
  return router::MonitorTicket{.ticket = TicketOf(request.ticket_id(), faults),
                               .session = ToSession(request, faults)};
}

// ----------------------------------------------------------------------------------------
// supervisors

router::Action ToAction(v1::AssignTicketRequest& request, router::Time /*now*/, Faults& faults) {
  faults.RequireId(request.agent(), "agent");
  return router::AssignTicket{.ticket = TicketOf(request.ticket_id(), faults),
                              .agent = request.agent(),
                              .supervisor = ToSupervisor(request.supervisor(), faults),
                              .override_capacity = request.override_capacity(),
                              .override_requirement = request.override_requirement()};
}

router::Action ToAction(v1::RequeueTicketRequest& request, router::Time /*now*/, Faults& faults) {
  return router::RequeueTicket{.ticket = TicketOf(request.ticket_id(), faults),
                               .supervisor = ToSupervisor(request.supervisor(), faults)};
}

router::Action ToAction(v1::OverrideAgentStatusRequest& request, router::Time /*now*/,
                        Faults& faults) {
  faults.RequireId(request.agent(), "agent");
  return router::OverrideAgentStatus{.agent = request.agent(),
                                     .supervisor = ToSupervisor(request.supervisor(), faults),
                                     .to = ToStatusChange(request, faults)};
}

router::Action ToAction(v1::SetShiftEndRequest& request, router::Time now, Faults& faults) {
  faults.RequireId(request.agent(), "agent");
  router::SetShiftEnd action{.agent = request.agent(),
                             .supervisor = ToSupervisor(request.supervisor(), faults)};
  if (request.has_ends_at()) action.ends_at = ToShiftEnd(request.ends_at(), now, "ends_at", faults);
  return action;
}

router::Action ToAction(v1::ExplainAgentRequest& request, router::Time /*now*/, Faults& faults) {
  faults.RequireId(request.agent(), "agent");
  return router::ExplainAgent{.agent = request.agent()};
}

// ------------------------------------------------------------------------------------------ back
// office and media

router::Action ToAction(v1::ClaimTicketsRequest& request, router::Time /*now*/, Faults& faults) {
  router::ClaimTickets action;
  action.session = ToSession(request, faults);
  faults.Range(request.max_tickets(), 0, router::kMaxClaimTickets, "max_tickets");
  if (request.max_tickets() != 0) action.max_tickets = request.max_tickets();
  faults.OptionalId(request.queue(), "queue");
  action.queue = request.queue();
  if (request.ticket_id().empty()) return action;
  action.ticket = ToTicketId(request.ticket_id(), "ticket_id", faults);
  if (!request.queue().empty()) {
    faults.Add(Reason::kFieldMalformed, "queue",
               "expected none when a ticket is named, but there is one");
  }
  if (request.max_tickets() > 1) {
    faults.Add(Reason::kFieldOutOfRange, "max_tickets",
               "expected at most 1 when a ticket is named, but there are more");
  }
  return action;
}

router::Action ToAction(v1::ExtendLeasesRequest& request, router::Time /*now*/, Faults& faults) {
  router::ExtendLeases action;
  action.session = ToSession(request, faults);
  if (!faults.HasAtMost(request.ticket_ids_size(), router::kMaxExtendLeases, "ticket_ids")) {
    return action;
  }
  for (int i = 0; i < request.ticket_ids_size(); ++i) {
    action.tickets.push_back(ToTicketId(request.ticket_ids(i), At("ticket_ids", i), faults));
  }
  return action;
}

router::Action ToAction(v1::ReportMediaEventRequest& request, router::Time now, Faults& faults) {
  router::ReportMediaEvent action;
  action.ticket = TicketOf(request.ticket_id(), faults);
  if (CheckEnum(request.type(), v1::MEDIA_EVENT_TYPE_RINGING, "type", faults)) {
    action.type = static_cast<router::MediaEventType>(request.type());
  }
  const bool disconnected = request.type() == v1::MEDIA_EVENT_TYPE_DISCONNECTED;
  if ((disconnected || request.party() != v1::PARTY_UNSPECIFIED) &&
      CheckEnum(request.party(), v1::PARTY_SYSTEM, "party", faults)) {
    action.party = static_cast<router::Party>(request.party());
  }
  const bool before_any_offer = disconnected && request.party() == v1::PARTY_CUSTOMER;
  if (!request.offer_id().empty() || !before_any_offer) {
    action.offer = ToOfferId(request.offer_id(), faults);
    if (action.offer.IsSet() && action.ticket.IsSet() && action.offer.ticket != action.ticket) {
      faults.Add(Reason::kFieldMalformed, "offer_id",
                 "expected an offer of the ticket, but it is one of another");
    }
  }
  if (request.has_occurred_at()) {
    action.occurred_at = ToTime(request.occurred_at(), "occurred_at", faults);
    if (action.occurred_at < now - router::kMaxMediaEventBefore ||
        action.occurred_at > now + router::kMaxClockAhead) {
      faults.Add(Reason::kFieldOutOfRange, "occurred_at",
                 "expected an instant within 24 h before and 5 minutes after now, but it is "
                 "another");
    }
  }
  return action;
}

router::TicketState StateAfterCompletion(const router::Reply& reply) {
  const auto* reached = std::get_if<router::StateReached>(&reply);
  return reached == nullptr ? router::TicketState::kCompleted : reached->state;
}

}  // namespace tandem::rpc
