// A workspace's events from a token on, as last made durable.
//
// A resume token is a place between two events: everything up to it was dealt with. It is bound to
// its workspace and to nothing else, so that a stream can be resumed with another filter.
//
// Blocking calls over store::Reader, safe from any thread that may wait for the database.
#ifndef TANDEM_SERVER_QUERY_EVENTS_H_
#define TANDEM_SERVER_QUERY_EVENTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "router/rows.h"
#include "server/query/fault.h"
#include "server/store/store.h"

namespace tandem::query {

// Events read at once.
inline constexpr int32_t kEventPage = 1'000;

// Where somebody who has no token begins.
enum class EventStart { kNow, kOldest };

std::string MakeResumeToken(const std::string& workspace, int64_t position);

// The sequence of the last event that counts as dealt with. kWorkspaceNotFound when the workspace
// has no configuration, kResumeTokenInvalid when the token is not of this workspace,
// kResumeTokenExpired when events after it are no longer kept, or it is ahead of all there are.
Result<int64_t> FindPosition(store::Reader& reader, const std::string& workspace,
                             const std::string& token, EventStart start);

// The events after the position, up to kEventPage. kResumeTokenExpired when some after it are no
// longer kept.
Result<std::vector<router::EventRow>> ListEvents(store::Reader& reader,
                                                 const std::string& workspace, int64_t position);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_EVENTS_H_
