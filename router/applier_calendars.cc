// Calendars open and close, and the queues that follow them.
#include <string>
#include <utility>
#include <vector>

#include "router/applier.h"
#include "router/invariant.h"
#include "router/open_hours.h"

namespace tandem::router {

// Every queue as its calendar is now.
void Applier::FollowCalendars() {
  workspace_.closed_with_overflow.clear();
  for (uint32_t i = 0; i < workspace_.queues.size(); ++i) {
    QueueState& queue = workspace_.queues[i];
    queue.calendar = nullptr;
    queue.closed = false;
    queue.offers = true;
    if (queue.configured == nullptr || queue.configured->calendar.empty()) continue;
    queue.calendar = workspace_.calendars.at(queue.configured->calendar);
    const bool open = queue.calendar->hours.is_open;
    // While nothing is known of its hours, nothing is offered and nothing moves.
    queue.closed = !open && queue.calendar->hours.of_revision != 0;
    queue.offers = open || queue.configured->urgency == Urgency::kDeferrable;
    if (queue.closed && queue.configured->when_closed == WhenClosed::kOverflow) {
      workspace_.closed_with_overflow.push_back(QueueIndex{i});
    }
  }
  NoteOverflowing();
}

// Something changed that tickets of closed queues may overflow by: a queue opened, or has room.
void Applier::NoteOverflowing() {
  for (const QueueIndex queue : workspace_.closed_with_overflow) {
    workspace_.overflowing_queues.insert(workspace_.queue_ids.Name(queue));
  }
}

void Applier::OverflowSettled(const std::string& queue) {
  workspace_.overflowing_queues.erase(queue);
}

void Applier::IndexCalendars() {
  workspace_.calendars.clear();
  workspace_.calendar_timers.clear();
  for (Calendar& calendar : workspace_.configuration.calendars) {
    workspace_.calendars.emplace(calendar.id, &calendar);
    SetTimer(calendar);
  }
}

void Applier::SetTimer(const Calendar& calendar) {
  const Time next = NextChange(calendar.hours);
  if (next != kEndOfTime) workspace_.calendar_timers.emplace(next, calendar.id);
}

void Applier::OpenHoursSet(const std::string& id, OpenHours hours) {
  Calendar& calendar = *workspace_.calendars.at(id);
  for (const std::vector<TimeSpan>* spans : {&hours.open, &hours.after_cut_off}) {
    Time end;
    for (const TimeSpan& span : *spans) {
      TANDEM_INVARIANT(span.from > end && span.to > span.from,
                       "open hours ascend, apart from one another: calendar " + id);
      end = span.to;
    }
  }
  EventRow& event = Record(EventType::kOpenHoursSet);
  event.reason = id;
  event.until = hours.known_until;
  event.number = hours.of_revision;
  workspace_.calendar_timers.erase({NextChange(calendar.hours), id});
  hours.is_open = calendar.hours.is_open;
  calendar.hours = std::move(hours);
  SeeToCalendar(calendar);
}

void Applier::CalendarTurned(const std::string& id) {
  Calendar& calendar = *workspace_.calendars.at(id);
  workspace_.calendar_timers.erase({NextChange(calendar.hours), id});
  SeeToCalendar(calendar);
}

// It is open, or closed, as of now. Requires that it is in no timer.
void Applier::SeeToCalendar(Calendar& calendar) {
  OpenHours& hours = calendar.hours;
  DropPast(hours, now_);
  const bool turns = IsOpenAt(hours, now_) != hours.is_open;
  if (turns) hours.is_open = !hours.is_open;
  SetTimer(calendar);
  if (turns) {
    EventRow& event =
        Record(hours.is_open ? EventType::kCalendarOpened : EventType::kCalendarClosed);
    event.reason = calendar.id;
    const Time next = NextChange(hours);
    if (next != kEndOfTime) event.until = next;
  }
  changes_.resources.push_back({workspace_.id, calendar, /*removed=*/false});
  FollowCalendars();
  if (turns && hours.is_open) GainServing(calendar);
}

// Agents whose routing profile has a queue of the calendar may get what was not offered before.
void Applier::GainServing(const Calendar& calendar) {
  std::vector<bool> serves(workspace_.routing_profiles.size(), false);
  for (size_t i = 0; i < serves.size(); ++i) {
    const RoutingProfile* profile = workspace_.routing_profiles[i].configured;
    if (profile == nullptr) continue;
    for (const RoutingProfileQueue& entry : profile->queues) {
      const QueueIndex queue = workspace_.queue_ids.Find(entry.queue);
      if (workspace_.queue(queue).calendar == &calendar) serves[i] = true;
    }
  }
  for (uint32_t i = 0; i < workspace_.agents.size(); ++i) {
    const AgentState& agent = workspace_.agents[i];
    if (agent.Ready() && serves[agent.routing_profile.value]) Gain(AgentIndex{i});
  }
}

}  // namespace tandem::router
