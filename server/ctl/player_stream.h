// One agent session's stream, on gRPC's callback API.
#ifndef TANDEM_SERVER_CTL_PLAYER_STREAM_H_
#define TANDEM_SERVER_CTL_PLAYER_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "server/ctl/player_calls.h"
#include "server/ctl/player_loop.h"
#include "tandem/v1/agent_service.grpc.pb.h"

namespace tandem::ctl {

// Opened by Start(), ended by the server, by the network or by Cancel(). Messages and the end are
// posted to the loop. All methods on the loop's thread. `calls` counts open streams and waits for
// their ends before it goes.
class AgentStream final : public grpc::ClientBidiReactor<tandem::v1::StreamAgentSessionRequest,
                                                         tandem::v1::StreamAgentSessionResponse> {
 public:
  using Request = tandem::v1::StreamAgentSessionRequest;
  using Response = tandem::v1::StreamAgentSessionResponse;
  using OnMessage = std::function<void(const Response&)>;
  using OnEnd = std::function<void(const grpc::Status&)>;

  // Both handlers are called on the loop's thread, `on_end` last and once.
  static std::shared_ptr<AgentStream> Start(tandem::v1::AgentService::Stub& stub, PlayerLoop& loop,
                                            PlayerCalls& calls, OnMessage on_message, OnEnd on_end);

  // Sends after what was sent before. Dropped when the stream has ended.
  void Send(Request request);
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  AgentStream(PlayerLoop& loop, PlayerCalls& calls, OnMessage on_message, OnEnd on_end);
  // Lets gRPC end the stream: from here on nothing is started from outside its reactions.
  void CloseOutside(std::unique_lock<std::mutex> lock);

  PlayerLoop& loop_;
  PlayerCalls& calls_;
  const OnMessage on_message_;
  const OnEnd on_end_;
  grpc::ClientContext context_;
  Response incoming_;

  // gRPC ends a reactor when no operation and no hold is left. Our hold stands for Send(), which
  // starts writes from outside a reaction; it goes when reading has ended and no write is under
  // way.
  std::mutex mutex_;
  std::deque<Request> outgoing_;  // Guarded by mutex_. The first is being written while writing_.
  bool writing_ = false;          // Guarded by mutex_.
  bool closed_ = false;           // Guarded by mutex_. No write may start.
  bool held_ = true;              // Guarded by mutex_.
  std::shared_ptr<AgentStream> self_;  // Keeps this alive until OnDone.
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_PLAYER_STREAM_H_
