// Who uses the engine in the simulation: customers who write and call, agents at their desks, the
// telephony adapter, and somebody who applies configurations. They lose calls and answers, and
// repeat what they are not sure of.
#ifndef TANDEM_TESTS_SIM_CLIENTS_H_
#define TANDEM_TESTS_SIM_CLIENTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "router/command.h"
#include "router/rows.h"
#include "server/engine/engine.h"
#include "tests/sim/world.h"

namespace tandem::sim {

inline constexpr int kAgents = 10;
inline constexpr int kPeople = 8;  // those after them are automated

// What is simulated: the small workspace of tests/support, whose front office rings so many at
// once, and a queue "posts" of work in it that can wait. Calls interrupt tasks; chats interrupt
// posts, and tasks of which a customer waits for one interrupt jobs. Posts come to agents after a
// delay, and get the best match; jobs go by priority. Two agents pause at once; one is kept back
// for calls, and one works for the back office. While "hours" are closed, care overflows to posts.
// Contacts that don't say what they are about are classified and shared out; some are classified
// again. Some are for one agent alone, or for anybody but one, or in a language, until the plan of
// their queue asks for less; some are called back when that takes too long. Posts are accepted by
// themselves; agents begin work by hand, and pick tickets. Chats return when their agent stays
// away. Who gets a call changes with each configuration. Conversations whose customer is silent are
// parked and completed, and a message reopens them. Automated agents hand questions off to people,
// and complete none of which they are not sure.
router::Configuration SimulatedConfiguration(int agents, uint32_t rings,
                                             router::DistributionMode mode);

// Something that a client wants done, with every answer that the engine gave to it.
struct Operation {
  int number = 0;
  router::Command command;
  std::optional<engine::RequestTag> request;
  std::vector<router::Outcome> answers;
  int attempts = 0;
  bool settled = false;  // the client knows the outcome
  std::function<void(const router::Outcome&)> then;
};
using OperationPtr = std::shared_ptr<Operation>;

class Clients;

// One agent's desk. A stream's notices keep a view of what the agent has; without a stream the desk
// asks.
class Desk : public engine::NoticeSink {
 public:
  Desk(World& world, Clients& clients, int number, bool has_stream);
  ~Desk() override;
  void Begin();
  // Compares the view with what the engine says; for when nothing moves any more.
  void CompareView();

  void OnNotice(const router::Notice& notice) override;

 private:
  void Act();
  void Open();
  void Leave(bool say_so);
  void Choose(const router::AgentSnapshot& snapshot);
  void Answer(const router::OfferView& offer);
  void Work(const router::WorkView& work);
  void Do(router::Action action, std::function<void(const router::Reply&)> then = nullptr);
  void Show(const router::AgentSnapshot& snapshot);
  router::SessionRef session() const;
  void Consult(const router::WorkView& work);
  router::CompleteTicket Completion(const router::WorkView& work);
  router::ReleaseTicket Release(router::TicketId ticket);
  void Monitor();
  void Begin(const std::string& channel);

  World& world_;
  Clients& clients_;
  const std::string agent_;
  const bool automated_;
  const bool has_stream_;
  bool opening_ = false;
  int64_t generation_ = 0;  // 0: no session
  int incarnation_ = 0;     // of the process that the stream goes to
  router::AgentStatus status_ = router::AgentStatus::kOffline;
  std::set<router::OfferId> offers_;
  std::map<router::TicketId, router::TicketState> work_;
};

class Clients {
 public:
  explicit Clients(World& world);

  void Begin();
  // Nobody starts anything new; what was started is brought to its end.
  void Rest() { resting_ = true; }
  bool resting() const { return resting_; }
  bool AllSettled() const;
  void CompareViews();

  OperationPtr Start(router::Command command, bool with_request_id,
                     std::function<void(const router::Outcome&)> then = nullptr);
  void Media(router::TicketId ticket, router::OfferId offer);

  const std::vector<OperationPtr>& operations() const { return operations_; }
  // One of the tickets that came in; unset while none did.
  std::optional<router::TicketId> AnyTicket();

 private:
  void Send(const OperationPtr& operation);
  void Receive(const OperationPtr& operation, int attempt, const router::Outcome& outcome);
  void AskAgain(const OperationPtr& operation);
  void Customer();
  void Ingest();
  void Writer();
  template <typename Addition>
  void Add(Addition addition);
  void Reclassify(router::TicketId ticket);
  void Supervisor();
  router::Command AboutAgent(router::TicketId ticket);
  router::Command NewContact();

  World& world_;
  bool resting_ = false;
  std::vector<OperationPtr> operations_;
  std::vector<std::unique_ptr<Desk>> desks_;
  std::vector<router::TicketId> tickets_;
  std::vector<router::Command> with_external_id_;
};

}  // namespace tandem::sim

#endif  // TANDEM_TESTS_SIM_CLIENTS_H_
