#include "server/ctl/ticket_text.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"

#include "server/ctl/render.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using google::protobuf::util::TimeUtil;

std::string Show(const google::protobuf::Duration& duration) {
  return absl::FormatDuration(absl::Seconds(duration.seconds()) +
                              absl::Nanoseconds(duration.nanos()));
}

std::string Show(const google::protobuf::Timestamp& timestamp) {
  return TimeUtil::ToString(timestamp);
}

// "2 attempts, the last one NO_ANSWER, not after 2026-12-01T09:00:00Z"
std::string CallbackText(const v1::Callback& callback) {
  std::string text = absl::StrFormat("%d attempts", callback.attempts());
  if (callback.attempts() > 0) {
    absl::StrAppend(&text, ", the last one ", ShortEnum(callback.last_outcome()));
  }
  if (callback.has_not_after()) absl::StrAppend(&text, ", not after ", Show(callback.not_after()));
  return text;
}

// "by bot1 at 10:00, 0.41 sure, asked_for_person"
std::string HandOffText(const v1::HandOff& hand_off) {
  std::string text = absl::StrCat("by ", hand_off.agent(), " at ", Show(hand_off.at()));
  if (hand_off.has_confidence()) absl::StrAppend(&text, ", ", hand_off.confidence(), " sure");
  if (!hand_off.reason().empty()) absl::StrAppend(&text, ", ", hand_off.reason());
  return text;
}

// "its client has 5 in hand: OVER_SHARE (weight 1 of 4 in 8, floor 2, ceiling 10)"
std::string ShareText(const v1::ClientShare& share) {
  std::vector<std::string> parts;
  const v1::FairShare& of = share.fair_share();
  if (of.weight() != 0) {
    parts.push_back(
        absl::StrFormat("weight %d of %d in %d", of.weight(), share.weights(), share.shared()));
  }
  if (of.floor() != 0) parts.push_back(absl::StrCat("floor ", of.floor()));
  if (of.ceiling() != 0) parts.push_back(absl::StrCat("ceiling ", of.ceiling()));
  return absl::StrCat("its client has ", share.in_hand(), " in hand: ", ShortEnum(share.tier()),
                      parts.empty() ? "" : absl::StrCat(" (", absl::StrJoin(parts, ", "), ")"));
}

std::string EstimateText(const v1::ExplainTicketResponse& explained) {
  if (explained.has_estimated_wait()) return Show(explained.estimated_wait());
  switch (explained.no_estimate()) {
    case v1::NO_ESTIMATE_REASON_QUEUE_CLOSED:
      return "not known: the queue is closed";
    case v1::NO_ESTIMATE_REASON_NOBODY_AVAILABLE:
      return "not known: nobody who may take it is available";
    case v1::NO_ESTIMATE_REASON_TOO_FEW_ANSWERS:
      return "not known: too few were answered in the last half hour";
    default:
      return "not known";
  }
}

// "each offer held for 30s (step 2 of its plan), up to 3 at once (its queue)"
std::string OfferPolicyText(const v1::OfferPolicy& policy) {
  const auto whence = [](uint32_t step) {
    return step == 0 ? "its queue" : absl::StrFormat("step %d of its plan", step);
  };
  return absl::StrFormat("each offer held for %s (%s), up to %d at once (%s)",
                         Show(policy.offer_timeout()), whence(policy.offer_timeout_of_step()),
                         policy.concurrent_offers(), whence(policy.concurrent_offers_of_step()));
}

// What the queue compared agents by, and what that is of this one.
std::string ComparisonText(const v1::Choice& choice) {
  const std::string mode = ShortEnum(choice.distribution_mode());
  switch (choice.distribution_mode()) {
    case v1::DISTRIBUTION_MODE_LONGEST_IDLE:
      if (!choice.has_idle_since()) return mode;
      return absl::StrCat(mode, ", idle since ", Show(choice.idle_since()));
    case v1::DISTRIBUTION_MODE_LEAST_LOADED:
      return absl::StrFormat("%s, %d %% of the capacity used with it", mode,
                             choice.load_millionths() / 10'000);
    case v1::DISTRIBUTION_MODE_BEST_MATCH:
      return absl::StrCat(mode, ", score ", choice.score());
    case v1::DISTRIBUTION_MODE_LOWEST_COST:
      return absl::StrFormat("%s, %d.%03d an hour", mode, choice.cost_per_hour_milli() / 1'000,
                             choice.cost_per_hour_milli() % 1'000);
    default:
      return mode;
  }
}

// "ana: OFFERED at 10:00:00, AGENT_FREE, by LONGEST_IDLE, idle since 09:58:00".
std::string ChoiceText(const v1::Choice& choice) {
  std::string text = absl::StrCat(Plain(choice.agent()), ": ", ShortEnum(choice.kind()));
  if (choice.has_at()) absl::StrAppend(&text, " at ", Show(choice.at()));
  if (!choice.by().empty()) absl::StrAppend(&text, " by ", Plain(choice.by()));
  if (!choice.occasion().empty()) absl::StrAppend(&text, ", ", Plain(choice.occasion()));
  if (choice.distribution_mode() != v1::DISTRIBUTION_MODE_UNSPECIFIED) {
    absl::StrAppend(&text, ", by ", ComparisonText(choice));
  }
  if (choice.kept()) absl::StrAppend(&text, ", kept for this agent");
  if (choice.named()) absl::StrAppend(&text, ", asked for by name");
  return text;
}

// Where the ticket is, and what it waits for.
std::string WhereText(const v1::ExplainTicketResponse& explained) {
  const std::string state = ShortEnum(explained.state());
  if (explained.state() == v1::TICKET_STATE_SCHEDULED) {
    return absl::StrCat(
        absl::StrFormat("%s: enters queue %s at %s, target %s\n", state, explained.queue(),
                        Show(explained.enters_at()), Show(explained.target())),
        explained.has_callback()
            ? absl::StrCat("call-back: ", CallbackText(explained.callback()), "\n")
            : "",
        "\n");
  }
  if (explained.state() == v1::TICKET_STATE_BLOCKED) {
    return absl::StrFormat("%s by %s: enters queue %s when they are closed%s\n\n", state,
                           absl::StrJoin(explained.blocked_by(), ", "), explained.queue(),
                           explained.has_enters_at()
                               ? absl::StrCat(", not before ", Show(explained.enters_at()))
                               : "");
  }
  if (explained.state() == v1::TICKET_STATE_IN_REVIEW) {
    return absl::StrFormat("%s: waits for the verdict on what %s did\n\n", state,
                           explained.last_agent());
  }
  if (explained.state() == v1::TICKET_STATE_PARKED) {
    return absl::StrFormat(
        "%s by %s%s: back in queue %s %s\n\n", state, explained.last_agent(),
        explained.parking_reason().empty() ? "" : absl::StrCat(", ", explained.parking_reason()),
        explained.queue(),
        absl::StrCat(explained.has_enters_at() ? absl::StrCat("at ", Show(explained.enters_at()),
                                                              " or when the customer writes")
                                               : "when the customer writes or somebody resumes it",
                     explained.until_children_closed()
                         ? absl::StrFormat("; or when the %d open tickets that belong to it are "
                                           "closed",
                                           explained.open_children())
                         : "",
                     explained.has_silent_until()
                         ? absl::StrCat("; completed at ", Show(explained.silent_until()),
                                        " if the customer stays silent")
                         : ""));
  }
  std::string text = absl::StrFormat("%s in queue %s since %s, target %s; %d go before it\n", state,
                                     explained.queue(), Show(explained.queued_at()),
                                     Show(explained.target()), explained.ahead());
  if (explained.position() > 0) {
    absl::StrAppendFormat(&text, "number %d of its queue, estimated wait %s\n",
                          explained.position(), EstimateText(explained));
  }
  if (explained.has_offer_policy()) {
    absl::StrAppend(&text, OfferPolicyText(explained.offer_policy()), "\n");
  }
  if (explained.has_client_share()) {
    absl::StrAppend(&text, ShareText(explained.client_share()), "\n");
  }
  if (explained.after_punctual()) {
    absl::StrAppend(&text, "late: it goes after punctual work, but for every so many picks\n");
  }
  if (explained.has_kept_until()) {
    absl::StrAppend(&text, "kept for ", explained.last_agent(), " until ",
                    Show(explained.kept_until()), "\n");
  }
  if (explained.has_callback()) {
    absl::StrAppend(&text, "call-back: ", CallbackText(explained.callback()), "\n");
  }
  if (explained.has_silent_until()) {
    absl::StrAppend(&text, "parked at ", Show(explained.silent_until()),
                    " if the customer stays silent\n");
  }
  if (explained.has_reply_by()) {
    absl::StrAppend(&text, "to be answered by ", Show(explained.reply_by()), "\n");
  }
  if (explained.has_returns_at()) {
    absl::StrAppend(&text, "its agent is away: queued again at ", Show(explained.returns_at()),
                    "\n");
  }
  for (const v1::Participant& one : explained.participants()) {
    absl::StrAppendFormat(&text, "%s: %s%s\n", ShortEnum(one.role()), Plain(one.agent()),
                          one.invited()
                              ? absl::StrCat(", invited until ", Show(one.invitation_expires_at()))
                              : absl::StrCat(" since ", Show(one.since())));
  }
  for (const v1::Choice& choice : explained.choices()) {
    absl::StrAppend(&text, ChoiceText(choice), "\n");
  }
  if (explained.has_consultation()) {
    absl::StrAppend(&text, "queue ", Plain(explained.consultation().queue()),
                    " is asked for somebody to consult, by ticket ", explained.consultation().id(),
                    "\n");
  }
  if (!explained.consulted_ticket_id().empty()) {
    absl::StrAppend(&text, "asks for somebody to consult on ticket ",
                    explained.consulted_ticket_id(), "\n");
  }
  if (explained.classification_rules_size() > 0) {
    absl::StrAppend(&text, "classified by ", absl::StrJoin(explained.classification_rules(), ", "),
                    "\n");
  }
  return absl::StrCat(text, "\n");
}

using Clauses = google::protobuf::RepeatedPtrField<v1::ClauseExplanation>;

void AppendClauses(const Clauses& clauses, const char* verb, std::string& text) {
  for (const v1::ClauseExplanation& clause : clauses) {
    absl::StrAppendFormat(&text, "%5d %s: %s\n", clause.passing_agents(), verb,
                          Plain(clause.clause()));
  }
}

void AppendTicket(const v1::ProspectiveTicket& ticket, std::string& text) {
  const auto add = [&text](const char* label, const std::string& value) {
    absl::StrAppend(&text, LabelledLine(label, value));
  };
  add("client", ticket.client());
  add("process type", ticket.process_type());
  add("queue", ticket.queue());
  add("language", ticket.language());
  add("priority", absl::StrCat(ticket.priority()));
  add("target", Show(ticket.target()));
  if (ticket.plan().steps_size() > 0) {
    add("plan", absl::StrFormat("%d steps", ticket.plan().steps_size()));
  }
  absl::StrAppend(&text, "\n");
  AppendClauses(ticket.clauses(), "pass", text);
  absl::StrAppendFormat(&text, "%5d could take it\n", ticket.qualified_agents());
  if (ticket.unroutable()) {
    absl::StrAppend(&text, "\nUnroutable: nobody could ever take it, after no step of its plan.\n");
  }
}

}  // namespace

std::string TicketTable(const std::vector<v1::Ticket>& tickets) {
  TextTable table({{"id"},
                   {"state"},
                   {"queue"},
                   {"channel"},
                   {"client"},
                   {"process type"},
                   {"priority", TextTable::Align::kRight},
                   {"agent"},
                   {"created"},
                   {"target"},
                   {"external id"}});
  for (const v1::Ticket& ticket : tickets) {
    table.AddRow({ticket.id(), ShortEnum(ticket.state()), ticket.queue(), ticket.channel(),
                  ticket.client(), ticket.process_type(), absl::StrCat(ticket.priority()),
                  ticket.agent(), ShortTime(ticket.created_at()), ShortTime(ticket.target()),
                  ticket.external_id()});
  }
  return table.ToString();
}

std::string TicketText(const v1::Ticket& ticket) {
  std::string text;
  const auto add = [&text](const char* label, const std::string& value) {
    absl::StrAppend(&text, LabelledLine(label, value));
  };
  add("ticket", ticket.id());
  add("to consult on", ticket.consulted_ticket_id());
  add("belongs to", ticket.parent_ticket_id());
  add("review of", ticket.reviewed_ticket_id());
  add("state", ShortEnum(ticket.state()));
  add("blocked by", absl::StrJoin(ticket.blocked_by(), ", "));
  if (ticket.open_children() > 0) add("open children", absl::StrCat(ticket.open_children()));
  add("channel", ticket.channel());
  add("client", ticket.client());
  add("process type", ticket.process_type());
  add("queue", ticket.queue());
  add("language", ticket.language());
  add("rules", absl::StrJoin(ticket.classification_rules(), ", "));
  add("priority", absl::StrCat(ticket.priority()));
  add("external id", ticket.external_id());
  for (const v1::ExternalReference& reference : ticket.external_references()) {
    add("reference", absl::StrCat(reference.system(), "=", reference.id()));
  }
  add("customer", ticket.customer_id());
  add("segment", ticket.customer_segment());
  add("conversation", ticket.conversation_key());
  add("agent", ticket.agent());
  for (const v1::OpenOffer& offer : ticket.open_offers()) {
    add("offered to", absl::StrCat(offer.agent(), " until ", Show(offer.expires_at())));
  }
  add("created", Show(ticket.created_at()));
  add("target", Show(ticket.target()));
  if (ticket.has_due_at()) add("due", Show(ticket.due_at()));
  if (ticket.has_parked_at()) add("parked", Show(ticket.parked_at()));
  add("parking reason", ticket.parking_reason());
  add("last agent", ticket.last_agent());
  if (ticket.has_enters_at()) add("enters queue", Show(ticket.enters_at()));
  if (ticket.has_callback()) add("call-back", CallbackText(ticket.callback()));
  add("requested on", ticket.callback().requested_on());
  if (ticket.has_kept_until()) add("kept until", Show(ticket.kept_until()));
  if (ticket.has_estimated_wait()) add("estimated wait", Show(ticket.estimated_wait()));
  if (ticket.has_silent_until()) add("silent until", Show(ticket.silent_until()));
  if (ticket.has_reply_by()) add("reply by", Show(ticket.reply_by()));
  if (ticket.reopen_count() > 0) add("reopened", absl::StrCat(ticket.reopen_count()));
  add("reviewed by", ticket.review_ticket_id());
  if (ticket.rework_count() > 0) add("sent back", absl::StrCat(ticket.rework_count()));
  if (ticket.has_hand_off()) add("handed off", HandOffText(ticket.hand_off()));
  add("summary", ticket.hand_off().summary());
  if (ticket.has_answered_at()) add("answered", Show(ticket.answered_at()));
  if (ticket.has_closed_at()) add("closed", Show(ticket.closed_at()));
  add("disposition", ticket.disposition());
  if (ticket.plan().steps_size() > 0) {
    std::string plan = absl::StrFormat("%d of %d steps behind it", ticket.plan_steps_taken(),
                                       ticket.plan().steps_size());
    if (ticket.plan_steps_skipped_size() > 0) {
      absl::StrAppendFormat(&plan, ", %d skipped", ticket.plan_steps_skipped_size());
    }
    if (ticket.has_next_step_at()) absl::StrAppend(&plan, ", next ", Show(ticket.next_step_at()));
    add("plan", plan);
  }
  add("subject", ticket.subject());
  const std::map<std::string, std::string> attributes(ticket.attributes().begin(),
                                                      ticket.attributes().end());
  for (const auto& [key, value] : attributes) add("attribute", absl::StrCat(key, "=", value));
  if (ticket.revision() > 1) add("revision", absl::StrCat(ticket.revision()));
  return text;
}

std::string EventLine(const v1::Event& event) {
  std::string text = absl::StrFormat("%-27s %-24s", Show(event.at()), ShortEnum(event.type()));
  const auto add = [&text](const char* name, const std::string& value) {
    if (!value.empty()) absl::StrAppend(&text, " ", name, "=", Plain(value));
  };
  add("ticket", event.ticket_id());
  add("agent", event.agent());
  add("queue", event.queue());
  add("reason", event.reason());
  if (event.has_until()) add("until", Show(event.until()));
  if (event.number() != 0) add("number", absl::StrCat(event.number()));
  return absl::StrCat(absl::StripTrailingAsciiWhitespace(text), "\n");
}

std::string HistoryText(const v1::ListTicketEventsResponse& history) {
  std::string text;
  for (const v1::Event& event : history.events()) absl::StrAppend(&text, EventLine(event));
  return text;
}

std::string ExplanationText(const v1::ExplainTicketResponse& explained) {
  std::string text = WhereText(explained);
  absl::StrAppendFormat(&text, "%5d configured agents\n", explained.agents());
  AppendClauses(explained.clauses(), "pass", text);
  absl::StrAppendFormat(&text, "%5d pass all of these\n", explained.qualified_agents());
  absl::StrAppendFormat(&text, "%5d of them are there, busy or not\n",
                        explained.available_agents());
  for (const v1::Obstacle& obstacle : explained.obstacles()) {
    absl::StrAppendFormat(
        &text, "%5d %s%s\n", obstacle.agents(), ShortEnum(obstacle.kind()),
        obstacle.has_until() ? absl::StrCat(" until ", Show(obstacle.until())) : "");
  }
  if (explained.has_next_step()) {
    const v1::NextStep& next = explained.next_step();
    absl::StrAppendFormat(&text, "\nStep %d of the plan, %s:\n", next.number(),
                          next.has_at() ? Show(next.at()) : "when its clock goes on");
    AppendClauses(next.clauses(), "will pass", text);
    if (next.has_expire()) {
      absl::StrAppend(&text, "      the wait will end: ", Plain(next.expire().reason()), "\n");
    } else if (next.callback()) {
      absl::StrAppend(&text, "      the customer will be called back\n");
    } else {
      absl::StrAppendFormat(&text, "%5d will pass all of these\n", next.qualified_agents());
    }
    if (!next.queue().empty()) {
      absl::StrAppend(&text, "      it will move to queue ", Plain(next.queue()), "\n");
    }
    if (next.min_priority() > 0) {
      absl::StrAppendFormat(&text, "      the priority will be %d at least\n", next.min_priority());
    }
    if (next.has_offer_timeout()) {
      absl::StrAppendFormat(&text, "      its offers will be held for %s\n",
                            Show(next.offer_timeout()));
    }
    if (next.concurrent_offers() > 0) {
      absl::StrAppendFormat(&text, "      it will be offered to up to %d at once\n",
                            next.concurrent_offers());
    }
    if (next.condition().waiting_more_than() > 0) {
      absl::StrAppendFormat(&text, "      if more than %d wait in the queue then\n",
                            next.condition().waiting_more_than());
    }
    if (next.condition().has_oldest_waits_longer_than()) {
      absl::StrAppendFormat(&text, "      if the oldest in the queue waits longer than %s then\n",
                            Show(next.condition().oldest_waits_longer_than()));
    }
    if (next.condition().has_estimated_wait_longer_than()) {
      absl::StrAppendFormat(&text, "      if it may wait longer than %s from then on\n",
                            Show(next.condition().estimated_wait_longer_than()));
    }
    if (next.condition().service_level_below_percent() > 0) {
      absl::StrAppendFormat(&text, "      if the queue's service level is below %d %% then\n",
                            next.condition().service_level_below_percent());
    }
    if (next.condition().available_agents_fewer_than() > 0) {
      absl::StrAppendFormat(
          &text, "      if fewer than %d who may take it are there then; now: %d\n",
          next.condition().available_agents_fewer_than(), explained.available_agents());
    }
    if (!next.skipped().empty()) {
      absl::StrAppend(&text, "      now it would be skipped: ", Plain(next.skipped()), "\n");
    }
  }
  if (explained.unroutable()) {
    absl::StrAppend(
        &text,
        "\nUnroutable: only a later step of its plan, or a change of the configuration or "
        "of the ticket, can help.\n");
  }
  return text;
}

std::string ClassificationText(const v1::ClassifyContactResponse& classified) {
  TextTable table({{"rule"}, {"matches"}, {"filled in"}, {"does not hold"}});
  for (const v1::TriedRule& tried : classified.rules()) {
    table.AddRow({tried.rule(), tried.matches() ? "yes" : "no",
                  absl::StrJoin(tried.filled_in(), ", "), tried.unmet()});
  }
  std::string text = classified.rules_size() == 0 ? "no rule was tried\n" : table.ToString();
  absl::StrAppend(&text, "\n");
  switch (classified.outcome_case()) {
    case v1::ClassifyContactResponse::kTicket:
      AppendTicket(classified.ticket(), text);
      break;
    case v1::ClassifyContactResponse::kJoinedTicketId:
      absl::StrAppend(&text, "joins ticket ", classified.joined_ticket_id(), "\n");
      break;
    case v1::ClassifyContactResponse::kRefusal:
      absl::StrAppend(&text, "refused: ", classified.refusal().reason(), ": ",
                      Plain(classified.refusal().message()), "\n");
      break;
    case v1::ClassifyContactResponse::OUTCOME_NOT_SET:
      break;
  }
  return text;
}

}  // namespace tandem::ctl
