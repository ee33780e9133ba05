#include "server/rpc/convert_review.h"

#include <cstdint>

#include "server/rpc/convert_hand_off.h"
#include "server/rpc/convert_types.h"

namespace tandem::rpc {
namespace {

router::ReviewPolicy ToReviewPolicy(const v1::ReviewPolicy& message, const std::string& field,
                                    Faults& faults) {
  router::ReviewPolicy policy;
  policy.process_type = message.process_type();
  if (policy.process_type.empty()) {
    faults.Add(router::Reason::kFieldRequired, field + ".process_type",
               "expected a process type, but there is none");
  }
  // Written so that what is not a number is a fault, too. Less than one in a thousand is none.
  const double share = message.share();
  if (!(share == 0 || (share >= 0.001 && share <= 1))) {
    faults.Add(router::Reason::kFieldOutOfRange, field + ".share",
               "expected 0.001 to 1, but it is another");
  } else {
    constexpr double kRounding = 1e-6;
    policy.share_milli = static_cast<uint32_t>(share * router::kAllCompletions + kRounding);
  }
  policy.dispositions.assign(message.dispositions().begin(), message.dispositions().end());
  return policy;
}

void FillReviewPolicy(const router::ReviewPolicy& policy, v1::ProcessType& to) {
  if (policy.process_type.empty()) return;
  v1::ReviewPolicy& message = *to.mutable_review();
  message.set_process_type(policy.process_type);
  message.set_share(static_cast<double>(policy.share_milli) / router::kAllCompletions);
  message.mutable_dispositions()->Assign(policy.dispositions.begin(), policy.dispositions.end());
}

}  // namespace

std::optional<router::ReviewVerdict> ToVerdict(v1::ReviewVerdict verdict, const std::string& field,
                                               Faults& faults) {
  switch (verdict) {
    case v1::REVIEW_VERDICT_UNSPECIFIED:
      return std::nullopt;
    case v1::REVIEW_VERDICT_APPROVED:
      return router::ReviewVerdict::kApproved;
    case v1::REVIEW_VERDICT_SENT_BACK:
      return router::ReviewVerdict::kSentBack;
    default:
      break;
  }
  faults.Add(router::Reason::kFieldOutOfRange, field,
             "expected APPROVED or SENT_BACK, but it is another");
  return std::nullopt;
}

void ToPolicies(const v1::ProcessType& message, const std::string& path, router::ProcessType& to,
                Faults& faults) {
  to.hand_off = ToHandOffPolicy(message.hand_off(), path + ".hand_off", faults);
  if (!message.has_review()) return;
  to.review = ToReviewPolicy(message.review(), path + ".review", faults);
}

void FillPolicies(const router::ProcessType& type, v1::ProcessType& to) {
  FillHandOff(type.hand_off, to);
  FillReviewPolicy(type.review, to);
}

}  // namespace tandem::rpc
