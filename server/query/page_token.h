// Page tokens: where a list goes on, bound to what was asked.
//
// A token is opaque to callers. It holds a position of 128 bits, a fingerprint of the list and its
// filter, and a check sum, so that a token of another list, of another filter or with a changed
// character is refused. It is no secret and grants nothing: every page is read with the caller's
// own filter.
#ifndef TANDEM_SERVER_QUERY_PAGE_TOKEN_H_
#define TANDEM_SERVER_QUERY_PAGE_TOKEN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/query/fault.h"

namespace tandem::query {

// A fingerprint of a list's name and filter, field by field; the same in every process and version.
class FilterFingerprint {
 public:
  explicit FilterFingerprint(std::string_view list) { Add(list); }
  // Adds one field; fields can't run into each other.
  void Add(std::string_view field);
  void Add(int64_t number);
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325;  // FNV-1a's offset basis
};

struct PagePosition {
  uint64_t high = 0;
  uint64_t low = 0;
  friend bool operator==(const PagePosition&, const PagePosition&) = default;
};

std::string MakePageToken(PagePosition position, uint64_t fingerprint);
// The position, or nothing when the token was not made for this fingerprint.
std::optional<PagePosition> ReadPageToken(std::string_view token, uint64_t fingerprint);

// The same for lists that are ordered by a text: the position is the last one listed.
std::string MakeTextPageToken(std::string_view position, uint64_t fingerprint);
std::optional<std::string> ReadTextPageToken(std::string_view token, uint64_t fingerprint);

inline constexpr int32_t kMaxPage = 1'000;

// What a caller says about the page wanted.
struct PageRequest {
  int32_t size = 0;  // 0: the list's default; more than kMaxPage: kMaxPage; negative: refused
  std::string token;
};

// Where the page begins, and how many it holds.
struct PagePlan {
  int32_t size = 0;
  std::optional<PagePosition> from;
};

// kFieldOutOfRange for a negative size, kPageTokenInvalid for a token that was not made for this
// fingerprint.
Result<PagePlan> PlanPage(const PageRequest& page, int32_t default_size, uint64_t fingerprint);

// The same for lists that are ordered by a text.
struct TextPagePlan {
  int32_t size = 0;
  std::optional<std::string> from;
};
Result<TextPagePlan> PlanTextPage(const PageRequest& page, int32_t default_size,
                                  uint64_t fingerprint);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_PAGE_TOKEN_H_
