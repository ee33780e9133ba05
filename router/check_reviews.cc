// The check of what a process type says of reviews.
#include <algorithm>
#include <string>

#include "router/check_internal.h"
#include "router/limits.h"

namespace tandem::router {

void CheckReviews(const ReviewPolicy& review, const References& references, const FieldPath& path,
                  Faults& faults) {
  if (review == ReviewPolicy{}) return;
  faults.Range(review.share_milli, 0, kAllCompletions, path + ".share");
  faults.Count(review.dispositions.size(), kMaxReviewedDispositions, path + ".dispositions");
  for (size_t i = 0; i < review.dispositions.size(); ++i) {
    if (references.Has(ResourceKind::kDisposition, review.dispositions[i])) continue;
    faults.Add(Reason::kReferenceBroken, path.At(".dispositions", i),
               "expected a configured disposition, but there is none of this id");
  }
  const FieldPath at = path + ".process_type";
  if (review.process_type.empty()) {
    faults.Add(Reason::kFieldRequired, at, "expected a process type, but there is none");
    return;
  }
  if (!references.Has(ResourceKind::kProcessType, review.process_type)) {
    faults.Add(Reason::kReferenceBroken, at,
               "expected a configured process type, but there is none of this id");
    return;
  }
  const ProcessType* of = references.FindProcessType(review.process_type);
  if (of == nullptr) return;
  const auto is_for_reviews = [](const ProcessTypeDefaults& entry) {
    return entry.channel.empty() || entry.channel == kReviewChannel;
  };
  if (std::none_of(of->defaults.begin(), of->defaults.end(), is_for_reviews)) {
    faults.Add(
        Reason::kFieldMalformed, at,
        "expected a process type with defaults for channel 'task', but '" + of->id + "' has none");
  }
  if (of->review != ReviewPolicy{}) {
    faults.Add(Reason::kFieldMalformed, at,
               "expected a process type that is not reviewed itself, but '" + of->id + "' is");
  }
}

void FillReviews(ReviewPolicy& review) {
  if (!review.process_type.empty() && review.share_milli == 0) review.share_milli = kAllCompletions;
  std::sort(review.dispositions.begin(), review.dispositions.end());
  review.dispositions.erase(std::unique(review.dispositions.begin(), review.dispositions.end()),
                            review.dispositions.end());
}

}  // namespace tandem::router
