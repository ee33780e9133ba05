#include "tests/sim/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "server/engine/answers.h"
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
    const router::Configuration configuration = SimulatedConfiguration(kAgents, 1);
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
    bool relaxed = false;                  // a step of its plan was taken
    std::set<std::string> rescinded_from;  // since it was offered last
  };

  void ExpectSkilled(const EventRow& event, const Ticket& ticket) {
    uint32_t asked = 0;
    for (const auto& clause :
         contents_.tickets.at({test::kWorkspace, event.ticket}).requirement.all_of) {
      const auto* skill = std::get_if<router::SkillRequirement>(&clause.front().kind);
      if (skill != nullptr) asked = skill->level;
    }
    if (levels_.at(event.agent) >= asked) return;
    ASSERT_TRUE(ticket.relaxed) << event.agent << " is no expert";
    ++counts_.relaxed;
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
        ExpectSkilled(event, ticket);
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
      case EventType::kTicketCreated:
      case EventType::kContactJoined:
      case EventType::kTicketUpdated:
      case EventType::kPlanStepTaken:
        ticket.relaxed = true;
        ASSERT_FALSE(ticket.closed);
        return;
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

// ----------------------------------------------------------------------------------------- answers

class Judge {
 public:
  Judge(const Contents& contents, HistoryCounts& counts) : contents_(contents), counts_(counts) {
    for (const auto& [key, event] : contents.events) {
      happened_.insert({event.type, event.ticket, event.offer_number, event.agent});
      happened_.insert({event.type, event.ticket, 0, event.agent});
      happened_.insert({event.type, event.ticket, 0, ""});
    }
    for (const auto& [key, contact] : contents.contacts) ++contacts_[contact.content.subject];
  }

  void Operations(const std::vector<OperationPtr>& operations) {
    for (const OperationPtr& operation : operations) {
      SCOPED_TRACE("operation " + std::to_string(operation->number));
      One(*operation);
      if (testing::Test::HasFailure()) return;
    }
  }

 private:
  bool Happened(EventType type, TicketId ticket, uint32_t offer = 0,
                const std::string& agent = "") const {
    return happened_.contains({type, ticket, offer, agent});
  }

  void One(const Operation& operation) {
    const router::Reply* first = nullptr;
    bool data_refused = false;
    for (const router::Outcome& outcome : operation.answers) {
      const auto* rejection = std::get_if<router::Rejection>(&outcome);
      if (rejection != nullptr) {
        data_refused |= rejection->reason == router::Reason::kDataRefused;
        counts_.reused_ids += rejection->reason == router::Reason::kRequestIdReused ? 1 : 0;
        EXPECT_NE(rejection->reason, router::Reason::kInternal) << rejection->message;
        continue;
      }
      const auto& reply = std::get<router::Reply>(outcome);
      Acknowledged(operation.command, reply);
      if (first == nullptr) {
        first = &reply;
      } else if (operation.request && engine::KeepsAnswer(operation.command)) {
        ++counts_.repeated;
        EXPECT_EQ(engine::Keep(*first), engine::Keep(reply)) << "a repeated request";
      }
    }
    counts_.acknowledged += first != nullptr ? 1 : 0;
    counts_.refused += first == nullptr && operation.settled ? 1 : 0;
    counts_.data_refused += data_refused ? 1 : 0;
    if (const auto* ingest = std::get_if<router::IngestContact>(&operation.command.action)) {
      Contacts(ingest->contact, first, data_refused);
    }
  }

  void Contacts(const router::NewContact& contact, const router::Reply* reply,
                bool data_refused) const {
    const auto found = contacts_.find(contact.subject);
    const int made = found == contacts_.end() ? 0 : found->second;
    EXPECT_LE(made, 1) << "one request, one contact: " << contact.subject;
    // With a reply besides, it was another attempt that was refused.
    if (data_refused && reply == nullptr) {
      EXPECT_EQ(made, 0) << "refused, but kept: " << contact.subject;
    }
    if (reply != nullptr && !std::get<router::ContactIngested>(*reply).duplicate) {
      EXPECT_EQ(made, 1) << "acknowledged, but lost: " << contact.subject;
      EXPECT_FALSE(contact.subject.starts_with(test::kPoison));
    }
  }

  // What a reply promised is in the events.
  void Acknowledged(const router::Command& command, const router::Reply& reply) {
    const auto check = [&](const auto& action) { Promised(action, reply); };
    std::visit(check, command.action);
  }

  template <typename Action>
  void Promised(const Action&, const router::Reply&) {}

  void Promised(const router::IngestContact& action, const router::Reply& reply) {
    const auto& ingested = std::get<router::ContactIngested>(reply);
    EXPECT_TRUE(contents_.tickets.contains({test::kWorkspace, ingested.ticket}));
    EXPECT_TRUE(contents_.contacts.contains({test::kWorkspace, ingested.contact}));
    EXPECT_TRUE(Happened(EventType::kTicketCreated, ingested.ticket));
    if (action.contact.external_id.empty()) {
      EXPECT_FALSE(ingested.duplicate);
      return;
    }
    const auto [first, is_new] = by_external_id_.emplace(
        action.contact.external_id, std::pair(ingested.ticket, ingested.contact));
    if (!is_new) {
      EXPECT_EQ(first->second, std::pair(ingested.ticket, ingested.contact)) << "an external id";
    }
  }
  void Promised(const router::AddMessage& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kMessageAdded, action.ticket));
  }
  void Promised(const router::AddNote& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kNoteAdded, action.ticket));
  }
  void Promised(const router::ReopenTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kTicketReopened, action.ticket));
  }
  void Promised(const router::AcceptOffer& action, const router::Reply&) {
    const auto happened = [&](EventType type) {
      return Happened(type, action.offer.ticket, action.offer.number, action.session.agent);
    };
    EXPECT_TRUE(happened(EventType::kOfferAccepted) || happened(EventType::kParticipantJoined));
  }
  void Promised(const router::DeclineOffer& action, const router::Reply&) {
    const EventType type = action.cause == router::DeclineCause::kAgent ? EventType::kOfferDeclined
                                                                        : EventType::kOfferFailed;
    const auto happened = [&](EventType one) {
      return Happened(one, action.offer.ticket, action.offer.number, action.session.agent);
    };
    EXPECT_TRUE(happened(type) || happened(EventType::kInvitationEnded));
  }
  void Promised(const router::StartTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kTicketStarted, action.ticket, 0, action.session.agent));
  }
  void Promised(const router::FinishTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kTicketFinished, action.ticket, 0, action.session.agent));
  }
  void Promised(const router::CompleteTicket& action, const router::Reply& reply) {
    const auto* reached = std::get_if<router::StateReached>(&reply);
    if (reached != nullptr && reached->state == router::TicketState::kQueued) {
      EXPECT_TRUE(Happened(EventType::kTicketHandedOff, action.ticket, 0, action.session.agent));
      return;
    }
    const size_t followed = reached == nullptr ? 0 : reached->follow_ups.size();
    EXPECT_EQ(followed, action.follow_ups.size());
    for (size_t i = 0; i < followed; ++i) {
      const router::TicketRow& row =
          contents_.tickets.at({test::kWorkspace, reached->follow_ups[i]});
      EXPECT_EQ(row.parent, action.ticket);
      EXPECT_TRUE(Happened(EventType::kTicketCreated, row.ticket));
      const bool blocked = !action.follow_ups[i].after.empty();
      EXPECT_EQ(Happened(EventType::kTicketBlocked, row.ticket), blocked);
      ++counts_.followed_up;
    }
    if (reached != nullptr && reached->state == router::TicketState::kInReview) {
      EXPECT_TRUE(Happened(EventType::kTicketInReview, action.ticket, 0, action.session.agent));
      return;
    }
    EXPECT_TRUE(Happened(EventType::kTicketCompleted, action.ticket));
    if (Happened(EventType::kTicketReopened, action.ticket)) return;
    EXPECT_EQ(contents_.ticket_states.at({test::kWorkspace, action.ticket}).state,
              router::TicketState::kCompleted);
  }
  void Promised(const router::ReleaseTicket& action, const router::Reply&) {
    const auto type = action.hand_off ? EventType::kTicketHandedOff : EventType::kTicketReleased;
    EXPECT_TRUE(Happened(type, action.ticket, 0, action.session.agent));
  }
  void Promised(const router::ParkTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kTicketParked, action.ticket, 0, action.session.agent));
  }
  void Promised(const router::RequestCallback& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kCallbackRequested, action.ticket));
  }
  void Promised(const router::EndCallbackAttempt& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kCallbackAttemptEnded, action.ticket, 0, action.session.agent));
  }
  void Promised(const router::ResumeTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kTicketUnparked, action.ticket));
  }
  void Promised(const router::RescheduleTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kTicketEntered, action.ticket));
  }
  void Promised(const router::TransferTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kTicketTransferred, action.ticket));
  }
  void Promised(const router::InviteParticipant& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kParticipantInvited, action.ticket, 0, action.agent));
  }
  void Promised(const router::ConsultQueue& action, const router::Reply& reply) {
    EXPECT_TRUE(Happened(EventType::kConsultationRequested, action.ticket));
    const TicketId request = std::get<router::ConsultationRequested>(reply).request;
    EXPECT_TRUE(Happened(EventType::kTicketCreated, request));
  }
  void Promised(const router::CancelConsultation& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kConsultationEnded, action.ticket));
  }
  void Promised(const router::MonitorTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kParticipantJoined, action.ticket, 0, action.session.agent));
  }
  void Promised(const router::HandOverTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kOwnerChanged, action.ticket, 0, action.agent));
  }
  void Promised(const router::CancelTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kTicketCanceled, action.ticket));
  }
  void Promised(const router::AbandonTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kTicketAbandoned, action.ticket));
  }
  void Promised(const router::ClaimTickets& action, const router::Reply& reply) {
    for (const TicketId ticket : std::get<router::TicketsClaimed>(reply).tickets) {
      // Of a request for somebody to consult, it is the ticket that this is about.
      EXPECT_TRUE(Happened(EventType::kTicketClaimed, ticket, 0, action.session.agent) ||
                  Happened(EventType::kParticipantJoined, ticket, 0, action.session.agent));
    }
  }

  const Contents& contents_;
  std::set<std::tuple<EventType, TicketId, uint32_t, std::string>> happened_;
  std::map<std::string, int> contacts_;  // by subject, which names the operation
  std::map<std::string, std::pair<TicketId, router::ContactId>> by_external_id_;
  HistoryCounts& counts_;
};

}  // namespace

HistoryCounts CheckHistory(const Contents& contents, const std::vector<OperationPtr>& operations) {
  HistoryCounts counts;
  Replay(contents, counts).Run();
  Judge(contents, counts).Operations(operations);
  return counts;
}

}  // namespace tandem::sim
