#include "router/open_hours.h"

#include <algorithm>
#include <vector>

namespace tandem::router {
namespace {

using Spans = std::vector<TimeSpan>;

// The first span that is not over at `at`.
Spans::const_iterator FirstNotOver(const Spans& spans, Time at) {
  return std::upper_bound(spans.begin(), spans.end(), at,
                          [](Time time, const TimeSpan& span) { return time < span.to; });
}

}  // namespace

bool IsOpenAt(const OpenHours& hours, Time at) {
  const auto span = FirstNotOver(hours.open, at);
  return span != hours.open.end() && span->from <= at;
}

Time NextOpening(const OpenHours& hours, Time at) {
  const auto span = FirstNotOver(hours.open, at);
  return span == hours.open.end() ? Time{} : std::max(span->from, at);
}

Time NextChange(const OpenHours& hours) {
  if (hours.open.empty()) return kEndOfTime;
  return hours.is_open ? hours.open.front().to : hours.open.front().from;
}

void DropPast(OpenHours& hours, Time now) {
  for (Spans* spans : {&hours.open, &hours.after_cut_off}) {
    spans->erase(spans->begin(), FirstNotOver(*spans, now));
  }
}

Time AfterOpenTime(const OpenHours& hours, Time from, Duration span) {
  const auto cut = FirstNotOver(hours.after_cut_off, from);
  Time at = cut != hours.after_cut_off.end() && cut->from <= from ? cut->to : from;
  auto open = FirstNotOver(hours.open, at);
  if (open == hours.open.end()) return from + span;
  for (; open != hours.open.end(); ++open) {
    at = std::max(at, open->from);
    if (span <= open->to - at) return at + span;
    span = span - (open->to - at);
    at = open->to;
  }
  return std::max(at, hours.known_until) + span;
}

Time BeforeOpenTime(const OpenHours& hours, Time until, Duration span) {
  if (until > hours.known_until) return until - span;
  Time at = until;
  auto open = std::lower_bound(hours.open.begin(), hours.open.end(), until,
                               [](const TimeSpan& one, Time time) { return one.from < time; });
  while (open != hours.open.begin()) {
    --open;
    at = std::min(at, open->to);
    if (span <= at - open->from) return at - span;
    span = span - (at - open->from);
    at = open->from;
  }
  return at - span;
}

Time AfterIn(const Workspace& workspace, QueueIndex queue, Time entered_at, Duration span) {
  const OpenHours* hours = workspace.HoursOf(queue);
  if (hours == nullptr) return entered_at + span;
  if (workspace.queue(queue).configured->urgency == Urgency::kDeferrable) {
    return AfterOpenTime(*hours, entered_at, span);
  }
  const Time opening = NextOpening(*hours, entered_at);
  return (opening.IsSet() ? opening : entered_at) + span;
}

Time BeforeIn(const Workspace& workspace, QueueIndex queue, Time until, Duration span) {
  const OpenHours* hours = workspace.HoursOf(queue);
  const bool counts =
      hours != nullptr && workspace.queue(queue).configured->urgency == Urgency::kDeferrable;
  return counts ? BeforeOpenTime(*hours, until, span) : until - span;
}

}  // namespace tandem::router
