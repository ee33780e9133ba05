// What is kept of a reply under its request id, and the reply that comes from it again.
//
// Pure functions; safe from any thread.
#ifndef TANDEM_SERVER_ENGINE_ANSWERS_H_
#define TANDEM_SERVER_ENGINE_ANSWERS_H_

#include <optional>

#include "router/command.h"
#include "server/store/store.h"

namespace tandem::engine {

// Whether the command's reply is kept. Snapshots and explanations are not: they are outdated at
// once; nor are extended leases: to extend them again does no harm.
[[nodiscard]] bool KeepsAnswer(const router::Command& command);

// Requires that the reply is of a kind that is kept.
[[nodiscard]] store::StoredAnswer Keep(const router::Reply& reply);
// Nothing when the answer is of a kind that this version does not know.
[[nodiscard]] std::optional<router::Reply> Recall(const store::StoredAnswer& answer);

// The answer to a contact whose external id was seen before: that of the first one, marked as a
// duplicate.
[[nodiscard]] router::ContactIngested Duplicate(const store::KnownContact& first);

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_ANSWERS_H_
