// How the server is told what to do: flags, then TANDEM_* environment variables, then a YAML file,
// then defaults.
//
// Every option can be given in each of the three ways: --listen, TANDEM_LISTEN, and `listen:` in
// the file.
#ifndef TANDEM_SERVER_OPTIONS_H_
#define TANDEM_SERVER_OPTIONS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tandem {

// "0.1.0".
const char* Version();

enum class Task { kServe, kMigrate, kPsql, kVersion };
enum class LogFormat { kText, kJson };
enum class AccessLogLevel { kOff, kErrors, kAll };

struct ServerOptions {
  Task task = Task::kServe;

  std::string listen = "127.0.0.1:9400";
  bool insecure_listen = false;
  std::string tls_cert, tls_key;               // PEM files; both or neither
  std::string tls_client_ca;                   // empty: clients need no certificate
  std::string port_file;                       // empty: none
  std::string http_listen = "127.0.0.1:9401";  // empty: off
  bool reflection = true;
  int drain_seconds = 10;
  bool webhook_private_networks = false;
  int max_agent_sessions = 20'000;  // as streams

  std::string database_url;  // empty: the embedded PostgreSQL. May hold a password: never log it
  std::string data_dir;
  std::string postgres_bin_dir;          // empty: look for it
  std::optional<bool> migrate_on_start;  // unset: with the embedded PostgreSQL only
  int database_connections = 4;

  double clock_speed = 1.0;
  std::string log_level = "info";
  LogFormat log_format = LogFormat::kText;
  AccessLogLevel access_log = AccessLogLevel::kOff;
  int metrics_queues = 1'000;  // with samples of their own

  std::vector<std::string> psql_arguments;

  bool MigratesOnStart() const { return migrate_on_start.value_or(database_url.empty()); }
};

// Looks an environment variable up; nullptr when it is not set.
using Environment = std::function<const char*(const char* name)>;

struct ParsedOptions {
  // Unset: print `output` and end with `exit_code`.
  std::optional<ServerOptions> options;
  std::string output;
  int exit_code = 0;  // 0 after --help, 2 when something is wrong
};

// Reads the command line, the environment and the file that one of them names. Reads that file and
// nothing else.
ParsedOptions ParseOptions(const std::vector<std::string>& arguments,
                           const Environment& environment);

// "127.0.0.1" and 9400 of "127.0.0.1:9400"; "[::1]:9400" for IPv6. Port 0: one that is free.
struct HostPort {
  std::string host;  // without brackets
  int port = 0;
};
std::optional<HostPort> ParseHostPort(const std::string& text);
// Whether only this machine can reach the host.
bool IsLoopback(const std::string& host);

}  // namespace tandem

#endif  // TANDEM_SERVER_OPTIONS_H_
