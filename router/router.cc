#include "router/router.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"

#include "router/check.h"
#include "router/core.h"
#include "router/invariant.h"
#include "router/resources.h"
#include "router/snapshot.h"

namespace tandem::router {

// Commands that change nothing; what waits for routing goes on waiting.
template <typename ActionType>
constexpr bool kReadsOnly =
    std::is_same_v<ActionType, ExplainTicket> || std::is_same_v<ActionType, ExplainAgent> ||
    std::is_same_v<ActionType, GetAgent> || std::is_same_v<ActionType, ClassifyContact>;

Router::Router(RouterOptions options) : core_(std::make_unique<Core>(options)) {}
Router::~Router() = default;
void Router::Load(LoadedState state, Time now) {
  core_->Load(std::move(state), now);
}
Outcome Router::Execute(Command command, Time now) {
  return core_->Execute(command, now);
}
bool Router::HasPendingRouting() const {
  return core_->HasPendingRouting();
}
Time Router::NextDeadline() const {
  return core_->NextDeadline();
}
std::vector<std::pair<std::string, Calendar>> Router::CalendarsToWorkOut(Time now) const {
  return core_->CalendarsToWorkOut(now);
}
Changes Router::TakeChanges() {
  return core_->TakeChanges();
}
std::string Router::Dump() const {
  return core_->Dump();
}
void Router::CheckInvariants() const {
  core_->CheckInvariants();
}
size_t Router::OpenTickets() const {
  return core_->OpenTickets();
}
bool Router::TakeCensus(Census& census, size_t most_agents) const {
  return core_->TakeCensus(census, most_agents);
}

// --- execution ---

namespace {

// Where routing left the ticket that the contact made.
void TellEstimate(const Workspace& workspace, Outcome& decided) {
  auto& ingested = std::get<ContactIngested>(std::get<Reply>(decided));
  const TicketIndex index = workspace.FindTicket(ingested.ticket);
  if (ingested.joined || !index.IsSet()) return;
  ingested.position = PositionOf(workspace, workspace.ticket(index));
  ingested.estimated_wait = workspace.ticket(index).visit_estimate;
}

}  // namespace

template <typename Function>
auto Router::Core::With(Workspace& workspace, Function function) {
  workspace.now = now_;
  Applier applier(workspace, changes_, open_tickets_, now_);
  Context context{workspace, applier, options_, open_tickets_, now_};
  return function(context);
}

template <typename Function>
void Router::Core::ForEachWorkspace(Function function) {
  for (auto& [id, workspace] : workspaces_) With(*workspace, function);
}

void Router::Core::RouteAll() {
  uint32_t budget = options_.max_offers_per_slice;
  ForEachWorkspace([&](Context& context) {
    RouteUntilQuiet(context, budget);
    context.apply.RearrangeWork();
    EstimateWaits(context);
  });
}

template <typename ActionType>
Outcome Router::Core::ExecuteIn(const std::string& id, ActionType& action) {
  auto it = workspaces_.find(id);
  if (it == workspaces_.end()) {
    if constexpr (std::is_same_v<ActionType, ApplyConfiguration>) {
      auto created = std::make_unique<Workspace>();
      created->id = id;
      it = workspaces_.emplace(id, std::move(created)).first;
    } else {
      return Refuse(Reason::kWorkspaceNotFound,
                    "expected a workspace with a configuration, but there is no '" + id + "'");
    }
  }
  Workspace& workspace = *it->second;
  Outcome outcome = With(workspace, [&](Context& context) {
    if constexpr (requires { action.session; }) {
      context.apply.SetActing(workspace.agent_ids.Find(action.session.agent));
    }
    Outcome decided = Decide(context, action);
    context.apply.SetActing({});
    uint32_t budget = options_.max_offers_per_slice;
    if (!kReadsOnly<ActionType> && std::holds_alternative<Reply>(decided)) {
      EndReviews(context);
      EndDraining(context);
      TakeOverdueSteps(context);
      RouteUntilQuiet(context, budget);
      context.apply.RearrangeWork();
      EstimateWaits(context);
      if constexpr (std::is_same_v<ActionType, IngestContact>) TellEstimate(workspace, decided);
    }
    return decided;
  });
  // A workspace that nothing was applied to does not exist.
  if (workspace.revision == 0) workspaces_.erase(it);
  return outcome;
}

Outcome Router::Core::Execute(Command& command, Time now) {
  TANDEM_INVARIANT(now >= now_, "time never goes backwards: now is " + std::to_string(now.us) +
                                    ", it was " + std::to_string(now_.us));
  now_ = now;
  return std::visit(
      [&](auto& action) -> Outcome {
        using ActionType = std::decay_t<decltype(action)>;
        if constexpr (std::is_same_v<ActionType, AdvanceTime>) {
          uint32_t budget = options_.max_timers_per_slice;
          ForEachWorkspace([&](Context& context) {
            RunTimers(context, budget);
            EndDraining(context);
            TakeOverdueSteps(context);
          });
          RouteAll();
          return Reply(Done{});
        } else if constexpr (std::is_same_v<ActionType, ContinueRouting>) {
          RouteAll();
          return Reply(Done{});
        } else if constexpr (std::is_same_v<ActionType, TimeLost>) {
          ForEachWorkspace([&](Context& context) { context.apply.TimeLost(action.lost); });
          return Reply(Done{});
        } else {
          return ExecuteIn(command.workspace, action);
        }
      },
      command.action);
}

bool Router::Core::HasPendingRouting() const {
  return std::any_of(workspaces_.begin(), workspaces_.end(), [](const auto& entry) {
    return !entry.second->gained_agents.empty() || !entry.second->fresh_tickets.empty() ||
           !entry.second->ring_gained_agents.empty() || !entry.second->fresh_rings.empty() ||
           !entry.second->overflowing_queues.empty();
  });
}

Time Router::Core::NextDeadline() const {
  Time next = kEndOfTime;
  for (const auto& [id, workspace] : workspaces_) {
    next = std::min(next, workspace->timers.Next());
    const auto& calendars = workspace->calendar_timers;
    if (!calendars.empty()) next = std::min(next, calendars.begin()->first);
  }
  return next;
}

std::vector<std::pair<std::string, Calendar>> Router::Core::CalendarsToWorkOut(Time now) const {
  std::vector<std::pair<std::string, Calendar>> found;
  for (const auto& [id, workspace] : workspaces_) {
    for (const Calendar& calendar : workspace->configuration.calendars) {
      const OpenHours& hours = calendar.hours;
      const bool outdated = hours.of_revision != calendar.revision;
      if (outdated || hours.known_until < now + kMinOpenHoursAhead)
        found.emplace_back(id, calendar);
    }
  }
  return found;
}

// --- changes ---

namespace {

// The next group is likely as large as this one. Rows are large, and moving them when a vector
// grows is not free.
void ReserveLike(const Changes& taken, Changes& next) {
  const auto reserve = [](const auto& like, auto& rows) {
    constexpr size_t kMost = 4'096;
    rows.reserve(std::min(like.size(), kMost));
  };
  reserve(taken.ticket_states, next.ticket_states);
  reserve(taken.tickets, next.tickets);
  reserve(taken.contacts, next.contacts);
  reserve(taken.events, next.events);
  reserve(taken.visits, next.visits);
  reserve(taken.segments, next.segments);
  reserve(taken.agent_intervals, next.agent_intervals);
  reserve(taken.messages, next.messages);
  reserve(taken.notices, next.notices);
}

// Of the rows of one resource only the last one counts.
void KeepLastOfEach(std::vector<ResourceRow>& rows) {
  if (rows.size() < 2) return;
  absl::flat_hash_set<std::tuple<std::string_view, ResourceKind, std::string_view>> seen;
  std::vector<bool> outdated(rows.size(), false);
  for (size_t i = rows.size(); i-- > 0;) {
    const std::string& id = NamedOf(rows[i].resource).id;
    outdated[i] = !seen.emplace(rows[i].workspace, KindOf(rows[i].resource), id).second;
  }
  if (seen.size() == rows.size()) return;
  std::vector<ResourceRow> kept;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!outdated[i]) kept.push_back(std::move(rows[i]));
  }
  rows = std::move(kept);
}

}  // namespace

void Router::Core::TakeDraws(Workspace& workspace) {
  if (std::exchange(workspace.rules_drawn, false)) {
    for (ClassificationRule& rule : workspace.configuration.classification_rules) {
      if (!std::exchange(rule.drawn, false)) continue;
      changes_.resources.push_back({workspace.id, rule, /*removed=*/false});
    }
  }
  if (std::exchange(workspace.reviews_counted, false)) {
    for (ProcessType& type : workspace.configuration.process_types) {
      if (!std::exchange(type.review_credit.counted, false)) continue;
      changes_.resources.push_back({workspace.id, type, /*removed=*/false});
    }
  }
  if (std::exchange(workspace.picks_counted, false)) {
    for (Queue& queue : workspace.configuration.queues) {
      if (!std::exchange(queue.late_picks.counted, false)) continue;
      changes_.resources.push_back({workspace.id, queue, /*removed=*/false});
    }
  }
}

Changes Router::Core::TakeChanges() {
  for (auto& [id, workspace] : workspaces_) TakeDraws(*workspace);
  KeepLastOfEach(changes_.resources);
  for (auto& [id, owned] : workspaces_) {
    Workspace& workspace = *owned;
    if (workspace.dirty) changes_.workspaces.push_back(WorkspaceRowOf(workspace));
    workspace.dirty = false;

    auto& agents = workspace.dirty_agents;
    std::sort(agents.begin(), agents.end(), [&](AgentIndex a, AgentIndex b) {
      return workspace.agent(a).ordinal < workspace.agent(b).ordinal;
    });
    for (const AgentIndex agent : agents) {
      workspace.agents[agent.value].dirty = false;
      changes_.agents.push_back(AgentRowOf(workspace, agent));
    }
    agents.clear();

    // Tickets that were closed since they became dirty left an empty place; it is free from now on.
    auto& tickets = workspace.dirty_tickets;
    const auto came_before = [&](TicketIndex a, TicketIndex b) {
      return std::pair{workspace.ticket(a).arrival, a.value} <
             std::pair{workspace.ticket(b).arrival, b.value};
    };
    // Mostly they became so in that order.
    if (!std::is_sorted(tickets.begin(), tickets.end(), came_before)) {
      std::sort(tickets.begin(), tickets.end(), came_before);
    }
    for (const TicketIndex index : tickets) {
      Ticket& ticket = workspace.tickets[index.value];
      ticket.dirty = false;
      if (ticket.in_use) {
        if (ticket.state_dirty) {
          FillStateRow(workspace, ticket, changes_.ticket_states.emplace_back());
        }
        if (ticket.detail_dirty) changes_.ticket_details.push_back(DetailRowOf(workspace, ticket));
        ticket.state_dirty = ticket.detail_dirty = false;
      } else {
        workspace.free_tickets.push_back(index);
      }
    }
    tickets.clear();
  }
  Changes taken = std::exchange(changes_, Changes{});
  ReserveLike(taken, changes_);
  return taken;
}

// --- loading ---

void Router::Core::LoadTicket(Workspace& workspace, const TicketRows& loaded) {
  const TicketIndex index{static_cast<uint32_t>(workspace.tickets.size())};
  workspace.tickets.emplace_back();
  With(workspace, [&](Context& context) {
    const QueueIndex queue = workspace.queue_ids.Find(loaded.state.queue);
    TANDEM_INVARIANT(queue.IsSet() && workspace.queue(queue).configured != nullptr,
                     "the queue of an open ticket is configured: " + loaded.state.queue);
    context.apply.AdoptTicket(index, loaded.ticket, queue);
    if (loaded.detail) context.apply.AdoptTicketDetail(index, *loaded.detail);
    context.apply.AdoptTicketState(index, loaded.state);
  });
}

void Router::Core::Load(LoadedState state, Time now) {
  TANDEM_INVARIANT(workspaces_.empty(), "a router is loaded once, before its first command");
  for (WorkspaceRow& row : state.workspaces) {
    auto workspace = std::make_unique<Workspace>();
    workspace->id = row.workspace;
    workspace->revision = row.revision;
    // Rows of an earlier version say nothing of what came after it.
    FillDefaults(row.configuration);
    Workspace& adopted = *workspaces_.emplace(row.workspace, std::move(workspace)).first->second;
    With(adopted,
         [&](Context& context) { context.apply.AdoptConfiguration(std::move(row.configuration)); });
    adopted.next_agent_ordinal = row.next_agent_ordinal;
  }
  const auto find = [&](const std::string& id) -> Workspace& {
    const auto it = workspaces_.find(id);
    TANDEM_INVARIANT(it != workspaces_.end(), "every row is of a loaded workspace: " + id);
    return *it->second;
  };
  for (const LoadedState::Counters& counters : state.counters) {
    Workspace& workspace = find(counters.workspace);
    workspace.last_event = counters.last_event_sequence;
  }
  // Agents before tickets, because a ticket takes capacity of its agent; both in their own order,
  // so that nothing depends on the order of rows.
  std::sort(state.tickets.begin(), state.tickets.end(),
            [](const auto& a, const auto& b) { return a.ticket.arrival < b.ticket.arrival; });
  for (const AgentRow& row : state.agents) {
    Workspace& workspace = find(row.workspace);
    const AgentIndex agent = workspace.agent_ids.Find(row.agent);
    TANDEM_INVARIANT(agent.IsSet() && workspace.agent(agent).configured,
                     "every agent row is of a configured agent: " + row.agent);
    With(workspace, [&](Context& context) { context.apply.AdoptAgent(agent, row); });
  }
  for (const TicketRows& ticket : state.tickets) {
    LoadTicket(find(ticket.ticket.workspace), ticket);
  }
  for (const LoadedState::QueueVisit& visit : state.visits) {
    With(find(visit.workspace),
         [&](Context& context) { context.apply.AdoptVisit(visit.queue, visit.what); });
  }
  for (auto& [id, workspace] : workspaces_) {
    Applier(*workspace, changes_, open_tickets_, now).TicketsAged();
  }
  // What is loaded is durable already.
  for (auto& [id, workspace] : workspaces_) {
    for (Ticket& ticket : workspace->tickets) ticket.dirty = ticket.state_dirty = false;
    for (AgentState& agent : workspace->agents) agent.dirty = false;
    workspace->dirty_tickets.clear();
    workspace->dirty_agents.clear();
    workspace->dirty = false;
  }
  changes_ = Changes{};
}

}  // namespace tandem::router
