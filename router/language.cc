#include "router/language.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "router/check.h"
#include "router/limits.h"

namespace tandem::router {
namespace {

bool IsAlpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
char Upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

bool AllAlpha(std::string_view text) {
  return std::all_of(text.begin(), text.end(), IsAlpha);
}
bool AllDigit(std::string_view text) {
  return std::all_of(text.begin(), text.end(), IsDigit);
}

// Splits at dashes; empty when a subtag is empty, longer than 8, or holds anything but letters and
// digits.
std::vector<std::string> Subtags(std::string_view tag) {
  std::vector<std::string> subtags;
  while (true) {
    const size_t dash = tag.find('-');
    const std::string_view subtag = tag.substr(0, dash);
    const bool good =
        !subtag.empty() && subtag.size() <= 8 &&
        std::all_of(subtag.begin(), subtag.end(), [](char c) { return IsAlpha(c) || IsDigit(c); });
    if (!good) return {};
    std::string lower(subtag);
    std::transform(lower.begin(), lower.end(), lower.begin(), Lower);
    subtags.push_back(std::move(lower));
    if (dash == std::string_view::npos) return subtags;
    tag.remove_prefix(dash + 1);
  }
}

bool IsVariant(std::string_view subtag) {
  return subtag.size() >= 5 || (subtag.size() == 4 && IsDigit(subtag.front()));
}

// Walks the grammar langtag = language [-script] [-region] *(-variant) *(-extension) [-privateuse],
// putting each subtag into its canonical case on the way. False when the subtags do not follow it.
bool WalkLangtag(std::vector<std::string>& subtags) {
  size_t i = 0;
  const auto more = [&] { return i < subtags.size(); };
  const std::string& language = subtags[i++];
  if (!AllAlpha(language) || language.size() < 2) return false;
  if (language.size() <= 3) {
    for (int extended = 0; extended < 3 && more() && subtags[i].size() == 3 && AllAlpha(subtags[i]);
         ++extended) {
      ++i;
    }
  }
  if (more() && subtags[i].size() == 4 && AllAlpha(subtags[i])) {
    subtags[i][0] = Upper(subtags[i][0]);
    ++i;
  }
  if (more() && ((subtags[i].size() == 2 && AllAlpha(subtags[i])) ||
                 (subtags[i].size() == 3 && AllDigit(subtags[i])))) {
    std::transform(subtags[i].begin(), subtags[i].end(), subtags[i].begin(), Upper);
    ++i;
  }
  std::vector<std::string> seen;
  while (more() && IsVariant(subtags[i])) {
    if (std::find(seen.begin(), seen.end(), subtags[i]) != seen.end()) return false;
    seen.push_back(subtags[i++]);
  }
  std::string singletons;
  while (more() && subtags[i].size() == 1 && subtags[i] != "x") {
    if (singletons.find(subtags[i]) != std::string::npos) return false;
    singletons += subtags[i++];
    const size_t first = i;
    while (more() && subtags[i].size() >= 2) ++i;
    if (i == first) return false;
  }
  if (more() && subtags[i] == "x") return i + 1 < subtags.size();
  return !more();
}

}  // namespace

std::optional<std::string> CanonicalLanguageTag(std::string_view tag) {
  if (tag.size() > kMaxLanguageTagBytes) return std::nullopt;
  std::vector<std::string> subtags = Subtags(tag);
  if (subtags.empty() || !WalkLangtag(subtags)) return std::nullopt;
  std::string canonical;
  for (const std::string& subtag : subtags) {
    if (!canonical.empty()) canonical += '-';
    canonical += subtag;
  }
  return canonical;
}

bool LanguageMatches(std::string_view ask, std::string_view have) {
  const std::string_view shorter = ask.size() < have.size() ? ask : have;
  const std::string_view longer = ask.size() < have.size() ? have : ask;
  if (longer.substr(0, shorter.size()) != shorter) return false;
  return longer.size() == shorter.size() || longer[shorter.size()] == '-';
}

}  // namespace tandem::router
