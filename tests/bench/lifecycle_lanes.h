// Lanes that lead one ticket after the other through its life: ingest, offer, accept, complete.
//
// By unary calls, or by messages on streams. Contacts come over a few connections, as from the
// adapters of channels; what an agent does goes over the agent's own. Where nothing is offered (an
// echo server without offers), the lanes make an offer up.
#ifndef TANDEM_TESTS_BENCH_LIFECYCLE_LANES_H_
#define TANDEM_TESTS_BENCH_LIFECYCLE_LANES_H_

#include <cstddef>

#include "tests/bench/floor.h"
#include "tests/bench/ingest_lanes.h"
#include "tests/bench/load.h"
#include "tests/bench/workload.h"

namespace tandem::bench {

// What the lanes need; it must outlive the load.
struct Parties {
  const Channels& adapters;
  const Channels& connections;  // agent i calls over connection i modulo their number
  Workload workload;
  OfferBoard* board = nullptr;  // null: the lanes make offers up
};

// Each lane has at most one call under way, so the number of lanes is the number of calls at once.
Load::MakeLane UnaryLifecycles(const Parties& parties);
// The same three steps, as messages on a stream of contacts and on the agents' own.
Load::MakeLane StreamLifecycles(const Parties& parties, const ContactStreams& contacts,
                                Floor& floor);

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_LIFECYCLE_LANES_H_
