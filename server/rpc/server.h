// The gRPC server: all services, health, reflection and limits, on one address.
//
// Thread rules: every function is safe from any thread; Shutdown is called once.
#ifndef TANDEM_SERVER_RPC_SERVER_H_
#define TANDEM_SERVER_RPC_SERVER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "server/engine/engine.h"
#include "server/rpc/interceptor.h"
#include "server/rpc/stream_registry.h"
#include "server/store/policies.h"
#include "server/store/store.h"
#include "server/store/webhook_store.h"
#include "server/webhook/dispatcher.h"

namespace tandem::rpc {

// Files in PEM form. They are looked at again and again, and taken when they have changed: for the
// connections that are made from then on.
struct TlsOptions {
  std::string certificate;  // the server's, with the chain behind it
  std::string key;          // its private key
  // Whoever connects has to show a certificate that one of these vouches for; empty: nobody has to.
  std::string client_ca;
  std::chrono::seconds look_interval{10};
};

struct ServerOptions {
  // Where to listen, "host:port" or "[host]:port". Port 0: a free one.
  std::string address = "127.0.0.1:9400";
  // Whether the server describes its services to tools such as grpcurl.
  bool reflection = true;

  // Largest request, and largest message of a stream: room for a configuration of 100,000 agents.
  size_t max_message_bytes = 64 << 20;
  // Largest metadata of a request.
  size_t max_metadata_bytes = 16 << 10;
  // Calls at once on one connection; further ones wait at the client.
  int max_concurrent_calls = 1'000;
  // Memory that gRPC may use for what it reads and writes.
  size_t max_memory_bytes = size_t{1} << 30;
  // File descriptors of the process that connections leave for others.
  int reserved_files = 128;

  // A connection that lasts longer is ended in an orderly way: clients connect again. It also ends
  // requests whose body never arrives.
  std::chrono::seconds max_connection_age{3'600};
  // For the calls that are under way then.
  std::chrono::seconds max_connection_age_grace{60};
  // A connection without calls is ended after this.
  std::chrono::seconds max_connection_idle{900};
  // For a new connection to become usable.
  std::chrono::seconds handshake_timeout{10};
  // The server asks a silent client whether it is there, and gives it this long to say so.
  std::chrono::seconds keepalive_interval{60};
  std::chrono::seconds keepalive_timeout{20};
  // Clients that ask more often than this are disconnected.
  std::chrono::seconds min_ping_interval{5};

  // How many streams may be open, and how long one waits for its reader.
  StreamLimits streams;
  // Agents' sessions that share a completion queue; see SessionQueues.
  size_t sessions_of_queue = 4'000;

  // Threads that may wait for the database, and reads that may wait for one of them.
  size_t reader_threads = 4;
  size_t max_waiting_reads = 1'024;
  // The same for reports, which take long: apart, so that they never keep other reads waiting.
  size_t report_threads = 2;
  size_t max_waiting_reports = 64;

  // How events are sent to webhooks.
  webhook::DispatcherOptions webhooks;

  // Which calls are logged, each with a line.
  AccessLog access_log = AccessLog::kOff;

  // Null: nothing is encrypted.
  std::optional<TlsOptions> tls;
};

class Server {
 public:
  // Listens and serves. `engine` and the stores must outlive the server, and the engine
  // must go on answering until Shutdown returned. INVALID_ARGUMENT or UNAVAILABLE, with the reason,
  // when the address can't be listened on.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       engine::Engine& engine,
                                                       store::Reader& reader,
                                                       store::PolicyStore& policies,
                                                       store::WebhookStore& webhooks);
  // Shuts down without patience, if that has not been done.
  ~Server();

  // The port that is listened on.
  int port() const;

  // Any thread. What its calls, streams, watchers and webhooks came to.
  const Interceptor& interceptor() const;
  size_t OpenStreams(StreamKind kind) const;
  size_t WaitingReads() const;
  size_t WaitingReports() const;
  int64_t MostEventsBehind() const;
  const webhook::Figures& webhook_figures() const;

  // What health checks say of "" and of each service. To be called by the engine's OnReadyChange.
  void SetServing(bool serving);

  // Takes no more connections, tells clients to go elsewhere, ends all streams with
  // NOT_SERVING, lets the calls under way finish for at most `patience`, and cancels the rest.
  void Shutdown(std::chrono::milliseconds patience);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_SERVER_H_
