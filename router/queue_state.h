// What the router keeps of a queue, and of a channel. Internal to router/.
#ifndef TANDEM_ROUTER_QUEUE_STATE_H_
#define TANDEM_ROUTER_QUEUE_STATE_H_

#include <cstdint>
#include <vector>

#include "router/estimate.h"
#include "router/ids.h"
#include "router/model.h"
#include "router/ranked_keys.h"
#include "router/time.h"
#include "router/wait_key.h"

namespace tandem::router {

// What is configured of a queue, and how many tickets it holds.
struct QueueState {
  const Queue* configured = nullptr;  // null: not configured (any more)
  ClientIndex client;                 // unset: every client
  // QUEUED or OFFERED: by age, as AgeOf says.
  RankedKeys waiting;
  uint32_t open = 0;                   // tickets whose queue it is, in any open state
  const Calendar* calendar = nullptr;  // null: always open
  bool closed = false;                 // its calendar is
  bool offers = true;  // its tickets may be offered: not LIVE ones unless it is open
  RecentVisits recent;
  // Those with which routing profiles serve it, but for 0: ascending, each once.
  std::vector<Duration> delays;
  bool priority_first = false;     // its order, as what waits is in
  bool late_last = false;          // late work goes after punctual work, as what waits does
  bool late_turn = false;          // but the next of its picks may be late
  uint32_t concurrent_offers = 1;  // as further rings are looked for

  bool IsBack() const { return configured->office == Office::kBack; }
};

// By since when it waits in its queue, then by arrival.
constexpr WaitKey AgeOf(Time queued_at, uint64_t arrival) {
  return {queued_at, arrival};
}

struct ChannelState {
  const Channel* configured = nullptr;
  uint32_t open = 0;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_QUEUE_STATE_H_
