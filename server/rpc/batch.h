// Calls of many items, each of which is decided for itself.
#ifndef TANDEM_SERVER_RPC_BATCH_H_
#define TANDEM_SERVER_RPC_BATCH_H_

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/command.h"
#include "router/rejection.h"
#include "server/rpc/call.h"
#include "tandem/v1/ingest_service.pb.h"

namespace tandem::rpc {

// Gathers the outcomes of a batch's items, which come in any order and from any thread; the last
// one answers.
class Batch {
 public:
  // Answers the call from the outcomes, in the order of the items.
  using Finish = void (*)(Call call, const std::vector<router::Outcome>& outcomes);

  Batch(Call call, size_t size, Finish finish)
      : call_(call), finish_(finish), outcomes_(size), missing_(size) {}

  void Set(size_t index, router::Outcome outcome);

 private:
  const router::Rejection* OfTheCall() const;

  const Call call_;
  const Finish finish_;
  std::vector<router::Outcome> outcomes_;
  std::atomic<size_t> missing_;
};

// What is wrong with a batch as such.
std::optional<router::Rejection> CheckBatch(const std::string& workspace, std::string_view field,
                                            size_t size, size_t max_size);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_BATCH_H_
