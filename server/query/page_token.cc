#include "server/query/page_token.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/escaping.h"

namespace tandem::query {
namespace {

// Position, fingerprint and check sum, eight bytes each, most significant first.
constexpr size_t kWords = 4;
constexpr size_t kTokenBytes = kWords * 8;

void AppendWord(uint64_t word, std::string& bytes) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>((word >> shift) & 0xff));
  }
}

uint64_t CheckSum(PagePosition position, uint64_t fingerprint) {
  FilterFingerprint sum("page token 1");
  sum.Add(static_cast<int64_t>(position.high));
  sum.Add(static_cast<int64_t>(position.low));
  sum.Add(static_cast<int64_t>(fingerprint));
  return sum.value();
}

uint64_t CheckSum(std::string_view position, uint64_t fingerprint) {
  FilterFingerprint sum("text page token 1");
  sum.Add(position);
  sum.Add(static_cast<int64_t>(fingerprint));
  return sum.value();
}

template <typename Plan, typename Reader>
Result<Plan> PlanBy(const PageRequest& page, int32_t default_size, uint64_t fingerprint,
                    Reader read_token) {
  if (page.size < 0) {
    return FieldFault(router::Reason::kFieldOutOfRange, "page_size",
                      "expected 0 or more, but it is " + std::to_string(page.size));
  }
  Plan plan;
  plan.size = page.size == 0 ? default_size : std::min(page.size, kMaxPage);
  if (page.token.empty()) return plan;
  plan.from = read_token(page.token, fingerprint);
  if (!plan.from) return PageTokenFault();
  return plan;
}

}  // namespace

void FilterFingerprint::Add(std::string_view field) {
  Add(static_cast<int64_t>(field.size()));
  for (const char c : field) {
    value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
}

void FilterFingerprint::Add(int64_t number) {
  for (int shift = 0; shift < 64; shift += 8) {
    value_ = (value_ ^ ((static_cast<uint64_t>(number) >> shift) & 0xff)) * 0x100000001b3;
  }
}

std::string MakePageToken(PagePosition position, uint64_t fingerprint) {
  std::string bytes;
  bytes.reserve(kTokenBytes);
  AppendWord(position.high, bytes);
  AppendWord(position.low, bytes);
  AppendWord(fingerprint, bytes);
  AppendWord(CheckSum(position, fingerprint), bytes);
  return absl::WebSafeBase64Escape(bytes);
}

std::optional<PagePosition> ReadPageToken(std::string_view token, uint64_t fingerprint) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape({token.data(), token.size()}, &bytes) ||
      bytes.size() != kTokenBytes) {
    return std::nullopt;
  }
  std::array<uint64_t, kWords> words{};
  for (size_t i = 0; i < kTokenBytes; ++i) {
    words[i / 8] = words[i / 8] << 8 | static_cast<unsigned char>(bytes[i]);
  }
  const PagePosition position{.high = words[0], .low = words[1]};
  if (words[2] != fingerprint || words[3] != CheckSum(position, fingerprint)) return std::nullopt;
  return position;
}

std::string MakeTextPageToken(std::string_view position, uint64_t fingerprint) {
  std::string bytes;
  AppendWord(CheckSum(position, fingerprint), bytes);
  bytes += position;
  return absl::WebSafeBase64Escape(bytes);
}

std::optional<std::string> ReadTextPageToken(std::string_view token, uint64_t fingerprint) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape({token.data(), token.size()}, &bytes) || bytes.size() < 8) {
    return std::nullopt;
  }
  const std::string position = bytes.substr(8);
  if (MakeTextPageToken(position, fingerprint) != token) return std::nullopt;
  return position;
}

Result<PagePlan> PlanPage(const PageRequest& page, int32_t default_size, uint64_t fingerprint) {
  return PlanBy<PagePlan>(page, default_size, fingerprint, ReadPageToken);
}

Result<TextPagePlan> PlanTextPage(const PageRequest& page, int32_t default_size,
                                  uint64_t fingerprint) {
  return PlanBy<TextPagePlan>(page, default_size, fingerprint, ReadTextPageToken);
}

}  // namespace tandem::query
