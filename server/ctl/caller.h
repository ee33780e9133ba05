// One command's way to the server: calls that wait, and exit codes that say what came of them.
#ifndef TANDEM_SERVER_CTL_CALLER_H_
#define TANDEM_SERVER_CTL_CALLER_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/time/clock.h"

#include "server/ctl/client.h"

namespace tandem::ctl {

// Exit codes of every subcommand.
inline constexpr int kExitDone = 0;
inline constexpr int kExitRefused = 1;      // The server refused it, or it could not be done.
inline constexpr int kExitUsage = 2;        // The command line, or a file that it names, is wrong.
inline constexpr int kExitUnavailable = 3;  // Nothing was decided: repeat it later.

// Prints the message on standard error; returns `exit_code`.
[[nodiscard]] int Fail(int exit_code, const std::string& message);

// kExitRefused or kExitUnavailable, of a call that failed.
[[nodiscard]] int ExitCodeOf(const grpc::Status& status);

// Prints why a call failed on standard error; returns its exit code.
[[nodiscard]] int Report(const grpc::Status& status);

// Stubs over one connection, and the target. Used by one thread.
class Caller {
 public:
  explicit Caller(const Target& target)
      : target_(target), channel_(Connect(target.address, target.security)), client_(channel_) {}

  // Calls with the target's workspace filled in, and waits up to the target's timeout; the first
  // time that the server does not answer it says so on standard error. A change needs a request_id.
  template <typename Stub, typename Request, typename Response>
  [[nodiscard]] grpc::Status Ask(Stub& stub,
                                 grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                              Response*),
                                 Request request, Response& response) {
    if constexpr (requires { request.set_workspace(""); }) {
      request.set_workspace(target_.workspace);
    }
    return AskBy([&](grpc::ClientContext* context) {
      response.Clear();
      return (stub.*method)(context, request, &response);
    });
  }

  // The same for `call`, which fills in the workspace by itself.
  [[nodiscard]] grpc::Status AskBy(const std::function<grpc::Status(grpc::ClientContext*)>& call);

  // As Ask, for a change that has no request_id and is not safe to repeat: waits for the server,
  // then sends it once.
  template <typename Stub, typename Request, typename Response>
  [[nodiscard]] grpc::Status AskOnce(Stub& stub,
                                     grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                  const Request&, Response*),
                                     Request request, Response& response) {
    request.set_workspace(target_.workspace);
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(absl::ToChronoTime(absl::Now() + target_.timeout));
    return (stub.*method)(&context, request, &response);
  }

  [[nodiscard]] const Target& target() const { return target_; }
  [[nodiscard]] const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  [[nodiscard]] Client& client() { return client_; }

 private:
  const Target target_;
  const std::shared_ptr<grpc::Channel> channel_;
  Client client_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_CALLER_H_
