#include "server/ctl/line_reader.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace tandem::ctl {

absl::Status OpenLines(const std::string& path, std::ifstream& file) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat("expected a file at ", path, ", but it is a folder"));
  }
  file.open(path, std::ios::binary);
  if (file) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("expected a file at ", path, ", but can't open it"));
}

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
  try {
    for (int byte = buffer->sbumpc(); byte != std::char_traits<char>::eof();
         byte = buffer->sbumpc()) {
      if (byte == '\n') return true;
      if (text_.size() < kMaxLineBytes) {
        text_.push_back(static_cast<char>(byte));
      } else {
        too_long_ = true;
      }
    }
  } catch (const std::ios_base::failure&) {  // A folder, or a disk that fails.
    in_.setstate(std::ios::badbit);
    return false;
  }
  in_.setstate(std::ios::eofbit);
  return !text_.empty();
}

}  // namespace tandem::ctl
