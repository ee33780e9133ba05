// Streams of the server, read until there is enough, or until Ctrl-C.
#ifndef TANDEM_SERVER_CTL_FOLLOW_H_
#define TANDEM_SERVER_CTL_FOLLOW_H_

#include <functional>
#include <memory>
#include <mutex>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "server/ctl/caller.h"
#include "server/ctl/interrupt.h"

namespace tandem::ctl {

// How long to try to come back to a server that was there.
enum class Patience {
  kForEver,  // until Ctrl-C
  kTimeout,  // as long as to any other answer
};

// Reads one stream after another, each the successor of one that broke off. Used by one thread;
// Ctrl-C ends what is being read. Make it before anything that starts threads.
class Follower {
 public:
  explicit Follower(const Target& target) : interrupt_([this] { Cancel(); }), caller_(target) {}

  // Opens a stream, again whenever it broke off, and gives its messages to `take` until that
  // returns false. The exit code: kExitDone also after Ctrl-C.
  template <typename Response>
  [[nodiscard]] int Follow(
      Patience patience,
      const std::function<std::unique_ptr<grpc::ClientReader<Response>>(grpc::ClientContext*)>&
          open,
      const std::function<bool(const Response&)>& take) {
    heard_at_ = absl::Now();
    for (;;) {
      grpc::ClientContext context;
      if (Begin(context)) return kExitDone;
      const auto stream = open(&context);
      bool enough = false;
      for (Response message; !enough && stream->Read(&message);) {
        Hear();
        enough = !take(message);
      }
      if (enough) context.TryCancel();
      grpc::Status status = stream->Finish();
      if (End() || enough) return kExitDone;
      // Though nothing is wrong: there was more to read.
      if (status.ok()) status = {grpc::StatusCode::UNAVAILABLE, "the server ended the stream"};
      if (!MayComeBack(patience, status)) return Report(status);
    }
  }

  [[nodiscard]] Client& client() { return caller_.client(); }

 private:
  // Both return whether Ctrl-C came, which cancels the stream in between.
  bool Begin(grpc::ClientContext& context);
  bool End();
  void Cancel();
  void Hear();
  // Whether to open the stream anew, after a pause.
  bool MayComeBack(Patience patience, const grpc::Status& status);

  std::mutex mutex_;
  grpc::ClientContext* context_ = nullptr;  // Guarded by mutex_. Of the stream that is open.
  OnInterrupt interrupt_;
  Caller caller_;
  bool heard_ = false;  // The server was there.
  absl::Time heard_at_;
  absl::Duration pause_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_FOLLOW_H_
