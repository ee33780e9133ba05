// A stream to the server as a test holds it: read message by message, ended or called off.
#ifndef TANDEM_TESTS_RPC_CLIENT_STREAM_H_
#define TANDEM_TESTS_RPC_CLIENT_STREAM_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "tests/rpc/fixture.h"

namespace tandem::rpc {

// Until whoever counts what it writes is held up, or at its end: half a second without progress.
inline void WaitUntilItStands(const std::atomic<int>& written) {
  for (int before = -1; before != written;) {
    before = written;
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

// `Stream` is grpc::ClientReader or grpc::ClientReaderWriter. Called off when it is destroyed.
template <typename Stream, typename Response>
class ClientStream {
 public:
  // `open(context)` makes the call.
  template <typename Opener>
  explicit ClientStream(Opener open) : stream_(open(static_cast<grpc::ClientContext*>(context_))) {}
  virtual ~ClientStream() {
    if (!stream_) return;
    context_->TryCancel();
    stream_->Finish();
  }
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  // The next message; nothing when the stream is over.
  std::optional<Response> Next() {
    Response response;
    if (!stream_->Read(&response)) return std::nullopt;
    OnMessage(response);
    return response;
  }
  template <typename Request>
  bool Send(const Request& request) {
    return stream_->Write(request);
  }
  void HalfClose() { stream_->WritesDone(); }
  void Cancel() { context_->TryCancel(); }
  // Reads on to the end.
  grpc::Status End() {
    while (Next()) {
    }
    const grpc::Status status = stream_->Finish();
    stream_.reset();
    return status;
  }

 protected:
  // Told of each message that is read.
  virtual void OnMessage(const Response& /*response*/) {}

 private:
  ClientContext context_{std::chrono::seconds(60)};
  std::unique_ptr<Stream> stream_;
};

}  // namespace tandem::rpc

#endif  // TANDEM_TESTS_RPC_CLIENT_STREAM_H_
