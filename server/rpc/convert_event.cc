#include "server/rpc/convert_event.h"

#include "router/ids.h"
#include "router/limits.h"
#include "server/rpc/convert_types.h"

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
}

}  // namespace tandem::rpc
