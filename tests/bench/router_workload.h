// The floors that the router's benchmarks run on.
#ifndef TANDEM_TESTS_BENCH_ROUTER_WORKLOAD_H_
#define TANDEM_TESTS_BENCH_ROUTER_WORKLOAD_H_

#include <cstddef>
#include <random>
#include <vector>

#include "router/contact.h"

namespace tandem::router {

// How large a floor is.
struct FloorSize {
  size_t agents = 0;
  size_t profiles = 0;  // agents of one profile have equal traits
  size_t classes = 0;
  size_t waiting = 0;  // tickets
  bool all_features = false;
  bool somebody_may_take_each = false;  // else a class may be nobody's
};

// Profiles: each with 8 of 200 skills at random levels, 3 of 20 process types, 2 of 4 clients, 1 of
// 50 routing profiles with 5 of 50 queues in two ranks. Agents take one ticket at a time. Classes:
// each with a queue, a process type, a client, and half of them with one clause of three skills at
// levels 1, 3 and 5; about 1 of 130 profiles may take a ticket of a class without a clause.
//
// With all features, also: shares of clients with floors and ceilings; a live reserve and a BACK
// floor of each routing profile, and a delay of its last queue; queues FRONT and BACK, LIVE and
// DEFERRABLE, every fifth PRIORITY_FIRST, every fifth with late work after punctual work, every
// fifth asking two agents at once, all with hours and with a plan of three steps; agents in teams
// with a limit of pauses, with languages and attributes, two chats and three e-mails of which chats
// interrupt the latter; contacts by chat and by e-mail, in a language, which prefer a skill and an
// attribute, and exclude an agent.
class RouterWorkload {
 public:
  RouterWorkload(FloorSize size, DistributionMode mode);

  // Checked, with defaults filled in.
  Configuration MakeConfiguration();
  // A ticket of one of the classes.
  NewContact MakeContact();
  // A ticket of a class of its own: one clause of skills in a combination that none has had.
  NewContact MakeStranger();

 private:
  NewContact MakeClass(bool with_clause);
  bool MayTake(const Agent& kind, const NewContact& contact) const;
  void AddFeatures(Configuration& configuration);

  std::mt19937_64 random_{1};
  const FloorSize size_;
  const DistributionMode mode_;
  std::vector<Agent> kinds_;
  std::vector<NewContact> classes_;
};

}  // namespace tandem::router

#endif  // TANDEM_TESTS_BENCH_ROUTER_WORKLOAD_H_
