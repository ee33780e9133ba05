// One stream of SupervisorService.BulkUpdateTickets.
#ifndef TANDEM_SERVER_RPC_BULK_TICKETS_H_
#define TANDEM_SERVER_RPC_BULK_TICKETS_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "router/command.h"
#include "router/ids.h"
#include "server/rpc/bulk_stream.h"
#include "server/store/store.h"

namespace tandem::rpc {

struct BulkTicketsAsked {
  BulkAsked bulk;
  store::TicketFilter filter;
  router::Action change;  // of no ticket yet
};
std::variant<BulkTicketsAsked, router::Rejection> ToBulkTicketsAsked(
    v1::BulkUpdateTicketsRequest& request);

class BulkTickets final : public BulkStream {
 public:
  using Request = v1::BulkUpdateTicketsRequest;

  // `request` lives as long as the call.
  BulkTickets(Backend& backend, grpc::CallbackServerContext* context,
              const grpc::ByteBuffer* request);

 private:
  void Begin() override;
  std::optional<router::Rejection> ReadCheck(store::Reader& reader) override;
  query::Result<std::string> ReadPage(store::Reader& reader,
                                      const query::PageRequest& page) override;
  size_t kept() const override { return tickets_.size(); }
  void KeepFirst(size_t count) override { tickets_.resize(count); }
  std::string IdOf(size_t item) const override { return router::ToString(tickets_[item]); }
  std::optional<query::Result<router::Action>> CommandOf(size_t item) const override;
  grpc::ByteBuffer Message(const std::vector<Result>& results,
                           const v1::BulkProgress& progress) const override;

  bool Reclassifies() const;
  std::optional<router::Rejection> ReadContacts(store::Reader& reader, size_t from);

  const grpc::ByteBuffer* const request_;  // until Begin returns
  BulkTicketsAsked tickets_asked_;         // constant once it runs
  std::vector<router::TicketId> tickets_;  // constant once all are read
  // What made them, when they are classified again, until their commands are made.
  mutable std::map<router::TicketId, router::NewContact> contacts_;
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_BULK_TICKETS_H_
