// The lists of a store in memory: what one ticket has, workspaces, and who is there.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

#include "server/store/memory_store.h"

namespace tandem::store {
namespace {

bool Passes(const ColleagueFilter& filter, const router::Agent& agent) {
  const std::string text = absl::AsciiStrToLower(filter.text);
  return (filter.team.empty() || filter.team == agent.team) &&
         (filter.client.empty() || std::ranges::count(agent.clients, filter.client) > 0) &&
         (absl::StrContains(absl::AsciiStrToLower(agent.id), text) ||
          absl::StrContains(absl::AsciiStrToLower(agent.display_name), text)) &&
         std::ranges::count(filter.without, agent.id) == 0;
}

}  // namespace

absl::StatusOr<std::vector<router::EventRow>> MemoryStore::ListTicketEvents(
    const std::string& workspace, router::TicketId ticket, int64_t after, int32_t limit) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  std::vector<router::EventRow> events;
  for (auto it = contents_.events.upper_bound({workspace, after});
       it != contents_.events.end() && it->first.first == workspace &&
       events.size() < static_cast<size_t>(std::max(limit, 0));
       ++it) {
    if (it->second.ticket == ticket) events.push_back(it->second);
  }
  return events;
}

absl::StatusOr<std::vector<router::NoteRow>> MemoryStore::ListNotes(const std::string& workspace,
                                                                    router::TicketId ticket,
                                                                    int64_t after, int32_t limit) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
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
  if (CallFails()) return Unavailable();
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
  if (CallFails()) return Unavailable();
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

absl::StatusOr<std::vector<ContactOfTicket>> MemoryStore::ListContacts(const std::string& workspace,
                                                                       router::TicketId ticket,
                                                                       int64_t after,
                                                                       int32_t limit) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  std::vector<ContactOfTicket> contacts;
  for (const router::MessageRow& row : contents_.messages) {
    if (row.workspace != workspace || row.ticket != ticket || row.sequence <= after) continue;
    const auto found = contents_.contacts.find({workspace, row.contact});
    if (found != contents_.contacts.end()) contacts.push_back({row.sequence, found->second});
  }
  std::ranges::sort(contacts, {}, &ContactOfTicket::sequence);
  contacts.resize(std::min(contacts.size(), static_cast<size_t>(std::max(limit, 0))));
  return contacts;
}

absl::StatusOr<std::vector<router::ContactRow>> MemoryStore::GetFirstContacts(
    const std::string& workspace, const std::vector<router::TicketId>& tickets) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  std::vector<router::ContactRow> contacts;
  for (const router::TicketId& ticket : tickets) {
    const auto made = contents_.tickets.find({workspace, ticket});
    if (made == contents_.tickets.end()) continue;
    const auto found = contents_.contacts.find({workspace, made->second.contact});
    if (found != contents_.contacts.end()) contacts.push_back(found->second);
  }
  return contacts;
}

absl::StatusOr<std::vector<WorkspaceRevision>> MemoryStore::ListWorkspaces(const std::string& after,
                                                                           int32_t limit) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  std::vector<WorkspaceRevision> workspaces;
  for (auto it = contents_.workspaces.upper_bound(after);
       it != contents_.workspaces.end() &&
       workspaces.size() < static_cast<size_t>(std::max(limit, 0));
       ++it) {
    workspaces.push_back({.workspace = it->first, .revision = it->second.second.revision});
  }
  return workspaces;
}

absl::StatusOr<std::vector<Colleague>> MemoryStore::ListColleagues(const std::string& workspace,
                                                                   const ColleagueFilter& filter,
                                                                   int32_t limit) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  std::vector<Colleague> colleagues;
  for (const auto& [key, row] : contents_.agents) {
    if (key.first != workspace || !row.session_open ||
        row.status == router::AgentStatus::kOffline ||
        row.status == router::AgentStatus::kDraining) {
      continue;
    }
    const auto found =
        contents_.resources.find({workspace, router::ResourceKind::kAgent, row.agent});
    if (found == contents_.resources.end()) continue;
    const auto& agent = std::get<router::Agent>(found->second);
    if (Passes(filter, agent)) colleagues.push_back({.configured = agent, .now = row, .held = {}});
  }
  std::ranges::stable_sort(colleagues, {}, [](const Colleague& one) {
    return one.now.status != router::AgentStatus::kAvailable;
  });
  colleagues.resize(std::min(colleagues.size(), static_cast<size_t>(std::max(limit, 0))));
  for (const auto& [key, state] : contents_.ticket_states) {
    if (key.first != workspace || router::IsClosed(state.state)) continue;
    const auto one =
        std::ranges::find(colleagues, state.agent, [](const Colleague& c) { return c.now.agent; });
    if (one == colleagues.end()) continue;
    const std::string& came_over = contents_.tickets.at(key).channel;
    ++one->held[state.channel.empty() ? came_over : state.channel];
  }
  return colleagues;
}

}  // namespace tandem::store
