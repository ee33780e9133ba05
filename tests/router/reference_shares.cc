// The reference's fair shares and BACK floors: what clients and agents have in hand, counted ticket
// by ticket.
#include <algorithm>
#include <map>
#include <string>

#include "tests/router/reference_router.h"

namespace tandem::router {

std::optional<FairShare> ReferenceRouter::FairShareOf(const std::string& client) const {
  for (const Client& configured : workspace_->configuration.clients) {
    if (configured.id == client) return configured.fair_share;
  }
  return std::nullopt;
}

uint64_t ReferenceRouter::CountInHand(const std::string& client) const {
  uint64_t in_hand = 0;
  for (const auto& [id, ticket] : workspace_->tickets) {
    if (ticket.contact.client == client && !ticket.agent.empty()) ++in_hand;
  }
  return in_hand;
}

std::optional<Explanation::Share> ReferenceRouter::ShareOf(const TicketData& ticket) const {
  const std::optional<FairShare> configured = FairShareOf(ticket.contact.client);
  if (!configured) return std::nullopt;
  Explanation::Share share;
  share.configured = *configured;
  share.in_hand = CountInHand(ticket.contact.client);
  if (configured->weight != 0) {
    std::map<std::string, uint32_t> weights;
    for (const auto& [id, other] : workspace_->tickets) {
      const std::string& client = other.contact.client;
      const auto of_other = FairShareOf(client);
      if (!of_other || of_other->weight == 0) continue;
      if (other.agent.empty() && other.state != TicketState::kQueued) continue;
      weights[client] = of_other->weight;
    }
    for (const auto& [client, weight] : weights) {
      share.weights += weight;
      share.shared += CountInHand(client);
    }
  }
  const bool full = configured->ceiling != 0 && share.in_hand >= configured->ceiling;
  const bool over =
      configured->weight != 0 && share.in_hand * share.weights > configured->weight * share.shared;
  if (full || over) share.tier = ClientTier::kOverShare;
  if (share.in_hand < configured->floor) share.tier = ClientTier::kBelowFloor;
  return share;
}

ClientTier ReferenceRouter::TierOf(const TicketData& ticket) const {
  const auto share = ShareOf(ticket);
  return share ? share->tier : ClientTier::kWithinShare;
}

bool ReferenceRouter::IsOnBack(const AgentState& agent) const {
  const auto& tickets = workspace_->tickets;
  return agent.status != AgentStatus::kOffline &&
         std::any_of(tickets.begin(), tickets.end(), [&](const auto& entry) {
           const TicketData& ticket = entry.second;
           return (ticket.agent == agent.id || IsOfferedTo(ticket, agent.id)) &&
                  QueueOf(ticket).office == Office::kBack;
         });
}

uint32_t ReferenceRouter::CountOnBack(const std::string& profile) const {
  uint32_t on_back = 0;
  for (const auto& [id, agent] : workspace_->agents) {
    if (FindAgent(id)->routing_profile == profile && IsOnBack(agent)) ++on_back;
  }
  return on_back;
}

bool ReferenceRouter::BackGoesFirst(const AgentState& agent) const {
  const RoutingProfile& profile = *FindProfile(FindAgent(agent.id)->routing_profile);
  return profile.back_floor > 0 && !IsOnBack(agent) && CountOnBack(profile.id) < profile.back_floor;
}

// Whom the reserve held back, where a floor was met when that was looked at last.
void ReferenceRouter::LookAtBackFloors() {
  for (const RoutingProfile& profile : workspace_->configuration.routing_profiles) {
    const bool was_met = workspace_->on_back[profile.id] >= profile.back_floor;
    if (!was_met || CountOnBack(profile.id) >= profile.back_floor) continue;
    for (const auto& [id, agent] : workspace_->agents) {
      if (FindAgent(id)->routing_profile == profile.id && IsIdle(agent)) {
        workspace_->gained.insert(id);
      }
    }
  }
}

void ReferenceRouter::KeepBackCounts() {
  for (const RoutingProfile& profile : workspace_->configuration.routing_profiles) {
    workspace_->on_back[profile.id] = CountOnBack(profile.id);
  }
}

}  // namespace tandem::router
