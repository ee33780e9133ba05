// Which adapter session serves which channel: the newest that asked for it.
#ifndef TANDEM_SERVER_RPC_MEDIA_SESSIONS_H_
#define TANDEM_SERVER_RPC_MEDIA_SESSIONS_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "router/rejection.h"

namespace tandem::rpc {

// What a session has while no newer one took a channel of it. Safe from any thread.
class MediaLease {
 public:
  // kAdapterFenced when a newer session took over; for good.
  std::optional<router::Rejection> fenced() const;

 private:
  friend class MediaSessions;
  void Fence(const std::string& channel, const std::string& adapter);

  mutable absl::Mutex mutex_;
  std::optional<router::Rejection> fenced_ ABSL_GUARDED_BY(mutex_);
};

// Safe from any thread.
class MediaSessions {
 public:
  // A lease for all the channels; fences every session that has one of them.
  std::shared_ptr<MediaLease> Take(const std::string& workspace,
                                   const std::vector<std::string>& channels,
                                   const std::string& adapter);
  // The session of the lease is over.
  void Release(const MediaLease* lease);

 private:
  absl::Mutex mutex_;
  // By workspace and channel.
  std::map<std::pair<std::string, std::string>, std::shared_ptr<MediaLease>> leases_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_MEDIA_SESSIONS_H_
