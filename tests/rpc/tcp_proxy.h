// A forwarding proxy of the loopback, for tests that must lose a TCP connection as networks lose
// them: at once with a reset, or silently, so that neither side is told.
//
// One thread forwards. Safe from any thread.
#ifndef TANDEM_TESTS_RPC_TCP_PROXY_H_
#define TANDEM_TESTS_RPC_TCP_PROXY_H_

#include <mutex>
#include <thread>
#include <vector>

namespace tandem::rpc {

class TcpProxy {
 public:
  // Forwards every connection to its own port to `port`.
  explicit TcpProxy(int port);
  ~TcpProxy();

  int port() const { return port_; }

  // Resets all connections, to both sides. Later ones are forwarded.
  void Reset();
  // From now on nothing of the connections there are is forwarded, and neither side is told. Later
  // ones are forwarded.
  void Silence();

 private:
  struct Connection {
    int client = -1;
    int server = -1;
  };

  void Run();
  void Accept();
  // Moves what is there; false when one side has closed.
  static bool Forward(int from, int to);
  static void Close(const Connection& connection, bool reset);
  void Wake() const;

  const int server_port_;
  int port_ = 0;
  int listener_ = -1;
  int wake_[2] = {-1, -1};

  std::mutex mutex_;
  std::vector<Connection> open_;
  std::vector<Connection> silent_;
  bool stop_ = false;

  std::jthread thread_;
};

}  // namespace tandem::rpc

#endif  // TANDEM_TESTS_RPC_TCP_PROXY_H_
