#include <memory>
#include <vector>

#include "server/query/tickets.h"
#include "server/rpc/closed_ticket.h"
#include "server/rpc/convert_ticket.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_methods.h"
#include "tandem/v1/work_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

// The router answers with ids; subjects and payloads are in rows only. By now the claim is durable:
// a caller that can't be told (the database went away just then) repeats the request id.
void ClaimTickets(Backend& backend, Call call, v1::ClaimTicketsRequest& request) {
  RunTicketVerb(
      backend, call, request,
      [&backend, workspace = request.workspace()](Call answered, const router::Reply& reply) {
        const auto& claimed = std::get<router::TicketsClaimed>(reply);
        if (claimed.tickets.empty()) return answered.Finish(v1::ClaimTicketsResponse());
        Read(backend, answered, [&backend, answered, workspace, tickets = claimed.tickets] {
          FinishQuery<v1::ClaimTicketsResponse>(
              answered, query::GetTickets(backend.reader, workspace, tickets),
              [](const std::vector<store::TicketView>& views, v1::ClaimTicketsResponse& response) {
                for (const auto& view : views) Fill(view, *response.add_tickets());
              });
        });
      });
}

void ExtendLeases(Backend& backend, Call call, v1::ExtendLeasesRequest& request) {
  RunVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    v1::ExtendLeasesResponse response;
    for (const auto& [ticket, expires_at] : std::get<router::LeasesExtended>(reply).leases) {
      v1::Lease& lease = *response.add_leases();
      lease.set_ticket_id(router::ToString(ticket));
      *lease.mutable_expires_at() = ToTimestamp(expires_at);
    }
    answered.Finish(response);
  });
}

}  // namespace

Service MakeWorkService(Backend& backend) {
  ServiceMaker<v1::WorkService> maker(backend);
  maker.Register(ClaimTickets);
  maker.Serve(ExtendLeases);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
