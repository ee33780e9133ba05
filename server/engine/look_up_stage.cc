#include "server/engine/look_up_stage.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/engine/answers.h"

namespace tandem::engine {
namespace {

// Calls in one look-up at most.
constexpr size_t kMaxCalls = 1'000;

// A contact with the external id of one that came in before this long is another one.
constexpr router::Duration kExternalIdWindow = router::Days(30);

}  // namespace

LookUpStage::LookUpStage()
    : backoff_(std::chrono::milliseconds(10), std::chrono::milliseconds(500)) {}

void LookUpStage::Add(PendingCall call) {
  waiting_.push_back(std::move(call));
}

std::optional<LookUpJob> LookUpStage::TakeJob(SteadyTime now, router::Time time) {
  if (now < NextJob()) return std::nullopt;
  asked_at_ = now;
  LookUpJob job;
  if (waiting_.empty()) {
    job.keys = probe_;
    return job;
  }
  while (!waiting_.empty() && asked_.size() < kMaxCalls) {
    PendingCall call = std::move(waiting_.front());
    waiting_.pop_front();
    const router::Command& command = call.command;
    Asked asked;
    if (call.request.has_value()) {
      asked.request = true;
      job.keys.requests.push_back({command.workspace, call.request->id});
    }
    if (const router::NewContact* contact = ContactWithExternalId(command)) {
      asked.external_id = true;
      job.keys.external_ids.push_back(
          {command.workspace, contact->channel, contact->entry_point, contact->external_id});
    }
    asked.call = std::move(call);
    asked_.push_back(std::move(asked));
  }
  job.keys.contacts_since = time - kExternalIdWindow;
  probe_ = job.keys;
  return job;
}

std::vector<PendingCall> LookUpStage::Finish(LookUpResult result, SteadyTime now) {
  std::vector<PendingCall> found;
  const SteadyTime asked_at = *asked_at_;
  asked_at_.reset();
  std::vector<Asked> asked = std::move(asked_);
  asked_.clear();
  if (!result.ok()) {
    if (!failing_since_) failing_since_ = asked_at;
    not_before_ = now + backoff_.Next();
    for (auto it = asked.rbegin(); it != asked.rend(); ++it) {
      if (it->call) waiting_.push_front(*std::move(it->call));
    }
    return found;
  }
  failing_since_.reset();
  backoff_.Reset();
  probe_ = {};
  size_t request = 0;
  size_t external_id = 0;
  for (Asked& one : asked) {
    std::optional<store::RequestRow>* request_hit =
        one.request ? &result->requests[request++] : nullptr;
    std::optional<store::KnownContact>* contact_hit =
        one.external_id ? &result->contacts[external_id++] : nullptr;
    if (!one.call) continue;
    one.call->looked_up_at = asked_at;
    if (request_hit != nullptr) one.call->request_hit = std::move(*request_hit);
    if (contact_hit != nullptr) one.call->contact_hit = std::move(*contact_hit);
    found.push_back(*std::move(one.call));
  }
  return found;
}

void LookUpStage::DropIf(const std::function<bool(PendingCall&)>& drop) {
  for (Asked& asked : asked_) {
    if (asked.call && drop(*asked.call)) asked.call.reset();
  }
  std::erase_if(waiting_, drop);
}

std::optional<SteadyTime> LookUpStage::stuck_since() const {
  return failing_since_ ? failing_since_ : asked_at_;
}

SteadyTime LookUpStage::NextJob() const {
  if (asked_at_ || (waiting_.empty() && !failing_since_)) return SteadyTime::max();
  return failing_since_ ? not_before_ : SteadyTime::min();
}

}  // namespace tandem::engine
