// The folder that a server with its own PostgreSQL keeps everything in:
//
//   tandem.lock    held by the one server that uses the folder
//   purpose        "service" or "demonstration", from the first start on
//   postgres/      the cluster; belongs to the user whom PostgreSQL runs as
//   socket/        where PostgreSQL listens; nobody else may enter
//   postgres.log   what PostgreSQL says
//
// A demonstration's clock runs at its own speed, so its times are not the world's: such a folder is
// never used for service, nor the other way round.
#ifndef TANDEM_SERVER_EMBEDDED_DATA_DIRECTORY_H_
#define TANDEM_SERVER_EMBEDDED_DATA_DIRECTORY_H_

#include <string>

#include "absl/status/statusor.h"

namespace tandem::embedded {

enum class Purpose { kService, kDemonstration };

// Holds the folder's lock as long as it lives.
class DataDirectory {
 public:
  // Makes the folder when there is none. FAILED_PRECONDITION, in words for people, when another
  // server uses it, when it was made for the other purpose, or when it can't be used.
  static absl::StatusOr<DataDirectory> Open(const std::string& path, Purpose purpose);

  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  ~DataDirectory();

  // Absolute, without symbolic links.
  const std::string& path() const { return path_; }

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
};

}  // namespace tandem::embedded

#endif  // TANDEM_SERVER_EMBEDDED_DATA_DIRECTORY_H_
