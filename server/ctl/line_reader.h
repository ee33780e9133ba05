// Reads a stream line by line, with a bound on what is kept of a line.
#ifndef TANDEM_SERVER_CTL_LINE_READER_H_
#define TANDEM_SERVER_CTL_LINE_READER_H_

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <istream>
#include <string>

#include "absl/status/status.h"

namespace tandem::ctl {

// Longest line that is read; a longer one is skipped and reported. A payload of 64 KiB fits in,
// escaped as a text within JSON.
inline constexpr size_t kMaxLineBytes = 256 * 1024;

// Opens a file of lines. On failure: NOT_FOUND that says why.
[[nodiscard]] absl::Status OpenLines(const std::string& path, std::ifstream& file);

class LineReader {
 public:
  // `in` must outlive this.
  explicit LineReader(std::istream& in) : in_(in) {}

  // Goes on to the next line that is not blank; false at the end, and when reading failed: then the
  // stream is bad().
  [[nodiscard]] bool Next();

  [[nodiscard]] const std::string& text() const { return text_; }
  // Which line it is, from 1, blank ones counted.
  [[nodiscard]] int64_t number() const { return number_; }
  // True when the line was longer than kMaxLineBytes: text() is only its beginning.
  [[nodiscard]] bool too_long() const { return too_long_; }
  // What to say of such a line.
  [[nodiscard]] static std::string TooLong();

 private:
  bool ReadLine();

  std::istream& in_;
  std::string text_;
  int64_t number_ = 0;
  bool too_long_ = false;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_LINE_READER_H_
