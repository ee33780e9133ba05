// Sums over the facts that the store in memory holds.
//
// A pure function over a copy or a locked original.
#ifndef TANDEM_SERVER_STORE_MEMORY_FACTS_H_
#define TANDEM_SERVER_STORE_MEMORY_FACTS_H_

#include <vector>

#include "absl/status/statusor.h"

#include "server/store/facts.h"
#include "server/store/memory_store.h"

namespace tandem::store {

// As Reader::SumFacts.
absl::StatusOr<std::vector<FactRow>> SumFactsOf(const MemoryStore::Contents& contents,
                                                const FactQuery& query);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_MEMORY_FACTS_H_
