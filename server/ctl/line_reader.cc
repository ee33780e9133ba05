#include "server/ctl/line_reader.h"

#include "absl/strings/str_cat.h"

namespace tandem::ctl {

bool LineReader::Next() {
  do {
    if (!ReadLine()) return false;
    ++number_;
  } while (!too_long_ && text_.find_first_not_of(" \t\r") == std::string::npos);
  return true;
}

std::string LineReader::TooLong() {
  return absl::StrCat("expected at most ", kMaxLineBytes, " bytes, but it is longer");
}

// Of a line that is too long only the beginning is kept; the rest is skipped without being held in
// memory.
bool LineReader::ReadLine() {
  text_.clear();
  too_long_ = false;
  std::streambuf* buffer = in_.rdbuf();
  for (int byte = buffer->sbumpc(); byte != std::char_traits<char>::eof();
       byte = buffer->sbumpc()) {
    if (byte == '\n') return true;
    if (text_.size() < kMaxLineBytes) {
      text_.push_back(static_cast<char>(byte));
    } else {
      too_long_ = true;
    }
  }
  in_.setstate(std::ios::eofbit);
  return !text_.empty();
}

}  // namespace tandem::ctl
