// Goal: both stores keep every promise of server/store/store.h. Method: one suite, run over each;
// what a test says of the one holds for the other. A second process is a second Store over the same
// rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "router/resources.h"
#include "server/store/store.h"
#include "tests/store/store_rows.h"
#include "tests/store/store_test_base.h"

namespace tandem::tests {
namespace {

using router::Hours;
using router::Seconds;
using router::TicketState;
using router::Time;
using store::Batch;
using store::CommitResult;
using store::Loaded;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance, ::testing::Values("memory", "postgres"),
                         [](const auto& info) { return info.param; });

// ----------------------------------------------------------------------------------- recent visits

TEST_P(StoreConformance, ALoadHasTheLastVisitsOfEachQueue) {
  router::Changes changes = OneWorkspace();
  const router::Time now{absl::ToUnixMicros(absl::Now())};
  for (uint32_t i = 1; i <= 40; ++i) {
    router::VisitRow visit = SampleVisit(i, 1);
    visit.queue = i % 20 == 0 ? "claims" : "sales";
    visit.exit_reason = i == 7 ? router::ExitReason::kAbandoned : router::ExitReason::kAnswered;
    visit.left_at = now - Seconds(i);
    visit.entered_at = visit.left_at - Seconds(9);
    visit.target = i % 2 == 0 ? visit.left_at : visit.left_at - router::Microseconds(1);
    changes.visits.push_back(visit);
  }
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  // What an estimate is made of is the same, whatever more was loaded.
  std::map<std::string, router::RecentVisits> loaded;
  for (const auto& visit : Load().state.visits) loaded[visit.queue].Add(visit.what);
  EXPECT_EQ(loaded["sales"].Interval(now),
            router::Microseconds((30 * 1'000'000LL + 2'000'000 * 2) / 32));
  EXPECT_FALSE(loaded["claims"].Interval(now)) << "two are too few";
  const auto statistics = backing_->reader().ListQueueStatistics(kWorkspace, now);
  ASSERT_TRUE(statistics.ok()) << statistics.status();
  ASSERT_EQ(statistics->size(), 2u);
  EXPECT_EQ((*statistics)[1].queue, "sales");
  const router::RecentVisits& read = (*statistics)[1].recent;
  EXPECT_EQ(read.Wait(now, 2), loaded["sales"].Wait(now, 2));
  EXPECT_EQ(read.ServiceLevel(now), loaded["sales"].ServiceLevel(now));
  EXPECT_EQ(read.ServiceLevel(now), (router::RecentVisits::Level{.in_target = 18, .decided = 38}));
  std::map<std::string, router::RecentVisits> live;
  const auto state = backing_->reader().GetLiveState(kWorkspace);
  ASSERT_TRUE(state.ok()) << state.status();
  for (const auto& visit : state->visits) live[visit.queue].Add(visit.what);
  EXPECT_EQ(live["sales"].Wait(now, 2), loaded["sales"].Wait(now, 2));
  EXPECT_EQ(live["sales"].ServiceLevel(now), loaded["sales"].ServiceLevel(now));
}

// ------------------------------------------------------------------------------------------ epochs

TEST_P(StoreConformance, AcquireRaisesTheEpochEachTime) {
  store::Store& other = backing_->OpenStore();
  EXPECT_EQ(other.Acquire(0, "other")->epoch, epoch_ + 1);
  EXPECT_EQ(store_->Acquire(0, "test")->epoch, epoch_ + 2);
  EXPECT_EQ(store_->Acquire(1, "test")->epoch, 1) << "each shard has its own";
}

TEST_P(StoreConformance, AnOlderWriterIsFencedHoweverLate) {
  store::Store& other = backing_->OpenStore();
  const int64_t newer = other.Acquire(0, "other")->epoch;
  EXPECT_EQ(Commit(OneWorkspace()), CommitResult::kFenced);
  EXPECT_EQ(other.Commit(MakeBatch(newer, 1)), CommitResult::kCommitted);
  EXPECT_EQ(Commit(MakeBatch(epoch_, 2, OneWorkspace())), CommitResult::kFenced);
  epoch_ = newer;
  EXPECT_THAT(Load().state.workspaces, IsEmpty());
}

TEST_P(StoreConformance, AnEpochNobodyAcquiredIsFenced) {
  EXPECT_EQ(Commit(MakeBatch(epoch_ + 1, 1)), CommitResult::kFenced);
  Batch batch = MakeBatch(1, 1);
  batch.shard = 7;
  EXPECT_EQ(Commit(batch), CommitResult::kFenced);
}

TEST_P(StoreConformance, LoadUnderAnOlderEpochIsAborted) {
  ASSERT_TRUE(backing_->OpenStore().Acquire(0, "other").ok());
  EXPECT_EQ(store_->Load(0, epoch_).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(store_->Load(9, 1).status().code(), absl::StatusCode::kAborted);
}

TEST_P(StoreConformance, TheSameSequenceCommitsOnce) {
  ASSERT_EQ(Commit(NextBatch()), CommitResult::kCommitted);
  EXPECT_EQ(Commit(MakeBatch(epoch_, 1, OneWorkspace())), CommitResult::kFenced);
  EXPECT_THAT(Load().state.workspaces, IsEmpty());
  EXPECT_EQ(Commit(NextBatch()), CommitResult::kCommitted);
}

// -------------------------------------------------------------------------------------------- load

TEST_P(StoreConformance, AFreshShardIsEmpty) {
  const Loaded loaded = Load();
  EXPECT_EQ(loaded.last_sequence, 0);
  EXPECT_FALSE(loaded.last_commit_at.IsSet());
  EXPECT_TRUE(loaded.database_now.IsSet());
  EXPECT_THAT(loaded.state.workspaces, IsEmpty());
  EXPECT_THAT(loaded.state.counters, IsEmpty());
}

TEST_P(StoreConformance, LoadTellsTheLastCommit) {
  ASSERT_EQ(Commit(NextBatch()), CommitResult::kCommitted);
  ASSERT_EQ(Commit(NextBatch()), CommitResult::kCommitted);
  EXPECT_EQ(Load().last_sequence, 2);
  EXPECT_EQ(Load().last_commit_at, kMorning + Seconds(2));
}

TEST_P(StoreConformance, StateRoundTripsExactly) {
  router::Changes changes = OneWorkspace();
  changes.agents = {SampleAgent("ann", 1), SampleAgent("bob", 2)};
  AddTicket(changes, 1, 1);
  AddTicket(changes, 2, 2);
  const router::Changes written = changes;
  ASSERT_EQ(Commit(std::move(changes)), CommitResult::kCommitted);

  const router::LoadedState state = Load().state;
  ASSERT_EQ(state.workspaces.size(), 1u);
  EXPECT_EQ(Fields(state.workspaces[0]), Fields(SampleWorkspace()));
  ASSERT_EQ(state.agents.size(), 2u);
  for (const router::AgentRow& agent : state.agents) {
    EXPECT_EQ(Fields(agent), Fields(SampleAgent(agent.agent, agent.ordinal)));
  }
  ASSERT_EQ(state.tickets.size(), 2u);
  for (const auto& open : state.tickets) {
    EXPECT_EQ(Fields(open.ticket), Fields(SampleTicket(open.ticket.arrival)));
    EXPECT_EQ(Fields(open.state), Fields(SampleState(open.ticket.arrival)));
  }
}

TEST_P(StoreConformance, TicketsThatAreSetAsideRoundTripExactly) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 4; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  const std::vector<router::TicketStateRow> states = {ParkedState(1), KeptState(2),
                                                      ScheduledState(3), BlockedState(4)};
  changes.ticket_states = states;
  router::VisitRow& visit = changes.visits.emplace_back(SampleVisit(1, 1));
  visit.entry_reason = router::EntryReason::kResumed;
  visit.exit_reason = router::ExitReason::kParked;
  changes.segments.emplace_back(SampleSegment(1, 1)).outcome = router::SegmentOutcome::kParked;
  router::VisitRow called = visit;
  called.visit_number += 1;
  called.entry_reason = router::EntryReason::kCallback;
  called.exit_reason = router::ExitReason::kUnreached;
  changes.visits.push_back(called);
  changes.segments.emplace_back(SampleSegment(1, 2)).outcome = router::SegmentOutcome::kUnreached;
  ASSERT_EQ(Commit(std::move(changes)), CommitResult::kCommitted);
  const router::LoadedState state = Load().state;
  ASSERT_EQ(state.tickets.size(), 4u);
  for (const auto& open : state.tickets) {
    EXPECT_EQ(Fields(open.state), Fields(states[open.ticket.arrival - 1]));
  }
}

TEST_P(StoreConformance, AReopenedTicketIsOpenAgain) {
  router::Changes changes = OneWorkspace();
  AddTicket(changes, 1, 1);
  AddTicket(changes, 2, 2);
  router::TicketStateRow closed =
      ClosedState(1, router::TicketState::kCompleted, kMorning + Seconds(30));
  changes.ticket_states = {closed, SampleState(2)};
  changes.ticket_details = {SampleDetail(1)};
  ASSERT_EQ(Commit(std::move(changes)), CommitResult::kCommitted);
  store::Reader& reader = backing_->reader();
  const auto found = reader.GetClosedTicket(kWorkspace, Ticket(1));
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ(Fields((*found)->ticket), Fields(SampleTicket(1))) << "as it came in";
  EXPECT_EQ(Fields((*found)->state), Fields(closed));
  ASSERT_TRUE((*found)->detail.has_value());
  EXPECT_EQ(*(*found)->detail, SampleDetail(1).detail);
  EXPECT_FALSE(reader.GetClosedTicket(kWorkspace, Ticket(2))->has_value()) << "it is open";
  EXPECT_FALSE(reader.GetClosedTicket(kWorkspace, Ticket(3))->has_value());
  EXPECT_FALSE(reader.GetClosedTicket("other", Ticket(1))->has_value());
  EXPECT_EQ(Load().state.tickets.size(), 1u);

  router::Changes reopened;
  router::TicketStateRow open = KeptState(1);
  open.visit_entry_reason = router::EntryReason::kReopened;
  open.disposition.clear();
  reopened.ticket_states = {open};
  reopened.events = {SampleEvent(10, 1)};
  reopened.events[0].type = router::EventType::kTicketReopened;
  router::VisitRow& visit = reopened.visits.emplace_back(SampleVisit(1, 2));
  visit.entry_reason = router::EntryReason::kReopened;
  ASSERT_EQ(Commit(std::move(reopened)), CommitResult::kCommitted);
  const router::LoadedState state = Load().state;
  ASSERT_EQ(state.tickets.size(), 2u);
  for (const auto& ticket : state.tickets) {
    if (ticket.ticket.arrival == 1) {
      EXPECT_EQ(Fields(ticket.state), Fields(open));
    }
  }
  EXPECT_FALSE(reader.GetClosedTicket(kWorkspace, Ticket(1))->has_value());
}

TEST_P(StoreConformance, EmptyAndUnsetValuesStayEmptyAndUnset) {
  router::Changes changes;
  router::WorkspaceRow& workspace = changes.workspaces.emplace_back();
  workspace.workspace = kWorkspace;
  router::AgentRow& agent = changes.agents.emplace_back();
  agent.workspace = kWorkspace;
  agent.agent = "idle";
  router::TicketRow& ticket = changes.tickets.emplace_back();
  ticket.workspace = kWorkspace;
  ticket.ticket = Ticket(1);
  router::TicketStateRow& state = changes.ticket_states.emplace_back();
  state.workspace = kWorkspace;
  state.ticket = Ticket(1);
  const router::Changes written = changes;
  ASSERT_EQ(Commit(std::move(changes)), CommitResult::kCommitted);

  const router::LoadedState loaded = Load().state;
  ASSERT_EQ(loaded.workspaces.size(), 1u);
  EXPECT_EQ(Fields(loaded.workspaces[0]), Fields(written.workspaces[0]));
  ASSERT_EQ(loaded.agents.size(), 1u);
  EXPECT_EQ(Fields(loaded.agents[0]), Fields(written.agents[0]));
  ASSERT_EQ(loaded.tickets.size(), 1u);
  EXPECT_EQ(Fields(loaded.tickets[0].ticket), Fields(written.tickets[0]));
  EXPECT_EQ(Fields(loaded.tickets[0].state), Fields(written.ticket_states[0]));
}

TEST_P(StoreConformance, ExtremeValuesRoundTripExactly) {
  router::Changes changes = OneWorkspace();
  changes.workspaces[0].revision = kLargest;
  changes.workspaces[0].next_agent_ordinal = static_cast<uint64_t>(kLargest);
  router::AgentRow agent = SampleAgent("ann", static_cast<uint64_t>(kLargest));
  agent.misses = std::numeric_limits<uint32_t>::max();
  agent.generation = kLargest;
  agent.idle_since = router::kEndOfTime;
  agent.status_since = {1};
  agent.grace_until = {-1};
  changes.agents = {agent};
  router::TicketRow ticket = SampleTicket(1);
  ticket.ticket = {std::numeric_limits<uint64_t>::max(), std::numeric_limits<uint64_t>::max()};
  ticket.created_at = {-30'000'000'000'000'001};  // before 1066
  ticket.due_at = {253'402'300'800'000'001};      // after 9999
  ticket.answer_target = {std::numeric_limits<int64_t>::min()};
  ticket.wrap_up_limit = {kLargest};
  ticket.customer_segment = std::string(100'000, 'x');
  changes.tickets = {ticket};
  router::TicketStateRow state = SampleState(1);
  state.ticket = ticket.ticket;
  state.offer_number = std::numeric_limits<uint32_t>::max();
  state.cool_downs.assign(1'000, {kUnicode, router::kEndOfTime});
  changes.ticket_states = {state};
  ASSERT_EQ(Commit(std::move(changes)), CommitResult::kCommitted);

  const router::LoadedState loaded = Load().state;
  EXPECT_EQ(loaded.workspaces.at(0).next_agent_ordinal, static_cast<uint64_t>(kLargest));
  EXPECT_EQ(loaded.workspaces.at(0).revision, kLargest);
  EXPECT_EQ(Fields(loaded.agents.at(0)), Fields(agent));
  EXPECT_EQ(Fields(loaded.tickets.at(0).ticket), Fields(ticket));
  EXPECT_EQ(Fields(loaded.tickets.at(0).state), Fields(state));
}

TEST_P(StoreConformance, DetailsOfOpenTicketsAreLoadedAsWrittenLast) {
  router::Changes changes = OneWorkspace();
  AddTicket(changes, 1, 1);
  AddTicket(changes, 2, 2);
  changes.ticket_details = {SampleDetail(1)};
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  const auto details = [&] {
    std::vector<std::optional<router::TicketDetail>> loaded;
    for (const auto& open : Load().state.tickets) loaded.push_back(open.detail);
    return loaded;
  };
  using Details = std::vector<std::optional<router::TicketDetail>>;
  EXPECT_EQ(details(), (Details{SampleDetail(1).detail, std::nullopt}));
  router::Changes later;
  router::TicketDetailRow plain;
  plain.workspace = kWorkspace;
  plain.ticket = Ticket(1);
  later.ticket_details = {plain};
  ASSERT_EQ(Commit(later), CommitResult::kCommitted);
  EXPECT_EQ(details(), (Details{router::TicketDetail(), std::nullopt}));
}

TEST_P(StoreConformance, StateRowsReplaceThoseOfTheSameKey) {
  router::Changes changes = OneWorkspace();
  changes.agents = {SampleAgent("ann", 1)};
  AddTicket(changes, 1, 1);
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);

  router::Changes later;
  router::AgentRow agent;
  agent.workspace = kWorkspace;
  agent.agent = "ann";
  agent.ordinal = 1;
  later.agents = {agent};
  router::TicketStateRow state;
  state.workspace = kWorkspace;
  state.ticket = Ticket(1);
  later.ticket_states = {state};
  router::WorkspaceRow workspace = SampleWorkspace();
  workspace.revision = 4;
  workspace.configuration.queues.erase(workspace.configuration.queues.begin());
  workspace.configuration.agents[1].display_name = "Robert";
  std::swap(workspace.configuration.skills[0], workspace.configuration.skills[1]);
  workspace.configuration.cool_down = Seconds(3);
  workspace.configuration.session_grace.reset();
  AddWorkspace(later, workspace);
  router::ResourceRow gone;
  gone.workspace = kWorkspace;
  gone.resource = router::MakeResource(router::ResourceKind::kQueue, "sales");
  gone.removed = true;
  later.resources.push_back(gone);
  ASSERT_EQ(Commit(later), CommitResult::kCommitted);

  const router::LoadedState loaded = Load().state;
  ASSERT_EQ(loaded.agents.size(), 1u);
  EXPECT_EQ(Fields(loaded.agents[0]), Fields(agent));
  ASSERT_EQ(loaded.tickets.size(), 1u);
  EXPECT_EQ(Fields(loaded.tickets[0].state), Fields(state));
  ASSERT_EQ(loaded.workspaces.size(), 1u);
  EXPECT_EQ(Fields(loaded.workspaces[0]), Fields(workspace));
  // No part of what is configured, and loaded all the same.
  const auto& calendars = loaded.workspaces[0].configuration.calendars;
  ASSERT_EQ(calendars.size(), 2u);
  EXPECT_EQ(calendars[0].hours, workspace.configuration.calendars[0].hours);
}

TEST_P(StoreConformance, ResourcesAreWrittenAndRemovedOneByOne) {
  ASSERT_EQ(Commit(OneWorkspace()), CommitResult::kCommitted);
  const auto resource = [](auto one, const char* id, int64_t revision, int64_t position) {
    one.id = id;
    one.revision = revision;
    one.position = position;
    return router::ResourceRow{kWorkspace, one, false};
  };
  router::Changes later;
  later.resources = {resource(router::Skill{}, "between", 4, 0),
                     resource(router::Skill{}, "cards", 5, 1),
                     resource(router::Disposition{}, "SOLD", 6, 1'000'000),
                     resource(router::Team{}, "never", 7, 0)};
  std::get<router::Skill>(later.resources[1].resource).display_name = kUnicode;
  later.resources[3].removed = true;
  router::ResourceRow& gone = later.resources.emplace_back();
  gone = {kWorkspace, router::MakeResource(router::ResourceKind::kAgent, "ann"), true};
  ASSERT_EQ(Commit(later), CommitResult::kCommitted);

  const router::Configuration loaded = Load().state.workspaces.at(0).configuration;
  const auto ids = [](const auto& list) {
    std::vector<std::string> found;
    for (const auto& one : list) found.push_back(one.id);
    std::sort(found.begin(), found.end());
    return found;
  };
  EXPECT_THAT(ids(loaded.skills), ElementsAre("between", "cards", "loans"));
  EXPECT_THAT(ids(loaded.agents), ElementsAre("bob"));
  EXPECT_EQ(loaded.skills.back().id, "cards");  // by position
  EXPECT_EQ(loaded.skills.back().display_name, kUnicode);
  EXPECT_EQ(loaded.skills.back().revision, 5);
  EXPECT_EQ(loaded.dispositions.at(0).position, 1'000'000);
  EXPECT_FALSE(loaded.dispositions.at(0).resolved);
  EXPECT_EQ(loaded.queues, SampleWorkspace().configuration.queues);
  EXPECT_EQ(loaded.queues.at(0).revision, 3);
}

TEST_P(StoreConformance, RemovedAgentsAreGone) {
  router::Changes changes = OneWorkspace();
  changes.agents = {SampleAgent("ann", 1), SampleAgent("bob", 2)};
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  router::Changes later;
  later.agents = {SampleAgent("ann", 1), SampleAgent("bob", 2), SampleAgent("never", 3)};
  later.agents[0].removed = later.agents[2].removed = true;
  ASSERT_EQ(Commit(later), CommitResult::kCommitted);
  const router::LoadedState loaded = Load().state;
  ASSERT_EQ(loaded.agents.size(), 1u);
  EXPECT_EQ(loaded.agents[0].agent, "bob");
}

TEST_P(StoreConformance, ClosedTicketsAreNotLoadedButCounted) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 6; ++i) AddTicket(changes, i, static_cast<int64_t>(10 + i));
  changes.ticket_states[0] = ClosedState(1, TicketState::kCompleted, kMorning);
  changes.ticket_states[3] = ClosedState(4, TicketState::kAbandoned, kMorning);
  changes.ticket_states[4] = ClosedState(5, TicketState::kCanceled, kMorning);
  changes.ticket_states[5] = ClosedState(6, TicketState::kExpired, kMorning);
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  router::Changes later;
  later.ticket_states = {ClosedState(2, TicketState::kCompleted, kMorning)};
  ASSERT_EQ(Commit(later), CommitResult::kCommitted);

  const router::LoadedState loaded = Load().state;
  ASSERT_EQ(loaded.tickets.size(), 1u);
  EXPECT_EQ(loaded.tickets[0].ticket.ticket, Ticket(3));
  ASSERT_EQ(loaded.counters.size(), 1u);
  EXPECT_EQ(loaded.counters[0].workspace, kWorkspace);
  EXPECT_EQ(loaded.counters[0].last_event_sequence, 16);
}

TEST_P(StoreConformance, AnAgentIsContinuedByTheIntervalsSinceItsRow) {
  router::Changes changes = OneWorkspace();
  changes.agents = {SampleAgent("ann", 1), SampleAgent("bob", 2)};
  const router::Time since = changes.agents[0].interval_since;
  router::AgentIntervalRow before = SampleInterval("bob");
  before.began_at = since - Seconds(1);
  before.ended_at = since + Seconds(9);
  changes.agent_intervals = {before};
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  router::Changes later;
  for (int i = 0; i < 2; ++i) {
    router::AgentIntervalRow& next = later.agent_intervals.emplace_back(SampleInterval("ann"));
    next.began_at = since + Seconds(i);
    next.ended_at = since + Seconds(i + 1);
    next.idle_since = since + Seconds(10 + i);
  }
  ASSERT_EQ(Commit(later), CommitResult::kCommitted);

  router::AgentRow ann = SampleAgent("ann", 1);
  ann.interval_since = since + Seconds(2);
  ann.idle_since = since + Seconds(11);
  const auto agents = Load().state.agents;
  ASSERT_EQ(agents.size(), 2u);
  EXPECT_EQ(Fields(agents[0]), Fields(ann));
  EXPECT_EQ(Fields(agents[1]), Fields(SampleAgent("bob", 2)));
}

TEST_P(StoreConformance, WorkspacesAndShardsDoNotMix) {
  ASSERT_TRUE(store_->Acquire(1, "test").ok());
  router::Changes changes = OneWorkspace();
  AddWorkspace(changes, SampleWorkspace("zeta"));
  AddTicket(changes, 1, 100);
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  Batch elsewhere = MakeBatch(1, 1);
  elsewhere.shard = 1;
  elsewhere.changes.workspaces = {SampleWorkspace("other")};
  ASSERT_EQ(store_->Commit(elsewhere), CommitResult::kCommitted);

  const router::LoadedState here = Load().state;
  EXPECT_EQ(here.workspaces.size(), 2u);
  ASSERT_EQ(here.counters.size(), 2u);
  for (const auto& counters : here.counters) {
    const bool has_ticket = counters.workspace == kWorkspace;
    EXPECT_EQ(counters.last_event_sequence, has_ticket ? 100 : 0);
  }
  const auto there = store_->Load(1, 1);
  ASSERT_TRUE(there.ok()) << there.status();
  ASSERT_EQ(there->state.workspaces.size(), 1u);
  EXPECT_EQ(there->state.workspaces[0].workspace, "other");
  EXPECT_THAT(there->state.tickets, IsEmpty());
}

TEST_P(StoreConformance, RowsThatContradictEachOtherAreDataLoss) {
  router::Changes changes = OneWorkspace();
  changes.ticket_states = {SampleState(1)};  // of a ticket that does not exist
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  EXPECT_EQ(store_->Load(0, epoch_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_P(StoreConformance, ManyRowsCommitAtOnce) {
  router::Changes changes = OneWorkspace();
  for (uint64_t i = 1; i <= 3'000; ++i) AddTicket(changes, i, static_cast<int64_t>(i));
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  EXPECT_EQ(Load().state.tickets.size(), 3'000u);
}

// ------------------------------------------------------------------------------------- data errors

TEST_P(StoreConformance, ARefusedValueLeavesNothingBehind) {
  const auto refused = [&](const std::function<void(Batch&)>& spoil) {
    Batch batch = NextBatch();
    batch.changes = OneWorkspace();
    AddTicket(batch.changes, 1, 1);
    batch.requests = {SampleRequest(1)};
    spoil(batch);
    EXPECT_EQ(Commit(batch), CommitResult::kDataRefused);
    EXPECT_THAT(Load().state.workspaces, IsEmpty());
    EXPECT_EQ(Load().last_sequence, 0);
  };
  const std::string nul("a\0b", 3);
  refused([&](Batch& b) { b.changes.contacts[0].content.subject = nul; });
  refused([&](Batch& b) { b.changes.contacts[0].content.attributes = {{"k", nul}}; });
  refused([&](Batch& b) { b.changes.contacts[0].content.attributes = {{nul, "v"}}; });
  refused([&](Batch& b) { b.changes.tickets[0].excluded_agents = {nul}; });
  refused([&](Batch& b) { b.changes.ticket_states[0].queue = nul; });
  refused([&](Batch& b) { b.changes.ticket_states[0].cool_downs = {{nul, kMorning}}; });
  refused([&](Batch& b) { b.changes.events[0].reason = nul; });
  refused([&](Batch& b) { router::NamedOf(b.changes.resources[0].resource).display_name = nul; });
  const auto calendar = [&](auto spoil) {
    refused([&](Batch& b) {
      for (router::ResourceRow& row : b.changes.resources) {
        auto* found = std::get_if<router::Calendar>(&row.resource);
        if (found != nullptr && found->id == "lisbon") spoil(*found);
      }
    });
  };
  calendar([&](router::Calendar& c) { c.override_hours->message = nul; });
  calendar([&](router::Calendar& c) { c.exceptions[0].name = nul; });
  refused([&](Batch& b) { b.changes.contacts[0].content.external_id = nul; });
  refused([&](Batch& b) { b.requests[0].workspace = nul; });
  refused([&](Batch& b) { b.changes.contacts[0].content.subject = "\xff"; });
  refused([&](Batch& b) { b.changes.contacts[0].content.subject = "\xc3"; });
  refused([&](Batch& b) { b.changes.contacts[0].content.subject = "\xed\xa0\x80"; });
  refused([&](Batch& b) { b.changes.contacts[0].content.subject = "\xc0\x80"; });
  refused([&](Batch& b) { b.changes.contacts[0].content.attributes = {{"k", "\xff"}}; });
  refused([&](Batch& b) { b.changes.tickets[0].arrival = uint64_t{1} << 63; });
  const auto detail = [&](auto spoil) {
    refused([&](Batch& b) {
      b.changes.ticket_details = {SampleDetail(1)};
      spoil(b.changes.ticket_details[0].detail);
    });
  };
  detail([&](router::TicketDetail& d) { d.subject = nul; });
  detail([&](router::TicketDetail& d) { d.attributes = {{nul, "v"}}; });
  detail([&](router::TicketDetail& d) { d.attributes = {{"k", "\xff"}}; });
  detail([&](router::TicketDetail& d) { d.references = {{"crm", nul}}; });
  detail([&](router::TicketDetail& d) { d.requirement->own.agents = {nul}; });
  detail([&](router::TicketDetail& d) { d.requirement->asked.agents = {nul}; });
  detail([&](router::TicketDetail& d) { d.hand_off->summary = nul; });
  detail([&](router::TicketDetail& d) { d.reclassified->rules = {nul}; });
  detail([&](router::TicketDetail& d) { d.reclassified->queue = nul; });
  detail([&](router::TicketDetail& d) { d.reclassified->own.agents = {nul}; });
  detail([&](router::TicketDetail& d) { d.reclassified->begins_with.agents = {nul}; });
  detail([&](router::TicketDetail& d) { d.reclassified->plan->at(0).queue = nul; });
  refused([&](Batch& b) {
    b.changes.notes = {SampleNote(1, 1)};
    b.changes.notes[0].text = nul;
  });
  refused([&](Batch& b) {
    b.changes.messages = {SampleMessage(1)};
    b.changes.messages[0].text = nul;
  });
  refused([&](Batch& b) { b.changes.surveys = {SampleSurvey(1, 1, nul)}; });
  EXPECT_EQ(Commit(OneWorkspace()), CommitResult::kCommitted);
}

TEST_P(StoreConformance, AppendRowsAreWrittenOnce) {
  router::Changes first = OneWorkspace();
  AddTicket(first, 1, 1);
  first.visits = {SampleVisit(1, 1)};
  first.segments = {SampleSegment(1, 1)};
  ASSERT_EQ(Commit(first), CommitResult::kCommitted);
  router::Changes changes;
  changes.tickets = {SampleTicket(1)};
  EXPECT_EQ(Commit(changes), CommitResult::kDataRefused);
  changes = {};
  changes.contacts = {SampleContact(1, 1)};
  EXPECT_EQ(Commit(changes), CommitResult::kDataRefused);
  changes = {};
  changes.events = {SampleEvent(1, 1)};
  EXPECT_EQ(Commit(changes), CommitResult::kDataRefused);
  changes.events = {SampleEvent(2, 1), SampleEvent(2, 1)};
  EXPECT_EQ(Commit(changes), CommitResult::kDataRefused);
  changes = {};
  changes.visits = {SampleVisit(1, 1)};
  EXPECT_EQ(Commit(changes), CommitResult::kDataRefused);
  changes = {};
  changes.segments = {SampleSegment(1, 1)};
  EXPECT_EQ(Commit(changes), CommitResult::kDataRefused);
  changes = {};
  changes.notes = {SampleNote(1, 5)};
  changes.surveys = {SampleSurvey(1, 5, "csat"), SampleSurvey(1, 5, "nps")};
  ASSERT_EQ(Commit(changes), CommitResult::kCommitted);
  changes.surveys.clear();
  EXPECT_EQ(Commit(changes), CommitResult::kDataRefused);
  changes = {};
  changes.surveys = {SampleSurvey(1, 5, "nps")};
  EXPECT_EQ(Commit(changes), CommitResult::kDataRefused);
  changes = {};
  changes.ticket_details = {SampleDetail(1), SampleDetail(1)};
  EXPECT_EQ(Commit(changes), CommitResult::kDataRefused) << "which of the two is meant?";
  changes = {};
  changes.ticket_states = {SampleState(1), SampleState(1)};
  EXPECT_EQ(Commit(changes), CommitResult::kDataRefused) << "which of the two is meant?";
  changes = {};
  changes.visits = {SampleVisit(1, 2)};
  changes.agent_intervals = {SampleInterval("ann"), SampleInterval("ann")};
  changes.messages = {SampleMessage(1), SampleMessage(1)};
  EXPECT_EQ(Commit(changes), CommitResult::kCommitted);
}

// ----------------------------------------------------------------------------------------- resolve

TEST_P(StoreConformance, ResolveFindsABatchThatIsDurable) {
  const Batch batch = NextBatch();
  ASSERT_EQ(Commit(batch), CommitResult::kCommitted);
  const auto resolution = store_->Resolve(batch);
  ASSERT_TRUE(resolution.ok()) << resolution.status();
  EXPECT_TRUE(resolution->committed);
  EXPECT_EQ(resolution->epoch, epoch_ + 1);
  EXPECT_EQ(Commit(MakeBatch(epoch_, 2)), CommitResult::kFenced) << "the old epoch is over";
  EXPECT_EQ(Commit(MakeBatch(resolution->epoch, 2)), CommitResult::kCommitted);
}

TEST_P(StoreConformance, ResolveFindsABatchThatIsLost) {
  Batch batch = NextBatch();
  batch.changes = OneWorkspace();
  const auto resolution = store_->Resolve(batch);
  ASSERT_TRUE(resolution.ok()) << resolution.status();
  EXPECT_FALSE(resolution->committed);
  EXPECT_EQ(Commit(batch), CommitResult::kFenced) << "a COMMIT on its way must fail now";
  batch.epoch = epoch_ = resolution->epoch;
  EXPECT_EQ(Commit(batch), CommitResult::kCommitted);
  EXPECT_EQ(Load().state.workspaces.size(), 1u);
}

TEST_P(StoreConformance, ResolveIsAbortedWhenAnotherWriterTookOver) {
  const Batch batch = NextBatch();
  ASSERT_EQ(Commit(batch), CommitResult::kCommitted);
  ASSERT_TRUE(backing_->OpenStore().Acquire(0, "other").ok());
  EXPECT_EQ(store_->Resolve(batch).status().code(), absl::StatusCode::kAborted);
}

}  // namespace
}  // namespace tandem::tests
