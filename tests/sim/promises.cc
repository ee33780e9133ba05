// What the engine acknowledged, and whether it is in the history.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "server/engine/answers.h"
#include "tests/sim/history.h"
#include "tests/support/fake_workspace.h"

namespace tandem::sim {
namespace {

using router::EventType;
using router::TicketId;
using Contents = store::MemoryStore::Contents;

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
  void Promised(const router::UpdateTicket& action, const router::Reply&) {
    EXPECT_TRUE(Happened(EventType::kTicketUpdated, action.ticket));
  }
  void Promised(const router::StartAgentContact& action, const router::Reply& reply) {
    const TicketId ticket = std::get<router::ContactStarted>(reply).ticket;
    EXPECT_TRUE(Happened(EventType::kAgentContactStarted, ticket, 0, action.session.agent));
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

void CheckPromises(const Contents& contents, const std::vector<OperationPtr>& operations,
                   HistoryCounts& counts) {
  Judge(contents, counts).Operations(operations);
}

}  // namespace tandem::sim
