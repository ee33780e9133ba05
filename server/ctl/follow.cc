#include "server/ctl/follow.h"

#include <algorithm>
#include <iostream>

#include "absl/time/clock.h"

namespace tandem::ctl {

bool Follower::Begin(grpc::ClientContext& context) {
  const std::lock_guard lock(mutex_);
  if (interrupt_.came()) return true;
  context_ = &context;
  return false;
}

bool Follower::End() {
  const std::lock_guard lock(mutex_);
  context_ = nullptr;
  return interrupt_.came();
}

void Follower::Cancel() {
  const std::lock_guard lock(mutex_);
  if (context_ != nullptr) context_->TryCancel();
}

void Follower::Hear() {
  heard_ = true;
  heard_at_ = absl::Now();
  pause_ = absl::ZeroDuration();
}

bool Follower::MayComeBack(Patience patience, const grpc::Status& status) {
  const std::string reason = ReasonOf(status);
  const bool broken = IsUndecided(status.error_code(), reason) || reason == "TOO_MANY_STREAMS";
  const bool wait = (patience == Patience::kForEver && heard_) ||
                    absl::Now() - heard_at_ < caller_.target().timeout;
  if (!broken || !wait) return false;
  if (heard_ && pause_ == absl::ZeroDuration()) {
    std::cerr << "tandemctl: the stream broke off (" << CodeName(status.error_code())
              << (reason.empty() ? "" : " ") << reason << "); connecting again\n";
  }
  pause_ = std::clamp(pause_ * 2, absl::Milliseconds(200), absl::Seconds(2));
  absl::SleepFor(pause_);
  return true;
}

}  // namespace tandem::ctl
