#include "server/http/http_server.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/thread_pool.hpp"
#include "boost/beast/core.hpp"
#include "boost/beast/http.hpp"
#include "boost/beast/version.hpp"

namespace tandem::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Tcp = asio::ip::tcp;
using Request = beast::http::request<beast::http::empty_body>;
using Response = beast::http::response<beast::http::string_body>;

constexpr uint32_t kMaxHeaderBytes = 8 * 1024;
constexpr std::chrono::seconds kRequestLimit{5};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr int kMaxConnections = 64;
// Pages of metrics that are asked for and not gathered yet.
constexpr int kMaxScrapes = 4;
constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";

struct Shared {
  HttpServer::Readiness readiness;
  HttpServer::Metrics metrics;
  asio::thread_pool* gatherer = nullptr;
  // The server's thread only.
  int connections = 0;
  int scrapes = 0;
};

std::string TargetOf(const Request& request) {
  // A query, as some probes append, changes nothing.
  return std::string(request.target().substr(0, request.target().find('?')));
}

bool WantsMetrics(const Request& request) {
  return TargetOf(request) == "/metrics" && request.method() == beast::http::verb::get;
}

Response Answer(const Request& request, const Shared& shared) {
  Response response{beast::http::status::ok, request.version()};
  response.set(beast::http::field::content_type, "text/plain; charset=utf-8");
  response.set(beast::http::field::cache_control, "no-store");
  response.keep_alive(false);
  response.body() = "ok\n";
  const std::string target = TargetOf(request);
  if (request.method() != beast::http::verb::get && request.method() != beast::http::verb::head) {
    response.result(beast::http::status::method_not_allowed);
    response.set(beast::http::field::allow, "GET, HEAD");
    response.body() = "expected GET or HEAD\n";
  } else if (target == "/readyz") {
    if (const std::string reason = shared.readiness(); !reason.empty()) {
      response.result(beast::http::status::service_unavailable);
      response.body() = reason + "\n";
    }
  } else if (target == "/metrics") {
    // Whoever may have the page gets it elsewhere.
    if (request.method() == beast::http::verb::get) {
      response.result(beast::http::status::service_unavailable);
      response.body() = "expected fewer requests for metrics at once\n";
    }
  } else if (target != "/livez") {
    response.result(beast::http::status::not_found);
    response.body() = "expected /livez, /readyz or /metrics\n";
  }
  response.prepare_payload();
  if (request.method() == beast::http::verb::head) {
    response.body().clear();
  }
  return response;
}

// One connection: one request, one answer. Lives as long as its handlers.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Tcp::socket socket, Shared& shared) : stream_(std::move(socket)), shared_(shared) {
    ++shared_.connections;
    parser_.header_limit(kMaxHeaderBytes);
    parser_.body_limit(0);
  }
  ~Connection() { --shared_.connections; }

  void Run() {
    stream_.expires_after(kRequestLimit);
    beast::http::async_read(
        stream_, buffer_, parser_,
        [self = shared_from_this()](beast::error_code error, size_t /*length*/) {
          if (!error) {
            self->Begin();
          }
        });
  }

 private:
  void Begin() {
    if (WantsMetrics(parser_.get()) && shared_.scrapes < kMaxScrapes) {
      Gather();
    } else {
      Reply(Answer(parser_.get(), shared_));
    }
  }

  void Gather() {
    ++shared_.scrapes;
    asio::post(*shared_.gatherer, [self = shared_from_this()] {
      std::string page = self->shared_.metrics();
      asio::post(self->stream_.get_executor(), [self, page = std::move(page)]() mutable {
        --self->shared_.scrapes;
        Response response{beast::http::status::ok, self->parser_.get().version()};
        response.set(beast::http::field::content_type, kMetricsType);
        response.set(beast::http::field::cache_control, "no-store");
        response.keep_alive(false);
        response.body() = std::move(page);
        response.prepare_payload();
        self->Reply(std::move(response));
      });
    });
  }

  void Reply(Response response) {
    response_ = std::move(response);
    stream_.expires_after(kRequestLimit);
    beast::http::async_write(
        stream_, response_,
        [self = shared_from_this()](beast::error_code /*error*/, size_t /*length*/) {
          beast::error_code ignored;
          self->stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
        });
  }

  beast::tcp_stream stream_;
  Shared& shared_;
  beast::flat_buffer buffer_{kMaxHeaderBytes};
  beast::http::request_parser<beast::http::empty_body> parser_;
  Response response_;
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(Readiness readiness, Metrics metrics) {
    shared_.readiness = std::move(readiness);
    shared_.metrics = std::move(metrics);
    shared_.gatherer = &gatherer_;
  }

  ~Impl() {
    // First, so that nothing is posted to a context that is gone.
    gatherer_.stop();
    gatherer_.join();
    context_.stop();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  absl::Status Start(const std::string& host, int port) {
    beast::error_code error;
    Tcp::resolver resolver(context_);
    const auto found = resolver.resolve(
        host, absl::StrCat(port), Tcp::resolver::passive | Tcp::resolver::numeric_service, error);
    if (error || found.empty()) {
      return Failure(host, port, error);
    }
    const Tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) {
      acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    }
    if (!error) {
      acceptor_.bind(endpoint, error);
    }
    if (!error) {
      acceptor_.listen(kMaxConnections, error);
    }
    if (error) {
      return Failure(host, port, error);
    }
    port_ = acceptor_.local_endpoint().port();
    Accept();
    thread_ = std::jthread([this] { context_.run(); });
    return absl::OkStatus();
  }

  int port() const { return port_; }

 private:
  static absl::Status Failure(const std::string& host, int port, const beast::error_code& error) {
    return absl::UnavailableError(
        absl::StrCat("cannot serve HTTP on ", host, ":", port, ": ", error.message()));
  }

  void Accept() {
    acceptor_.async_accept([this](beast::error_code error, Tcp::socket socket) {
      if (error == asio::error::operation_aborted) {
        return;
      }
      if (!error && shared_.connections < kMaxConnections) {
        std::make_shared<Connection>(std::move(socket), shared_)->Run();
      }
      if (!error) {
        Accept();
        return;
      }
      // Most likely out of file descriptors: trying again at once would only burn the processor.
      pause_.expires_after(kAcceptPause);
      pause_.async_wait([this](beast::error_code stopped) {
        if (!stopped) {
          Accept();
        }
      });
    });
  }

  Shared shared_;
  asio::io_context context_{1};
  Tcp::acceptor acceptor_{context_};
  asio::steady_timer pause_{context_};
  int port_ = 0;
  asio::thread_pool gatherer_{1};
  std::jthread thread_;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& host, int port,
                                                              Readiness readiness,
                                                              Metrics metrics) {
  auto impl = std::make_unique<Impl>(std::move(readiness), std::move(metrics));
  if (absl::Status status = impl->Start(host, port); !status.ok()) {
    return status;
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

int HttpServer::port() const {
  return impl_->port();
}

}  // namespace tandem::http
