// What is said of a ticket, and added to it, after it came in. Nothing here needs a session: these
// verbs are called by other systems, too.
#include <algorithm>
#include <utility>

#include "router/commands.h"
#include "router/contact_defaults.h"
#include "router/limits.h"
#include "router/open_hours.h"
#include "router/placement.h"
#include "router/reclassification.h"
#include "router/requirement.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

Rejection Full(const char* what, size_t limit) {
  return Refuse(Reason::kTicketFull,
                "expected a ticket with room for more " + std::string(what) + ", but it may hold " +
                    std::to_string(limit),
                {{"what", what}, {"limit", std::to_string(limit)}});
}

// Merges the changes of attributes by key. Why not, when there are more than a ticket may have.
std::optional<Rejection> Merge(const UpdateTicket& command, TicketDetail& detail) {
  for (const auto& change : command.attributes) {
    const auto at =
        std::lower_bound(detail.attributes.begin(), detail.attributes.end(), change,
                         [](const auto& a, const auto& b) { return a.first < b.first; });
    if (at != detail.attributes.end() && at->first == change.first) {
      at->second = change.second;
    } else {
      detail.attributes.insert(at, change);
    }
  }
  size_t bytes = 0;
  for (const auto& [key, value] : detail.attributes) {
    bytes += key.size() + (value ? value->size() : 0);
  }
  if (detail.attributes.size() > kMaxChangedAttributes) {
    return Full("changed attributes", kMaxChangedAttributes);
  }
  if (bytes > kMaxChangedAttributeBytes) {
    return Full("bytes of changed attributes", kMaxChangedAttributeBytes);
  }
  return std::nullopt;
}

// Takes references away, then adds others; false when there are more than a ticket may have.
bool MergeReferences(const UpdateTicket& command, TicketDetail& detail) {
  std::vector<ExternalReference>& references = detail.references;
  std::erase_if(references, [&](const ExternalReference& reference) {
    return std::count(command.remove_references.begin(), command.remove_references.end(),
                      reference) > 0;
  });
  references.insert(references.end(), command.add_references.begin(), command.add_references.end());
  std::sort(references.begin(), references.end());
  references.erase(std::unique(references.begin(), references.end()), references.end());
  return references.size() <= kMaxExternalReferences;
}

// Takes over what is told in one word each.
void TakeOver(const UpdateTicket& command, TicketDetail& detail) {
  if (!command.customer_id.empty()) detail.customer_id = command.customer_id;
  if (!command.customer_segment.empty()) detail.customer_segment = command.customer_segment;
  if (!command.subject.empty()) detail.subject = command.subject;
  if (command.due_at.IsSet()) detail.due_at = command.due_at;
}

// What changes, as the event tells it: no values, which may be personal data.
std::string WhatChanges(const UpdateTicket& command, const TicketUpdate& update) {
  std::string what;
  const auto add = [&](bool changes, const char* name) {
    if (changes) what += (what.empty() ? "" : ",") + std::string(name);
  };
  add(command.priority.has_value(), "PRIORITY");
  add(command.due_at.IsSet(), "DUE_AT");
  add(!command.customer_id.empty() || !command.customer_segment.empty(), "CUSTOMER");
  add(!command.subject.empty(), "SUBJECT");
  add(!command.attributes.empty(), "ATTRIBUTES");
  add(!command.add_references.empty() || !command.remove_references.empty(), "EXTERNAL_REFERENCES");
  add(command.reclassify, "CLASSIFICATION");
  add(update.changes_plan, "PLAN");
  add(command.requirement.has_value(), "REQUIREMENT");
  return what;
}

// What the ticket asks in all when it asks this itself, by what its process type and its language
// ask now.
Requirement AskedWith(const Workspace& workspace, const Ticket& ticket, const Requirement& own) {
  const ProcessTypeDefaults* configured =
      DefaultsFor(*workspace.process_types[ticket.process_type.value],
                  workspace.channel_ids.Name(ticket.came_over));
  ProcessTypeDefaults defaults;
  if (configured != nullptr) defaults = *configured;
  if (defaults.language_level == Cefr::kNone) {
    defaults.language_level = LevelFor(workspace, ticket.language);
  }
  return WithOwn(own, ticket.language, defaults);
}

// Whether the ticket's update may ask for a requirement, or for its classification.
std::optional<Rejection> CheckUpdate(const Workspace& workspace, const Ticket& ticket,
                                     const UpdateTicket& command) {
  if (command.requirement || command.reclassify) {
    if (Workspace::IsConsultation(ticket)) return RefuseConsultation();
  }
  if (command.requirement) {
    if (!command.requirement->agents.empty() && HandOffOf(ticket) != nullptr) {
      return Refuse(Reason::kTicketIsForPeople,
                    "expected no agents, because the ticket is for any of the people");
    }
    if (auto rejection = CheckOwnRequirement(workspace, *command.requirement)) return rejection;
  }
  if (!command.reclassify) return std::nullopt;
  if (Workspace::IsReview(ticket)) return RefuseReview();
  if (ticket.state != TicketState::kQueued && ticket.state != TicketState::kOffered) {
    return RefuseState(ticket, "QUEUED or OFFERED");
  }
  if (command.contact) return std::nullopt;
  return Refuse(Reason::kTicketNotFound,
                "expected a ticket with its contact, but there is none of " + ToString(ticket.id));
}

// Asks for something else from now on, whatever steps of its plan said before.
void AskAnew(const Workspace& workspace, const Ticket& ticket, Requirement&& own,
             TicketUpdate& update) {
  ChangedRequirement& changed = update.detail.requirement.emplace();
  changed.asked = AskedWith(workspace, ticket, own);
  changed.own = std::move(own);
  changed.plan_step = ticket.plan_step;
  update.asks_anew = true;
  update.what += ": " + InWords(RequirementOf(workspace, ticket), kMaxToldRequirementBytes) +
                 " -> " + InWords(AskedOf(ticket, changed.asked), kMaxToldRequirementBytes);
}

// Has the command say what is different now that the ticket was classified again, unless it says
// that itself.
void FollowClassification(Reclassification&& again, UpdateTicket& command, TicketUpdate& update) {
  update.reclassified = true;
  update.draw = std::move(again.draw);
  Reclassified& said = update.detail.reclassified.emplace(std::move(again.said));
  if (again.plan) {
    said.plan = std::move(again.plan);
    update.changes_plan = true;
  }
  if (!command.priority) command.priority = again.priority;
  if (!command.requirement) command.requirement = std::move(again.own);
}

// A ticket to which something is added: open, or closed as the command says.
struct FoundTicket {
  TicketRef ref;
  uint32_t notes = 0, messages = 0, scores = 0;  // that it has
};

template <typename Command>
std::variant<FoundTicket, Rejection> FindOpenOrClosed(const Workspace& workspace,
                                                      const Command& command) {
  const auto open = FindTicket(workspace, command.ticket);
  if (const auto* index = std::get_if<TicketIndex>(&open)) {
    const Ticket& ticket = workspace.ticket(*index);
    FoundTicket found{{ticket.id, *index, workspace.client_ids.Name(ticket.client),
                       workspace.queue_ids.Name(ticket.queue),
                       ticket.trace_parent == nullptr ? "" : *ticket.trace_parent}};
    if (ticket.detail != nullptr) {
      found.notes = ticket.detail->notes;
      found.messages = ticket.detail->messages;
      found.scores = ticket.detail->scores;
    }
    return found;
  }
  if (!command.closed) return std::get<Rejection>(open);
  const ClosedTicket& closed = *command.closed;
  return FoundTicket{
      {command.ticket, TicketIndex{}, closed.client, closed.queue, closed.trace_parent},
      closed.notes,
      closed.messages,
      closed.scores};
}

std::optional<Rejection> CheckAuthor(const Workspace& workspace, const std::string& agent) {
  if (agent.empty()) return std::nullopt;
  const AgentIndex index = workspace.agent_ids.Find(agent);
  if (index.IsSet() && workspace.agent(index).configured) return std::nullopt;
  return Refuse(Reason::kAgentNotFound,
                "expected a configured agent, but there is no '" + agent + "'");
}

// Whether what was said of a closed ticket reopens it; or why it should be said again.
std::variant<bool, Rejection> ReopensClosed(const Context& context, const ClosedTicket& closed,
                                            const Said& said) {
  if (!IsOfCustomer(said.direction, said.author) || closed.rows.empty()) return false;
  const Workspace& workspace = context.workspace;
  const TicketRows& rows = closed.rows.front();
  const ProcessTypeIndex type = workspace.process_type_ids.Find(rows.ticket.process_type);
  if (!type.IsSet() || workspace.process_types[type.value] == nullptr) return false;
  const ProcessTypeDefaults* defaults =
      DefaultsFor(*workspace.process_types[type.value], rows.channel());
  if (defaults == nullptr || rows.state.closed_at + defaults->reopen_within <= context.now) {
    return false;
  }
  auto rejection = CheckReopening(context, closed);
  if (!rejection) return true;
  const bool passes = rejection->reason == Reason::kTicketReopenedMeanwhile ||
                      rejection->reason == Reason::kTooManyOpenTickets;
  if (passes) return *std::move(rejection);
  return false;
}

// Who and what is judged: those who serve the customer, or served the customer last.
SurveyRow JudgedBy(const Workspace& workspace, TicketIndex open, const RecordSurvey& command) {
  SurveyRow row;
  if (open.IsSet()) {
    const Ticket& ticket = workspace.ticket(open);
    const bool in_review = ticket.state == TicketState::kInReview;
    row.agent = workspace.AgentName(in_review ? ticket.last_agent : ticket.agent);
    row.queue = workspace.queue_ids.Name(ticket.queue);
    row.client = workspace.client_ids.Name(ticket.client);
    row.channel = workspace.channel_ids.Name(ticket.channel);
    row.process_type = workspace.process_type_ids.Name(ticket.process_type);
  } else {
    row.agent = command.closed->agent;
    row.queue = command.closed->queue;
    row.client = command.closed->client;
    row.channel = command.closed->channel;
    row.process_type = command.closed->process_type;
  }
  return row;
}

}  // namespace

Outcome Decide(Context& context, UpdateTicket& command) {
  const Workspace& workspace = context.workspace;
  const auto found = FindTicket(workspace, command.ticket);
  if (const auto* rejection = std::get_if<Rejection>(&found)) return *rejection;
  const TicketIndex index = std::get<TicketIndex>(found);
  const Ticket& ticket = workspace.ticket(index);
  TicketUpdate update;
  if (ticket.detail != nullptr) update.detail = *ticket.detail;
  TicketDetail& detail = update.detail;
  if (command.expected_revision != 0 && command.expected_revision != detail.revision) {
    return Refuse(Reason::kRevisionStale,
                  "expected revision " + std::to_string(command.expected_revision) +
                      " of the ticket, but it is " + std::to_string(detail.revision),
                  {{"expected", std::to_string(command.expected_revision)},
                   {"actual", std::to_string(detail.revision)}});
  }
  if (auto rejection = CheckUpdate(workspace, ticket, command)) return *std::move(rejection);
  if (auto rejection = Merge(command, detail)) return *std::move(rejection);
  if (!MergeReferences(command, detail)) return Full("external references", kMaxExternalReferences);
  TakeOver(command, detail);
  QueueIndex moves_to;
  if (command.reclassify) {
    auto result = Reclassify(context, ticket, *command.contact, detail);
    if (auto* rejection = std::get_if<Rejection>(&result)) return std::move(*rejection);
    auto& again = std::get<Reclassification>(result);
    if (again.own && !command.requirement) {
      if (auto rejection = CheckOwnRequirement(workspace, *again.own)) return *std::move(rejection);
    }
    moves_to = again.queue;
    FollowClassification(std::move(again), command, update);
  }
  update.what = WhatChanges(command, update);
  if (command.requirement) AskAnew(workspace, ticket, *std::move(command.requirement), update);

  const Queue& queue = *workspace.queue(ticket.queue).configured;
  update.priority = command.priority.value_or(ticket.priority);
  update.due_at = command.due_at.IsSet() ? command.due_at : ticket.due_at;
  update.target = ticket.target;
  update.key = ticket.key;
  const bool moves_target = command.due_at.IsSet() && queue.office == Office::kBack;
  if (moves_target) {
    update.target = CappedTarget(
        BeforeIn(workspace, ticket.queue, update.due_at, ticket.expected_handling_time),
        ticket.reply_by, context.now);
  }
  // Else it keeps the place that it was given under the configuration of its time.
  if (command.priority || moves_target) {
    update.key = KeyIn(queue, ticket.queued_at, update.target, update.priority);
  }
  const bool has_new_plan = update.changes_plan;
  context.apply.TicketUpdated(index, std::move(update));
  const int64_t revision = ticket.detail->revision;
  if (moves_to.IsSet()) {
    const Transfer transfer = TransferTo(context, ticket, moves_to, ticket.priority);
    if (ticket.state == TicketState::kOffered) context.apply.OffersRescinded(index, "TRANSFERRED");
    context.apply.TicketTransferred(index, transfer);
  } else if (has_new_plan) {
    TakeDueSteps(context, index);
  }
  return Reply(TicketRevised{revision});
}

Outcome Decide(Context& context, AddNote& command) {
  const auto result = FindOpenOrClosed(context.workspace, command);
  if (const auto* rejection = std::get_if<Rejection>(&result)) return *rejection;
  const FoundTicket& found = std::get<FoundTicket>(result);
  if (auto rejection = CheckAuthor(context.workspace, command.agent)) return *std::move(rejection);
  if (found.notes >= kMaxTicketNotes) return Full("notes", kMaxTicketNotes);
  NoteRow note;
  note.at = context.now;
  note.agent = std::move(command.agent);
  note.text = std::move(command.text);
  return Reply(Recorded{context.apply.NoteAdded(found.ref, std::move(note))});
}

Outcome Decide(Context& context, AddMessage& command) {
  const auto result = FindOpenOrClosed(context.workspace, command);
  if (const auto* rejection = std::get_if<Rejection>(&result)) return *rejection;
  const FoundTicket& found = std::get<FoundTicket>(result);
  if (auto rejection = CheckAuthor(context.workspace, command.agent)) return *std::move(rejection);
  if (found.messages >= kMaxTicketMessages) return Full("messages", kMaxTicketMessages);
  MessageRow message;
  message.direction = command.direction;
  message.author = command.author;
  message.at = command.sent_at.IsSet() ? command.sent_at : context.now;
  message.agent = std::move(command.agent);
  message.text = std::move(command.text);
  message.external_id = std::move(command.external_id);
  const Said said{message.direction, message.author, message.at};
  TicketIndex index = found.ref.open;
  Recorded reply;
  if (!index.IsSet()) {
    const auto reopens = ReopensClosed(context, *command.closed, said);
    if (const auto* rejection = std::get_if<Rejection>(&reopens)) return *rejection;
    reply.reopened = std::get<bool>(reopens);
  }
  reply.sequence = context.apply.MessageAdded(found.ref, std::move(message));
  if (reply.reopened) {
    ++command.closed->messages;
    index = context.apply.ReopenClosed(*command.closed);
    const Workspace& workspace = context.workspace;
    const std::string& channel = workspace.channel_of(workspace.ticket(index)).id;
    context.apply.SilenceBroken(index, ReplyBy(workspace, channel, said.at));
    EnterReopened(context, index, "MESSAGE");
  } else if (index.IsSet()) {
    FollowMessage(context, index, said);
  }
  reply.state = index.IsSet() ? context.workspace.ticket(index).state : command.closed->state;
  return Reply(reply);
}

Outcome Decide(Context& context, const RecordSurvey& command) {
  const auto result = FindOpenOrClosed(context.workspace, command);
  if (const auto* rejection = std::get_if<Rejection>(&result)) return *rejection;
  const FoundTicket& found = std::get<FoundTicket>(result);
  const TicketIndex open = found.ref.open;
  if (open.IsSet()) {
    const TicketState state = context.workspace.ticket(open).state;
    if (state != TicketState::kWrapUp && state != TicketState::kInReview) {
      return RefuseState(context.workspace.ticket(open), "WRAP_UP, IN_REVIEW or closed");
    }
  }
  if (found.scores + command.scores.size() > kMaxTicketScores) {
    return Full("scores", kMaxTicketScores);
  }
  SurveyRow row = JudgedBy(context.workspace, open, command);
  row.at = command.answered_at.IsSet() ? command.answered_at : context.now;
  std::vector<SurveyRow> rows(command.scores.size(), row);
  for (size_t i = 0; i < rows.size(); ++i) rows[i].score = command.scores[i];
  context.apply.SurveyRecorded(found.ref, std::move(rows));
  return Reply(Done{});
}

}  // namespace tandem::router
