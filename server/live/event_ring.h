// The newest events of one workspace, in memory, for everybody who follows them.
//
// A follower keeps a position, the sequence of the last event that it has dealt with, and nothing
// else: it reads on from there when it can send. So a follower that is slow costs nothing here; it
// falls out of the ring, reads from the store, and comes back. Nothing is missed on the way,
// because sequences have no gaps: the event after a position is in the ring, or older than all of
// it, or not there yet. When batches are lost the ring begins anew.
//
// Thread rule: every function is safe from any thread.
#ifndef TANDEM_SERVER_LIVE_EVENT_RING_H_
#define TANDEM_SERVER_LIVE_EVENT_RING_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"

#include "router/ids.h"
#include "router/rows.h"
#include "server/sync/mutex.h"

namespace tandem::live {

// Which events a follower wants: those that pass every set that is not empty.
struct EventFilter {
  absl::flat_hash_set<std::string> clients, queues;
  absl::flat_hash_set<router::TicketId> tickets;
  std::bitset<256> types;  // by router::EventType; none: all

  bool Passes(const router::EventRow& event) const;
};

class EventRing {
 public:
  static constexpr size_t kCapacity = 8'192;

  enum class Found {
    kRead,   // read on from the new position
    kEnd,    // nothing there yet
    kOlder,  // the next event is older than the ring, or the ring knows nothing yet
  };

  explicit EventRing(std::string workspace) : workspace_(std::move(workspace)) {}

  // Takes the workspace's events of a batch. When some are missing in front of them, the ring
  // begins anew.
  void Append(const std::vector<router::EventRow>& events);
  // Some batches are not told, so the ring begins anew. Without this the newest event of the
  // workspace could be missing, and a follower would not look for it until the next one came.
  void Lose();

  // Appends to `events` those after `position` that pass the filter, until there are `most`, and
  // moves the position behind the last event that was looked at.
  Found Read(int64_t& position, const EventFilter& filter, size_t most,
             std::vector<router::EventRow>& events) const;

  // How many events are after the position, up to the newest that it holds.
  int64_t Behind(int64_t position) const;

  // Whether the ring holds anything. Empty, it knows of no event after those that were durable when
  // it was made, or lost last.
  bool empty() const;
  // How often batches were lost.
  int64_t losses() const;

 private:
  const std::string workspace_;
  mutable sync::Mutex mutex_;
  std::deque<router::EventRow> events_ ABSL_GUARDED_BY(mutex_);
  int64_t losses_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace tandem::live

#endif  // TANDEM_SERVER_LIVE_EVENT_RING_H_
