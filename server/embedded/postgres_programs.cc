#include "server/embedded/postgres_programs.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

#include "server/embedded/process.h"

namespace tandem::embedded {
namespace {

constexpr std::chrono::seconds kQuickly{10};

std::vector<std::string> SearchPath() {
  // Read before any thread of ours starts; nothing in this program sets an environment variable.
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  return absl::StrSplit(path == nullptr ? "" : path, ':', absl::SkipEmpty());
}

bool HasPrograms(const std::string& folder) {
  for (const char* program : {"postgres", "initdb", "pg_isready", "psql"}) {
    if (access(absl::StrCat(folder, "/", program).c_str(), X_OK) != 0) {
      return false;
    }
  }
  return true;
}

std::vector<std::string> CandidateFolders() {
  std::vector<std::string> folders;
  const std::vector<std::string> search_path = SearchPath();
  for (const std::string& folder : search_path) {
    const std::string pg_config = folder + "/pg_config";
    if (access(pg_config.c_str(), X_OK) == 0) {
      const absl::StatusOr<ProgramResult> result = RunProgram(
          Program{.command = {pg_config, "--bindir"}, .user = User::Current(), .input = ""},
          kQuickly);
      if (result.ok() && result->exit_code == 0) {
        folders.emplace_back(absl::StripAsciiWhitespace(result->output));
      }
      break;
    }
  }
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", error)) {
    folders.push_back(entry.path().string() + "/bin");
  }
  folders.insert(folders.end(), search_path.begin(), search_path.end());
  return folders;
}

// The major version that `postgres --version` tells: "postgres (PostgreSQL) 15.14
// (Debian 15.14-0+deb12u1)".
std::optional<int> VersionIn(const std::string& folder) {
  const absl::StatusOr<ProgramResult> result = RunProgram(
      Program{.command = {folder + "/postgres", "--version"}, .user = User::Current(), .input = ""},
      kQuickly);
  if (!result.ok() || result->exit_code != 0) {
    return std::nullopt;
  }
  absl::string_view text = result->output;
  int version = 0;
  if (!absl::ConsumePrefix(&text, "postgres (PostgreSQL) ") ||
      !absl::SimpleAtoi(text.substr(0, text.find_first_not_of("0123456789")), &version)) {
    return std::nullopt;
  }
  return version;
}

}  // namespace

absl::StatusOr<PostgresPrograms> FindPostgresPrograms(const std::string& folder, int version) {
  const std::vector<std::string> candidates =
      folder.empty() ? CandidateFolders() : std::vector<std::string>{folder};
  std::optional<PostgresPrograms> best;
  std::set<int> found;
  for (const std::string& candidate : candidates) {
    const std::optional<int> candidate_version =
        HasPrograms(candidate) ? VersionIn(candidate) : std::nullopt;
    if (!candidate_version.has_value()) {
      continue;
    }
    found.insert(*candidate_version);
    const bool fits =
        version == 0 ? *candidate_version >= kOldestPostgres : *candidate_version == version;
    if (fits && (!best.has_value() || best->version < *candidate_version)) {
      best = PostgresPrograms{.folder = candidate, .version = *candidate_version};
    }
  }
  if (best.has_value()) {
    return *std::move(best);
  }
  const std::string wanted =
      version == 0 ? absl::StrCat("PostgreSQL ", kOldestPostgres, " or newer")
                   : absl::StrCat("PostgreSQL ", version, ", which made this data folder,");
  return absl::FailedPreconditionError(absl::StrCat(
      "expected the programs of ", wanted, " in ",
      folder.empty() ? "/usr/lib/postgresql, pg_config's folder or $PATH" : folder, ", but ",
      found.empty() ? "found none" : absl::StrCat("found version ", absl::StrJoin(found, ", ")),
      ". Install the package postgresql-", version == 0 ? kOldestPostgres : version,
      ", name the folder with --postgres-bin-dir, or use another PostgreSQL with --database-url"));
}

}  // namespace tandem::embedded
