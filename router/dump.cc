// The whole logical state as text in a fixed order.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "router/classification.h"
#include "router/core.h"
#include "router/requirement.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

// Writes "name=value" pairs, leaving out what is empty or zero.
class Line {
 public:
  Line(std::string& out, const char* kind) : out_(out) { out_ += kind; }
  ~Line() { out_ += '\n'; }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Line& operator()(const char* name, const std::string& value) {
    if (!value.empty()) out_ += std::string(" ") + name + "=" + value;
    return *this;
  }
  Line& operator()(const char* name, const char* value) {
    return (*this)(name, std::string(value));
  }
  Line& operator()(const char* name, Time value) { return (*this)(name, value.us); }
  Line& operator()(const char* name, Duration value) { return (*this)(name, value.us); }
  Line& Named(const NamedResource& resource) {
    return (*this)("id", resource.id)("name", resource.display_name)("revision", resource.revision)(
        "position", resource.position);
  }
  template <typename Number>
  requires std::is_arithmetic_v<Number> Line& operator()(const char* name, Number value) {
    if (value != Number{}) out_ += std::string(" ") + name + "=" + std::to_string(value);
    return *this;
  }

 private:
  std::string& out_;
};

void DumpRule(const ClassificationRule& rule, std::string& out) {
  Line line(out, " classification_rule");
  line.Named(rule)("order", rule.order)("process_type", rule.process_type)(
      "requirement", KeyOf(rule.requirement, rule.plan))("agent_attribute", rule.agent_attribute)(
      "last", rule.last);
  if (rule.priority) line("priority", std::to_string(*rule.priority));
  for (const ContactCondition& condition : rule.conditions) {
    line(condition.negated ? "not" : "if", Describe(condition));
  }
  for (size_t i = 0; i < rule.queues.size(); ++i) {
    line("queue", rule.queues[i].queue)("weight", rule.queues[i].weight);
    if (!rule.credits.empty()) line("credit", rule.credits[i]);
  }
}

void DumpCalendar(const Calendar& calendar, std::string& out) {
  Line line(out, " calendar");
  line.Named(calendar)("time_zone", calendar.time_zone);
  const auto add = [&](const DayHours& hours) {
    line("opens", hours.opens)("closes", hours.closes);
  };
  for (const WeeklyHours& weekly : calendar.weekly) {
    for (const uint32_t day : weekly.days) line("day", day);
    add(weekly.hours);
  }
  for (const CalendarException& exception : calendar.exceptions) {
    line("exception", exception.date)("every_year", exception.every_year)("name", exception.name);
    for (const DayHours& hours : exception.hours) add(hours);
  }
  if (calendar.cut_off) line("cut_off", std::to_string(*calendar.cut_off));
  if (const auto& forced = calendar.override_hours) {
    line("override", forced->open ? "open" : "closed")("until", forced->until)("message",
                                                                               forced->message);
  }
  line("of_revision", calendar.hours.of_revision)("known_until", calendar.hours.known_until)(
      "is_open", calendar.hours.is_open);
  for (const TimeSpan& span : calendar.hours.open) line("from", span.from)("to", span.to);
  for (const TimeSpan& span : calendar.hours.after_cut_off) line("cut", span.from)("to", span.to);
}

void DumpConfiguration(const Configuration& configuration, std::string& out) {
  Line(out, " configuration")("time_zone", configuration.time_zone)(
      "session_grace", *configuration.session_grace)("cool_down", *configuration.cool_down)(
      "return_voice", *configuration.return_after[0])("messaging", *configuration.return_after[1])(
      "email", *configuration.return_after[2])("task", *configuration.return_after[3]);
  for (const Client& client : configuration.clients) {
    Line line(out, " client");
    line.Named(client);
    if (!client.fair_share) continue;
    line("weight", client.fair_share->weight)("floor", client.fair_share->floor)(
        "ceiling", client.fair_share->ceiling);
  }
  for (const Site& site : configuration.sites) {
    Line(out, " site").Named(site)("time_zone", site.time_zone);
  }
  for (const Team& team : configuration.teams) {
    Line(out, " team")
        .Named(team)("max_paused", team.max_paused)("percent", team.max_paused_percent);
  }
  for (const Skill& skill : configuration.skills) {
    Line(out, " skill").Named(skill);
  }
  for (const Channel& channel : configuration.channels) {
    Line(out, " channel")
        .Named(channel)("group", static_cast<int>(channel.group))("media", channel.has_media)(
            "mode", static_cast<int>(channel.language_mode))("misses", channel.misses_allowed)(
            "reply_within", *channel.reply_within);
  }
  for (const Queue& queue : configuration.queues) {
    Line(out, " queue")
        .Named(queue)("office", static_cast<int>(queue.office))(
            "urgency", static_cast<int>(queue.urgency))("client", queue.client)(
            "step", *queue.priority_step)("offer", queue.offer_timeout)(
            "connect", queue.connect_timeout)("lease", queue.lease_duration)(
            "max_waiting", queue.max_waiting)("auto_accept", queue.auto_accept)(
            "offers", queue.concurrent_offers)("distribution", ToString(queue.distribution_mode))(
            "order", ToString(queue.order))("last_agent", *queue.last_agent_wait)(
            "plan", KeyOf({}, queue.plan))("calendar", queue.calendar)(
            "when_closed", static_cast<int>(queue.when_closed))("overflow", queue.overflow_queue)(
            "attempts", queue.callbacks.max_attempts)("retry_delay", queue.callbacks.retry_delay)(
            "late_work", ToString(queue.late_work.order))(
            "every", queue.late_work.every.value_or(0))("punctual", queue.late_picks.punctual);
  }
  for (const ProcessType& type : configuration.process_types) {
    Line(out, " process_type")
        .Named(type)("min_confidence", type.hand_off.min_confidence_milli)(
            "hand_off_queue", type.hand_off.queue)("review", type.review.process_type)(
            "share", type.review.share_milli)("credit", type.review_credit.milli);
    for (const std::string& id : type.review.dispositions) Line(out, "  reviewed")("how", id);
    for (const ProcessTypeDefaults& entry : type.defaults) {
      Line(out, "  defaults")("channel", entry.channel)("queue", entry.queue)(
          "requirement", KeyOf(entry.requirement))("level", static_cast<int>(entry.language_level))(
          "answer", entry.answer_target)("due", entry.due_after)(
          "handling", entry.expected_handling_time)("wrap_up", *entry.wrap_up_limit)(
          "plan", KeyOf({}, entry.plan))("reopen", entry.reopen_within)(
          "auto_park", entry.auto_park_after)("auto_close", entry.auto_close_after);
    }
  }
  for (const RoutingProfile& profile : configuration.routing_profiles) {
    Line(out, " routing_profile")
        .Named(profile)("reserve", profile.live_reserve)("back_floor", profile.back_floor);
    for (const RoutingProfileQueue& queue : profile.queues) {
      Line(out, "  serves")("queue", queue.queue)("rank", queue.rank)("no_push", queue.no_push)(
          "pull", queue.pull)("delay", queue.delay);
    }
  }
  for (const Disposition& disposition : configuration.dispositions) {
    Line(out, " disposition").Named(disposition)("resolved", disposition.resolved);
  }
  for (const NotReadyReason& reason : configuration.not_ready_reasons) {
    Line(out, " not_ready_reason").Named(reason)("exempt", reason.exempt);
  }
  for (const ParkingReason& reason : configuration.parking_reasons) {
    Line(out, " parking_reason").Named(reason)("stops_clock", reason.stops_clock);
  }
  for (const ClassificationRule& rule : configuration.classification_rules) {
    DumpRule(rule, out);
  }
  for (const Calendar& calendar : configuration.calendars) DumpCalendar(calendar, out);
  for (const EntryPoint& entry_point : configuration.entry_points) {
    Line line(out, " entry_point");
    line.Named(entry_point)("channel", entry_point.channel)("address", entry_point.address)(
        "client", entry_point.client)("process_type", entry_point.process_type)(
        "language", entry_point.language)("queue", entry_point.queue);
    if (entry_point.priority) line("priority", std::to_string(*entry_point.priority));
  }
  for (const Language& language : configuration.languages) {
    Line(out, " language")
        .Named(language)("tag", language.tag)("level", static_cast<int>(language.level));
  }
}

void DumpConfiguredAgent(const Agent& agent, std::string& out) {
  Line line(out, " agent");
  line.Named(agent)("kind", static_cast<int>(agent.kind))("team", agent.team)("site", agent.site)(
      "routing_profile", agent.routing_profile)("cost", agent.cost_per_hour_milli)(
      "units", agent.capacity->total_units);
  for (const GroupCapacity& group : agent.capacity->groups) {
    line("max", group.max)("each", group.units_per_ticket)("exclusive", group.exclusive);
    for (const CapacityGroup other : group.interrupts) {
      line("interrupts", static_cast<int>(other));
    }
    line("live_interrupts", group.live_interrupts);
  }
  for (const SkillLevel& skill : agent.skills) line(skill.skill.c_str(), skill.level);
  for (const AgentLanguage& language : agent.languages) {
    line("language", language.tag)("spoken", static_cast<int>(language.spoken))(
        "written", static_cast<int>(language.written));
  }
  for (const std::string& type : agent.process_types) line("process_type", type);
  for (const std::string& client : agent.clients) line("client", client);
  for (const auto& [key, value] : agent.attributes) line("attribute", key)("is", value);
}

void DumpAgent(const Workspace& workspace, AgentIndex index, std::string& out) {
  const AgentState& agent = workspace.agent(index);
  Line line(out, " agent_state");
  line("id", workspace.AgentName(index))("ordinal", agent.ordinal)(
      "status", ToString(agent.status))("reason", agent.reason)(
      "next", agent.status == AgentStatus::kDraining ? ToString(agent.next_status) : "")(
      "next_reason", agent.next_reason)("ready_groups", agent.ready_groups)(
      "status_since", agent.status_since)("idle_since", agent.idle_since)("misses", agent.misses)(
      "turn", agent.turn)("session", agent.session_id)("generation", agent.generation)(
      "open", agent.session_open)("lost_at", agent.session_lost_at)(
      "grace_until", agent.grace_until)("away_since", agent.away_since)(
      "shift_ends_at", agent.shift_ends_at)("interval_since", agent.interval_since)(
      "assisted", agent.assisted)("units_used", agent.units_used)("open_kinds", agent.open_kinds)(
      "idle", agent.idle)("cooling", agent.cooling)("signed_in", agent.in_team.signed_in)(
      "pauses", agent.in_team.pauses);
}

void DumpDetail(const TicketDetail& detail, std::string& out) {
  Line line(out, "  detail");
  line("revision", detail.revision)("customer", detail.customer_id)(
      "segment", detail.customer_segment)("subject", detail.subject)("due_at", detail.due_at)(
      "notes", detail.notes)("messages", detail.messages)("scores", detail.scores);
  for (const auto& [key, value] : detail.attributes) {
    line("changed", key)(value ? "to" : "gone", value.value_or("yes"));
  }
  for (const ExternalReference& reference : detail.references) {
    line("system", reference.system)("id", reference.id);
  }
  if (detail.requirement) {
    line("own", KeyOf(detail.requirement->own, {}))("asked", KeyOf(detail.requirement->asked, {}))(
        "since", detail.requirement->plan_step);
  }
  if (const auto& again = detail.reclassified) {
    line("classified", again->queue)("priority", again->priority)("own", KeyOf(again->own, {}));
    for (const std::string& rule : again->rules) line("rule", rule);
    if (again->said_plan) line("said_plan", KeyOf({}, *again->said_plan));
    if (again->plan) line("plan", KeyOf(again->begins_with, *again->plan));
  }
  if (!detail.hand_off) return;
  const HandOff& hand_off = *detail.hand_off;
  line("handed_off_by", hand_off.agent)("at", hand_off.at)("why", hand_off.reason)(
      "summary", hand_off.summary)(
      "confidence", hand_off.confidence_milli ? int64_t{*hand_off.confidence_milli} : -1);
}

void DumpLinks(const Workspace& workspace, const Ticket& ticket, Line& line) {
  if (const uint32_t children = workspace.OpenChildrenOf(ticket.id); children != 0) {
    line("children", children);
  }
  if (ticket.links == nullptr) return;
  if (ticket.links->parent.IsSet()) line("parent", ToString(ticket.links->parent));
  for (const TicketId& id : workspace.WaitsFor(ticket)) line("waits_for", ToString(id));
  for (const TicketIndex dependent : ticket.links->dependents) {
    line("waited_for_by", ToString(workspace.ticket(dependent).id));
  }
}

void DumpTicket(const Workspace& workspace, const Ticket& ticket, std::string& out) {
  Line line(out, " ticket");
  line("id", ToString(ticket.id))("arrival", ticket.arrival)(
      "channel", workspace.channel_ids.Name(ticket.channel))(
      "client", workspace.client_ids.Name(ticket.client))(
      "process_type", workspace.process_type_ids.Name(ticket.process_type))(
      "language", ticket.language)("entry_point", ticket.entry_point)(
      "conversation", ticket.conversation_key)("created_at", ticket.created_at)(
      "due_at", ticket.due_at)("answer_target", ticket.answer_target)(
      "handling", ticket.expected_handling_time)("wrap_up", ticket.wrap_up_limit)(
      "unroutable", ticket.unroutable)("requirement", KeyOf(RequirementOf(workspace, ticket)));
  for (const std::string& agent : RequirementOf(workspace, ticket).agents) line("named", agent);
  for (const std::string& agent : ticket.excluded_agents) line("excluded", agent);
  if (ticket.rules != nullptr) {
    for (const std::string& rule : *ticket.rules) line("rule", rule);
  }
  if (ticket.trace_parent != nullptr) line("trace", *ticket.trace_parent);
  line("state", ToString(ticket.state))("queue", workspace.queue_ids.Name(ticket.queue))(
      "priority", ticket.priority)("queued_at", ticket.queued_at)("target", ticket.target)(
      "key", ticket.key)("agent", workspace.AgentName(ticket.agent))("leased", ticket.leased)(
      "offer", ticket.offer_number)("until", ticket.until)("answered_at", ticket.answered_at)(
      "contacts", ticket.contact_count)("reopened", ticket.reopen_count)(
      "silent_until", ticket.silent_until)("reply_by", ticket.reply_by);
  for (const CoolDownState& cool_down : ticket.cool_downs) {
    line("cool_down", workspace.AgentName(cool_down.agent))("ends", cool_down.until);
  }
  if (ticket.plan.IsSet()) {
    const TicketPlan& plan = workspace.plans[ticket.plan];
    line("plan", KeyOf(plan.base, plan.steps))("plan_step", ticket.plan_step)(
        "plan_skipped", ticket.plan_skipped)("plan_since", ticket.plan_since)("plan_waited",
                                                                              ticket.plan_waited);
  }
  if (ticket.parking != nullptr) {
    line("parked_at", ticket.parking->at)("parking_reason", ticket.parking->reason)(
        "clock_stopped", ticket.parking->clock_stopped)("for_children",
                                                        ticket.parking->until_children_closed);
  }
  DumpLinks(workspace, ticket, line);
  line("last_agent", workspace.AgentName(ticket.last_agent))("kept_until", ticket.kept_until);
  line("came_over", workspace.channel_ids.Name(ticket.came_over));
  if (ticket.callback != nullptr) {
    line("not_after", ticket.callback->not_after)("attempts", ticket.callback->attempts)(
        "last_outcome", static_cast<int>(ticket.callback->last_outcome));
  }
  if (ticket.reviewing != nullptr) {
    const Reviewing& reviewing = *ticket.reviewing;
    line("reviews", ToString(reviewing.reviews))("review", ToString(reviewing.reviewed.review))(
        "reworks", reviewing.reviewed.rework_count)("maker_said", reviewing.disposition);
    for (const std::string& maker : reviewing.reviewed.makers) line("maker", maker);
  }
  line("visit", ticket.visit_number)("entered_at", ticket.visit_entered_at)(
      "entry_reason", ToString(ticket.visit_entry_reason))(
      "estimate", ticket.visit_estimate.value_or(Duration{}))("segment", ticket.segment_number)(
      "began_at", ticket.segment_began_at)("accepted_at", ticket.accepted_at)(
      "connected_at", ticket.connected_at)("held_since", ticket.held_since)("held", ticket.held)(
      "interrupted_since", ticket.interrupted_since)("interrupted", ticket.interrupted)(
      "disconnected_at", ticket.disconnected_at)(
      "disconnected_by", static_cast<int>(ticket.disconnected_by))("finished_at",
                                                                   ticket.finished_at);
}

void DumpParticipants(const Workspace& workspace, const Participants& participants,
                      std::string& out) {
  Line(out, "  participants")("last_offer", participants.last_offer)("last_segment",
                                                                     participants.last_segment);
  if (participants.consults.IsSet()) {
    Line(out, "  consultation")("about", ToString(participants.consults));
  }
  if (participants.consultation.IsSet()) {
    const Ticket& request = workspace.ticket(participants.consultation);
    Line(out, "  consultation")("open", ToString(request.id));
  }
  for (const Participant& participant : participants.all) {
    Line(out, "  participant")("agent", workspace.AgentName(participant.agent))(
        "role", ToString(participant.role))("offer", participant.offer_number)(
        "segment", participant.segment_number)("until", participant.until)(
        "began_at", participant.began_at)("accepted_at", participant.accepted_at);
  }
}

void DumpWorkspace(const Workspace& workspace, std::string& out) {
  Line(out, "workspace")("id", workspace.id)("revision", workspace.revision)(
      "last_event", workspace.last_event)("next_agent_ordinal", workspace.next_agent_ordinal)(
      "open_tickets", workspace.open_tickets);
  DumpConfiguration(workspace.configuration, out);

  std::vector<const Agent*> configured;
  for (const Agent& agent : workspace.agent_resources) {
    if (!agent.id.empty()) configured.push_back(&agent);
  }
  std::sort(configured.begin(), configured.end(),
            [](const Agent* a, const Agent* b) { return a->position < b->position; });
  for (const Agent* agent : configured) DumpConfiguredAgent(*agent, out);

  std::vector<std::pair<uint64_t, AgentIndex>> agents;
  for (uint32_t i = 0; i < workspace.agents.size(); ++i) {
    if (workspace.agents[i].configured)
      agents.emplace_back(workspace.agents[i].ordinal, AgentIndex{i});
  }
  std::sort(agents.begin(), agents.end());
  for (const auto& [ordinal, index] : agents) DumpAgent(workspace, index, out);

  std::vector<const Ticket*> tickets;
  for (const Ticket& ticket : workspace.tickets) {
    if (ticket.in_use) tickets.push_back(&ticket);
  }
  std::sort(tickets.begin(), tickets.end(),
            [](const Ticket* a, const Ticket* b) { return a->arrival < b->arrival; });
  for (const Ticket* ticket : tickets) {
    DumpTicket(workspace, *ticket, out);
    if (ticket->detail) DumpDetail(*ticket->detail, out);
    if (ticket->participants) DumpParticipants(workspace, *ticket->participants, out);
  }
  for (const auto& [at, calendar] : workspace.calendar_timers) {
    Line(out, " timer")("at", at)("of", calendar);
  }
  for (const Timers::OfAgent& timer : workspace.timers.agents()) {
    Line(out, " timer")("at", timer.at)("of", "agent")("order", timer.ordinal);
  }
  workspace.timers.tickets().ForEach([&](const RankedTicket& timer) {
    Line(out, " timer")("at", timer.key.key)("of", "ticket")("order", timer.key.arrival);
  });
}

}  // namespace

std::string Router::Core::Dump() const {
  std::string out;
  for (const auto& [id, workspace] : workspaces_) DumpWorkspace(*workspace, out);
  return out;
}

}  // namespace tandem::router
