#include <string>

#include "tests/router/text.h"

namespace tandem::router {

const char* NameOf(Obstacle obstacle) {
  static const char* const names[] = {"",
                                      "EXCLUDED",
                                      "OFFLINE",
                                      "SESSION_LOST",
                                      "NOT_READY",
                                      "NOT_RESPONDING",
                                      "BUSY",
                                      "COOLING_DOWN",
                                      "LIVE_RESERVE",
                                      "PULL_ONLY",
                                      "NONE",
                                      "KEPT_FOR_LAST_AGENT",
                                      "SHIFT",
                                      "DELAYED",
                                      "OFFERED_TO_OTHERS"};
  return names[static_cast<size_t>(obstacle)];
}

std::string TextOf(const AgentExplanation& explanation, bool with_room) {
  std::string text = std::string("agent ") + ToString(explanation.status) +
                     (explanation.reason.empty() ? "" : " reason=" + explanation.reason) +
                     " since=" + TextOf(explanation.status_since) +
                     " obstacle=" + NameOf(explanation.obstacle);
  for (const AgentExplanation::OfGroup& of : explanation.groups) {
    text += std::string("\n  ") + ToString(of.group) + " " + std::to_string(of.held) + " of " +
            std::to_string(of.max);
    if (!of.ready) text += ", not ready for it";
    if (!with_room) continue;
    if (of.takes_live) text += ", takes LIVE";
    if (of.takes_deferrable) text += ", takes DEFERRABLE";
  }
  for (const AgentExplanation::OfQueue& of : explanation.queues) {
    text += "\n  " + of.queue + " rank=" + std::to_string(of.rank);
    if (of.push) text += " push";
    if (of.pull) text += " pull";
    if (of.delay.us > 0) text += " delay=" + std::to_string(of.delay.us / 1'000'000) + "s";
    text += " waiting=" + std::to_string(of.waiting) + " qualified=" + std::to_string(of.qualified);
    if (!of.first.IsSet()) continue;
    text += " first=" + TextOf(of.first) + " " + NameOf(of.obstacle);
    if (of.delayed_until.IsSet()) text += " until " + TextOf(of.delayed_until);
  }
  return text;
}

}  // namespace tandem::router
