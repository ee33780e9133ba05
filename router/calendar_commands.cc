// Calendars and the queues that follow them: hours that were worked out, what is refused while a
// queue is closed, and where its tickets overflow to.
#include <string>

#include "router/commands.h"
#include "router/limits.h"
#include "router/open_hours.h"

namespace tandem::router {
namespace {

std::string TwoDigits(int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

// "2026-12-24T17:30:00Z": civil from days, as of Howard Hinnant's "chrono-compatible low-level date
// algorithms".
std::string UtcText(Time time) {
  const int64_t seconds = time.us / 1'000'000;
  const int64_t days = seconds / 86'400 + 719'468;  // from 1 March of the year 0
  const int64_t in_day = seconds % 86'400;
  const int64_t day_of_era = days % 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t from_march = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * from_march + 2) / 5 + 1;
  const int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
  const int64_t year = year_of_era + days / 146'097 * 400 + (month <= 2 ? 1 : 0);
  return std::to_string(year) + "-" + TwoDigits(month) + "-" + TwoDigits(day) + "T" +
         TwoDigits(in_day / 3'600) + ":" + TwoDigits(in_day / 60 % 60) + ":" +
         TwoDigits(in_day % 60) + "Z";
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
    if (Workspace::IsConsultation(ticket)) {
      // The owner asked this queue, not that one.
      context.apply.TicketExpired(move.ticket, "QUEUE_CLOSED");
      TakeOverdueSteps(context);
      continue;
    }
    const Time key = KeyIn(*workspace.queue(move.to).configured, ticket.queued_at, ticket.target,
                           ticket.priority);
    context.apply.TicketOverflowed(move.ticket, move.to, key, "QUEUE_CLOSED:");
    TakeOverdueSteps(context);
  }
}

}  // namespace tandem::router
