// One stream of WatchService: what a board shows, as a snapshot and then in rounds.
//
// It keeps the board's version that it has told up to, and which entries it has told, so that one
// that leaves the filter or the configuration is told as removed. A round is made when the one
// before was taken and the interval has passed: at most one entry of each waits to be sent.
#ifndef TANDEM_SERVER_RPC_WATCH_STREAM_H_
#define TANDEM_SERVER_RPC_WATCH_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

#include "router/rejection.h"
#include "router/time.h"
#include "server/live/board.h"
#include "server/rpc/board_stream.h"
#include "server/rpc/out_stream.h"
#include "tandem/v1/watch_service.pb.h"

namespace tandem::rpc {

// What a caller asks for, checked.
struct WatchAsked {
  std::string workspace;
  router::Duration min_interval;
  router::Duration heartbeat;
  // Empty: any.
  absl::flat_hash_set<std::string> agents, teams, sites, queues, clients;
};
std::variant<WatchAsked, router::Rejection> ToWatchAsked(const v1::WatchQueuesRequest& request);
std::variant<WatchAsked, router::Rejection> ToWatchAsked(const v1::WatchAgentsRequest& request);

struct QueueWatch {
  using Request = v1::WatchQueuesRequest;
  using Response = v1::WatchQueuesResponse;
  using Entry = live::QueueEntry;
};
struct AgentWatch {
  using Request = v1::WatchAgentsRequest;
  using Response = v1::WatchAgentsResponse;
  using Entry = live::AgentEntry;
};

// Kind: QueueWatch or AgentWatch.
template <typename Kind>
class WatchStream final : public BoardStream<ServerStream> {
 public:
  using Request = typename Kind::Request;

  static constexpr size_t kMostEntries = 500;  // in one message

  WatchStream(Backend& backend, grpc::CallbackServerContext* context,
              const grpc::ByteBuffer* request)
      : BoardStream(backend, context), request_(request) {}

 private:
  using Entry = typename Kind::Entry;
  using Pointer = std::shared_ptr<const Entry>;

  void Begin() override;
  std::optional<grpc::ByteBuffer> Next() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnTurn() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  bool HasShown() const override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return told_at_.has_value();
  }
  void OnBoard() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { Pump(); }

  // Begins a round when there is something to tell. False when there is not.
  bool BeginRound() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes an entry that changed into the round.
  void Choose(const Pointer& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What was told and is not among all that there are is gone.
  void ForgetOthers(const std::vector<Pointer>& all) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const grpc::ByteBuffer* const request_;  // gRPC's; until Begin returned
  WatchAsked asked_;                       // constant from Begin on

  int64_t version_ ABSL_GUARDED_BY(mutex_) = 0;  // of the board, told or about to be
  std::optional<engine::SteadyTime> looked_at_ ABSL_GUARDED_BY(mutex_);
  std::optional<engine::SteadyTime> told_at_ ABSL_GUARDED_BY(mutex_);  // the last round
  absl::flat_hash_map<uint32_t, Pointer> told_ ABSL_GUARDED_BY(mutex_);

  // The round that is being told.
  bool in_round_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t commit_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<Pointer> entries_ ABSL_GUARDED_BY(mutex_);
  std::vector<Pointer> removed_ ABSL_GUARDED_BY(mutex_);
  size_t sent_ ABSL_GUARDED_BY(mutex_) = 0;  // of entries_, then of removed_
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_WATCH_STREAM_H_
