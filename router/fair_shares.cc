#include "router/fair_shares.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "router/state.h"

namespace tandem::router {

const char* ToString(ClientTier tier) {
  switch (tier) {
    case ClientTier::kBelowFloor:
      return "BELOW_FLOOR";
    case ClientTier::kWithinShare:
      return "WITHIN_SHARE";
    case ClientTier::kOverShare:
      return "OVER_SHARE";
  }
  std::abort();
}

bool FairShares::Configure(std::vector<std::optional<FairShare>> configured) {
  const bool any = std::any_of(configured.begin(), configured.end(),
                               [](const auto& share) { return share.has_value(); });
  if (!any) configured.clear();
  if (configured == configured_) return false;
  configured_ = std::move(configured);
  clients_.assign(configured_.size(), {});
  waiting_.Clear();
  weights_ = shared_ = 0;
  first_tier_ = ClientTier::kWithinShare;
  for (uint32_t i = 0; i < configured_.size(); ++i) {
    clients_[i].share = configured_[i].value_or(FairShare{});
    if (clients_[i].share.floor != 0) first_tier_ = ClientTier::kBelowFloor;
  }
  return any;
}

void FairShares::Count(uint64_t OfClient::*counted, ClientIndex client, int by) {
  OfClient& of = clients_[client.value];
  const bool counted_before = of.waiting + of.in_hand != 0;
  of.*counted += static_cast<uint64_t>(int64_t{by});
  of.waiting != 0 ? waiting_.Add(client.value) : waiting_.Remove(client.value);
  if (of.share.weight == 0) return;
  if (counted == &OfClient::in_hand) shared_ += static_cast<uint64_t>(int64_t{by});
  const bool counts = of.waiting + of.in_hand != 0;
  if (counts == counted_before) return;
  if (counts) {
    weights_ += of.share.weight;
  } else {
    weights_ -= of.share.weight;
  }
}

std::vector<std::optional<FairShare>> FairSharesOf(const Workspace& workspace) {
  std::vector<std::optional<FairShare>> configured(workspace.clients.size());
  for (const Client& client : workspace.configuration.clients) {
    configured[workspace.client_ids.Find(client.id).value] = client.fair_share;
  }
  return configured;
}

void CountShares(const Workspace& workspace, FairShares& shares) {
  for (const Ticket& ticket : workspace.tickets) {
    if (!ticket.in_use) continue;
    if (ticket.state == TicketState::kQueued) shares.CountWaiting(ticket.client, +1);
    if (ticket.agent.IsSet()) shares.CountInHand(ticket.client, +1);
  }
}

}  // namespace tandem::router
