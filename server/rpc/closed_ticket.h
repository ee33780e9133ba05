// What the router can't know: it holds open tickets only, so to it a closed one is not found.
#ifndef TANDEM_SERVER_RPC_CLOSED_TICKET_H_
#define TANDEM_SERVER_RPC_CLOSED_TICKET_H_

#include <string>

#include "absl/functional/any_invocable.h"

#include "router/ids.h"
#include "router/rejection.h"
#include "server/rpc/call.h"

namespace tandem::rpc {

// The ticket's state when it is closed, else nothing; or the refusal of a read that failed.
using ClosedState = query::Result<std::optional<router::TicketState>>;

// Looks up whether a ticket that the router did not find is closed, and hands over what it found,
// on a thread of the pool.
void LookUpClosed(Backend& backend, const std::string& workspace, router::TicketId ticket,
                  absl::AnyInvocable<void(const ClosedState&) &&> done);

// The rejection that the caller gets: kTicketClosed in place of kTicketNotFound when the ticket is
// closed.
router::Rejection ExplainNotFound(const router::Rejection& not_found, router::TicketId ticket,
                                  const ClosedState& found);

// Whether the ticket is closed, and in this state.
inline bool IsClosedAs(const ClosedState& found, router::TicketState state) {
  const auto* closed = std::get_if<std::optional<router::TicketState>>(&found);
  return closed != nullptr && *closed == state;
}

// For SubmitVerb, of a verb of one ticket: a closed one is refused as such.
inline auto RefuseTicketVerb(Backend& backend, const std::string& workspace,
                             std::optional<router::TicketId> ticket) {
  return [&backend, ticket, workspace](Call refused, const router::Rejection& rejection) {
    if (rejection.reason != router::Reason::kTicketNotFound || !ticket) {
      refused.Refuse(rejection);
      return;
    }
    LookUpClosed(backend, workspace, *ticket,
                 [refused, rejection, ticket](const ClosedState& found) {
                   refused.Refuse(ExplainNotFound(rejection, *ticket, found));
                 });
  };
}

// As `RunVerb`, for verbs of one ticket.
template <typename Request, typename Finish>
void RunTicketVerb(Backend& backend, Call call, Request& request, Finish finish) {
  RunVerb(backend, call, request, std::move(finish),
          RefuseTicketVerb(backend, request.workspace(),
                           router::ParseId<router::TicketId>(request.ticket_id())));
}

// A verb that adds something to a ticket (its action has a `closed`): it is tried on the open
// ticket, and then, when the router holds none, on the closed one as the store has it.
using FinishAddition = void (*)(Call call, const router::Reply& reply);
void SubmitAddition(Backend& backend, Call call, Verb verb, FinishAddition finish);

template <typename Request>
void RunAddition(Backend& backend, Call call, Request& request, FinishAddition finish) {
  auto verb = ToVerb(request, backend.engine.Now());
  if (const auto* rejection = std::get_if<router::Rejection>(&verb)) {
    call.Refuse(*rejection);
  } else {
    SubmitAddition(backend, call, std::move(std::get<Verb>(verb)), finish);
  }
}

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CLOSED_TICKET_H_
