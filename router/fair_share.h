// What a client gets of agents who work for several clients: tandem.v1.FairShare.
#ifndef TANDEM_ROUTER_FAIR_SHARE_H_
#define TANDEM_ROUTER_FAIR_SHARE_H_

#include <cstdint>

namespace tandem::router {

// Counted in the client's tickets in hand: those that agents have, or are offered.
struct FairShare {
  uint32_t weight = 0;   // against other clients' weights; 0: it has no share
  uint32_t floor = 0;    // with fewer, its tickets go first
  uint32_t ceiling = 0;  // with so many, they go last; 0: none
  friend bool operator==(const FairShare&, const FairShare&) = default;
};

// Where tickets of a client go among others of the same rank and urgency. Numbers as
// tandem.v1.ClientTier.
enum class ClientTier : uint8_t { kBelowFloor = 1, kWithinShare = 2, kOverShare = 3 };
const char* ToString(ClientTier tier);  // "BELOW_FLOOR"

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_FAIR_SHARE_H_
