#include "server/rpc/stream_request.h"

#include "router/limits.h"
#include "server/rpc/convert_types.h"

namespace tandem::rpc {
namespace {

using router::Reason;

constexpr router::Duration kDefaultHeartbeat = router::Seconds(15);
constexpr router::Duration kDefaultMinInterval = router::Seconds(1);

}  // namespace

absl::flat_hash_set<std::string> ToIdSet(const google::protobuf::RepeatedPtrField<std::string>& ids,
                                         const std::string& field, Faults& faults) {
  absl::flat_hash_set<std::string> set;
  if (!faults.HasAtMost(ids.size(), router::kMaxFilterValues, field)) return set;
  for (int i = 0; i < ids.size(); ++i) {
    faults.RequireId(ids[i], At(field, i));
    set.insert(ids[i]);
  }
  return set;
}

router::Duration ToHeartbeat(const google::protobuf::Duration* interval, Faults& faults) {
  if (interval == nullptr) return kDefaultHeartbeat;
  const router::Duration span = ToDuration(*interval, "heartbeat_interval", faults);
  if (span < router::kMinHeartbeatInterval || span > router::kMaxHeartbeatInterval) {
    faults.Add(Reason::kFieldOutOfRange, "heartbeat_interval",
               "expected 1 s to 5 min, but it is another span");
  }
  return span;
}

router::Duration ToMinInterval(const google::protobuf::Duration* interval, Faults& faults) {
  if (interval == nullptr) return kDefaultMinInterval;
  const router::Duration span = ToDuration(*interval, "min_interval", faults);
  if (span < router::kMinWatchInterval || span > router::kMaxWatchInterval) {
    faults.Add(Reason::kFieldOutOfRange, "min_interval",
               "expected 100 ms to 60 s, but it is another span");
  }
  return span;
}

}  // namespace tandem::rpc
