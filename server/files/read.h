// Whole files and streams as text.
#ifndef TANDEM_SERVER_FILES_READ_H_
#define TANDEM_SERVER_FILES_READ_H_

#include <istream>
#include <optional>
#include <string>

namespace tandem::files {

// What is left of the stream; nullopt when reading fails, as it does for a folder, and for a file
// of /proc whose process ends meanwhile. Throws nothing, which std::istreambuf_iterator does then.
[[nodiscard]] std::optional<std::string> ReadAll(std::istream& in);

// All of a file; nullopt when it can't be opened, too.
[[nodiscard]] std::optional<std::string> ReadFile(const std::string& path);

// The same; of "-": what is left of standard input.
[[nodiscard]] std::optional<std::string> ReadFileOrInput(const std::string& path);

}  // namespace tandem::files

#endif  // TANDEM_SERVER_FILES_READ_H_
