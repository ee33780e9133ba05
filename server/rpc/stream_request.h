// Fields that the requests of several streams have.
//
// Pure functions, safe from any thread. Each adds a fault when the field is not as documented.
#ifndef TANDEM_SERVER_RPC_STREAM_REQUEST_H_
#define TANDEM_SERVER_RPC_STREAM_REQUEST_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/repeated_field.h"

#include "router/time.h"
#include "server/rpc/faults.h"

namespace tandem::rpc {

// The ids of a filter's list.
absl::flat_hash_set<std::string> ToIdSet(const google::protobuf::RepeatedPtrField<std::string>& ids,
                                         const std::string& field, Faults& faults);

// `heartbeat_interval`: how often a stream that has nothing to tell says so. Null: the default.
router::Duration ToHeartbeat(const google::protobuf::Duration* interval, Faults& faults);

// `min_interval` of the streams that watch. Null: the default.
router::Duration ToMinInterval(const google::protobuf::Duration* interval, Faults& faults);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_STREAM_REQUEST_H_
