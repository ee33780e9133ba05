#include "tests/router/random_commands.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "router/check.h"
#include "router/resources.h"
#include "tests/router/text.h"

namespace tandem::router {

Command RandomCommands::Next(const ReferenceRouter& router, Time now) {
  Command command;
  command.workspace = "w" + std::to_string(1 + Below(options_.workspaces));
  const auto it = router.workspaces().find(command.workspace);
  if (it == router.workspaces().end()) {
    if (Chance(20)) {
      command.action = AbandonTicket{TicketId{0, 1}};
    } else {
      command.action = ApplyConfiguration{MakeConfiguration(), 0, Chance(10)};
    }
    return command;
  }
  const Workspace& workspace = it->second;
  const uint64_t kind = Below(1000);
  if (kind < 4) {
    const int64_t expected = Chance(50) ? 0 : workspace.revision - (Chance(20) ? 1 : 0);
    command.action = ApplyConfiguration{MakeConfiguration(), expected, Chance(10)};
  } else if (kind < 8) {
    command.action = TimeLost{Milliseconds(static_cast<int64_t>(1 + Below(5000)))};
  } else if (kind < 14) {
    command.action = Chance(20) ? ExplainTicket{{}, "q" + std::to_string(Below(8))}
                                : ExplainTicket{AnyTicket(workspace)};
  } else if (kind < 20) {
    command.action = ClassifyContact{std::get<IngestContact>(MakeContact(workspace, now)).contact};
  } else if (kind < 50) {
    command.action = AboutConfiguration(workspace);
  } else if (kind < 70 && !workspace.configuration.calendars.empty()) {
    command.action = MakeHours(workspace, now);
  } else if (kind < 300) {
    const bool full = workspace.tickets.size() >= options_.open_tickets;
    command.action = full && Chance(80) ? AboutTicket(workspace, now) : MakeContact(workspace, now);
  } else if (kind < 800) {
    command.action = AboutAgent(workspace, now);
  } else if (kind < 920) {
    command.action = AboutMedia(workspace);
  } else if (kind < 990) {
    command.action = AboutTicket(workspace, now);
  } else {
    command.action = ContinueRouting{};
  }
  return command;
}

Duration RandomCommands::NextStep(Time now, Time next_deadline) {
  if (Chance(60)) return Duration{};
  if (Chance(15) && next_deadline > now && next_deadline < now + Minutes(3)) {
    return next_deadline - now;
  }
  if (Chance(95)) return Milliseconds(static_cast<int64_t>(Below(1500)));
  return Seconds(static_cast<int64_t>(Below(Chance(20) ? 300 : 20)));
}

// ------------------------------------------------------------------------------------------------------
// contacts

Action RandomCommands::MakeContact(const Workspace& workspace, Time now) {
  const Configuration& configuration = workspace.configuration;
  static const std::vector<std::string> channels = {"voice", "voice", "video", "chat",    "chat",
                                                    "email", "task",  "fax",   "callback"};
  static const std::vector<std::string> languages = {"fr", "fr-CA", "zh", "zh-Hant", "de"};
  IngestContact ingest;
  NewContact& contact = ingest.contact;
  contact.channel = Chance(1) ? "pigeon" : Pick(channels);
  const bool no_client = configuration.clients.empty() || Chance(1);
  contact.client = no_client ? "nobody" : Pick(configuration.clients).id;
  const bool no_type = configuration.process_types.empty() || Chance(1);
  contact.process_type = no_type ? "nothing" : Pick(configuration.process_types).id;
  if (Chance(15)) contact.language = Pick(languages);
  contact.requirement = MakeRequirement(10);
  if (Chance(10)) contact.requirement.agents = Some("a", 9, 20);
  if (Chance(20)) contact.plan = MakePlan(60);
  if (Chance(1)) contact.requirement.all_of = {{SkillRequirement{"juggling", 1}}};
  if (Chance(1)) contact.requirement.all_of = {{ProcessTypePredicate{"nothing"}}};
  if (Chance(1)) contact.requirement.all_of = {{SitePredicate{"atlantis"}}};
  if (Chance(30)) contact.priority = static_cast<uint32_t>(Below(10));
  if (Chance(30)) contact.queue = "q" + std::to_string(1 + Below(6));
  if (Chance(20)) contact.answer_target = Span({1, 30, 300});
  if (Chance(20)) contact.due_at = now + Seconds(static_cast<int64_t>(1 + Below(3000)));
  if (Chance(8)) contact.not_before = now + Seconds(static_cast<int64_t>(Below(120))) - Seconds(5);
  if (contact.channel == "callback" && Chance(50)) {
    contact.not_after = now + Seconds(static_cast<int64_t>(Below(200))) - Seconds(3);
  }
  if (Chance(30)) contact.initiated_by = static_cast<Party>(1 + Below(3));
  if (Chance(20)) contact.direction = static_cast<Direction>(1 + Below(3));
  if (Chance(10)) contact.received_at = now - Seconds(static_cast<int64_t>(Below(30)));
  if (Chance(30)) contact.conversation_key = "k" + std::to_string(Below(4));
  if (Chance(50)) contact.entry_point = "e" + std::to_string(Below(2));
  if (!contact.entry_point.empty() && Chance(25)) contact.client.clear();
  if (!contact.entry_point.empty() && Chance(25)) contact.process_type.clear();
  if (!configuration.classification_rules.empty() && Chance(25)) contact.process_type.clear();
  if (Chance(40)) contact.customer_segment = "g" + std::to_string(1 + Below(3));
  if (Chance(40)) contact.customer_id = "someone";
  if (Chance(40)) contact.attributes.emplace_back("amount", AnyNumber());
  if (Chance(20)) contact.attributes.emplace_back("owner", "a" + std::to_string(1 + Below(9)));
  if (Chance(15)) ContinueConversation(workspace, contact);
  if (Chance(15)) contact.excluded_agents = Some("a", 9, 20);
  if (Chance(25)) Tie(workspace, contact);
  ingest.new_ticket = TicketId{0, ++last_id_};
  ingest.new_contact = ContactId{0, last_id_};
  return ingest;
}

// A further message of an open ticket's conversation, if there is one; rather of one in wrap-up.
void RandomCommands::ContinueConversation(const Workspace& workspace, NewContact& contact) {
  for (const auto& [id, ticket] : workspace.tickets) {
    const NewContact& first = ticket.contact;
    if (first.conversation_key.empty()) continue;
    const bool resumes =
        ticket.state == TicketState::kWrapUp || ticket.state == TicketState::kParked;
    if (!resumes && !Chance(10)) continue;
    contact.channel = ticket.came_over;
    contact.not_after = Time{};
    contact.client = first.client;
    contact.entry_point = first.entry_point;
    contact.conversation_key = first.conversation_key;
    return;
  }
}

// --------------------------------------------------------------------------------------------------------
// agents

SessionRef RandomCommands::SessionOf(const AgentState& agent) {
  SessionRef session{agent.id, agent.generation};
  if (Chance(3)) session.agent = "a" + std::to_string(1 + Below(9));
  if (Chance(3)) session.generation += static_cast<int64_t>(Below(3)) - 1;
  if (Chance(1)) session.generation = 0;
  session.generation = std::max<int64_t>(session.generation, 0);
  return session;
}

TicketId RandomCommands::AnyTicket(const Workspace& workspace) {
  if (workspace.tickets.empty() || Chance(3)) return TicketId{0, 1 + Below(last_id_ + 1)};
  auto it = workspace.tickets.begin();
  std::advance(it, static_cast<int64_t>(Below(workspace.tickets.size())));
  return it->first;
}

std::vector<const RandomCommands::TicketData*> RandomCommands::WorkOf(const Workspace& workspace,
                                                                      const AgentState& agent) {
  std::vector<const TicketData*> tickets;
  for (const auto& [id, ticket] : workspace.tickets) {
    if (ticket.agent == agent.id && ticket.state != TicketState::kOffered) {
      tickets.push_back(&ticket);
    }
  }
  return tickets;
}

Action RandomCommands::AboutAgent(const Workspace& workspace, Time now) {
  if (workspace.agents.empty()) return GetAgent{SessionRef{"a1", 1}};
  auto it = workspace.agents.begin();
  std::advance(it, static_cast<int64_t>(Below(workspace.agents.size())));
  const AgentState& agent = it->second;
  if ((!agent.session_open && Chance(60)) || (agent.session_lost && Chance(30)) || Chance(1)) {
    OpenSession open{Chance(1) ? "a9" : agent.id, "desk"};
    if (Chance(40)) open.shift_ends_at = MakeShiftEnd(now);
    return open;
  }
  if (agent.status != AgentStatus::kAvailable && Chance(60)) {
    return SetAgentStatus{SessionOf(agent), AgentStatus::kAvailable, ""};
  }
  const uint64_t kind = Below(100);
  if (kind < 2) return LoseSession{SessionOf(agent)};
  if (kind < 3) return CloseSession{SessionOf(agent)};
  if (kind < 5) return GetAgent{SessionOf(agent)};
  if (kind < 6) return ExplainAgent{Chance(1) ? "a9" : agent.id};
  if (kind < 10) {
    return SetAgentStatus{SessionOf(agent), MakeStatus()};
  }
  if (kind < 30) {
    ClaimTickets claim{SessionOf(agent), static_cast<uint32_t>(1 + Below(3)), ""};
    if (Chance(30)) claim.queue = "q" + std::to_string(1 + Below(6));
    if (Chance(40)) claim.ticket = AnyTicket(workspace);
    return claim;
  }
  if (kind < 36) {
    auto ingest = std::get<IngestContact>(MakeContact(workspace, now));
    ingest.contact.blocked_by.clear();
    return StartAgentContact{SessionOf(agent), ingest.contact, ingest.new_ticket,
                             ingest.new_contact};
  }
  if (!OffersTo(workspace, agent).empty() && Chance(60)) return AboutOffer(workspace, agent);
  if (Chance(20)) return AboutParticipants(workspace, agent);
  return AboutWork(workspace, agent, now);
}

Time RandomCommands::MakeShiftEnd(Time now) {
  return Chance(5) ? now - Seconds(1) : now + Span({2, 10, 60, 300, 1200});
}

StatusChange RandomCommands::MakeStatus() {
  static const std::vector<std::string> reasons = {"lunch", "break", "device", "boredom", ""};
  StatusChange to{static_cast<AgentStatus>(1 + Below(5)), Pick(reasons)};
  if (Chance(30)) to.status = AgentStatus::kDraining;
  if (Chance(60)) to.next_status = static_cast<AgentStatus>(Chance(80) ? 3 : 1 + Below(5));
  to.next_reason = Pick(reasons);
  if (Chance(25)) to.groups = static_cast<uint32_t>(Below(17));
  return to;
}

Action RandomCommands::AboutOffer(const Workspace& workspace, const AgentState& agent) {
  OfferId offer = Pick(OffersTo(workspace, agent));
  if (Chance(2)) offer.number += static_cast<uint32_t>(Below(3)) - 1;
  if (Chance(2)) offer.ticket = AnyTicket(workspace);
  const SessionRef session = SessionOf(agent);
  if (Chance(75)) return AcceptOffer{session, offer};
  return DeclineOffer{session, offer, Chance(80) ? DeclineCause::kAgent : DeclineCause::kDevice};
}

Action RandomCommands::AboutWork(const Workspace& workspace, const AgentState& agent, Time now) {
  const std::vector<const TicketData*> work = WorkOf(workspace, agent);
  const TicketId ticket = work.empty() || Chance(3) ? AnyTicket(workspace) : Pick(work)->id;
  const SessionRef session = SessionOf(agent);
  const auto open = workspace.tickets.find(ticket);
  const bool calls = open != workspace.tickets.end() && open->second.contact.channel == "callback";
  if (Chance(calls ? 50 : 2)) {
    static const std::vector<std::string> dispositions = {"", "", "", "solved", "mystery"};
    EndCallbackAttempt end{ticket, session, static_cast<CallbackOutcome>(1 + Below(6)),
                           Pick(dispositions), Time{}};
    if (IsRetried(end.outcome) && Chance(30)) {
      end.next_attempt_at = now + Seconds(static_cast<int64_t>(Below(100))) - Seconds(5);
    }
    return end;
  }
  switch (Below(7)) {
    case 6: {
      static const std::vector<std::string> reasons = {"", "customer", "customer_silent",
                                                       "supplier", "boredom"};
      ParkTicket park{ticket, session, Pick(reasons), Time{}};
      if (Chance(50)) park.until = now + Seconds(static_cast<int64_t>(Below(100)));
      if (open != workspace.tickets.end()) {
        const bool has_children =
            std::any_of(workspace.tickets.begin(), workspace.tickets.end(),
                        [&](const auto& entry) { return entry.second.contact.parent == ticket; });
        park.until_children_closed = Chance(has_children ? 70 : 5);
      }
      return park;
    }
    case 0:
      return StartTicket{session, ticket};
    case 1:
      return FinishTicket{session, ticket};
    case 2:
    case 3: {
      static const std::vector<std::string> dispositions = {"", "solved", "open", "mystery"};
      CompleteTicket complete{ticket, session, Pick(dispositions)};
      if (Chance(80)) complete.confidence_milli = static_cast<uint32_t>(Below(1'001));
      if (Chance(30)) complete.summary = "asked twice";
      if (Chance(25)) AddFollowUps(workspace, now, complete);
      const bool is_review = open != workspace.tickets.end() && open->second.reviews.IsSet();
      if (Chance(is_review ? 90 : 3)) {
        complete.verdict = Chance(50) ? ReviewVerdict::kApproved : ReviewVerdict::kSentBack;
      }
      if (Chance(is_review ? 40 : 2)) complete.comment = "of last year";
      return complete;
    }
    case 4: {
      ReleaseTicket release{ticket, session};
      if (Chance(60)) release.hand_off = MakeHandOff();
      return release;
    }
    default: {
      ExtendLeases extend{session, {}};
      if (Chance(50)) extend.tickets.push_back(ticket);
      if (Chance(20) && work.size() > 1 && ticket != work[0]->id) {
        extend.tickets.push_back(work[0]->id);
      }
      return extend;
    }
  }
}

// -------------------------------------------------------------------------------------------------------
// tickets

// Resumes, or reschedules, one that is set aside, if there is one.
Action RandomCommands::AboutSetAside(const Workspace& workspace, Time now) {
  TicketId chosen = AnyTicket(workspace);
  bool parked = Chance(50);
  for (const auto& [id, ticket] : workspace.tickets) {
    if (!IsSetAside(ticket.state) || Chance(30)) continue;
    chosen = id;
    parked = (ticket.state == TicketState::kParked) != Chance(5);
    break;
  }
  if (parked) return ResumeTicket{chosen};
  RescheduleTicket reschedule{chosen, Time{}};
  if (Chance(70)) {
    reschedule.not_before = now + Seconds(static_cast<int64_t>(Below(100))) - Seconds(5);
  }
  return reschedule;
}

Action RandomCommands::AboutTicket(const Workspace& workspace, Time now) {
  const TicketId ticket = AnyTicket(workspace);
  switch (Below(21)) {
    case 14:
    case 15: {
      RequestCallback request{ticket, Time{}, Time{}};
      const auto span = [&] { return Seconds(static_cast<int64_t>(Below(100))) - Seconds(5); };
      if (Chance(50)) request.not_before = now + span();
      if (Chance(50)) request.not_after = std::max(request.not_before, now) + span();
      return request;
    }
    case 16:
    case 17:
    case 18:
    case 19:
    case 20:
      return AboutConversation(workspace, now);
    case 10:
    case 11:
      return AboutSetAside(workspace, now);
    case 12:
    case 13:
      return AboutSupervisor(workspace, ticket, now);
    case 0:
    case 1:
      return CancelTicket{ticket, "duplicate"};
    case 2:
    case 3:
      return AbandonTicket{ticket};
    case 4:
    case 5:
      return MakeUpdate(workspace, ticket);
    case 6:
      return MakeRecord(workspace, ticket);
    default:
      return MakeTransfer(ticket);
  }
}

Action RandomCommands::MakeTransfer(TicketId ticket) {
  TransferTicket transfer{ticket, "q" + std::to_string(1 + Below(6))};
  if (Chance(40)) return transfer;
  transfer.agent = "a" + std::to_string(1 + Below(9));
  if (Chance(60)) transfer.queue.clear();
  if (Chance(50)) transfer.wait = Span({1, 5, 60});
  return transfer;
}

Action RandomCommands::AboutSupervisor(const Workspace& workspace, TicketId ticket, Time now) {
  const std::string agent = "a" + std::to_string(1 + Below(9));
  switch (Below(5)) {
    case 0:
      return OverrideAgentStatus{agent, "sue", MakeStatus()};
    case 2:
      return SetShiftEnd{agent, "sue", Chance(30) ? Time{} : MakeShiftEnd(now)};
    case 1:
      for (const auto& [id, open] : workspace.tickets) {
        if (!open.agent.empty() && Chance(30)) return RequeueTicket{id, "sue"};
      }
      return RequeueTicket{ticket, "sue"};
    default:
      return AssignTicket{ticket, agent, "sue", Chance(50), Chance(50)};
  }
}

// Open and closed by turns, often from before now on; at times of a revision that is past.
Action RandomCommands::MakeHours(const Workspace& workspace, Time now) {
  const Calendar& calendar = Pick(workspace.configuration.calendars);
  SetOpenHours set{calendar.id, {}};
  set.hours.of_revision = calendar.revision - (Chance(5) ? 1 : 0);
  const auto fill = [&](std::vector<TimeSpan>& spans, std::vector<int64_t> lengths) {
    Time at = now - Seconds(static_cast<int64_t>(Below(60)));
    while (spans.size() < 6 && Chance(85)) {
      const Time from = at + Span({1, 10, 60, 300});
      at = from + Span(lengths);
      spans.push_back({from, at});
    }
  };
  fill(set.hours.open, {5, 60, 600, 3600});
  if (Chance(30)) fill(set.hours.after_cut_off, {1, 30, 120});
  std::erase_if(set.hours.open, [&](const TimeSpan& span) { return span.to <= now; });
  std::erase_if(set.hours.after_cut_off, [&](const TimeSpan& span) { return span.to <= now; });
  set.hours.known_until = set.hours.open.empty() ? now + Hours(1) : set.hours.open.back().to;
  if (Chance(50)) set.hours.known_until = set.hours.known_until + Minutes(10);
  return set;
}

// Rather of work that an agent has, or of what was completed before.
Action RandomCommands::AboutConversation(const Workspace& workspace, Time now) {
  TicketId chosen = AnyTicket(workspace);
  for (const auto& [id, ticket] : workspace.tickets) {
    const bool talks = ticket.state == TicketState::kActive ||
                       ticket.state == TicketState::kParked || ticket.state == TicketState::kWrapUp;
    if (talks && Chance(40)) chosen = id;
  }
  if (!workspace.completed.empty() && Chance(35)) {
    auto it = workspace.completed.begin();
    std::advance(it, static_cast<int64_t>(Below(workspace.completed.size())));
    chosen = it->first;
    if (Chance(40)) return ReopenTicket{chosen, std::nullopt};
  }
  if (Chance(2)) return ReopenTicket{chosen, std::nullopt};
  AddMessage message;
  message.ticket = chosen;
  if (Chance(50)) {
    message.author = Chance(80) ? Party::kAgent : Party::kSystem;
    message.direction = Chance(90) ? Direction::kOutbound : Direction::kInternal;
  }
  if (Chance(30)) message.sent_at = now - Seconds(static_cast<int64_t>(Below(20)));
  return message;
}

Action RandomCommands::AboutMedia(const Workspace& workspace) {
  // Rather of a call that an agent has than of one that waits.
  std::vector<const TicketData*> on_media;
  for (const auto& [id, ticket] : workspace.tickets) {
    const bool waits =
        ticket.state == TicketState::kQueued || ticket.state == TicketState::kOffered;
    const std::string& channel = ticket.contact.channel;
    if (channel != "voice" && channel != "video" && channel != "callback") continue;
    if (!waits || Chance(5)) on_media.push_back(&ticket);
  }
  ReportMediaEvent report;
  if (on_media.empty() || Chance(3)) {
    report.ticket = AnyTicket(workspace);
    report.offer = OfferId{report.ticket, 1};
  } else {
    const TicketData& ticket = *Pick(on_media);
    report.ticket = ticket.id;
    report.offer = OfferId{ticket.id, ticket.offer_number};
    if (Chance(4)) report.offer.number -= std::min<uint32_t>(report.offer.number, 1);
    if (Chance(80) && ticket.state == TicketState::kConnecting) {
      report.type = MediaEventType::kConnected;
      return report;
    }
  }
  if (Chance(3)) report.offer.ticket = AnyTicket(workspace);
  if (Chance(3)) report.offer = OfferId{};
  report.type = static_cast<MediaEventType>(1 + Below(6));
  report.party = static_cast<Party>(1 + Below(3));
  return report;
}

// ---------------------------------------------------------------------------------------------------------
// words

namespace {

std::string TextOf(const SessionRef& session) {
  return session.agent + "@" + std::to_string(session.generation);
}

std::string TextOf(const StatusChange& to) {
  return std::string(" ") + ToString(to.status) + " " + to.reason + " then " +
         ToString(to.next_status) + " " + to.next_reason + " groups " + std::to_string(to.groups);
}

std::string TextOf(const Resource& resource, const std::vector<std::string>& fields) {
  std::string text = std::string(ToString(KindOf(resource))) + ":" + NamedOf(resource).id;
  for (const std::string& field : fields) text += " " + field;
  return text;
}

struct CommandText {
  std::string operator()(const CreateResource& a) const {
    return "create " + TextOf(a.resource, {}) + (a.validate_only ? " validate" : "");
  }
  std::string operator()(const UpdateResource& a) const {
    return "update " + TextOf(a.resource, a.fields) +
           " expected=" + std::to_string(a.expected_revision) +
           (a.validate_only ? " validate" : "");
  }
  std::string operator()(const DeleteResource& a) const {
    return "delete " + std::string(ToString(a.kind)) + ":" + a.id +
           " expected=" + std::to_string(a.expected_revision) +
           (a.validate_only ? " validate" : "");
  }
  std::string operator()(const UpdateWorkspaceSettings& a) const {
    return "settings expected=" + std::to_string(a.expected_revision) +
           (a.validate_only ? " validate" : "");
  }
  std::string operator()(const ApplyConfiguration& a) const {
    return "apply expected=" + std::to_string(a.expected_revision) +
           (a.validate_only ? " validate" : "");
  }
  std::string operator()(const IngestContact& a) const {
    const NewContact& c = a.contact;
    return "ingest " + router::TextOf(a.new_ticket) + " " + c.channel + " " + c.client + " " +
           c.process_type + " queue=" + c.queue + " language=" + c.language +
           " priority=" + (c.priority ? std::to_string(*c.priority) : "") +
           " entry=" + c.entry_point + " key=" + c.conversation_key +
           (c.not_before.IsSet() ? " not_before=" + router::TextOf(c.not_before) : "") + Ties(c);
  }
  static std::string Ties(const NewContact& contact) {
    std::string text;
    if (contact.parent.IsSet()) text += " parent=" + router::TextOf(contact.parent);
    for (const TicketId& id : contact.blocked_by) text += " blocked_by=" + router::TextOf(id);
    return text;
  }
  std::string operator()(const ClassifyContact& a) const {
    return "classify " + (*this)(IngestContact{a.contact, {}, {}});
  }
  std::string operator()(const CancelTicket& a) const {
    return "cancel " + router::TextOf(a.ticket);
  }
  std::string operator()(const AbandonTicket& a) const {
    return "abandon " + router::TextOf(a.ticket);
  }
  std::string operator()(const CompleteTicket& a) const {
    std::string text =
        "complete " + router::TextOf(a.ticket) + " " + TextOf(a.session) + " " + a.disposition;
    if (a.confidence_milli) text += " confidence=" + std::to_string(*a.confidence_milli);
    text += " " + a.summary;
    if (a.verdict) text += std::string(" ") + ToString(*a.verdict) + a.comment;
    for (const FollowUp& one : a.follow_ups) {
      text += " then " + (*this)(IngestContact{one.contact, one.new_ticket, one.new_contact});
      for (const uint32_t before : one.after) text += " after=" + std::to_string(before);
    }
    return text;
  }
  std::string operator()(const ReleaseTicket& a) const {
    return "release " + router::TextOf(a.ticket) + " " + TextOf(a.session) +
           (a.hand_off ? " hand_off=" + a.hand_off->reason + " " + a.hand_off->summary : "");
  }
  std::string operator()(const TransferTicket& a) const {
    return "transfer " + router::TextOf(a.ticket) + " queue=" + a.queue + " agent=" + a.agent +
           " wait=" + router::TextOf(a.wait);
  }
  std::string operator()(const InviteParticipant& a) const {
    return "invite " + router::TextOf(a.ticket) + " " + TextOf(a.session) + " " + a.agent;
  }
  std::string operator()(const ConsultQueue& a) const {
    return "consult " + router::TextOf(a.ticket) + " " + TextOf(a.session) + " " + a.queue + " " +
           router::TextOf(a.time_limit);
  }
  std::string operator()(const CancelConsultation& a) const {
    return "end_consult " + router::TextOf(a.ticket) + " " + TextOf(a.session);
  }
  std::string operator()(const EndParticipation& a) const {
    return "end_part " + router::TextOf(a.ticket) + " " + TextOf(a.session) + " " + a.agent;
  }
  std::string operator()(const SetParticipantRole& a) const {
    return "set_role " + router::TextOf(a.ticket) + " " + TextOf(a.session) + " " + a.agent + " " +
           ToString(a.role);
  }
  std::string operator()(const HandOverTicket& a) const {
    return "hand_over " + router::TextOf(a.ticket) + " " + TextOf(a.session) + " " + a.agent +
           (a.stay ? " stay" : "");
  }
  std::string operator()(const MonitorTicket& a) const {
    return "monitor " + router::TextOf(a.ticket) + " " + TextOf(a.session);
  }
  std::string operator()(const AssignTicket& a) const {
    return "assign " + router::TextOf(a.ticket) + " " + a.agent +
           (a.override_capacity ? " over_capacity" : "") +
           (a.override_requirement ? " against_requirement" : "");
  }
  std::string operator()(const RequeueTicket& a) const {
    return "requeue " + router::TextOf(a.ticket);
  }
  std::string operator()(const OverrideAgentStatus& a) const {
    return "order " + a.agent + TextOf(a.to);
  }
  std::string operator()(const SetShiftEnd& a) const {
    return "shift " + a.agent + " " + router::TextOf(a.ends_at);
  }
  std::string operator()(const RescheduleTicket& a) const {
    return "reschedule " + router::TextOf(a.ticket) + " " + router::TextOf(a.not_before);
  }
  std::string operator()(const RequestCallback& a) const {
    return "callback " + router::TextOf(a.ticket) + " from=" + router::TextOf(a.not_before) +
           " until=" + router::TextOf(a.not_after);
  }
  std::string operator()(const EndCallbackAttempt& a) const {
    return "attempt " + router::TextOf(a.ticket) + " " + TextOf(a.session) + " " +
           ToString(a.outcome) + " " + a.disposition + " next=" + router::TextOf(a.next_attempt_at);
  }
  std::string operator()(const ParkTicket& a) const {
    return "park " + router::TextOf(a.ticket) + " " + TextOf(a.session) + " reason=" + a.reason +
           " until=" + router::TextOf(a.until) + (a.until_children_closed ? " children" : "");
  }
  std::string operator()(const ResumeTicket& a) const {
    return "resume " + router::TextOf(a.ticket);
  }
  std::string operator()(const ExplainTicket& a) const {
    return "explain " + (a.queue.empty() ? router::TextOf(a.ticket) : a.queue);
  }
  std::string operator()(const ExplainAgent& a) const { return "explain agent " + a.agent; }
  std::string operator()(const UpdateTicket& a) const {
    std::string text = "update " + router::TextOf(a.ticket);
    text += " expected=" + std::to_string(a.expected_revision);
    if (a.priority) text += " priority=" + std::to_string(*a.priority);
    if (a.due_at.IsSet()) text += " due=" + router::TextOf(a.due_at);
    if (a.requirement) text += " asked=" + std::to_string(a.requirement->all_of.size());
    if (a.reclassify) text += " reclassify";
    return text + " attributes=" + std::to_string(a.attributes.size()) +
           " references=" + std::to_string(a.add_references.size());
  }
  std::string operator()(const AddNote& a) const {
    return "note " + router::TextOf(a.ticket) + " agent=" + a.agent + (a.closed ? " closed" : "");
  }
  std::string operator()(const AddMessage& a) const {
    return "message " + router::TextOf(a.ticket) + " " + ToString(a.author) + " agent=" + a.agent +
           (a.closed ? " closed" : "");
  }
  std::string operator()(const RecordSurvey& a) const {
    return "survey " + router::TextOf(a.ticket) + (a.closed ? " closed" : "");
  }
  std::string operator()(const StartAgentContact& a) const {
    return "begin " + TextOf(a.session) + " " + (*this)(IngestContact{a.contact, a.new_ticket, {}});
  }
  std::string operator()(const OpenSession& a) const {
    return "open " + a.agent + " " + router::TextOf(a.shift_ends_at);
  }
  std::string operator()(const CloseSession& a) const { return "close " + TextOf(a.session); }
  std::string operator()(const LoseSession& a) const { return "lose " + TextOf(a.session); }
  std::string operator()(const GetAgent& a) const { return "get " + TextOf(a.session); }
  std::string operator()(const SetAgentStatus& a) const {
    return "status " + TextOf(a.session) + TextOf(a.to);
  }
  std::string operator()(const AcceptOffer& a) const {
    return "accept " + TextOf(a.session) + " " + router::TextOf(a.offer);
  }
  std::string operator()(const DeclineOffer& a) const {
    return "decline " + TextOf(a.session) + " " + router::TextOf(a.offer) +
           (a.cause == DeclineCause::kDevice ? " device" : "");
  }
  std::string operator()(const ReopenTicket& a) const {
    return "reopen " + router::TextOf(a.ticket) + (a.closed ? " closed" : "");
  }
  std::string operator()(const StartTicket& a) const {
    return "start " + TextOf(a.session) + " " + router::TextOf(a.ticket);
  }
  std::string operator()(const FinishTicket& a) const {
    return "finish " + TextOf(a.session) + " " + router::TextOf(a.ticket);
  }
  std::string operator()(const ClaimTickets& a) const {
    return "claim " + TextOf(a.session) + " " + std::to_string(a.max_tickets) + " " + a.queue +
           (a.ticket.IsSet() ? " " + router::TextOf(a.ticket) : "");
  }
  std::string operator()(const ExtendLeases& a) const {
    std::string text = "extend " + TextOf(a.session);
    for (const TicketId& ticket : a.tickets) text += " " + router::TextOf(ticket);
    return text;
  }
  std::string operator()(const ReportMediaEvent& a) const {
    return "media " + router::TextOf(a.ticket) + " offer=" + router::TextOf(a.offer) +
           " type=" + std::to_string(static_cast<int>(a.type)) +
           " party=" + std::to_string(static_cast<int>(a.party));
  }
  std::string operator()(const AdvanceTime&) const { return "advance"; }
  std::string operator()(const ContinueRouting&) const { return "continue"; }
  std::string operator()(const SetOpenHours& a) const {
    std::string text =
        "set_open_hours " + a.calendar + " of " + std::to_string(a.hours.of_revision);
    for (const TimeSpan& span : a.hours.open) {
      text += " " + router::TextOf(span.from) + ".." + router::TextOf(span.to);
    }
    for (const TimeSpan& span : a.hours.after_cut_off) {
      text += " late " + router::TextOf(span.from) + ".." + router::TextOf(span.to);
    }
    return text + " known_until " + router::TextOf(a.hours.known_until);
  }
  std::string operator()(const TimeLost& a) const { return "time_lost " + router::TextOf(a.lost); }
};

}  // namespace

std::string TextOf(const Command& command) {
  return command.workspace + ": " + std::visit(CommandText{}, command.action);
}

}  // namespace tandem::router
