// The check of a contact's payload: a JSON document that any desktop can read without harm.
#ifndef TANDEM_SERVER_RPC_PAYLOAD_H_
#define TANDEM_SERVER_RPC_PAYLOAD_H_

#include <cstddef>
#include <string_view>

#include "server/rpc/faults.h"

namespace tandem::rpc {

// Objects and arrays within each other; deeper documents break readers that recurse.
inline constexpr size_t kMaxPayloadDepth = 64;

// Adds a fault when `payload` is no JSON document (kPayloadNotJson), nests deeper than
// kMaxPayloadDepth (kFieldTooLarge), or has a NUL character in a text, also written as \u0000
// (kTextHasNul). An empty payload is fine: there is none.
void CheckPayload(std::string_view payload, std::string_view field, Faults& faults);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_PAYLOAD_H_
