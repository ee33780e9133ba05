#include "server/engine/core.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <variant>

#include "server/engine/answers.h"
#include "server/engine/refusals.h"
#include "server/hours/open_hours.h"

namespace tandem::engine {
namespace {

using router::Reason;
using std::chrono::milliseconds;

// How long the loop sleeps at most while something is timed, so that a longer sleep is known to be
// a stall.
constexpr milliseconds kTick{100};
// How often calls that wait are looked at for their deadline and patience.
constexpr milliseconds kSweepInterval{50};
// How often calendars are looked at whether they are known far enough ahead.
constexpr router::Duration kCalendarInterval = router::Hours(1);
// What one routing slice weighs in a group, as a part of max_group.
constexpr size_t kSlicesPerGroup = 8;
// While a commit is under way, a turn decides no more: when it ends, the next one is not to wait
// for a long turn.
constexpr size_t kCommandsPerTurn = 256;

// Whether calendars may be other ones, or be other than they were, after it.
bool ConfiguresCalendars(const router::Action& action) {
  return std::holds_alternative<router::ApplyConfiguration>(action) ||
         std::holds_alternative<router::CreateResource>(action) ||
         std::holds_alternative<router::UpdateResource>(action);
}

}  // namespace

Core::Core(EngineOptions options, std::function<uint64_t()> random, Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      uuids_(std::move(random)),
      sessions_(options_.heartbeat_timeout),
      backoff_(milliseconds(10), milliseconds(500)),
      fenced_backoff_(milliseconds(2'000), milliseconds(60'000)) {}

// ---------------------------------------------------------------------------------------------- in

void Core::Submit(PendingCall call, SteadyTime now) {
  const Availability available = availability();
  const bool reaches_router = state_ == State::kServing || resuming_;
  if (available != Availability::kReady && !(MustBeDecided(call) && reaches_router)) {
    const bool away = available == Availability::kStoreAway;
    Reply(call, Refusal(away ? Reason::kStoreUnavailable : Reason::kNotServing));
    return;
  }
  call.submitted_at = now;
  const auto give_ids = [&](auto* makes_ticket) {
    if (makes_ticket == nullptr) return;
    const router::Time time = clock_.At(now);
    if (!makes_ticket->new_ticket.IsSet()) makes_ticket->new_ticket = uuids_.NextTicket(time);
    if (!makes_ticket->new_contact.IsSet()) makes_ticket->new_contact = uuids_.NextContact(time);
  };
  give_ids(std::get_if<router::IngestContact>(&call.command.action));
  give_ids(std::get_if<router::StartAgentContact>(&call.command.action));
  give_ids(std::get_if<router::ConsultQueue>(&call.command.action));
  if (auto* complete = std::get_if<router::CompleteTicket>(&call.command.action)) {
    for (router::FollowUp& follow_up : complete->follow_ups) give_ids(&follow_up);
  }
  if (!KeepsAnswer(call.command)) call.request.reset();
  if (NeedsLookUp(call)) {
    look_ups_.Add(std::move(call));
  } else {
    waiting_.push_back(std::move(call));
  }
}

void Core::Heartbeat(const std::string& workspace, const router::SessionRef& session,
                     SteadyTime now) {
  sessions_.Heartbeat(workspace, session, clock_.At(now));
}

void Core::OnLookUpResult(LookUpResult result, SteadyTime now) {
  if (!result.ok() && !look_ups_.failing()) {
    spdlog::warn("engine: look-ups fail: {}", result.status().ToString());
  }
  for (PendingCall& call : look_ups_.Finish(std::move(result), now)) {
    waiting_.push_back(std::move(call));
  }
}

void Core::Step(SteadyTime now) {
  ReleaseDurable(now);
  UpdateAway(now);
  if (CanRun() && redo_.empty()) {
    RunGroup(now);
  } else if (CanRun()) {
    RunRedo(now);
  } else if (state_ == State::kServing) {
    HandOver(now);  // what is decided goes on becoming durable
  }
  Sweep(now);
  recent_.Evict(now - options_.recent_window);
}

// ---------------------------------------------------------------------------------------- deciding

void Core::RunGroup(SteadyTime now) {
  if (!Full()) {
    executed_ = 0;
    const SteadyTime began = std::chrono::steady_clock::now();
    const router::Time time = clock_.At(now);
    RunTimed(time, now);
    const size_t most = flight_ == nullptr ? waiting_.size() : kCommandsPerTurn;
    for (size_t i = 0; i < most && !waiting_.empty() && !Full(); ++i) {
      PendingCall call = std::move(waiting_.front());
      waiting_.pop_front();
      Decide(std::move(call), time, now);
    }
    if (!Full()) RunRouting(time);
    CountExecuted(began);
  }
  HandOver(now);
}

// The clock is read twice a turn, not twice a command: a command may take less than to read it.
void Core::CountExecuted(SteadyTime began) {
  if (executed_ == 0) return;
  const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - began;
  figures_.commands.Add(executed_);
  figures_.command_ns.Observe(took / static_cast<int64_t>(executed_), executed_);
}

void Core::RunRedo(SteadyTime now) {
  if (flight_ != nullptr) return;
  const router::Time time = clock_.At(now);
  RunTimed(time, now);
  RunRouting(time);
  open_.alone = true;
  HandOver(now);
  while (flight_ == nullptr && !redo_.empty()) {
    PendingCall call = std::move(redo_.front());
    redo_.pop_front();
    Decide(std::move(call), time, now);
    open_.alone = true;
    HandOver(now);
  }
  // What comes next is an ordinary group again.
  open_.alone = false;
}

void Core::RunTimed(router::Time time, SteadyTime now) {
  const router::Duration gap = time - alive_at_;
  if (gap > StallLimit()) {
    sessions_.Forgive(time);
    if (router_->NextDeadline() <= time) {
      spdlog::warn("engine: stood still for {} ms of engine time", gap.us / 1000);
      Internal(router::TimeLost{.lost = gap}, time);
      open_.lost = open_.lost + gap;
    }
  }
  alive_at_ = time;
  if (time >= next_calendars_) {
    WorkOutCalendars(time);
    next_calendars_ = time + kCalendarInterval;
  }
  if (router_->NextDeadline() <= time) {
    Internal(router::AdvanceTime{}, time);
    // More is due than one slice: it is a slice's worth of work, as of routing.
    if (router_->NextDeadline() <= time) open_.weight += options_.max_group / kSlicesPerGroup;
  }
  for (router::Command& command : sessions_.TakeSilent(time)) LoseSession(std::move(command), now);
}

void Core::RunRouting(router::Time time) {
  if (!router_->HasPendingRouting()) return;
  Internal(router::ContinueRouting{}, time);
  open_.weight += options_.max_group / kSlicesPerGroup;
}

// Calendars that are new or were changed, or of which too little is known ahead: the router is told
// when they are open before it decides anything else.
void Core::WorkOutCalendars(router::Time time) {
  for (const auto& [workspace, calendar] : router_->CalendarsToWorkOut(time)) {
    router::SetOpenHours set{calendar.id, hours::WorkOutHours(calendar, time)};
    (void)router_->Execute({.workspace = workspace, .action = std::move(set)}, time);
    open_.touched = true;
    ++open_.weight;
  }
}

void Core::Decide(PendingCall call, router::Time time, SteadyTime now) {
  if (call.done && call.deadline <= now) {
    Reply(call, Refusal(Reason::kDeadlineExpired));
    if (!MustBeDecided(call)) return;
  }
  // What the store said is good for as long as the window in memory reaches back to when it was
  // asked.
  const bool asked = call.looked_up_at && now - *call.looked_up_at < options_.recent_window / 2;
  if (!asked && NeedsLookUp(call)) {
    call.looked_up_at.reset();
    call.request_hit.reset();
    call.contact_hit.reset();
    look_ups_.Add(std::move(call));
    return;
  }
  std::optional<router::Outcome> outcome = KnownAnswer(call);
  const bool is_known = outcome.has_value();
  if (!is_known) {
    // The router gets a copy: the command is needed again if the database refuses the group.
    outcome = router_->Execute(call.command, time);
    open_.touched = true;
    ++executed_;
    if (ConfiguresCalendars(call.command.action)) WorkOutCalendars(time);
  }
  Remember(call, *outcome, time);
  open_.entries.push_back({std::move(call), *std::move(outcome), !is_known});
  ++open_.weight;
}

std::optional<router::Outcome> Core::KnownAnswer(const PendingCall& call) const {
  const std::string& workspace = call.command.workspace;
  if (call.request) {
    const store::RequestRow* first = recent_.FindRequest(workspace, call.request->id);
    if (first == nullptr && call.request_hit) first = &*call.request_hit;
    if (first != nullptr) {
      if (!(first->hash == call.request->hash)) return Refusal(Reason::kRequestIdReused);
      if (std::optional<router::Reply> reply = Recall(first->answer)) return *std::move(reply);
      spdlog::error("engine: kept answer of kind {} is unknown", first->answer.kind);
      return InternalFault("kept answer of unknown kind");
    }
  }
  if (const router::NewContact* contact = ContactWithExternalId(call.command)) {
    const store::KnownContact* first = recent_.FindExternalId(workspace, *contact);
    if (first == nullptr && call.contact_hit) first = &*call.contact_hit;
    if (first != nullptr) return Duplicate(*first);
  }
  return std::nullopt;
}

void Core::Remember(const PendingCall& call, const router::Outcome& outcome, router::Time time) {
  const auto* reply = std::get_if<router::Reply>(&outcome);
  if (reply == nullptr) return;
  const int64_t sequence = durable_sequence_ + (flight_ != nullptr ? 2 : 1);
  const std::string& workspace = call.command.workspace;
  // A repeated request has its row already.
  const bool first =
      call.request && !call.request_hit && !recent_.FindRequest(workspace, call.request->id);
  if (first) {
    open_.requests.push_back({.workspace = workspace,
                              .request = call.request->id,
                              .hash = call.request->hash,
                              .answer = Keep(*reply),
                              .at = time});
    recent_.Add(open_.requests.back(), sequence);
  }
  const router::NewContact* contact = ContactWithExternalId(call.command);
  const auto* ingested = std::get_if<router::ContactIngested>(reply);
  if (contact != nullptr && ingested != nullptr && !ingested->duplicate &&
      (first || !call.request)) {
    recent_.Add(store::KnownContact{.workspace = workspace,
                                    .channel = contact->channel,
                                    .entry_point = contact->entry_point,
                                    .external_id = contact->external_id,
                                    .ticket = ingested->ticket,
                                    .contact = ingested->contact,
                                    .joined = ingested->joined,
                                    .unroutable = ingested->unroutable,
                                    .at = time},
                sequence);
  }
}

void Core::Internal(router::Action action, router::Time time) {
  const router::Outcome outcome =
      router_->Execute({.workspace = "", .action = std::move(action)}, time);
  open_.touched = true;
  ++executed_;
  ++open_.weight;
  if (const auto* rejection = std::get_if<router::Rejection>(&outcome)) {
    spdlog::error("engine: the router refused a command of the engine: {}", rejection->message);
  }
}

bool Core::NeedsLookUp(const PendingCall& call) const {
  const std::string& workspace = call.command.workspace;
  if (call.request && recent_.FindRequest(workspace, call.request->id) == nullptr) return true;
  const router::NewContact* contact = ContactWithExternalId(call.command);
  return contact != nullptr && recent_.FindExternalId(workspace, *contact) == nullptr;
}

router::Duration Core::StallLimit() const {
  // The loop sleeps for a tick at most. A second more is a stall; when time runs faster, a tick
  // more.
  const router::Duration tick = Scaled(kTick, clock_.speed());
  return tick + std::max(router::Seconds(1), tick);
}

// ----------------------------------------------------------------------------------------- waiting

void Core::UpdateAway(SteadyTime now) {
  const auto too_long = [&](const std::optional<SteadyTime>& since) {
    return since && now - *since >= options_.reply_patience;
  };
  const bool away = too_long(stuck_since_) || too_long(look_ups_.stuck_since());
  if (away == away_) return;
  away_ = away;
  next_sweep_ = now;
  if (away) {
    spdlog::error("engine: the database is away; nothing new is taken");
  } else {
    spdlog::info("engine: the database is back");
  }
}

void Core::Sweep(SteadyTime now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + kSweepInterval;
  const auto give_up = [&](PendingCall& call) { return GiveUp(call, now); };
  look_ups_.DropIf(give_up);
  if (!CanRun()) {
    std::erase_if(redo_, give_up);
    std::erase_if(waiting_, give_up);
  }
  if (!away_) return;
  // What is decided stays in its group: it may become durable yet, though nobody waits for it any
  // more.
  const auto answer = [&](Group& group) {
    for (Entry& entry : group.entries) {
      if (now - entry.call.submitted_at >= options_.reply_patience) {
        Reply(entry.call, Refusal(Reason::kStoreUnavailable));
      }
    }
  };
  if (flight_ != nullptr) answer(flight_->group);
  answer(open_);
}

// Whether to drop a call that is not decided.
bool Core::GiveUp(PendingCall& call, SteadyTime now) {
  if (!call.done) return false;
  if (call.deadline <= now) {
    Reply(call, Refusal(Reason::kDeadlineExpired));
  } else if (away_ && now - call.submitted_at >= options_.reply_patience) {
    Reply(call, Refusal(Reason::kStoreUnavailable));
  } else {
    return false;
  }
  return !MustBeDecided(call);
}

SteadyTime Core::NextWake(SteadyTime now) const {
  SteadyTime wake = look_ups_.NextJob();
  const auto no_later_than = [&](SteadyTime time) { wake = std::min(wake, time); };
  if (!job_running_) {
    if (flight_ != nullptr || resuming_) {
      no_later_than(next_attempt_);
    } else if (!stopping_) {
      no_later_than(state_ == State::kLoading ? next_attempt_ : next_maintenance_);
    }
  }
  if (CanRun()) {
    const bool can_redo = !redo_.empty() && flight_ == nullptr;
    const bool can_decide =
        redo_.empty() && !Full() && (!waiting_.empty() || router_->HasPendingRouting());
    if (can_redo || can_decide) return now;
    const router::Time due = std::min(router_->NextDeadline(), sessions_.NextCheck());
    if (due != router::kEndOfTime && redo_.empty() && !Full()) {
      no_later_than(std::min(now + kTick, clock_.When(due, now)));
    }
  }
  if (!away_) {
    if (stuck_since_) no_later_than(*stuck_since_ + options_.reply_patience);
    if (const auto since = look_ups_.stuck_since()) no_later_than(*since + options_.reply_patience);
  }
  const bool waits =
      !look_ups_.empty() || (!CanRun() && (!settled() || !waiting_.empty() || !redo_.empty()));
  if (waits) no_later_than(next_sweep_);
  return wake;
}

Availability Core::availability() const {
  if (stopping_) return Availability::kStopping;
  if (state_ == State::kLoading && !resuming_) {
    return ever_served_ ? Availability::kStoreAway : Availability::kStarting;
  }
  return away_ ? Availability::kStoreAway : Availability::kReady;
}

bool Core::drained() const {
  return settled() && look_ups_.empty() && redo_.empty() && waiting_.empty();
}

}  // namespace tandem::engine
