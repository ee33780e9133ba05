#include "server/options.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

#include "CLI/CLI.hpp"
#include "yaml-cpp/yaml.h"

namespace tandem {
namespace {

constexpr const char kEnvironmentPrefix[] = "TANDEM_";
constexpr double kFastestClock = 100'000.0;

// What a wrong option value says. The name of the option is put in front.
std::string CheckHostPort(const std::string& text) {
  return ParseHostPort(text).has_value()
             ? ""
             : absl::StrCat("expected HOST:PORT, for example 127.0.0.1:9400, but got '", text, "'");
}

std::string CheckClockSpeed(const std::string& text) {
  double speed = 0;
  return absl::SimpleAtod(text, &speed) && std::isfinite(speed) && speed > 0 &&
                 speed <= kFastestClock
             ? ""
             : absl::StrCat("expected a number above 0 and at most 100000, but got '", text, "'");
}

std::string CheckDatabaseUrl(const std::string& text) {
  // The text may hold a password, so it is not repeated.
  return absl::StartsWith(text, "postgresql://") || absl::StartsWith(text, "postgres://")
             ? ""
             : "expected postgresql://USER@HOST:PORT/DATABASE, but got something else";
}

CLI::Validator Check(std::string (*check)(const std::string&), const std::string& kind) {
  return CLI::Validator(
      // An empty value turns an option off where that is allowed, and else means the default.
      [check](std::string& text) { return text.empty() ? std::string() : check(text); }, kind);
}

std::string DefaultDataDirectory(const Environment& environment) {
  if (geteuid() == 0) {
    return "/var/lib/tandem";
  }
  const auto from = [&](const char* name) {
    const char* value = environment(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (const std::string data_home = from("XDG_DATA_HOME"); !data_home.empty()) {
    return data_home + "/tandem";
  }
  if (const std::string home = from("HOME"); !home.empty()) {
    return home + "/.local/share/tandem";
  }
  return "tandem-data";
}

// The variable of an option: --http-listen has TANDEM_HTTP_LISTEN.
std::string VariableOf(const std::string& name) {
  return kEnvironmentPrefix + absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}}));
}

// Words filled into lines of at most `width`, each after `indent` blanks.
std::string Wrap(const std::string& text, size_t indent, size_t width) {
  std::string lines;
  size_t column = 0;
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (column == 0 || column + 1 + word.size() > width) {
      absl::StrAppend(&lines, column == 0 ? "" : "\n", std::string(indent, ' '), word);
      column = indent + word.size();
    } else {
      absl::StrAppend(&lines, " ", word);
      column += 1 + word.size();
    }
  }
  return lines + "\n";
}

// Each option on a line of its own, and below it what it does and what it is by default.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool positional) const override {
    const std::string name = positional
                                 ? option->get_name(true)
                                 : absl::StrCat("--", absl::StrJoin(option->get_lnames(), ", --"));
    const std::string value =
        option->get_items_expected() == 0 ? "" : absl::StrCat(" ", option->get_type_name());
    const std::string standard = option->get_default_str();
    return absl::StrCat("  ", name, value, "\n",
                        Wrap(absl::StrCat(option->get_description(), ". ",
                                          standard.empty() ? "" : "Default: ", standard),
                             8, 96));
  }
  std::string make_subcommand(const CLI::App* command) const override {
    return absl::StrCat("  ", command->get_name(), "\n",
                        Wrap(command->get_description() + ".", 8, 96));
  }
  std::string make_description(const CLI::App* app) const override {
    return app->get_description() + "\n\n";
  }
};

// The options as the command line knows them. Values are set by CLI11 when it runs an option's
// callback, once from whichever source came first.
class Parser {
 public:
  explicit Parser(const Environment& environment) : environment_(environment) {
    options_.data_dir = DefaultDataDirectory(environment);
    app_.description(absl::StrCat(
        "tandemd ", Version(),
        ", the tandem server: routes customer contacts and back-office work.\n\n"
        "Without --database-url it runs a private PostgreSQL in its data folder. Every option can\n"
        "also be set by an environment variable (--http-listen: TANDEM_HTTP_LISTEN) or in a YAML\n"
        "file (http-listen: 127.0.0.1:9401). A flag goes before the environment, and the\n"
        "environment before the file."));
    app_.formatter(std::make_shared<HelpFormatter>());
    app_.set_help_flag("--help,-h", "Show this help and exit");
    app_.require_subcommand(0, 1);
    AddListening();
    AddDatabase();
    AddOthers();
    AddCommands();
  }

  ParsedOptions Parse(std::vector<std::string> arguments) {
    try {
      std::reverse(arguments.begin(), arguments.end());
      app_.parse(std::move(arguments));
      FillInFromEnvironment();
      FillInFromFile();
      CheckTogether();
    } catch (const CLI::CallForHelp&) {
      const std::vector<CLI::App*> commands = app_.get_subcommands();
      return {std::nullopt, commands.empty() ? app_.help() : commands[0]->help(app_.get_name()), 0};
    } catch (const CLI::ParseError& error) {
      return {std::nullopt, absl::StrCat("tandemd: ", error.what(), "\nSee tandemd --help.\n"), 2};
    }
    return {options_, "", 0};
  }

 private:
  void AddListening() {
    app_.add_option("--listen", options_.listen,
                    "Where to serve gRPC. Port 0 picks a free one (see --port-file). Other hosts "
                    "than this one need --tls-cert, or --insecure-listen")
        ->check(Check(CheckHostPort, ""))
        ->type_name("HOST:PORT")
        ->capture_default_str()
        ->group("Listening");
    app_.add_flag("--insecure-listen,!--no-insecure-listen", options_.insecure_listen,
                  "Allow --listen without TLS, and --http-listen, on other addresses than this "
                  "machine's own. Nothing of these is encrypted and nobody is asked who they are: "
                  "put a proxy in front")
        ->group("Listening");
    AddTls();
    app_.add_option("--port-file", options_.port_file,
                    "Write the gRPC port to this file once it is served, for scripts")
        ->type_name("FILE")
        ->group("Listening");
    app_.add_option("--http-listen", options_.http_listen,
                    "Where to serve /livez, /readyz and /metrics over plain HTTP; '' turns it off")
        ->check(Check(CheckHostPort, ""))
        ->type_name("HOST:PORT")
        ->capture_default_str()
        ->group("Listening");
    app_.add_flag("--reflection,!--no-reflection", options_.reflection,
                  "Let tools such as grpcurl ask for the API's description (on unless turned off)")
        ->group("Listening");
    app_.add_flag(
            "--webhook-private-networks", options_.webhook_private_networks,
            "Let webhooks use http, and addresses of this machine and of private networks: whoever "
            "may create webhooks can then make the server post to them")
        ->group("Listening");
    app_.add_option("--drain-seconds", options_.drain_seconds,
                    "How long calls that are under way may take to end after SIGTERM. 0 to 3600")
        ->check(CLI::Range(0, 3600).description(""))
        ->type_name("SECONDS")
        ->capture_default_str()
        ->group("Listening");
    app_.add_option("--max-agent-sessions", options_.max_agent_sessions,
                    "How many agents may be logged in over streams. Each takes about 20 KiB, and a "
                    "connection of its own 30 more. 1 to 1000000")
        ->check(CLI::Range(1, 1'000'000).description(""))
        ->type_name("N")
        ->capture_default_str()
        ->group("Listening");
  }

  void AddTls() {
    app_.add_option("--tls-cert", options_.tls_cert,
                    "Encrypt gRPC: PEM file with the server's certificate, the chain behind it. "
                    "With --tls-key. A file that changes is taken within 10 s, without a restart")
        ->type_name("FILE")
        ->group("Listening");
    app_.add_option("--tls-key", options_.tls_key, "PEM file with the private key of --tls-cert")
        ->type_name("FILE")
        ->group("Listening");
    app_.add_option("--tls-client-ca", options_.tls_client_ca,
                    "Only serve clients with a certificate that one of those in this PEM file "
                    "vouches for (mTLS)")
        ->type_name("FILE")
        ->group("Listening");
  }

  void AddDatabase() {
    app_.add_option("--database-url", options_.database_url,
                    "Use this PostgreSQL instead of a private one. When it holds a password, set "
                    "TANDEM_DATABASE_URL or the file instead: everybody can see a process's flags")
        ->check(Check(CheckDatabaseUrl, ""))
        ->type_name("postgresql://...")
        ->group("Database");
    app_.add_option("--database-connections", options_.database_connections,
                    "Connections for reading; reports and writing use six more. 1 to 100")
        ->check(CLI::Range(1, 100).description(""))
        ->type_name("N")
        ->capture_default_str()
        ->group("Database");
    app_.add_option(
            "--migrate-on-start", options_.migrate_on_start,
            "Bring the database's schema up to date before serving: true or false. Default: "
            "true for the private PostgreSQL, false with --database-url (see migrate)")
        ->type_name("BOOL")
        ->group("Database");
    app_.add_option("--data-dir", options_.data_dir,
                    "Folder of the private PostgreSQL; made when there is none")
        ->type_name("DIR")
        ->capture_default_str()
        ->group("Database");
    app_.add_option("--postgres-bin-dir", options_.postgres_bin_dir,
                    "Folder with PostgreSQL's programs. By default the newest in "
                    "/usr/lib/postgresql, pg_config's folder or $PATH")
        ->type_name("DIR")
        ->group("Database");
  }

  void AddOthers() {
    app_.add_option("--clock-speed", options_.clock_speed,
                    "How many seconds of the server's clock pass in one. Other than 1 for "
                    "demonstrations only, each with a data folder of its own")
        ->check(Check(CheckClockSpeed, ""))
        ->type_name("X")
        ->capture_default_str()
        ->group("Other");
    app_.add_option("--log-level", options_.log_level,
                    "Least severity that is logged: debug, info, warning or error")
        ->check(CLI::IsMember({"debug", "info", "warning", "error"}).description(""))
        ->type_name("LEVEL")
        ->capture_default_str()
        ->group("Other");
    app_.add_option_function<std::string>(
            "--log-format",
            [this](const std::string& format) {
              options_.log_format = format == "json" ? LogFormat::kJson : LogFormat::kText;
            },
            "How the log on standard error looks: text, or json with one object per line")
        ->check(CLI::IsMember({"text", "json"}).description(""))
        ->type_name("FORMAT")
        ->default_str("text")
        ->group("Other");
    app_.add_option_function<std::string>(
            "--access-log",
            [this](const std::string& level) {
              options_.access_log = level == "all"      ? AccessLogLevel::kAll
                                    : level == "errors" ? AccessLogLevel::kErrors
                                                        : AccessLogLevel::kOff;
            },
            "Which calls get a line in the log: off, errors, or all. A client can fill the log "
            "with either of the last two")
        ->check(CLI::IsMember({"off", "errors", "all"}).description(""))
        ->type_name("CALLS")
        ->default_str("off")
        ->group("Other");
    app_.add_option("--metrics-queues", options_.metrics_queues,
                    "How many queues have metrics of their own; the others are added up as "
                    "\"other\". 0 to 100000")
        ->check(CLI::Range(0, 100'000).description(""))
        ->type_name("N")
        ->capture_default_str()
        ->group("Other");
    app_.add_option("--config", config_path_,
                    "YAML file with any of these options, one `name: value` a line")
        ->type_name("FILE")
        ->group("Other");
  }

  void AddCommands() {
    CLI::App* migrate =
        app_.add_subcommand("migrate", "Bring the schema of --database-url up to date, and exit");
    migrate->fallthrough();
    migrate->callback([this] { options_.task = Task::kMigrate; });
    CLI::App* psql = app_.add_subcommand(
        "psql",
        "Run psql on the private PostgreSQL of --data-dir, which must be running; psql's own "
        "arguments follow --, for example: tandemd psql --data-dir DIR -- -c 'SELECT 1'");
    psql->fallthrough();
    psql->add_option("arguments", options_.psql_arguments, "Arguments for psql, after --");
    psql->callback([this] { options_.task = Task::kPsql; });
    CLI::App* version = app_.add_subcommand("version", "Print the version, and exit");
    version->callback([this] { options_.task = Task::kVersion; });
  }

  // The options that a variable or the file can set.
  std::vector<CLI::Option*> Settable() {
    std::vector<CLI::Option*> settable;
    for (CLI::Option* option : app_.get_options()) {
      if (option->get_name() != "--help") {
        settable.push_back(option);
      }
    }
    return settable;
  }

  static std::string NameOf(const CLI::Option& option) { return option.get_lnames()[0]; }

  // Gives an option a value as if it came from the command line.
  static void Set(CLI::Option* option, const std::string& value, const std::string& source) {
    try {
      if (option->get_items_expected() == 0) {
        // A flag. CLI11 would count `no` and `off`, too; the three sources should agree on two
        // words.
        if (value != "true" && value != "false") {
          throw CLI::ValidationError(absl::StrCat("expected true or false, but got '", value, "'"));
        }
      }
      option->add_result(value);
      option->run_callback();
    } catch (const CLI::ParseError& error) {
      throw CLI::ValidationError(absl::StrCat(source, ": ", error.what()));
    }
  }

  void FillInFromEnvironment() {
    for (CLI::Option* option : Settable()) {
      const std::string variable = VariableOf(NameOf(*option));
      const char* value = environment_(variable.c_str());
      if (option->count() == 0 && value != nullptr) {
        Set(option, value, variable);
      }
    }
  }

  void FillInFromFile() {
    if (config_path_.empty()) {
      return;
    }
    for (const auto& [name, value] : ReadFile()) {
      CLI::Option* option = app_.get_option_no_throw("--" + name);
      if (option == nullptr || name == "help" || name == "config") {
        throw CLI::ValidationError(
            absl::StrCat(config_path_, ": expected options of tandemd, but '", name, "' is none"));
      }
      if (option->count() == 0) {
        Set(option, value, absl::StrCat(config_path_, ": ", name));
      }
    }
  }

  std::map<std::string, std::string> ReadFile() const {
    std::map<std::string, std::string> values;
    try {
      const YAML::Node root = YAML::LoadFile(config_path_);
      if (!root.IsMap() && !root.IsNull()) {
        throw CLI::ValidationError(
            absl::StrCat(config_path_, ": expected lines of the form `option: value`"));
      }
      for (const auto& entry : root) {
        const std::string name = entry.first.as<std::string>();
        if (!entry.second.IsScalar() && !entry.second.IsNull()) {
          throw CLI::ValidationError(
              absl::StrCat(config_path_, ": ", name, ": expected one value"));
        }
        values[name] = entry.second.IsNull() ? "" : entry.second.as<std::string>();
      }
    } catch (const YAML::BadFile&) {
      throw CLI::ValidationError(absl::StrCat(config_path_, ": can't be read"));
    } catch (const YAML::Exception& error) {
      throw CLI::ValidationError(absl::StrCat(config_path_, ": ", error.what()));
    }
    return values;
  }

  void CheckTogether() const {
    if (options_.listen.empty()) {
      throw CLI::ValidationError("--listen: expected HOST:PORT, but it is empty");
    }
    if (options_.tls_cert.empty() != options_.tls_key.empty()) {
      throw CLI::ValidationError(
          "--tls-cert: expected it with --tls-key, but there is only one of the two");
    }
    const bool encrypted = !options_.tls_cert.empty();
    if (!encrypted && !options_.tls_client_ca.empty()) {
      throw CLI::ValidationError(
          "--tls-client-ca: expected it with --tls-cert and --tls-key, but there is none");
    }
    for (const auto& [flag, address, safe] :
         {std::tuple("--listen", options_.listen, encrypted),
          std::tuple("--http-listen", options_.http_listen, false)}) {
      const std::optional<HostPort> parsed = ParseHostPort(address);
      if (parsed.has_value() && !IsLoopback(parsed->host) && !safe && !options_.insecure_listen) {
        throw CLI::ValidationError(
            absl::StrCat(flag, ": expected an address of this machine alone, but ", address,
                         " can be reached by others, without encryption or log-in; ",
                         std::string(flag) == "--listen" ? "give it --tls-cert, or " : "",
                         "say --insecure-listen if that is meant"));
      }
    }
    if (options_.clock_speed != 1.0 && !options_.database_url.empty()) {
      throw CLI::ValidationError(
          "--clock-speed: expected 1 with --database-url, because demonstrations have a private "
          "PostgreSQL of their own");
    }
    if (options_.task == Task::kMigrate && options_.database_url.empty()) {
      throw CLI::ValidationError(
          "migrate: expected --database-url; a private PostgreSQL is migrated by the server "
          "itself");
    }
    if (options_.task == Task::kPsql && !options_.database_url.empty()) {
      throw CLI::ValidationError(
          "psql: expected no --database-url; run psql itself on another PostgreSQL");
    }
    if (options_.data_dir.empty()) {
      throw CLI::ValidationError("--data-dir: expected a folder, but it is empty");
    }
  }

  const Environment& environment_;
  ServerOptions options_;
  std::string config_path_;
  CLI::App app_{"", "tandemd"};
};

}  // namespace

const char* Version() {
  return TANDEM_VERSION;
}

ParsedOptions ParseOptions(const std::vector<std::string>& arguments,
                           const Environment& environment) {
  return Parser(environment).Parse(arguments);
}

std::optional<HostPort> ParseHostPort(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    return std::nullopt;
  }
  HostPort parsed{.host = text.substr(0, colon), .port = 0};
  if (parsed.host.front() == '[' && parsed.host.back() == ']') {
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  } else if (absl::StrContains(parsed.host, ":")) {
    return std::nullopt;
  }
  const std::string port = text.substr(colon + 1);
  if (parsed.host.empty() || !absl::SimpleAtoi(port, &parsed.port) || parsed.port < 0 ||
      parsed.port > 65535 || !absl::ascii_isdigit(static_cast<unsigned char>(port[0]))) {
    return std::nullopt;
  }
  return parsed;
}

bool IsLoopback(const std::string& host) {
  if (host == "localhost" || host == "::1") {
    return true;
  }
  // 127.0.0.0/8. A name such as 127.example.com is not in it.
  return absl::StartsWith(host, "127.") &&
         host.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace tandem
