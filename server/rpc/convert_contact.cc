#include "server/rpc/convert_contact.h"

#include <algorithm>
#include <utility>

#include "router/check.h"
#include "router/ids.h"
#include "router/limits.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/payload.h"
#include "server/rpc/trace_context.h"
#include "server/rpc/verbs.h"

namespace tandem::rpc {
namespace {

static_assert(static_cast<int>(router::Direction::kInbound) == v1::DIRECTION_INBOUND);
static_assert(static_cast<int>(router::Direction::kInternal) == v1::DIRECTION_INTERNAL);
static_assert(static_cast<int>(router::Party::kCustomer) == v1::PARTY_CUSTOMER);
static_assert(static_cast<int>(router::Party::kSystem) == v1::PARTY_SYSTEM);

std::string Path(const std::string& prefix, const char* field) {
  return prefix.empty() ? field : prefix + "." + field;
}

}  // namespace

router::NewContact ToContact(const v1::Contact& message, router::Time now,
                             const std::string& prefix, Faults& faults) {
  router::NewContact contact;
  contact.channel = message.channel();
  contact.entry_point = message.entry_point();
  contact.external_id = message.external_id();
  contact.conversation_key = message.conversation_key();
  contact.client = message.client();
  contact.process_type = message.process_type();
  contact.language = message.language();
  contact.requirement = ToRequirement(message.requirement(), Path(prefix, "requirement"), faults);
  if (message.has_priority()) contact.priority = message.priority();
  contact.queue = message.queue();
  if (message.has_plan()) contact.plan = ToPlan(message.plan(), Path(prefix, "plan"), faults);
  if (message.has_answer_target()) {
    contact.answer_target =
        ToPositiveDuration(message.answer_target(), Path(prefix, "answer_target"), faults);
  }
  if (message.has_due_at()) {
    contact.due_at = ToTime(message.due_at(), Path(prefix, "due_at"), faults);
  }
  if (message.has_not_before()) {
    contact.not_before = ToTime(message.not_before(), Path(prefix, "not_before"), faults);
  }
  if (message.has_not_after()) {
    contact.not_after = ToTime(message.not_after(), Path(prefix, "not_after"), faults);
  }
  if (message.has_received_at()) {
    contact.received_at = ToTime(message.received_at(), Path(prefix, "received_at"), faults);
  }
  contact.customer_id = message.customer_id();
  contact.customer_segment = message.customer_segment();
  if (message.direction() != v1::DIRECTION_UNSPECIFIED &&
      CheckEnum(message.direction(), v1::DIRECTION_INTERNAL, Path(prefix, "direction"), faults)) {
    contact.direction = static_cast<router::Direction>(message.direction());
  }
  if (message.initiated_by() != v1::PARTY_UNSPECIFIED &&
      CheckEnum(message.initiated_by(), v1::PARTY_SYSTEM, Path(prefix, "initiated_by"), faults)) {
    contact.initiated_by = static_cast<router::Party>(message.initiated_by());
  }
  contact.subject = message.subject();
  contact.payload_json = message.payload_json();
  contact.attributes.assign(message.attributes().begin(), message.attributes().end());
  std::sort(contact.attributes.begin(), contact.attributes.end());
  contact.excluded_agents.assign(message.excluded_agents().begin(),
                                 message.excluded_agents().end());
  if (!message.parent_ticket_id().empty()) {
    contact.parent =
        ToTicketId(message.parent_ticket_id(), Path(prefix, "parent_ticket_id"), faults);
  }
  const auto blocking = static_cast<size_t>(message.blocked_by_size());
  if (!faults.HasAtMost(blocking, router::kMaxBlockedBy, Path(prefix, "blocked_by"))) {
    return contact;
  }
  for (int i = 0; i < message.blocked_by_size() && faults.empty(); ++i) {
    contact.blocked_by.push_back(
        ToTicketId(message.blocked_by(i), At(Path(prefix, "blocked_by"), i), faults));
  }
  if (!message.trace_parent().empty()) {
    const auto trace = ParseTraceParent(message.trace_parent());
    if (trace) {
      contact.trace_parent = ToTraceParent(*trace);
    } else {
      faults.Add(router::Reason::kFieldMalformed, Path(prefix, "trace_parent"),
                 "expected a traceparent as W3C Trace Context has it, but it has another form");
    }
  }
  faults.Add(router::CheckContact(contact, now, prefix));
  // A payload that is too large was refused above, and is not worth reading.
  if (faults.empty()) CheckPayload(contact.payload_json, Path(prefix, "payload_json"), faults);
  return contact;
}

std::vector<router::FollowUp> ToFollowUps(v1::CompleteTicketRequest& request, router::Time now,
                                          Faults& faults) {
  std::vector<router::FollowUp> follow_ups;
  const auto count = static_cast<size_t>(request.follow_ups_size());
  if (!faults.HasAtMost(count, router::kMaxFollowUps, "follow_ups")) return follow_ups;
  for (int i = 0; i < request.follow_ups_size() && faults.empty(); ++i) {
    v1::FollowUp& message = *request.mutable_follow_ups(i);
    const std::string path = At("follow_ups", i);
    if (!message.has_contact()) {
      faults.Add(router::Reason::kFieldRequired, path + ".contact",
                 "expected a contact, but it is unset");
      continue;
    }
    v1::Contact& contact = *message.mutable_contact();
    if (!contact.parent_ticket_id().empty()) {
      faults.Add(router::Reason::kFieldMalformed, path + ".contact.parent_ticket_id",
                 "expected none, because it is the ticket that is completed, but there is one");
      continue;
    }
    // The parent says the client; and nothing comes in for a follow-up's conversation.
    contact.set_parent_ticket_id(request.ticket_id());
    if (contact.direction() == v1::DIRECTION_UNSPECIFIED) {
      contact.set_direction(v1::DIRECTION_INTERNAL);
    }
    if (contact.initiated_by() == v1::PARTY_UNSPECIFIED) contact.set_initiated_by(v1::PARTY_AGENT);
    router::FollowUp follow_up;
    follow_up.contact = ToContact(contact, now, path + ".contact", faults);
    follow_up.after.assign(message.after().begin(), message.after().end());
    faults.Add(router::CheckAfter(follow_up.after, static_cast<size_t>(i),
                                  follow_up.contact.blocked_by.size(), path));
    follow_ups.push_back(std::move(follow_up));
  }
  return follow_ups;
}

void Fill(const router::ContactIngested& ingested, v1::IngestResult& to) {
  to.set_ticket_id(router::ToString(ingested.ticket));
  to.set_contact_id(router::ToString(ingested.contact));
  to.set_joined(ingested.joined);
  to.set_duplicate(ingested.duplicate);
  to.set_unroutable(ingested.unroutable);
  to.set_position(static_cast<int64_t>(ingested.position));
  if (ingested.estimated_wait) {
    *to.mutable_estimated_wait() = ToProtoDuration(*ingested.estimated_wait);
  }
}

}  // namespace tandem::rpc
