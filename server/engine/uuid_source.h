// Fresh ids for what commands may create.
//
// UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 bits of the millisecond's fraction, 62 random
// bits. Ids of one source are strictly increasing, also within a microsecond and when time stands
// still.
//
// Thread rule: one thread at a time.
#ifndef TANDEM_SERVER_ENGINE_UUID_SOURCE_H_
#define TANDEM_SERVER_ENGINE_UUID_SOURCE_H_

#include <cstdint>
#include <functional>

#include "router/ids.h"
#include "router/time.h"

namespace tandem::engine {

class UuidSource {
 public:
  // `random` gives 64 random bits at each call.
  explicit UuidSource(std::function<uint64_t()> random);

  router::TicketId NextTicket(router::Time now) { return Next<router::TicketId>(now); }
  router::ContactId NextContact(router::Time now) { return Next<router::ContactId>(now); }

 private:
  template <typename Id>
  Id Next(router::Time now) {
    Advance(now);
    return Id{High(), Low()};
  }
  void Advance(router::Time now);
  uint64_t High() const;
  uint64_t Low() const;

  const std::function<uint64_t()> random_;
  uint64_t stamp_ = 0;  // milliseconds and fraction of the last id, 60 bits
};

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_UUID_SOURCE_H_
