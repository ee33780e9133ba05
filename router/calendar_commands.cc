// Calendars and the queues that follow them: hours that were worked out, what is refused while a
// queue is closed, and where its tickets overflow to.
#include <chrono>
#include <string>

#include "router/commands.h"
#include "router/limits.h"
#include "router/open_hours.h"

namespace tandem::router {
namespace {

std::string TwoDigits(int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

// "2026-12-24T17:30:00Z"
std::string UtcText(Time time) {
  const auto at = std::chrono::floor<std::chrono::seconds>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(time.us)));
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss in_day(at - day);
  return std::to_string(static_cast<int>(date.year())) + "-" +
         TwoDigits(static_cast<unsigned>(date.month())) + "-" +
         TwoDigits(static_cast<unsigned>(date.day())) + "T" + TwoDigits(in_day.hours().count()) +
         ":" + TwoDigits(in_day.minutes().count()) + ":" + TwoDigits(in_day.seconds().count()) +
         "Z";
}

bool Overflows(const QueueState& queue) {
  return queue.closed && queue.configured->when_closed == WhenClosed::kOverflow;
}

// A ticket of a closed queue, and the queue that it moves to.
struct Move {
  TicketIndex ticket;  // unset: nothing is to be moved
  QueueIndex to;
};

Move NextMove(const Workspace& workspace, const std::string& queue) {
  const QueueIndex from = workspace.queue_ids.Find(queue);
  if (!from.IsSet() || workspace.queue(from).configured == nullptr) return {};
  const QueueIndex to = OverflowTo(workspace, from);
  if (!to.IsSet()) return {};
  return {workspace.matching.FirstWaiting(from), to};
}

}  // namespace

Outcome Decide(Context& context, SetOpenHours& command) {
  const auto found = context.workspace.calendars.find(command.calendar);
  if (found != context.workspace.calendars.end() &&
      found->second->revision == command.hours.of_revision) {
    context.apply.OpenHoursSet(command.calendar, std::move(command.hours));
  }
  return Reply(Done{});
}

std::optional<Rejection> CheckOpen(const Workspace& workspace, QueueIndex index, Time now) {
  const QueueState& queue = workspace.queue(index);
  if (!queue.closed || queue.configured->when_closed != WhenClosed::kRefuse) return std::nullopt;
  const Calendar& calendar = *queue.calendar;
  Rejection rejection = Refuse(Reason::kQueueClosed, "expected an open queue, but queue '" +
                                                         queue.configured->id + "' is closed");
  rejection.metadata = {{"queue", queue.configured->id}, {"calendar", calendar.id}};
  const Time opening = NextOpening(calendar.hours, now);
  if (opening.IsSet()) {
    rejection.message += " until " + UtcText(opening);
    rejection.metadata.emplace_back("opens_at", UtcText(opening));
  }
  if (calendar.override_hours && !calendar.override_hours->message.empty()) {
    rejection.metadata.emplace_back("message", calendar.override_hours->message);
  }
  return rejection;
}

QueueIndex OverflowTo(const Workspace& workspace, QueueIndex from) {
  const ClientIndex client = workspace.queue(from).client;
  QueueIndex at = from;
  for (uint32_t hop = 0; hop < kMaxOverflowHops && Overflows(workspace.queue(at)); ++hop) {
    at = workspace.queue_ids.Find(workspace.queue(at).configured->overflow_queue);
    if (!at.IsSet() || workspace.queue(at).configured == nullptr) return {};
    const QueueState& queue = workspace.queue(at);
    // One that takes another client, or one client of many, could not take all that waits.
    if (queue.client.IsSet() && queue.client != client) return {};
    if (queue.calendar == nullptr || queue.calendar->hours.is_open) {
      return HasRoom(queue, 0) ? at : QueueIndex{};
    }
  }
  return {};
}

QueueIndex QueueOfTarget(const Context& context, QueueIndex queue, Time entered_at) {
  if (entered_at > context.now) return queue;
  const QueueIndex to = OverflowTo(context.workspace, queue);
  if (!to.IsSet()) return queue;
  const bool same_office = context.workspace.queue(to).configured->office ==
                           context.workspace.queue(queue).configured->office;
  return same_office ? to : queue;
}

void OverflowClosedQueues(Context& context, uint32_t& budget) {
  const Workspace& workspace = context.workspace;
  while (!workspace.overflowing_queues.empty()) {
    const std::string queue = *workspace.overflowing_queues.begin();
    const Move move = NextMove(workspace, queue);
    if (!move.ticket.IsSet()) {
      context.apply.OverflowSettled(queue);
      continue;
    }
    if (budget == 0) return;
    --budget;
    const Ticket& ticket = workspace.ticket(move.ticket);
    const Time key = KeyIn(*workspace.queue(move.to).configured, ticket.queued_at, ticket.target,
                           ticket.priority);
    context.apply.TicketOverflowed(move.ticket, move.to, key, "QUEUE_CLOSED");
    TakeOverdueSteps(context);
  }
}

}  // namespace tandem::router
