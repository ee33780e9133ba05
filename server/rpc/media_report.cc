#include "server/rpc/media_report.h"

#include <string>
#include <utility>
#include <variant>

#include "server/rpc/closed_ticket.h"
#include "server/rpc/verbs.h"

namespace tandem::rpc {

using router::Rejection;

void ReportMedia(Backend& backend, v1::ReportMediaEventRequest& request,
                 std::chrono::steady_clock::time_point deadline,
                 absl::AnyInvocable<void(const ReportOutcome&) &&> done) {
  const auto ticket = router::ParseId<router::TicketId>(request.ticket_id());
  auto verb = ToVerb(request, backend.engine.Now());
  if (auto* rejection = std::get_if<Rejection>(&verb)) return std::move(done)(*rejection);
  Submit(backend, std::move(std::get<Verb>(verb)), deadline,
         [&backend, ticket, workspace = request.workspace(),
          done = std::move(done)](const router::Outcome& outcome) mutable {
           const auto* rejection = std::get_if<Rejection>(&outcome);
           if (rejection == nullptr) {
             const auto& reply = std::get<router::Reply>(outcome);
             return std::move(done)(std::get<router::MediaReported>(reply).applied);
           }
           if (rejection->reason != router::Reason::kTicketNotFound || !ticket) {
             return std::move(done)(*rejection);
           }
           // A late report about a closed ticket is nobody's fault: it is OK and changes nothing.
           LookUpClosed(backend, workspace, *ticket,
                        [ticket, rejection = *rejection,
                         done = std::move(done)](const ClosedState& found) mutable {
                          Rejection explained = ExplainNotFound(rejection, *ticket, found);
                          if (explained.reason == router::Reason::kTicketClosed) {
                            return std::move(done)(false);
                          }
                          std::move(done)(std::move(explained));
                        });
         });
}

}  // namespace tandem::rpc
