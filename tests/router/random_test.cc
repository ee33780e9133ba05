// The router against its reference on random commands.
//
// Goal: for any commands at any instants the two give the same replies and the same events. On the
// way: every invariant holds; nothing that could be routed waits; the same commands give a second
// router the same changes and the same state; a router loaded from the rows has the same state and
// goes on in the same way; the facts fit the events. Method: many short runs, each a world of its
// own from a seed that a failure prints.
//   TANDEM_RANDOM_COMMANDS=n   how many commands in all
//   TANDEM_RANDOM_SEED=n       do only the run of this seed
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "router/router.h"
#include "tests/router/fact_checker.h"
#include "tests/router/random_commands.h"
#include "tests/router/reference_router.h"
#include "tests/router/row_store.h"
#include "tests/router/text.h"

namespace tandem::router {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr int64_t kDefaultCommands = 40'000;
#else
constexpr int64_t kDefaultCommands = 1'000'000;
#endif
constexpr int64_t kCommandsPerRun = 2'000;

int64_t NumberFromEnvironment(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoll(text, nullptr, 10);
}

// Events by workspace, one line each: the order between workspaces is nobody's business. What was
// asked is in words, of which the reference has none.
std::string TextOf(std::vector<EventRow> events) {
  std::map<std::string, std::string> by_workspace;
  for (EventRow& event : events) {
    if (event.type == EventType::kTicketUpdated) {
      event.reason.resize(std::min(event.reason.find(": "), event.reason.size()));
    }
    by_workspace[event.workspace] += router::TextOf(event) + "\n";
  }
  std::string text;
  for (const auto& [workspace, lines] : by_workspace) text += lines;
  return text;
}

struct RunOptions {
  RandomOptions commands;
  RouterOptions router;
};

// How often each event happened and each refusal was given: a world in which nothing happens proves
// nothing.
struct Tally {
  std::map<EventType, int64_t> events;
  std::map<Reason, int64_t> refusals;
  std::map<std::string, int64_t> skipped_steps;  // by reason

  void Count(const Outcome& outcome, const Changes& changes) {
    for (const EventRow& event : changes.events) {
      ++events[event.type];
      if (event.type == EventType::kPlanStepSkipped) ++skipped_steps[event.reason];
    }
    if (const auto* rejection = std::get_if<Rejection>(&outcome)) ++refusals[rejection->reason];
  }
};

// One world: the reference, the router, a second router that is given the same commands, and at
// times a third one that was loaded from the rows.
class World {
 public:
  World(uint64_t seed, RunOptions options)
      : seed_(seed),
        options_(options),
        commands_(seed, options.commands),
        reference_(options.router),
        real_(std::make_unique<Router>(options.router)),
        replay_(std::make_unique<Router>(options.router)) {
    at_work_ = this;
    std::signal(SIGABRT, [](int) {
      if (at_work_ == nullptr) return;
      std::fprintf(stderr, "seed %llu%s", static_cast<unsigned long long>(at_work_->seed_),
                   at_work_->History().c_str());
    });
  }
  ~World() { at_work_ = nullptr; }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const Tally& tally() const { return tally_; }

  void Do(int64_t commands) {
    for (int64_t count = 0; count < commands && !testing::Test::HasFailure(); ++count) {
      now_ = now_ + commands_.NextStep(now_, reference_.NextDeadline());
      if (reference_.NextDeadline() <= now_ && commands_.Chance(90)) {
        Execute(Command{"", AdvanceTime{}});
      }
      if (reference_.HasPendingRouting() && commands_.Chance(50)) {
        Execute(Command{"", ContinueRouting{}});
      }
      if (count % 100 == 99) LoadTwin();
      if (count % 100 == 50) twin_ = nullptr;
      Command command = commands_.Next(reference_, now_);
      BringClosed(command);
      Execute(command);
    }
    if (!testing::Test::HasFailure()) ExpectSameState(*replay_, "the second router");
  }

 private:
  // As a caller does who was told that there is no such open ticket, or who wants it classified.
  void BringClosed(Command& command) const {
    std::visit(
        [&](auto& action) {
          if constexpr (requires { action.closed; }) {
            auto closed = store_.FindClosed(command.workspace, action.ticket);
            if (closed) action.closed = std::move(closed);
          }
          if constexpr (requires { action.reclassify; }) {
            if (action.reclassify)
              action.contact = store_.FindContact(command.workspace, action.ticket);
          }
        },
        command.action);
  }

  void Execute(const Command& command) {
    if (testing::Test::HasFailure()) return;
    log_.push_back(router::TextOf(now_) + " " + router::TextOf(command));
    if (log_.size() > 25) log_.pop_front();

    const Outcome expected = reference_.Execute(command, now_);
    const std::string expected_events = TextOf(reference_.TakeEvents());
    const Outcome actual = real_->Execute(command, now_);
    const Changes changes = real_->TakeChanges();
    EXPECT_EQ(router::TextOf(expected, /*with_clauses=*/false),
              router::TextOf(actual, /*with_clauses=*/false))
        << History();
    EXPECT_EQ(expected_events, TextOf(changes.events)) << History();
    EXPECT_EQ(reference_.NextDeadline(), real_->NextDeadline()) << History();
    // The router may find out one command later that nothing is left to do, or know it at once.
    while (reference_.HasPendingRouting() && !real_->HasPendingRouting()) {
      (void)reference_.Execute({"", ContinueRouting{}}, now_);
      EXPECT_EQ(TextOf(reference_.TakeEvents()), "") << History();
    }
    EXPECT_EQ(!cut_into_slices_ && real_->HasPendingRouting(), false) << History();
    if (testing::Test::HasFailure()) return;

    tally_.Count(actual, changes);
    store_.Commit(changes);
    const std::string wrong = facts_.Check(changes, now_);
    EXPECT_EQ(wrong, "") << History();
    const std::string text = router::TextOf(changes);
    ExpectSame(*replay_, command, actual, text, "the second router");
    if (twin_ != nullptr) ExpectSame(*twin_, command, actual, text, "the loaded router");
    real_->CheckInvariants();
  }

  void ExpectSame(Router& other, const Command& command, const Outcome& outcome,
                  const std::string& changes, const char* who) {
    const Outcome others = other.Execute(command, now_);
    EXPECT_EQ(router::TextOf(outcome), router::TextOf(others)) << who << History();
    EXPECT_EQ(changes, router::TextOf(other.TakeChanges())) << who << History();
  }

  // The first lines of the two dumps that differ.
  void ExpectSameState(const Router& other, const char* who) {
    std::istringstream ours(real_->Dump());
    std::istringstream theirs(other.Dump());
    std::string our_line, their_line;
    bool more = true;
    while (more && our_line == their_line) {
      const bool more_of_ours = static_cast<bool>(std::getline(ours, our_line));
      const bool more_of_theirs = static_cast<bool>(std::getline(theirs, their_line));
      if (!more_of_ours) our_line.clear();
      if (!more_of_theirs) their_line.clear();
      more = more_of_ours || more_of_theirs;
    }
    EXPECT_EQ(our_line, their_line) << who << History();
  }

  void LoadTwin() {
    // While something is due, it is not seen to for which tickets a delay has passed.
    if (real_->HasPendingRouting() || real_->NextDeadline() <= now_) return;
    twin_ = std::make_unique<Router>(options_.router);
    twin_->Load(store_.Load(), now_);
    while (twin_->HasPendingRouting()) {
      (void)twin_->Execute(Command{"", ContinueRouting{}}, now_);
    }
    EXPECT_EQ(router::TextOf(twin_->TakeChanges()), "") << "after loading" << History();
    ExpectSameState(*twin_, "after loading");
    twin_->CheckInvariants();
  }

  std::string History() const {
    std::string text = "\nthe commands before, the last one is the one:\n";
    for (const std::string& line : log_) text += "  " + line + "\n";
    return text;
  }

  // Whose history is told when the router aborts.
  static inline World* at_work_ = nullptr;

  uint64_t seed_;
  RunOptions options_;
  bool cut_into_slices_ = options_.router.max_offers_per_slice < kMaxOffersPerSlice;
  RandomCommands commands_;
  ReferenceRouter reference_;
  std::unique_ptr<Router> real_;
  std::unique_ptr<Router> replay_;
  std::unique_ptr<Router> twin_;
  RowStore store_;
  FactChecker facts_;
  Tally tally_;
  std::deque<std::string> log_;
  Time now_ = kStart;
};

// Everything that can happen has to have happened, and every refusal that the router gives.
void ExpectAllSeen(const Tally& tally) {
  for (int type = 1; type <= static_cast<int>(kLastEventType); ++type) {
    const auto event = static_cast<EventType>(type);
    if (*ToString(event) == 0) continue;  // no type has the number
    EXPECT_GT(tally.events.count(event), 0U) << ToString(event);
  }
  for (const Reason reason : {Reason::kWorkspaceNotFound,
                              Reason::kTicketNotFound,
                              Reason::kAgentNotFound,
                              Reason::kQueueNotFound,
                              Reason::kProcessTypeUnknown,
                              Reason::kChannelUnknown,
                              Reason::kClientUnknown,
                              Reason::kSkillUnknown,
                              Reason::kDispositionUnknown,
                              Reason::kNotReadyReasonUnknown,
                              Reason::kNoQueueForContact,
                              Reason::kQueueOfOtherClient,
                              Reason::kQueueFull,
                              Reason::kTooManyOpenTickets,
                              Reason::kTicketStateForbids,
                              Reason::kOfferGone,
                              Reason::kOfferOfOtherAgent,
                              Reason::kAnsweredElsewhere,
                              Reason::kNotOwner,
                              Reason::kMediaConnected,
                              Reason::kAlreadyAnswered,
                              Reason::kNotLeased,
                              Reason::kChannelWithoutMedia,
                              Reason::kSessionFenced,
                              Reason::kNoSession,
                              Reason::kStatusNotSettable,
                              Reason::kRevisionStale,
                              Reason::kReferenceBroken,
                              Reason::kResourceInUse,
                              Reason::kAgentNotQualified,
                              Reason::kConversationOpen,
                              Reason::kAgentStatusForbids,
                              Reason::kAgentBusy,
                              Reason::kResourceNotFound,
                              Reason::kResourceExists,
                              Reason::kResourceReferenced,
                              Reason::kResourceBuiltIn,
                              Reason::kParentNotOpen,
                              Reason::kTicketOfOtherClient,
                              Reason::kDependencyNotOpen,
                              Reason::kNoOpenChild,
                              Reason::kCircularWait,
                              Reason::kFieldRequired,
                              Reason::kIdDuplicate,
                              Reason::kParkingReasonUnknown,
                              Reason::kAgentMayNotTake,
                              Reason::kAgentCannotTakeNow,
                              Reason::kPauseLimitReached,
                              Reason::kQueueClosed,
                              Reason::kOverflowEndless,
                              Reason::kTicketIsCallback,
                              Reason::kTicketIsNoCallback,
                              Reason::kCallbackWindowEnded,
                              Reason::kAlreadyParticipant,
                              Reason::kNotParticipant,
                              Reason::kParticipantRoleForbids,
                              Reason::kAgentNotAutomated,
                              Reason::kConsultationOpen,
                              Reason::kNoConsultation,
                              Reason::kTicketIsConsultation,
                              Reason::kQueueNotLive,
                              Reason::kTicketIsForPeople,
                              Reason::kTicketIsReview,
                              Reason::kTicketIsNoReview}) {
    EXPECT_GT(tally.refusals.count(reason), 0U) << ToString(reason);
  }
  for (const char* reason : {"CONDITION", "QUEUE_GONE", "QUEUE_OF_OTHER_CLIENT", "QUEUE_CLOSED",
                             "QUEUE_FULL", "ACCEPTED", "CALLBACK"}) {
    EXPECT_GT(tally.skipped_steps.count(reason), 0U) << reason;
  }
}

// A few kinds of worlds in turn.
RunOptions OptionsOf(uint64_t seed) {
  RunOptions options;
  switch (seed % 4) {
    case 0:
      break;
    case 1:  // much waits
      options.commands = {1, 60};
      break;
    case 2:  // little waits, so that tickets find agents more often than agents find tickets
      options.commands = {2, 8};
      options.router.max_open_tickets = 14;
      break;
    case 3:  // routing in slices
      options.commands = {1, 30};
      options.router.max_offers_per_slice = 1 + static_cast<uint32_t>(seed / 4 % 3);
      options.router.max_timers_per_slice = 1 + static_cast<uint32_t>(seed / 8 % 3);
      break;
  }
  return options;
}

TEST(Router, AgreesWithTheReferenceOnRandomCommands) {
  const int64_t only = NumberFromEnvironment("TANDEM_RANDOM_SEED", -1);
  const int64_t commands = NumberFromEnvironment("TANDEM_RANDOM_COMMANDS", kDefaultCommands);
  const int64_t runs = (commands + kCommandsPerRun - 1) / kCommandsPerRun;
  Tally tally;
  for (int64_t index = 0; index < runs && !HasFailure(); ++index) {
    const auto seed = static_cast<uint64_t>(only >= 0 ? only : index);
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed, OptionsOf(seed));
    world.Do(kCommandsPerRun);
    for (const auto& [type, count] : world.tally().events) tally.events[type] += count;
    for (const auto& [reason, count] : world.tally().refusals) tally.refusals[reason] += count;
    for (const auto& [reason, count] : world.tally().skipped_steps) {
      tally.skipped_steps[reason] += count;
    }
    if (only >= 0) return;
  }
  if (commands >= 100'000 && !HasFailure()) ExpectAllSeen(tally);
  for (const auto& [type, count] : tally.events) {
    RecordProperty(ToString(type), std::to_string(count));
  }
}

}  // namespace
}  // namespace tandem::router
