#include "server/rpc/batch.h"

#include <utility>
#include <variant>

#include "server/rpc/status.h"

namespace tandem::rpc {

using router::Reason;

void Batch::Set(size_t index, router::Outcome outcome) {
  outcomes_[index] = std::move(outcome);
  // The last one sees what the others wrote.
  if (missing_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (const auto* rejection = OfTheCall()) return call_.Refuse(*rejection);
  finish_(call_, outcomes_);
}

// What is wrong with the whole call: there is no workspace, or nothing got in because the store is
// away. When some items got in and others did not, each says so.
const router::Rejection* Batch::OfTheCall() const {
  const router::Rejection* unavailable = nullptr;
  for (const router::Outcome& outcome : outcomes_) {
    const auto* rejection = std::get_if<router::Rejection>(&outcome);
    if (rejection == nullptr) return nullptr;
    if (rejection->reason == Reason::kWorkspaceNotFound) return rejection;
    if (rejection->reason == Reason::kStoreUnavailable ||
        rejection->reason == Reason::kNotServing) {
      unavailable = rejection;
    }
  }
  return unavailable;
}

std::optional<router::Rejection> CheckBatch(const std::string& workspace, std::string_view field,
                                            size_t size, size_t max_size) {
  Faults faults;
  faults.RequireId(workspace, "workspace");
  if (size == 0) {
    faults.Add(Reason::kFieldRequired, field, "expected an entry, but there is none");
  }
  faults.HasAtMost(size, max_size, field);
  return faults.Take();
}

}  // namespace tandem::rpc
