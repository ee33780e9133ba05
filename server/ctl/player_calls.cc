#include "server/ctl/player_calls.h"

namespace tandem::ctl {

std::string ReasonOrCode(const grpc::Status& status) {
  std::string reason = ReasonOf(status);
  return reason.empty() ? CodeName(status.error_code()) : reason;
}

PlayerCalls::~PlayerCalls() {
  // Every attempt has a deadline and every stream was cut off, so this ends.
  std::unique_lock lock(mutex_);
  let_go_.wait(lock, [this] { return on_network_ == 0; });
}

void PlayerCalls::BeginOnNetwork() {
  const std::lock_guard lock(mutex_);
  ++on_network_;
}

void PlayerCalls::EndOnNetwork() {
  // Told under the lock: as soon as it is free, the destructor may end this object.
  const std::lock_guard lock(mutex_);
  if (--on_network_ == 0) let_go_.notify_all();
}

void PlayerCalls::NoteServerAway() {
  ++repeated_;
  loop_.clock().Freeze(PlayerLoop::RealNow());
}

}  // namespace tandem::ctl
