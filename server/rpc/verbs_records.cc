// The verbs that say something of a ticket, or add to it, after it came in.
#include <algorithm>
#include <set>

#include "fmt/format.h"
#include "router/limits.h"
#include "server/rpc/convert_ticket.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/verbs.h"

namespace tandem::rpc {
namespace {

using router::Reason;

// A text that may be left out, but not be empty.
template <bool (v1::UpdateTicketRequest::*kHas)() const>
std::string ToSetText(const v1::UpdateTicketRequest& request, const std::string& text,
                      size_t max_bytes, const char* field, Faults& faults) {
  if (!(request.*kHas)()) return {};
  if (text.empty()) {
    faults.Add(Reason::kFieldRequired, field, "expected a text or nothing, but it is empty");
  }
  faults.Text(text, max_bytes, field);
  return text;
}

void CheckKey(const std::string& key, const std::string& field, Faults& faults) {
  if (key.empty()) faults.Add(Reason::kFieldRequired, field, "expected a key, but it is empty");
  faults.Text(key, router::kMaxAttributeKeyBytes, field);
}

void ToAttributes(const v1::UpdateTicketRequest& request, router::UpdateTicket& action,
                  Faults& faults) {
  faults.HasAtMost(request.set_attributes_size(), router::kMaxAttributes, "set_attributes");
  faults.HasAtMost(request.remove_attributes_size(), router::kMaxAttributes, "remove_attributes");
  if (!faults.empty()) return;
  for (const auto& [key, value] : request.set_attributes()) {
    CheckKey(key, "set_attributes", faults);
    faults.Text(value, router::kMaxAttributeValueBytes, "set_attributes");
    action.attributes.emplace_back(key, value);
  }
  const std::set<std::string> removed(request.remove_attributes().begin(),
                                      request.remove_attributes().end());
  for (const std::string& key : removed) {
    CheckKey(key, "remove_attributes", faults);
    if (request.set_attributes().contains(key)) {
      faults.Add(Reason::kFieldMalformed, "remove_attributes",
                 "expected keys that are not set as well, but one is");
    }
    action.attributes.emplace_back(key, std::nullopt);
  }
  std::sort(action.attributes.begin(), action.attributes.end());
}

template <typename Messages>
std::vector<router::ExternalReference> ToReferences(const Messages& messages,
                                                    const std::string& field, Faults& faults) {
  std::vector<router::ExternalReference> references;
  faults.HasAtMost(messages.size(), router::kMaxExternalReferences, field);
  if (!faults.empty()) return references;
  for (int i = 0; i < messages.size(); ++i) {
    references.push_back(ToReference(messages.Get(i), At(field, i), faults));
  }
  return references;
}

bool ChangesNothing(const router::UpdateTicket& action) {
  return !action.priority && !action.due_at.IsSet() && action.customer_id.empty() &&
         action.customer_segment.empty() && action.subject.empty() && action.attributes.empty() &&
         action.add_references.empty() && action.remove_references.empty() && !action.requirement &&
         !action.reclassify;
}

// An instant of the caller's clock.
router::Time ToPastTime(const google::protobuf::Timestamp& timestamp, router::Time now,
                        const char* field, Faults& faults) {
  const router::Time time = ToTime(timestamp, field, faults);
  if (time < now - router::kMaxReceivedBefore || time > now + router::kMaxClockAhead) {
    faults.Add(Reason::kFieldOutOfRange, field,
               "expected an instant within 30 days before and 5 minutes after now, but it is "
               "another");
  }
  return time;
}

router::SurveyScore ToScore(const v1::SurveyScore& message, const std::string& path,
                            Faults& faults) {
  faults.RequireId(message.measure(), path + ".measure");
  faults.Range(message.lowest(), 0, router::kMaxScore - 1, path + ".lowest");
  faults.Range(message.highest(), int64_t{message.lowest()} + 1, router::kMaxScore,
               path + ".highest");
  faults.Range(message.score(), message.lowest(), message.highest(), path + ".score");
  return {message.measure(), message.score(), message.lowest(), message.highest()};
}

}  // namespace

router::Action ToAction(v1::UpdateTicketRequest& request, router::Time now, Faults& faults) {
  router::UpdateTicket action;
  action.ticket = ToTicketId(request.ticket_id(), "ticket_id", faults);
  action.expected_revision = request.expected_revision();
  if (action.expected_revision < 0) {
    faults.Add(Reason::kFieldOutOfRange, "expected_revision",
               fmt::format("expected 0 or more, but it is {}", action.expected_revision));
  }
  if (request.has_priority()) {
    faults.Range(request.priority(), 0, router::kMaxPriority, "priority");
    action.priority = request.priority();
  }
  if (request.has_due_at()) {
    action.due_at = ToTime(request.due_at(), "due_at", faults);
    if (action.due_at < now - router::kMaxDueAhead || action.due_at > now + router::kMaxDueAhead) {
      faults.Add(Reason::kFieldOutOfRange, "due_at",
                 "expected an instant within 2 years of now, but it is another");
    }
  }
  using Request = v1::UpdateTicketRequest;
  action.customer_id = ToSetText<&Request::has_customer_id>(
      request, request.customer_id(), router::kMaxCustomerIdBytes, "customer_id", faults);
  action.customer_segment = ToSetText<&Request::has_customer_segment>(
      request, request.customer_segment(), router::kMaxSegmentBytes, "customer_segment", faults);
  action.subject = ToSetText<&Request::has_subject>(request, request.subject(),
                                                    router::kMaxSubjectBytes, "subject", faults);
  ToAttributes(request, action, faults);
  action.add_references =
      ToReferences(request.add_external_references(), "add_external_references", faults);
  action.remove_references =
      ToReferences(request.remove_external_references(), "remove_external_references", faults);
  for (const router::ExternalReference& reference : action.remove_references) {
    if (std::ranges::count(action.add_references, reference) == 0) continue;
    faults.Add(Reason::kFieldMalformed, "remove_external_references",
               "expected references that are not added as well, but one is");
  }
  if (request.has_requirement()) {
    action.requirement = ToOwnRequirement(request.requirement(), "requirement", faults);
  }
  action.reclassify = request.reclassify();
  if (faults.empty() && ChangesNothing(action)) {
    faults.Add(Reason::kFieldRequired, "priority",
               "expected at least one field that changes the ticket, but none is set");
  }
  return action;
}

router::Action ToAction(v1::AddNoteRequest& request, router::Time /*now*/, Faults& faults) {
  faults.OptionalId(request.agent(), "agent");
  if (request.text().empty()) {
    faults.Add(Reason::kFieldRequired, "text", "expected what the note says, but it is empty");
  }
  faults.Text(request.text(), router::kMaxNoteBytes, "text");
  return router::AddNote{.ticket = ToTicketId(request.ticket_id(), "ticket_id", faults),
                         .agent = request.agent(),
                         .text = request.text(),
                         .closed = std::nullopt};
}

router::Action ToAction(v1::AddMessageRequest& request, router::Time now, Faults& faults) {
  router::AddMessage action;
  action.ticket = ToTicketId(request.ticket_id(), "ticket_id", faults);
  if (CheckEnum(request.author(), v1::PARTY_SYSTEM, "author", faults)) {
    action.author = static_cast<router::Party>(request.author());
  }
  if (action.author == router::Party::kAgent) {
    faults.RequireId(request.agent(), "agent");
  } else if (!request.agent().empty()) {
    faults.Add(Reason::kFieldMalformed, "agent",
               "expected no agent unless the author is AGENT, but there is one");
  }
  action.agent = request.agent();
  if (action.author != router::Party::kCustomer) action.direction = router::Direction::kOutbound;
  if (request.direction() != v1::DIRECTION_UNSPECIFIED &&
      CheckEnum(request.direction(), v1::DIRECTION_INTERNAL, "direction", faults)) {
    action.direction = static_cast<router::Direction>(request.direction());
  }
  if (request.has_sent_at()) action.sent_at = ToPastTime(request.sent_at(), now, "sent_at", faults);
  faults.Text(request.text(), router::kMaxMessageBytes, "text");
  action.text = request.text();
  faults.Text(request.external_id(), router::kMaxExternalIdBytes, "external_id");
  action.external_id = request.external_id();
  return action;
}

router::Action ToAction(v1::ReopenTicketRequest& request, router::Time /*now*/, Faults& faults) {
  return router::ReopenTicket{.ticket = ToTicketId(request.ticket_id(), "ticket_id", faults),
                              .closed = std::nullopt};
}

router::Action ToAction(v1::RecordSurveyRequest& request, router::Time now, Faults& faults) {
  router::RecordSurvey action;
  action.ticket = ToTicketId(request.ticket_id(), "ticket_id", faults);
  if (request.scores().empty()) {
    faults.Add(Reason::kFieldRequired, "scores", "expected a score, but there is none");
  }
  faults.HasAtMost(request.scores_size(), router::kMaxSurveyScores, "scores");
  if (!faults.empty()) return action;
  std::set<std::string> measures;
  for (int i = 0; i < request.scores_size(); ++i) {
    const std::string path = At("scores", i);
    action.scores.push_back(ToScore(request.scores(i), path, faults));
    if (!measures.insert(request.scores(i).measure()).second) {
      faults.Add(Reason::kFieldMalformed, path + ".measure",
                 "expected each measure once, but it is there twice");
    }
  }
  if (request.has_answered_at()) {
    action.answered_at = ToPastTime(request.answered_at(), now, "answered_at", faults);
  }
  return action;
}

}  // namespace tandem::rpc
