// What a database refuses to store, looked up before it is sent anywhere.
//
// PostgreSQL finds these values itself; the memory store asks here, so that a test in memory sees
// the same refusals.
#ifndef TANDEM_SERVER_STORE_STORABLE_H_
#define TANDEM_SERVER_STORE_STORABLE_H_

#include <string_view>

#include "server/store/store.h"

namespace tandem::store {

// True for valid UTF-8 without NUL.
bool IsStorableText(std::string_view text);

// True when every text of the batch is storable, and every count fits 63 bits.
bool IsStorable(const Batch& batch);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_STORABLE_H_
