// Unary calls of simulated people: repeated, with the same request, until the server has decided;
// or sent once, where it is the call itself that is looked at.
#ifndef TANDEM_SERVER_CTL_PLAYER_CALLS_H_
#define TANDEM_SERVER_CTL_PLAYER_CALLS_H_

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/time/time.h"

#include "server/ctl/client.h"
#include "server/ctl/player_loop.h"

namespace tandem::ctl {

// The error's reason, or the name of its code when it carries none: for counting.
[[nodiscard]] std::string ReasonOrCode(const grpc::Status& status);

// How long to wait before the next attempt: doubles from 50 ms to 1 s.
class Backoff {
 public:
  absl::Duration Next() {
    const absl::Duration delay = next_;
    next_ = std::min(next_ * 2, absl::Seconds(1));
    return delay;
  }

 private:
  absl::Duration next_ = absl::Milliseconds(50);
};

// Lives on the loop's thread; must be destroyed before the loop, after the loop has ended.
class PlayerCalls {
 public:
  explicit PlayerCalls(PlayerLoop& loop) : loop_(loop) {}
  // Waits for the network to let go of what is under way.
  ~PlayerCalls();

  PlayerCalls(const PlayerCalls&) = delete;
  PlayerCalls& operator=(const PlayerCalls&) = delete;

  // Sends `request` by `start(context, request, response, callback)` until the answer is a
  // decision, and gives that to `done(status, response)` on the loop's thread. The request needs a
  // request_id, or must be safe to repeat.
  template <typename Response, typename Request, typename Start, typename Done>
  void Call(Request request, Start start, Done done) {
    ++undecided_;
    Send(
        std::make_shared<Task<Response, Request, Start, Done>>(Task<Response, Request, Start, Done>{
            std::move(request), std::move(start), std::move(done), Backoff()}));
  }

  // Sends `request` once, by `start` as above, and gives whatever came of it to
  // `done(status, response)` on the loop's thread.
  template <typename Response, typename Request, typename Start, typename Done>
  void CallOnce(Request request, const Start& start, Done done) {
    Transmit<Response>(std::make_shared<const Request>(std::move(request)), start, std::move(done));
  }

  // Notes that the server seems to be away: its clock is taken to stand still until it answers
  // again.
  void NoteServerAway();

  // Bracket whatever the network still holds; End from any thread. The destructor waits until all
  // is let go.
  void BeginOnNetwork();
  void EndOnNetwork();

  // Calls without a decision yet.
  [[nodiscard]] int64_t undecided() const { return undecided_; }
  // Attempts that had to be repeated, streams included.
  [[nodiscard]] int64_t repeated() const { return repeated_; }

 private:
  template <typename Response, typename Request, typename Start, typename Done>
  struct Task {
    Request request;
    Start start;
    Done done;
    Backoff backoff;
  };

  // One attempt has a context and a response of its own.
  template <typename Response>
  struct Attempt {
    grpc::ClientContext context;
    Response response;
  };

  // One attempt, which fails when it was not answered within 10 s.
  template <typename Response, typename Request, typename Start, typename Done>
  void Transmit(const std::shared_ptr<const Request>& request, const Start& start, Done done) {
    auto attempt = std::make_shared<Attempt<Response>>();
    attempt->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    BeginOnNetwork();
    start(&attempt->context, request.get(), &attempt->response,
          [this, request, attempt, done = std::move(done)](const grpc::Status& status) {
            loop_.Post([attempt, done, status] { done(status, attempt->response); });
            EndOnNetwork();  // The last touch: the destructor waits for it.
          });
  }

  template <typename Response, typename Request, typename Start, typename Done>
  void Send(const std::shared_ptr<Task<Response, Request, Start, Done>>& task) {
    Transmit<Response>(std::shared_ptr<const Request>(task, &task->request), task->start,
                       [this, task](const grpc::Status& status, const Response& response) {
                         Answered(task, status, response);
                       });
  }

  template <typename TaskPointer, typename Response>
  void Answered(const TaskPointer& task, const grpc::Status& status, const Response& response) {
    if (!status.ok() && IsUndecided(status.error_code(), ReasonOf(status))) {
      NoteServerAway();
      loop_.AfterReal(task->backoff.Next(), [this, task] { Send(task); });
      return;
    }
    --undecided_;
    task->done(status, response);
  }

  PlayerLoop& loop_;
  int64_t undecided_ = 0;
  int64_t repeated_ = 0;

  std::mutex mutex_;
  std::condition_variable let_go_;
  int64_t on_network_ = 0;  // Guarded by mutex_.
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_PLAYER_CALLS_H_
