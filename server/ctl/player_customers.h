// The simulated customers and business systems: contacts arrive at their time, impatient customers
// leave.
#ifndef TANDEM_SERVER_CTL_PLAYER_CUSTOMERS_H_
#define TANDEM_SERVER_CTL_PLAYER_CUSTOMERS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "server/ctl/day_file.h"
#include "server/ctl/player_world.h"
#include "tandem/v1/ingest_service.pb.h"

namespace tandem::ctl {

// The day's clock against the server's.
struct DayClock {
  absl::Time midnight;  // When, on the server's clock, the played day began.
  absl::Time nominal;   // Midnight of the working day that the played one stands for, in `zone`.
  absl::TimeZone zone;  // The workspace's.

  [[nodiscard]] absl::Time At(double day_seconds) const {
    return midnight + absl::Seconds(day_seconds);
  }
};

// The day that `server_time` is `into_day` into. It stands for that date in `zone`, or for the
// Monday after a weekend, so that business hours of the played day are hours of its own clock.
[[nodiscard]] DayClock StartDay(absl::Time server_time, absl::Duration into_day,
                                absl::TimeZone zone);

// Lives on the loop's thread.
class SimulatedCustomers {
 public:
  // External ids become "<run>/<id>", so that a day can be played many times over.
  SimulatedCustomers(PlayerWorld& world, std::vector<DayContact> contacts, DayClock day,
                     std::string run);

  SimulatedCustomers(const SimulatedCustomers&) = delete;
  SimulatedCustomers& operator=(const SimulatedCustomers&) = delete;

  // Lets the first contact come, which calls the next.
  void Start() { PlanNext(); }

  [[nodiscard]] size_t contacts() const { return contacts_.size(); }
  [[nodiscard]] size_t arrived() const { return next_; }
  [[nodiscard]] int64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] int64_t joined() const { return joined_; }
  [[nodiscard]] int64_t duplicates() const { return duplicates_; }
  [[nodiscard]] int64_t unroutable() const { return unroutable_; }
  [[nodiscard]] int64_t refused() const { return refused_; }
  // Every ticket that an OK answer named.
  [[nodiscard]] const std::set<std::string>& tickets() const { return tickets_; }
  // All contacts are decided and nobody who waits will still lose patience.
  [[nodiscard]] bool Finished() const;

 private:
  void PlanNext();
  void Arrive(const DayContact& contact);
  void Acknowledged(const DayContact& contact, const tandem::v1::IngestResult& result);
  void LosePatience(const std::string& ticket_id);

  PlayerWorld& world_;
  const std::vector<DayContact> contacts_;  // In order of arrival.
  const DayClock day_;
  const std::string run_;
  size_t next_ = 0;
  int64_t acknowledged_ = 0;
  int64_t joined_ = 0;
  int64_t duplicates_ = 0;
  int64_t unroutable_ = 0;
  int64_t refused_ = 0;
  int64_t impatient_ = 0;  // Customers whose patience still runs.
  std::set<std::string> tickets_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_PLAYER_CUSTOMERS_H_
