#include "server/rpc/faults.h"

#include <utility>

#include "fmt/format.h"
#include "router/check.h"
#include "server/query/fault.h"

namespace tandem::rpc {

void Faults::Add(router::Reason reason, std::string_view field, std::string_view description) {
  if (rejection_ && rejection_->violations.size() >= kMaxViolations) return;
  Add(query::FieldFault(reason, field, description));
}

void Faults::Add(std::optional<router::Rejection> rejection) {
  if (!rejection) return;
  if (!rejection_) {
    rejection_ = std::move(rejection);
    return;
  }
  for (router::FieldViolation& violation : rejection->violations) {
    if (rejection_->violations.size() >= kMaxViolations) return;
    rejection_->violations.push_back(std::move(violation));
  }
}

void Faults::RequireId(std::string_view id, std::string_view field) {
  Add(router::CheckId(id, field));
}

void Faults::OptionalId(std::string_view id, std::string_view field) {
  if (!id.empty()) RequireId(id, field);
}

void Faults::Text(std::string_view text, size_t max_bytes, std::string_view field) {
  Add(router::CheckText(text, max_bytes, field));
}

bool Faults::HasAtMost(size_t count, size_t most, std::string_view field) {
  if (count <= most) return true;
  Add(router::Reason::kFieldTooLarge, field,
      fmt::format("expected at most {} entries, but found {}", most, count));
  return false;
}

void Faults::Range(int64_t value, int64_t low, int64_t high, std::string_view field) {
  if (value >= low && value <= high) return;
  Add(router::Reason::kFieldOutOfRange, field,
      fmt::format("expected {} to {}, but it is {}", low, high, value));
}

std::optional<router::Rejection> Faults::Take() {
  return std::exchange(rejection_, std::nullopt);
}

}  // namespace tandem::rpc
