// What the agents and the customers of a load share.
#ifndef TANDEM_SERVER_CTL_LOAD_WORLD_H_
#define TANDEM_SERVER_CTL_LOAD_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

#include "server/ctl/client.h"
#include "server/ctl/load_figures.h"
#include "server/ctl/load_plan.h"
#include "server/ctl/player_calls.h"
#include "server/ctl/player_loop.h"

namespace tandem::ctl {

// A contact's ticket. Its acknowledgement and its offer may come in either order.
struct LoadTicket {
  bool acknowledged = false;
  bool is_backlog = false;
  PlannedContact plan;  // Once it is acknowledged.
  absl::Time intended_at = absl::InfinitePast();
  absl::Time offered_at = absl::InfinitePast();  // The first time.
  bool answered = false;
  bool hung_up = false;  // The customer has called Abandon, whatever comes of it.
  bool over = false;     // Completed or abandoned, as the server said.
};

// Lives on the loop's thread.
class LoadWorld {
 public:
  LoadWorld(const Target& target, size_t agents, size_t connections);
  LoadWorld(const LoadWorld&) = delete;
  LoadWorld& operator=(const LoadWorld&) = delete;

  [[nodiscard]] PlayerLoop& loop() { return loop_; }
  [[nodiscard]] PlayerCalls& calls() { return calls_; }
  [[nodiscard]] LoadFigures& figures() { return figures_; }
  [[nodiscard]] const std::string& workspace() const { return target_.workspace; }
  // Stubs for the n-th contact's calls, and for the n-th agent's stream.
  [[nodiscard]] Client& AdapterOf(size_t n) { return *adapters_[n % adapters_.size()]; }
  [[nodiscard]] Client& DeskOf(size_t n) { return *desks_[n % desks_.size()]; }

  // A ticket that nobody knows yet is new.
  [[nodiscard]] LoadTicket& TicketOf(const std::string& id) { return tickets_[id]; }
  [[nodiscard]] const absl::flat_hash_map<std::string, LoadTicket>& tickets() const {
    return tickets_;
  }

  void NoteAcknowledged(const std::string& ticket_id, const PlannedContact& plan,
                        absl::Time intended_at, bool is_backlog);
  void NoteOffered(const std::string& ticket_id);
  void NoteOver(const std::string& ticket_id);
  // An agent can take offers for the first time.
  void NoteReady() { ++ready_; }

  [[nodiscard]] int64_t ready() const { return ready_; }
  // Acknowledged, but neither completed nor abandoned.
  [[nodiscard]] int64_t open() const { return open_; }

 private:
  void MeasureOffer(const LoadTicket& ticket);

  const Target target_;
  std::vector<std::unique_ptr<Client>> adapters_;
  std::vector<std::unique_ptr<Client>> desks_;
  PlayerLoop loop_;
  PlayerCalls calls_;
  LoadFigures figures_;
  absl::flat_hash_map<std::string, LoadTicket> tickets_;
  int64_t ready_ = 0;
  int64_t open_ = 0;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_LOAD_WORLD_H_
