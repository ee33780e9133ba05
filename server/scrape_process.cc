// The process itself, as Linux tells of it.
#include <dirent.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "server/scrape.h"

namespace tandem {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

// The fields of /proc/self/stat behind the name, which may itself hold blanks: the first is the
// state, which proc(5) calls field 3.
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const size_t end_of_name = line.rfind(')');
  if (end_of_name == std::string::npos) return {};
  std::istringstream rest(line.substr(end_of_name + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

// When the machine was started, in seconds since 1970.
double BootTime() {
  timespec wall{}, boot{};
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  return static_cast<double>(wall.tv_sec - boot.tv_sec) +
         static_cast<double>(wall.tv_nsec - boot.tv_nsec) / 1e9;
}

double OpenFiles() {
  const std::unique_ptr<DIR, CloseFolder> folder(opendir("/proc/self/fd"));
  if (folder == nullptr) return 0;
  double files = -3;  // this folder's own, and the two entries that are no files
  while (readdir(folder.get()) != nullptr) ++files;
  return files;
}

}  // namespace

void SetProcess(metrics::Page& page) {
  // Numbers as in proc(5).
  const std::vector<std::string> fields = StatFields();
  const auto field = [&fields](size_t number) {
    return fields.size() > number - 3 ? std::stod(fields[number - 3]) : 0.0;
  };
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
  // Computed once: the difference of two clocks would make it tremble.
  static const double started_at = BootTime() + field(22) / ticks_per_second;
  page.Set("process_start_time_seconds", started_at);
  page.Set("process_cpu_seconds_total", (field(14) + field(15)) / ticks_per_second);
  page.Set("process_threads", field(20));
  page.Set("process_virtual_memory_bytes", field(23));
  page.Set("process_resident_memory_bytes", field(24) * page_bytes);
  page.Set("process_open_fds", OpenFiles());
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  page.Set("process_max_fds", static_cast<double>(limit.rlim_cur));
}

}  // namespace tandem
