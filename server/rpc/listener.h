// Accepts connections for gRPC.
//
// gRPC 1.51 could listen by itself, but it never accepts again after the process ran out of file
// descriptors once. This loop waits and goes on; and it hangs up on new connections while
// descriptors are left for the rest of the process (the database, files), so that it hardly ever
// comes to that.
#ifndef TANDEM_SERVER_RPC_LISTENER_H_
#define TANDEM_SERVER_RPC_LISTENER_H_

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "absl/status/status.h"

namespace tandem::rpc {

class Listener {
 public:
  // Gets a non-blocking socket, and owns it. `listening_socket` is the one that it came from.
  using Handler = std::function<void(int listening_socket, int socket)>;

  // `reserved_files` descriptors of the process's limit are never used for connections.
  explicit Listener(int reserved_files) : reserved_files_(reserved_files) {}
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Listens on "host:port" or "[host]:port"; port 0 takes a free one. Connections wait until Run.
  absl::Status Listen(const std::string& address);
  // The port that is listened on. Requires that Listen was OK.
  int port() const { return port_; }
  // Starts to hand over connections, from a thread of its own.
  void Run(Handler handler);
  // Stops, and closes the listening socket. May be repeated.
  void Stop();

 private:
  void AcceptAll();
  // Accepts one connection; false when none waits or none can be had now.
  bool AcceptOne();
  // Waits for `events` of the listening socket (0: of none); false when it is time to stop.
  bool Wait(short events, std::chrono::milliseconds at_most);
  // Writes to the log, now and then: whoever connects all the time must not fill it.
  void Complain(const std::string& what);

  const int reserved_files_;
  int socket_ = -1;
  int wake_ = -1;  // an eventfd, readable once Stop was called
  int port_ = 0;
  Handler handler_;
  std::chrono::steady_clock::time_point complained_at_{};
  std::jthread thread_;
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_LISTENER_H_
