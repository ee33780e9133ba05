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
  return query::TicketClosed(ticket, *state);
}

namespace {

// Of a verb that adds to a ticket. Requires that it is one.
struct Addition {
  router::TicketId ticket;
  std::optional<router::ClosedTicket>* closed = nullptr;
};

Addition AdditionOf(router::Action& action) {
  return std::visit(
      [](auto& verb) -> Addition {
        if constexpr (requires { verb.closed; }) return {verb.ticket, &verb.closed};
        return {};
      },
      action);
}

}  // namespace

// The refusal of the router came after the closing was durable, so that the read can't miss it.
void SubmitAddition(Backend& backend, Call call, Verb verb, FinishAddition finish) {
  const auto finish_or_refuse = [call, finish](const router::Outcome& outcome) {
    if (const auto* rejection = std::get_if<router::Rejection>(&outcome)) {
      call.Refuse(*rejection);
    } else {
      finish(call, std::get<router::Reply>(outcome));
    }
  };
  Verb again = verb;
  Submit(backend, std::move(verb), call.deadline(),
         [&backend, call, finish_or_refuse,
          again = std::move(again)](router::Outcome outcome) mutable {
           const auto* rejection = std::get_if<router::Rejection>(&outcome);
           if (rejection == nullptr || rejection->reason != router::Reason::kTicketNotFound) {
             return finish_or_refuse(outcome);
           }
           ReaderPool::Job job = [&backend, call, finish_or_refuse, outcome = std::move(outcome),
                                  again = std::move(again)]() mutable {
             const Addition addition = AdditionOf(again.command.action);
             auto found =
                 query::FindClosed(backend.reader, again.command.workspace, addition.ticket);
             if (const auto* fault = std::get_if<router::Rejection>(&found)) {
               return call.Refuse(*fault);
             }
             *addition.closed = std::get<std::optional<router::ClosedTicket>>(std::move(found));
             if (!addition.closed->has_value()) return finish_or_refuse(outcome);
             Submit(backend, std::move(again), call.deadline(), finish_or_refuse);
           };
           // The router was asked first, so these reads are as bounded as its calls are.
           backend.pool.Run(std::move(job));
         });
}

}  // namespace tandem::rpc
