// A folder below /tmp for a test, which PostgreSQL's user can reach. It goes with the object; and
// when the process is killed it goes, too, with every program that works on it.
#ifndef TANDEM_TESTS_SUPPORT_FOLDER_H_
#define TANDEM_TESTS_SUPPORT_FOLDER_H_

#include <sys/types.h>

#include <string>

namespace tandem::tests {

class Folder {
 public:
  // Throws std::runtime_error when it can't be made.
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  pid_t guard_ = 0;
  int guarded_ = -1;  // the guard sees this end of a pipe close when we are gone
};

}  // namespace tandem::tests

#endif  // TANDEM_TESTS_SUPPORT_FOLDER_H_
