// Maker-checker: what of agents' work another agent looks at before it counts as done.
#ifndef TANDEM_ROUTER_REVIEW_H_
#define TANDEM_ROUTER_REVIEW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "router/ids.h"

namespace tandem::router {

// Numbers as tandem.v1.ReviewVerdict.
enum class ReviewVerdict : uint8_t { kApproved = 1, kSentBack = 2 };
const char* ToString(ReviewVerdict verdict);  // "APPROVED"

// Shares of completions are said in thousandths.
inline constexpr uint32_t kAllCompletions = 1'000;
// The channel of reviews, which every workspace has.
inline constexpr char kReviewChannel[] = "task";

// Which completions of a process type are reviewed.
struct ReviewPolicy {
  std::string process_type;               // of the reviews; empty: nothing is reviewed
  uint32_t share_milli = 0;               // 0: to be filled in
  std::vector<std::string> dispositions;  // only these; empty: all
  friend bool operator==(const ReviewPolicy&, const ReviewPolicy&) = default;
};
// Kept by the router; no part of what is configured, and of what makes two process types equal.
struct ReviewCredit {
  uint32_t milli = 0;    // of the next review, by completions that were let pass
  bool counted = false;  // it changed since the process type's row was written
  friend bool operator==(const ReviewCredit&, const ReviewCredit&) { return true; }
};

// What reviews made of a ticket.
struct ReviewedRow {
  TicketId review;                  // that judges it now; unset: none does
  uint32_t rework_count = 0;        // how often it was sent back
  std::vector<std::string> makers;  // whose work was reviewed; sorted, each once
};

// A ticket's part in reviews: of one that is a review, or whose work is, or was, reviewed.
struct Reviewing {
  TicketId reviews;         // of a review: the ticket whose work it judges
  ReviewedRow reviewed;     // of one whose work is, or was, reviewed
  std::string disposition;  // while IN_REVIEW: as its maker said
};

// A review that ended without a verdict.
struct EndedReview {
  TicketIndex reviewed;
  const char* how = "";  // as its event tells
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_REVIEW_H_
