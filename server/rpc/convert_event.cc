#include "server/rpc/convert_event.h"

#include "router/ids.h"
#include "router/limits.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/stream_request.h"
#include "server/rpc/verbs.h"

namespace tandem::rpc {
namespace {

static_assert(static_cast<int>(router::EventType::kConfigurationApplied) ==
              v1::EVENT_TYPE_CONFIGURATION_APPLIED);
static_assert(static_cast<int>(router::EventType::kTicketClaimed) == v1::EVENT_TYPE_TICKET_CLAIMED);
static_assert(static_cast<int>(router::kLastEventType) == v1::EventType_MAX);

}  // namespace

void Fill(const router::EventRow& row, v1::Event& to) {
  to.set_sequence(row.sequence);
  to.set_type(static_cast<v1::EventType>(row.type));
  *to.mutable_at() = ToTimestamp(row.at);
  if (row.ticket.IsSet()) to.set_ticket_id(router::ToString(row.ticket));
  to.set_agent(row.agent);
  to.set_queue(row.queue);
  if (row.offer_number != 0) {
    to.set_offer_id(
        router::ToString(router::OfferId{.ticket = row.ticket, .number = row.offer_number}));
  }
  if (row.contact.IsSet()) to.set_contact_id(router::ToString(row.contact));
  to.set_reason(row.reason);
  if (row.until.IsSet()) *to.mutable_until() = ToTimestamp(row.until);
  to.set_number(row.number);
  to.set_trace_parent(row.trace_parent);
}

live::EventFilter ToEventFilter(const v1::EventFilter& filter, const std::string& field,
                                Faults& faults) {
  live::EventFilter to;
  to.clients = ToIdSet(filter.clients(), field + ".clients", faults);
  to.queues = ToIdSet(filter.queues(), field + ".queues", faults);
  const std::string tickets = field + ".ticket_ids";
  if (faults.HasAtMost(filter.ticket_ids_size(), router::kMaxFilterValues, tickets)) {
    for (int i = 0; i < filter.ticket_ids_size(); ++i) {
      to.tickets.insert(ToTicketId(filter.ticket_ids(i), At(tickets, i), faults));
    }
  }
  const std::string types = field + ".types";
  if (faults.HasAtMost(filter.types_size(), router::kMaxFilterValues, types)) {
    for (int i = 0; i < filter.types_size(); ++i) {
      const int type = filter.types(i);
      if (CheckEnum(type, v1::EventType_MAX, At(types, i), faults)) {
        to.types.set(static_cast<size_t>(type));
      }
    }
  }
  return to;
}

query::EventStart ToEventStart(v1::EventStart start, const std::string& token, Faults& faults) {
  if (start == v1::EVENT_START_UNSPECIFIED) return query::EventStart::kNow;
  if (!CheckEnum(start, v1::EventStart_MAX, "start", faults)) return query::EventStart::kNow;
  if (!token.empty()) {
    faults.Add(router::Reason::kFieldOutOfRange, "start",
               "expected none beside a resume_token, but both are set");
  }
  return start == v1::EVENT_START_OLDEST ? query::EventStart::kOldest : query::EventStart::kNow;
}

}  // namespace tandem::rpc
