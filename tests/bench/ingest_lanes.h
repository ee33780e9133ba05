// Lanes that take contacts in, by each of the three ways: a call each, a stream, a call for
// thousands.
#ifndef TANDEM_TESTS_BENCH_INGEST_LANES_H_
#define TANDEM_TESTS_BENCH_INGEST_LANES_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "tests/bench/contact_stream.h"
#include "tests/bench/load.h"
#include "tests/bench/workload.h"

namespace tandem::bench {

using ContactStreams = std::vector<std::unique_ptr<ContactStream>>;

// A stream for each connection.
ContactStreams OpenContactStreams(const Channels& adapters);

// What they are given must outlive the load. Contacts are of all kinds of work in turn.
Load::MakeLane UnaryIngest(const Channels& adapters, const Workload& workload);
Load::MakeLane StreamIngest(const ContactStreams& streams, const Workload& workload);
// A life is one call; each contact counts.
Load::MakeLane BatchIngest(const Channels& adapters, const Workload& workload, size_t contacts);

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_INGEST_LANES_H_
