// The reference's calendars: hours that come in, and what follows from the time of day.
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "tests/router/reference_router.h"

namespace tandem::router {

// -------------------------------------------------------------------------------------------------
// hours

bool ReferenceRouter::IsOpen(const Queue& queue) const {
  if (queue.calendar.empty()) return true;
  const auto hours = workspace_->hours.find(queue.calendar);
  return hours != workspace_->hours.end() && hours->second.is_open;
}

// An unknown calendar is neither open nor closed.
bool ReferenceRouter::IsClosed(const Queue& queue) const {
  return workspace_->hours.count(queue.calendar) != 0 && !IsOpen(queue);
}

const OpenHours* ReferenceRouter::HoursOf(const Queue& queue) const {
  const auto hours = workspace_->hours.find(queue.calendar);
  return hours == workspace_->hours.end() ? nullptr : &hours->second;
}

Outcome ReferenceRouter::Do(const SetOpenHours& command) {
  for (const Calendar& calendar : workspace_->configuration.calendars) {
    if (calendar.id != command.calendar || calendar.revision != command.hours.of_revision) continue;
    EventRow& event = Emit(EventType::kOpenHoursSet);
    event.reason = calendar.id;
    event.until = command.hours.known_until;
    event.number = calendar.revision;
    const auto before = workspace_->hours.find(calendar.id);
    const bool was_open = before != workspace_->hours.end() && before->second.is_open;
    OpenHours& hours = workspace_->hours[calendar.id] = command.hours;
    hours.is_open = was_open;
    Turn(calendar.id);
  }
  return Reply{Done{}};
}

// The calendar is as the time says.
void ReferenceRouter::Turn(const std::string& id) {
  OpenHours& hours = workspace_->hours.at(id);
  bool open = false;
  for (const TimeSpan& span : hours.open) open = open || (span.from <= now_ && now_ < span.to);
  std::erase_if(hours.open, [&](const TimeSpan& span) { return span.to <= now_; });
  std::erase_if(hours.after_cut_off, [&](const TimeSpan& span) { return span.to <= now_; });
  if (open == hours.is_open) return;
  hours.is_open = open;
  EventRow& event = Emit(open ? EventType::kCalendarOpened : EventType::kCalendarClosed);
  event.reason = id;
  if (NextTurn(id) != kEndOfTime) event.until = NextTurn(id);
  if (!open) return;
  for (const auto& [agent_id, agent] : workspace_->agents) {
    for (const RoutingProfileQueue& entry :
         FindProfile(FindAgent(agent_id)->routing_profile)->queues) {
      if (IsReady(agent) && FindQueue(entry.queue)->calendar == id) {
        workspace_->gained.insert(agent_id);
      }
    }
  }
}

Time ReferenceRouter::NextTurn(const std::string& id) const {
  const OpenHours& hours = workspace_->hours.at(id);
  if (hours.open.empty()) return kEndOfTime;
  return hours.is_open ? hours.open[0].to : hours.open[0].from;
}

// The calendar that turns first; empty when none does.
std::string ReferenceRouter::FirstToTurn() const {
  std::string first;
  for (const auto& [id, hours] : workspace_->hours) {
    if (NextTurn(id) == kEndOfTime) continue;
    if (first.empty() || NextTurn(id) < NextTurn(first)) first = id;
  }
  return first;
}

// Calendars that are gone are forgotten.
void ReferenceRouter::KeepHours() {
  std::erase_if(workspace_->hours, [&](const auto& entry) {
    const auto& calendars = workspace_->configuration.calendars;
    return std::none_of(calendars.begin(), calendars.end(),
                        [&](const Calendar& calendar) { return calendar.id == entry.first; });
  });
}

// -------------------------------------------------------------------------------------------------
// time

// Open time is used up span by span, the earliest first.
Time ReferenceRouter::After(const Queue& queue, Time from, Duration span) const {
  const OpenHours* hours = HoursOf(queue);
  if (hours == nullptr) return from + span;
  if (queue.urgency == Urgency::kLive) {
    for (const TimeSpan& open : hours->open) {
      if (open.to > from) return std::max(open.from, from) + span;
    }
    return from + span;
  }
  Time at = from;
  for (const TimeSpan& late : hours->after_cut_off) {
    if (late.from <= from && from < late.to) at = late.to;
  }
  bool any = false;
  Duration left = span;
  for (const TimeSpan& open : hours->open) {
    if (open.to <= at) continue;
    any = true;
    const Time begin = std::max(at, open.from);
    const Duration use = std::min(left, open.to - begin);
    left = left - use;
    at = begin + use;
    if (left.us == 0) return at;
  }
  return any ? std::max(at, hours->known_until) + left : from + span;
}

Time ReferenceRouter::Before(const Queue& queue, Time until, Duration span) const {
  const OpenHours* hours = HoursOf(queue);
  const bool counts =
      hours != nullptr && queue.urgency == Urgency::kDeferrable && until <= hours->known_until;
  if (!counts) return until - span;
  Time at = until;
  Duration left = span;
  for (auto open = hours->open.rbegin(); open != hours->open.rend(); ++open) {
    if (open->from >= until) continue;
    const Time end = std::min(at, open->to);
    const Duration use = std::min(left, end - open->from);
    left = left - use;
    at = end - use;
    if (left.us == 0) return at;
  }
  return at - left;
}

// -------------------------------------------------------------------------------------------------
// closed queues

// Where tickets of a closed queue go; null when they stay.
const Queue* ReferenceRouter::OverflowOf(const Queue& from) const {
  const Queue* at = &from;
  for (int hop = 0; hop < 8; ++hop) {
    if (!IsClosed(*at) || at->when_closed != WhenClosed::kOverflow) return nullptr;
    at = FindQueue(at->overflow_queue);
    if (at == nullptr || (!at->client.empty() && at->client != from.client)) return nullptr;
    if (IsOpen(*at)) return IsFull(*at, TicketId{}) ? nullptr : at;
  }
  return nullptr;
}

bool ReferenceRouter::Refuses(const Queue& queue) const {
  return IsClosed(queue) && queue.when_closed == WhenClosed::kRefuse;
}

// The first ticket of the first queue, by its name, that could overflow; null when there is none.
ReferenceRouter::TicketData* ReferenceRouter::FirstToOverflow() {
  const auto order = [&](const TicketData& ticket) {
    const bool for_some = !ticket.requirement.agents.empty() || !ticket.kept_for.empty();
    return std::tuple(ticket.queue, for_some, PlaceInQueue(ticket));
  };
  TicketData* first = nullptr;
  for (auto& [id, ticket] : workspace_->tickets) {
    if (ticket.state != TicketState::kQueued || OverflowOf(QueueOf(ticket)) == nullptr) continue;
    if (first == nullptr || order(ticket) < order(*first)) first = &ticket;
  }
  return first;
}

void ReferenceRouter::Overflow(TicketData& ticket) {
  if (ticket.consults.IsSet()) {
    Expire(ticket, "QUEUE_CLOSED");
    TakeStepsOfReturned();
    return;
  }
  EndVisit(ticket, VisitEnd::kOther);
  const std::string left = std::exchange(ticket.queue, OverflowOf(QueueOf(ticket))->id);
  EventRow& event = Emit(EventType::kTicketOverflowed, ticket);
  event.until = ticket.target;
  event.reason = "QUEUE_CLOSED:" + left;
  EnterQueue(ticket);
  TakeStepsOfReturned();
}

}  // namespace tandem::router
