// MemoryStore as a Reader of what was said of tickets: notes, messages, scores.
#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

#include "server/store/memory_store.h"

namespace tandem::store {

absl::StatusOr<std::vector<router::NoteRow>> MemoryStore::ListNotes(const std::string& workspace,
                                                                    router::TicketId ticket,
                                                                    int64_t after, int32_t limit) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unreachable();
  std::vector<router::NoteRow> notes;
  for (auto it = contents_.notes.upper_bound({workspace, ticket, after});
       it != contents_.notes.end() && std::get<0>(it->first) == workspace &&
       std::get<1>(it->first) == ticket && notes.size() < static_cast<size_t>(std::max(limit, 0));
       ++it) {
    notes.push_back(it->second);
  }
  return notes;
}

absl::StatusOr<std::vector<router::SurveyRow>> MemoryStore::ListScores(const std::string& workspace,
                                                                       router::TicketId ticket,
                                                                       const ScorePlace& after,
                                                                       int32_t limit) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unreachable();
  std::vector<router::SurveyRow> scores;
  for (auto it = contents_.surveys.upper_bound({workspace, ticket, after.sequence, after.measure});
       it != contents_.surveys.end() && std::get<0>(it->first) == workspace &&
       std::get<1>(it->first) == ticket && scores.size() < static_cast<size_t>(std::max(limit, 0));
       ++it) {
    scores.push_back(it->second);
  }
  return scores;
}

absl::StatusOr<std::vector<router::MessageRow>> MemoryStore::ListMessages(
    const std::string& workspace, router::TicketId ticket, int64_t after, int32_t limit) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unreachable();
  std::vector<router::MessageRow> messages;
  for (const router::MessageRow& row : contents_.messages) {
    if (row.workspace == workspace && row.ticket == ticket && row.sequence > after) {
      messages.push_back(row);
    }
  }
  std::ranges::sort(messages, {}, &router::MessageRow::sequence);
  messages.resize(std::min(messages.size(), static_cast<size_t>(std::max(limit, 0))));
  return messages;
}

}  // namespace tandem::store
