// What one agent of the load sees and decides to do. No IO: threads of the load carry its steps
// out.
#ifndef TANDEM_TESTS_E2E_DESK_H_
#define TANDEM_TESTS_E2E_DESK_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <variant>

#include "tandem/v1/agent_service.pb.h"
#include "tandem/v1/media_service.pb.h"
#include "tandem/v1/work_service.pb.h"
#include "tests/e2e/journal.h"

namespace tandem::e2e {

// One thing to do, and what OK promises. Verbs have no session: who sends them adds it where it is
// needed.
struct Step {
  std::variant<v1::StreamAgentSessionRequest, v1::ReportMediaEventRequest, v1::ClaimTicketsRequest>
      action;
  Promise promise;  // event is empty when OK promises nothing that is checked
};

// Used by one thread.
class Desk {
 public:
  Desk(std::string agent, uint64_t seed) : agent_(std::move(agent)), random_(seed) {}

  // Everything there is, as a new session or a heartbeat tells it.
  void Show(const v1::AgentSnapshot& snapshot);
  // One change, as a stream tells it.
  void Show(const v1::StreamAgentSessionResponse& change);

  // The next thing to do now, if any. `drain`: nothing is ignored or given back any more.
  std::optional<Step> Next(bool drain);

 private:
  using Clock = std::chrono::steady_clock;
  // An offer or a piece of work.
  template <typename What>
  struct Item {
    What what;
    Clock::time_point act_at;
    bool ignored = false;  // left to its time limit
  };

  void SeeOffer(const v1::Offer& offer);
  void SeeWork(const v1::Work& work);
  std::optional<Step> AnswerOffer(bool drain);
  std::optional<Step> GoOnWith(Item<v1::Work>& item, bool drain);
  Step Media(const v1::Work& work, v1::MediaEventType type);
  std::optional<Step> MindStatus(bool drain);
  bool Chance(unsigned percent) { return random_() % 100 < percent; }
  Clock::time_point Soon();

  const std::string agent_;
  std::mt19937_64 random_;
  v1::AgentState state_;
  std::map<std::string, Item<v1::Offer>> offers_;  // by offer id
  std::map<std::string, Item<v1::Work>> work_;     // by ticket
  Clock::time_point status_at_, claim_at_;
};

}  // namespace tandem::e2e

#endif  // TANDEM_TESTS_E2E_DESK_H_
