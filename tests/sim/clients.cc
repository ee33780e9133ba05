#include "tests/sim/clients.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "server/query/tickets.h"
#include "tests/support/fake_workspace.h"

namespace tandem::sim {
namespace {

using router::Reason;
using test::In;

constexpr milliseconds kPatience{3'000};

bool MayHelpToRepeat(Reason reason) {
  return reason == Reason::kStoreUnavailable || reason == Reason::kNotServing ||
         reason == Reason::kOverloaded || reason == Reason::kDeadlineExpired;
}

const router::Reply* ReplyIn(const router::Outcome& outcome) {
  return std::get_if<router::Reply>(&outcome);
}

constexpr char kHours[] = "hours";
constexpr char kSkill[] = "cards";
constexpr uint32_t kExpert = 5;

router::Calendar AllWeek(std::optional<router::CalendarOverride> override_hours) {
  router::Calendar calendar;
  calendar.id = kHours;
  calendar.time_zone = "UTC";
  calendar.weekly = {{.days = {1, 2, 3, 4, 5, 6, 7}, .hours = {0, 24 * 60}}};
  calendar.override_hours = std::move(override_hours);
  return calendar;
}

router::Command Configure(int agents, uint32_t rings, router::DistributionMode mode) {
  return test::In(
      router::ApplyConfiguration{.configuration = SimulatedConfiguration(agents, rings, mode)});
}

// Rules: what is moved waits with the posts, for anybody; chats that don't say what they are about
// are questions, and shared out.
std::vector<router::ClassificationRule> Rules(const router::PlanStep& less) {
  router::ClassificationRule moved;
  moved.id = "moved";
  moved.conditions = {{.field = router::ContactField::kAttribute, .asked = {"moved"}}};
  moved.queues = {{"posts", 1}};
  moved.plan = {less};
  moved.plan.front().after = router::Seconds(1);
  router::ClassificationRule chats;
  chats.id = "chats";
  chats.order = 1;
  chats.conditions = {{.field = router::ContactField::kChannel, .asked = {"", {"chat"}}}};
  chats.process_type = "question";
  chats.queues = {{"care", 2}, {"posts", 1}};
  return {moved, chats};
}

// In which each step has another reason not to be taken.
router::Plan CallBackLater() {
  const router::PlanCondition slow{.oldest_waits_longer_than = router::Seconds(2),
                                   .estimated_wait_longer_than = router::Seconds(1)};
  const router::PlanCondition below{.service_level_below_percent = 95};
  const router::Requirement anybody{.all_of = {{router::SkillRequirement{kSkill, 1}}}};
  return {{.after = router::Seconds(3), .requirement = anybody},
          {.after = router::Seconds(6), .min_priority = 7, .condition = slow},
          {.after = router::Seconds(15), .callback = true, .condition = below}};
}

}  // namespace

router::Configuration SimulatedConfiguration(int agents, uint32_t rings,
                                             router::DistributionMode mode) {
  using router::CapacityGroup;
  router::Configuration configuration = test::SmallConfiguration(agents);
  configuration.queues[0].concurrent_offers = rings;
  configuration.queues[0].distribution_mode = mode;
  router::Queue posts = configuration.queues[0];
  posts.concurrent_offers = 1;
  posts.auto_accept = true;
  posts.id = "posts";
  posts.urgency = router::Urgency::kDeferrable;
  posts.distribution_mode = router::DistributionMode::kBestMatch;
  configuration.queues.push_back(posts);
  // Some ask for experts, until the plan of their queue asks for less.
  const router::PlanStep less{
      .after = router::Seconds(2),
      .relax = router::Relaxation{
          .lower_skill_levels_by = kExpert - 1, .languages = true, .agents = true}};
  for (router::Queue& queue : configuration.queues) queue.plan = {less};
  configuration.skills = {router::Skill{{kSkill, ""}}};
  for (size_t i = 0; i < configuration.agents.size(); ++i) {
    configuration.agents[i].skills = {{kSkill, i % 2 == 0 ? kExpert : 1}};
    if (i % 3 != 0) {
      configuration.agents[i].languages = {{"en", router::Cefr::kB2, router::Cefr::kB2}};
    }
  }
  configuration.queues[1].order = router::QueueOrder::kPriorityFirst;
  router::RoutingProfile& profile = configuration.routing_profiles[0];
  profile.queues.push_back({.queue = "posts", .rank = 2, .delay = router::Seconds(1)});
  profile.live_reserve = 1;
  profile.back_floor = 1;
  configuration.teams[0].max_paused = 2;

  configuration.calendars = {AllWeek({})};
  configuration.queues[0].calendar = kHours;
  configuration.queues[0].when_closed = router::WhenClosed::kOverflow;
  configuration.queues[0].overflow_queue = "posts";

  router::ProcessTypeDefaults& question = configuration.process_types[0].defaults[0];
  question.auto_park_after = router::Seconds(5);
  question.auto_close_after = router::Seconds(8);
  question.reopen_within = router::Minutes(1);

  configuration.classification_rules = Rules(less);
  router::EntryPoint shop;
  shop.id = "shop";
  shop.channel = "chat";
  shop.address = "shop";
  shop.language = "en";
  configuration.entry_points = {shop};
  configuration.return_after[static_cast<size_t>(CapacityGroup::kMessaging)] = router::Seconds(4);
  configuration.process_types[0].hand_off.min_confidence_milli = 700;
  configuration.process_types[0].review.process_type = "job";
  configuration.process_types[0].review.share_milli = router::kAllCompletions;
  for (size_t i = kPeople; i < configuration.agents.size(); ++i) {
    configuration.agents[i].kind = router::AgentKind::kAutomated;
  }
  for (router::Agent& agent : configuration.agents) {
    auto& groups = agent.capacity->groups;
    groups[static_cast<size_t>(CapacityGroup::kVoice)].interrupts = {CapacityGroup::kTask};
    groups[static_cast<size_t>(CapacityGroup::kMessaging)].live_interrupts = true;
    groups[static_cast<size_t>(CapacityGroup::kTask)].live_interrupts = true;
  }
  return configuration;
}

// ----------------------------------------------------------------------------------------- clients

Clients::Clients(World& world) : world_(world) {
  for (int number = 1; number <= kAgents; ++number) {
    desks_.push_back(std::make_unique<Desk>(world, *this, number, number % 2 == 0));
  }
}

void Clients::Begin() {
  Start(Configure(kAgents, 2, router::DistributionMode::kLongestIdle), true,
        [this](const router::Outcome&) {
          for (const auto& desk : desks_) desk->Begin();
          Customer();
          Writer();
          Supervisor();
        });
}

bool Clients::AllSettled() const {
  return std::ranges::all_of(operations_, [](const OperationPtr& one) { return one->settled; });
}

void Clients::CompareViews() {
  for (const auto& desk : desks_) desk->CompareView();
}

OperationPtr Clients::Start(router::Command command, bool with_request_id,
                            std::function<void(const router::Outcome&)> then) {
  auto operation = std::make_shared<Operation>();
  operation->number = static_cast<int>(operations_.size()) + 1;
  operation->command = std::move(command);
  operation->then = std::move(then);
  const auto number = static_cast<uint64_t>(operation->number);
  if (with_request_id) operation->request = engine::RequestTag{{9, number}, {number, number}};
  if (auto* ingest = std::get_if<router::IngestContact>(&operation->command.action)) {
    // The subject tells later which operation a contact is of.
    ingest->contact.subject += std::to_string(operation->number);
  }
  operations_.push_back(operation);
  Send(operation);
  return operation;
}

void Clients::Send(const OperationPtr& operation) {
  const int attempt = ++operation->attempts;
  test::CoreDriver* process = world_.process();
  if (process != nullptr && !world_.Chance(30)) {
    const bool answer_gets_lost = world_.Chance(30);
    engine::PendingCall call;
    call.command = operation->command;
    call.request = operation->request;
    if (world_.Chance(20)) call.deadline = world_.now() + world_.Between(1, 50);
    call.done = [this, operation, attempt, answer_gets_lost](router::Outcome outcome) {
      operation->answers.push_back(outcome);
      if (answer_gets_lost) return;
      world_.After(world_.Between(0, 3),
                   [this, operation, attempt, outcome] { Receive(operation, attempt, outcome); });
    };
    process->core().Submit(std::move(call), world_.now());
  }
  world_.After(kPatience, [this, operation, attempt] {
    if (!operation->settled && operation->attempts == attempt) Send(operation);
  });
}

void Clients::Receive(const OperationPtr& operation, int attempt, const router::Outcome& outcome) {
  if (operation->settled) return;
  const auto* rejection = std::get_if<router::Rejection>(&outcome);
  if (rejection != nullptr && MayHelpToRepeat(rejection->reason)) {
    world_.After(world_.Between(20, 400), [this, operation, attempt] {
      if (!operation->settled && operation->attempts == attempt) Send(operation);
    });
    return;
  }
  operation->settled = true;
  if (operation->then) operation->then(outcome);
  if (operation->request && rejection == nullptr && world_.Chance(60)) AskAgain(operation);
}

// A caller who repeats what was answered long ago, or takes its request id for something else.
void Clients::AskAgain(const OperationPtr& operation) {
  const bool with_another_body = world_.Chance(300);
  world_.After(world_.Between(1, 90'000), [this, operation, with_another_body] {
    if (resting_) return;
    if (!with_another_body) {
      Send(operation);
      return;
    }
    auto other = std::make_shared<Operation>(*operation);
    other->number = static_cast<int>(operations_.size()) + 1;
    other->answers.clear();
    other->settled = false;
    other->request->hash.low += 1;
    other->then = nullptr;
    operations_.push_back(other);
    Send(other);
  });
}

// --------------------------------------------------------------------------------------- customers

router::Command Clients::NewContact() {
  if (!with_external_id_.empty() && world_.Chance(100)) {
    // The same mail is fetched twice.
    return with_external_id_[static_cast<size_t>(
        world_.Pick(static_cast<int>(with_external_id_.size())))];
  }
  router::IngestContact ingest;
  const int kind = world_.Pick(10);
  ingest.contact.channel = kind < 5 ? "chat" : kind < 8 ? "voice" : "task";
  ingest.contact.process_type = kind < 8 ? "question" : "job";
  if (kind < 5 && world_.Chance(200)) ingest.contact.process_type.clear();
  ingest.contact.client = world_.Chance(600) ? "acme" : "globex";
  ingest.contact.entry_point = world_.Chance(300) ? "shop" : "site";
  ingest.contact.subject = world_.Chance(8) ? std::string(test::kPoison) : "contact";
  ingest.contact.priority = static_cast<uint32_t>(world_.Pick(4));
  if (ingest.contact.subject == test::kPoison) return In(std::move(ingest));
  if (kind < 2 && !ingest.contact.process_type.empty()) ingest.contact.queue = "posts";
  if (kind == 8) ingest.contact.queue = "care";
  if (world_.Chance(200)) {
    ingest.contact.requirement.all_of = {{router::SkillRequirement{kSkill, kExpert}}};
  }
  if (world_.Chance(100)) {
    ingest.contact.requirement.prefer = {{router::SkillRequirement{kSkill, kExpert}, 10}};
  }
  const std::string agent = test::AgentName(1 + world_.Pick(kAgents));
  if (world_.Chance(80)) {
    ingest.contact.requirement.agents = {agent};
  } else if (world_.Chance(150)) {
    ingest.contact.excluded_agents = {agent};
  }
  if (world_.Chance(80)) ingest.contact.plan = CallBackLater();
  if (world_.Chance(100)) {
    const router::PlanCondition crowded{.waiting_more_than = 2};
    const router::Relaxation less{.all_skills = true, .languages = true, .agents = true};
    const router::PlanCondition short_staffed{.available_agents_fewer_than = 3};
    ingest.contact.plan = {{.after = router::Duration{},
                            .condition = short_staffed,
                            .offer_timeout = router::Seconds(8),
                            .concurrent_offers = 2},
                           {.after = router::Seconds(5), .min_priority = 5, .condition = crowded},
                           {.after = router::Seconds(10), .relax = less},
                           {.after = router::Seconds(20), .queue = "jobs"},
                           {.after = router::Minutes(5), .expire = router::PlanExpiry{"late"}}};
  }
  if (kind < 5 && world_.Chance(300)) {
    ingest.contact.conversation_key = "chat" + std::to_string(world_.Pick(30));
  }
  if (kind >= 8 && world_.Chance(500)) {
    // Soon late, as five minutes of work are expected.
    ingest.contact.due_at = world_.DatabaseNow() + router::Minutes(5) +
                            router::Milliseconds(world_.Between(500, 40'000).count());
  }
  if (world_.Chance(60)) {
    ingest.contact.not_before =
        world_.DatabaseNow() + router::Milliseconds(world_.Between(500, 40'000).count());
  }
  if (const auto other = kind >= 8 && world_.Chance(300) ? AnyTicket() : std::nullopt) {
    // Both of the other's client, which may be this one.
    if (world_.Chance(300)) {
      ingest.contact.blocked_by = {*other};
    } else {
      ingest.contact.parent = *other;
      ingest.contact.client.clear();
    }
  }
  if (world_.Chance(200)) {
    ingest.contact.external_id = "mail" + std::to_string(operations_.size());
    with_external_id_.push_back(In(ingest));
  }
  return In(std::move(ingest));
}

void Clients::Customer() {
  if (resting_) return;
  // Now and then many come at once.
  const int contacts = world_.Chance(40) ? 5 + world_.Pick(20) : 1;
  for (int i = 0; i < contacts; ++i) Ingest();
  world_.After(world_.Between(100, 900), [this] { Customer(); });
}

void Clients::Ingest() {
  Start(NewContact(), true, [this](const router::Outcome& outcome) {
    const router::Reply* reply = ReplyIn(outcome);
    if (reply == nullptr) return;
    const router::TicketId ticket = std::get<router::ContactIngested>(*reply).ticket;
    tickets_.push_back(ticket);
    if (!world_.Chance(120)) return;
    world_.After(world_.Between(500, 20'000), [this, ticket] {
      if (world_.Chance(700)) {
        Start(In(router::AbandonTicket{ticket}), world_.Chance(800));
      } else {
        Start(In(router::CancelTicket{ticket, "no longer needed"}), world_.Chance(800));
      }
    });
  });
}

std::optional<router::TicketId> Clients::AnyTicket() {
  if (tickets_.empty()) return std::nullopt;
  return tickets_[static_cast<size_t>(world_.Pick(static_cast<int>(tickets_.size())))];
}

// As the service adds to a ticket: one that the engine does not have is read from the database.
template <typename Addition>
void Clients::Add(Addition addition) {
  Start(In(addition), true, [this, addition](const router::Outcome& outcome) mutable {
    const auto* rejection = std::get_if<router::Rejection>(&outcome);
    if (rejection == nullptr || rejection->reason != Reason::kTicketNotFound) return;
    auto found = world_.store().Read([&](store::Reader& reader) {
      return query::FindClosed(reader, test::kWorkspace, addition.ticket);
    });
    auto* closed = std::get_if<std::optional<router::ClosedTicket>>(&found);
    if (closed == nullptr || !*closed) return;
    addition.closed = std::move(*closed);
    Start(In(std::move(addition)), true);
  });
}

// Customers and agents write to each other, also about what is closed.
void Clients::Writer() {
  if (resting_) return;
  world_.After(world_.Between(200, 1'500), [this] { Writer(); });
  const auto ticket = AnyTicket();
  if (!ticket) return;
  const int kind = world_.Pick(10);
  if (kind == 0) {
    Add(router::AddNote{*ticket, "", "noted", std::nullopt});
  } else if (kind == 1) {
    Add(router::ReopenTicket{*ticket, std::nullopt});
  } else {
    router::AddMessage message;
    message.ticket = *ticket;
    message.text = "written";
    if (kind < 6) {
      message.direction = router::Direction::kOutbound;
      message.author = router::Party::kAgent;
    }
    Add(std::move(message));
  }
}

// A supervisor's verb, or a transfer to an agent. Capacity is not overridden: the history holds it.
router::Command Clients::AboutAgent(router::TicketId ticket) {
  const std::string agent = test::AgentName(1 + world_.Pick(kAgents));
  const router::StatusChange after_work{.status = router::AgentStatus::kDraining,
                                        .next_status = router::AgentStatus::kNotReady,
                                        .next_reason = "break"};
  switch (world_.Pick(5)) {
    case 0:
      return In(router::AssignTicket{ticket, agent, "sue", false, world_.Chance(500)});
    case 1:
      return In(router::RequeueTicket{ticket, "sue"});
    case 2:
      return In(router::OverrideAgentStatus{agent, "sue", after_work});
    case 3:
      return In(router::SetShiftEnd{agent, "sue", world_.DatabaseNow() + router::Seconds(2)});
    default:
      return In(router::TransferTicket{ticket, "", agent, router::Seconds(5)});
  }
}

// As the service does: what the contact said is read from the database.
void Clients::Reclassify(router::TicketId ticket) {
  auto found = world_.store().Read([&](store::Reader& reader) {
    return query::GetFirstContacts(reader, test::kWorkspace, {ticket});
  });
  auto* contacts = std::get_if<std::vector<router::ContactRow>>(&found);
  if (contacts == nullptr || contacts->empty()) return;
  router::UpdateTicket update;
  update.ticket = ticket;
  update.attributes = {
      {"moved", world_.Chance(700) ? std::optional<std::string>("yes") : std::nullopt}};
  update.reclassify = true;
  update.contact = std::move(contacts->front().content);
  Start(In(std::move(update)), true);
}

void Clients::Supervisor() {
  if (resting_) return;
  const int kind = world_.Pick(16);
  if (kind == 13) {
    Start(In(router::ExplainAgent{test::AgentName(1 + world_.Pick(kAgents))}), false);
  } else if (kind == 14) {
    const router::Command contact = NewContact();
    Start(In(router::ClassifyContact{std::get<router::IngestContact>(contact.action).contact}),
          false);
  } else if (kind == 0) {
    // But for the best match, which the posts have.
    constexpr router::DistributionMode kModes[] = {
        router::DistributionMode::kLongestIdle, router::DistributionMode::kLeastLoaded,
        router::DistributionMode::kRoundRobin, router::DistributionMode::kLowestCost};
    const auto rings = 1 + static_cast<uint32_t>(world_.Pick(3));
    Start(Configure(kAgents, rings, kModes[world_.Pick(4)]), true);
  } else if (kind == 1) {
    router::Agent agent;
    agent.id = test::AgentName(1 + world_.Pick(kAgents));
    agent.process_types = {"question", "job"};
    if (world_.Chance(200)) agent.process_types.pop_back();
    Start(In(router::UpdateResource{agent, {"process_types"}, 0, world_.Chance(100)}), true);
  } else if (kind == 10) {
    // Closed for a while, now and then until somebody opens it.
    router::CalendarOverride closed;
    if (world_.Chance(700)) {
      closed.until = world_.DatabaseNow() + router::Seconds(1 + world_.Pick(20));
    }
    Start(In(router::UpdateResource{AllWeek(closed), {"override_hours"}}), true);
  } else if (kind == 11) {
    Start(In(router::UpdateResource{AllWeek({}), {"override_hours"}}), true);
  } else if (const auto any = AnyTicket()) {
    const router::TicketId ticket = *any;
    if (kind < 4) {
      Start(In(router::ExplainTicket{ticket}), false);
    } else if (kind == 4) {
      Start(In(router::ResumeTicket{ticket}), true);
    } else if (kind == 15) {
      // Most are closed, or at hand.
      for (int tries = 0; tries < 6; ++tries) Reclassify(*AnyTicket());
    } else if (kind == 12) {
      router::UpdateTicket update;
      update.ticket = ticket;
      update.priority = static_cast<uint32_t>(world_.Pick(10));
      update.attributes = {
          {"seen", world_.Chance(500) ? std::optional<std::string>("yes") : std::nullopt}};
      Start(In(std::move(update)), true);
    } else if (kind == 5) {
      Start(In(router::RescheduleTicket{ticket, router::Time{}}), true);
    } else if (kind == 6) {
      Start(AboutAgent(ticket), true);
    } else if (kind == 7) {
      const router::Time now = world_.DatabaseNow();
      router::RequestCallback request{ticket, {}, now + router::Minutes(2)};
      if (world_.Chance(500)) request.not_before = now + router::Seconds(1 + world_.Pick(30));
      Start(In(std::move(request)), true);
    } else {
      Start(In(router::TransferTicket{ticket, world_.Chance(900) ? "care" : "jobs"}), true);
    }
  }
  world_.After(world_.Between(1'000, 6'000), [this] { Supervisor(); });
}

// The telephony adapter, once an agent accepted a call.
void Clients::Media(router::TicketId ticket, router::OfferId offer) {
  const auto report = [this, ticket, offer](router::MediaEventType type,
                                            std::function<void(const router::Outcome&)> then) {
    router::ReportMediaEvent event;
    event.ticket = ticket;
    event.offer = offer;
    event.type = type;
    event.party = router::Party::kCustomer;
    Start(In(std::move(event)), false, std::move(then));
  };
  world_.After(world_.Between(100, 2'000), [this, report] {
    if (world_.Chance(100)) {
      report(router::MediaEventType::kConnectFailed, nullptr);
      return;
    }
    report(router::MediaEventType::kConnected, [this, report](const router::Outcome&) {
      world_.After(world_.Between(1'000, 15'000),
                   [report] { report(router::MediaEventType::kDisconnected, nullptr); });
    });
  });
}

// ------------------------------------------------------------------------------------------- desks

Desk::Desk(World& world, Clients& clients, int number, bool has_stream)
    : world_(world),
      clients_(clients),
      agent_(test::AgentName(number)),
      automated_(number > kPeople),
      has_stream_(has_stream) {}

Desk::~Desk() {
  if (world_.process() != nullptr) world_.process()->feed().Unsubscribe(this);
}

void Desk::Begin() {
  world_.After(world_.Between(0, 3'000), [this] { Act(); });
}

router::SessionRef Desk::session() const {
  return {.agent = agent_, .generation = generation_};
}

void Desk::Act() {
  if (clients_.resting()) return;
  world_.After(world_.Between(100, 900), [this] { Act(); });
  if (has_stream_ && incarnation_ != world_.incarnation()) {
    // The server crashed: the stream broke.
    generation_ = 0;
    opening_ = false;
  }
  if (generation_ == 0) {
    Open();
    return;
  }
  if (!has_stream_ && world_.process() != nullptr) {
    world_.process()->core().Heartbeat(test::kWorkspace, session(), world_.now());
  }
  Do(router::GetAgent{session()},
     [this](const router::Reply& reply) { Choose(std::get<router::AgentSnapshot>(reply)); });
}

void Desk::Open() {
  if (opening_ || world_.process() == nullptr) return;
  opening_ = true;
  incarnation_ = world_.incarnation();
  world_.process()->feed().Unsubscribe(this);
  engine::PendingCall call;
  call.command = In(router::OpenSession{.agent = agent_, .session_id = "desk"});
  if (has_stream_) call.subscription = world_.process()->feed().Announce(this);
  call.done = [this, incarnation = incarnation_](router::Outcome outcome) {
    if (incarnation != world_.incarnation()) return;
    opening_ = false;
    const router::Reply* reply = ReplyIn(outcome);
    if (reply == nullptr) return;
    Show(std::get<router::AgentSnapshot>(*reply));
  };
  world_.process()->core().Submit(std::move(call), world_.now());
}

void Desk::Show(const router::AgentSnapshot& snapshot) {
  generation_ = snapshot.generation;
  status_ = snapshot.state.status;
  offers_.clear();
  work_.clear();
  for (const router::OfferView& offer : snapshot.offers) offers_.insert(offer.offer);
  for (const router::WorkView& work : snapshot.work) work_[work.ticket] = work.state;
}

void Desk::OnNotice(const router::Notice& notice) {
  ASSERT_EQ(notice.agent, agent_);
  ASSERT_NE(generation_, 0) << "a notice came before the session's reply";
  ASSERT_EQ(notice.generation, generation_);
  if (const auto* made = std::get_if<router::OfferMade>(&notice.message)) {
    EXPECT_TRUE(offers_.insert(made->offer.offer).second) << "an offer came twice";
  } else if (const auto* ended = std::get_if<router::OfferEnded>(&notice.message)) {
    offers_.erase(ended->offer);
  } else if (const auto* changed = std::get_if<router::WorkChanged>(&notice.message)) {
    const router::TicketId ticket = changed->work.ticket;
    std::erase_if(offers_, [&](const router::OfferId& offer) { return offer.ticket == ticket; });
    if (changed->gone) {
      work_.erase(ticket);
    } else {
      work_[ticket] = changed->work.state;
    }
  } else if (const auto* state = std::get_if<router::StateChanged>(&notice.message)) {
    status_ = state->state.status;
  } else {
    generation_ = 0;
  }
}

void Desk::CompareView() {
  if (!has_stream_ || generation_ == 0 || incarnation_ != world_.incarnation()) return;
  Do(router::GetAgent{session()}, [this](const router::Reply& reply) {
    const auto& snapshot = std::get<router::AgentSnapshot>(reply);
    std::set<router::OfferId> offers;
    for (const router::OfferView& offer : snapshot.offers) offers.insert(offer.offer);
    std::map<router::TicketId, router::TicketState> work;
    for (const router::WorkView& one : snapshot.work) work[one.ticket] = one.state;
    EXPECT_EQ(offers_, offers) << agent_;
    EXPECT_EQ(work_, work) << agent_;
    EXPECT_EQ(status_, snapshot.state.status) << agent_;
  });
}

void Desk::Do(router::Action action, std::function<void(const router::Reply&)> then) {
  const bool with_request_id = world_.Chance(850);
  clients_.Start(In(std::move(action)), with_request_id,
                 [this, generation = generation_, then](const router::Outcome& outcome) {
                   if (generation != generation_) return;  // of a session that is over
                   if (const router::Reply* reply = ReplyIn(outcome)) {
                     if (then) then(*reply);
                     return;
                   }
                   const Reason reason = std::get<router::Rejection>(outcome).reason;
                   if (reason == Reason::kNoSession || reason == Reason::kSessionFenced) {
                     generation_ = 0;
                   }
                 });
}

void Desk::Leave(bool say_so) {
  const router::SessionRef left = session();
  if (say_so) Do(router::CloseSession{left});
  generation_ = 0;
  if (world_.process() == nullptr || !has_stream_ || incarnation_ != world_.incarnation()) return;
  world_.process()->feed().Unsubscribe(this);
  engine::PendingCall call;
  call.command = In(router::LoseSession{left});
  world_.process()->core().Submit(std::move(call), world_.now());
}

void Desk::Choose(const router::AgentSnapshot& snapshot) {
  const int dice = world_.Pick(1000);
  if (dice < 15) {
    Leave(dice < 7);
  } else if (snapshot.state.status != router::AgentStatus::kAvailable && dice < 900) {
    router::SetAgentStatus available{session(), {.status = router::AgentStatus::kAvailable}};
    if (world_.Chance(200)) available.to.groups = 1U + static_cast<uint32_t>(world_.Pick(15));
    Do(std::move(available));
  } else if (!snapshot.offers.empty() && dice < 900) {
    Answer(snapshot.offers.front());
  } else if (!snapshot.work.empty() && dice < 950) {
    Work(snapshot.work[static_cast<size_t>(world_.Pick(static_cast<int>(snapshot.work.size())))]);
  } else if (dice < 955) {
    Monitor();
  } else if (dice < 976) {
    Do(router::ClaimTickets{session(), static_cast<uint32_t>(1 + world_.Pick(3)), ""});
  } else if (dice < 980) {
    Begin(dice < 978 ? "chat" : "task");
  } else if (dice < 984) {
    // Mostly one that nobody can pick any more.
    for (int tries = 0; tries < 8; ++tries) {
      const auto ticket = clients_.AnyTicket();
      if (ticket) Do(router::ClaimTickets{session(), 1, "", *ticket});
    }
  } else {
    Do(router::SetAgentStatus{session(), router::AgentStatus::kNotReady, "break"});
  }
}

void Desk::Answer(const router::OfferView& offer) {
  const int dice = world_.Pick(100);
  if (dice < 75) {
    Do(router::AcceptOffer{session(), offer.offer}, [this, offer](const router::Reply& reply) {
      if (std::get<router::StateReached>(reply).state == router::TicketState::kConnecting) {
        clients_.Media(offer.offer.ticket, offer.offer);
      }
    });
  } else if (dice < 90) {
    Do(router::DeclineOffer{
        session(), offer.offer,
        dice < 86 ? router::DeclineCause::kAgent : router::DeclineCause::kDevice});
  }
}

}  // namespace tandem::sim
