// The caller's request id together with a fingerprint of what was asked, so that a repeated request
// is told from a reused id.
#ifndef TANDEM_SERVER_RPC_REQUEST_TAG_H_
#define TANDEM_SERVER_RPC_REQUEST_TAG_H_

#include <optional>
#include <string_view>

#include "server/engine/engine.h"
#include "server/rpc/faults.h"

namespace google::protobuf {
class Message;
}

namespace tandem::rpc {

// Reads the field `request_id`; nothing when it is empty. Adds a fault when it is no UUID. The
// fingerprint is over the message's name and its deterministic form without the request id, which
// is empty in `request` afterwards.
std::optional<engine::RequestTag> TakeRequestTag(google::protobuf::Message& request,
                                                 Faults& faults);

// Of one item of a call that changes many, each for itself: the id is made from the call's and the
// item's, the fingerprint is that of the call.
engine::RequestTag TagOfItem(const engine::RequestTag& call, std::string_view item);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_REQUEST_TAG_H_
