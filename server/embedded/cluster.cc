#include "server/embedded/cluster.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "server/files/read.h"
#include "spdlog/spdlog.h"

namespace tandem::embedded {
namespace {

// Appended to the postgresql.conf that initdb writes: sizes that an operator may change. What
// durability and privacy rest on is on the server's command line instead, where no file can change
// it.
constexpr const char kInitialSettings[] = R"(
# Set by tandem when it made this cluster; change them as you need.
max_connections = 50
shared_buffers = 512MB
work_mem = 4MB
maintenance_work_mem = 64MB
min_wal_size = 1GB
max_wal_size = 2GB
jit = off
log_line_prefix = '%m [%p] '
)";

absl::Status CannotUse(const std::string& path, const std::string& why) {
  return absl::FailedPreconditionError(absl::StrCat("cannot use ", path, ": ", why));
}

std::string ErrorText() {
  return std::generic_category().message(errno);
}

bool Exists(const std::string& path) {
  struct stat found;
  return lstat(path.c_str(), &found) == 0;
}

// Makes a folder that only `user` may enter, or checks that it is one.
absl::Status MakePrivateFolder(const std::string& path, const User& user) {
  if (mkdir(path.c_str(), 0700) == 0) {
    if (chown(path.c_str(), user.uid, user.gid) != 0) {
      return CannotUse(path, ErrorText());
    }
  } else if (errno != EEXIST) {
    return CannotUse(path, ErrorText());
  }
  // In a folder that everybody may write to, such as /tmp, somebody else may have been there first.
  struct stat found;
  if (lstat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != user.uid) {
    return CannotUse(path, absl::StrCat("expected a folder of user ", user.name));
  }
  if ((found.st_mode & 077) != 0 && chmod(path.c_str(), 0700) != 0) {
    return CannotUse(path, ErrorText());
  }
  return absl::OkStatus();
}

// PostgreSQL refuses to run as root.
absl::StatusOr<User> ChooseUser(const std::string& cluster_folder) {
  const User current = User::Current();
  struct stat found;
  const bool exists = stat(cluster_folder.c_str(), &found) == 0;
  if (current.uid != 0) {
    if (exists && found.st_uid != current.uid) {
      return CannotUse(cluster_folder,
                       absl::StrCat("expected it to belong to user ", current.name,
                                    ", but it belongs to user number ", found.st_uid));
    }
    return current;
  }
  if (exists && found.st_uid != 0) {
    return User::WithId(found.st_uid);
  }
  absl::StatusOr<User> postgres = User::Named("postgres");
  return postgres.ok() ? postgres : User::Named("nobody");
}

// A folder that the user can't reach makes initdb fail in words that do not help.
absl::Status CheckReachable(const std::string& path, const User& user) {
  for (std::filesystem::path folder = path; folder.has_relative_path();
       folder = folder.parent_path()) {
    struct stat found;
    if (stat(folder.c_str(), &found) != 0) {
      return CannotUse(folder.string(), ErrorText());
    }
    bool in_group = found.st_gid == user.gid;
    for (const gid_t group : user.groups) {
      in_group = in_group || found.st_gid == group;
    }
    const mode_t bit = found.st_uid == user.uid ? S_IXUSR : in_group ? S_IXGRP : S_IXOTH;
    if ((found.st_mode & bit) == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("expected a data folder that user ", user.name,
                       ", whom PostgreSQL runs as, can reach, but ", folder.string(),
                       " is closed to that user. Choose another --data-dir"));
    }
  }
  return absl::OkStatus();
}

// The same for as long as the folder is: FNV-1a over where it is and which folder it is.
std::string NameOf(const std::string& data_folder) {
  struct stat found;
  uint64_t device = 0;
  uint64_t inode = 0;
  if (stat(data_folder.c_str(), &found) == 0) {
    device = found.st_dev;
    inode = found.st_ino;
  }
  uint64_t hash = 14695981039346656037U;
  for (const char c : absl::StrCat(device, ":", inode, ":", data_folder)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  return absl::StrFormat("tandem-%016x", hash);
}

// <data folder>/socket, unless the socket's path would be longer than the kernel allows.
std::string ChooseSocketFolder(const std::string& data_folder, const std::string& name,
                               const User& user) {
  const std::string near = data_folder + "/socket";
  const size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (near.size() + std::string_view("/.s.PGSQL.").size() + std::string_view(kSocketPort).size() <=
      longest) {
    return near;
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read before any thread of ours starts
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime == '/' && user.uid == geteuid() &&
      std::string_view(runtime).size() < 40) {
    return absl::StrCat(runtime, "/", name);
  }
  return absl::StrCat("/tmp/", name);
}

absl::StatusOr<int> VersionOfCluster(const std::string& folder) {
  const std::string path = folder + "/PG_VERSION";
  int version = 0;
  if (!absl::SimpleAtoi(files::ReadFile(path).value_or(""), &version)) {
    return CannotUse(folder, "expected a PostgreSQL cluster, but its PG_VERSION can't be read");
  }
  return version;
}

absl::Status RunOrExplain(const Cluster& cluster, std::vector<std::string> command,
                          const std::string& input) {
  const std::string program = command[0];
  const absl::StatusOr<ProgramResult> result =
      RunProgram(Program{.command = std::move(command), .user = cluster.user, .input = input},
                 std::chrono::seconds(300));
  if (!result.ok()) {
    return result.status();
  }
  if (result->exit_code != 0) {
    return absl::FailedPreconditionError(absl::StrCat(program, " failed with exit code ",
                                                      result->exit_code, ":\n",
                                                      absl::StripAsciiWhitespace(result->output)));
  }
  return absl::OkStatus();
}

// Makes the cluster beside its place and moves it there when it is complete, so that a server
// killed on the way leaves no half of one.
absl::Status MakeCluster(const Cluster& cluster) {
  spdlog::info("making a PostgreSQL {} cluster in {}", cluster.programs.version, cluster.folder);
  const std::string unfinished = cluster.folder + ".unfinished";
  std::error_code error;
  std::filesystem::remove_all(unfinished, error);
  if (absl::Status status = MakePrivateFolder(unfinished, cluster.user); !status.ok()) {
    return status;
  }
  absl::Status status =
      RunOrExplain(cluster,
                   {cluster.programs.Path("initdb"), "--pgdata=" + unfinished, "--encoding=UTF8",
                    "--locale=C", "--data-checksums", "--auth-local=trust", "--auth-host=reject",
                    absl::StrCat("--username=", kDatabaseUser), "--no-instructions"},
                   "");
  if (!status.ok()) {
    return status;
  }
  {
    std::ofstream settings(unfinished + "/postgresql.conf", std::ios::app);
    settings << kInitialSettings;
    settings.flush();
    if (!settings) {
      return CannotUse(unfinished, "cannot write postgresql.conf");
    }
  }
  status = RunOrExplain(cluster,
                        {cluster.programs.Path("postgres"), "--single", "-j", "-D", unfinished,
                         "-c", "exit_on_error=true", "postgres"},
                        absl::StrCat("CREATE DATABASE ", kDatabaseName, ";\n\n"));
  if (!status.ok()) {
    return status;
  }
  std::filesystem::rename(unfinished, cluster.folder, error);
  return error ? CannotUse(cluster.folder, error.message()) : absl::OkStatus();
}

Cluster Describe(const std::string& data_folder, User user, PostgresPrograms programs) {
  Cluster cluster{.programs = std::move(programs),
                  .user = std::move(user),
                  .folder = data_folder + "/postgres",
                  .socket_folder = "",
                  .log_path = data_folder + "/postgres.log",
                  .name = NameOf(data_folder)};
  cluster.socket_folder = ChooseSocketFolder(data_folder, cluster.name, cluster.user);
  return cluster;
}

absl::StatusOr<PostgresPrograms> ProgramsFor(const std::string& cluster_folder,
                                             const std::string& programs_folder) {
  int version = 0;
  if (Exists(cluster_folder)) {
    const absl::StatusOr<int> found = VersionOfCluster(cluster_folder);
    if (!found.ok()) {
      return found.status();
    }
    version = *found;
  }
  return FindPostgresPrograms(programs_folder, version);
}

}  // namespace

std::vector<std::string> Cluster::ServerCommand() const {
  // PostgreSQL splits this setting at commas outside double quotes.
  const std::string quoted_socket =
      absl::StrCat("\"", absl::StrReplaceAll(socket_folder, {{"\"", "\"\""}}), "\"");
  return {programs.Path("postgres"),
          "-D",
          folder,
          "-c",
          "cluster_name=" + name,
          "-c",
          "listen_addresses=",
          "-c",
          absl::StrCat("port=", kSocketPort),
          "-c",
          "unix_socket_directories=" + quoted_socket,
          "-c",
          "unix_socket_permissions=0700",
          "-c",
          "fsync=on",
          "-c",
          "full_page_writes=on",
          "-c",
          "synchronous_commit=on"};
}

std::string Cluster::Url() const {
  std::string host;
  for (const char c : socket_folder) {
    host += absl::ascii_isalnum(static_cast<unsigned char>(c))
                ? std::string(1, c)
                : absl::StrFormat("%%%02X", static_cast<unsigned char>(c));
  }
  return absl::StrCat("postgresql://", kDatabaseUser, "@/", kDatabaseName, "?host=", host,
                      "&port=", kSocketPort);
}

absl::StatusOr<Cluster> PrepareCluster(const std::string& data_folder,
                                       const std::string& programs_folder) {
  const std::string folder = data_folder + "/postgres";
  absl::StatusOr<User> user = ChooseUser(folder);
  if (!user.ok()) {
    return user.status();
  }
  absl::StatusOr<PostgresPrograms> programs = ProgramsFor(folder, programs_folder);
  if (!programs.ok()) {
    return programs.status();
  }
  Cluster cluster = Describe(data_folder, *std::move(user), *std::move(programs));
  absl::Status status = CheckReachable(data_folder, cluster.user);
  if (status.ok()) {
    status = MakePrivateFolder(cluster.socket_folder, cluster.user);
  }
  if (status.ok() && !Exists(folder)) {
    status = MakeCluster(cluster);
  }
  if (!status.ok()) {
    return status;
  }
  return cluster;
}

absl::StatusOr<Cluster> FindRunningCluster(const std::string& data_folder,
                                           const std::string& programs_folder) {
  std::error_code error;
  const std::string canonical = std::filesystem::canonical(data_folder, error).string();
  const std::string folder = canonical + "/postgres";
  if (error || !Exists(folder)) {
    return absl::NotFoundError(
        absl::StrCat("expected a data folder with a PostgreSQL in it, but ", data_folder,
                     error ? absl::StrCat(": ", error.message()) : " has none"));
  }
  absl::StatusOr<User> user = ChooseUser(folder);
  if (!user.ok()) {
    return user.status();
  }
  absl::StatusOr<PostgresPrograms> programs = ProgramsFor(folder, programs_folder);
  if (!programs.ok()) {
    return programs.status();
  }
  Cluster cluster = Describe(canonical, *std::move(user), *std::move(programs));
  const std::optional<PostmasterFile> postmaster = ReadPostmasterFile(cluster);
  if (!postmaster.has_value()) {
    return absl::NotFoundError(absl::StrCat("expected the PostgreSQL of ", data_folder,
                                            " to run, but it does not; start tandemd first"));
  }
  cluster.socket_folder = postmaster->socket_folder;
  return cluster;
}

std::optional<PostmasterFile> ReadPostmasterFile(const Cluster& cluster) {
  const std::optional<std::string> text = files::ReadFile(cluster.folder + "/postmaster.pid");
  if (!text.has_value()) {
    return std::nullopt;
  }
  // Its lines: process, data folder, start time, port, socket folder, address, shared memory,
  // status.
  const std::vector<std::string> lines = absl::StrSplit(*text, '\n');
  PostmasterFile file;
  if (!absl::SimpleAtoi(lines[0], &file.pid)) {
    return std::nullopt;
  }
  file.socket_folder = lines.size() > 4 ? lines[4] : "";
  file.ready = lines.size() > 7 && absl::StripAsciiWhitespace(lines[7]) == "ready";
  return file;
}

bool BelongsTo(const Cluster& cluster, const ProcessInfo& process) {
  if (process.command.empty()) {
    return false;
  }
  // Backends rename themselves; the postmaster does not.
  if (absl::StartsWith(process.command[0], absl::StrCat("postgres: ", cluster.name, ": "))) {
    return true;
  }
  for (const std::string& argument : process.command) {
    if (argument == "cluster_name=" + cluster.name) {
      return true;
    }
  }
  return false;
}

std::vector<ProcessInfo> ProcessesOf(const Cluster& cluster) {
  std::vector<ProcessInfo> processes;
  for (ProcessInfo& process : ListProcesses()) {
    if (process.alive() && BelongsTo(cluster, process)) {
      processes.push_back(std::move(process));
    }
  }
  return processes;
}

absl::Status ForgetStalePostmaster(const Cluster& cluster) {
  const std::optional<PostmasterFile> file = ReadPostmasterFile(cluster);
  const std::optional<ProcessInfo> process =
      file.has_value() ? ReadProcess(file->pid) : std::nullopt;
  if (process.has_value() && process->alive()) {
    bool names_folder = false;
    for (const std::string& argument : process->command) {
      names_folder = names_folder || argument == cluster.folder;
    }
    if (names_folder || WorkingDirectoryOf(process->pid) == cluster.folder) {
      return absl::FailedPreconditionError(
          absl::StrCat("expected ", cluster.folder,
                       " to be free, but a PostgreSQL that tandemd did not start uses it (process ",
                       process->pid, ")"));
    }
  }
  if (process.has_value()) {
    spdlog::info("removing a postmaster.pid that names process {}, which is not this cluster's",
                 file->pid);
    unlink((cluster.folder + "/postmaster.pid").c_str());
  }
  // The socket has a lock of the same kind; its folder is ours alone.
  const std::string socket = absl::StrCat(cluster.socket_folder, "/.s.PGSQL.", kSocketPort);
  unlink(socket.c_str());
  unlink((socket + ".lock").c_str());
  return absl::OkStatus();
}

}  // namespace tandem::embedded
