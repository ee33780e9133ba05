#include "tests/sim/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "tests/support/fake_workspace.h"

namespace tandem::sim {
namespace {

using router::EventRow;
using router::EventType;
using router::TicketId;
using Contents = store::MemoryStore::Contents;

// ------------------------------------------------------------------------------------------ events

// Follows every ticket and every agent's load through the events.
class Replay {
 public:
  Replay(const Contents& contents, HistoryCounts& counts) : contents_(contents), counts_(counts) {
    const router::Configuration configuration =
        SimulatedConfiguration(kAgents, 1, router::DistributionMode::kLongestIdle);
    for (const router::Agent& agent : configuration.agents) {
      if (agent.kind == router::AgentKind::kAutomated) automated_.insert(agent.id);
      levels_[agent.id] = agent.skills.front().level;
    }
    capacity_ = *configuration.agents.front().capacity;
    for (const router::Queue& queue : configuration.queues) urgencies_[queue.id] = queue.urgency;
    for (const router::Channel& channel : configuration.channels) {
      groups_[channel.id] = static_cast<size_t>(channel.group);
    }
  }

  void Run() {
    int64_t last = 0;
    for (const auto& [key, event] : contents_.events) {
      ASSERT_EQ(key.second, ++last) << "events are numbered without gaps";
      Apply(event);
      if (testing::Test::HasFailure()) return;
    }
    CompareStates();
    CompareInterruptions();
  }

 private:
  struct Other {
    int64_t role = 0;
    bool joined = false;  // else invited
  };
  struct Ticket {
    std::set<std::string> offered_to;
    std::string owner;
    std::map<std::string, Other> others;  // who take part, or are invited to
    std::string queue;
    bool closed = false;
    bool is_callback = false;  // it became one
    bool for_people = false;   // an automated agent handed it off
    bool interrupted = false;
    bool in_review = false;                // by another ticket
    bool approved = false;                 // by that one
    bool asks = false;                     // a queue, for somebody to consult
    bool relaxed = false;                  // a step of its plan asked for less
    bool asks_otherwise = false;           // than when it came in: it was classified again
    std::set<std::string> rescinded_from;  // since it was offered last
  };

  const router::TicketRow& RowOf(const EventRow& event) const {
    return contents_.tickets.at({test::kWorkspace, event.ticket});
  }

  // What it asked for as it came in holds until a step of its plan asks for less.
  void ExpectAsked(const EventRow& event, const Ticket& ticket) {
    if (ticket.asks_otherwise) return;
    const router::Requirement& asked = RowOf(event).requirement;
    const bool is_named = std::ranges::count(asked.agents, event.agent) > 0;
    if (is_named && !ticket.relaxed) ++counts_.named;
    bool passes = is_named || asked.agents.empty() || ticket.for_people;
    for (const auto& clause : asked.all_of) {
      const auto* skill = std::get_if<router::SkillRequirement>(&clause.front().kind);
      if (skill != nullptr) passes = passes && levels_.at(event.agent) >= skill->level;
    }
    if (passes) return;
    ASSERT_TRUE(ticket.relaxed) << event.agent << " is not whom it asks for";
    ++counts_.relaxed;
  }

  void ExpectNotExcluded(const EventRow& event) const {
    const std::vector<std::string>& excluded = RowOf(event).excluded_agents;
    ASSERT_EQ(std::ranges::count(excluded, event.agent), 0) << event.agent << " is excluded";
  }

  // A step of the plan that it came in with.
  bool AsksForLess(const EventRow& event) const {
    const router::Plan& plan = RowOf(event).plan;
    const auto step = static_cast<size_t>(event.number) - 1;
    return step < plan.size() && (plan[step].relax || plan[step].requirement);
  }

  void Apply(const EventRow& event) {
    SCOPED_TRACE(std::string(router::ToString(event.type)) + " " + std::to_string(event.sequence) +
                 " " + router::ToString(event.ticket));
    Ticket& ticket = tickets_[event.ticket];
    if (!event.queue.empty()) ticket.queue = event.queue;
    switch (event.type) {
      case EventType::kTicketOffered:
        ASSERT_EQ(ticket.owner, "") << "offered while owned";
        ASSERT_FALSE(ticket.closed);
        ASSERT_FALSE(ticket.for_people && automated_.contains(event.agent)) << "came back to a bot";
        ASSERT_TRUE(ticket.offered_to.insert(event.agent).second) << "offered twice";
        ExpectAsked(event, ticket);
        ExpectNotExcluded(event);
        ticket.rescinded_from.clear();
        ASSERT_EQ(ticket.offered_to.size() > 1, event.reason == "RING");
        TakeIfFits(event);
        return;
      case EventType::kOfferAccepted:
        ASSERT_EQ(ticket.offered_to, std::set{event.agent});
        ASSERT_EQ(ticket.owner, "");
        ticket.offered_to.clear();
        ticket.owner = event.agent;
        return;
      case EventType::kOfferRescinded:
        ticket.rescinded_from.insert(event.agent);
        [[fallthrough]];
      case EventType::kOfferDeclined:
      case EventType::kOfferMissed:
      case EventType::kOfferFailed:
        ASSERT_EQ(ticket.offered_to.erase(event.agent), 1U);
        loads_[event.agent].erase(event.ticket);
        return;
      case EventType::kTicketClaimed:
      case EventType::kTicketAssigned:
      case EventType::kAgentContactStarted:
        ASSERT_EQ(ticket.owner, "") << "taken while owned";
        ASSERT_TRUE(ticket.offered_to.empty()) << "taken while offered";
        ASSERT_FALSE(ticket.closed);
        ExpectNotExcluded(event);
        counts_.picked += event.reason == "PICKED" ? 1 : 0;
        counts_.begun += event.type == EventType::kAgentContactStarted ? 1 : 0;
        ticket.owner = event.agent;
        // Assigned to whom it was offered, it takes the place of the offer, whatever came since.
        if (ticket.rescinded_from.contains(event.agent)) {
          loads_[event.agent].insert(event.ticket);
        } else {
          TakeIfFits(event);
        }
        return;
      case EventType::kTicketHandedOff:
        ticket.for_people = true;
        ++counts_.handed_off;
        [[fallthrough]];
      case EventType::kTicketReleased:
      case EventType::kTicketParked:
      case EventType::kLeaseExpired:
      case EventType::kTicketReturned:
      case EventType::kMediaConnectFailed:
        counts_.returned += event.type == EventType::kTicketReturned ? 1 : 0;
        ASSERT_EQ(ticket.owner, event.agent);
        Free(ticket, event.ticket);
        return;
      case EventType::kTicketRequeued:
        // Of an offer, that was taken back before.
        if (ticket.owner.empty()) return;
        ASSERT_EQ(ticket.owner, event.agent);
        Free(ticket, event.ticket);
        return;
      case EventType::kTicketOverflowed:
        ASSERT_TRUE(IsHeldByNobody(ticket)) << "moved while held";
        ASSERT_FALSE(ticket.closed);
        if (event.reason.starts_with("QUEUE_CLOSED")) ++counts_.overflowed_when_closed;
        return;
      case EventType::kTicketExpired:
        ASSERT_TRUE(IsHeldByNobody(ticket)) << "expired while held";
        ASSERT_FALSE(ticket.closed) << "closed twice";
        ticket.closed = true;
        return;
      case EventType::kCallbackRequested:
        ASSERT_TRUE(IsHeldByNobody(ticket)) << "called back while held";
        ASSERT_FALSE(ticket.closed);
        ticket.is_callback = true;
        return;
      case EventType::kCallbackAttemptEnded:
        ASSERT_EQ(ticket.owner, event.agent);
        // Else it is completed.
        if (event.reason == "BUSY" || event.reason == "NO_ANSWER" || event.reason == "MACHINE") {
          Free(ticket, event.ticket);
        }
        return;
      case EventType::kTicketTransferred:
        Free(ticket, event.ticket);
        // Its plan begins anew there.
        ticket.relaxed = false;
        return;
      case EventType::kParticipantInvited:
        ASSERT_EQ(ticket.owner, event.reason) << "invited by another than the owner";
        Join(ticket, event);
        return;
      case EventType::kParticipantJoined:
        if (event.offer_number == 0) {
          Join(ticket, event);
        } else {
          ASSERT_TRUE(ticket.others.contains(event.agent)) << "joined without an invitation";
          ticket.others[event.agent].joined = true;
          ++counts_.consulted;
        }
        return;
      case EventType::kParticipantRoleChanged:
        ASSERT_TRUE(ticket.others.contains(event.agent));
        ASSERT_FALSE(IsMonitor(ticket.others[event.agent].role) || IsMonitor(event.number));
        ticket.others[event.agent].role = event.number;
        return;
      case EventType::kInvitationEnded:
      case EventType::kParticipantLeft:
        Part(ticket, event);
        return;
      case EventType::kConsultationRequested:
        ASSERT_EQ(ticket.owner, event.agent) << "asked for by another than the owner";
        ASSERT_FALSE(std::exchange(ticket.asks, true)) << "asks twice";
        ++counts_.asked;
        return;
      case EventType::kConsultationEnded:
        ASSERT_TRUE(std::exchange(ticket.asks, false)) << "ended, but never asked";
        return;
      case EventType::kOwnerChanged:
        ASSERT_EQ(ticket.owner, event.reason);
        ASSERT_TRUE(ticket.others.contains(event.agent) && ticket.others[event.agent].joined);
        Part(ticket, event);
        Free(ticket, event.ticket);
        ticket.owner = event.agent;
        // It was counted before; what came since interrupts it maybe.
        loads_[event.agent].insert(event.ticket);
        return;
      case EventType::kTicketInReview:
        ASSERT_EQ(ticket.owner, event.agent) << "reviewed, but not at hand";
        ASSERT_FALSE(std::exchange(ticket.in_review, true)) << "reviewed twice";
        Free(ticket, event.ticket);
        ++counts_.reviewed;
        return;
      case EventType::kReviewEnded:
        ASSERT_TRUE(std::exchange(ticket.in_review, false)) << "ended, but never reviewed";
        ticket.approved = event.reason == "APPROVED";
        return;
      case EventType::kTicketSentBack:
        ASSERT_EQ(ticket.owner, "") << "sent back while owned";
        ASSERT_FALSE(ticket.closed || ticket.in_review || ticket.approved);
        ++counts_.sent_back;
        return;
      case EventType::kTicketCompleted:
        // Nobody has what the customer's silence completes, nor a request that is claimed.
        ASSERT_EQ(ticket.owner, IsOfNobody(ticket, event) ? std::string() : event.agent);
        if (event.reason == router::kDispositionSilent) ++counts_.completed_by_silence;
        [[fallthrough]];
      case EventType::kTicketCanceled:
      case EventType::kTicketAbandoned:
        ASSERT_FALSE(ticket.closed) << "closed twice";
        Free(ticket, event.ticket);
        ticket.closed = true;
        return;
      case EventType::kTicketUpdated:
        ASSERT_FALSE(ticket.closed);
        if (event.reason.find("PLAN") == std::string::npos &&
            event.reason.find("REQUIREMENT") == std::string::npos) {
          return;
        }
        ticket.asks_otherwise = true;
        ++counts_.reclassified;
        return;
      case EventType::kPlanStepTaken:
        ASSERT_FALSE(ticket.closed);
        if (AsksForLess(event)) ticket.relaxed = true;
        return;
      case EventType::kTicketCreated:
      case EventType::kContactJoined:
      case EventType::kPlanStepSkipped:
      case EventType::kLastAgentPassed:
      case EventType::kTicketKept:
        ASSERT_FALSE(ticket.closed);
        return;
      case EventType::kTicketReopened:
        ASSERT_TRUE(std::exchange(ticket.closed, false)) << "reopened while open";
        ticket.approved = false;
        ++counts_.reopened;
        return;
      case EventType::kDependencyClosed:
        ASSERT_FALSE(ticket.closed);
        ASSERT_TRUE(IsHeldByNobody(ticket));
        ASSERT_TRUE(EndedIn(event.reason)) << "waits no more for what is open";
        return;
      case EventType::kChildClosed:
        ASSERT_FALSE(ticket.closed);
        ASSERT_TRUE(EndedIn(event.reason));
        return;
      case EventType::kChildCreated:
        ASSERT_FALSE(ticket.closed);
        return;
      case EventType::kTicketBlocked:
      case EventType::kTicketScheduled:
      case EventType::kTicketEntered:
      case EventType::kTicketUnparked:
        if (event.reason == "UNBLOCKED") ++counts_.unblocked;
        ASSERT_EQ(ticket.owner, "") << "set aside while owned";
        ASSERT_TRUE(ticket.offered_to.empty()) << "set aside while offered";
        ASSERT_FALSE(ticket.closed);
        return;
      case EventType::kTicketStarted:
      case EventType::kTicketFinished:
      case EventType::kAgentContactUnanswered:
        ASSERT_EQ(ticket.owner, event.agent);
        return;
      case EventType::kConfigurationApplied:
      case EventType::kMediaConnecting:
      case EventType::kMediaConnected:
      case EventType::kMediaHeld:
      case EventType::kMediaRetrieved:
      case EventType::kMediaDisconnected:
      case EventType::kLeaseExtended:
      case EventType::kTicketResumed:
      case EventType::kAgentStatusChanged:
      case EventType::kAgentStatusOrdered:
      case EventType::kShiftEndSet:
      case EventType::kShiftEnded:
      case EventType::kSessionOpened:
      case EventType::kSessionLost:
      case EventType::kSessionClosed:
      case EventType::kTimeLost:
      case EventType::kNoteAdded:
      case EventType::kMessageAdded:
      case EventType::kSurveyRecorded:
      case EventType::kResourceCreated:
      case EventType::kResourceUpdated:
      case EventType::kResourceDeleted:
      case EventType::kOpenHoursSet:
      case EventType::kCalendarOpened:
      case EventType::kCalendarClosed:
        return;
      case EventType::kTicketInterrupted:
        ASSERT_EQ(ticket.owner, event.agent) << "interrupted, but not at hand";
        ASSERT_FALSE(std::exchange(ticket.interrupted, true)) << "interrupted twice";
        ASSERT_TRUE(IsInterrupted(event.ticket, ticket)) << "interrupted by nothing";
        ++counts_.interruptions;
        if (IsInterruptedInGroup(event.ticket, ticket)) ++counts_.interruptions_in_group;
        return;
      case EventType::kInterruptionEnded:
        ASSERT_EQ(ticket.owner, event.agent) << "goes on, but not at hand";
        ASSERT_TRUE(std::exchange(ticket.interrupted, false)) << "goes on, but never stood";
        ASSERT_FALSE(IsInterrupted(event.ticket, ticket)) << "goes on, though it is interrupted";
        return;
    }
  }

  static bool IsOfNobody(const Ticket& ticket, const EventRow& event) {
    return event.reason == router::kDispositionSilent || ticket.approved ||
           (event.reason == router::kDispositionConsulted && ticket.owner.empty());
  }

  size_t GroupOf(TicketId ticket) const {
    if (tickets_.at(ticket).is_callback) return groups_.at(router::kCallbackChannel);
    return groups_.at(contents_.tickets.at({test::kWorkspace, ticket}).channel);
  }

  bool IsLive(TicketId ticket) const {
    return urgencies_.at(tickets_.at(ticket).queue) == router::Urgency::kLive;
  }
  bool Interrupts(TicketId ticket, TicketId other) const {
    const size_t group = GroupOf(ticket), of_other = GroupOf(other);
    const router::GroupCapacity& configured = capacity_.groups[group];
    if (group == of_other) return configured.live_interrupts && IsLive(ticket) && !IsLive(other);
    const auto& interrupts = configured.interrupts;
    return std::ranges::count(interrupts, static_cast<router::CapacityGroup>(of_other)) > 0;
  }
  // Whether the agent works on it, as owner or beside the owner; who monitors does not.
  bool WorksOn(const std::string& agent, const Ticket& ticket) const {
    if (ticket.owner == agent) return true;
    const auto other = ticket.others.find(agent);
    return other != ticket.others.end() && other->second.joined && !IsMonitor(other->second.role);
  }
  bool IsInterrupted(TicketId id, const Ticket& ticket) const {
    const auto load = loads_.find(ticket.owner);
    return load != loads_.end() && std::ranges::any_of(load->second, [&](TicketId other) {
             return WorksOn(ticket.owner, tickets_.at(other)) && Interrupts(other, id);
           });
  }
  bool IsInterruptedInGroup(TicketId id, const Ticket& ticket) const {
    return std::ranges::any_of(loads_.at(ticket.owner), [&](TicketId other) {
      return GroupOf(other) == GroupOf(id) && WorksOn(ticket.owner, tickets_.at(other)) &&
             Interrupts(other, id);
    });
  }

  // What the agent has, and this does not interrupt, leaves room for it.
  void TakeIfFits(const EventRow& event) {
    std::set<TicketId>& load = loads_[event.agent];
    const router::GroupCapacity& of = capacity_.groups[GroupOf(event.ticket)];
    uint32_t in_group = 1, units = of.units_per_ticket;
    for (const TicketId other : load) {
      if (Interrupts(event.ticket, other)) continue;
      ASSERT_FALSE(Interrupts(other, event.ticket))
          << event.agent << " has work that interrupts it";
      const router::GroupCapacity& of_other = capacity_.groups[GroupOf(other)];
      units += of_other.units_per_ticket;
      if (&of_other == &of) ++in_group;
    }
    ASSERT_LE(in_group, of.max) << event.agent;
    ASSERT_LE(units, capacity_.total_units) << event.agent;
    ASSERT_TRUE(load.insert(event.ticket).second) << event.agent << " has it twice";
  }

  static bool IsMonitor(int64_t role) {
    return role == static_cast<int64_t>(router::AssignmentRole::kMonitor);
  }

  void Join(Ticket& ticket, const EventRow& event) {
    ASSERT_NE(ticket.owner, "") << "takes part in what nobody owns";
    ASSERT_NE(ticket.owner, event.agent) << "takes part besides itself";
    const bool monitors = IsMonitor(event.number);
    const Other other{event.number, /*joined=*/monitors || event.offer_number == 0};
    ASSERT_TRUE(ticket.others.emplace(event.agent, other).second) << "takes part twice";
    if (monitors) {
      ++counts_.monitored;
    } else if (event.type == EventType::kParticipantJoined) {
      loads_[event.agent].insert(event.ticket);  // who handed it over has it still
    } else {
      TakeIfFits(event);
    }
  }

  void Part(Ticket& ticket, const EventRow& event) {
    const auto found = ticket.others.find(event.agent);
    ASSERT_NE(found, ticket.others.end()) << "left without taking part";
    if (!IsMonitor(found->second.role)) loads_[event.agent].erase(event.ticket);
    ticket.others.erase(found);
  }

  void Free(Ticket& ticket, TicketId id) {
    const std::string agent = std::exchange(ticket.owner, "");
    if (!agent.empty()) loads_[agent].erase(id);
    ticket.interrupted = false;
  }

  // Whether the ticket that an event names as "COMPLETED:<id>" is closed.
  bool EndedIn(const std::string& reason) {
    const auto id = router::ParseId<TicketId>(reason.substr(reason.find(':') + 1));
    return id && tickets_[*id].closed;
  }

  static bool IsHeldByNobody(const Ticket& ticket) {
    return ticket.owner.empty() && ticket.offered_to.empty();
  }

  void CompareStates() {
    for (const auto& [key, row] : contents_.ticket_states) {
      const Ticket& ticket = tickets_[key.second];
      const bool offered = row.state == router::TicketState::kOffered;
      const bool owned = !offered && row.state != router::TicketState::kQueued &&
                         !router::IsSetAside(row.state) && !router::IsClosed(row.state);
      EXPECT_EQ(ticket.closed, router::IsClosed(row.state)) << router::ToString(key.second);
      EXPECT_EQ(ticket.owner, owned ? row.agent : "") << router::ToString(key.second);
      std::set<std::string> rung;
      if (offered) rung.insert(row.agent);
      EXPECT_EQ(ticket.interrupted, owned && row.interrupted_since.IsSet())
          << router::ToString(key.second);
      std::map<std::string, std::pair<int64_t, bool>> others, replayed;
      if (row.participants) {
        for (const router::ParticipantRow& other : row.participants->all) {
          if (other.role == router::AssignmentRole::kOwner) {
            rung.insert(other.agent);
          } else {
            others[other.agent] = {static_cast<int64_t>(other.role), !other.until.IsSet()};
          }
        }
      }
      EXPECT_EQ(ticket.offered_to, rung) << router::ToString(key.second);
      for (const auto& [agent, other] : ticket.others) replayed[agent] = {other.role, other.joined};
      EXPECT_EQ(replayed, others) << router::ToString(key.second);
    }
  }

  // Nothing waits for what has gone, and nothing that is interrupted goes on.
  void CompareInterruptions() {
    for (const auto& [id, ticket] : tickets_) {
      if (ticket.owner.empty()) continue;
      EXPECT_EQ(ticket.interrupted, IsInterrupted(id, ticket)) << router::ToString(id);
    }
  }

  const Contents& contents_;
  HistoryCounts& counts_;
  router::Capacity capacity_;
  std::set<std::string> automated_;                   // agents
  std::map<std::string, uint32_t> levels_;            // of skill, by agent
  std::map<std::string, size_t> groups_;              // by channel
  std::map<std::string, router::Urgency> urgencies_;  // by queue
  std::map<TicketId, Ticket> tickets_;
  std::map<std::string, std::set<TicketId>> loads_;  // by agent: what takes capacity
};

}  // namespace

HistoryCounts CheckHistory(const Contents& contents, const std::vector<OperationPtr>& operations) {
  HistoryCounts counts;
  Replay(contents, counts).Run();
  CheckPromises(contents, operations, counts);
  return counts;
}

}  // namespace tandem::sim
