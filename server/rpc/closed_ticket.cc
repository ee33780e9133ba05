#include "server/rpc/closed_ticket.h"

#include <memory>
#include <utility>

#include "server/query/tickets.h"

namespace tandem::rpc {
namespace {

ClosedState Find(store::Reader& reader, const std::string& workspace, router::TicketId ticket) {
  const auto found = query::GetTicket(reader, workspace, ticket);
  if (const auto* view = std::get_if<store::TicketView>(&found)) {
    if (!router::IsClosed(view->state.state)) return std::optional<router::TicketState>();
    return std::optional(view->state.state);
  }
  const auto& rejection = std::get<router::Rejection>(found);
  if (rejection.reason == router::Reason::kTicketNotFound) {
    return std::optional<router::TicketState>();
  }
  return rejection;
}

}  // namespace

void LookUpClosed(Backend& backend, const std::string& workspace, router::TicketId ticket,
                  absl::AnyInvocable<void(const ClosedState&) &&> done) {
  ReaderPool::Job job = [&reader = backend.reader, workspace, ticket,
                         done = std::move(done)]() mutable {
    std::move(done)(Find(reader, workspace, ticket));
  };
  // The router is asked first, so these reads are as bounded as its calls are.
  backend.pool.Run(std::move(job));
}

router::Rejection ExplainNotFound(const router::Rejection& not_found, router::TicketId ticket,
                                  const ClosedState& found) {
  if (const auto* rejection = std::get_if<router::Rejection>(&found)) return *rejection;
  const auto state = std::get<std::optional<router::TicketState>>(found);
  if (!state) return not_found;
  const std::string name = router::ToString(*state);
  return {.reason = router::Reason::kTicketClosed,
          .message = "expected an open ticket, but " + router::ToString(ticket) + " is " + name,
          .violations = {},
          .metadata = {{"state", name}}};
}

}  // namespace tandem::rpc
