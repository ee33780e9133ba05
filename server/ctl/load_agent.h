// An agent of a load: holds a session, says yes to every offer and completes the work after its
// time.
//
// The agent acts on the answers to its verbs, and measures each from the instant at which it was
// meant. Nothing is repeated: a verb that fails, or is lost with the stream, has failed. A session
// that ends is opened again, and goes on from its snapshot.
#ifndef TANDEM_SERVER_CTL_LOAD_AGENT_H_
#define TANDEM_SERVER_CTL_LOAD_AGENT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "absl/time/time.h"

#include "server/ctl/load_world.h"
#include "server/ctl/player_stream.h"
#include "tandem/v1/agent_service.pb.h"

namespace tandem::ctl {

// Lives on the loop's thread.
class LoadAgent {
 public:
  // `index` spreads the agents over connections.
  LoadAgent(LoadWorld& world, std::string id, const Spread& answers, size_t index, uint64_t seed);
  LoadAgent(const LoadAgent&) = delete;
  LoadAgent& operator=(const LoadAgent&) = delete;

  // Opens the session and becomes AVAILABLE.
  void LogIn();
  // Closes the session; open work stays with the agent.
  void LogOut();
  // Ends the connection, whatever is under way. The last call.
  void CutOff();

  [[nodiscard]] bool gone() const { return stream_ == nullptr; }

 private:
  using Request = AgentStream::Request;

  // A verb without an answer yet.
  struct Verb {
    LoadStage stage;
    absl::Time intended_at;
    std::string ticket_id;                                       // Empty: it is about none.
    std::function<void(tandem::v1::TicketState state)> on_done;  // When it was not refused.
  };

  void OnMessage(const AgentStream::Response& message);
  void OnEnd(const grpc::Status& status);
  void OnOpened(const tandem::v1::AgentSnapshot& snapshot);
  void OnState(const tandem::v1::AgentState& state);
  void OnOffer(const tandem::v1::Offer& offer);
  void OnOfferEnded(const tandem::v1::OfferEnded& ended);
  void OnResult(const tandem::v1::VerbResult& result);

  void Send(Request request, Verb verb);
  void BecomeAvailable();
  void Accept(const std::string& offer_id, const std::string& ticket_id, absl::Time intended_at);
  // The one next step of a ticket in this state.
  void GoOn(const std::string& ticket_id, tandem::v1::TicketState state);
  // A step of a ticket, at the end of `delay`; none when the session was lost meanwhile, as the
  // next one's snapshot says what there is to do.
  void After(absl::Duration delay, std::function<void(absl::Time intended_at)> step);
  void EndWork(const std::string& ticket_id, absl::Time intended_at);
  void Complete(const std::string& ticket_id, absl::Time intended_at);

  LoadWorld& world_;
  PlayerLoop& loop_;
  const std::string id_;
  const Spread answers_;
  const size_t index_;
  std::mt19937_64 random_;

  std::shared_ptr<AgentStream> stream_;
  int64_t serial_ = 0;  // Of the stream: what older ones bring is void.
  absl::Time opened_at_ = absl::InfinitePast();
  bool was_ready_ = false;
  bool leaving_ = false;
  Backoff reopen_;
  int64_t next_tag_ = 1;
  std::map<int64_t, Verb> verbs_;  // By tag.
  std::set<std::string> offers_;   // That are held for the agent, by id.
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_LOAD_AGENT_H_
