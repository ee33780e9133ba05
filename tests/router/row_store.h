// A store in memory, as simple as can be: keeps the newest of each state row and what a load needs
// of the others.
#ifndef TANDEM_TESTS_ROUTER_ROW_STORE_H_
#define TANDEM_TESTS_ROUTER_ROW_STORE_H_

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "router/resources.h"
#include "router/rows.h"

namespace tandem::router {

class RowStore {
 public:
  void Commit(const Changes& changes) {
    for (const WorkspaceRow& row : changes.workspaces) {
      workspaces_[row.workspace] = row;
      counters_[row.workspace].workspace = row.workspace;
    }
    for (const ResourceRow& row : changes.resources) {
      const auto key = std::tuple(row.workspace, KindOf(row.resource), NamedOf(row.resource).id);
      resources_[key] = row.resource;
      if (row.removed) resources_.erase(key);
    }
    for (const AgentRow& row : changes.agents) {
      const auto key = std::pair(row.workspace, row.agent);
      agents_[key] = row;
      if (row.removed) agents_.erase(key);
    }
    for (const AgentIntervalRow& row : changes.agent_intervals) {
      const auto agent = agents_.find({row.workspace, row.agent});
      if (agent != agents_.end()) Continue(agent->second, row);
    }
    for (const TicketRow& row : changes.tickets) {
      tickets_[{row.workspace, row.ticket}].ticket = row;
    }
    for (const TicketRow& row : changes.reopened) {
      const auto key = std::pair(row.workspace, row.ticket);
      tickets_[key] = closed_.at(key);
      closed_.erase(key);
    }
    for (const TicketDetailRow& row : changes.ticket_details) {
      tickets_[{row.workspace, row.ticket}].detail = row.detail;
    }
    for (const TicketStateRow& row : changes.ticket_states) {
      const auto key = std::pair(row.workspace, row.ticket);
      tickets_[key].state = row;
      if (!IsClosed(row.state)) continue;
      closed_[key] = tickets_[key];
      tickets_.erase(key);
    }
    for (const ContactRow& row : changes.contacts) {
      contacts_[{row.workspace, row.contact}] = row.content;
    }
    for (const NoteRow& row : changes.notes) ++added_[{row.workspace, row.ticket}].notes;
    for (const SurveyRow& row : changes.surveys) ++added_[{row.workspace, row.ticket}].scores;
    for (const MessageRow& row : changes.messages) {
      if (!row.contact.IsSet()) ++added_[{row.workspace, row.ticket}].messages;
    }
    for (const VisitRow& row : changes.visits) {
      if (!IsDecided(row)) continue;
      visits_.push_back({row.workspace, row.queue, ToEndedVisit(row)});
    }
    for (const EventRow& row : changes.events) {
      counters_[row.workspace].last_event_sequence = row.sequence;
    }
  }

  // What a command has to bring along of a closed ticket; nothing when it is not closed.
  std::optional<ClosedTicket> FindClosed(const std::string& workspace, TicketId ticket) const {
    const auto found = closed_.find({workspace, ticket});
    if (found == closed_.end()) return std::nullopt;
    const TicketRows& rows = found->second;
    ClosedTicket closed;
    const auto added = added_.find(found->first);
    if (added != added_.end()) closed = added->second;
    closed.state = rows.state.state;
    closed.queue = rows.state.queue;
    closed.client = rows.ticket.client;
    closed.channel = rows.ticket.channel;
    closed.process_type = rows.ticket.process_type;
    closed.agent = rows.state.agent;
    if (closed.state == TicketState::kCompleted) closed.rows.push_back(rows);
    return closed;
  }

  // What made an open ticket, as it came in; nothing when it is not open.
  std::optional<NewContact> FindContact(const std::string& workspace, TicketId ticket) const {
    const auto open = tickets_.find({workspace, ticket});
    if (open == tickets_.end()) return std::nullopt;
    const auto found = contacts_.find({workspace, open->second.ticket.contact});
    return found == contacts_.end() ? std::nullopt : std::optional(found->second);
  }

  // The open state, rows by the order of their keys.
  LoadedState Load() const {
    LoadedState state;
    for (const auto& [key, row] : workspaces_) {
      state.workspaces.push_back(row);
      AddResources(state.workspaces.back());
    }
    for (const auto& [key, row] : agents_) state.agents.push_back(row);
    for (const auto& [key, row] : tickets_) state.tickets.push_back(row);
    for (const auto& [key, row] : counters_) state.counters.push_back(row);
    state.visits = visits_;
    return state;
  }

 private:
  void AddResources(WorkspaceRow& row) const {
    ForEachList(row.configuration, [&](auto& list) {
      using R = typename std::decay_t<decltype(list)>::value_type;
      for (const auto& [key, resource] : resources_) {
        if (std::get<0>(key) != row.workspace) continue;
        if (const R* one = std::get_if<R>(&resource)) list.push_back(*one);
      }
      std::sort(list.begin(), list.end(),
                [](const R& a, const R& b) { return a.position < b.position; });
    });
  }

  std::map<std::string, WorkspaceRow> workspaces_;
  std::map<std::tuple<std::string, ResourceKind, std::string>, Resource> resources_;
  std::map<std::pair<std::string, std::string>, AgentRow> agents_;
  std::map<std::pair<std::string, TicketId>, TicketRows> tickets_, closed_;
  std::map<std::pair<std::string, ContactId>, NewContact> contacts_;
  std::map<std::pair<std::string, TicketId>, ClosedTicket> added_;  // its counts alone
  std::map<std::string, LoadedState::Counters> counters_;
  std::vector<LoadedState::QueueVisit> visits_;
};

}  // namespace tandem::router

#endif  // TANDEM_TESTS_ROUTER_ROW_STORE_H_
