// One command's way to the server: calls that wait, and exit codes that say what came of them.
#ifndef TANDEM_SERVER_CTL_CALLER_H_
#define TANDEM_SERVER_CTL_CALLER_H_

#include <string>
#include <utility>

#include "server/ctl/client.h"

namespace tandem::ctl {

// Exit codes of every subcommand.
inline constexpr int kExitDone = 0;
inline constexpr int kExitRefused = 1;      // The server refused it, or it could not be done.
inline constexpr int kExitUsage = 2;        // The command line, or a file that it names, is wrong.
inline constexpr int kExitUnavailable = 3;  // Nothing was decided: repeat it later.

// Prints the message on standard error; returns `exit_code`.
[[nodiscard]] int Fail(int exit_code, const std::string& message);

// Prints why a call failed on standard error; returns kExitRefused or kExitUnavailable.
[[nodiscard]] int Report(const grpc::Status& status);

// Stubs over one connection, and the target. Used by one thread.
class Caller {
 public:
  explicit Caller(const Target& target)
      : target_(target), channel_(Connect(target.address)), client_(channel_) {}

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
    return CallAndWait(
        target_.timeout,
        [&](grpc::ClientContext* context) {
          response.Clear();
          return (stub.*method)(context, request, &response);
        },
        [this](const grpc::Status& status) { SayThatItWaits(status); });
  }

  [[nodiscard]] const Target& target() const { return target_; }
  [[nodiscard]] const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  [[nodiscard]] Client& client() { return client_; }

 private:
  void SayThatItWaits(const grpc::Status& status) const;

  const Target target_;
  const std::shared_ptr<grpc::Channel> channel_;
  Client client_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_CALLER_H_
