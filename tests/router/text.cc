#include "tests/router/text.h"

#include <variant>

#include "router/requirement.h"
#include "router/resources.h"
#include "tests/router/plan_text.h"
#include "tests/router/text_line.h"

namespace tandem::router {
namespace {

std::string OutcomeOf(const Callback& callback) {
  return callback.last_outcome == CallbackOutcome::kNone ? "" : ToString(callback.last_outcome);
}

// But for the usual one.
std::string RoleOf(AssignmentRole role) {
  return role == AssignmentRole::kOwner ? "" : ToString(role);
}

void AddTo(Line& line, const OfferView& offer) {
  line.Add("offer", offer.offer)
      .Add("queue", offer.queue)
      .Add("channel", offer.channel)
      .Add("client", offer.client)
      .Add("process_type", offer.process_type)
      .Add("language", offer.language)
      .Number("priority", uint64_t{offer.priority})
      .Add("queued", offer.queued_at)
      .Add("target", offer.target)
      .Add("expires", offer.expires_at)
      .Add("role", RoleOf(offer.role))
      .Add("invited_by", offer.invited_by)
      .Add("hand_off", offer.hand_off ? TextOf(*offer.hand_off) : "")
      .Add("consults", offer.consults)
      .Add("reviews", offer.reviews);
}

void AddTo(Line& line, const WorkView& work) {
  line.Add("ticket", work.ticket)
      .Add("state", std::string(ToString(work.state)))
      .Add("queue", work.queue)
      .Add("channel", work.channel)
      .Add("client", work.client)
      .Add("process_type", work.process_type)
      .Add("offer", work.offer)
      .Add("until", work.until)
      .Flag("interrupted", work.interrupted)
      .Add("role", RoleOf(work.role));
  for (const ParticipantView& other : work.participants) {
    line.Add("with", other.agent + ":" + ToString(other.role) + (other.invited ? ":invited" : ""));
  }
  if (work.hand_off) line.Add("hand_off", TextOf(*work.hand_off));
  line.Add("asks", work.consulted_queue).Add("by", work.consultation).Add("reviews", work.reviews);
}

// What follows DRAINING.
std::string NextOf(AgentStatus status, AgentStatus next) {
  return status == AgentStatus::kDraining ? ToString(next) : "";
}

void AddTo(Line& line, const AgentStateView& state) {
  line.Add("status", std::string(ToString(state.status)))
      .Add("reason", state.reason)
      .Add("next", NextOf(state.status, state.next_status))
      .Add("next_reason", state.next_reason)
      .Number("groups", uint64_t{state.groups})
      .Add("since", state.since)
      .Add("shift_ends", state.shift_ends_at);
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

std::string JoinedIds(const std::vector<TicketId>& ids) {
  std::vector<std::string> words;
  for (const TicketId& id : ids) words.push_back(TextOf(id));
  return Joined(words);
}

std::string TakingPart(const std::vector<ParticipantRow>& participants) {
  std::vector<std::string> words;
  for (const ParticipantRow& one : participants) {
    words.push_back(one.agent + ":" + ToString(one.role) + (one.until.IsSet() ? ":invited" : ""));
  }
  return Joined(words);
}

// The reply of a command, without the texts of clauses unless asked for.
struct ReplyText {
  bool with_clauses;

  // A scenario tells the position where there is more to tell.
  std::string PlaceText(size_t position, const std::optional<Duration>& wait) const {
    std::string text;
    if (wait || !with_clauses) text += " position=" + std::to_string(position);
    if (wait) text += " wait=" + TextOf(*wait);
    return text;
  }

  std::string operator()(const Done&) const { return "done"; }
  std::string operator()(const ConfigurationApplied& reply) const {
    return "revision " + std::to_string(reply.revision);
  }
  std::string operator()(const ResourceChanged& reply) const {
    Line line("changed");
    line.Number("revision", reply.revision);
    if (reply.settings) line.Add("time_zone", reply.settings->time_zone);
    if (reply.resource) {
      const NamedResource& named = NamedOf(*reply.resource);
      line.Add("id", named.id)
          .Number("of", named.revision)
          .Number("position", named.position)
          .Add("name", named.display_name);
    }
    return line.text();
  }
  std::string operator()(const ContactIngested& reply) const {
    Line line(reply.joined ? "joined" : "ingested");
    line.Add("ticket", reply.ticket)
        .Add("contact", reply.contact)
        .Flag("unroutable", reply.unroutable)
        .Flag("duplicate", reply.duplicate);
    return line.text() + PlaceText(reply.position, reply.estimated_wait);
  }
  std::string operator()(const StateReached& reply) const {
    std::string text = Line(ToString(reply.state)).Add("enters", reply.enters_at).text();
    for (const TicketId& ticket : reply.follow_ups) text += " " + TextOf(ticket);
    return text;
  }
  std::string operator()(const TicketsClaimed& reply) const {
    std::string text = "claimed";
    for (const TicketId& ticket : reply.tickets) text += " " + TextOf(ticket);
    return reply.tickets.empty() ? "claimed nothing" : text;
  }
  std::string operator()(const LeasesExtended& reply) const {
    Line line("extended");
    for (const auto& [ticket, until] : reply.leases) {
      line.Add(TextOf(ticket).c_str(), TextOf(until));
    }
    return line.text();
  }
  std::string operator()(const MediaReported& reply) const {
    return reply.applied ? "applied" : "not applied";
  }
  std::string operator()(const TicketRevised& reply) const {
    return "revision " + std::to_string(reply.revision);
  }
  std::string operator()(const Recorded& reply) const {
    return "recorded " + std::to_string(reply.sequence) +
           (reply.state ? std::string(" ") + ToString(*reply.state) : "") +
           (reply.reopened ? " reopened" : "");
  }
  std::string operator()(const ConsultationRequested& reply) const {
    return Line("asked").Add("by", reply.request).text();
  }
  std::string operator()(const ContactStarted& reply) const {
    return Line("started")
        .Add("ticket", reply.ticket)
        .Add("contact", reply.contact)
        .Add("state", std::string(ToString(reply.state)))
        .text();
  }
  std::string operator()(const AgentSnapshot& reply) const {
    Line line("snapshot");
    line.Number("generation", reply.generation).Add("now", reply.now);
    AddTo(line, reply.state);
    std::string text = line.text();
    for (const OfferView& offer : reply.offers) {
      Line offer_line("\n  offered");
      AddTo(offer_line, offer);
      text += offer_line.text();
    }
    for (const WorkView& work : reply.work) {
      Line work_line("\n  work");
      AddTo(work_line, work);
      text += work_line.text();
    }
    return text;
  }
  std::string operator()(const AgentExplanation& reply) const {
    return TextOf(reply, /*with_room=*/with_clauses);
  }
  std::string operator()(const ContactClassified& reply) const {
    std::string text = "classified";
    for (const ContactClassified::TriedRule& tried : reply.rules) {
      text += "\n  rule " + tried.rule + (tried.matches ? " matches" : " does not match");
      if (!tried.filled_in.empty()) text += ": " + Joined(tried.filled_in);
      if (with_clauses && !tried.unmet.empty()) text += ": " + tried.unmet;
    }
    if (reply.refusal) return text + "\n  refused " + ToString(reply.refusal->reason);
    if (reply.joined.IsSet()) return text + "\n  joins " + TextOf(reply.joined);
    text += Line("\n  ticket")
                .Add("client", reply.client)
                .Add("process_type", reply.process_type)
                .Add("queue", reply.queue)
                .Add("language", reply.language)
                .Number("priority", uint64_t{reply.priority})
                .Number("plan_steps", uint64_t{reply.plan.size()})
                .Add("target", reply.target)
                .Number("qualified", uint64_t{reply.qualified_agents})
                .Flag("unroutable", reply.unroutable)
                .Add("rules", Joined(reply.ticket_rules))
                .text();
    for (const auto& clause : reply.clauses) {
      text += "\n    " + std::to_string(clause.passing_agents) + " pass";
      if (with_clauses) text += ": " + clause.clause;
    }
    return text;
  }
  std::string operator()(const Explanation& reply) const {
    // Scenarios name the ticket that they ask for.
    std::string text = Line(with_clauses ? "explanation" : "explanation " + TextOf(reply.ticket))
                           .Add("state", std::string(ToString(reply.state)))
                           .Add("queue", reply.queue)
                           .Add("queued", reply.queued_at)
                           .Add("target", reply.target)
                           .Add("enters", reply.enters_at)
                           .Add("parking_reason", reply.parking_reason)
                           .Add("last_agent", reply.last_agent)
                           .Add("kept_until", reply.kept_until)
                           .Add("silent_until", reply.silent_until)
                           .Add("reply_by", reply.reply_by)
                           .Number("children", uint64_t{reply.open_children})
                           .Flag("until_children_closed", reply.until_children_closed)
                           .Add("blocked_by", JoinedIds(reply.blocked_by))
                           .Add("returns", reply.returns_at)
                           .Add("rules", Joined(reply.rules))
                           .Flag("after_punctual", reply.after_punctual)
                           .Add("participants", TakingPart(reply.participants))
                           .Add("consults", reply.consults)
                           .Add("asks", reply.consulted_queue)
                           .Add("by", reply.consultation)
                           .Flag("callback", reply.is_callback)
                           .Number("attempts", uint64_t{reply.callback.attempts})
                           .Add("last_outcome", OutcomeOf(reply.callback))
                           .Add("not_after", reply.callback.not_after)
                           .Flag("queue_closed", reply.queue_closed)
                           .Add("opens_at", reply.opens_at)
                           .text();
    text += PlaceText(reply.position, reply.estimated_wait);
    text += " ahead=" + std::to_string(reply.ahead) + " agents=" + std::to_string(reply.agents) +
            " qualified=" + std::to_string(reply.qualified_agents);
    text += OfferingText(reply, /*whole=*/!with_clauses);
    if (reply.client_share) {
      const Explanation::Share& share = *reply.client_share;
      text += std::string("\n  client ") + ToString(share.tier) +
              " in_hand=" + std::to_string(share.in_hand) +
              " weight=" + std::to_string(share.configured.weight) + "/" +
              std::to_string(share.weights) + " of " + std::to_string(share.shared) +
              " floor=" + std::to_string(share.configured.floor) +
              " ceiling=" + std::to_string(share.configured.ceiling);
    }
    for (const Explanation::Choice& choice : reply.choices) {
      text += TextOf(choice, /*whole=*/!with_clauses);
    }
    for (const auto& clause : reply.clauses) {
      text += "\n  " + std::to_string(clause.passing_agents) + " pass";
      if (with_clauses) text += ": " + clause.clause;
    }
    for (const auto& [obstacle, agents] : reply.obstacles) {
      text += std::string("\n  ") + ToString(obstacle) + " " + std::to_string(agents);
      if (obstacle == Obstacle::kDelayed) text += " until " + TextOf(reply.delayed_until);
    }
    if (reply.next_step) text += NextStepText(*reply.next_step, with_clauses);
    return text;
  }
};

struct NoticeText {
  Line& line;

  void operator()(const OfferMade& message) const {
    line.Flag("offer_made", true);
    AddTo(line, message.offer);
  }
  void operator()(const OfferEnded& message) const {
    line.Flag("offer_ended", true).Add("offer", message.offer).Add("reason", message.reason);
  }
  void operator()(const WorkChanged& message) const {
    line.Flag("work_changed", true).Flag("gone", message.gone);
    AddTo(line, message.work);
  }
  void operator()(const StateChanged& message) const {
    line.Flag("state_changed", true);
    AddTo(line, message.state);
  }
  void operator()(const SessionEnded& message) const {
    line.Flag("session_ended", true).Flag("fenced", message.fenced);
  }
};

// Of a classification rule: "a:2,b:-2". Of a queue: its punctual picks.
std::string CreditsOf(const Resource& resource) {
  if (const auto* queue = std::get_if<Queue>(&resource)) {
    const uint32_t punctual = queue->late_picks.punctual;
    return punctual == 0 ? "" : std::to_string(punctual);
  }
  const auto* rule = std::get_if<ClassificationRule>(&resource);
  if (rule == nullptr) return "";
  std::vector<std::string> words;
  for (size_t i = 0; i < rule->credits.size(); ++i) {
    words.push_back(rule->queues[i].queue + ":" + std::to_string(rule->credits[i]));
  }
  return Joined(words);
}

std::string TextOf(const AgentRow& row) {
  return Line("agent " + row.workspace + "/" + row.agent)
      .Number("ordinal", row.ordinal)
      .Flag("removed", row.removed)
      .Add("status", std::string(ToString(row.status)))
      .Add("reason", row.reason)
      .Add("next", NextOf(row.status, row.next_status))
      .Add("next_reason", row.next_reason)
      .Number("groups", uint64_t{row.ready_groups})
      .Add("since", row.status_since)
      .Add("idle", row.idle_since)
      .Number("misses", uint64_t{row.misses})
      .Number("turn", row.turn)
      .Add("session", row.session_id)
      .Number("generation", row.generation)
      .Flag("open", row.session_open)
      .Add("lost", row.session_lost_at)
      .Add("grace", row.grace_until)
      .Add("away", row.away_since)
      .Add("shift_ends", row.shift_ends_at)
      .Add("interval", row.interval_since)
      .text();
}

std::string TextOf(const TicketStateRow& row) {
  Line line("ticket_state " + row.workspace + "/" + TextOf(row.ticket));
  line.Add("state", std::string(ToString(row.state)))
      .Add("queue", row.queue)
      .Number("priority", uint64_t{row.priority})
      .Add("queued", row.queued_at)
      .Add("target", row.target)
      .Number("key", row.key.us)
      .Add("agent", row.agent)
      .Flag("leased", row.leased)
      .Number("offer", uint64_t{row.offer_number})
      .Add("until", row.until)
      .Add("answered", row.answered_at)
      .Add("closed", row.closed_at)
      .Add("disposition", row.disposition)
      .Number("contacts", uint64_t{row.contact_count})
      .Number("reopened", uint64_t{row.reopen_count})
      .Add("silent_until", row.silent_until)
      .Add("reply_by", row.reply_by);
  for (const CoolDown& cool_down : row.cool_downs) {
    line.Add(("cool_down:" + cool_down.agent).c_str(), cool_down.until);
  }
  line.Number("plan_step", uint64_t{row.plan_step})
      .Number("plan_skipped", uint64_t{row.plan_skipped})
      .Add("plan_since", row.plan_since)
      .Add("plan_waited", row.plan_waited)
      .Add("parked", row.parked_at)
      .Add("parking_reason", row.parking_reason)
      .Flag("clock_stopped", row.clock_stopped)
      .Flag("until_children_closed", row.until_children_closed)
      .Add("blocked_by", JoinedIds(row.blocked_by))
      .Add("last_agent", row.last_agent)
      .Add("kept_until", row.kept_until)
      .Add("channel", row.channel)
      .Add("not_after", row.callback.not_after)
      .Number("attempts", uint64_t{row.callback.attempts})
      .Add("last_outcome", OutcomeOf(row.callback))
      .Number("visit", uint64_t{row.visit_number})
      .Add("visit_entered", row.visit_entered_at)
      .Code("visit_reason", row.visit_entry_reason)
      .Add("visit_estimate", row.visit_estimate.value_or(Duration{}))
      .Number("segment", uint64_t{row.segment_number})
      .Add("segment_began", row.segment_began_at)
      .Add("accepted", row.accepted_at)
      .Add("connected", row.connected_at)
      .Add("interrupted_since", row.interrupted_since)
      .Add("interrupted", row.interrupted)
      .Add("held_since", row.held_since)
      .Add("held", row.held)
      .Add("disconnected", row.disconnected_at)
      .Code("disconnected_by", row.disconnected_by)
      .Add("finished", row.finished_at);
  if (row.reviewed) {
    line.Add("review", row.reviewed->review)
        .Number("reworks", uint64_t{row.reviewed->rework_count})
        .Add("makers", Joined(row.reviewed->makers));
  }
  if (!row.participants) return line.text();
  line.Number("last_invitation", uint64_t{row.participants->last_offer})
      .Number("last_segment", uint64_t{row.participants->last_segment});
  for (const ParticipantRow& participant : row.participants->all) {
    line.Add("participant", participant.agent)
        .Add("role", std::string(ToString(participant.role)))
        .Number("offer", uint64_t{participant.offer_number})
        .Number("segment", uint64_t{participant.segment_number})
        .Add("until", participant.until)
        .Add("began", participant.began_at)
        .Add("accepted", participant.accepted_at);
  }
  return line.text();
}

std::string TextOf(const TicketRow& row) {
  Line line("ticket " + row.workspace + "/" + TextOf(row.ticket));
  line.Number("arrival", row.arrival)
      .Add("contact", row.contact)
      .Add("channel", row.channel)
      .Add("client", row.client)
      .Add("process_type", row.process_type)
      .Add("language", row.language)
      .Number("clauses", uint64_t{row.requirement.all_of.size()})
      .Number("plan_steps", uint64_t{row.plan.size()})
      .Add("entry_point", row.entry_point)
      .Add("conversation", row.conversation_key)
      .Add("customer", row.customer_id)
      .Add("consults", row.consults)
      .Add("parent", row.parent)
      .Add("reviews", row.reviews)
      .Add("created", row.created_at)
      .Add("due", row.due_at)
      .Add("answer_target", row.answer_target)
      .Add("handling", row.expected_handling_time)
      .Add("wrap_up", row.wrap_up_limit)
      .Flag("unroutable", row.unroutable);
  for (const std::string& agent : row.excluded_agents) line.Add("excluded", agent);
  line.Add("rules", Joined(row.rules));
  return line.text();
}

std::string TextOf(const VisitRow& row) {
  return Line("visit " + row.workspace + "/" + TextOf(row.ticket))
      .Number("number", uint64_t{row.visit_number})
      .Add("queue", row.queue)
      .Add("client", row.client)
      .Add("channel", row.channel)
      .Add("process_type", row.process_type)
      .Add("entered", row.entered_at)
      .Add("left", row.left_at)
      .Add("entry", std::string(ToString(row.entry_reason)))
      .Add("exit", std::string(ToString(row.exit_reason)))
      .Add("target", row.target)
      .Add("agent", row.agent)
      .Add("estimate", row.estimated_wait.value_or(Duration{}))
      .text();
}

std::string TextOf(const SegmentRow& row) {
  return Line("segment " + row.workspace + "/" + TextOf(row.ticket))
      .Number("number", uint64_t{row.segment_number})
      .Add("agent", row.agent)
      .Add("queue", row.queue)
      .Add("client", row.client)
      .Add("channel", row.channel)
      .Add("process_type", row.process_type)
      .Add("began", row.began_at)
      .Flag("claimed", row.claimed)
      .Add("accepted", row.accepted_at)
      .Add("connected", row.connected_at)
      .Add("held", row.held)
      .Add("interrupted", row.interrupted)
      .Add("disconnected", row.disconnected_at)
      .Code("by", row.disconnected_by)
      .Add("finished", row.finished_at)
      .Add("ended", row.ended_at)
      .Add("outcome", std::string(ToString(row.outcome)))
      .Add("role", RoleOf(row.role))
      .Add("disposition", row.disposition)
      .Flag("resolved", row.resolved)
      .Number("cost", row.cost_per_hour_milli)
      .Flag("automated", row.automated)
      .text();
}

std::string TextOf(const AgentIntervalRow& row) {
  Line line("interval " + row.workspace + "/" + row.agent);
  line.Add("began", row.began_at)
      .Add("ended", row.ended_at)
      .Add("status", std::string(ToString(row.status)))
      .Add("reason", row.reason)
      .Add("client", row.client)
      .Number("generation", row.generation)
      .Add("idle", row.idle_since)
      .Number("cost", row.cost_per_hour_milli);
  static const char* const groups[] = {"voice", "messaging", "email", "task"};
  for (size_t group = 0; group < kCapacityGroups; ++group) {
    line.Number(groups[group], uint64_t{row.load[group]});
  }
  return line.text();
}

std::string TextOf(const TicketDetailRow& row) {
  const TicketDetail& detail = row.detail;
  Line line("ticket_detail " + row.workspace + "/" + TextOf(row.ticket));
  line.Number("revision", detail.revision)
      .Add("customer", detail.customer_id)
      .Add("segment", detail.customer_segment)
      .Add("subject", detail.subject)
      .Add("due", detail.due_at);
  for (const auto& [key, value] : detail.attributes) {
    line.Add(key.c_str(), value ? "'" + *value + "'" : "gone");
  }
  for (const ExternalReference& reference : detail.references) {
    line.Add("reference", reference.system + ":" + reference.id);
  }
  if (detail.requirement) line.Add("asked", InWords(detail.requirement->asked, 1'000));
  line.Number("notes", uint64_t{detail.notes})
      .Number("messages", uint64_t{detail.messages})
      .Number("scores", uint64_t{detail.scores});
  if (detail.hand_off) line.Add("hand_off", TextOf(*detail.hand_off));
  return line.text();
}

std::string TextOf(const MessageRow& row) {
  return Line("message " + row.workspace)
      .Add("ticket", row.ticket)
      .Number("sequence", row.sequence)
      .Add("contact", row.contact)
      .Code("direction", row.direction)
      .Code("author", row.author)
      .Add("at", row.at)
      .Add("agent", row.agent)
      .Add("text", row.text)
      .Add("external_id", row.external_id)
      .text();
}

std::string TextOf(const NoteRow& row) {
  return Line("note " + row.workspace)
      .Add("ticket", row.ticket)
      .Number("sequence", row.sequence)
      .Add("at", row.at)
      .Add("agent", row.agent)
      .Add("text", row.text)
      .text();
}

std::string TextOf(const SurveyRow& row) {
  return Line("survey " + row.workspace)
      .Add("ticket", row.ticket)
      .Number("sequence", row.sequence)
      .Add("measure", row.score.measure)
      .Number("score", int64_t{row.score.score})
      .Number("lowest", int64_t{row.score.lowest})
      .Number("highest", int64_t{row.score.highest})
      .Add("at", row.at)
      .Add("agent", row.agent)
      .Add("queue", row.queue)
      .Add("client", row.client)
      .Add("channel", row.channel)
      .Add("process_type", row.process_type)
      .text();
}

}  // namespace

std::string TextOf(Duration duration) {
  const int64_t us = duration.us < 0 ? -duration.us : duration.us;
  std::string text = (duration.us < 0 ? "-" : "") + std::to_string(us / 1'000'000);
  if (us % 1'000'000 != 0) {
    std::string fraction = std::to_string(us % 1'000'000);
    fraction.insert(0, 6 - fraction.size(), '0');
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += "." + fraction;
  }
  return text + "s";
}

std::string TextOf(Time time) {
  const Duration since = time - kStart;
  return (since.us < 0 ? "" : "+") + TextOf(since);
}

std::string TextOf(TicketId ticket) {
  return ticket.high == 0 ? "t" + std::to_string(ticket.low) : ToString(ticket);
}

std::string TextOf(OfferId offer) {
  return TextOf(offer.ticket) + "." + std::to_string(offer.number);
}

std::string TextOf(const EventRow& event) {
  Line line(TextOf(event.at) + " " + event.workspace + "#" + std::to_string(event.sequence) + " " +
            ToString(event.type));
  if (event.offer_number != 0) {
    line.Add("offer", OfferId{event.ticket, event.offer_number});
  } else {
    line.Add("ticket", event.ticket);
  }
  line.Add("agent", event.agent)
      .Add("queue", event.queue)
      .Add("contact", event.contact)
      .Add("reason", event.reason)
      .Add("until", event.until)
      .Number("number", event.number);
  return line.text();
}

std::string TextOf(const Outcome& outcome, bool with_clauses) {
  if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
    return std::string("refused ") + ToString(rejection->reason);
  }
  return std::visit(ReplyText{with_clauses}, std::get<Reply>(outcome));
}

std::string TextOf(const Notice& notice) {
  Line line("notice " + notice.workspace + "/" + notice.agent + "@" +
            std::to_string(notice.generation));
  line.Flag("own", notice.own);
  std::visit(NoticeText{line}, notice.message);
  return line.text();
}

std::string TextOf(const Changes& changes) {
  std::string text;
  const auto add = [&text](const auto& rows) {
    for (const auto& row : rows) text += TextOf(row) + "\n";
  };
  for (const WorkspaceRow& row : changes.workspaces) {
    text += Line("workspace " + row.workspace)
                .Number("revision", row.revision)
                .Number("next_ordinal", row.next_agent_ordinal)
                .text() +
            "\n";
  }
  for (const ResourceRow& row : changes.resources) {
    const NamedResource& named = NamedOf(row.resource);
    text += Line("resource " + row.workspace)
                .Add("kind", std::string(ToString(KindOf(row.resource))))
                .Add("id", named.id)
                .Number("revision", named.revision)
                .Number("position", named.position)
                .Flag("removed", row.removed)
                .Add("credits", CreditsOf(row.resource))
                .text() +
            "\n";
  }
  add(changes.agents);
  add(changes.ticket_states);
  add(changes.ticket_details);
  add(changes.tickets);
  for (const ContactRow& row : changes.contacts) {
    text += Line("contact " + row.workspace)
                .Add("contact", row.contact)
                .Add("ticket", row.ticket)
                .Add("received", row.received_at)
                .Add("queued", row.queued_at)
                .text() +
            "\n";
  }
  add(changes.events);
  add(changes.visits);
  add(changes.segments);
  add(changes.agent_intervals);
  add(changes.messages);
  add(changes.notes);
  add(changes.surveys);
  add(changes.notices);
  return text;
}

}  // namespace tandem::router
