// tandemd: reads the options and wires the parts. The only place that names concrete classes.
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

#include "server/embedded/cluster.h"
#include "server/embedded/data_directory.h"
#include "server/embedded/embedded_postgres.h"
#include "server/embedded/process.h"
#include "server/engine/engine.h"
#include "server/http/http_server.h"
#include "server/logging.h"
#include "server/options.h"
#include "server/rpc/server.h"
#include "server/scrape.h"
#include "server/signals.h"
#include "server/store/postgres_migrate.h"
#include "server/store/postgres_policies.h"
#include "server/store/postgres_reader.h"
#include "server/store/postgres_store.h"
#include "server/store/postgres_webhook_store.h"
#include "spdlog/spdlog.h"

namespace tandem {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kDatabaseRetry{1};
// For what is decided to become durable when the server stops.
constexpr seconds kEnginePatience{5};
constexpr rlim_t kLeastFiles = 1024;

// Every connection is a file, and gRPC fares badly when it runs out of them.
absl::Status RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur < kLeastFiles) {
    return absl::FailedPreconditionError(absl::StrCat("expected to be allowed ", kLeastFiles,
                                                      " open files, but the limit is ",
                                                      limit.rlim_cur, "; raise it (ulimit -n)"));
  }
  return absl::OkStatus();
}

// Whether the engine serves, and who is told when that changes: the gRPC server's health checks
// while there is one.
class Readiness {
 public:
  void Set(bool ready) {
    const std::lock_guard lock(mutex_);
    ready_ = ready;
    if (server_ != nullptr) {
      server_->SetServing(ready);
    }
  }
  void Tell(rpc::Server* server) {
    const std::lock_guard lock(mutex_);
    server_ = server;
    if (server_ != nullptr) {
      server_->SetServing(ready_);
    }
  }
  // Health checks say NOT_SERVING from now on, whatever the engine does.
  void Drain() {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    if (server_ != nullptr) {
      server_->SetServing(false);
    }
    server_ = nullptr;
  }
  // Empty when ready.
  std::string WhyNot() {
    const std::lock_guard lock(mutex_);
    return draining_ ? "stopping" : ready_ ? "" : "the database is away, or its state is loading";
  }

 private:
  std::mutex mutex_;
  rpc::Server* server_ = nullptr;
  bool ready_ = false;
  bool draining_ = false;
};

// A private PostgreSQL, in the folder that it keeps locked.
struct Embedded {
  embedded::DataDirectory directory;
  std::unique_ptr<embedded::EmbeddedPostgres> postgres;
};

absl::StatusOr<std::unique_ptr<Embedded>> StartEmbedded(const ServerOptions& options,
                                                        Signals& signals) {
  absl::StatusOr<embedded::DataDirectory> directory = embedded::DataDirectory::Open(
      options.data_dir,
      options.clock_speed == 1.0 ? embedded::Purpose::kService : embedded::Purpose::kDemonstration);
  if (!directory.ok()) {
    return directory.status();
  }
  auto started = std::make_unique<Embedded>(Embedded{*std::move(directory), nullptr});
  auto postgres = embedded::EmbeddedPostgres::Start(started->directory, options.postgres_bin_dir,
                                                    signals.token());
  if (!postgres.ok()) {
    return postgres.status();
  }
  started->postgres = *std::move(postgres);
  return started;
}

// Waits until the database is there and has our schema. CANCELLED when a signal came first.
absl::Status PrepareSchema(const ServerOptions& options, const std::string& url, Signals& signals) {
  while (true) {
    const absl::Status status =
        options.MigratesOnStart() ? store::Migrate(url) : store::CheckSchemaVersion(url);
    if (!absl::IsUnavailable(status)) {
      return status;
    }
    spdlog::warn("waiting for the database: {}", std::string(status.message()));
    if (signals.WaitFor(kDatabaseRetry)) {
      return absl::CancelledError();
    }
  }
}

std::string OwnerName() {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  return absl::StrCat(host, ":", getpid());
}

absl::Status WritePortFile(const std::string& path, int port) {
  if (path.empty()) {
    return absl::OkStatus();
  }
  // Renamed into place, so that who waits for the file never reads half of it.
  const std::string unfinished = path + ".unfinished";
  std::ofstream file(unfinished);
  file << port << '\n';
  file.close();
  std::error_code error;
  std::filesystem::rename(unfinished, path, error);
  return file && !error ? absl::OkStatus()
                        : absl::FailedPreconditionError(absl::StrCat("cannot write ", path));
}

rpc::AccessLog AccessLogOf(AccessLogLevel level) {
  switch (level) {
    case AccessLogLevel::kOff:
      return rpc::AccessLog::kOff;
    case AccessLogLevel::kErrors:
      return rpc::AccessLog::kErrors;
    case AccessLogLevel::kAll:
      return rpc::AccessLog::kAll;
  }
  std::abort();
}

std::optional<rpc::TlsOptions> TlsOf(const ServerOptions& options) {
  if (options.tls_cert.empty()) return std::nullopt;
  rpc::TlsOptions tls;
  tls.certificate = options.tls_cert;
  tls.key = options.tls_key;
  tls.client_ca = options.tls_client_ca;
  return tls;
}

// Serves on a database that has our schema, until a signal comes.
absl::Status ServeOn(const ServerOptions& options, const std::string& url, Readiness& readiness,
                     Scrape& scrape, Signals& signals) {
  auto store = store::OpenPostgresStore(url);
  rpc::ServerOptions server_options;
  server_options.reader_threads = static_cast<size_t>(options.database_connections);
  auto reader =
      store::OpenPostgresReader(url, server_options.reader_threads + server_options.report_threads);
  auto policies = store::OpenPostgresPolicies(url);
  auto webhooks = store::OpenPostgresWebhookStore(url);
  for (const absl::Status& status :
       {store.status(), reader.status(), policies.status(), webhooks.status()}) {
    if (!status.ok()) {
      return status;
    }
  }
  engine::EngineOptions engine_options;
  engine_options.owner = OwnerName();
  engine_options.clock_speed = options.clock_speed;
  engine::Engine engine(engine_options, **store);
  engine.OnReadyChange([&readiness](bool ready) { readiness.Set(ready); });
  engine.Start();

  server_options.address = options.listen;
  server_options.reflection = options.reflection;
  server_options.streams.max_agent_sessions = static_cast<size_t>(options.max_agent_sessions);
  server_options.webhooks.sender.private_networks = options.webhook_private_networks;
  server_options.access_log = AccessLogOf(options.access_log);
  server_options.tls = TlsOf(options);
  auto server = rpc::Server::Start(server_options, engine, **reader, **policies, **webhooks);
  if (!server.ok()) {
    return server.status();
  }
  readiness.Tell(server->get());
  scrape.Show(engine, **server);
  absl::Status status = WritePortFile(options.port_file, (*server)->port());
  if (status.ok()) {
    while (!engine.ready() && !signals.WaitFor(milliseconds(10))) {
    }
    if (engine.ready()) {
      const std::string host = options.listen.substr(0, options.listen.rfind(':'));
      std::cout << "tandemd " << Version() << " serving on " << host << ":" << (*server)->port()
                << std::endl;
    }
    signals.Wait();
  }
  readiness.Drain();
  (*server)->Shutdown(seconds(options.drain_seconds));
  engine.Stop(kEnginePatience);
  scrape.Hide();
  return status;
}

absl::Status Serve(const ServerOptions& options) {
  // Debian builds Abseil with the checks of a debug build: every lock that gRPC takes, too, would
  // be searched for cycles.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  Signals signals;
  if (absl::Status status = RaiseFileLimit(); !status.ok()) {
    return status;
  }
  if (options.clock_speed != 1.0) {
    spdlog::warn("the clock runs {} times as fast as the world's: for demonstrations only",
                 options.clock_speed);
  }
  Readiness readiness;
  ScrapeOptions scrape_options;
  scrape_options.most_queues = static_cast<size_t>(options.metrics_queues);
  Scrape scrape(scrape_options);
  std::unique_ptr<http::HttpServer> http_server;
  if (const auto address = ParseHostPort(options.http_listen)) {
    auto started = http::HttpServer::Start(
        address->host, address->port, [&readiness] { return readiness.WhyNot(); },
        [&scrape] { return scrape.Page(); });
    if (!started.ok()) {
      return started.status();
    }
    http_server = *std::move(started);
  }
  std::unique_ptr<Embedded> embedded;
  std::string url = options.database_url;
  if (url.empty()) {
    auto started = StartEmbedded(options, signals);
    if (!started.ok()) {
      return started.status();
    }
    embedded = *std::move(started);
    url = embedded->postgres->url();
  }
  absl::Status status = PrepareSchema(options, url, signals);
  if (status.ok()) {
    status = ServeOn(options, url, readiness, scrape, signals);
  }
  if (embedded != nullptr) {
    embedded->postgres->Stop();
  }
  return status;
}

absl::Status RunPsql(const ServerOptions& options) {
  absl::StatusOr<embedded::Cluster> cluster =
      embedded::FindRunningCluster(options.data_dir, options.postgres_bin_dir);
  if (!cluster.ok()) {
    return cluster.status();
  }
  std::vector<std::string> command = {cluster->programs.Path("psql"), "-d", cluster->Url()};
  command.insert(command.end(), options.psql_arguments.begin(), options.psql_arguments.end());
  return embedded::BecomeProgram(
      {.command = std::move(command), .user = cluster->user, .input = ""});
}

absl::Status RunTask(const ServerOptions& options) {
  switch (options.task) {
    case Task::kServe:
      return Serve(options);
    case Task::kMigrate: {
      absl::Status status = store::Migrate(options.database_url);
      if (status.ok()) {
        std::cout << "The schema is up to date.\n";
      }
      return status;
    }
    case Task::kPsql:
      return RunPsql(options);
    case Task::kVersion:
      std::cout << "tandemd " << Version() << "\n";
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

// Everybody on the machine can read a process's arguments: blanks a password among them out.
void HidePasswords(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string_view text = arguments[i];
    const size_t scheme = text.find("://");
    const size_t end = text.rfind('@');
    if (scheme == std::string_view::npos || end == std::string_view::npos) {
      continue;
    }
    for (size_t at = text.find(':', scheme + 3); at < end - 1; ++at) {
      arguments[i][at + 1] = '*';
    }
  }
}

int Main(int argc, char** argv) {
  const ParsedOptions parsed =
      ParseOptions(std::vector<std::string>(argv + 1, argv + argc), [](const char* name) {
        // No thread of ours runs yet.
        return static_cast<const char*>(std::getenv(name));  // NOLINT(concurrency-mt-unsafe)
      });
  HidePasswords(argc, argv);
  if (!parsed.options.has_value()) {
    (parsed.exit_code == 0 ? std::cout : std::cerr) << parsed.output;
    return parsed.exit_code;
  }
  SetUpLogging(*parsed.options);
  const absl::Status status = RunTask(*parsed.options);
  if (status.ok() || absl::IsCancelled(status)) {
    return 0;
  }
  spdlog::error("{}", std::string(status.message()));
  return 1;
}

}  // namespace
}  // namespace tandem

int main(int argc, char** argv) {
  try {
    return tandem::Main(argc, argv);
  } catch (const std::exception& error) {
    // Only what no seam expects comes here, such as being out of memory.
    std::fprintf(stderr, "tandemd: %s\n", error.what());
    return 1;
  }
}
