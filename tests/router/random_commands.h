// Random configurations and commands, mostly sensible ones, from a seed.
//
// Looks at the reference's state to find tickets, offers and sessions that a command can be about;
// about one command in ten is about something that is not there, or not any more. Worlds are small,
// so that everything meets everything.
#ifndef TANDEM_TESTS_ROUTER_RANDOM_COMMANDS_H_
#define TANDEM_TESTS_ROUTER_RANDOM_COMMANDS_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "router/command.h"
#include "router/time.h"
#include "tests/router/reference_router.h"

namespace tandem::router {

struct RandomOptions {
  uint32_t workspaces = 3;
  size_t open_tickets = 30;  // about so many of each workspace
};

class RandomCommands {
 public:
  RandomCommands(uint64_t seed, RandomOptions options) : random_(seed), options_(options) {}

  Command Next(const ReferenceRouter& router, Time now);
  // How long until the next command; often nothing, often to the next deadline.
  Duration NextStep(Time now, Time next_deadline);

  bool Chance(uint32_t percent) { return Below(100) < percent; }
  uint64_t Below(uint64_t bound) { return random_() % bound; }

 private:
  using Workspace = ReferenceRouter::Workspace;
  using AgentState = ReferenceRouter::AgentState;
  using TicketData = ReferenceRouter::TicketData;

  template <typename T>
  const T& Pick(const std::vector<T>& values) {
    return values[Below(values.size())];
  }
  // An attribute's: from 0 to 5.5.
  std::string AnyNumber() { return std::to_string(Below(6)) + (Chance(50) ? ".5" : ""); }
  // Some of the ids "<letter>1" to "<letter><count>"; at least one.
  std::vector<std::string> Some(const char* letter, uint32_t count, uint32_t percent);
  Duration Span(std::vector<int64_t> seconds) { return Seconds(Pick(seconds)); }

  Configuration MakeConfiguration();
  Client MakeClient(const std::string& id);
  Queue MakeQueue(uint32_t number, const std::vector<std::string>& clients);
  void FollowCalendar(Queue& queue, const Configuration& configuration);
  Agent MakeAgent(uint32_t number, const Configuration& configuration);
  void AddEntryPoints(Configuration& configuration);
  ContactCondition MakeCondition(const Configuration& configuration);
  void AddClassificationRules(Configuration& configuration);
  ProcessType MakeProcessType(const std::string& id, const Configuration& configuration);
  Requirement MakeRequirement(uint32_t percent);
  void MakeBounds(AttributePredicate& asked);
  Relaxation MakeRelaxation();
  Plan MakePlan(uint32_t percent);
  Predicate MakePredicate();

  Action AboutConfiguration(const Workspace& workspace);
  Action MakeContact(const Workspace& workspace, Time now);
  void ContinueConversation(const Workspace& workspace, NewContact& contact);
  void Tie(const Workspace& workspace, NewContact& contact);
  void AddFollowUps(const Workspace& workspace, Time now, CompleteTicket& complete);
  Action AboutAgent(const Workspace& workspace, Time now);
  Action AboutOffer(const Workspace& workspace, const AgentState& agent);
  std::vector<OfferId> OffersTo(const Workspace& workspace, const AgentState& agent);
  Action AboutConsultation(const TicketData& ticket, const SessionRef& session);
  Action AboutParticipants(const Workspace& workspace, const AgentState& agent);
  Action AboutWork(const Workspace& workspace, const AgentState& agent, Time now);
  Action AboutSetAside(const Workspace& workspace, Time now);
  Action AboutTicket(const Workspace& workspace, Time now);
  Action AboutSupervisor(const Workspace& workspace, TicketId ticket, Time now);
  Action MakeTransfer(TicketId ticket);
  StatusChange MakeStatus();
  Time MakeShiftEnd(Time now);
  Action MakeHours(const Workspace& workspace, Time now);
  Action MakeUpdate(const Workspace& workspace, TicketId ticket);
  Action MakeRecord(const Workspace& workspace, TicketId ticket);
  Action AboutConversation(const Workspace& workspace, Time now);
  Action AboutMedia(const Workspace& workspace);
  SessionRef SessionOf(const AgentState& agent);
  TicketId AnyTicket(const Workspace& workspace);
  HandOff MakeHandOff();
  std::vector<const TicketData*> WorkOf(const Workspace& workspace, const AgentState& agent);

  std::mt19937_64 random_;
  RandomOptions options_;
  uint64_t last_id_ = 0;
};

// A command in words.
std::string TextOf(const Command& command);

}  // namespace tandem::router

#endif  // TANDEM_TESTS_ROUTER_RANDOM_COMMANDS_H_
