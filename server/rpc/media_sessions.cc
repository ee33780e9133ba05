#include "server/rpc/media_sessions.h"

namespace tandem::rpc {

std::optional<router::Rejection> MediaLease::fenced() const {
  const absl::MutexLock lock(&mutex_);
  return fenced_;
}

void MediaLease::Fence(const std::string& channel, const std::string& adapter) {
  const absl::MutexLock lock(&mutex_);
  if (fenced_) return;
  fenced_ = router::Rejection{
      .reason = router::Reason::kAdapterFenced,
      .message = "expected the channel's newest session, but a newer one took over",
      .violations = {},
      .metadata = {{"channel", channel}, {"adapter", adapter}}};
}

std::shared_ptr<MediaLease> MediaSessions::Take(const std::string& workspace,
                                                const std::vector<std::string>& channels,
                                                const std::string& adapter) {
  auto lease = std::make_shared<MediaLease>();
  const absl::MutexLock lock(&mutex_);
  for (const std::string& channel : channels) {
    std::shared_ptr<MediaLease>& held = leases_[{workspace, channel}];
    if (held != nullptr && held != lease) held->Fence(channel, adapter);
    held = lease;
  }
  return lease;
}

void MediaSessions::Release(const MediaLease* lease) {
  const absl::MutexLock lock(&mutex_);
  std::erase_if(leases_, [&](const auto& entry) { return entry.second.get() == lease; });
}

}  // namespace tandem::rpc
