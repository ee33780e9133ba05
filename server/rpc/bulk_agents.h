// One stream of SupervisorService.BulkUpdateAgents.
#ifndef TANDEM_SERVER_RPC_BULK_AGENTS_H_
#define TANDEM_SERVER_RPC_BULK_AGENTS_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "router/model.h"
#include "server/rpc/bulk_stream.h"
#include "server/store/store.h"

namespace tandem::rpc {

struct BulkAgentsAsked {
  BulkAsked bulk;
  store::ResourceFilter filter;
  std::vector<router::SkillLevel> set_skills;
  std::vector<std::string> remove_skills;
  std::string routing_profile;  // empty: each keeps its own
};
std::variant<BulkAgentsAsked, router::Rejection> ToBulkAgentsAsked(
    v1::BulkUpdateAgentsRequest& request);

class BulkAgents final : public BulkStream {
 public:
  using Request = v1::BulkUpdateAgentsRequest;

  // `request` lives as long as the call.
  BulkAgents(Backend& backend, grpc::CallbackServerContext* context,
             const grpc::ByteBuffer* request);

 private:
  // What an agent becomes.
  struct Change {
    std::string agent;
    int64_t revision = 0;  // that was read
    std::vector<router::SkillLevel> skills;
  };

  void Begin() override;
  std::optional<router::Rejection> ReadCheck(store::Reader& reader) override;
  query::Result<std::string> ReadPage(store::Reader& reader,
                                      const query::PageRequest& page) override;
  size_t kept() const override { return changes_.size(); }
  void KeepFirst(size_t count) override { changes_.resize(count); }
  std::string IdOf(size_t item) const override { return changes_[item].agent; }
  std::optional<query::Result<router::Action>> CommandOf(size_t item) const override;
  grpc::ByteBuffer Message(const std::vector<Result>& results,
                           const v1::BulkProgress& progress) const override;

  const grpc::ByteBuffer* const request_;  // until Begin returns
  BulkAgentsAsked agents_asked_;           // constant once it runs
  std::vector<Change> changes_;            // constant once all are read
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_BULK_AGENTS_H_
