#include "server/rpc/convert_hand_off.h"

#include "router/limits.h"
#include "server/rpc/convert_types.h"

namespace tandem::rpc {
namespace {

double ToFraction(uint32_t milli) {
  return static_cast<double>(milli) / router::kFullConfidence;
}

}  // namespace

uint32_t ToMilli(double confidence, const std::string& field, Faults& faults) {
  // Written so that what is not a number is a fault, too.
  if (!(confidence >= 0 && confidence <= 1)) {
    faults.Add(router::Reason::kFieldOutOfRange, field, "expected 0 to 1, but it is another");
    return 0;
  }
  // Far less than a place, so that 0.57 is not 569 thousandths.
  constexpr double kRounding = 1e-6;
  return static_cast<uint32_t>(confidence * router::kFullConfidence + kRounding);
}

router::HandOff ToHandOff(const v1::HandOff& message, const std::string& field, Faults& faults) {
  router::HandOff hand_off;
  if (message.has_confidence()) {
    hand_off.confidence_milli = ToMilli(message.confidence(), field + ".confidence", faults);
  }
  faults.OptionalId(message.reason(), field + ".reason");
  hand_off.reason = message.reason();
  faults.Text(message.summary(), router::kMaxSummaryBytes, field + ".summary");
  hand_off.summary = message.summary();
  return hand_off;
}

void Fill(const router::HandOff& hand_off, v1::HandOff& to) {
  to.set_agent(hand_off.agent);
  *to.mutable_at() = ToTimestamp(hand_off.at);
  if (hand_off.confidence_milli) to.set_confidence(ToFraction(*hand_off.confidence_milli));
  to.set_reason(hand_off.reason);
  to.set_summary(hand_off.summary);
}

router::HandOffPolicy ToHandOffPolicy(const v1::HandOffPolicy& message, const std::string& field,
                                      Faults& faults) {
  return {
      .min_confidence_milli = ToMilli(message.min_confidence(), field + ".min_confidence", faults),
      .queue = message.queue()};
}

void FillHandOff(const router::HandOffPolicy& policy, v1::ProcessType& to) {
  if (policy == router::HandOffPolicy{}) return;
  to.mutable_hand_off()->set_min_confidence(ToFraction(policy.min_confidence_milli));
  to.mutable_hand_off()->set_queue(policy.queue);
}

}  // namespace tandem::rpc
