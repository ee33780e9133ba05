// One stream of AgentService.StreamAgentSession.
//
// Life: the first message opens a session, with this stream as the sink of its notices; then verbs
// go up and changes come down; the end of the stream is the end of the session, by closing or by
// loss.
//
// Ownership: gRPC holds the stream until OnDone (server/rpc/queued_stream.h), and every call to the
// engine that is under way holds it, too; it goes with the last of them. The engine's pointer to it
// as a sink is taken back before that, and never on a thread of the engine.
//
// Locks: one mutex. Start... and Finish are called under it (their reactions never run within the
// call); the engine's Submit is not, because it may answer at once.
#ifndef TANDEM_SERVER_RPC_SESSION_STREAM_H_
#define TANDEM_SERVER_RPC_SESSION_STREAM_H_

#include <grpcpp/alarm.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "router/command.h"
#include "router/rows.h"
#include "server/engine/engine.h"
#include "server/rpc/call.h"
#include "server/rpc/queued_stream.h"
#include "server/rpc/stream_registry.h"
#include "tandem/v1/agent_service.pb.h"

namespace tandem::rpc {

class SessionStream final : public QueuedStream,
                            public engine::NoticeSink,
                            public OpenStream,
                            public std::enable_shared_from_this<SessionStream> {
 public:
  // Messages that wait for a slow reader; one more ends the stream.
  static constexpr size_t kMaxWaitingMessages = 1'000;
  // Verbs under way; further messages are not read until one is answered.
  static constexpr int kMaxVerbsInFlight = 64;
  // For the first message, and for the client to read what is left when the stream ends.
  static constexpr std::chrono::seconds kPatience{10};

  explicit SessionStream(Backend& backend) : backend_(backend) {}

  // Ends the stream because the server stops.
  void StopServing() override;
  void OnNotice(const router::Notice& notice) override;

 private:
  void OnCall() override;
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  // ---- what goes up
  void Dispatch(v1::StreamAgentSessionRequest& message);
  void Open(v1::OpenSessionRequest& request);
  void OnOpened(const router::Outcome& outcome);
  void Close(int64_t tag, v1::CloseSessionRequest& request);
  // Fills in workspace and session where the caller left them out; the fault when they are another
  // stream's.
  template <typename Request>
  std::optional<router::Rejection> FillIn(Request& request) const;
  // Checks and submits; `done` gets the outcome, at once when the request is at fault.
  template <typename Request, typename Done>
  void Run(Request& request, Done done);
  template <typename Request>
  void RunPlain(int64_t tag, Request& request);
  template <typename Request>
  void RunOfTicket(int64_t tag, Request& request);

  // ---- what goes down
  void Answer(int64_t tag, const router::Outcome& outcome);
  void Push(const v1::StreamAgentSessionResponse& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReadOn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // ---- the end
  bool ending() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return end_.has_value(); }
  // Ends the stream after what waits was sent; the first end counts.
  void End(const StreamEnd& end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndIfHalfClosed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Tells the engine, once, that the session has no stream any more.
  void LoseSession() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetAlarm(grpc::Alarm& alarm, void (SessionStream::*action)());
  void OnOpenTimeout();
  void OnEndTimeout();

  Backend& backend_;
  std::optional<CallRecord> record_;  // from OnCall

  grpc::ByteBuffer read_;  // touched by one read at a time

  // Set before the session is open, and only read afterwards.
  std::string workspace_;
  router::SessionRef session_;
  bool omit_own_changes_ = false;

  absl::Mutex mutex_;
  enum class Phase { kAwaitingOpen, kOpening, kOpen };
  Phase phase_ ABSL_GUARDED_BY(mutex_) = Phase::kAwaitingOpen;
  bool session_over_ ABSL_GUARDED_BY(mutex_) = false;  // closed, fenced, or reported as lost
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;       // the engine has not answered `close` yet
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;       // a read is under way, or being dispatched
  bool half_closed_ ABSL_GUARDED_BY(mutex_) = false;   // the client sends nothing more
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  int verbs_in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<grpc::ByteBuffer> waiting_ ABSL_GUARDED_BY(mutex_);
  // Notices that came before the answer to `open`, which goes first.
  std::deque<v1::StreamAgentSessionResponse> early_ ABSL_GUARDED_BY(mutex_);
  std::optional<StreamEnd> end_ ABSL_GUARDED_BY(mutex_);

  grpc::Alarm open_alarm_;
  grpc::Alarm end_alarm_;
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_SESSION_STREAM_H_
