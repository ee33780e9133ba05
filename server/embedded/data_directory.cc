#include "server/embedded/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "server/embedded/process.h"
#include "server/files/read.h"

namespace tandem::embedded {
namespace {

const char* NameOf(Purpose purpose) {
  switch (purpose) {
    case Purpose::kService:
      return "service";
    case Purpose::kDemonstration:
      return "demonstration";
  }
  return "";
}

// A folder with somebody else's files is a mistyped path.
bool HoldsStrangers(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder + "/tandem.lock", error)) {
    return false;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().filename() != "lost+found") {
      return true;
    }
  }
  return false;
}

absl::Status CheckPurpose(const std::string& folder, Purpose purpose) {
  const std::string path = folder + "/purpose";
  if (!std::filesystem::exists(path)) {
    std::ofstream file(path);
    file << NameOf(purpose) << '\n';
    file.flush();
    return file ? absl::OkStatus()
                : absl::FailedPreconditionError(absl::StrCat("cannot write ", path));
  }
  const std::string found(absl::StripAsciiWhitespace(files::ReadFile(path).value_or("")));
  if (found == NameOf(purpose)) {
    return absl::OkStatus();
  }
  if (found == NameOf(Purpose::kDemonstration)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "expected a data folder made for service, but ", folder,
        " was made with --clock-speed other than 1 and is for demonstrations only: its times are "
        "not the world's. Choose another --data-dir, or another --clock-speed than 1"));
  }
  if (found == NameOf(Purpose::kService)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "expected a data folder made for demonstrations, but ", folder,
        " was made for service, and its clock must keep the world's time. Choose another "
        "--data-dir, or --clock-speed 1"));
  }
  return absl::FailedPreconditionError(absl::StrCat("expected ", path,
                                                    " to say service or demonstration, but it says "
                                                    "'",
                                                    found.substr(0, 40), "'"));
}

}  // namespace

absl::StatusOr<DataDirectory> DataDirectory::Open(const std::string& path, Purpose purpose) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  const std::string canonical =
      error ? std::string() : std::filesystem::canonical(path, error).string();
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot make the data folder ", path, ": ", error.message()));
  }
  if (HoldsStrangers(canonical)) {
    return absl::FailedPreconditionError(
        absl::StrCat("expected ", canonical,
                     " to be empty or a data folder of tandem, but it holds other files"));
  }
  const std::string lock_path = canonical + "/tandem.lock";
  // Readable by everybody: it holds nothing but our process id.
  const int lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot write ", lock_path, ": ", std::generic_category().message(errno)));
  }
  DataDirectory directory(canonical, lock);
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const std::string holder(absl::StripAsciiWhitespace(files::ReadFile(lock_path).value_or("")));
    return absl::FailedPreconditionError(
        absl::StrCat("expected the data folder ", canonical,
                     " to be free, but another tandemd uses it (process ",
                     holder.empty() ? "unknown" : holder, ")"));
  }
  const std::string process = absl::StrCat(getpid(), "\n");
  if (ftruncate(lock, 0) != 0 || pwrite(lock, process.data(), process.size(), 0) < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot write ", lock_path, ": ", std::generic_category().message(errno)));
  }
  if (absl::Status status = CheckPurpose(canonical, purpose); !status.ok()) {
    return status;
  }
  return directory;
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) {
    close(lock_);
  }
}

}  // namespace tandem::embedded
