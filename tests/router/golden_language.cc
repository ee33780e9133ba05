#include "tests/router/golden_language.h"

#include <algorithm>
#include <sstream>

#include "router/check.h"
#include "router/resources.h"
#include "tests/router/text.h"

namespace tandem::router {
namespace {

// Puts the resource in the place of the one with its id, or at the end.
template <typename Resource>
void Put(std::vector<Resource>& resources, Resource resource) {
  for (Resource& existing : resources) {
    if (existing.id == resource.id) {
      existing = std::move(resource);
      return;
    }
  }
  resources.push_back(std::move(resource));
}

template <typename Resource>
void Remove(std::vector<Resource>& resources, const std::string& id) {
  std::erase_if(resources, [&](const Resource& resource) { return resource.id == id; });
}

template <typename Resource>
void PutAll(std::vector<Resource>& resources, Words& words) {
  while (const auto id = words.NextIfAny()) {
    Resource resource;
    resource.id = *id;
    Put(resources, resource);
  }
}

// "t1"; of what the router made by itself, as of reviews, the id in full.
TicketId ParseTicket(const std::string& word) {
  if (const auto id = ParseId<TicketId>(word)) return *id;
  if (word.size() < 2 || word[0] != 't') throw LineError("expected a ticket, but found " + word);
  return TicketId{0, ParseNumber(word.substr(1))};
}

// "t1.2", or "t1" for no offer.
OfferId ParseOffer(const std::string& word) {
  const std::vector<std::string> parts = Split(word, '.');
  return OfferId{ParseTicket(parts[0]), parts.size() > 1 ? ParseNumber(parts[1]) : 0};
}

AgentStatus ParseStatus(const std::string& word) {
  for (const AgentStatus status :
       {AgentStatus::kOffline, AgentStatus::kAvailable, AgentStatus::kNotReady,
        AgentStatus::kNotResponding, AgentStatus::kDraining}) {
    if (word == ToString(status)) return status;
  }
  throw LineError("expected a status, but found " + word);
}

// `NOT_READY lunch`, `DRAINING then NOT_READY lunch`, or `AVAILABLE groups=voice,email`
StatusChange ParseStatusChange(Words& words) {
  StatusChange to{ParseStatus(words.Next("a status"))};
  if (const auto groups = words.Value("groups")) {
    for (const std::string& group : Split(*groups, ',')) to.groups |= BitOf(ParseGroup(group));
  }
  if (words.Flag("then")) {
    to.next_status = ParseStatus(words.Next("a status"));
    to.next_reason = words.NextIfAny().value_or("");
  } else {
    to.reason = words.NextIfAny().value_or("");
  }
  return to;
}

Party ParseParty(const std::string& word) {
  for (const Party party : {Party::kCustomer, Party::kAgent, Party::kSystem}) {
    if (word == ToString(party)) return party;
  }
  throw LineError("expected a party, but found " + word);
}

CallbackOutcome ParseOutcome(const std::string& word) {
  for (int i = 1; i <= static_cast<int>(CallbackOutcome::kDoNotCall); ++i) {
    const auto outcome = static_cast<CallbackOutcome>(i);
    if (word == ToString(outcome)) return outcome;
  }
  throw LineError("expected an outcome, but found " + word);
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------
// words

Words::Words(const std::string& line) {
  std::istringstream stream(line);
  std::string word;
  while (stream >> word) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos) {
      plain_.push_back(word);
    } else {
      values_[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
}

std::string Words::Next(const char* what) {
  const auto word = NextIfAny();
  if (!word) throw LineError(std::string("expected ") + what + ", but the line ends");
  return *word;
}

std::optional<std::string> Words::NextIfAny() {
  if (plain_.empty()) return std::nullopt;
  std::string word = plain_.front();
  plain_.erase(plain_.begin());
  return word;
}

std::optional<std::string> Words::Value(const std::string& name) {
  const auto it = values_.find(name);
  if (it == values_.end()) return std::nullopt;
  std::string value = it->second;
  values_.erase(it);
  return value;
}

bool Words::Flag(const std::string& word) {
  const auto it = std::find(plain_.begin(), plain_.end(), word);
  if (it == plain_.end()) return false;
  plain_.erase(it);
  return true;
}

void Words::ExpectNoMore() const {
  if (!plain_.empty()) throw LineError("expected the line to end, but found " + plain_[0]);
  if (!values_.empty()) {
    throw LineError("expected a name that is known, but found " + values_.begin()->first);
  }
}

// ------------------------------------------------------------------------------------------------------
// language

std::optional<Action> GoldenLanguage::Parse(const std::string& line, Time now) {
  Words words(line);
  const std::string verb = words.Next("a verb");
  std::optional<Action> action;
  if (verb == "apply") {
    action = ParseApply(words);
  } else if (verb == "create" || verb == "update" || verb == "delete") {
    action = ParseResource(verb, words);
  } else if (verb == "ingest") {
    action = ParseIngest(words, now);
  } else if (verb == "begin") {
    const SessionRef session = ParseSession(words.Next("an agent"));
    IngestContact made = ParseIngest(words, now);
    made.contact.direction = Direction::kOutbound;
    made.contact.initiated_by = Party::kAgent;
    action = StartAgentContact{session, made.contact, made.new_ticket, made.new_contact};
  } else if (verb == "consult") {
    action = ParseConsult(words);
  } else if (verb == "media") {
    action = ParseMedia(words);
  } else if (verb == "hours") {
    action = ParseHours(words);
  } else if (verb == "time_lost") {
    action = TimeLost{ParseDuration(words.Next("a span"))};
  } else if (!ParseConfiguration(verb, words)) {
    action = ParseAgentVerb(verb, words, now);
    if (!action) action = ParseTicketVerb(verb, words, now);
    if (!action) throw LineError("expected a verb that is known, but found " + verb);
  }
  words.ExpectNoMore();
  return action;
}

void GoldenLanguage::Notice(const Action& action, const Outcome& outcome) {
  const auto* reply = std::get_if<Reply>(&outcome);
  if (reply == nullptr) return;
  if (const auto* open = std::get_if<OpenSession>(&action)) {
    generations_[open->agent] = std::get<AgentSnapshot>(*reply).generation;
  }
  if (std::holds_alternative<ContactStarted>(*reply) ||
      std::holds_alternative<ConsultationRequested>(*reply)) {
    ++contacts_;
    ++tickets_;
  }
  if (const auto* ingested = std::get_if<ContactIngested>(reply)) {
    ++contacts_;
    if (!ingested->joined) ++tickets_;
  }
  if (const auto* reached = std::get_if<StateReached>(reply)) {
    contacts_ += reached->follow_ups.size();
    tickets_ += reached->follow_ups.size();
  }
}

bool GoldenLanguage::ParseConfiguration(const std::string& verb, Words& words) {
  if (verb == "client") {
    Client client = ParseFairShare(words);
    while (const auto id = words.NextIfAny()) {
      client.id = *id;
      Put(draft_.clients, client);
    }
  } else if (verb == "site") {
    PutAll(draft_.sites, words);
  } else if (verb == "team") {
    Team team = ParseTeamLimits(words);
    while (const auto id = words.NextIfAny()) {
      team.id = *id;
      Put(draft_.teams, team);
    }
  } else if (verb == "skill") {
    PutAll(draft_.skills, words);
  } else if (verb == "reason") {
    const bool exempt = words.Flag("exempt");
    while (const auto id = words.NextIfAny()) {
      Put(draft_.not_ready_reasons, NotReadyReason{{*id, ""}, exempt});
    }
  } else if (verb == "entry_point") {
    Put(draft_.entry_points, ParseEntryPoint(words));
  } else if (verb == "language") {
    Put(draft_.languages, ParseLanguage(words));
  } else if (verb == "rule") {
    Put(draft_.classification_rules, ParseRule(words));
  } else if (verb == "calendar") {
    Calendar calendar;
    calendar.id = words.Next("the calendar's id");
    calendar.display_name = words.Value("name").value_or("");
    if (const auto message = words.Value("closed")) {
      calendar.override_hours = CalendarOverride{false, Time{}, *message};
    }
    Put(draft_.calendars, calendar);
  } else if (verb == "parking_reason") {
    const bool stops_clock = words.Flag("stops_clock");
    Put(draft_.parking_reasons, ParkingReason{{words.Next("the reason's id"), ""}, stops_clock});
  } else if (verb == "disposition") {
    const bool resolved = words.Flag("resolved");
    Put(draft_.dispositions, Disposition{{words.Next("the disposition's id"), ""}, resolved});
  } else if (verb == "channel") {
    Put(draft_.channels, ParseChannel(words));
  } else if (verb == "queue") {
    Put(draft_.queues, ParseQueue(words));
  } else if (verb == "process_type") {
    const std::string id = words.Next("the process type's id");
    PutAll(draft_.process_types, words);
    auto it = std::find_if(draft_.process_types.begin(), draft_.process_types.end(),
                           [&](const ProcessType& type) { return type.id == id; });
    if (it == draft_.process_types.end()) {
      it = draft_.process_types.insert(it, ProcessType{{id, ""}, {}, {}, {}, {}});
    }
    it->hand_off.min_confidence_milli = ParseNumber(words.Value("confidence").value_or("0"));
    it->hand_off.queue = words.Value("hand_off").value_or("");
    it->review.process_type = words.Value("review").value_or("");
    it->review.share_milli = ParseNumber(words.Value("share").value_or("0"));
    if (const auto how = words.Value("reviewed")) it->review.dispositions = Split(*how, ',');
    const ProcessTypeDefaults defaults = ParseDefaults(words);
    std::erase_if(it->defaults, [&](const auto& old) { return old.channel == defaults.channel; });
    if (!defaults.queue.empty()) it->defaults.push_back(defaults);
  } else if (verb == "profile") {
    Put(draft_.routing_profiles, ParseProfile(words));
  } else if (verb == "agent") {
    Put(draft_.agents, ParseAgent(words));
  } else if (verb == "grace") {
    draft_.session_grace = ParseDuration(words.Next("a span"));
  } else if (verb == "cool_down") {
    draft_.cool_down = ParseDuration(words.Next("a span"));
  } else if (verb == "return_after") {
    for (size_t group = 0; group < kCapacityGroups; ++group) {
      const auto span = words.Value(FieldNameOf(static_cast<CapacityGroup>(group)));
      if (span) draft_.return_after[group] = ParseDuration(*span);
    }
  } else if (verb == "remove") {
    const std::string kind = words.Next("a kind");
    const std::string id = words.Next("an id");
    if (kind == "queue") Remove(draft_.queues, id);
    if (kind == "agent") Remove(draft_.agents, id);
    if (kind == "client") Remove(draft_.clients, id);
    if (kind == "process_type") Remove(draft_.process_types, id);
    if (kind == "skill") Remove(draft_.skills, id);
    if (kind == "rule") Remove(draft_.classification_rules, id);
  } else {
    return false;
  }
  return true;
}

Action GoldenLanguage::ParseApply(Words& words) {
  ApplyConfiguration apply;
  apply.expected_revision = ParseNumber(words.Value("expected").value_or("0"));
  apply.validate_only = words.Flag("validate");
  apply.configuration = draft_;
  if (const auto rejection = CheckConfiguration(apply.configuration, "configuration")) {
    std::string message = "expected a valid configuration, but " + rejection->message;
    for (const FieldViolation& violation : rejection->violations) {
      message += "; " + violation.field + ": " + violation.description;
    }
    throw LineError(message);
  }
  FillDefaults(apply.configuration);
  return apply;
}

// `create skill cards`, `update agent ana expected=2`, `delete queue mail`
Action GoldenLanguage::ParseResource(const std::string& verb, Words& words) {
  const std::string kind = words.Next("a kind");
  const std::string id = words.Next("an id");
  const int64_t expected = ParseNumber(words.Value("expected").value_or("0"));
  std::optional<Action> action;
  ForEachList(draft_, [&](auto& list) {
    using R = typename std::decay_t<decltype(list)>::value_type;
    if (kind != ToString(KindOf<R>())) return;
    if (verb == "delete") action = DeleteResource{KindOf<R>(), id, expected, false};
    for (const R& resource : list) {
      if (resource.id != id) continue;
      std::vector<std::string> fields;
      VisitFields(&resource, [&](const char* name, auto) { fields.emplace_back(name); });
      if (verb == "create") action = CreateResource{resource, false};
      if (verb == "update") action = UpdateResource{resource, fields, expected, false};
    }
  });
  if (!action) throw LineError("expected a resource of the draft, but found " + kind + " " + id);
  return *std::move(action);
}

// `hours lisbon revision=1 known=100h 9h-18h 33h-42h late=16h-33h`: from and to, from the beginning
// of the scenario; `late`: what comes in after a cut-off.
Action GoldenLanguage::ParseHours(Words& words) {
  const auto span = [](const std::string& text) {
    const std::vector<std::string> ends = Split(text, '-');
    return TimeSpan{kStart + ParseDuration(ends.at(0)), kStart + ParseDuration(ends.at(1))};
  };
  SetOpenHours set{words.Next("a calendar"), {}};
  set.hours.of_revision = ParseNumber(words.Value("revision").value_or("1"));
  set.hours.known_until = kStart + ParseDuration(words.Value("known").value_or("1000h"));
  if (const auto late = words.Value("late")) {
    for (const std::string& one : Split(*late, ',')) set.hours.after_cut_off.push_back(span(one));
  }
  while (const auto open = words.NextIfAny()) set.hours.open.push_back(span(*open));
  return set;
}

SessionRef GoldenLanguage::ParseSession(const std::string& word) const {
  const std::vector<std::string> parts = Split(word, '@');
  if (parts.size() > 1) return SessionRef{parts[0], ParseNumber(parts[1])};
  const auto it = generations_.find(word);
  return SessionRef{word, it == generations_.end() ? 0 : it->second};
}

namespace {

// In thousandths: "confidence=410".
std::optional<uint32_t> ParseConfidence(Words& words) {
  const auto number = words.Value("confidence");
  return number ? std::optional(ParseNumber(*number)) : std::nullopt;
}

// "release bot1 t1 hand_off confidence=410 why=asked summary=wants_a_refund"
ReleaseTicket ParseRelease(Words& words, TicketId ticket, const SessionRef& session) {
  ReleaseTicket release{ticket, session};
  if (!words.Flag("hand_off")) return release;
  HandOff& hand_off = release.hand_off.emplace();
  hand_off.confidence_milli = ParseConfidence(words);
  hand_off.reason = words.Value("why").value_or("");
  hand_off.summary = words.Value("summary").value_or("");
  return release;
}

}  // namespace

std::optional<Action> GoldenLanguage::ParseAgentVerb(const std::string& verb, Words& words,
                                                     Time now) {
  if (verb == "open") {
    const std::string agent = words.Next("an agent");
    OpenSession open{agent, words.NextIfAny().value_or("desk")};
    if (const auto shift = words.Value("shift")) open.shift_ends_at = now + ParseDuration(*shift);
    return open;
  }
  static const std::vector<std::string> verbs = {
      "close",  "lose",     "get",     "status",    "accept",  "decline",    "start",
      "finish", "complete", "release", "claim",     "extend",  "park",       "attempt",
      "invite", "end_part", "role",    "hand_over", "monitor", "end_consult"};
  if (std::find(verbs.begin(), verbs.end(), verb) == verbs.end()) return std::nullopt;
  const SessionRef session = ParseSession(words.Next("an agent"));
  if (verb == "close") return CloseSession{session};
  if (verb == "lose") return LoseSession{session};
  if (verb == "get") return GetAgent{session};
  if (verb == "status") return SetAgentStatus{session, ParseStatusChange(words)};
  if (verb == "claim") {
    ClaimTickets claim{session, 1, words.Value("queue").value_or("")};
    if (const auto ticket = words.Value("ticket")) claim.ticket = ParseTicket(*ticket);
    if (const auto most = words.NextIfAny()) claim.max_tickets = ParseNumber(*most);
    return claim;
  }
  if (verb == "extend") {
    ExtendLeases extend{session, {}};
    while (const auto word = words.NextIfAny()) extend.tickets.push_back(ParseTicket(*word));
    return extend;
  }
  const std::string work = words.Next("a ticket or an offer");
  if (verb == "accept") return AcceptOffer{session, ParseOffer(work)};
  if (verb == "decline") {
    const bool device = words.Flag("device");
    return DeclineOffer{session, ParseOffer(work),
                        device ? DeclineCause::kDevice : DeclineCause::kAgent};
  }
  const TicketId ticket = ParseTicket(work);
  if (verb == "start") return StartTicket{session, ticket};
  if (verb == "finish") return FinishTicket{session, ticket};
  if (verb == "release") return ParseRelease(words, ticket, session);
  if (auto action = ParseParticipantVerb(verb, words, session, ticket)) return action;
  if (verb == "park") {
    ParkTicket park{ticket, session, words.Value("reason").value_or(""), Time{}};
    if (const auto span = words.Value("for")) park.until = now + ParseDuration(*span);
    park.until_children_closed = words.Flag("children");
    return park;
  }
  if (verb == "attempt") {
    EndCallbackAttempt end{ticket, session, ParseOutcome(words.Next("an outcome")),
                           words.NextIfAny().value_or(""), Time{}};
    if (const auto span = words.Value("next")) end.next_attempt_at = now + ParseDuration(*span);
    return end;
  }
  CompleteTicket complete{ticket, session, ""};
  complete.confidence_milli = ParseConfidence(words);
  complete.summary = words.Value("summary").value_or("");
  AddFollowUps(words, complete);
  complete.comment = words.Value("comment").value_or("");
  if (words.Flag("approved")) complete.verdict = ReviewVerdict::kApproved;
  if (words.Flag("sent_back")) complete.verdict = ReviewVerdict::kSentBack;
  complete.disposition = words.NextIfAny().value_or("");
  return complete;
}

std::optional<Action> GoldenLanguage::ParseTicketVerb(const std::string& verb, Words& words,
                                                      Time now) {
  if (verb == "cancel") {
    const TicketId ticket = ParseTicket(words.Next("a ticket"));
    return CancelTicket{ticket, words.NextIfAny().value_or("")};
  }
  if (verb == "change") return ParseUpdate(words, now);
  if (verb == "note" || verb == "message") return ParseAddition(verb, words);
  if (verb == "survey") {
    RecordSurvey survey;
    survey.ticket = ParseTicket(words.Next("a ticket"));
    survey.closed = ParseClosed(words);
    while (const auto word = words.NextIfAny()) {
      const std::vector<std::string> parts = Split(*word, ':');
      if (parts.size() != 4) throw LineError("expected csat:4:1:5, but found " + *word);
      const auto number = [&](size_t i) { return static_cast<int32_t>(ParseNumber(parts[i])); };
      survey.scores.push_back({parts[0], number(1), number(2), number(3)});
    }
    return survey;
  }
  if (verb == "abandon") return AbandonTicket{ParseTicket(words.Next("a ticket"))};
  if (verb == "resume") return ResumeTicket{ParseTicket(words.Next("a ticket"))};
  if (verb == "reopen") return ReopenTicket{ParseTicket(words.Next("a ticket")), std::nullopt};
  if (verb == "reschedule") {
    RescheduleTicket reschedule{ParseTicket(words.Next("a ticket")), Time{}};
    if (const auto span = words.Value("in")) reschedule.not_before = now + ParseDuration(*span);
    return reschedule;
  }
  if (verb == "callback") {
    RequestCallback request{ParseTicket(words.Next("a ticket")), Time{}, Time{}};
    if (const auto span = words.Value("in")) request.not_before = now + ParseDuration(*span);
    if (const auto span = words.Value("until")) request.not_after = now + ParseDuration(*span);
    return request;
  }
  if (verb == "classify") return ClassifyContact{ParseContact(words, now)};
  if (verb == "explain_agent") return ExplainAgent{words.Next("an agent")};
  if (verb == "explain_first") return ExplainTicket{{}, words.Next("a queue")};
  if (verb == "explain") return ExplainTicket{ParseTicket(words.Next("a ticket"))};
  if (verb == "transfer") {
    TransferTicket transfer{ParseTicket(words.Next("a ticket")), ""};
    transfer.agent = words.Value("agent").value_or("");
    if (const auto span = words.Value("wait")) transfer.wait = ParseDuration(*span);
    transfer.queue =
        transfer.agent.empty() ? words.Next("a queue") : words.NextIfAny().value_or("");
    return transfer;
  }
  return ParseSupervisorVerb(verb, words, now);
}

// `invite ana t1 bob`, `end_part ana t1 bob`, `end_part bob t1`, `role ana t1 bob CONFERENCE`,
// `hand_over ana t1 bob stay`, `monitor sue t1`, `end_consult ana t1`
std::optional<Action> GoldenLanguage::ParseParticipantVerb(const std::string& verb, Words& words,
                                                           const SessionRef& session,
                                                           TicketId ticket) {
  if (verb == "monitor") return MonitorTicket{ticket, session};
  if (verb == "end_consult") return CancelConsultation{ticket, session};
  if (verb == "end_part") {
    return EndParticipation{ticket, session, words.NextIfAny().value_or("")};
  }
  if (verb == "invite") return InviteParticipant{ticket, session, words.Next("an agent")};
  if (verb == "hand_over") {
    const bool stay = words.Flag("stay");
    return HandOverTicket{ticket, session, words.Next("an agent"), stay};
  }
  if (verb != "role") return std::nullopt;
  const std::string agent = words.Next("an agent");
  const bool conference = words.Next("a role") == "CONFERENCE";
  return SetParticipantRole{ticket, session, agent,
                            conference ? AssignmentRole::kConference : AssignmentRole::kConsult};
}

// `assign t1 ana over_capacity against_requirement`, `requeue t1`, `order ana NOT_READY lunch`,
// `shift ana 2h`, from now on, or `shift ana none`; all by sue
std::optional<Action> GoldenLanguage::ParseSupervisorVerb(const std::string& verb, Words& words,
                                                          Time now) {
  if (verb == "assign") {
    const bool over_capacity = words.Flag("over_capacity");
    const bool against_requirement = words.Flag("against_requirement");
    const TicketId ticket = ParseTicket(words.Next("a ticket"));
    return AssignTicket{ticket, words.Next("an agent"), "sue", over_capacity, against_requirement};
  }
  if (verb == "requeue") return RequeueTicket{ParseTicket(words.Next("a ticket")), "sue"};
  if (verb == "order") {
    const std::string agent = words.Next("an agent");
    return OverrideAgentStatus{agent, "sue", ParseStatusChange(words)};
  }
  if (verb == "shift") {
    const std::string agent = words.Next("an agent");
    const std::string span = words.Next("a span, or none");
    return SetShiftEnd{agent, "sue", span == "none" ? Time{} : now + ParseDuration(span)};
  }
  return std::nullopt;
}

// `ingest voice acme support queue=calls priority=3 language=fr require=billing:3 answer=20s due=8h
// key=k exclude=ana in=1h segment=gold customer=c set=amount:7,owner:ana parent=t1
// blocked_by=t2,t3`; without client and process type, or with `-` for the client: as rules and the
// entry point `entry=` say
IngestContact GoldenLanguage::ParseIngest(Words& words, Time now) {
  IngestContact ingest;
  ingest.new_ticket = TicketId{0, tickets_ + 1};
  ingest.new_contact = ContactId{0, contacts_ + 1};
  ingest.contact = ParseContact(words, now);
  return ingest;
}

// `consult ana t1 billing for=30s`
ConsultQueue GoldenLanguage::ParseConsult(Words& words) const {
  ConsultQueue consult;
  consult.session = ParseSession(words.Next("an agent"));
  consult.ticket = ParseTicket(words.Next("a ticket"));
  consult.queue = words.Next("a queue");
  if (const auto span = words.Value("for")) consult.time_limit = ParseDuration(*span);
  consult.new_ticket = TicketId{0, tickets_ + 1};
  consult.new_contact = ContactId{0, contacts_ + 1};
  return consult;
}

NewContact GoldenLanguage::ParseContact(Words& words, Time now) {
  NewContact contact;
  contact.channel = words.Next("a channel");
  contact.client = words.NextIfAny().value_or("");
  if (contact.client == "-") contact.client.clear();
  contact.process_type = words.NextIfAny().value_or("");
  contact.queue = words.Value("queue").value_or("");
  if (const auto priority = words.Value("priority")) contact.priority = ParseNumber(*priority);
  contact.language = words.Value("language").value_or("");
  contact.requirement = ParseRequirement(words);
  contact.plan = ParsePlan(words);
  if (const auto span = words.Value("answer")) contact.answer_target = ParseDuration(*span);
  if (const auto span = words.Value("due")) contact.due_at = now + ParseDuration(*span);
  if (const auto span = words.Value("in")) contact.not_before = now + ParseDuration(*span);
  if (const auto span = words.Value("until")) contact.not_after = now + ParseDuration(*span);
  contact.conversation_key = words.Value("key").value_or("");
  contact.entry_point = words.Value("entry").value_or("");
  contact.customer_segment = words.Value("segment").value_or("");
  contact.customer_id = words.Value("customer").value_or("");
  if (const auto attributes = words.Value("set")) {
    for (const std::string& text : Split(*attributes, ',')) {
      const std::vector<std::string> parts = Split(text, ':');
      contact.attributes.emplace_back(parts.at(0), parts.at(1));
    }
    std::sort(contact.attributes.begin(), contact.attributes.end());
  }
  if (const auto agents = words.Value("exclude")) contact.excluded_agents = Split(*agents, ',');
  if (const auto parent = words.Value("parent")) contact.parent = ParseTicket(*parent);
  if (const auto tickets = words.Value("blocked_by")) {
    for (const std::string& id : Split(*tickets, ',')) {
      contact.blocked_by.push_back(ParseTicket(id));
    }
  }
  if (const auto rejection = CheckContact(contact, now, "contact")) {
    throw LineError("expected a valid contact, but " + rejection->message);
  }
  return contact;
}

// `complete ana t1 solved follow=task:invoices,callback:support:0`: a job, and then a call-back.
void GoldenLanguage::AddFollowUps(Words& words, CompleteTicket& complete) const {
  const auto list = words.Value("follow");
  if (!list) return;
  for (const std::string& text : Split(*list, ',')) {
    const std::vector<std::string> parts = Split(text, ':');
    FollowUp& follow_up = complete.follow_ups.emplace_back();
    follow_up.contact.channel = parts.at(0);
    follow_up.contact.process_type = parts.at(1);
    follow_up.contact.direction = Direction::kInternal;
    follow_up.contact.initiated_by = Party::kAgent;
    for (size_t i = 2; i < parts.size(); ++i) follow_up.after.push_back(ParseNumber(parts[i]));
    follow_up.new_ticket = TicketId{0, tickets_ + complete.follow_ups.size()};
    follow_up.new_contact = ContactId{0, contacts_ + complete.follow_ups.size()};
  }
}

// `change t1 expected=1 priority=5 due=1h customer=c segment=gold subject=s set=k:v,l:w unset=m
// add=crm:17 drop=crm:16 require=billing:3 agents=ana`, `change t1 anybody`, `change t1 reclassify`
Action GoldenLanguage::ParseUpdate(Words& words, Time now) {
  UpdateTicket update;
  update.ticket = ParseTicket(words.Next("a ticket"));
  update.expected_revision = ParseNumber(words.Value("expected").value_or("0"));
  if (const auto priority = words.Value("priority")) update.priority = ParseNumber(*priority);
  if (const auto span = words.Value("due")) update.due_at = now + ParseDuration(*span);
  update.customer_id = words.Value("customer").value_or("");
  update.customer_segment = words.Value("segment").value_or("");
  update.subject = words.Value("subject").value_or("");
  update.reclassify = words.Flag("reclassify");
  const bool anybody = words.Flag("anybody");
  Requirement asked = ParseRequirement(words);
  if (anybody || asked != Requirement{}) update.requirement = std::move(asked);
  const auto list = [&](const char* name) {
    const auto text = words.Value(name);
    return text ? Split(*text, ',') : std::vector<std::string>();
  };
  const auto pair = [](const std::string& text) {
    const std::vector<std::string> parts = Split(text, ':');
    if (parts.size() != 2) throw LineError("expected two words around a colon, but found " + text);
    return std::pair(parts[0], parts[1]);
  };
  for (const std::string& text : list("set")) update.attributes.emplace_back(pair(text));
  for (const std::string& key : list("unset")) update.attributes.emplace_back(key, std::nullopt);
  std::sort(update.attributes.begin(), update.attributes.end());
  for (const std::string& text : list("add")) {
    update.add_references.push_back({pair(text).first, pair(text).second});
  }
  for (const std::string& text : list("drop")) {
    update.remove_references.push_back({pair(text).first, pair(text).second});
  }
  return update;
}

// `closed=acme`: as of a closed ticket of this client that ana had last.
std::optional<ClosedTicket> GoldenLanguage::ParseClosed(Words& words) {
  const auto client = words.Value("closed");
  if (!client) return std::nullopt;
  ClosedTicket closed;
  closed.client = *client;
  closed.agent = "ana";
  closed.queue = words.Value("queue").value_or("");
  closed.notes = ParseNumber(words.Value("notes").value_or("0"));
  return closed;
}

// `note t1 text agent=ana`, `message t1 CUSTOMER text`
Action GoldenLanguage::ParseAddition(const std::string& verb, Words& words) {
  const TicketId ticket = ParseTicket(words.Next("a ticket"));
  const std::string agent = words.Value("agent").value_or("");
  const auto closed = ParseClosed(words);
  if (verb == "note") return AddNote{ticket, agent, words.Next("a text"), closed};
  AddMessage message;
  message.ticket = ticket;
  message.agent = agent;
  message.author = ParseParty(words.Next("a party"));
  if (message.author != Party::kCustomer) message.direction = Direction::kOutbound;
  message.text = words.NextIfAny().value_or("");
  message.closed = closed;
  return message;
}

// `media t1.1 CONNECTED`, `media t1 DISCONNECTED CUSTOMER`
Action GoldenLanguage::ParseMedia(Words& words) {
  static const std::vector<std::string> types = {"CONNECTED", "CONNECT_FAILED", "HELD",
                                                 "RETRIEVED", "DISCONNECTED",   "RINGING"};
  ReportMediaEvent report;
  const OfferId offer = ParseOffer(words.Next("a ticket or an offer"));
  report.ticket = offer.ticket;
  if (offer.IsSet()) report.offer = offer;
  const std::string type = words.Next("what happened");
  const auto type_at = std::find(types.begin(), types.end(), type);
  if (type_at == types.end()) throw LineError("expected a media event, but found " + type);
  report.type = static_cast<MediaEventType>(1 + (type_at - types.begin()));
  if (const auto party = words.NextIfAny()) {
    report.party = ParseParty(*party);
  }
  return report;
}

}  // namespace tandem::router
