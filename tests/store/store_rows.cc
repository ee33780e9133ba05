#include "tests/store/store_rows.h"

#include "router/limits.h"
#include "router/resources.h"

namespace tandem::tests {

using router::Microseconds;
using router::Minutes;
using router::Seconds;
using router::Time;

router::TicketId Ticket(uint64_t number) {
  return {0x0193'5a00'0000'7000, number};
}
router::ContactId Contact(uint64_t number) {
  return {0x0193'5a00'0000'7001, number};
}
router::RequestId Request(uint64_t number) {
  return {0xffff'ffff'ffff'ffff, number};
}

namespace {

router::Requirement SampleRequirement() {
  router::Requirement requirement;
  requirement.all_of = {
      {router::SkillRequirement{"cards", 2, 5}, router::SkillRequirement{"loans", 10}},
      {router::LanguageRequirement{"de-CH", router::Cefr::kB2},
       router::LanguageRequirement{"fr", router::Cefr::kNone}},
      {router::ProcessTypePredicate{"claim"}, router::SitePredicate{"berlin"}},
      {router::Predicate{router::TeamPredicate{"north"}, true}},
      {router::AttributePredicate{"region", {"apac", kUnicode}, {}, {}},
       router::AttributePredicate{"years", {}, router::Whole(-1), router::Decimal{7'250}},
       router::AttributePredicate{"badge"}},
      {router::Predicate{router::AgentKindPredicate{router::AgentKind::kAutomated}, true}}};
  requirement.prefer = {{router::SkillRequirement{"cards", 1}, 7}};
  requirement.agents = {"ann", "bob"};
  return requirement;
}

router::Plan SamplePlan() {
  router::Plan plan(9);
  plan[0].after = Seconds(20);
  plan[0].requirement = SampleRequirement();
  plan[1].after = Minutes(1);
  plan[1].requirement.emplace();
  plan[2].after = Minutes(2);
  plan[2].min_priority = 9;
  plan[3].after = Minutes(3);
  plan[3].queue = "sales";
  plan[3].condition = router::PlanCondition{20, Microseconds(180'000'001)};
  plan[4].after = Minutes(4);
  plan[4].expire = router::PlanExpiry{kUnicode};
  plan[4].condition = router::PlanCondition{1, router::Duration{}};
  plan[5].after = Minutes(5);
  plan[5].callback = true;
  plan[5].condition = router::PlanCondition{.available_agents_fewer_than = 3};
  plan[6].after = Minutes(6);
  plan[6].offer_timeout = Seconds(10);
  plan[6].concurrent_offers = 4;
  plan[7].after = Minutes(7);
  plan[7].relax = router::Relaxation{.skills = {"cards", kUnicode},
                                     .lower_skill_levels_by = 2,
                                     .languages = true,
                                     .attributes = {kUnicode},
                                     .sites = true,
                                     .teams = true,
                                     .agents = true};
  plan[8].after = Minutes(8);
  plan[8].relax = router::Relaxation{.all_skills = true};
  return plan;
}

router::Calendar SampleCalendar() {
  router::Calendar calendar;
  calendar.id = "lisbon";
  calendar.display_name = "Lisboa";
  calendar.time_zone = "Europe/Lisbon";
  calendar.weekly = {{{1, 2, 5}, {540, 1080}}, {{6}, {1320, 1800}}};
  calendar.exceptions = {{"2026-12-25", true, {}, "Natal"}, {"2026-12-24", false, {{0, 60}}, ""}};
  calendar.cut_off = 0;
  calendar.override_hours = router::CalendarOverride{true, router::Time{7}, "à noite"};
  calendar.hours.of_revision = 3;
  calendar.hours.known_until = router::Time{1'900'000'000'000'000};
  calendar.hours.open = {{router::Time{1}, router::Time{2}}, {router::Time{3}, router::Time{4}}};
  calendar.hours.after_cut_off = {{router::Time{2}, router::Time{3}}};
  calendar.hours.is_open = true;
  return calendar;
}

router::Queue SampleQueue(const std::string& id) {
  router::Queue queue;
  queue.id = id;
  queue.display_name = "Queue " + id;
  queue.office = router::Office::kBack;
  queue.urgency = router::Urgency::kDeferrable;
  queue.client = "bank";
  queue.priority_step = Minutes(5);
  queue.offer_timeout = Seconds(20);
  queue.connect_timeout = Seconds(30);
  queue.lease_duration = Minutes(15);
  queue.max_waiting = 4'000'000'000;
  queue.auto_accept = true;
  queue.concurrent_offers = 4;
  queue.distribution_mode = router::DistributionMode::kBestMatch;
  queue.order = router::QueueOrder::kPriorityFirst;
  queue.late_work = {router::LateOrder::kAfterPunctual, 7};
  queue.late_picks.punctual = 3;
  queue.plan = SamplePlan();
  queue.callbacks = {4, Minutes(30)};
  return queue;
}

}  // namespace

router::Agent SampleConfiguredAgent() {
  router::Agent agent;
  agent.id = "ann";
  agent.display_name = kUnicode;
  agent.kind = router::AgentKind::kAutomated;
  agent.team = "north";
  agent.site = "berlin";
  agent.routing_profile = "all";
  agent.skills = {{"cards", 3}, {"loans", 1}};
  agent.languages = {{"de", router::Cefr::kC2, router::Cefr::kNone}};
  agent.process_types = {"claim", "call"};
  agent.clients = {"bank"};
  agent.attributes = {{"region", kUnicode}, {"years", "7"}};
  agent.capacity.emplace();
  agent.capacity->total_units = 7;
  agent.capacity->groups[1] = {3, 2, false, {}, /*live_interrupts=*/true};
  agent.capacity->groups[3] = {
      1, 5, true, {router::CapacityGroup::kVoice, router::CapacityGroup::kEmail}, false};
  agent.cost_per_hour_milli = 25'500;
  return agent;
}

router::WorkspaceRow SampleWorkspace(const std::string& workspace) {
  router::WorkspaceRow row;
  row.workspace = workspace;
  row.revision = 3;
  row.next_agent_ordinal = 17;
  router::Configuration& c = row.configuration;
  c.time_zone = "Europe/Berlin";
  c.clients = {{{"bank", "The Bank"}, router::FairShare{3, 1, 9}}, {{"airline", ""}}};
  c.sites.resize(1);
  c.sites[0].id = "berlin";
  c.sites[0].time_zone = "Europe/Berlin";
  c.teams = {router::Team{{"north", "North"}, 3, 20}};
  c.skills = {{{"loans", "Loans"}}, {{"cards", "Cards"}}};  // not in the order of their ids
  c.channels.resize(2);
  c.channels[0].id = "voice";
  c.channels[0].group = router::CapacityGroup::kVoice;
  c.channels[0].has_media = true;
  c.channels[0].language_mode = router::LanguageMode::kSpoken;
  c.channels[0].misses_allowed = 3;
  c.channels[1].id = "task";
  c.queues = {SampleQueue("sales"), SampleQueue("claims")};
  c.queues[1].priority_step.reset();
  c.process_types.resize(1);
  c.process_types[0].id = "claim";
  router::ProcessTypeDefaults& defaults = c.process_types[0].defaults.emplace_back();
  defaults.channel = "voice";
  defaults.queue = "sales";
  defaults.requirement = SampleRequirement();
  defaults.plan = SamplePlan();
  defaults.language_level = router::Cefr::kC1;
  defaults.answer_target = Seconds(20);
  defaults.due_after = router::Days(2);
  defaults.expected_handling_time = Microseconds(1);
  defaults.wrap_up_limit = Seconds(0);
  defaults.reopen_within = router::Days(2);
  defaults.auto_park_after = Minutes(5);
  defaults.auto_close_after = Microseconds(10'000'001);
  c.process_types[0].defaults.emplace_back();
  c.routing_profiles.resize(1);
  c.routing_profiles[0].id = "all";
  c.routing_profiles[0].live_reserve = 2;
  c.routing_profiles[0].back_floor = 3;
  c.routing_profiles[0].queues = {{"sales", 1, false, true},
                                  {"claims", 2, true, false, Seconds(90)}};
  c.agents = {SampleConfiguredAgent()};
  c.agents.emplace_back().id = "bob";
  c.dispositions.resize(1);
  c.dispositions[0].id = "SOLD";
  c.dispositions[0].resolved = true;
  c.not_ready_reasons = {router::NotReadyReason{{"lunch", "Lunch"}, true}};
  c.entry_points.resize(2);
  c.entry_points[0].id = "help";
  c.entry_points[0].channel = "email";
  c.entry_points[0].address = "hélp@acme.com";
  c.entry_points[0].client = "acme";
  c.entry_points[0].process_type = "claim";
  c.entry_points[0].language = "pt-BR";
  c.entry_points[0].queue = "claims";
  c.entry_points[0].priority = 0;
  c.entry_points[1].id = "line";
  c.languages = {router::Language{{"french", "Français"}, "fr", router::Cefr::kB2}};
  c.parking_reasons = {router::ParkingReason{{"customer", "Cliente"}, true}};
  c.classification_rules.resize(2);
  router::ClassificationRule& rule = c.classification_rules[0];
  rule.id = "vip";
  rule.order = 7;
  rule.conditions = {
      {router::ContactField::kCustomerSegment, {"", {"gold", kUnicode}, {}, {}}, false},
      {router::ContactField::kAttribute,
       {kUnicode, {}, router::Decimal{-1}, router::Decimal{router::kMaxBoundMilli - 1}},
       true}};
  rule.process_type = "claim";
  rule.queues = {{"sales", 3}, {"claims", 1}};
  rule.priority = 0;
  rule.requirement = SampleRequirement();
  rule.agent_attribute = kUnicode;
  rule.plan = SamplePlan();
  rule.last = true;
  c.classification_rules[1].id = "otherwise";
  c.calendars = {SampleCalendar()};
  c.calendars.emplace_back().id = "never";
  c.queues[0].calendar = "lisbon";
  c.queues[0].when_closed = router::WhenClosed::kOverflow;
  c.queues[0].overflow_queue = "claims";
  c.session_grace = Seconds(30);
  c.return_after = {router::Duration{}, Seconds(45), router::Hours(1), std::nullopt};
  return row;
}

std::vector<router::ResourceRow> ResourceRowsOf(const router::WorkspaceRow& workspace) {
  std::vector<router::ResourceRow> rows;
  router::ForEachList(workspace.configuration, [&](const auto& list) {
    int64_t position = 0;
    for (const auto& resource : list) {
      router::ResourceRow& row = rows.emplace_back();
      row.workspace = workspace.workspace;
      row.resource = resource;
      router::NamedOf(row.resource).position = position++;
      router::NamedOf(row.resource).revision = workspace.revision;
    }
  });
  return rows;
}

void AddWorkspace(router::Changes& changes, const router::WorkspaceRow& workspace) {
  router::WorkspaceRow& row = changes.workspaces.emplace_back(workspace);
  row.configuration = {};
  static_cast<router::WorkspaceSettings&>(row.configuration) = workspace.configuration;
  for (router::ResourceRow& resource : ResourceRowsOf(workspace)) {
    changes.resources.push_back(std::move(resource));
  }
}

router::AgentRow SampleAgent(const std::string& agent, uint64_t ordinal) {
  router::AgentRow row;
  row.workspace = kWorkspace;
  row.agent = agent;
  row.ordinal = ordinal;
  row.status = router::AgentStatus::kNotReady;
  row.reason = "lunch";
  row.next_status = router::AgentStatus::kNotReady;
  row.next_reason = "training";
  row.ready_groups = 5;
  row.status_since = kMorning;
  row.idle_since = kMorning + Microseconds(1);
  row.misses = 2;
  row.turn = 1'732'600'000'123'456;
  row.session_id = "s-1";
  row.generation = 9;
  row.session_open = true;
  row.session_lost_at = kMorning + Seconds(5);
  row.away_since = kMorning + Seconds(6);
  row.shift_ends_at = kMorning + router::Hours(8);
  row.grace_until = kMorning + Seconds(35);
  row.interval_since = kMorning + Seconds(2);
  return row;
}

router::TicketStateRow SampleState(uint64_t ticket) {
  router::TicketStateRow row;
  row.workspace = kWorkspace;
  row.ticket = Ticket(ticket);
  row.state = router::TicketState::kActive;
  row.queue = "sales";
  row.priority = 9;
  row.queued_at = kMorning;
  row.target = kMorning + Seconds(20);
  row.agent = "ann";
  row.leased = true;
  row.offer_number = 4;
  row.until = kMorning + Minutes(15);
  row.answered_at = kMorning + Seconds(7);
  row.disposition = "SOLD";
  row.contact_count = 2;
  row.reopen_count = 3;
  row.reply_by = kMorning + router::Hours(24);
  row.cool_downs = {{"bob", kMorning + Seconds(60)}, {"ann", kMorning + Microseconds(1)}};
  row.visit_number = 2;
  row.visit_entered_at = kMorning + Seconds(1);
  row.visit_entry_reason = router::EntryReason::kTransferred;
  row.visit_estimate = Microseconds(90'000'001);
  row.segment_number = 3;
  row.segment_began_at = kMorning + Seconds(2);
  row.accepted_at = kMorning + Seconds(3);
  row.connected_at = kMorning + Seconds(4);
  row.plan_step = 2;
  row.plan_skipped = 1;
  row.plan_since = kMorning + Seconds(7);
  row.plan_waited = Microseconds(61'000'001);
  row.held_since = kMorning + Seconds(5);
  row.held = Microseconds(123'456'789);
  row.interrupted_since = kMorning + Seconds(9);
  row.interrupted = Microseconds(1'000'001);
  row.disconnected_at = kMorning + Seconds(6);
  row.disconnected_by = router::Party::kCustomer;
  row.finished_at = kMorning + Seconds(8);
  router::ReviewedRow& reviewed = row.reviewed.emplace();
  reviewed.review = Ticket(78);
  reviewed.rework_count = 2;
  reviewed.makers = {"ann", "bob"};
  router::ParticipantRows& participants = row.participants.emplace();
  participants.last_offer = 7;
  participants.last_segment = 8;
  participants.all = {
      {"bob", router::AssignmentRole::kConsult, 7, 5, kMorning + Seconds(20), kMorning, Time{}},
      {"sue", router::AssignmentRole::kMonitor, 0, 8, Time{}, kMorning, kMorning + Seconds(1)},
      {"tom", router::AssignmentRole::kOwner, 6, 7, kMorning + Seconds(30), kMorning, Time{}}};
  return row;
}

router::TicketStateRow ParkedState(uint64_t ticket) {
  router::TicketStateRow row = SampleState(ticket);
  row.state = router::TicketState::kParked;
  row.agent.clear();
  row.leased = false;
  row.plan_since = Time{};
  row.parked_at = kMorning + Seconds(9);
  row.parking_reason = "customer";
  row.clock_stopped = true;
  row.until_children_closed = true;
  row.silent_until = kMorning + Minutes(30);
  row.last_agent = "ann";
  return row;
}

router::TicketStateRow KeptState(uint64_t ticket) {
  router::TicketStateRow row = SampleState(ticket);
  row.state = router::TicketState::kQueued;
  row.agent.clear();
  row.visit_entry_reason = router::EntryReason::kResumed;
  row.last_agent = "ann";
  row.kept_until = kMorning + Microseconds(1);
  return row;
}

router::TicketStateRow ScheduledState(uint64_t ticket) {
  router::TicketStateRow row = SampleState(ticket);
  row.state = router::TicketState::kScheduled;
  row.agent.clear();
  row.queued_at = Time{};
  row.visit_number = 0;
  row.visit_entry_reason = router::EntryReason::kScheduled;
  row.channel = "callback";
  row.callback = {kMorning + Microseconds(7), 2, router::CallbackOutcome::kNoAnswer};
  return row;
}

router::TicketStateRow BlockedState(uint64_t ticket) {
  router::TicketStateRow row = SampleState(ticket);
  row.state = router::TicketState::kBlocked;
  row.agent.clear();
  row.queued_at = Time{};
  row.visit_number = 0;
  row.blocked_by = {Ticket(76), Ticket(75)};
  return row;
}

router::TicketStateRow ClosedState(uint64_t ticket, router::TicketState state, Time at) {
  router::TicketStateRow row = SampleState(ticket);
  row.state = state;
  row.closed_at = at;
  return row;
}

router::TicketRow SampleTicket(uint64_t ticket) {
  router::TicketRow row;
  row.workspace = kWorkspace;
  row.ticket = Ticket(ticket);
  row.arrival = ticket;
  row.contact = Contact(ticket);
  row.channel = "voice";
  row.client = "bank";
  row.process_type = "claim";
  row.language = "de-CH";
  row.requirement = SampleRequirement();
  row.plan = SamplePlan();
  row.excluded_agents = {"bob", "carl"};
  row.rules = {"vip", "otherwise"};
  row.entry_point = kUnicode;
  row.external_id = "ext-1";
  row.conversation_key = "conversation";
  row.customer_id = "customer-1";
  row.customer_segment = "gold";
  row.trace_parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  row.created_at = kMorning;
  row.due_at = kMorning + router::Days(2);
  row.answer_target = Seconds(20);
  row.expected_handling_time = Minutes(4);
  row.wrap_up_limit = Seconds(90);
  row.unroutable = true;
  row.consults = Ticket(77);
  row.parent = Ticket(78);
  row.reviews = Ticket(79);
  return row;
}

router::ContactRow SampleContact(uint64_t contact, uint64_t ticket) {
  router::ContactRow row;
  row.workspace = kWorkspace;
  row.contact = Contact(contact);
  row.ticket = Ticket(ticket);
  row.received_at = kMorning - Seconds(1);
  row.queued_at = kMorning;
  router::NewContact& c = row.content;
  c.channel = "voice";
  c.entry_point = "+49 30 1234";
  c.external_id = "ext-1";
  c.conversation_key = "conversation";
  c.client = "bank";
  c.process_type = "claim";
  c.language = "de";
  c.requirement = SampleRequirement();
  c.plan = SamplePlan();
  c.priority = 3;
  c.queue = "sales";
  c.answer_target = Seconds(10);
  c.due_at = kMorning + Minutes(1);
  c.not_before = kMorning + Seconds(50);
  c.not_after = kMorning + Seconds(51);
  c.received_at = kMorning - Seconds(2);
  c.customer_id = "customer-1";
  c.customer_segment = "gold";
  c.direction = router::Direction::kOutbound;
  c.initiated_by = router::Party::kSystem;
  c.subject = kUnicode;
  c.payload_json = "{ \"b\" : 1,\"a\":[1.50, null], \"b\":2 }";  // kept byte for byte
  c.attributes = {{"a", kUnicode}, {"longer key", ""}, {"z", "1"}};
  c.excluded_agents = {"carl"};
  c.said = router::kSaidQueue | router::kSaidPlan;
  return row;
}

router::EventRow SampleEvent(int64_t sequence, uint64_t ticket) {
  router::EventRow row;
  row.workspace = kWorkspace;
  row.sequence = sequence;
  row.type = router::EventType::kTicketOffered;
  row.at = kMorning + Microseconds(sequence);
  row.ticket = Ticket(ticket);
  row.agent = "ann";
  row.queue = "sales";
  row.offer_number = 2;
  row.contact = Contact(ticket);
  row.reason = kUnicode;
  row.until = kMorning + Seconds(20);
  row.number = -5;
  return row;
}

router::VisitRow SampleVisit(uint64_t ticket, uint32_t number) {
  router::VisitRow row;
  row.workspace = kWorkspace;
  row.ticket = Ticket(ticket);
  row.visit_number = number;
  row.queue = "sales";
  row.client = "bank";
  row.channel = "voice";
  row.process_type = "claim";
  row.entered_at = kMorning;
  row.left_at = kMorning + Seconds(15);
  row.entry_reason = router::EntryReason::kLeaseExpired;
  row.exit_reason = router::ExitReason::kAnswered;
  row.target = kMorning + Seconds(20);
  row.agent = "ann";
  row.estimated_wait = Microseconds(90'000'001);
  return row;
}

router::SegmentRow SampleSegment(uint64_t ticket, uint32_t number) {
  router::SegmentRow row;
  row.workspace = kWorkspace;
  row.ticket = Ticket(ticket);
  row.segment_number = number;
  row.agent = "ann";
  row.queue = "sales";
  row.client = "bank";
  row.channel = "voice";
  row.process_type = "claim";
  row.began_at = kMorning;
  row.claimed = true;
  row.accepted_at = kMorning + Seconds(1);
  row.connected_at = kMorning + Seconds(2);
  row.held = Seconds(3);
  row.interrupted = Microseconds(3);
  row.disconnected_at = kMorning + Seconds(4);
  row.disconnected_by = router::Party::kAgent;
  row.finished_at = kMorning + Seconds(5);
  row.ended_at = kMorning + Seconds(6);
  row.outcome = router::SegmentOutcome::kConnectFailed;
  row.disposition = "SOLD";
  row.resolved = true;
  row.cost_per_hour_milli = 18'000;
  row.automated = true;
  return row;
}

router::AgentIntervalRow SampleInterval(const std::string& agent) {
  router::AgentIntervalRow row;
  row.workspace = kWorkspace;
  row.agent = agent;
  row.began_at = kMorning;
  row.ended_at = kMorning + Minutes(3);
  row.status = router::AgentStatus::kNotResponding;
  row.reason = "device";
  row.load = {1, 2, 3, 4};
  row.client = "bank";
  row.generation = 9;
  row.idle_since = kMorning + Minutes(2);
  row.cost_per_hour_milli = 18'000;
  return row;
}

router::MessageRow SampleMessage(uint64_t ticket) {
  router::MessageRow row;
  row.workspace = kWorkspace;
  row.ticket = Ticket(ticket);
  row.contact = Contact(ticket);
  row.direction = router::Direction::kInternal;
  row.author = router::Party::kSystem;
  row.at = kMorning;
  row.sequence = 12;
  row.agent = "ann";
  row.text = kUnicode;
  row.external_id = "message-1";
  return row;
}

router::TicketDetailRow SampleDetail(uint64_t ticket) {
  router::TicketDetailRow row;
  row.workspace = kWorkspace;
  row.ticket = Ticket(ticket);
  router::TicketDetail& detail = row.detail;
  detail.revision = 7;
  detail.customer_id = "customer-2";
  detail.customer_segment = "silver";
  detail.subject = kUnicode;
  detail.due_at = kMorning + router::Days(3);
  detail.attributes = {{"a", std::nullopt}, {"b", kUnicode}, {"longer key", "now set"}};
  detail.references = {{"crm", kUnicode}, {"shop", "17"}};
  router::ChangedRequirement& changed = detail.requirement.emplace();
  changed.own = changed.asked = SampleRequirement();
  changed.asked.agents = {"ann"};
  changed.plan_step = 2;
  detail.notes = 3;
  detail.messages = 2;
  detail.scores = 1;
  detail.hand_off = router::HandOff{"bot", kMorning, 410, "asked", kUnicode};
  router::Reclassified& again = detail.reclassified.emplace();
  again.rules = {"vip", kUnicode};
  again.queue = "sales";
  again.priority = 4;
  again.own = again.begins_with = SampleRequirement();
  again.own.agents = {"carl"};
  again.said_plan.emplace();  // none, and that was said
  again.plan = SamplePlan();
  return row;
}

router::NoteRow SampleNote(uint64_t ticket, int64_t sequence) {
  router::NoteRow row;
  row.workspace = kWorkspace;
  row.ticket = Ticket(ticket);
  row.sequence = sequence;
  row.at = kMorning;
  row.agent = "ann";
  row.text = kUnicode;
  return row;
}

router::SurveyRow SampleSurvey(uint64_t ticket, int64_t sequence, const std::string& measure) {
  router::SurveyRow row;
  row.workspace = kWorkspace;
  row.ticket = Ticket(ticket);
  row.sequence = sequence;
  row.score = {measure, 4, 1, 5};
  row.at = kMorning;
  row.agent = "ann";
  row.queue = "sales";
  row.client = "bank";
  row.channel = "voice";
  row.process_type = "claim";
  return row;
}

store::RequestRow SampleRequest(uint64_t request) {
  store::RequestRow row;
  row.workspace = kWorkspace;
  row.request = Request(request);
  row.hash = {0x8000'0000'0000'0001, request};
  row.answer.kind = 7;
  row.answer.tickets = {Ticket(1), Ticket(2)};
  row.answer.contact = Contact(3);
  row.answer.joined = true;
  row.answer.unroutable = true;
  row.answer.applied = true;
  row.answer.state = router::TicketState::kWrapUp;
  row.answer.revision = 12;
  row.at = kMorning;
  return row;
}

router::ContactRow KnownSample(uint64_t contact, const std::string& external_id) {
  router::ContactRow row = SampleContact(contact, 1);
  row.content.external_id = external_id;
  row.joined = true;
  return row;
}

void AddTicket(router::Changes& changes, uint64_t ticket, int64_t event_sequence) {
  changes.tickets.push_back(SampleTicket(ticket));
  changes.ticket_states.push_back(SampleState(ticket));
  changes.contacts.push_back(SampleContact(ticket, ticket));
  changes.events.push_back(SampleEvent(event_sequence, ticket));
}

std::vector<std::pair<std::string, int64_t>> Plain(
    const std::vector<router::CoolDown>& cool_downs) {
  std::vector<std::pair<std::string, int64_t>> plain;
  for (const router::CoolDown& cool_down : cool_downs) {
    plain.emplace_back(cool_down.agent, cool_down.until.us);
  }
  return plain;
}

}  // namespace tandem::tests
