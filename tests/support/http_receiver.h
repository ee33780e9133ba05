// An HTTP server for tests that answers as the test wants, byte by byte if need be.
//
// Each connection has a thread, and requests on it come one after the other. Safe from any thread.
#ifndef TANDEM_TESTS_SUPPORT_HTTP_RECEIVER_H_
#define TANDEM_TESTS_SUPPORT_HTTP_RECEIVER_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace tandem::test {

struct HttpRequest {
  std::string line;                            // "POST /hook HTTP/1.1"
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// A complete answer without a body.
std::string HttpAnswer(int status, const std::string& more_headers = "");

class HttpReceiver {
 public:
  // What a request is answered by: bytes; none closes the connection.
  using Answering = std::function<std::string(const HttpRequest&)>;

  explicit HttpReceiver(Answering answering);
  ~HttpReceiver();
  HttpReceiver(const HttpReceiver&) = delete;
  HttpReceiver& operator=(const HttpReceiver&) = delete;

  int port() const { return port_; }
  std::string Url(const std::string& path = "/hook") const;
  // How often somebody connected.
  int connections() const { return connections_; }

 private:
  void Accept();
  void Serve(int socket);

  const Answering answering_;
  int listening_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_SUPPORT_HTTP_RECEIVER_H_
