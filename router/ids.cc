#include "router/ids.h"

#include <array>
#include <charconv>

namespace tandem::router {
namespace {

constexpr char kDigits[] = "0123456789abcdef";
constexpr size_t kTextSize = 36;

bool IsDashAt(size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

std::optional<uint64_t> HexValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint64_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint64_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint64_t>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::string FormatUuid(uint64_t high, uint64_t low) {
  std::string text(kTextSize, '-');
  size_t digit = 0;
  for (size_t i = 0; i < kTextSize; ++i) {
    if (IsDashAt(i)) continue;
    const uint64_t word = digit < 16 ? high : low;
    text[i] = kDigits[(word >> (60 - 4 * (digit % 16))) & 0xf];
    ++digit;
  }
  return text;
}

namespace {

// SplitMix64's: every bit of the answer depends on every bit of the number.
uint64_t Mix(uint64_t bits) {
  bits += 0x9e3779b97f4a7c15;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

}  // namespace

std::pair<uint64_t, uint64_t> DeriveUuid(uint64_t high, uint64_t low, uint64_t number,
                                         int64_t unix_ms) {
  const uint64_t first = Mix(high ^ Mix(low ^ Mix(number)));
  const uint64_t second = Mix(first);
  constexpr uint64_t kVersion = 0x7000, kVariant = 0x8000000000000000;
  return {(static_cast<uint64_t>(unix_ms) << 16) | kVersion | (first & 0xfff),
          kVariant | (second >> 2)};
}

std::optional<std::pair<uint64_t, uint64_t>> ParseUuid(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  std::array<uint64_t, 2> words{};
  size_t digit = 0;
  for (size_t i = 0; i < kTextSize; ++i) {
    if (IsDashAt(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto value = HexValue(text[i]);
    if (!value) return std::nullopt;
    uint64_t& word = words[digit / 16];
    word = (word << 4) | *value;
    ++digit;
  }
  if ((words[0] | words[1]) == 0) return std::nullopt;
  return std::pair{words[0], words[1]};
}

std::string ToString(const OfferId& id) {
  return ToString(id.ticket) + "." + std::to_string(id.number);
}

std::optional<OfferId> ParseOfferId(std::string_view text) {
  if (text.size() < kTextSize + 2 || text[kTextSize] != '.') return std::nullopt;
  const auto ticket = ParseId<TicketId>(text.substr(0, kTextSize));
  const std::string_view number = text.substr(kTextSize + 1);
  OfferId id;
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), id.number);
  if (!ticket || error != std::errc() || end != number.data() + number.size() || id.number == 0 ||
      number.front() == '0') {
    return std::nullopt;
  }
  id.ticket = *ticket;
  return id;
}

}  // namespace tandem::router
