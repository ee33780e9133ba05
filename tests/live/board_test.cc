// Goal: a board shows what rows say, each thing once and as it is now, and knows when it has missed
// something.
#include "server/live/board.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "router/resources.h"
#include "server/live/keyed.h"
#include "server/store/memory_store.h"
#include "tests/store/store_rows.h"

namespace tandem::live {
namespace {

using router::AgentStatus;
using router::TicketState;

struct Thing {
  int key = 0;
  bool gone = false;
  int value = 0;
  friend bool operator==(const Thing&, const Thing&) = default;
};

std::vector<std::pair<int, int>> Values(const Keyed<Thing>::Changes& changes) {
  std::vector<std::pair<int, int>> values;
  for (const auto& thing : changes.entries) {
    values.emplace_back(thing->key, thing->gone ? -1 : thing->value);
  }
  return values;
}

TEST(Keyed, GivesTheLatestOfWhatChangedOnce) {
  using Pairs = std::vector<std::pair<int, int>>;
  Keyed<Thing> things;
  for (int i = 1; i <= 3; ++i) things.Put({.key = i, .value = i});
  auto changes = things.Since(0);
  EXPECT_TRUE(changes.all);
  EXPECT_EQ(Values(changes), (Pairs{{1, 1}, {2, 2}, {3, 3}}));
  for (int i = 0; i < 100; ++i) things.Put({.key = 2, .value = i});
  things.Put({.key = 1, .value = 1});  // as it is
  changes = things.Since(changes.version);
  EXPECT_FALSE(changes.all);
  EXPECT_EQ(Values(changes), (Pairs{{2, 99}}));
  things.Put({.key = 3, .gone = true});
  things.Put({.key = 9, .gone = true});  // never was
  EXPECT_EQ(Values(things.Since(changes.version)), (Pairs{{3, -1}}));
  EXPECT_EQ(Values(things.Since(0)), (Pairs{{1, 1}, {2, 99}}));
  things.Put({.key = 3, .value = 7});  // is back
  EXPECT_EQ(Values(things.Since(changes.version)), (Pairs{{3, 7}}));
}

TEST(Keyed, GivesEverythingToWhoIsTooFarBehind) {
  Keyed<Thing> things;
  things.Put({.key = -1, .value = 5});
  const int64_t before = things.version();
  constexpr int kMore = static_cast<int>(Keyed<Thing>::kMaxGone) + 1;
  for (int i = 0; i < kMore; ++i) {
    things.Put({.key = i, .value = 1});
    things.Put({.key = i, .gone = true});
  }
  const auto changes = things.Since(before);
  EXPECT_TRUE(changes.all);
  EXPECT_EQ(changes.entries.size(), 1U);
  EXPECT_FALSE(things.Since(changes.version).all);
}

// A store with one workspace, and commits as an engine makes them.
class BoardTest : public ::testing::Test {
 protected:
  BoardTest() {
    epoch_ = store_.Acquire(0, "test")->epoch;
    router::Changes changes;
    router::WorkspaceRow workspace;
    workspace.workspace = "lisbon";
    workspace.configuration.queues.emplace_back().id = "chats";
    router::Channel& voice = workspace.configuration.channels.emplace_back();
    voice.id = "voice";
    voice.has_media = true;
    workspace.configuration.channels.emplace_back().id = "chat";
    router::RoutingProfile& profile = workspace.configuration.routing_profiles.emplace_back();
    profile.id = "all";
    profile.queues.emplace_back().queue = "chats";
    router::Agent& ann = workspace.configuration.agents.emplace_back();
    ann.id = "ann";
    ann.routing_profile = "all";
    tests::AddWorkspace(changes, workspace);
    changes.agents.push_back(AgentRow(AgentStatus::kOffline));
    Commit(std::move(changes));
  }

  static router::AgentRow AgentRow(AgentStatus status) {
    router::AgentRow row;
    row.workspace = "lisbon";
    row.agent = "ann";
    row.ordinal = 1;
    row.status = status;
    return row;
  }
  static router::TicketStateRow StateRow(uint64_t ticket, TicketState state, int64_t queued_at) {
    router::TicketStateRow row;
    row.workspace = "lisbon";
    row.ticket = {1, ticket};
    row.state = state;
    row.queue = "chats";
    row.queued_at = {queued_at};
    if (state != TicketState::kQueued && !router::IsSetAside(state)) row.agent = "ann";
    if (router::IsClosed(state)) row.closed_at = {queued_at};
    return row;
  }
  static router::TicketRow TicketRow(uint64_t ticket) {
    router::TicketRow row;
    row.workspace = "lisbon";
    row.ticket = {1, ticket};
    row.channel = "chat";
    row.client = "acme";
    return row;
  }
  static router::Changes NewTicket(uint64_t ticket, int64_t queued_at) {
    router::Changes changes;
    changes.tickets.push_back(TicketRow(ticket));
    changes.ticket_states.push_back(StateRow(ticket, TicketState::kQueued, queued_at));
    return changes;
  }
  static router::Changes Moved(uint64_t ticket, TicketState state, int64_t queued_at) {
    router::Changes changes;
    changes.ticket_states.push_back(StateRow(ticket, state, queued_at));
    return changes;
  }

  // Durable, and not told to the board.
  Board::BatchPtr Commit(router::Changes changes) {
    store::Batch batch;
    batch.epoch = epoch_;
    batch.sequence = ++sequence_;
    batch.at = {sequence_};
    batch.changes = std::move(changes);
    EXPECT_EQ(store_.Commit(batch), store::CommitResult::kCommitted);
    return std::make_shared<const store::Batch>(std::move(batch));
  }
  void Tell(router::Changes changes) { board_.Take(Commit(std::move(changes))); }
  void Load() {
    ASSERT_TRUE(board_.BeginLoad());
    ASSERT_TRUE(board_.Load(store_).ok());
  }
  QueueEntry Chats() {
    const auto shown = board_.QueuesSince(0);
    EXPECT_EQ(shown.commit, sequence_);
    EXPECT_EQ(shown.changes.entries.size(), 1U);
    return shown.changes.entries.empty() ? QueueEntry() : *shown.changes.entries.front();
  }
  AgentEntry Ann() {
    const auto shown = board_.AgentsSince(0);
    EXPECT_EQ(shown.changes.entries.size(), 1U);
    return shown.changes.entries.empty() ? AgentEntry() : *shown.changes.entries.front();
  }

  store::MemoryStore store_;
  int64_t epoch_ = 0;
  int64_t sequence_ = 0;
  Board board_{"lisbon"};
};

TEST_F(BoardTest, KeepsTheLastVisitsOfEachQueue) {
  const router::Time now{router::Hours(1).us};
  const auto answered = [&](uint64_t ticket) {
    router::Changes changes;
    router::VisitRow& visit = changes.visits.emplace_back();
    visit.workspace = "lisbon";
    visit.ticket = {1, ticket};
    visit.visit_number = 1;
    visit.queue = "chats";
    visit.left_at = now - router::Seconds(static_cast<int64_t>(100 - ticket));
    visit.entered_at = visit.left_at - router::Seconds(7);
    visit.target = visit.left_at;
    visit.exit_reason = router::ExitReason::kAnswered;
    return changes;
  };
  for (uint64_t ticket = 1; ticket <= 40; ticket += 10) Commit(answered(ticket));
  Load();
  EXPECT_FALSE(Chats().recent.Interval(now)) << "four tell nothing";
  Tell(answered(50));
  EXPECT_EQ(Chats().recent.Interval(now), router::Seconds(7));
  EXPECT_EQ(Chats().recent.ServiceLevel(now),
            (router::RecentVisits::Level{.in_target = 5, .decided = 5}));
  router::Changes transferred = answered(51);
  transferred.visits[0].exit_reason = router::ExitReason::kTransferred;
  Tell(std::move(transferred));
  EXPECT_EQ(Chats().recent.ServiceLevel(now)->decided, 5U);
}

TEST_F(BoardTest, GoesOnWithATicketThatIsReopened) {
  Load();
  Tell(NewTicket(1, 10));
  Tell(Moved(1, TicketState::kCompleted, 10));
  EXPECT_EQ(Chats().waiting, 0);
  router::Changes reopened = Moved(1, TicketState::kOffered, 20);
  reopened.reopened.push_back(TicketRow(1));
  Tell(std::move(reopened));
  EXPECT_EQ(Chats().offered, 1);
  EXPECT_EQ(Ann().offers, 1);
}

TEST_F(BoardTest, CountsFromTheDatabaseAndGoesOnFromBatches) {
  Commit(NewTicket(1, 10));
  EXPECT_EQ(board_.QueuesSince(0).commit, 0) << "not loaded";
  Load();
  EXPECT_EQ(Chats().waiting, 1);
  Tell(NewTicket(2, 5));
  EXPECT_EQ(Chats().waiting, 2);
  EXPECT_EQ(Chats().oldest_queued_at, (router::Time{5}));
  Tell(Moved(2, TicketState::kOffered, 5));
  EXPECT_EQ(Chats().offered, 1);
  EXPECT_EQ(Ann().offers, 1);
  Tell(Moved(2, TicketState::kActive, 5));
  EXPECT_EQ(Chats().waiting, 1);
  EXPECT_EQ(Chats().active, 1);
  EXPECT_EQ(Chats().oldest_queued_at, (router::Time{10}));
  EXPECT_EQ(Ann().offers, 0);
  ASSERT_EQ(Ann().work.size(), 1U);
  EXPECT_EQ(Ann().work[0].channel, "chat");
  EXPECT_EQ(Ann().work[0].client, "acme");
  Tell(Moved(2, TicketState::kParked, 5));
  EXPECT_EQ(Chats().parked, 1);
  EXPECT_EQ(Chats().active + Chats().scheduled, 0);
  EXPECT_TRUE(Ann().work.empty());
  Tell(Moved(2, TicketState::kActive, 5));
  EXPECT_EQ(Chats().parked, 0);
  Tell(Moved(2, TicketState::kCompleted, 5));
  EXPECT_EQ(Chats().active, 0);
  EXPECT_TRUE(Ann().work.empty());
  router::Changes available;
  available.agents.push_back(AgentRow(AgentStatus::kAvailable));
  Tell(std::move(available));
  EXPECT_EQ(Chats().agents, 1);
  EXPECT_EQ(Chats().available_agents, 1);
}

TEST_F(BoardTest, TellsSinceWhenWorkIsInItsStateAndOnHold) {
  const auto moved = [](TicketState state) {
    router::Changes changes = Moved(1, state, 10);
    router::TicketStateRow& row = changes.ticket_states[0];
    row.segment_began_at = {20};
    if (state == TicketState::kOffered) return changes;
    row.accepted_at = {30};
    if (state == TicketState::kConnecting) return changes;
    row.connected_at = {40};
    return changes;
  };
  const auto expect = [&](int64_t since, int64_t held_since) {
    const AgentEntry ann = Ann();
    ASSERT_EQ(ann.work.size(), 1U);
    EXPECT_EQ(ann.work[0].since, (router::Time{since}));
    EXPECT_EQ(ann.work[0].had_since, (router::Time{20}));
    EXPECT_EQ(ann.work[0].held_since, (router::Time{held_since}));
  };
  Commit(NewTicket(1, 10));
  Commit(moved(TicketState::kOffered));
  Load();
  expect(20, 0);
  Tell(moved(TicketState::kConnecting));
  expect(30, 0);
  Tell(moved(TicketState::kActive));
  expect(40, 0);
  router::Changes held = moved(TicketState::kActive);
  held.ticket_states[0].held_since = {45};
  Tell(std::move(held));
  expect(40, 45);
  router::Changes ended = moved(TicketState::kWrapUp);
  ended.ticket_states[0].disconnected_at = {50};
  Tell(std::move(ended));
  expect(50, 0);
  router::Changes finished = moved(TicketState::kWrapUp);
  finished.ticket_states[0].disconnected_at = {50};
  finished.ticket_states[0].finished_at = {55};
  Tell(std::move(finished));
  expect(55, 0);
}

TEST_F(BoardTest, CountsAnOfferForEachAgentWhomATicketRings) {
  const auto ring = [](const char* first, const char* second) {
    router::Changes changes = Moved(1, TicketState::kOffered, 10);
    changes.ticket_states[0].agent = first;
    changes.ticket_states[0].segment_began_at = router::Time{20};
    router::ParticipantRow& row =
        changes.ticket_states[0].participants.emplace().all.emplace_back();
    row.agent = second;
    row.role = router::AssignmentRole::kOwner;
    row.began_at = router::Time{30};
    return changes;
  };
  const auto at = [&](const std::string& agent) {
    for (const auto& entry : board_.AgentsSince(0).changes.entries) {
      if (entry->agent == agent) return *entry;
    }
    return AgentEntry();
  };
  Commit(NewTicket(1, 10));
  Commit(ring("ben", "ann"));
  Load();
  EXPECT_EQ(Chats().offered, 1);
  EXPECT_EQ(at("ann").offers, 1);
  ASSERT_EQ(at("ann").work.size(), 1U);
  EXPECT_EQ(at("ann").work[0].since, (router::Time{30}));
  Tell(ring("ann", "cem"));
  EXPECT_EQ(at("ann").work[0].since, (router::Time{20}));
  EXPECT_EQ(at("ann").offers, 1);
  Tell(Moved(1, TicketState::kActive, 10));
  EXPECT_EQ(at("ann").owned, 1);
  EXPECT_EQ(at("ann").offers, 0);
  Tell(ring("cem", "ann"));
  Tell(Moved(1, TicketState::kQueued, 10));
  EXPECT_TRUE(at("ann").work.empty());
}

TEST_F(BoardTest, KnowsTheChannelThatATicketHasNow) {
  Commit(NewTicket(1, 10));
  Load();
  const auto call_back = [&](TicketState state) {
    router::Changes moved = Moved(1, state, 10);
    moved.ticket_states[0].offer_number = 1;
    moved.ticket_states[0].channel = "voice";
    Tell(std::move(moved));
  };
  call_back(TicketState::kQueued);
  call_back(TicketState::kConnecting);
  EXPECT_EQ(Ann().work[0].channel, "voice");
  const auto shown = board_.ConnectionsSince(0);
  ASSERT_EQ(shown.changes.entries.size(), 1U);
  EXPECT_EQ(shown.changes.entries[0]->channel, "voice");
  EXPECT_EQ(shown.changes.entries[0]->external_id, "") << "it came over a channel without media";
}

TEST_F(BoardTest, KnowsTheConnectionsThatAreWanted) {
  router::Changes changes = NewTicket(1, 10);
  changes.tickets[0].channel = "voice";
  changes.tickets[0].external_id = "sip-77";
  Commit(std::move(changes));
  Load();
  EXPECT_EQ(board_.Channels(), (std::map<std::string, bool>{{"chat", false}, {"voice", true}}));
  const auto move = [&](TicketState state, uint32_t offer) {
    router::Changes moved = Moved(1, state, 10);
    moved.ticket_states[0].offer_number = offer;
    Tell(std::move(moved));
  };
  int64_t version = 0;
  // What changed: the offer's number and c(onnecting), C(onnected) or g(one).
  const auto changed = [&] {
    const auto shown = board_.ConnectionsSince(version);
    version = shown.changes.version;
    std::string text;
    for (const auto& entry : shown.changes.entries) {
      text += std::to_string(entry->key.number);
      text += entry->gone ? "g" : entry->connected ? "C" : "c";
      EXPECT_EQ(entry->external_id, entry->gone ? "" : "sip-77");
    }
    return text;
  };
  EXPECT_EQ(changed(), "");
  move(TicketState::kOffered, 1);
  EXPECT_EQ(changed(), "");
  move(TicketState::kConnecting, 1);
  EXPECT_EQ(changed(), "1c");
  move(TicketState::kQueued, 1);
  EXPECT_EQ(changed(), "1g");
  move(TicketState::kConnecting, 2);
  EXPECT_EQ(changed(), "2c");
  move(TicketState::kConnecting, 3);
  EXPECT_EQ(changed(), "2g3c");
  move(TicketState::kActive, 3);
  EXPECT_EQ(changed(), "3C");
  // Gone while the board was not told: found out when it is loaded again.
  Commit(Moved(1, TicketState::kCompleted, 10));
  board_.Lose();
  Load();
  EXPECT_EQ(changed(), "3g");
}

TEST_F(BoardTest, TakesInWhatComesWhileItIsLoaded) {
  ASSERT_TRUE(board_.BeginLoad());
  EXPECT_FALSE(board_.BeginLoad()) << "one is at it";
  Tell(NewTicket(1, 10));  // also in what is read: must count once
  ASSERT_TRUE(board_.Load(store_).ok());
  EXPECT_EQ(Chats().waiting, 1);
}

TEST_F(BoardTest, ShowsNothingAfterAGapUntilItIsLoadedAgain) {
  Load();
  Tell(NewTicket(1, 10));
  const int64_t version = board_.QueuesSince(0).changes.version;
  Commit(NewTicket(2, 11));  // missed
  Tell(NewTicket(3, 12));
  EXPECT_EQ(board_.QueuesSince(version).commit, 0);
  Load();
  const auto shown = board_.QueuesSince(version);
  EXPECT_FALSE(shown.changes.all) << "the same things, so a reader goes on";
  ASSERT_EQ(shown.changes.entries.size(), 1U);
  EXPECT_EQ(shown.changes.entries[0]->waiting, 3);
}

TEST_F(BoardTest, LostWhileItIsLoadedIsLoadedAgain) {
  ASSERT_TRUE(board_.BeginLoad());
  board_.Lose();
  EXPECT_FALSE(board_.BeginLoad()) << "one is at it still";
  ASSERT_TRUE(board_.Load(store_).ok());
  EXPECT_EQ(board_.QueuesSince(0).commit, 0);
  Load();
  EXPECT_EQ(Chats().waiting, 0);
  store_.SetUnavailable(true);
  board_.Lose();
  ASSERT_TRUE(board_.BeginLoad());
  EXPECT_EQ(board_.Load(store_).code(), absl::StatusCode::kUnavailable);
  store_.SetUnavailable(false);
  Load();
}

TEST_F(BoardTest, HoldsABoundedNumberOfRowsWhileItIsLoaded) {
  ASSERT_TRUE(board_.BeginLoad());
  store::Batch large;
  large.changes.messages.resize(Board::kMaxWaitingRows);
  const auto batch = std::make_shared<const store::Batch>(std::move(large));
  board_.Take(batch);
  EXPECT_EQ(batch.use_count(), 1) << "it is not held";
  Tell(NewTicket(1, 10));
  ASSERT_TRUE(board_.Load(store_).ok());
  EXPECT_EQ(board_.QueuesSince(0).commit, 0) << "to be loaded again";
  Load();
  EXPECT_EQ(Chats().waiting, 1);
}

TEST_F(BoardTest, FollowsResourcesThatChangeOneByOne) {
  router::Changes available;
  available.agents.push_back(AgentRow(AgentStatus::kAvailable));
  Commit(std::move(available));
  Load();
  ASSERT_EQ(Chats().available_agents, 1);
  const auto tell = [&](const router::Resource& resource, bool removed = false) {
    router::Changes changes;
    changes.resources.push_back({.workspace = "lisbon", .resource = resource, .removed = removed});
    Tell(std::move(changes));
  };
  int64_t agents = board_.AgentsSince(0).changes.version;
  router::Skill skill;
  skill.id = "cards";
  tell(skill);
  router::Queue calls;
  calls.id = "calls";
  tell(calls);
  EXPECT_TRUE(board_.AgentsSince(agents).changes.entries.empty()) << "nothing of theirs changed";
  const auto available_in = [&](const std::string& queue) {
    for (const auto& entry : board_.QueuesSince(0).changes.entries) {
      if (entry->queue == queue && !entry->gone) return entry->available_agents;
    }
    return -1;
  };
  EXPECT_EQ(available_in("calls"), 0);
  router::RoutingProfile profile;
  profile.id = "all";
  profile.queues.emplace_back().queue = "calls";
  tell(profile);
  EXPECT_EQ(available_in("calls"), 1);
  EXPECT_EQ(available_in("chats"), 0);
  ASSERT_EQ(board_.AgentsSince(agents).changes.entries.size(), 1U);
  EXPECT_EQ(*Ann().place->queues, (std::vector<std::string>{"calls"}));
  router::Agent ann;
  ann.id = "ann";
  ann.team = "north";
  ann.routing_profile = "all";
  tell(ann);
  EXPECT_EQ(Ann().place->team, "north");
  EXPECT_EQ(available_in("calls"), 1);
  tell(calls, /*removed=*/true);
  EXPECT_EQ(available_in("calls"), -1);
  tell(ann, /*removed=*/true);
  EXPECT_TRUE(board_.AgentsSince(0).changes.entries.empty());
}

TEST_F(BoardTest, TellsNoAgentAgainWhenItIsLoadedAgain) {
  Load();
  const int64_t version = board_.AgentsSince(0).changes.version;
  board_.Lose();
  Load();
  EXPECT_TRUE(board_.AgentsSince(version).changes.entries.empty());
}

TEST_F(BoardTest, IsLoadedAgainWhenAChannelGetsMedia) {
  Load();
  router::Channel chat;
  chat.id = "chat";
  chat.has_media = true;
  router::Changes changes;
  changes.resources.push_back({.workspace = "lisbon", .resource = chat});
  Tell(std::move(changes));
  EXPECT_FALSE(board_.Channels().has_value());
  Load();
  EXPECT_TRUE(board_.Channels()->at("chat"));
}

}  // namespace
}  // namespace tandem::live
