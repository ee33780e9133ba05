#include "server/query/events.h"

#include <optional>

#include "server/query/page_token.h"
#include "server/query/workspaces.h"

namespace tandem::query {
namespace {

using router::Reason;
using router::Rejection;

uint64_t Fingerprint(const std::string& workspace) {
  FilterFingerprint fingerprint("event stream");
  fingerprint.Add(workspace);
  return fingerprint.value();
}

Rejection Expired(const std::string& workspace, store::EventRange range, const char* message) {
  const int64_t before_oldest = range.oldest > 0 ? range.oldest - 1 : 0;
  return {.reason = Reason::kResumeTokenExpired,
          .message = message,
          .violations = {},
          .metadata = {{"oldest", MakeResumeToken(workspace, before_oldest)}}};
}

}  // namespace

std::string MakeResumeToken(const std::string& workspace, int64_t position) {
  return MakePageToken({.high = 0, .low = static_cast<uint64_t>(position)}, Fingerprint(workspace));
}

Result<int64_t> FindPosition(store::Reader& reader, const std::string& workspace,
                             const std::string& token, EventStart start) {
  std::optional<PagePosition> asked;
  if (!token.empty()) {
    asked = ReadPageToken(token, Fingerprint(workspace));
    if (!asked) {
      return FieldFault(Reason::kResumeTokenInvalid, "resume_token",
                        "expected a token that this workspace's events gave out, but it is "
                        "another text");
    }
  }
  const auto range = reader.GetEventRange(workspace);
  if (!range.ok()) return StoreFaultIn(workspace, range.status());
  if (!asked) {
    if (start == EventStart::kNow || range->oldest == 0) return range->newest;
    return range->oldest - 1;
  }
  const auto position = static_cast<int64_t>(asked->low);
  if (position + 1 < range->oldest) {
    return Expired(workspace, *range,
                   "expected a token whose next event is still kept, but it is too old");
  }
  if (position > range->newest) {
    return Expired(workspace, *range,
                   "expected a token of events that there are, but it is ahead of them: the "
                   "database was set back");
  }
  return position;
}

Result<std::vector<router::EventRow>> ListEvents(store::Reader& reader,
                                                 const std::string& workspace, int64_t position) {
  auto events = reader.ListEvents(workspace, position, kEventPage);
  if (!events.ok()) return StoreFault(events.status());
  if (!events->empty() && events->front().sequence != position + 1) {
    return Expired(workspace, {.oldest = events->front().sequence, .newest = 0},
                   "expected the next event to be kept still, but it is gone");
  }
  return *std::move(events);
}

}  // namespace tandem::query
