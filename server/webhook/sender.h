// Posts requests over HTTP, many at once, on one thread.
//
// The URLs are chosen by callers of the API, and what answers may be anything, so:
//   - https alone; no redirects, no proxies and no credentials from the environment; certificates
//   are
//     checked;
//   - addresses that are not of the public internet are refused when the socket is opened, after
//   the
//     name was resolved, so that no name leads inside whatever it resolved to a moment ago;
//   - every request has a time limit. Of an answer nothing is kept but the status and Retry-After;
//   its
//     head has a limit of size, and a body that is larger is cut off.
// `private_networks` lifts the first two for http and for any address.
//
// Thread rule: one thread, but for Wake, which any may call.
#ifndef TANDEM_SERVER_WEBHOOK_SENDER_H_
#define TANDEM_SERVER_WEBHOOK_SENDER_H_

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tandem::webhook {

struct SenderOptions {
  bool private_networks = false;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{15'000};
  size_t max_answer_bytes = 64 << 10;
};

struct Request {
  uint64_t id = 0;  // the caller's
  std::string url;
  std::vector<std::string> headers;  // "name: value"
  std::string body;
};

struct Answer {
  uint64_t id = 0;
  int status = 0;     // of HTTP; 0 when there was none
  std::string error;  // empty for 2xx; else "HTTP 503", or what the connection met
  std::chrono::seconds retry_after{0};  // of 429 and 503
};

// Why the URL can't be a webhook's: "expected …, but …"; empty when it can.
std::string UrlFault(const std::string& url, bool private_networks);

// Whether the address is one that anybody on the internet may have: no private, shared, loopback,
// link-local, multicast or reserved one (RFC 6890), and none that wraps one of those.
bool IsPublic(const sockaddr& address);

class Sender {
 public:
  // Throws std::runtime_error when libcurl can't be used.
  explicit Sender(SenderOptions options);
  // Ends what is under way.
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // Each request that was started gets one answer.
  void Start(Request request);
  // Sends and receives until something ended, somebody woke it, or the time is over.
  std::vector<Answer> Wait(std::chrono::milliseconds at_most);
  // Ends a Wait, also the next one.
  void Wake();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::webhook

#endif  // TANDEM_SERVER_WEBHOOK_SENDER_H_
