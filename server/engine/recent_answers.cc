#include "server/engine/recent_answers.h"

namespace tandem::engine {

const store::RequestRow* RecentAnswers::FindRequest(const std::string& workspace,
                                                    router::RequestId request) const {
  const auto found = requests_.find(Request(workspace, request));
  return found == requests_.end() ? nullptr : &found->second;
}

const store::KnownContact* RecentAnswers::FindExternalId(const std::string& workspace,
                                                         const router::NewContact& contact) const {
  const auto found = external_ids_.find(
      External(workspace, contact.channel, contact.entry_point, contact.external_id));
  return found == external_ids_.end() ? nullptr : &found->second;
}

void RecentAnswers::Add(const store::RequestRow& row, int64_t sequence) {
  const auto [place, added] = requests_.try_emplace(Request(row.workspace, row.request), row);
  if (added) order_.push_back({sequence, &place->first});
}

void RecentAnswers::Add(const store::KnownContact& row, int64_t sequence) {
  const auto [place, added] = external_ids_.try_emplace(
      External(row.workspace, row.channel, row.entry_point, row.external_id), row);
  if (added) order_.push_back({sequence, &place->first});
}

void RecentAnswers::MarkDurable(int64_t sequence, SteadyTime now) {
  durable_sequence_ = sequence;
  marks_.push_back({sequence, now});
}

void RecentAnswers::DropUndurable() {
  while (!order_.empty() && order_.back().sequence > durable_sequence_) {
    Erase(order_.back());
    order_.pop_back();
  }
}

void RecentAnswers::Evict(SteadyTime before) {
  while (!marks_.empty() && marks_.front().at < before) {
    while (!order_.empty() && order_.front().sequence <= marks_.front().sequence) {
      Erase(order_.front());
      order_.pop_front();
    }
    marks_.pop_front();
  }
}

void RecentAnswers::Clear() {
  requests_.clear();
  external_ids_.clear();
  order_.clear();
  marks_.clear();
  durable_sequence_ = 0;
}

void RecentAnswers::Erase(const Entry& entry) {
  if (const auto* request = std::get_if<const Request*>(&entry.key)) {
    requests_.erase(requests_.find(**request));
  } else {
    external_ids_.erase(external_ids_.find(*std::get<const External*>(entry.key)));
  }
}

}  // namespace tandem::engine
