#include "server/store/memory_store.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"

#include "router/resources.h"
#include "server/store/memory_facts.h"
#include "server/store/storable.h"

namespace tandem::store {
namespace {

constexpr router::Duration kRequestRetention = router::Hours(24);

router::Time ComputerClock() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

KnownContact ToKnownContact(const router::ContactRow& row, const router::TicketRow& ticket) {
  return {.workspace = row.workspace,
          .channel = row.content.channel,
          .entry_point = row.content.entry_point,
          .external_id = row.content.external_id,
          .ticket = row.ticket,
          .contact = row.contact,
          .joined = *row.joined,
          .unroutable = ticket.unroutable,
          .at = row.queued_at};
}

// True when no key occurs in `held`, nor twice in `rows`.
template <typename Map, typename Row, typename KeyOf>
bool AreNew(const Map& held, const std::vector<Row>& rows, KeyOf key_of) {
  std::set<typename Map::key_type> seen;
  return std::ranges::all_of(rows, [&](const Row& row) {
    const typename Map::key_type key = key_of(row);
    return !held.contains(key) && seen.insert(key).second;
  });
}

// The newest of the rows under a key, by its instant; of several at one instant, the last
// committed.
template <typename Map>
std::optional<typename Map::mapped_type> Newest(const Map& map, const typename Map::key_type& key) {
  const auto [first, last] = map.equal_range(key);
  std::optional<typename Map::mapped_type> newest;
  for (auto it = first; it != last; ++it) {
    if (!newest || it->second.at >= newest->at) newest = it->second;
  }
  return newest;
}

bool Matches(const std::string& wanted, const std::string& is) {
  return wanted.empty() || wanted == is;
}

// Whether the agent has it, or it is offered to the agent, be it with others.
bool IsWith(const router::TicketStateRow& state, const std::string& agent) {
  if (state.agent == agent) return true;
  return state.state == router::TicketState::kOffered && state.participants &&
         std::ranges::any_of(state.participants->all, [&](const router::ParticipantRow& ring) {
           return ring.agent == agent;
         });
}

bool Passes(const TicketFilter& filter, const TicketView& view) {
  const router::TicketRow& ticket = view.ticket;
  const router::TicketStateRow& state = view.state;
  return (filter.states.empty() || std::ranges::count(filter.states, state.state) > 0) &&
         Matches(filter.queue, state.queue) && Matches(filter.client, ticket.client) &&
         Matches(filter.process_type, ticket.process_type) &&
         (filter.agent.empty() || IsWith(state, filter.agent)) &&
         Matches(filter.last_agent, state.last_agent) &&
         Matches(filter.customer_id, ticket.customer_id) &&
         (!filter.parent.IsSet() || filter.parent == ticket.parent) &&
         (filter.reference.system.empty() ||
          std::ranges::count(view.references, filter.reference) > 0);
}

// Whether one of the list has the wanted id in its field.
template <typename List, typename Field>
bool Holds(const std::string& wanted, const List& list, Field field) {
  return wanted.empty() || std::ranges::any_of(list, [&](const auto& element) {
           return std::invoke(field, element) == wanted;
         });
}

bool Passes(const ResourceFilter& /*filter*/, const router::NamedResource& /*resource*/) {
  return true;
}
bool Passes(const ResourceFilter& filter, const router::Channel& channel) {
  return filter.capacity_group.value_or(channel.group) == channel.group;
}
bool Passes(const ResourceFilter& filter, const router::Queue& queue) {
  return Matches(filter.client, queue.client) &&
         filter.office.value_or(queue.office) == queue.office &&
         filter.urgency.value_or(queue.urgency) == queue.urgency;
}
bool Passes(const ResourceFilter& filter, const router::ProcessType& type) {
  return Holds(filter.queue, type.defaults, &router::ProcessTypeDefaults::queue);
}
bool Passes(const ResourceFilter& filter, const router::RoutingProfile& profile) {
  return Holds(filter.queue, profile.queues, &router::RoutingProfileQueue::queue);
}
bool Passes(const ResourceFilter& filter, const router::Agent& agent) {
  return Matches(filter.team, agent.team) && Matches(filter.site, agent.site) &&
         Matches(filter.routing_profile, agent.routing_profile) &&
         Holds(filter.skill, agent.skills, &router::SkillLevel::skill) &&
         Holds(filter.process_type, agent.process_types, std::identity()) &&
         Holds(filter.client, agent.clients, std::identity());
}
bool Passes(const ResourceFilter& filter, const router::Resource& resource) {
  return std::visit([&](const auto& one) { return Passes(filter, one); }, resource);
}

// -------------------------------------------------------------------------------------- statistics

void CountTicket(const router::TicketStateRow& state, router::Time since, QueueStatistics& queue) {
  const bool waits =
      state.state == router::TicketState::kQueued || state.state == router::TicketState::kOffered;
  if (waits) {
    ++queue.waiting;
    if (!queue.oldest_queued_at.IsSet() || state.queued_at < queue.oldest_queued_at) {
      queue.oldest_queued_at = state.queued_at;
    }
  }
  if (state.state == router::TicketState::kScheduled ||
      state.state == router::TicketState::kBlocked) {
    ++queue.scheduled;
  }
  if (state.state == router::TicketState::kParked) ++queue.parked;
  if (state.state == router::TicketState::kCompleted && state.closed_at >= since) {
    ++queue.completed;
  }
}

void CountVisit(const router::VisitRow& visit, router::Time since, QueueStatistics& queue) {
  if (visit.left_at < since) return;
  ++queue.ended_visits;
  if (visit.exit_reason == router::ExitReason::kAbandoned) ++queue.abandoned;
  if (visit.exit_reason != router::ExitReason::kAnswered) return;
  ++queue.answered;
  if (visit.left_at <= visit.target) ++queue.answered_in_target;
}

// Counts an agent for every queue that its routing profile names.
void CountAgent(const router::Configuration& configuration, const router::AgentRow& row,
                std::map<std::string, QueueStatistics>& queues) {
  if (row.status == router::AgentStatus::kOffline) return;
  const auto agent = std::ranges::find(configuration.agents, row.agent, &router::Agent::id);
  if (agent == configuration.agents.end()) return;
  const auto profile = std::ranges::find(configuration.routing_profiles, agent->routing_profile,
                                         &router::RoutingProfile::id);
  if (profile == configuration.routing_profiles.end()) return;
  for (const router::RoutingProfileQueue& entry : profile->queues) {
    const auto queue = queues.find(entry.queue);
    if (queue == queues.end()) continue;
    ++queue->second.agents;
    if (row.status == router::AgentStatus::kAvailable) ++queue->second.available_agents;
  }
}

}  // namespace

MemoryStore::MemoryStore(std::function<router::Time()> clock)
    : clock_(clock ? std::move(clock) : ComputerClock) {}

// ------------------------------------------------------------------------------------------ faults

void MemoryStore::FailCommits(CommitFault fault, int count) {
  const sync::MutexLock lock(mutex_);
  faults_.insert(faults_.end(), static_cast<size_t>(std::max(count, 0)), fault);
}

void MemoryStore::FailCalls(int calls) {
  const sync::MutexLock lock(mutex_);
  failing_calls_ = calls;
}

void MemoryStore::SetUnavailable(bool unavailable) {
  const sync::MutexLock lock(mutex_);
  unavailable_ = unavailable;
}

void MemoryStore::OnCommit(std::function<void(const Batch&)> hook) {
  const sync::MutexLock lock(mutex_);
  hook_ = std::move(hook);
}

void MemoryStore::RemoveEvents(const std::string& workspace, int64_t oldest) {
  const sync::MutexLock lock(mutex_);
  contents_.events.erase(contents_.events.lower_bound({workspace, 0}),
                         contents_.events.lower_bound({workspace, oldest}));
}

MemoryStore::Contents MemoryStore::Copy() const {
  const sync::MutexLock lock(mutex_);
  return contents_;
}

absl::Status MemoryStore::Unavailable() {
  return absl::UnavailableError("the memory store was told to fail");
}

bool MemoryStore::CallFails() {
  if (failing_calls_ > 0) {
    --failing_calls_;
    return true;
  }
  return unavailable_;
}

// ------------------------------------------------------------------------------------------- Store

absl::StatusOr<Acquired> MemoryStore::Acquire(Shard shard, const std::string& owner) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  Contents::ShardRow& row = contents_.shards[shard];
  row.owner = owner;
  return Acquired{++row.epoch};
}

absl::StatusOr<Loaded> MemoryStore::Load(Shard shard, int64_t epoch) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const auto row = contents_.shards.find(shard);
  if (row == contents_.shards.end() || row->second.epoch != epoch) {
    return absl::AbortedError(absl::StrCat("expected epoch ", epoch, " of shard ", shard,
                                           ", but another writer took over"));
  }
  Loaded loaded;
  loaded.database_now = clock_();
  if (!row->second.commits.empty()) {
    std::tie(loaded.last_sequence, loaded.last_commit_at) = *row->second.commits.rbegin();
  }
  std::map<std::string, router::LoadedState::Counters> counters;
  for (const auto& [name, workspace] : contents_.workspaces) {
    if (workspace.first != shard) continue;
    loaded.state.workspaces.push_back(WithResources(workspace.second));
    counters[name].workspace = name;
  }
  for (const auto& [key, agent] : contents_.agents) {
    if (counters.contains(key.first)) loaded.state.agents.push_back(agent);
  }
  for (const auto& [key, state] : contents_.ticket_states) {
    if (!counters.contains(key.first) || router::IsClosed(state.state)) continue;
    const auto ticket = contents_.tickets.find(key);
    if (ticket == contents_.tickets.end()) {
      return absl::DataLossError(absl::StrCat("expected the ticket of an open ticket's state, but ",
                                              router::ToString(key.second), " has none"));
    }
    const auto detail = contents_.ticket_details.find(key);
    loaded.state.tickets.push_back({ticket->second, state,
                                    detail == contents_.ticket_details.end()
                                        ? std::nullopt
                                        : std::optional(detail->second.detail)});
  }
  for (const auto& [key, visit] : contents_.visits) {
    if (!counters.contains(visit.workspace) || !router::IsDecided(visit)) continue;
    loaded.state.visits.push_back({visit.workspace, visit.queue, router::ToEndedVisit(visit)});
  }
  for (auto& [name, counter] : counters) {
    const auto next = contents_.events.upper_bound({name, std::numeric_limits<int64_t>::max()});
    if (next != contents_.events.begin() && std::prev(next)->first.first == name) {
      counter.last_event_sequence = std::prev(next)->first.second;
    }
    loaded.state.counters.push_back(counter);
  }
  return loaded;
}

CommitResult MemoryStore::Commit(const Batch& batch) {
  std::function<void(const Batch&)> hook;
  {
    const sync::MutexLock lock(mutex_);
    hook = hook_;
  }
  if (hook) hook(batch);

  const sync::MutexLock lock(mutex_);
  if (CallFails()) return CommitResult::kNotCommitted;
  const auto shard = contents_.shards.find(batch.shard);
  if (shard == contents_.shards.end() || shard->second.epoch != batch.epoch ||
      shard->second.commits.contains(batch.sequence)) {
    return CommitResult::kFenced;
  }
  std::optional<CommitFault> fault;
  if (!faults_.empty()) {
    fault = faults_.front();
    faults_.pop_front();
  }
  if (fault == CommitFault::kNotCommitted) return CommitResult::kNotCommitted;
  if (fault == CommitFault::kDataRefused) return CommitResult::kDataRefused;
  if (fault == CommitFault::kInDoubtLost) return CommitResult::kInDoubt;
  if (fault == CommitFault::kFenced) {
    ++shard->second.epoch;
    return CommitResult::kFenced;
  }
  if (!CanApply(batch)) return CommitResult::kDataRefused;
  Apply(batch);
  return fault ? CommitResult::kInDoubt : CommitResult::kCommitted;
}

bool MemoryStore::CanApply(const Batch& batch) const {
  const router::Changes& changes = batch.changes;
  const auto by_ticket = [](const auto& row) { return std::pair(row.workspace, row.ticket); };
  // A key that is upserted must not come twice in one batch: a database can't tell which one is
  // meant.
  const std::map<std::pair<std::string, std::string>, int> no_agents;
  const std::map<Contents::TicketKey, int> no_tickets;
  return IsStorable(batch) && AreNew(contents_.tickets, changes.tickets, by_ticket) &&
         AreNew(no_tickets, changes.ticket_states, by_ticket) &&
         AreNew(no_tickets, changes.ticket_details, by_ticket) &&
         AreNew(
             contents_.notes, changes.notes,
             [](const auto& row) { return std::tuple(row.workspace, row.ticket, row.sequence); }) &&
         AreNew(contents_.surveys, changes.surveys,
                [](const auto& row) {
                  return std::tuple(row.workspace, row.ticket, row.sequence, row.score.measure);
                }) &&
         AreNew(no_agents, changes.agents,
                [](const auto& row) { return std::pair(row.workspace, row.agent); }) &&
         AreNew(contents_.contacts, changes.contacts,
                [](const auto& row) { return std::pair(row.workspace, row.contact); }) &&
         AreNew(contents_.events, changes.events,
                [](const auto& row) { return std::pair(row.workspace, row.sequence); }) &&
         AreNew(contents_.visits, changes.visits,
                [](const auto& row) {
                  return std::tuple(row.workspace, row.ticket, row.visit_number);
                }) &&
         AreNew(contents_.segments, changes.segments, [](const auto& row) {
           return std::tuple(row.workspace, row.ticket, row.segment_number);
         });
}

void MemoryStore::Apply(const Batch& batch) {
  Contents& to = contents_;
  const router::Changes& changes = batch.changes;
  to.shards[batch.shard].commits[batch.sequence] = batch.at;
  for (const auto& row : changes.workspaces) {
    auto& [shard, settings] = to.workspaces[row.workspace];
    shard = batch.shard;
    settings = row;
    settings.configuration = {};
    static_cast<router::WorkspaceSettings&>(settings.configuration) = row.configuration;
  }
  for (const auto& row : changes.resources) {
    const Contents::ResourceKey key{row.workspace, router::KindOf(row.resource),
                                    router::NamedOf(row.resource).id};
    if (row.removed) {
      to.resources.erase(key);
    } else {
      to.resources.insert_or_assign(key, row.resource);
    }
  }
  for (const auto& row : changes.agents) {
    if (row.removed) {
      to.agents.erase({row.workspace, row.agent});
    } else {
      to.agents[{row.workspace, row.agent}] = row;
    }
  }
  for (const auto& row : changes.ticket_states) to.ticket_states[{row.workspace, row.ticket}] = row;
  for (const auto& row : changes.ticket_details) {
    to.ticket_details[{row.workspace, row.ticket}] = row;
  }
  for (const auto& row : changes.notes) to.notes[{row.workspace, row.ticket, row.sequence}] = row;
  for (const auto& row : changes.surveys) {
    to.surveys[{row.workspace, row.ticket, row.sequence, row.score.measure}] = row;
  }
  for (const auto& row : changes.tickets) {
    router::TicketRow& added = to.tickets[{row.workspace, row.ticket}] = row;
    const auto parent = to.tickets.find({row.workspace, row.parent});
    if (parent == to.tickets.end()) continue;
    if (added.customer_id.empty()) added.customer_id = parent->second.customer_id;
    if (added.customer_segment.empty()) added.customer_segment = parent->second.customer_segment;
  }
  for (const auto& row : changes.contacts) {
    to.contacts[{row.workspace, row.contact}] = row;
    const router::NewContact& content = row.content;
    if (!row.joined || content.external_id.empty()) continue;
    to.known_contacts.emplace(
        std::tuple(row.workspace, content.channel, content.entry_point, content.external_id),
        ToKnownContact(row, to.tickets.at({row.workspace, row.ticket})));
  }
  for (const auto& row : changes.events) to.events[{row.workspace, row.sequence}] = row;
  for (const auto& row : changes.visits) {
    to.visits[{row.workspace, row.ticket, row.visit_number}] = row;
  }
  for (const auto& row : changes.segments) {
    to.segments[{row.workspace, row.ticket, row.segment_number}] = row;
  }
  for (const auto& row : changes.agent_intervals) {
    const auto agent = to.agents.find({row.workspace, row.agent});
    if (agent != to.agents.end()) router::Continue(agent->second, row);
  }
  to.agent_intervals.insert(to.agent_intervals.end(), changes.agent_intervals.begin(),
                            changes.agent_intervals.end());
  to.messages.insert(to.messages.end(), changes.messages.begin(), changes.messages.end());
  for (const auto& row : batch.requests)
    to.requests.emplace(std::pair(row.workspace, row.request), row);
}

absl::StatusOr<Resolution> MemoryStore::Resolve(const Batch& batch) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const auto shard = contents_.shards.find(batch.shard);
  if (shard == contents_.shards.end() || shard->second.epoch != batch.epoch) {
    return absl::AbortedError(absl::StrCat("expected epoch ", batch.epoch, " of shard ",
                                           batch.shard, ", but another writer took over"));
  }
  return Resolution{++shard->second.epoch, shard->second.commits.contains(batch.sequence)};
}

absl::StatusOr<Store::LookUpHits> MemoryStore::LookUp(const LookUpKeys& keys) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  LookUpHits hits;
  for (const RequestKey& key : keys.requests) {
    hits.requests.push_back(Newest(contents_.requests, {key.workspace, key.request}));
  }
  for (const ExternalIdKey& key : keys.external_ids) {
    std::optional<KnownContact>& hit = hits.contacts.emplace_back(Newest(
        contents_.known_contacts, {key.workspace, key.channel, key.entry_point, key.external_id}));
    if (hit && hit->at < keys.contacts_since) hit.reset();
  }
  return hits;
}

absl::Status MemoryStore::Maintain(router::Time now) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  std::erase_if(contents_.requests,
                [&](const auto& entry) { return entry.second.at < now - kRequestRetention; });
  return absl::OkStatus();
}

// ------------------------------------------------------------------------------------------ Reader

router::WorkspaceRow MemoryStore::WithResources(router::WorkspaceRow row) const {
  const auto is_before = [](const router::NamedResource& a, const router::NamedResource& b) {
    return a.position < b.position;
  };
  router::ForEachList(row.configuration, [&](auto& list) {
    using R = typename std::decay_t<decltype(list)>::value_type;
    for (auto it = contents_.resources.lower_bound({row.workspace, router::KindOf<R>(), ""});
         it != contents_.resources.end() && std::get<0>(it->first) == row.workspace &&
         std::get<1>(it->first) == router::KindOf<R>();
         ++it) {
      list.push_back(std::get<R>(it->second));
    }
    std::stable_sort(list.begin(), list.end(), is_before);
  });
  return row;
}

absl::StatusOr<TicketView> MemoryStore::View(const Contents::TicketKey& key) const {
  const auto ticket = contents_.tickets.find(key);
  const auto state = contents_.ticket_states.find(key);
  if (ticket == contents_.tickets.end() || state == contents_.ticket_states.end()) {
    return absl::NotFoundError("no such ticket");
  }
  TicketView view;
  view.ticket = ticket->second;
  view.state = state->second;
  const auto contact = contents_.contacts.find({key.first, ticket->second.contact});
  if (contact != contents_.contacts.end()) {
    view.subject = contact->second.content.subject;
    view.payload_json = contact->second.content.payload_json;
    view.attributes = contact->second.content.attributes;
  }
  const auto detail = contents_.ticket_details.find(key);
  if (detail != contents_.ticket_details.end()) Overlay(detail->second.detail, view);
  for (const auto& [child, row] : contents_.tickets) {
    const bool belongs = row.parent == key.second && child.first == key.first;
    if (belongs && !router::IsClosed(contents_.ticket_states.at(child).state)) {
      ++view.open_children;
    }
  }
  return view;
}

absl::StatusOr<std::vector<TicketView>> MemoryStore::GetTickets(
    const std::string& workspace, const std::vector<router::TicketId>& tickets) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  std::vector<TicketView> views;
  for (const router::TicketId ticket : tickets) {
    absl::StatusOr<TicketView> view = View({workspace, ticket});
    if (view.ok()) views.push_back(*std::move(view));
  }
  return views;
}

absl::StatusOr<std::vector<TicketView>> MemoryStore::ListTickets(const std::string& workspace,
                                                                 const TicketFilter& filter,
                                                                 router::TicketId before,
                                                                 int32_t limit) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const auto& states = contents_.ticket_states;
  std::set<Contents::TicketKey> of_external_id;
  if (!filter.external_id.empty()) {
    for (const auto& [key, contact] : contents_.contacts) {
      if (contact.content.external_id != filter.external_id) continue;
      of_external_id.emplace(contact.workspace, contact.ticket);
    }
  }
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  auto it = before.IsSet() ? states.lower_bound({workspace, before})
                           : states.upper_bound({workspace, {kMost, kMost}});
  std::vector<TicketView> views;
  while (it != states.begin() && views.size() < static_cast<size_t>(std::max(limit, 0))) {
    --it;
    if (it->first.first != workspace) break;
    if (!filter.external_id.empty() && !of_external_id.contains(it->first)) continue;
    absl::StatusOr<TicketView> view = View(it->first);
    if (view.ok() && Passes(filter, *view)) views.push_back(*std::move(view));
  }
  return views;
}

absl::StatusOr<std::optional<router::TicketRows>> MemoryStore::GetClosedTicket(
    const std::string& workspace, router::TicketId ticket) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const Contents::TicketKey key{workspace, ticket};
  const auto state = contents_.ticket_states.find(key);
  if (state == contents_.ticket_states.end() || !router::IsClosed(state->second.state)) {
    return std::optional<router::TicketRows>();
  }
  std::optional<router::TicketRows> rows(
      router::TicketRows{contents_.tickets.at(key), state->second, std::nullopt});
  const auto detail = contents_.ticket_details.find(key);
  if (detail != contents_.ticket_details.end()) rows->detail = detail->second.detail;
  return rows;
}

absl::StatusOr<Additions> MemoryStore::CountAdditions(const std::string& workspace,
                                                      router::TicketId ticket) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const auto of_ticket = [&](const router::MessageRow& row) {
    return row.workspace == workspace && row.ticket == ticket && !row.contact.IsSet();
  };
  const auto count = [&](const auto& rows) {
    return static_cast<uint32_t>(std::ranges::count_if(rows, [&](const auto& entry) {
      return std::get<0>(entry.first) == workspace && std::get<1>(entry.first) == ticket;
    }));
  };
  return Additions{
      .notes = count(contents_.notes),
      .messages = static_cast<uint32_t>(std::ranges::count_if(contents_.messages, of_ticket)),
      .scores = count(contents_.surveys)};
}

absl::StatusOr<std::vector<router::EventRow>> MemoryStore::ListEvents(const std::string& workspace,
                                                                      int64_t after,
                                                                      int32_t limit) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  std::vector<router::EventRow> events;
  for (auto it = contents_.events.upper_bound({workspace, after});
       it != contents_.events.end() && it->first.first == workspace &&
       events.size() < static_cast<size_t>(std::max(limit, 0));
       ++it) {
    router::EventRow& event = events.emplace_back(it->second);
    const auto ticket = contents_.tickets.find({workspace, event.ticket});
    const bool found = ticket != contents_.tickets.end();
    event.client = found ? ticket->second.client : "";
    event.trace_parent = found ? ticket->second.trace_parent : "";
  }
  return events;
}

absl::StatusOr<EventRange> MemoryStore::GetEventRange(const std::string& workspace) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  if (!contents_.workspaces.contains(workspace)) return absl::NotFoundError("no such workspace");
  const auto first = contents_.events.lower_bound({workspace, 0});
  const auto end = contents_.events.upper_bound({workspace, std::numeric_limits<int64_t>::max()});
  if (first == end) return EventRange{};
  return EventRange{.oldest = first->first.second, .newest = std::prev(end)->first.second};
}

absl::StatusOr<router::WorkspaceRow> MemoryStore::GetConfiguration(const std::string& workspace) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const auto found = contents_.workspaces.find(workspace);
  if (found == contents_.workspaces.end()) return absl::NotFoundError("no such workspace");
  return WithResources(found->second.second);
}

absl::StatusOr<router::WorkspaceRow> MemoryStore::GetWorkspace(const std::string& workspace) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const auto found = contents_.workspaces.find(workspace);
  if (found == contents_.workspaces.end()) return absl::NotFoundError("no such workspace");
  return found->second.second;
}

absl::StatusOr<std::optional<router::Resource>> MemoryStore::GetResource(
    const std::string& workspace, router::ResourceKind kind, const std::string& id) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  if (!contents_.workspaces.contains(workspace)) return absl::NotFoundError("no such workspace");
  const auto found = contents_.resources.find({workspace, kind, id});
  if (found == contents_.resources.end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<std::vector<router::Resource>> MemoryStore::ListResources(
    const std::string& workspace, const ResourceFilter& filter, const std::string& after,
    int32_t limit) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  if (!contents_.workspaces.contains(workspace)) return absl::NotFoundError("no such workspace");
  std::vector<router::Resource> resources;
  for (auto it = contents_.resources.upper_bound({workspace, filter.kind, after});
       it != contents_.resources.end() && std::get<0>(it->first) == workspace &&
       std::get<1>(it->first) == filter.kind &&
       resources.size() < static_cast<size_t>(std::max(limit, 0));
       ++it) {
    if (Passes(filter, it->second)) resources.push_back(it->second);
  }
  return resources;
}

absl::StatusOr<LiveState> MemoryStore::GetLiveState(const std::string& workspace) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const auto found = contents_.workspaces.find(workspace);
  if (found == contents_.workspaces.end()) return absl::NotFoundError("no such workspace");
  LiveState live;
  live.workspace = WithResources(found->second.second);
  const auto& commits = contents_.shards[found->second.first].commits;
  if (!commits.empty()) live.sequence = commits.rbegin()->first;
  for (const auto& [key, agent] : contents_.agents) {
    if (key.first == workspace) live.agents.push_back(agent);
  }
  for (const auto& [key, state] : contents_.ticket_states) {
    if (key.first != workspace || router::IsClosed(state.state)) continue;
    live.tickets.push_back(ToLiveTicket(contents_.tickets.at(key), state));
  }
  for (const auto& [key, visit] : contents_.visits) {
    if (std::get<0>(key) != workspace || !router::IsDecided(visit)) continue;
    live.visits.push_back({workspace, visit.queue, router::ToEndedVisit(visit)});
  }
  return live;
}

absl::StatusOr<std::vector<QueueStatistics>> MemoryStore::ListQueueStatistics(
    const std::string& workspace, router::Time since) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  const auto found = contents_.workspaces.find(workspace);
  if (found == contents_.workspaces.end()) return absl::NotFoundError("no such workspace");
  const router::Configuration configuration = WithResources(found->second.second).configuration;
  std::map<std::string, QueueStatistics> queues;
  for (const router::Queue& queue : configuration.queues) {
    queues[queue.id].queue = queue.id;
    queues[queue.id].configured = queue;
  }
  for (const auto& [key, state] : contents_.ticket_states) {
    const auto queue = queues.find(state.queue);
    if (key.first == workspace && queue != queues.end()) CountTicket(state, since, queue->second);
  }
  for (const auto& [key, visit] : contents_.visits) {
    const auto queue = queues.find(visit.queue);
    if (std::get<0>(key) == workspace && queue != queues.end()) {
      CountVisit(visit, since, queue->second);
      if (router::IsDecided(visit)) queue->second.recent.Add(router::ToEndedVisit(visit));
    }
  }
  for (const auto& [key, agent] : contents_.agents) {
    if (key.first == workspace) CountAgent(configuration, agent, queues);
  }
  std::vector<QueueStatistics> statistics;
  for (auto& [id, queue] : queues) statistics.push_back(std::move(queue));
  return statistics;
}

absl::StatusOr<std::vector<FactRow>> MemoryStore::SumFacts(const FactQuery& query) {
  const sync::MutexLock lock(mutex_);
  if (CallFails()) return Unavailable();
  return SumFactsOf(contents_, query);
}

}  // namespace tandem::store
