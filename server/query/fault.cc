#include "server/query/fault.h"

#include <cstdint>
#include <string>

#include "absl/random/random.h"

#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace tandem::query {

router::Rejection FieldFault(router::Reason reason, std::string_view field,
                             std::string_view description) {
  return {.reason = reason,
          .message = fmt::format("{}: {}", field, description),
          .violations = {{.field = std::string(field), .description = std::string(description)}},
          .metadata = {}};
}

router::Rejection RevisionFault(std::string_view what, int64_t expected, int64_t actual) {
  return {
      .reason = router::Reason::kRevisionStale,
      .message = fmt::format("expected revision {} of {}, but it is {}", expected, what, actual),
      .violations = {},
      .metadata = {{"expected", std::to_string(expected)}, {"actual", std::to_string(actual)}}};
}

router::Rejection PageTokenFault() {
  return FieldFault(
      router::Reason::kPageTokenInvalid, "page_token",
      "expected the next_page_token of this list with this filter, but it is another text");
}

router::Rejection InternalFault(std::string_view what) {
  thread_local absl::BitGen random;
  const std::string id = fmt::format("{:016x}", random());
  spdlog::error("fault {}: {}", id, what);
  return {.reason = router::Reason::kInternal,
          .message = "expected an answer, but the server has a fault, which its log has as " + id,
          .violations = {},
          .metadata = {}};
}

router::Rejection StoreFault(const absl::Status& status) {
  if (absl::IsUnavailable(status)) {
    spdlog::warn("a read failed: {}", status.ToString());
    return {.reason = router::Reason::kStoreUnavailable,
            .message = "expected the database to answer, but it can't be reached now",
            .violations = {},
            .metadata = {}};
  }
  return InternalFault("a read failed: " + status.ToString());
}

}  // namespace tandem::query
