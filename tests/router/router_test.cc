// The router's contract beyond what scenarios and the reference show: slices, limits, changes,
// loading.
#include "router/router.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "router/check.h"
#include "router/limits.h"
#include "router/resources.h"
#include "tests/router/row_store.h"
#include "tests/router/text.h"

namespace tandem::router {
namespace {

// One client, one queue of chats, agents a1 to a<n> with room for `chats` each.
Configuration ConfigurationWith(uint32_t agents, uint32_t chats) {
  Configuration configuration;
  configuration.clients = {Client{{"acme", ""}}};
  Queue queue;
  queue.id = "chats";
  configuration.queues = {queue};
  ProcessTypeDefaults defaults;
  defaults.queue = "chats";
  configuration.process_types = {ProcessType{{"support", ""}, {defaults}}};
  RoutingProfile profile;
  profile.id = "front";
  profile.queues = {RoutingProfileQueue{"chats", 0, false, false}};
  configuration.routing_profiles = {profile};
  for (uint32_t number = 1; number <= agents; ++number) {
    Agent agent;
    agent.id = "a" + std::to_string(number);
    agent.routing_profile = "front";
    agent.process_types = {"support"};
    agent.clients = {"acme"};
    agent.capacity.emplace();
    agent.capacity->groups[static_cast<size_t>(CapacityGroup::kMessaging)].max = chats;
    configuration.agents.push_back(agent);
  }
  EXPECT_FALSE(CheckConfiguration(configuration, ""));
  FillDefaults(configuration);
  return configuration;
}

IngestContact Chat(uint64_t number) {
  IngestContact ingest;
  ingest.new_ticket = TicketId{0, number};
  ingest.new_contact = ContactId{0, number};
  ingest.contact.channel = "chat";
  ingest.contact.client = "acme";
  ingest.contact.process_type = "support";
  return ingest;
}

class RouterTest : public testing::Test {
 protected:
  explicit RouterTest(RouterOptions options = {2, 5, 2}) : router_(options) {}
  // The outcome in words; everything happens at `now_` in workspace "w" unless said otherwise.
  std::string Do(Action action, const std::string& workspace = "w") {
    return TextOf(router_.Execute(Command{workspace, std::move(action)}, now_));
  }
  void Configure(uint32_t agents, uint32_t chats, const std::string& workspace = "w") {
    Do(ApplyConfiguration{ConfigurationWith(agents, chats), 0, false}, workspace);
  }
  void LogIn(const std::string& agent, const std::string& workspace = "w") {
    Do(OpenSession{agent, "desk"}, workspace);
    Do(SetAgentStatus{{agent, 1}, AgentStatus::kAvailable, ""}, workspace);
  }
  static size_t Count(const Changes& changes, EventType type) {
    return static_cast<size_t>(
        std::count_if(changes.events.begin(), changes.events.end(),
                      [&](const EventRow& event) { return event.type == type; }));
  }

  Router router_;
  Time now_ = kStart;
};

TEST_F(RouterTest, StopsRoutingAtItsSliceAndGoesOnWhenAsked) {
  Configure(1, 5);
  for (uint64_t number = 1; number <= 5; ++number) Do(Chat(number));
  EXPECT_FALSE(router_.HasPendingRouting());
  (void)router_.TakeChanges();

  LogIn("a1");
  EXPECT_TRUE(router_.HasPendingRouting());
  EXPECT_EQ(Count(router_.TakeChanges(), EventType::kTicketOffered), 2U);
  // Reading does not go on with it.
  Do(GetAgent{{"a1", 1}});
  Do(ExplainTicket{{0, 5}});
  EXPECT_TRUE(router_.TakeChanges().empty());
  EXPECT_TRUE(router_.HasPendingRouting());

  Do(ContinueRouting{}, "");
  EXPECT_EQ(Count(router_.TakeChanges(), EventType::kTicketOffered), 2U);
  Do(ContinueRouting{}, "");
  EXPECT_EQ(Count(router_.TakeChanges(), EventType::kTicketOffered), 1U);
  EXPECT_FALSE(router_.HasPendingRouting());
  router_.CheckInvariants();
}

class RouterOfMany : public RouterTest {
 protected:
  RouterOfMany() : RouterTest(RouterOptions{}) {}
};

// One that is to wait for its children, and for which others wait, and others for these.
TEST_F(RouterOfMany, LooksForACircleAmongSoManyTicketsOnly) {
  Configure(1, 5);
  LogIn("a1");
  Do(Chat(1));
  Do(AcceptOffer{{"a1", 1}, {{0, 1}, 1}});
  uint64_t number = 1;
  const auto ingest = [&](TicketId parent, TicketId waits_for) {
    IngestContact contact = Chat(++number);
    contact.contact.parent = parent;
    if (waits_for.IsSet()) contact.contact.blocked_by = {waits_for};
    EXPECT_THAT(Do(contact), testing::HasSubstr("ticket="));
    return TicketId{0, number};
  };
  const TicketId child = ingest({0, 1}, {});
  size_t waiting = 0;
  for (size_t i = 0; i < kMaxDependents; ++i) {
    const TicketId first = ingest({}, {0, 1});
    ++waiting;
    for (size_t k = 0; k < kMaxDependents && waiting < kMaxWaitingThrough - 1; ++k, ++waiting) {
      ingest({}, first);
    }
  }
  EXPECT_EQ(waiting, kMaxWaitingThrough);
  const ParkTicket park{
      {0, 1}, {"a1", 1}, /*reason=*/"", /*until=*/Time{}, /*until_children_closed=*/true};
  EXPECT_EQ(Do(park), "refused TOO_MANY_DEPENDENTS");
  Do(CancelTicket{{0, number}, {}});
  EXPECT_EQ(Do(park), "done");
  EXPECT_EQ(Do(CancelTicket{child, {}}), "done");
  router_.CheckInvariants();
}

// The only agent who is there has a chat, and another one waits, of which nothing is noted.
class NobodyHasRoom : public RouterTest {
 protected:
  void SetUp() override {
    Configure(2, 1);
    LogIn("a1");
    Do(Chat(1));
    Do(AcceptOffer{{"a1", 1}, {{0, 1}, 1}});
    Do(Chat(2));
    EXPECT_FALSE(router_.HasPendingRouting());
    (void)router_.TakeChanges();
  }
  // The agents to whom the other one was offered.
  std::string Offered() {
    std::string offered;
    for (const EventRow& event : router_.TakeChanges().events) {
      if (event.type != EventType::kTicketOffered) continue;
      EXPECT_EQ(event.ticket, (TicketId{0, 2}));
      offered += event.agent;
    }
    router_.CheckInvariants();
    return offered;
  }
};

TEST_F(NobodyHasRoom, AndWhoLogsInGetsWhatWaits) {
  LogIn("a2");
  EXPECT_EQ(Offered(), "a2");
}

TEST_F(NobodyHasRoom, AndWhoseWorkEndsGetsWhatWaits) {
  Do(CompleteTicket{{0, 1}, {"a1", 1}, ""});
  EXPECT_EQ(Offered(), "a1");
}

TEST_F(NobodyHasRoom, AndWhoDeclinesGetsWhatWaits) {
  LogIn("a2");
  EXPECT_EQ(Offered(), "a2");
  Do(CompleteTicket{{0, 1}, {"a1", 1}, ""});
  Do(DeclineOffer{{"a2", 1}, {{0, 2}, 1}});
  EXPECT_EQ(Offered(), "a1");
}

TEST_F(NobodyHasRoom, AndWhoComesToHaveMoreRoomGetsWhatWaits) {
  Agent agent = ConfigurationWith(1, 2).agents.front();
  Do(UpdateResource{agent, {"capacity"}});
  EXPECT_EQ(Offered(), "a1");
}

TEST_F(NobodyHasRoom, AndAConfigurationMayGiveRoom) {
  Do(ApplyConfiguration{ConfigurationWith(2, 2), 0, false});
  EXPECT_EQ(Offered(), "a1");
}

// Two callers find a ticket closed; one of them is late.
TEST_F(RouterTest, KnowsThatATicketWasReopenedSinceItWasRead) {
  Configure(1, 1);
  LogIn("a1");
  RowStore store;
  const auto complete = [&](uint32_t offer) {
    Do(AcceptOffer{{"a1", 1}, {{0, 1}, offer}});
    Do(CompleteTicket{{0, 1}, {"a1", 1}, ""});
    store.Commit(router_.TakeChanges());
    return store.FindClosed("w", {0, 1});
  };
  Do(Chat(1));
  const auto read = complete(1);
  EXPECT_EQ(Do(ReopenTicket{{0, 1}, read}), "done");
  EXPECT_EQ(Do(ReopenTicket{{0, 1}, read}), "refused TICKET_STATE_FORBIDS") << "it is open";
  const auto read_again = complete(2);
  EXPECT_EQ(Do(ReopenTicket{{0, 1}, read}), "refused TICKET_REOPENED_MEANWHILE");
  EXPECT_EQ(Do(ReopenTicket{{0, 1}, std::nullopt}), "refused TICKET_NOT_FOUND");
  EXPECT_EQ(Do(ReopenTicket{{0, 1}, read_again}), "done");
  EXPECT_EQ(complete(3)->rows.front().state.reopen_count, 2U);
  router_.CheckInvariants();
}

// Five tickets whose plans end their wait in the same instant, two deadlines a slice.
TEST_F(RouterTest, SeesToSoManyDeadlinesAtOnceAndToTheRestWhenAsked) {
  Configure(1, 5, "w");
  Configure(1, 5, "x");
  for (uint64_t number = 1; number <= 5; ++number) {
    IngestContact ingest = Chat(number);
    ingest.contact.plan = {{.after = Seconds(10), .expire = PlanExpiry{"late"}}};
    Do(ingest, number % 2 == 0 ? "w" : "x");
  }
  now_ = now_ + Seconds(10);
  (void)router_.TakeChanges();
  const size_t expected[] = {2, 2, 1};
  for (const size_t expired : expected) {
    EXPECT_EQ(router_.NextDeadline(), now_);
    // Reading and routing do not go on with it.
    Do(GetAgent{{"a1", 1}});
    Do(ContinueRouting{}, "");
    EXPECT_TRUE(router_.TakeChanges().empty());
    Do(AdvanceTime{}, "");
    const Changes changes = router_.TakeChanges();
    EXPECT_EQ(Count(changes, EventType::kTicketExpired), expired);
    EXPECT_EQ(changes.ticket_states.size(), expired);
    router_.CheckInvariants();
  }
  EXPECT_EQ(router_.NextDeadline(), kEndOfTime);
  EXPECT_EQ(router_.OpenTickets(), 0U);
}

// A program that has as much work as an agent may have goes away for good.
TEST(AutomatedAgent, ReturnsItsTenThousandTicketsInSlices) {
  Configuration configuration = ConfigurationWith(1, kMaxGroupTickets);
  configuration.agents[0].kind = AgentKind::kAutomated;
  Router router;
  Time now = kStart;
  const auto run = [&](Action action, const char* workspace = "w") {
    return TextOf(router.Execute(Command{workspace, std::move(action)}, now));
  };
  run(ApplyConfiguration{configuration, 0, false});
  run(OpenSession{"a1", "bot"});
  run(SetAgentStatus{{"a1", 1}, AgentStatus::kAvailable, ""});
  for (uint64_t number = 1; number <= kMaxGroupTickets; ++number) {
    run(Chat(number));
    ASSERT_EQ(run(AcceptOffer{{"a1", 1}, {{0, number}, 1}}), "ACTIVE") << number;
  }
  run(LoseSession{{"a1", 1}});
  (void)router.TakeChanges();

  now = now + Minutes(10);
  size_t returned = 0, slices = 0;
  for (; router.NextDeadline() <= now && slices < 100; ++slices) {
    run(AdvanceTime{}, "");
    const Changes changes = router.TakeChanges();
    const auto at_once = static_cast<size_t>(std::count_if(
        changes.events.begin(), changes.events.end(),
        [](const EventRow& event) { return event.type == EventType::kTicketReturned; }));
    EXPECT_LE(at_once, kMaxTimersPerSlice);
    returned += at_once;
  }
  EXPECT_EQ(returned, kMaxGroupTickets);
  EXPECT_GE(slices, kMaxGroupTickets / kMaxTimersPerSlice);
  router.CheckInvariants();
}

TEST_F(RouterTest, RefusesMoreOpenTicketsThanItMayHoldOverAllWorkspaces) {
  Configure(1, 1, "w");
  Configure(1, 1, "x");
  for (uint64_t number = 1; number <= 5; ++number) {
    Do(Chat(number), number % 2 == 0 ? "w" : "x");
  }
  EXPECT_EQ(router_.OpenTickets(), 5U);
  EXPECT_EQ(Do(Chat(6)), "refused TOO_MANY_OPEN_TICKETS");
  Do(CancelTicket{{0, 1}, ""}, "x");
  EXPECT_EQ(Do(Chat(6)), "ingested ticket=t6 contact=c6");
}

TEST_F(RouterTest, LetsATicketHoldSoMuchAndNoMore) {
  Configure(1, 1);
  Do(Chat(1));
  const TicketId ticket{0, 1};
  for (uint32_t i = 0; i < kMaxTicketNotes; ++i) Do(AddNote{ticket, "", "a note", {}});
  EXPECT_EQ(Do(AddNote{ticket, "", "one more", {}}), "refused TICKET_FULL");
  AddMessage message;
  message.ticket = ticket;
  for (uint32_t i = 0; i < kMaxTicketMessages; ++i) Do(message);
  EXPECT_EQ(Do(message), "refused TICKET_FULL");

  UpdateTicket update;
  update.ticket = ticket;
  for (size_t i = 0; i < kMaxChangedAttributes; ++i) {
    update.attributes = {{"key" + std::to_string(i), "value"}};
    EXPECT_EQ(Do(update), "revision " + std::to_string(i + 2));
  }
  update.attributes = {{"one more", "value"}};
  EXPECT_EQ(Do(update), "refused TICKET_FULL");
  update.attributes = {{"key0", std::nullopt}};
  EXPECT_EQ(Do(update), "revision 66") << "it is one of those that were changed before";
  update.attributes = {{"one more", "value"}};
  EXPECT_EQ(Do(update), "refused TICKET_FULL") << "what was taken away counts";
  update.attributes = {{"key0", std::string(kMaxChangedAttributeBytes, 'x')}};
  EXPECT_EQ(Do(update), "refused TICKET_FULL") << "bytes count, too";
  router_.CheckInvariants();
}

TEST_F(RouterTest, TakesClosedTicketsFromTheCommandAndOpenOnesFromItsState) {
  Configure(1, 1);
  Do(Chat(1));
  ClosedTicket closed;
  closed.client = "elsewhere";
  closed.notes = kMaxTicketNotes;
  EXPECT_EQ(Do(AddNote{{0, 1}, "", "a note", closed}).substr(0, 8), "recorded");
  const Changes changes = router_.TakeChanges();
  EXPECT_NE(changes.events.back().client, "elsewhere");
  EXPECT_EQ(Do(AddNote{{0, 9}, "", "a note", closed}), "refused TICKET_FULL");
  closed.notes = 0;
  EXPECT_EQ(Do(AddNote{{0, 9}, "", "a note", closed}).substr(0, 8), "recorded");
  EXPECT_EQ(router_.TakeChanges().events.back().client, "elsewhere");
  EXPECT_EQ(Do(AddNote{{0, 9}, "", "a note", {}}), "refused TICKET_NOT_FOUND");
}

TEST_F(RouterTest, KeepsWorkspacesApart) {
  Configure(1, 1, "w");
  Configure(1, 1, "x");
  LogIn("a1", "x");
  Do(Chat(1), "w");
  EXPECT_EQ(Do(AbandonTicket{{0, 1}}, "x"), "refused TICKET_NOT_FOUND");
  EXPECT_EQ(Do(AcceptOffer{{"a1", 1}, {{0, 1}, 1}}, "x"), "refused OFFER_GONE");
  EXPECT_EQ(Do(GetAgent{{"a1", 1}}, "w"), "refused NO_SESSION");
  for (const EventRow& event : router_.TakeChanges().events) {
    EXPECT_NE(event.type, EventType::kTicketOffered);
  }
}

TEST_F(RouterTest, KnowsNoWorkspaceBeforeItsFirstConfiguration) {
  EXPECT_EQ(Do(Chat(1)), "refused WORKSPACE_NOT_FOUND");
  EXPECT_EQ(Do(ApplyConfiguration{ConfigurationWith(1, 1), 3, false}), "refused REVISION_STALE");
  EXPECT_EQ(Do(ApplyConfiguration{ConfigurationWith(1, 1), 0, true}), "revision 0");
  EXPECT_EQ(Do(Chat(1)), "refused WORKSPACE_NOT_FOUND");
  EXPECT_TRUE(router_.TakeChanges().empty());
  EXPECT_EQ(Do(ApplyConfiguration{ConfigurationWith(1, 1), 0, false}), "revision 1");
}

TEST_F(RouterTest, ARefusalChangesNothing) {
  Configure(1, 1);
  LogIn("a1");
  Do(Chat(1));
  (void)router_.TakeChanges();
  const std::string before = router_.Dump();
  EXPECT_EQ(Do(DeclineOffer{{"a1", 1}, {{0, 1}, 2}, DeclineCause::kAgent}), "refused OFFER_GONE");
  EXPECT_EQ(Do(SetAgentStatus{{"a1", 1}, AgentStatus::kNotReady, "siesta"}),
            "refused NOT_READY_REASON_UNKNOWN");
  EXPECT_EQ(router_.Dump(), before);
  EXPECT_TRUE(router_.TakeChanges().empty());
}

TEST_F(RouterTest, WritesARowOnceForAllThatHappenedToIt) {
  Configure(1, 1);
  LogIn("a1");
  Do(Chat(1));
  Do(AcceptOffer{{"a1", 1}, {{0, 1}, 1}});
  Changes changes = router_.TakeChanges();
  ASSERT_EQ(changes.ticket_states.size(), 1U);
  EXPECT_EQ(changes.ticket_states[0].state, TicketState::kActive);
  EXPECT_EQ(changes.agents.size(), 1U);
  EXPECT_EQ(changes.workspaces.size(), 1U);

  Do(FinishTicket{{"a1", 1}, {0, 1}});
  Do(CompleteTicket{{0, 1}, {"a1", 1}, ""});
  changes = router_.TakeChanges();
  ASSERT_EQ(changes.ticket_states.size(), 1U);
  EXPECT_EQ(changes.ticket_states[0].state, TicketState::kCompleted);
  EXPECT_EQ(changes.ticket_states[0].disposition, "NOT_SET");
  EXPECT_TRUE(router_.TakeChanges().empty());
}

TEST_F(RouterTest, AsksForTheNextDeadline) {
  EXPECT_EQ(router_.NextDeadline(), kEndOfTime);
  Configure(1, 1);
  LogIn("a1");
  EXPECT_EQ(router_.NextDeadline(), kEndOfTime);
  Do(Chat(1));
  EXPECT_EQ(router_.NextDeadline(), kStart + Seconds(20));
  Do(LoseSession{{"a1", 1}});
  EXPECT_EQ(router_.NextDeadline(), kStart + Seconds(15));
  Do(AcceptOffer{{"a1", 1}, {{0, 1}, 1}});
  Do(OpenSession{"a1", "desk"});
  EXPECT_EQ(router_.NextDeadline(), kEndOfTime);
  Do(SetShiftEnd{"a1", "sue", kStart + Hours(8)});
  EXPECT_EQ(router_.NextDeadline(), kStart + Hours(8));
  Do(CloseSession{{"a1", 2}});
  EXPECT_EQ(router_.NextDeadline(), kStart + Seconds(90)) << "its chat returns";
  Do(OpenSession{"a1", "desk"});
  EXPECT_EQ(router_.NextDeadline(), kEndOfTime) << "nothing becomes of who is OFFLINE";
}

TEST_F(RouterTest, GoesOnAfterLoadingWithWhatHadNotBeenRoutedYet) {
  Configure(1, 5);
  for (uint64_t number = 1; number <= 5; ++number) Do(Chat(number));
  LogIn("a1");
  RowStore store;
  store.Commit(router_.TakeChanges());

  Router loaded{RouterOptions{100, 5}};
  loaded.Load(store.Load());
  EXPECT_TRUE(loaded.HasPendingRouting());
  EXPECT_EQ(loaded.OpenTickets(), 5U);
  (void)loaded.Execute(Command{"", ContinueRouting{}}, now_);
  EXPECT_EQ(Count(loaded.TakeChanges(), EventType::kTicketOffered), 3U);
  loaded.CheckInvariants();
}

using RouterDeathTest = RouterTest;

TEST_F(RouterDeathTest, AbortsWhenTimeGoesBackwards) {
  Configure(1, 1);
  now_ = now_ - Microseconds(1);
  EXPECT_DEATH(Do(Chat(1)), "time never goes backwards");
}

TEST_F(RouterDeathTest, AbortsOnRowsThatContradictEachOther) {
  Configure(1, 1);
  LogIn("a1");
  Do(Chat(1));
  RowStore store;
  store.Commit(router_.TakeChanges());
  {
    LoadedState state = store.Load();
    state.tickets[0].state.queue = "nowhere";
    EXPECT_DEATH(Router().Load(std::move(state)), "queue of an open ticket is configured");
  }
  {
    LoadedState state = store.Load();
    state.tickets[0].state.agent = "nobody";
    EXPECT_DEATH(Router().Load(std::move(state)), "agent of a ticket that is held is configured");
  }
  {
    LoadedState state = store.Load();
    state.agents[0].workspace = "elsewhere";
    EXPECT_DEATH(Router().Load(std::move(state)), "every row is of a loaded workspace");
  }
}

// --- one resource at a time ---

UpdateResource Leveled(uint32_t agent, uint32_t level) {
  Agent changed;
  changed.id = "a" + std::to_string(agent);
  changed.languages = {AgentLanguage{"de", static_cast<Cefr>(level % 6 + 1), Cefr::kNone}};
  changed.skills = {SkillLevel{"s" + std::to_string(level / 6 % 1'000), level / 6'000 + 1}};
  return UpdateResource{changed, {"languages", "skills"}, 0, false};
}

TEST_F(RouterTest, RefusesAQueueThatMakesTheWayOfThoseBeforeItTooLong) {
  Configure(1, 1);
  // q9 is closed for good; then q8, which overflows to it, and so on down to q1.
  Queue queue;
  for (uint32_t i = kMaxOverflowHops + 1; i > 0; --i) {
    queue.id = "q" + std::to_string(i);
    Do(CreateResource{queue, false});
    queue.when_closed = WhenClosed::kOverflow;
    queue.overflow_queue = queue.id;
  }
  queue = {};
  queue.id = "last";
  Do(CreateResource{queue, false});
  queue.id = "q" + std::to_string(kMaxOverflowHops + 1);
  queue.when_closed = WhenClosed::kOverflow;
  queue.overflow_queue = "last";
  UpdateResource update{queue, {"when_closed", "overflow_queue"}, 0, false};
  EXPECT_EQ(Do(update), "refused OVERFLOW_ENDLESS");
  // From the one in front of it, there is one hop less.
  Queue first;
  first.id = "q1";
  Do(UpdateResource{first, {"when_closed", "overflow_queue"}, 0, false});
  EXPECT_EQ(Do(update).substr(0, 8), "changed ");
}

TEST_F(RouterTest, WritesOneRowAndOneEventForOneResource) {
  Configure(1'000, 1);
  LogIn("a500");
  (void)router_.TakeChanges();
  Agent agent;
  agent.id = "a500";
  agent.display_name = "Ann";
  EXPECT_EQ(Do(UpdateResource{agent, {"display_name"}, 1, false}),
            "changed revision=2 id=a500 of=2 position=499 name=Ann");
  Changes changes = router_.TakeChanges();
  EXPECT_EQ(changes.events.size(), 1U);
  ASSERT_EQ(changes.resources.size(), 1U);
  EXPECT_EQ(std::get<Agent>(changes.resources[0].resource).display_name, "Ann");
  EXPECT_EQ(std::get<Agent>(changes.resources[0].resource).routing_profile, "front");
  ASSERT_EQ(changes.workspaces.size(), 1U);
  EXPECT_EQ(changes.workspaces[0].revision, 2);
  EXPECT_TRUE(changes.agents.empty());

  // As it is already: nothing happens.
  EXPECT_EQ(Do(UpdateResource{agent, {"display_name"}, 2, false}),
            "changed revision=2 id=a500 of=2 position=499 name=Ann");
  EXPECT_TRUE(router_.TakeChanges().empty());

  // Of several changes between two commits, the last row counts, and every event.
  agent.display_name = "Anna";
  Do(UpdateResource{agent, {"display_name"}, 0, false});
  Do(CreateResource{Team{{"north", ""}}, false});
  Do(DeleteResource{ResourceKind::kTeam, "north", 0, false});
  agent.display_name = "Annabel";
  Do(UpdateResource{agent, {"display_name"}, 0, false});
  changes = router_.TakeChanges();
  EXPECT_EQ(changes.events.size(), 4U);
  ASSERT_EQ(changes.resources.size(), 2U);
  EXPECT_TRUE(changes.resources[0].removed);
  EXPECT_EQ(std::get<Agent>(changes.resources[1].resource).display_name, "Annabel");
  router_.CheckInvariants();
}

TEST_F(RouterTest, AppliedAgainWritesOnlyWhatIsDifferent) {
  Configure(1'000, 1);
  (void)router_.TakeChanges();
  Configuration next = ConfigurationWith(1'000, 1);
  next.agents[7].display_name = "Ann";
  Do(ApplyConfiguration{next, 0, false});
  const Changes changes = router_.TakeChanges();
  ASSERT_EQ(changes.resources.size(), 1U);
  EXPECT_EQ(NamedOf(changes.resources[0].resource).id, "a8");
  EXPECT_TRUE(changes.agents.empty());
}

TEST_F(RouterTest, ReusesTheProfilesThatNobodyHasAnyMore) {
  Configuration configuration = ConfigurationWith(2, 1);
  for (int i = 0; i < 1'000; ++i) configuration.skills.push_back({{"s" + std::to_string(i), ""}});
  Do(ApplyConfiguration{configuration, 0, false});
  LogIn("a1");
  // Twice as many different agents as profiles are kept without any.
  for (uint32_t level = 0; level < 2 * kMaxIdleProfiles; ++level) {
    ASSERT_EQ(Do(Leveled(1 + level % 2, level)).substr(0, 7), "changed");
    if (level % 1'000 == 0) router_.CheckInvariants();
    if (level % 500 != 0) continue;
    Do(Chat(level + 1));
    EXPECT_EQ(Do(AcceptOffer{{"a1", 1}, {{0, level + 1}, 1}}), "ACTIVE");
    Do(FinishTicket{{"a1", 1}, {0, level + 1}});
    Do(CompleteTicket{{0, level + 1}, {"a1", 1}, ""});
  }
  router_.CheckInvariants();
}

TEST_F(RouterTest, TakesUpASkillThatALoadedTicketAskedForBefore) {
  Configuration configuration = ConfigurationWith(1, 1);
  configuration.skills = {Skill{{"cards", ""}}};
  Do(ApplyConfiguration{configuration, 0, false});
  IngestContact chat = Chat(1);
  chat.contact.requirement.all_of = {{SkillRequirement{"cards", 3}}};
  Do(chat);
  Do(DeleteResource{ResourceKind::kSkill, "cards", 0, false});
  RowStore store;
  store.Commit(router_.TakeChanges());

  Router loaded;
  loaded.Load(store.Load());
  const auto execute = [&](Action action) {
    return TextOf(loaded.Execute(Command{"w", std::move(action)}, now_));
  };
  execute(OpenSession{"a1", "desk"});
  execute(SetAgentStatus{{"a1", 1}, AgentStatus::kAvailable, ""});
  execute(CreateResource{Skill{{"cards", ""}}, false});
  Agent able;
  able.id = "a1";
  able.skills = {SkillLevel{"cards", 3}};
  execute(UpdateResource{able, {"skills"}, 0, false});
  EXPECT_EQ(execute(AcceptOffer{{"a1", 1}, {{0, 1}, 1}}), "ACTIVE");
  loaded.CheckInvariants();
}

}  // namespace
}  // namespace tandem::router
