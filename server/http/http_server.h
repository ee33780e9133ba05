// A small HTTP/1.1 server for those who ask whether this process is well, and what it does: /livez,
// /readyz and /metrics.
//
// It answers from one thread of its own, one request per connection; metrics are gathered on a
// second one, so that probes never wait for them. Sizes, times and connections are bounded, so that
// nobody who can connect keeps it from answering.
//
// Thread rule: Start and the destructor by one thread; the readiness function is called from the
// server's thread, the metrics function from the other one.
#ifndef TANDEM_SERVER_HTTP_HTTP_SERVER_H_
#define TANDEM_SERVER_HTTP_HTTP_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace tandem::http {

class HttpServer {
 public:
  // Says why the process does not serve now; an empty text means that it does. Must be quick.
  using Readiness = std::function<std::string()>;
  // The page of metrics. May take its time, but must come to an end.
  using Metrics = std::function<std::string()>;

  // Listens on the address; port 0 takes a free one. UNAVAILABLE, in words for people, when that
  // can't be done.
  //
  //   GET /livez    200 "ok": the process runs
  //   GET /readyz   200 "ok", or 503 and the reason
  //   GET /metrics  200 and the page; 503 when so many ask that this one would wait for long
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& host, int port,
                                                           Readiness readiness, Metrics metrics);
  // Closes all connections and joins the threads.
  ~HttpServer();

  int port() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::http

#endif  // TANDEM_SERVER_HTTP_HTTP_SERVER_H_
