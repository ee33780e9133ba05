// What is said of contacts, and later of the tickets that they made.
#ifndef TANDEM_ROUTER_CONTACT_H_
#define TANDEM_ROUTER_CONTACT_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/hand_off.h"
#include "router/ids.h"
#include "router/model.h"
#include "router/time.h"

namespace tandem::router {

// What a caller says of a contact itself, of what classification rules and its entry point may say
// else. Bits of NewContact::said.
enum SaidItself : uint32_t {
  kSaidQueue = 1,
  kSaidPriority = 2,
  kSaidRequirement = 4,  // but for agents
  kSaidAgents = 8,
  kSaidPlan = 16,
  kSaidProcessType = 32,
};

// What a caller says of a contact, as tandem.v1.Contact. What is left out, classification rules and
// its entry point may say.
struct NewContact {
  std::string channel;
  std::string entry_point;
  std::string external_id;
  std::string conversation_key;
  std::string client;
  std::string process_type;
  std::string language;  // canonical BCP 47, or empty
  Requirement requirement;
  std::optional<uint32_t> priority;
  std::optional<Plan> plan;  // unset: the process type's, or else the queue's
  std::string queue;         // empty: the process type's
  Duration answer_target;    // 0: the process type's
  Time due_at;               // unset: the process type's due_after from when it enters its queue
  Time not_before;           // when it enters its queue; unset, or past: at once
  Time not_after;            // of a call-back: it is not attempted from then on; unset: no end
  Time received_at;          // unset: now
  std::string customer_id;
  std::string customer_segment;
  Direction direction = Direction::kInbound;
  Party initiated_by = Party::kCustomer;
  std::string subject;
  std::string payload_json;
  std::vector<std::pair<std::string, std::string>> attributes;  // sorted by key
  std::vector<std::string> excluded_agents;
  std::string trace_parent;  // W3C traceparent; empty: none
  TicketId parent{};         // the ticket that it belongs to; unset: none
  // Tickets that must be closed before it enters its queue, each once.
  std::vector<TicketId> blocked_by{};
  uint32_t said = 0;  // bits of SaidItself; known once the rest is filled in
};

// What another system calls a ticket.
struct ExternalReference {
  std::string system;
  std::string id;
  friend auto operator<=>(const ExternalReference&, const ExternalReference&) = default;
};

// What a ticket asks of agents since that was changed.
struct ChangedRequirement {
  Requirement own;         // as it was said: in place of the contact's
  Requirement asked;       // with what process type and language ask besides; canonical
  uint32_t plan_step = 0;  // steps of its plan that were behind it, and count no more
  friend bool operator==(const ChangedRequirement&, const ChangedRequirement&) = default;
};

// What rules and the entry point said of a ticket when it was classified again, of what its contact
// left out; of the rest, what its contact said.
struct Reclassified {
  std::vector<std::string> rules;  // that filled something in
  std::string queue;               // empty: the process type's
  uint32_t priority = 0;
  Requirement own;                // canonical
  std::optional<Plan> said_plan;  // unset: the process type's, or else the queue's
  // The plan that it has since, with what its language asks, and what that begins with. Unset: as
  // it came in.
  Requirement begins_with;
  std::optional<Plan> plan;
  friend bool operator==(const Reclassified&, const Reclassified&) = default;
};

// What was said of a ticket after it came in, and how much was added to it. An empty text, or an
// unset instant: as its contact said, or moved by what stopped its clock.
struct TicketDetail {
  int64_t revision = 1;
  std::string customer_id, customer_segment, subject;
  Time due_at;
  // Changes of the contact's attributes, sorted by key; without a value: taken away.
  std::vector<std::pair<std::string, std::optional<std::string>>> attributes;
  std::vector<ExternalReference> references;  // sorted
  std::optional<ChangedRequirement> requirement;
  // Added while it was open; later additions are counted by whoever reads them.
  uint32_t notes = 0;
  uint32_t messages = 0;
  uint32_t scores = 0;
  std::optional<HandOff> hand_off{};           // the last one; set: it is for people from then on
  std::optional<Reclassified> reclassified{};  // the last time
  friend bool operator==(const TicketDetail&, const TicketDetail&) = default;
};

// What a call-back is bound to, and how far it got.
struct Callback {
  Time not_after;         // it is not attempted from then on; unset: no end
  uint32_t attempts = 0;  // that ended
  CallbackOutcome last_outcome = CallbackOutcome::kNone;
  friend bool operator==(const Callback&, const Callback&) = default;
};

// One answer of a customer, on a scale.
struct SurveyScore {
  std::string measure;
  int32_t score = 0;
  int32_t lowest = 0;
  int32_t highest = 0;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_CONTACT_H_
