// What tells automated agents from people, and what they hand to them.
#ifndef TANDEM_ROUTER_HAND_OFF_H_
#define TANDEM_ROUTER_HAND_OFF_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "router/time.h"

namespace tandem::router {

// Numbers as tandem.v1.AgentKind.
enum class AgentKind : uint8_t { kHuman = 1, kAutomated = 2 };
const char* ToString(AgentKind kind);  // "HUMAN"

// In a requirement.
struct AgentKindPredicate {
  AgentKind kind = AgentKind::kHuman;
  friend auto operator<=>(const AgentKindPredicate&, const AgentKindPredicate&) = default;
};

// How sure an agent is of its work is said in thousandths.
inline constexpr uint32_t kFullConfidence = 1'000;

// When automated agents may complete work of a process type, and where what they hand off waits.
struct HandOffPolicy {
  uint32_t min_confidence_milli = 0;  // 0: their completions stand, whatever they say
  std::string queue;                  // empty: the one that the ticket is in
  friend bool operator==(const HandOffPolicy&, const HandOffPolicy&) = default;
};

// That an automated agent gave a ticket to people.
struct HandOff {
  std::string agent;
  Time at;
  std::optional<uint32_t> confidence_milli;  // unset: it did not say
  std::string reason;                        // as the event tells it; empty: none was given
  std::string summary;                       // for who goes on; may be personal data
  friend bool operator==(const HandOff&, const HandOff&) = default;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_HAND_OFF_H_
