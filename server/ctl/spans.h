// Spans and instants: what people type, and what they read.
//
// Pure functions.
#ifndef TANDEM_SERVER_CTL_SPANS_H_
#define TANDEM_SERVER_CTL_SPANS_H_

#include <string>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace tandem::ctl {

// "500ms", "20s", "1m30s", "24h", "2d4h", or a number of seconds: a span that is not negative.
// False when the text is none.
[[nodiscard]] bool ParseSpan(const std::string& text, absl::Duration& span);

// What ParseSpan takes: "20s", "1h30m", "2d4h".
[[nodiscard]] std::string ShowSpan(absl::Duration span);

// How long something lasts already, without what nobody wants to know: "4s", "12m30s", "3h5m",
// "2d4h". Never negative, as clocks differ.
[[nodiscard]] std::string ShowAge(absl::Duration age);

// What somebody means by an instant.
struct SaidInstant {
  enum class Kind {
    kAbsolute,  // "2026-03-02T08:00:00Z", "2026-03-02T08:00:00+01:00"
    kCivil,     // "2026-03-02", "2026-03-02T08:00", "2026-03-02T08:00:30": in the report's zone
    kAgo,       // "24h", "7d": so long before now
  };
  Kind kind = Kind::kAbsolute;
  absl::Time absolute = {};
  absl::CivilSecond civil = {};
  absl::Duration ago = {};
};
// False when the text is none of these.
[[nodiscard]] bool ParseInstant(const std::string& text, SaidInstant& instant);
[[nodiscard]] absl::Time Resolve(const SaidInstant& instant, absl::Time now,
                                 const absl::TimeZone& zone);

[[nodiscard]] absl::Time ToTime(const google::protobuf::Timestamp& timestamp);
[[nodiscard]] google::protobuf::Timestamp ToTimestamp(absl::Time time);
[[nodiscard]] absl::Duration ToSpan(const google::protobuf::Duration& duration);
[[nodiscard]] google::protobuf::Duration ToDuration(absl::Duration span);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_SPANS_H_
