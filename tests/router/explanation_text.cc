#include <string>

#include "tests/router/text.h"

namespace tandem::router {

std::string TextOf(const Explanation::Choice& choice, bool whole) {
  const bool usual = choice.mode == DistributionMode::kLongestIdle && !choice.kept &&
                     !choice.named && !choice.claimed;
  if (usual && !whole) return {};
  std::string text = "\n  chosen " + choice.agent + " by " + ToString(choice.mode);
  if (choice.offered) text += " offered";
  if (choice.claimed) text += " claimed";
  if (choice.kept) text += " kept";
  if (choice.named) text += " named";
  if (choice.idle_since.IsSet()) text += " idle_since=" + TextOf(choice.idle_since);
  if (choice.load != 0) text += " load=" + std::to_string(choice.load);
  if (choice.score != 0) text += " score=" + std::to_string(choice.score);
  if (choice.cost_per_hour_milli != 0) {
    text += " cost=" + std::to_string(choice.cost_per_hour_milli);
  }
  return text;
}

std::string TextOf(const AgentExplanation& explanation, bool with_room) {
  std::string text = std::string("agent ") + ToString(explanation.status) +
                     (explanation.reason.empty() ? "" : " reason=" + explanation.reason) +
                     " since=" + TextOf(explanation.status_since) +
                     " obstacle=" + ToString(explanation.obstacle);
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
    text += " first=" + TextOf(of.first) + " " + ToString(of.obstacle);
    if (of.delayed_until.IsSet()) text += " until " + TextOf(of.delayed_until);
  }
  return text;
}

}  // namespace tandem::router
