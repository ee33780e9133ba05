// Reads a shard's state back: what the router needs to go on.
#ifndef TANDEM_SERVER_STORE_POSTGRES_LOADER_H_
#define TANDEM_SERVER_STORE_POSTGRES_LOADER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "pqxx/connection"
#include "pqxx/transaction_base"
#include "router/rows.h"
#include "server/store/store.h"

namespace tandem::store {

// See Store::Load. Everything comes from one snapshot. Throws what libpqxx throws, and
// CorruptValue.
absl::StatusOr<Loaded> LoadShard(pqxx::connection& connection, Shard shard, int64_t epoch);

// The settings of a workspace, without resources; NOT_FOUND when it has none. Throws as LoadShard.
absl::StatusOr<router::WorkspaceRow> ReadSettings(pqxx::transaction_base& work,
                                                  const std::string& workspace);

// The configuration of a workspace; NOT_FOUND when it has none. Throws as LoadShard.
absl::StatusOr<router::WorkspaceRow> ReadWorkspace(pqxx::transaction_base& work,
                                                   const std::string& workspace);

// Visits of the workspace, as LoadedState has them. Throws as LoadShard.
std::vector<router::LoadedState::QueueVisit> ReadRecentVisits(pqxx::transaction_base& work,
                                                              const std::string& workspace);

// See Reader::GetLiveState. `work` is one snapshot. Throws as LoadShard.
absl::StatusOr<LiveState> ReadLiveState(pqxx::transaction_base& work, const std::string& workspace);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_LOADER_H_
