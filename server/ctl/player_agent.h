// A simulated agent: logs in for a shift, takes offers, works, wraps up, has a break and goes home.
//
// The agent acts on what the server says, not on what it did itself: every change of its work comes
// down the stream, and whatever state a ticket is in, the agent plans the one next step. So a
// session that was lost and opened again goes on from its snapshot without any special case. Verbs
// that were under way when the stream broke are sent again with the request_id they had. For calls
// the agent's desk also plays the telephony adapter.
#ifndef TANDEM_SERVER_CTL_PLAYER_AGENT_H_
#define TANDEM_SERVER_CTL_PLAYER_AGENT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/time/time.h"

#include "server/ctl/player_stream.h"
#include "server/ctl/player_world.h"
#include "tandem/v1/agent_service.pb.h"

namespace tandem::ctl {

// One ticket in the agent's hands.
struct WorkItem {
  tandem::v1::Work work;
  int64_t plan =
      0;  // Serial of the step planned for the present state; a timer of an older plan is void.
  int activations = 0;  // How often it became ACTIVE with this agent.
};

// Lives on the loop's thread.
class SimulatedAgent {
 public:
  // `index` spreads the agents over connections.
  SimulatedAgent(PlayerWorld& world, std::string id, size_t index);

  SimulatedAgent(const SimulatedAgent&) = delete;
  SimulatedAgent& operator=(const SimulatedAgent&) = delete;

  // Logs in when the server's clock shows `begin`, stops taking work at `end`, and logs out when
  // nothing is left.
  void WorkShift(absl::Time begin, absl::Time end);
  // Logs out at once; open work stays with the agent.
  void Leave();
  // Ends the connection, whatever is under way. The last call.
  void CutOff();

  [[nodiscard]] bool logged_in() const { return opened_; }
  // Has work or an offer in hand, or is about to be told.
  [[nodiscard]] bool busy() const;

 private:
  using Request = AgentStream::Request;
  using VerbDone = std::function<void(const tandem::v1::VerbResult&)>;

  // A verb that the server has not decided yet.
  struct Verb {
    Request request;
    std::string name;
    VerbDone on_result;
    Backoff backoff;
  };

  // The session.
  void Open();
  void OnMessage(const AgentStream::Response& message);
  void OnEnd(const grpc::Status& status);
  void OnOpened(const tandem::v1::AgentSnapshot& snapshot);
  // Sends a verb until it is decided; `on_result` may be empty.
  void Send(const std::string& name, Request request, VerbDone on_result);
  void OnResult(const tandem::v1::VerbResult& result);

  // Status.
  void OnState(const tandem::v1::AgentState& state);
  // Sets the status the agent should have now, unless it is so already or being set.
  void Settle();
  void EndShift();
  void LogOutWhenDone();

  // Work.
  void OnOffer(const tandem::v1::Offer& offer);
  void AnswerOffer(const std::string& offer_id);
  void OnWork(const tandem::v1::Work& work);
  void OnWorkGone(const std::string& ticket_id);
  void PlanNextStep(WorkItem& item);
  // Runs `step` after `delay`, if the ticket is still as planned then.
  void PlanAfter(WorkItem& item, absl::Duration delay, std::function<void(WorkItem&)> step);
  void PlanActive(WorkItem& item);
  void PlanStart(WorkItem& item);
  void ReportMedia(const WorkItem& item, tandem::v1::MediaEventType type, tandem::v1::Party party);
  void SendStart(WorkItem& item);
  void SendFinish(WorkItem& item);
  void SendComplete(WorkItem& item);
  void SendRelease(WorkItem& item);
  // What became of a verb about a ticket: gone, or to be tried again a while later.
  void AfterVerb(const std::string& ticket_id, int64_t plan, const tandem::v1::VerbResult& result);

  // Claims.
  void ClaimLater(absl::Duration delay);
  void Claim();
  void ExtendLeasesLater(const tandem::v1::Work& work);
  void ExtendLeases();

  PlayerWorld& world_;
  PlayerLoop& loop_;
  const std::string id_;
  const size_t index_;
  const bool pulls_;

  // The session.
  std::shared_ptr<AgentStream> stream_;
  int64_t stream_serial_ = 0;  // Messages of older streams are void.
  bool opened_ = false;
  bool gone_home_ = false;  // No further session.
  int64_t generation_ = 0;
  Backoff reopen_;
  int64_t next_tag_ = 1;
  std::map<int64_t, Verb> verbs_;  // By tag: oldest first.

  // Status.
  tandem::v1::AgentState state_;
  bool setting_status_ = false;
  bool shift_over_ = false;
  bool on_break_ = false;
  bool recovering_ = false;  // Gets the device going, or comes back to the desk.
  bool closing_ = false;

  // Work.
  std::set<std::string> offers_;           // By offer id.
  std::map<std::string, WorkItem> items_;  // By ticket.
  int64_t next_plan_ = 1;
  bool claiming_ = false;
  bool claim_planned_ = false;
  bool extension_planned_ = false;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_PLAYER_AGENT_H_
