// The reference's classification of contacts: what rules say, what the entry point says, and who
// would get the ticket.
#include <algorithm>
#include <cstdlib>
#include <set>
#include <tuple>
#include <utility>

#include "tests/router/reference_router.h"

namespace tandem::router {
namespace {

// As std::map has it: none when the contact does not say it.
std::optional<std::string> Attribute(const NewContact& contact, const std::string& key) {
  for (const auto& [name, value] : contact.attributes) {
    if (name == key) return value;
  }
  return std::nullopt;
}

std::optional<std::string> Said(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

bool Fits(const ContactCondition& condition, const std::string& value) {
  const AttributePredicate& asked = condition.asked;
  if (!asked.values.empty()) {
    return std::any_of(asked.values.begin(), asked.values.end(), [&](const std::string& one) {
      if (condition.field != ContactField::kLanguage) return value == one;
      return (value + "-").rfind(one + "-", 0) == 0;
    });
  }
  if (!asked.min && !asked.max) return true;
  return IsWithin(asked, value);
}

}  // namespace

bool ReferenceRouter::Holds(const ContactCondition& condition, const NewContact& contact,
                            const EntryPoint* entry_point) const {
  std::optional<std::string> value;
  switch (condition.field) {
    case ContactField::kChannel:
      value = Said(contact.channel);
      break;
    case ContactField::kEntryPoint:
      value = Said(contact.entry_point);
      break;
    case ContactField::kLanguage:
      value = Said(contact.language);
      break;
    case ContactField::kClient:
      value = Said(contact.client);
      break;
    case ContactField::kProcessType:
      value = Said(contact.process_type);
      if (!value && entry_point != nullptr) value = Said(entry_point->process_type);
      break;
    case ContactField::kCustomerSegment:
      value = Said(contact.customer_segment);
      break;
    case ContactField::kCustomerId:
      value = Said(contact.customer_id);
      break;
    case ContactField::kAttribute:
      value = Attribute(contact, condition.asked.key);
      break;
  }
  const bool holds = value && Fits(condition, *value);
  return condition.negated ? !holds : holds;
}

// Whether the queue, which may be none, is one of the rule's that take the client.
bool ReferenceRouter::Shares(const ClassificationRule& rule, const std::string& id,
                             const std::string& client) const {
  for (const QueueShare& share : rule.queues) {
    const Queue& queue = *FindQueue(share.queue);
    if (queue.id == id && (queue.client.empty() || queue.client == client)) return true;
  }
  return false;
}

// Each queue that takes the client gains its weight; the richest is drawn, and pays for all.
std::string ReferenceRouter::DrawQueue(const ClassificationRule& rule, const NewContact& contact,
                                       std::map<std::string, int64_t>& credits) const {
  std::string drawn;
  int64_t sum = 0;
  for (const QueueShare& share : rule.queues) {
    const Queue& queue = *FindQueue(share.queue);
    if (!queue.client.empty() && queue.client != contact.client) continue;
    sum += share.weight;
    credits[share.queue] += share.weight;
    if (drawn.empty() || credits[share.queue] > credits[drawn]) drawn = share.queue;
  }
  if (!drawn.empty()) credits[drawn] -= sum;
  return drawn;
}

ReferenceRouter::Completion ReferenceRouter::Completed(const NewContact& said,
                                                       const std::vector<std::string>& stays_in,
                                                       const std::string& keeps_type) const {
  Completion completion;
  completion.said = said;
  completion.stays_in = stays_in;
  completion.keeps_type = keeps_type;
  NewContact& contact = completion.contact;
  contact = said;
  const EntryPoint* entry_point = nullptr;
  for (const EntryPoint& one : workspace_->configuration.entry_points) {
    if (one.channel == contact.channel && one.address == contact.entry_point) entry_point = &one;
  }
  if (entry_point != nullptr && contact.client.empty()) contact.client = entry_point->client;
  const bool is_new = keeps_type.empty();
  if (entry_point != nullptr && is_new && contact.language.empty())
    contact.language = entry_point->language;

  std::vector<ClassificationRule> rules = workspace_->configuration.classification_rules;
  std::sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) {
    return std::pair(a.order, a.id) < std::pair(b.order, b.id);
  });
  for (const ClassificationRule& rule : rules) {
    ContactClassified::TriedRule& tried = completion.tried.emplace_back();
    tried.rule = rule.id;
    tried.matches = std::all_of(
        rule.conditions.begin(), rule.conditions.end(),
        [&](const ContactCondition& condition) { return Holds(condition, contact, entry_point); });
    if (!tried.matches) continue;
    tried.filled_in = FillIn(rule, completion);
    if (!tried.filled_in.empty()) completion.rules.push_back(rule.id);
    if (rule.last) break;
  }

  if (entry_point != nullptr) {
    if (contact.process_type.empty()) contact.process_type = entry_point->process_type;
    if (contact.queue.empty()) contact.queue = entry_point->queue;
    if (!contact.priority) contact.priority = entry_point->priority;
  }
  contact.priority = contact.priority.value_or(0);
  return completion;
}

std::vector<std::string> ReferenceRouter::FillIn(const ClassificationRule& rule,
                                                 Completion& completion) const {
  NewContact& contact = completion.contact;
  std::vector<std::string> filled;
  if (contact.process_type.empty() && !rule.process_type.empty()) {
    const std::string& kept = completion.keeps_type;
    contact.process_type = kept.empty() ? rule.process_type : kept;
    filled.push_back("process_type");
  }
  if (contact.queue.empty()) {
    std::map<std::string, int64_t> credits;
    const auto known = workspace_->credits.find(rule.id);
    if (known != workspace_->credits.end()) credits = known->second;
    for (const std::string& queue : completion.stays_in) {
      if (contact.queue.empty() && Shares(rule, queue, contact.client)) contact.queue = queue;
    }
    const bool stays = !contact.queue.empty();
    if (stays) filled.push_back("queue");
    if (!stays) contact.queue = DrawQueue(rule, contact, credits);
    if (!stays && !contact.queue.empty()) {
      completion.drawn_rule = rule.id;
      completion.credits = credits;
      filled.push_back("queue");
    }
  }
  if (!contact.priority && rule.priority) {
    contact.priority = rule.priority;
    filled.push_back("priority");
  }
  Requirement& own = contact.requirement;
  const Requirement& asked = rule.requirement;
  const bool asks = !asked.all_of.empty() || !asked.prefer.empty();
  if (asks && own.all_of.empty() && own.prefer.empty()) {
    own.all_of = asked.all_of;
    own.prefer = asked.prefer;
    filled.push_back("requirement");
  }
  if (own.agents.empty()) {
    own.agents = asked.agents;
    const auto agent = Attribute(contact, rule.agent_attribute);
    if (agent && FindAgent(*agent) != nullptr) own.agents = {*agent};
    if (!own.agents.empty()) filled.push_back("agents");
  }
  if (!contact.plan && !rule.plan.empty()) {
    contact.plan = rule.plan;
    completion.plan_of_rule = true;
    filled.push_back("plan");
  }
  return filled;
}

// What came of the completion is in force once its ticket is made.
void ReferenceRouter::Keep(const Completion& completion, TicketData& ticket) {
  ticket.rules = completion.rules;
  ticket.said = completion.said;
  ticket.ruled_queue = completion.contact.queue;
  ticket.ruled_priority = completion.contact.priority.value_or(0);
  ticket.ruled_own = completion.contact.requirement;
  ticket.ruled_plan = completion.contact.plan;
  if (!completion.drawn_rule.empty()) {
    workspace_->credits[completion.drawn_rule] = completion.credits;
  }
}

// The shares of rules that have other queues now, or are gone, begin anew.
void ReferenceRouter::ForgetCredits(const Configuration& before) {
  const auto queues_of = [](const Configuration& configuration, const std::string& id) {
    for (const ClassificationRule& rule : configuration.classification_rules) {
      if (rule.id == id) return rule.queues;
    }
    return std::vector<QueueShare>{};
  };
  std::erase_if(workspace_->credits, [&](const auto& entry) {
    return queues_of(before, entry.first) != queues_of(workspace_->configuration, entry.first);
  });
}

// --- the dry run ---

Outcome ReferenceRouter::Do(const ClassifyContact& command) {
  ContactClassified told;
  if (const Refusal refusal = CheckParent(command.contact)) {
    told.refusal = Rejection{*refusal, {}, {}, {}};
    return Reply{told};
  }
  const Completion completion = Completed(Inherited(command.contact));
  const NewContact& contact = completion.contact;
  told.rules = completion.tried;
  const auto refuse = [&](Reason reason) {
    told.refusal = Rejection{reason, {}, {}, {}};
    return Reply{told};
  };
  if (const Refusal refusal = CheckReferences(completion)) return refuse(*refusal);
  if (const TicketData* open = FindConversation(contact)) {
    told.joined = open->id;
    return Reply{told};
  }
  if (const Refusal refusal = CheckLinks(contact)) return refuse(*refusal);
  Arrival arrival;
  arrival.blocked = !contact.blocked_by.empty();
  if (const Refusal refusal = Arrive(contact, arrival)) return refuse(*refusal);
  const auto& [queue, defaults, instead_of, enters_at, blocked] = arrival;

  // The ticket is made, looked at, and unmade.
  const uint64_t last_arrival = workspace_->last_arrival;
  TicketData& ticket = AddTicket(TicketId{}, contact, *queue, defaults);
  EnterLater(ticket, enters_at, *queue, defaults);
  NoteWhetherUnroutable(ticket);
  told.client = contact.client;
  told.process_type = contact.process_type;
  told.queue = ticket.queue;
  told.language = contact.language;
  told.priority = *contact.priority;
  told.requirement = ticket.requirement;
  told.plan = ticket.plan;
  told.target = ticket.target;
  told.ticket_rules = completion.rules;
  told.clauses = CountClauses(ticket);
  told.unroutable = ticket.unroutable;
  const std::vector<std::string>& excluded = contact.excluded_agents;
  for (const Agent& agent : workspace_->configuration.agents) {
    const bool is_excluded = std::count(excluded.begin(), excluded.end(), agent.id) > 0;
    if (!is_excluded && Qualifies(agent, ticket)) ++told.qualified_agents;
  }
  workspace_->tickets.erase(TicketId{});
  workspace_->last_arrival = last_arrival;
  return Reply{told};
}

}  // namespace tandem::router
