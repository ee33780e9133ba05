// What each client has of the agents' work, and where that puts its tickets. Internal to router/.
//
// Kept only while a client has a fair share; nothing of it is in a row, as it follows from the
// tickets.
//
//   below its floor    in hand < floor
//   at its ceiling     in hand >= ceiling
//   over its share     in hand x weights > weight x shared
//
// where `weights` and `shared` are the weights and the tickets in hand of all clients that have a
// weight, and anything in hand or QUEUED. One that has neither takes no part of the others' shares.
// What a client has waiting counts for nothing else: how much of it there is says nothing of what
// it is to get. All are whole numbers, the greatest product some 10^15.
#ifndef TANDEM_ROUTER_FAIR_SHARES_H_
#define TANDEM_ROUTER_FAIR_SHARES_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "router/bits.h"
#include "router/fair_share.h"
#include "router/ids.h"

namespace tandem::router {

class FairShares {
 public:
  // By client; unset: it has none. When that changes it forgets what was counted; true: now every
  // ticket is to be counted again.
  bool Configure(std::vector<std::optional<FairShare>> configured);

  // Whether any client has one. The rest may be called only while this is so.
  bool any() const { return !clients_.empty(); }

  // One ticket more, or less, that is QUEUED; that an agent has, or is offered.
  void CountWaiting(ClientIndex client, int by) { Count(&OfClient::waiting, client, by); }
  void CountInHand(ClientIndex client, int by) { Count(&OfClient::in_hand, client, by); }

  ClientTier TierOf(ClientIndex client) const {
    const OfClient& of = clients_[client.value];
    if (of.in_hand < of.share.floor) return ClientTier::kBelowFloor;
    const bool at_ceiling = of.share.ceiling != 0 && of.in_hand >= of.share.ceiling;
    const bool over = of.share.weight != 0 && of.in_hand * weights_ > of.share.weight * shared_;
    return at_ceiling || over ? ClientTier::kOverShare : ClientTier::kWithinShare;
  }
  // The first tier of the clients that have anything QUEUED, and for whom `serves` is true;
  // kOverShare when none has.
  template <typename Serves>
  ClientTier FirstWaiting(Serves serves) const {
    ClientTier first = ClientTier::kOverShare;
    for (size_t i = 0; i < waiting_.words(); ++i) {
      for (uint64_t left = waiting_.Word(i); left != 0; left &= left - 1) {
        const ClientIndex client{static_cast<uint32_t>(i * 64) +
                                 static_cast<uint32_t>(std::countr_zero(left))};
        const ClientTier tier = TierOf(client);
        if (tier >= first || !serves(client)) continue;
        first = tier;
        if (first == first_tier_) return first;
      }
    }
    return first;
  }

  uint64_t in_hand(ClientIndex client) const { return clients_[client.value].in_hand; }
  uint64_t weights() const { return weights_; }
  uint64_t shared() const { return shared_; }

  // Whether all is as in the other, for invariants.
  friend bool operator==(const FairShares&, const FairShares&) = default;

 private:
  struct OfClient {
    FairShare share;
    uint64_t waiting = 0, in_hand = 0;
    friend bool operator==(const OfClient&, const OfClient&) = default;
  };
  void Count(uint64_t OfClient::*counted, ClientIndex client, int by);

  std::vector<std::optional<FairShare>> configured_;
  std::vector<OfClient> clients_;                     // by index; empty: none has one
  Bits waiting_;                                      // clients with anything QUEUED
  ClientTier first_tier_ = ClientTier::kWithinShare;  // nobody can be before it
  uint64_t weights_ = 0, shared_ = 0;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_FAIR_SHARES_H_
