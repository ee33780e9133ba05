// Checks that the facts of a run (visits, segments, intervals) fit its events and each other.
#ifndef TANDEM_TESTS_ROUTER_FACT_CHECKER_H_
#define TANDEM_TESTS_ROUTER_FACT_CHECKER_H_

#include <map>
#include <set>
#include <string>
#include <utility>

#include "router/rows.h"

namespace tandem::router {

class FactChecker {
 public:
  // Looks at the changes of one command, at `now`. Returns what is wrong; empty when nothing is.
  std::string Check(const Changes& changes, Time now);

 private:
  using TicketKey = std::pair<std::string, TicketId>;

  bool EndsOffer(const SegmentRow& segment) const;
  std::string CheckVisits(const Changes& changes);
  std::string CheckSegments(const Changes& changes);
  std::string CheckRoles(const Changes& changes);
  std::string CheckIntervals(const Changes& changes);
  std::string CheckSequences(const Changes& changes, Time now);

  std::set<TicketKey> requests_;  // for somebody to consult
  std::map<std::string, int64_t> last_sequence_;
  std::map<TicketKey, VisitRow> last_visit_;
  std::map<TicketKey, SegmentRow> last_segment_;  // of its owners
  std::set<std::pair<TicketKey, uint32_t>> segments_;
  std::map<std::pair<std::string, std::string>, AgentIntervalRow> last_interval_;
};

}  // namespace tandem::router

#endif  // TANDEM_TESTS_ROUTER_FACT_CHECKER_H_
