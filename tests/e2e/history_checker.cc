#include "tests/e2e/history_checker.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "tests/e2e/load.h"

namespace tandem::e2e {
namespace {

enum class Phase { kQueued, kOffered, kOwned, kParked, kClosed };

// What an event does to a ticket.
struct Move {
  Phase from, to;
};

// Events but for those of offers that move a ticket between phases. The others need its owner and
// change no phase.
const std::map<std::string, Move>& Moves() {
  static const auto& moves = *new std::map<std::string, Move>{
      {"TICKET_CLAIMED", {Phase::kQueued, Phase::kOwned}},
      {"LEASE_EXPIRED", {Phase::kOwned, Phase::kQueued}},
      {"TICKET_RETURNED", {Phase::kOwned, Phase::kQueued}},
      {"TICKET_RELEASED", {Phase::kOwned, Phase::kQueued}},
      {"TICKET_PARKED", {Phase::kOwned, Phase::kParked}},
      {"TICKET_UNPARKED", {Phase::kParked, Phase::kQueued}},
      {"MEDIA_CONNECT_FAILED", {Phase::kOwned, Phase::kQueued}},
      {"TICKET_COMPLETED", {Phase::kOwned, Phase::kClosed}},
      {"TICKET_OVERFLOWED", {Phase::kQueued, Phase::kQueued}},
      {"TICKET_EXPIRED", {Phase::kQueued, Phase::kClosed}},
  };
  return moves;
}

int MaxOf(const std::string& channel) {
  return channel == "voice" ? kMaxVoice : channel == "chat" ? kMaxMessaging : kMaxTask;
}

size_t RingsOf(const std::string& channel) {
  return channel == "voice" ? kRings : 1;
}

class Checker {
 public:
  Checker(const Stored& stored, const Journal& journal) : stored_(stored), journal_(journal) {}

  std::vector<std::string> Check() {
    faults_ = journal_.faults();
    CheckTickets();
    int64_t expected = 1;
    int64_t at_us = 0;
    for (const StoredEvent& event : stored_.events) {
      if (event.sequence != expected) {
        Fault("expected event ", expected, ", but found event ", event.sequence);
      }
      if (event.at_us < at_us) {
        Fault("event ", event.sequence, " is before the event in front of it");
      }
      expected = event.sequence + 1;
      at_us = event.at_us;
      if (!event.ticket.empty()) {
        CheckMove(event);
        // Once by agent, once by agent and offer: promises name what they know.
        history_.insert({event.type, event.ticket, event.agent, event.offer});
        history_.insert({event.type, event.ticket, event.agent, ""});
        history_.insert({event.type, event.ticket, "", ""});
      }
    }
    CheckPromises();
    return std::move(faults_);
  }

 private:
  struct Life {
    std::string channel;
    bool created = false;
    Phase phase = Phase::kQueued;
    int64_t steps = 0;                          // of its plan, that were taken
    std::string agent;                          // its owner
    std::map<std::string, std::string> offers;  // that stand, with whose they are
  };

  template <typename... Parts>
  void Fault(const Parts&... parts) {
    if (faults_.size() < 50) {
      faults_.push_back(absl::StrCat(parts...));
    }
  }

  void CheckTickets() {
    std::map<std::string, std::string> by_external_id;
    for (const StoredTicket& ticket : stored_.tickets) {
      lives_[ticket.id].channel = ticket.channel;
      if (!by_external_id.emplace(ticket.external_id, ticket.id).second) {
        Fault("contact ", ticket.external_id, " has two tickets");
      }
      if (ticket.state != "COMPLETED" && ticket.state != "ABANDONED" &&
          ticket.state != "CANCELED" && ticket.state != "EXPIRED") {
        Fault("ticket ", ticket.id, " is still ", ticket.state);
      }
    }
    for (const auto& [external_id, ticket] : journal_.tickets()) {
      const auto found = by_external_id.find(external_id);
      if (found == by_external_id.end()) {
        Fault("contact ", external_id, " was acknowledged, but its ticket ", ticket, " is lost");
      } else if (found->second != ticket) {
        Fault("contact ", external_id, " was given ticket ", ticket, ", but has ", found->second);
      }
    }
  }

  void CheckMove(const StoredEvent& event) {
    const auto found = lives_.find(event.ticket);
    if (found == lives_.end()) {
      Fault("event ", event.sequence, " is about ticket ", event.ticket, ", which is nowhere");
      return;
    }
    Life& life = found->second;
    const auto wrong = [&](const std::string& what) {
      Fault("event ", event.sequence, " ", event.type, " of ticket ", event.ticket, " by ",
            event.agent, ": ", what);
    };
    if (event.type == "TICKET_CREATED") {
      if (life.created) {
        wrong("created twice");
      }
      life.created = true;
      return;
    }
    if (!life.created || life.phase == Phase::kClosed) {
      wrong(life.created ? "after its end" : "before its creation");
    }
    if (event.type == "PLAN_STEP_TAKEN" && event.number != ++life.steps) {
      wrong(absl::StrCat("expected step ", life.steps, ", but it is step ", event.number));
    }
    if (event.type == "PLAN_STEP_TAKEN" || event.type == "PLAN_STEP_SKIPPED" ||
        event.type == "LAST_AGENT_PASSED" || event.type == "TICKET_KEPT") {
      return;  // whoever has it, or nobody
    }
    if (event.type == "TICKET_OFFERED") {
      BeginOffer(life, event, wrong);
      return;
    }
    if (absl::StartsWith(event.type, "OFFER_")) {
      EndOffer(life, event, wrong);
      return;
    }
    if (event.type == "TICKET_ABANDONED" || event.type == "TICKET_CANCELED") {
      if (!life.offers.empty()) wrong("but it is offered to somebody");
      Hold(life, event, Phase::kClosed);
      return;
    }
    const auto move = Moves().find(event.type);
    const Phase needed = move == Moves().end() ? Phase::kOwned : move->second.from;
    if (life.phase != needed) {
      wrong("not in the state for it");
    }
    if (needed == Phase::kOwned && !event.agent.empty() && life.agent != event.agent) {
      wrong(absl::StrCat("but the ticket is ", life.agent, "'s"));
    }
    if (move != Moves().end()) {
      Hold(life, event, move->second.to);
    }
  }

  // To one agent more, of no more than its queue rings.
  void BeginOffer(Life& life, const StoredEvent& event, auto wrong) {
    if (life.phase != Phase::kQueued && life.phase != Phase::kOffered) {
      wrong("not in the state for it");
    }
    for (const auto& [offer, agent] : life.offers) {
      if (agent == event.agent) wrong("but " + offer + " is this agent's");
    }
    if (life.offers.size() >= RingsOf(life.channel)) wrong("but it rings as many as it may");
    if (life.channel == "chat" && life.steps == 0 && !IsExpert(event.agent)) {
      wrong("who is no expert, before its plan asked for less");
    }
    life.phase = Phase::kOffered;
    life.offers[event.offer] = event.agent;
    Take(life, event);
  }

  // Accepted, or not: then others may stand.
  void EndOffer(Life& life, const StoredEvent& event, auto wrong) {
    const auto offer = life.offers.find(event.offer);
    if (offer == life.offers.end()) {
      wrong(life.offers.empty() ? "not in the state for it"
                                : "but the offer is " + life.offers.begin()->first);
      return;
    }
    if (offer->second != event.agent) wrong("but the offer is " + offer->second + "'s");
    life.offers.erase(offer);
    if (event.type == "OFFER_ACCEPTED") {
      if (!life.offers.empty()) wrong("but " + life.offers.begin()->first + " stands, too");
      life.phase = Phase::kOwned;
      life.agent = event.agent;
      return;
    }
    --held_[{event.agent, life.channel}];
    if (life.offers.empty()) life.phase = Phase::kQueued;
  }

  // Moves the ticket and counts what its owner holds.
  void Hold(Life& life, const StoredEvent& event, Phase to) {
    if (life.phase == Phase::kOwned && to != Phase::kOwned) {
      --held_[{life.agent, life.channel}];
    }
    if (life.phase != Phase::kOwned && to == Phase::kOwned) Take(life, event);
    life.phase = to;
    life.agent = to == Phase::kOwned ? event.agent : "";
  }

  void Take(const Life& life, const StoredEvent& event) {
    if (++held_[{event.agent, life.channel}] > MaxOf(life.channel)) {
      Fault("event ", event.sequence, ": ", event.agent, " holds more ", life.channel,
            " than fits");
    }
  }

  void CheckPromises() {
    for (const Promise& promise : journal_.promises()) {
      Promise alternative = promise;
      if (promise.event == "TICKET_FINISHED") {
        // Without a wrap-up, finishing completes.
        alternative.event = "TICKET_COMPLETED";
      }
      if (!history_.contains(promise) && !history_.contains(alternative)) {
        Fault(promise.agent, " was told OK for ", promise.event, " of ticket ", promise.ticket, " ",
              promise.offer, ", but the history does not have it");
      }
    }
    for (const Promise& refused : journal_.refusals()) {
      if (history_.contains(refused) && !journal_.open().contains(refused)) {
        Fault(refused.agent, " was refused ", refused.event, " of ", refused.offer,
              ", but the history has it");
      }
    }
  }

  const Stored& stored_;
  const Journal& journal_;
  std::vector<std::string> faults_;
  std::map<std::string, Life> lives_;                        // by ticket
  std::map<std::pair<std::string, std::string>, int> held_;  // by agent and channel
  std::set<Promise> history_;
};

}  // namespace

std::vector<std::string> CheckHistory(const Stored& stored, const Journal& journal) {
  return Checker(stored, journal).Check();
}

}  // namespace tandem::e2e
