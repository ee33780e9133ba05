// How many tickets wait where, and what the agents are doing: levels for whoever watches the
// service. Nothing is decided by them.
//
// A census is taken in slices, so that commands go on between them; its numbers are of the moments
// at which each was counted.
#ifndef TANDEM_ROUTER_CENSUS_H_
#define TANDEM_ROUTER_CENSUS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "router/model.h"
#include "router/time.h"

namespace tandem::router {

// By AgentStatus; 0 is none.
inline constexpr size_t kAgentStatuses = static_cast<size_t>(kLastAgentStatus) + 1;

struct QueueCensus {
  std::string queue;
  uint64_t waiting = 0;     // QUEUED or OFFERED
  Time oldest_queued_at;    // of these; unset when none waits
  uint64_t in_service = 0;  // owned by an agent
};

struct WorkspaceCensus {
  std::string workspace;
  uint64_t open_tickets = 0;
  std::array<uint64_t, kAgentStatuses> agents{};  // configured ones, by status
  std::vector<QueueCensus> queues;                // configured, or with tickets
};

struct Census {
  std::vector<WorkspaceCensus> workspaces;  // by id

  // Where the next slice goes on. Within the workspace that is at work, everything is by index.
  struct Position {
    std::string workspace;  // the one at work, or the last one that was done
    bool begun = false;
    size_t next_agent = 0;
    std::vector<uint64_t> in_service;  // by queue
  } position;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_CENSUS_H_
