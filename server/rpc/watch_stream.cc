#include "server/rpc/watch_stream.h"

#include <algorithm>
#include <utility>

#include "server/rpc/convert_types.h"
#include "server/rpc/stream_request.h"
#include "server/rpc/wire.h"

namespace tandem::rpc {
namespace {

using router::Rejection;
using Set = absl::flat_hash_set<std::string>;

// What both requests have.
template <typename Request>
WatchAsked ToCommon(const Request& request, Faults& faults) {
  WatchAsked asked;
  faults.RequireId(request.workspace(), "workspace");
  asked.workspace = request.workspace();
  asked.min_interval =
      ToMinInterval(request.has_min_interval() ? &request.min_interval() : nullptr, faults);
  if (request.has_heartbeat_interval()) {
    asked.heartbeat = ToHeartbeat(&request.heartbeat_interval(), faults);
    if (asked.heartbeat < asked.min_interval) {
      faults.Add(router::Reason::kFieldOutOfRange, "heartbeat_interval",
                 "expected no less than min_interval, but it is shorter");
    }
  } else {
    asked.heartbeat = std::max(ToHeartbeat(nullptr, faults), asked.min_interval);
  }
  asked.queues = ToIdSet(request.queues(), "queues", faults);
  asked.clients = ToIdSet(request.clients(), "clients", faults);
  return asked;
}

bool Has(const Set& set, const std::string& value) {
  return set.empty() || set.contains(value);
}

bool HasAny(const Set& set, const std::vector<std::string>& values) {
  return set.empty() || std::ranges::any_of(values, [&](const auto& v) { return set.contains(v); });
}

bool Passes(const WatchAsked& asked, const live::QueueEntry& entry) {
  return Has(asked.queues, entry.queue) && Has(asked.clients, entry.client);
}

bool Passes(const WatchAsked& asked, const live::AgentEntry& entry) {
  return Has(asked.agents, entry.agent) && Has(asked.teams, entry.place->team) &&
         Has(asked.sites, entry.place->site) && HasAny(asked.queues, *entry.place->queues) &&
         HasAny(asked.clients, entry.place->clients);
}

auto ChangesSince(live::Board& board, int64_t version, const live::QueueEntry* /*kind*/) {
  return board.QueuesSince(version);
}
auto ChangesSince(live::Board& board, int64_t version, const live::AgentEntry* /*kind*/) {
  return board.AgentsSince(version);
}

const std::string& IdOf(const live::QueueEntry& entry) {
  return entry.queue;
}
const std::string& IdOf(const live::AgentEntry& entry) {
  return entry.agent;
}

void Add(const live::QueueEntry& entry, router::Time now, v1::WatchQueuesResponse& message) {
  v1::WatchedQueue& to = *message.add_queues();
  to.set_queue(entry.queue);
  to.set_client(entry.client);
  to.set_waiting(entry.waiting);
  to.set_offered(entry.offered);
  if (entry.oldest_queued_at.IsSet()) {
    *to.mutable_oldest_queued_at() = ToTimestamp(entry.oldest_queued_at);
  }
  to.set_assigned(entry.assigned);
  to.set_connecting(entry.connecting);
  to.set_active(entry.active);
  to.set_wrap_up(entry.wrap_up);
  to.set_scheduled(entry.scheduled);
  to.set_parked(entry.parked);
  to.set_agents(entry.agents);
  to.set_available_agents(entry.available_agents);
  if (const auto wait = entry.recent.WaitOfNext(now, entry.waiting, entry.available_agents)) {
    *to.mutable_estimated_wait() = ToProtoDuration(*wait);
  }
  if (const auto level = entry.recent.ServiceLevel(now)) {
    to.set_service_level(static_cast<double>(level->in_target) / level->decided);
  }
}

void Add(const live::AgentEntry& entry, router::Time /*now*/, v1::WatchAgentsResponse& message) {
  v1::WatchedAgent& to = *message.add_agents();
  to.set_agent(entry.agent);
  to.set_team(entry.place->team);
  to.set_site(entry.place->site);
  to.set_status(ToProto(entry.status));
  to.set_reason(entry.reason);
  if (entry.since.IsSet()) *to.mutable_since() = ToTimestamp(entry.since);
  to.set_connected(entry.connected);
  to.set_offers(entry.offers);
  to.set_owned(entry.owned);
  for (const live::AgentWork& work : entry.work) {
    v1::WatchedWork& item = *to.add_work();
    item.set_ticket_id(router::ToString(work.ticket));
    item.set_state(ToProto(work.state));
    item.set_queue(work.queue);
    item.set_channel(work.channel);
    item.set_client(work.client);
    if (work.since.IsSet()) *item.mutable_since() = ToTimestamp(work.since);
    if (work.had_since.IsSet()) *item.mutable_had_since() = ToTimestamp(work.had_since);
    if (work.held_since.IsSet()) *item.mutable_held_since() = ToTimestamp(work.held_since);
  }
}

std::chrono::microseconds Span(router::Duration duration) {
  return std::chrono::microseconds(duration.us);
}

}  // namespace

std::variant<WatchAsked, Rejection> ToWatchAsked(const v1::WatchQueuesRequest& request) {
  Faults faults;
  WatchAsked asked = ToCommon(request, faults);
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return asked;
}

std::variant<WatchAsked, Rejection> ToWatchAsked(const v1::WatchAgentsRequest& request) {
  Faults faults;
  WatchAsked asked = ToCommon(request, faults);
  asked.agents = ToIdSet(request.agents(), "agents", faults);
  asked.teams = ToIdSet(request.teams(), "teams", faults);
  asked.sites = ToIdSet(request.sites(), "sites", faults);
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return asked;
}

// ----------------------------------------------------------------------------------------
// beginning

template <typename Kind>
void WatchStream<Kind>::Begin() {
  typename Kind::Request request;
  if (const auto rejection = Read(*request_, request)) return Refuse(*rejection);
  record().Describe(request);
  auto asked = ToWatchAsked(request);
  if (const auto* rejection = std::get_if<Rejection>(&asked)) return Refuse(*rejection);
  asked_ = std::move(std::get<WatchAsked>(asked));
  const absl::MutexLock lock(&mutex_);  // the first turn comes when there is a board
  // Ticks are as often as a round may be.
  backend_.hub.Add(shared_from_this(), live::Interest::kBoards);
  ShowBoardOf(asked_.workspace);
  Pump();
}

template <typename Kind>
void WatchStream<Kind>::OnTurn() {
  LoadBoard();
}

// ----------------------------------------------------------------------------------------
// telling

template <typename Kind>
bool WatchStream<Kind>::BeginRound() {
  if (looked_at_ && now_ - *looked_at_ < Span(asked_.min_interval)) return false;
  const Entry* const kind = nullptr;
  const auto shown = ChangesSince(board(), version_, kind);
  if (shown.commit == 0) return false;  // not loaded yet, or not any more
  looked_at_ = now_;
  version_ = shown.changes.version;
  commit_ = shown.commit;
  for (const Pointer& entry : shown.changes.entries) Choose(entry);
  if (shown.changes.all) ForgetOthers(shown.changes.entries);
  const bool due = !told_at_ || now_ - *told_at_ >= Span(asked_.heartbeat);
  if (entries_.empty() && removed_.empty() && !due) return false;
  told_at_ = now_;
  in_round_ = true;
  return true;
}

template <typename Kind>
void WatchStream<Kind>::Choose(const Pointer& entry) {
  if (!entry->gone && Passes(asked_, *entry)) {
    told_[entry->key] = entry;
    entries_.push_back(entry);
  } else if (told_.erase(entry->key) > 0) {
    removed_.push_back(entry);
  }
}

template <typename Kind>
void WatchStream<Kind>::ForgetOthers(const std::vector<Pointer>& all) {
  absl::flat_hash_set<uint32_t> keys;
  for (const Pointer& entry : all) keys.insert(entry->key);
  absl::erase_if(told_, [&](const auto& told) {
    if (keys.contains(told.first)) return false;
    removed_.push_back(told.second);
    return true;
  });
}

template <typename Kind>
std::optional<grpc::ByteBuffer> WatchStream<Kind>::Next() {
  if (ending() || (!in_round_ && !BeginRound())) return std::nullopt;
  typename Kind::Response message;
  const router::Time now = backend_.engine.Now();
  const size_t all = entries_.size() + removed_.size();
  const size_t end = std::min(sent_ + kMostEntries, all);
  for (; sent_ < end; ++sent_) {
    if (sent_ < entries_.size()) {
      Add(*entries_[sent_], now, message);
    } else {
      message.add_removed(IdOf(*removed_[sent_ - entries_.size()]));
    }
  }
  message.set_complete(sent_ == all);
  message.set_commit(commit_);
  *message.mutable_server_time() = ToTimestamp(now);
  if (message.complete()) {
    in_round_ = false;
    entries_.clear();
    removed_.clear();
    sent_ = 0;
  }
  return Write(message);
}

template class WatchStream<QueueWatch>;
template class WatchStream<AgentWatch>;

}  // namespace tandem::rpc
