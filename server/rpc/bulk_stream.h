// What the calls of SupervisorService have in common that change many things, each for itself.
//
// First what matches is read, page by page, on the pool. Then each item is a command of its own: so
// many are under way at once, the next one goes when one of them is durable or refused, and none
// while the client does not read its results. Its request id is made from the call's, so that the
// same call again changes nothing twice. When the call is to stop, nothing more is submitted, and
// it ends when what is under way is told.
//
// Locks: as OutStream. Commands are submitted without the lock, because the engine may answer at
// once.
#ifndef TANDEM_SERVER_RPC_BULK_STREAM_H_
#define TANDEM_SERVER_RPC_BULK_STREAM_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "router/command.h"
#include "server/query/fault.h"
#include "server/query/page_token.h"
#include "server/rpc/faults.h"
#include "server/rpc/out_stream.h"
#include "server/rpc/request_tag.h"
#include "server/rpc/status.h"
#include "server/rpc/wire.h"
#include "tandem/v1/supervisor_service.pb.h"

namespace tandem::rpc {

// What every such request says.
struct BulkAsked {
  std::string workspace;
  std::optional<engine::RequestTag> request;
  size_t max_items = 0;
  bool validate_only = false;
};

// The part of a request that `BulkAsked` holds. The request id is taken from the request.
template <typename Request>
BulkAsked ToBulkAsked(Request& request, Faults& faults);

class BulkStream : public ServerStream {
 public:
  static constexpr int32_t kPage = 500;         // read at once
  static constexpr size_t kMostUnderWay = 256;  // commands
  static constexpr size_t kMostUntold = 2'000;  // results that wait for the client
  static constexpr size_t kMostResults = 500;   // in one message
  static constexpr int32_t kDefaultItems = 10'000;
  static constexpr int32_t kMostItems = 50'000;

  void StopServing() override { StopBecause(ServerStops()); }
  void OnShardLost() override;

  // ---- from gRPC

  void OnWriteDone(bool ok) override;

 protected:
  BulkStream(Backend& backend, grpc::CallbackServerContext* context);

  // For Begin(): reads and checks the request, keeps what is asked in `asked`, and begins.
  template <typename Request, typename Asked>
  void RunAs(const grpc::ByteBuffer& bytes,
             std::variant<Asked, router::Rejection> (*check)(Request&), Asked& asked) {
    Request request;
    if (const auto rejection = Read(bytes, request)) return Refuse(*rejection);
    record().Describe(request);
    auto checked = check(request);
    if (const auto* rejection = std::get_if<router::Rejection>(&checked)) {
      return Refuse(*rejection);
    }
    asked = std::get<Asked>(std::move(checked));
    Run(asked.bulk);
  }

  const BulkAsked& asked() const { return asked_; }

  // What became of one item.
  struct Result {
    std::string id;
    std::optional<router::Rejection> refusal;
  };

  // For Message(): `set_id` names what a result is of.
  template <typename Response, typename SetId>
  static grpc::ByteBuffer MessageOf(const std::vector<Result>& results,
                                    const v1::BulkProgress& progress, SetId set_id) {
    Response message;
    for (const Result& result : results) {
      auto& to = *message.add_results();
      set_id(to, result.id);
      if (result.refusal) Fill(*result.refusal, *to.mutable_error());
    }
    *message.mutable_progress() = progress;
    return Write(message);
  }

  // ---- what differs. `Read…` are called on the pool, one after the other and before the rest.

  // What is wrong with the call as such, which only the database knows.
  virtual std::optional<router::Rejection> ReadCheck(store::Reader& reader) = 0;
  // Reads one page, keeps those that match, and gives the token of the next; empty: there is none.
  virtual query::Result<std::string> ReadPage(store::Reader& reader,
                                              const query::PageRequest& page) = 0;
  // How many are kept; and keeps no more than these.
  virtual size_t kept() const = 0;
  virtual void KeepFirst(size_t count) = 0;

  virtual std::string IdOf(size_t item) const = 0;
  // The command of an item, or why it is refused. Nothing: only its match is told.
  virtual std::optional<query::Result<router::Action>> CommandOf(size_t item) const = 0;
  virtual grpc::ByteBuffer Message(const std::vector<Result>& results,
                                   const v1::BulkProgress& progress) const = 0;

 private:
  struct Submission {
    size_t item = 0;
    Verb verb;
  };

  void Run(BulkAsked asked);
  void OnTurn() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<grpc::ByteBuffer> Next() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void ReadOn(const std::string& token) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnPage(const query::Result<std::string>& next_token);
  // Submits what may be under way now. Not under the lock.
  void GoOn();
  std::vector<Submission> TakeReady() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayTake() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnOutcome(size_t item, const router::Outcome& outcome);
  // Counts what became of an item, and keeps it to be told.
  void Settle(size_t item, std::optional<router::Rejection> refusal)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SettleAndGoOn(size_t item, std::optional<router::Rejection> refusal);
  void StopBecause(router::Rejection why);
  void Stop(router::Rejection why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndIfSettled() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<BulkStream> Self();

  // What is under way may outlive a call that was called off, and with it the server.
  engine::Engine& engine_;
  BulkAsked asked_;  // constant once it runs
  engine::SteadyTime stop_at_ = engine::SteadyTime::max();

  bool all_read_ ABSL_GUARDED_BY(mutex_) = false;  // from then on what is kept stays
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;        // the first item that was not taken
  size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Result> untold_ ABSL_GUARDED_BY(mutex_);
  v1::BulkProgress progress_ ABSL_GUARDED_BY(mutex_);
  bool progress_due_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<router::Rejection> stop_ ABSL_GUARDED_BY(mutex_);
};

// -------------------------------------------------------------------------------------------------

template <typename Request>
BulkAsked ToBulkAsked(Request& request, Faults& faults) {
  faults.RequireId(request.workspace(), "workspace");
  BulkAsked asked{.workspace = request.workspace(),
                  .request = TakeRequestTag(request, faults),
                  .max_items = static_cast<size_t>(BulkStream::kDefaultItems),
                  .validate_only = request.validate_only()};
  if (request.max_items() != 0) {
    faults.Range(request.max_items(), 1, BulkStream::kMostItems, "max_items");
    asked.max_items = static_cast<size_t>(request.max_items());
  }
  if (request.filter().ByteSizeLong() == 0) {
    faults.Add(router::Reason::kFieldRequired, "filter",
               "expected at least one condition, but there is none");
  }
  return asked;
}

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_BULK_STREAM_H_
