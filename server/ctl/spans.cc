#include "server/ctl/spans.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

namespace tandem::ctl {
namespace {

using google::protobuf::util::TimeUtil;

constexpr absl::Duration kDay = absl::Hours(24);

}  // namespace

bool ParseSpan(const std::string& text, absl::Duration& span) {
  double seconds = 0;
  if (absl::SimpleAtod(text, &seconds)) {
    span = absl::Seconds(seconds);
    return seconds >= 0 && span < absl::InfiniteDuration();
  }
  // absl knows no days.
  const size_t d = text.find('d');
  int64_t days = 0;
  const bool has_days = d != std::string::npos && absl::SimpleAtoi(text.substr(0, d), &days);
  const std::string rest = has_days ? text.substr(d + 1) : text;
  span = absl::ZeroDuration();
  if (!(has_days && rest.empty()) && !absl::ParseDuration(rest, &span)) return false;
  if (span < absl::ZeroDuration() || days < 0) return false;
  span += days * kDay;
  return span < absl::InfiniteDuration();
}

std::string ShowSpan(absl::Duration span) {
  if (span == absl::ZeroDuration()) return "0s";
  const int64_t days = absl::IDivDuration(span, kDay, &span);
  if (span == absl::ZeroDuration()) return absl::StrCat(days, "d");
  std::string text = absl::FormatDuration(span);
  // 4h0m0s is 4h.
  if (absl::EndsWith(text, "m0s")) text.resize(text.size() - 2);
  if (absl::EndsWith(text, "h0m")) text.resize(text.size() - 2);
  return absl::StrCat(days > 0 ? absl::StrCat(days, "d") : "", text);
}

std::string ShowAge(absl::Duration age) {
  age = std::max(age, absl::ZeroDuration());
  const absl::Duration unit = age < absl::Hours(1) ? absl::Seconds(1)
                              : age < kDay         ? absl::Minutes(1)
                                                   : absl::Hours(1);
  return ShowSpan(absl::Floor(age, unit));
}

bool ParseInstant(const std::string& text, SaidInstant& instant) {
  double number = 0;
  if (absl::SimpleAtod(text, &number)) return false;  // A year, or seconds? Nobody knows.
  if (ParseSpan(text, instant.ago)) {
    instant.kind = SaidInstant::Kind::kAgo;
    return true;
  }
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &instant.absolute, &error)) {
    instant.kind = SaidInstant::Kind::kAbsolute;
    return true;
  }
  absl::CivilMinute minute;
  absl::CivilDay day;
  instant.kind = SaidInstant::Kind::kCivil;
  if (absl::ParseCivilTime(text, &instant.civil)) return true;
  if (absl::ParseCivilTime(text, &minute)) {
    instant.civil = absl::CivilSecond(minute);
    return true;
  }
  if (absl::ParseCivilTime(text, &day)) {
    instant.civil = absl::CivilSecond(day);
    return true;
  }
  return false;
}

absl::Time Resolve(const SaidInstant& instant, absl::Time now, const absl::TimeZone& zone) {
  switch (instant.kind) {
    case SaidInstant::Kind::kAbsolute:
      return instant.absolute;
    case SaidInstant::Kind::kCivil:
      return absl::FromCivil(instant.civil, zone);
    case SaidInstant::Kind::kAgo:
      return now - instant.ago;
  }
  return now;
}

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixMicros(TimeUtil::TimestampToMicroseconds(timestamp));
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  return TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

absl::Duration ToSpan(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

google::protobuf::Duration ToDuration(absl::Duration span) {
  return TimeUtil::MicrosecondsToDuration(absl::ToInt64Microseconds(span));
}

}  // namespace tandem::ctl
