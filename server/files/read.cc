#include "server/files/read.h"

#include <array>
#include <fstream>
#include <iostream>

namespace tandem::files {

std::optional<std::string> ReadAll(std::istream& in) {
  std::string text;
  std::array<char, 4096> part;
  do {
    in.read(part.data(), part.size());
    text.append(part.data(), static_cast<size_t>(in.gcount()));
  } while (in);
  if (in.bad()) return std::nullopt;
  return text;
}

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return ReadAll(file);
}

std::optional<std::string> ReadFileOrInput(const std::string& path) {
  return path == "-" ? ReadAll(std::cin) : ReadFile(path);
}

}  // namespace tandem::files
