// The router alone: one thread, no IO.
//
// Decisions: what routing consists of, apart from events, facts and rows, each timed by itself.
// Half of the agents are ready while tickets wait, which no command would leave so: it makes every
// look-up find something. In turns
//   - idle update: an agent leaves the ready lists and comes back as the one who is idle last;
//   - pick ticket: a freed agent's best ticket of all that wait;
//   - find agent: the agent for a ticket, among the ready ones.
// The picked ticket is queued anew, the agent found is put back, so all stays as large as it is.
//
// Commands: random busy agents complete their tickets, which frees them, which makes the router
// pick their best waiting tickets and offer them; as many tickets come in; the offers are accepted.
// Events, facts, notices and rows of every change are built, as for a commit. Beside it, whole
// commands for what is new: a skill that an agent did not have, a class that no ticket had; and the
// explanation of a ticket that waits.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"

#include "router/commands.h"
#include "router/resources.h"
#include "router/state.h"
#include "tests/bench/bench_router.h"
#include "tests/bench/figures.h"
#include "tests/bench/router_workload.h"

namespace tandem::router {
namespace {

// Commands come in groups, as they do while a commit runs.
constexpr size_t kGroup = 32;
// New classes and new profiles: so few that the floor stays about what it is said to be.
constexpr size_t kStrangers = 2'000;
constexpr size_t kExplanations = 100;

using bench::Print;
using Clock = std::chrono::steady_clock;

// How long each of many calls took; reading the clock, about 25 ns, is in it.
class Samples {
 public:
  template <typename Function>
  auto Time(Function function) {
    const Clock::time_point start = Clock::now();
    auto result = function();
    const auto took = std::chrono::nanoseconds(Clock::now() - start).count();
    taken_.push_back(static_cast<uint32_t>(std::min<int64_t>(took, UINT32_MAX)));
    return result;
  }

  void Print(const std::string& name) {
    std::sort(taken_.begin(), taken_.end());
    for (const auto& [suffix, share] : {std::pair{"_p50", 0.5}, {"_p99", 0.99}}) {
      const auto rank = static_cast<size_t>(share * static_cast<double>(taken_.size()));
      bench::Print(name + suffix, taken_.empty() ? 0 : taken_[rank] / 1'000.0, "us", 2);
    }
  }

 private:
  std::vector<uint32_t> taken_;
};

// A floor that only commands change.
class Floor {
 public:
  Floor(FloorSize size, DistributionMode mode)
      : workload_(size, mode),
        configuration_(workload_.MakeConfiguration()),
        router_(configuration_) {
    for (size_t i = 0; i < size.waiting; ++i) router_.Ingest(workload_.MakeContact());
    (void)router_.TakeChanges();
    for (const Agent& agent : configuration_.agents) {
      router_.Run(OpenSession{agent.id, "s"});
      router_.Run(SetAgentStatus{{agent.id, 1}, AgentStatus::kAvailable, ""});
    }
    AcceptOffers();
  }

  // One group: random busy agents complete, the freed ones accept what they are offered, and as
  // many tickets come in. Returns the commands decided.
  [[gnu::noinline]] size_t Group() {
    size_t decided = 0;
    router_.RunTimers();
    for (size_t i = 0; i < kGroup && !busy_.empty(); ++i) {
      const size_t pick = random_() % busy_.size();
      const auto [ticket, agent] = busy_[pick];
      busy_[pick] = busy_.back();
      busy_.pop_back();
      router_.Run(CompleteTicket{ticket, {agent, 1}, ""});
      router_.Ingest(workload_.MakeContact());
      decided += 2;
    }
    return decided + AcceptOffers();
  }

  // A ticket of a class that none had before, in the time that the whole command takes.
  [[gnu::noinline]] void IngestStranger(Samples& samples) {
    NewContact contact = workload_.MakeStranger();
    samples.Time([&] {
      router_.Ingest(std::move(contact));
      return true;
    });
  }

  // One more skill for a random agent, which makes its traits unlike all others.
  [[gnu::noinline]] void AddSkill(Samples& samples) {
    Agent& agent = configuration_.agents[random_() % configuration_.agents.size()];
    const std::string skill = "skill" + std::to_string(random_() % 200);
    for (const SkillLevel& has : agent.skills) {
      if (has.skill == skill) return;
    }
    agent.skills.push_back({skill, 7});
    UpdateResource update{agent, {"skills"}};
    samples.Time([&] {
      router_.Run(std::move(update));
      return true;
    });
  }

  // Why a ticket waits, of the one that came in last.
  [[gnu::noinline]] void Explain(Samples& samples) {
    const TicketId last = router_.last_ticket();
    samples.Time([&] {
      router_.Run(ExplainTicket{last});
      return true;
    });
  }

  size_t offers() const { return offers_; }
  size_t waiting() const { return router_.router().OpenTickets() - busy_.size(); }

 private:
  // Of those who are asked at once, the first one.
  size_t AcceptOffers() {
    size_t accepted = 0;
    Changes changes = router_.TakeChanges();
    absl::flat_hash_set<std::pair<TicketId, uint32_t>> rescinded;
    for (const EventRow& event : changes.events) {
      if (event.type != EventType::kOfferRescinded) continue;
      rescinded.emplace(event.ticket, event.offer_number);
    }
    absl::flat_hash_set<TicketId> taken;
    for (const EventRow& event : changes.events) {
      if (event.type != EventType::kTicketOffered) continue;
      ++offers_;
      if (rescinded.contains({event.ticket, event.offer_number})) continue;
      if (!taken.insert(event.ticket).second) continue;
      ++accepted;
      router_.Run(AcceptOffer{{event.agent, 1}, {event.ticket, event.offer_number}});
      busy_.emplace_back(event.ticket, event.agent);
    }
    return accepted;
  }

  std::mt19937_64 random_{1};
  RouterWorkload workload_;
  Configuration configuration_;
  BenchRouter router_;
  size_t offers_ = 0;
  std::vector<std::pair<TicketId, std::string>> busy_;
};

// Returns commands and offers per second.
double MeasureCommands(const std::string& name, FloorSize size, DistributionMode mode,
                       size_t groups) {
  Floor floor(size, mode);
  Print(name + "_memory", ResidentMemory(), "MiB");
  for (size_t i = 0; i < groups / 10; ++i) (void)floor.Group();
  const size_t offers_before = floor.offers();
  size_t decided = 0;
  const auto start = Clock::now();
  for (size_t i = 0; i < groups; ++i) decided += floor.Group();
  const std::chrono::duration<double> took = Clock::now() - start;
  const auto offers = static_cast<double>(floor.offers() - offers_before);
  const double rate = (static_cast<double>(decided) + offers) / took.count();
  Print(name, rate, "commands+offers/s");
  Print(name + "_lifecycles", offers / took.count(), "lifecycles/s");
  Print(name + "_offers_per_command", offers / static_cast<double>(decided), "ratio", 3);
  Print(name + "_waiting", static_cast<double>(floor.waiting()), "tickets");

  Samples strangers, skills;
  for (size_t i = 0; i < std::min(groups, kStrangers); ++i) {
    floor.IngestStranger(strangers);
    floor.AddSkill(skills);
    (void)floor.Group();
  }
  strangers.Print(name + "_new_class_at_ingest");
  skills.Print(name + "_new_skill_on_agent");
  Samples explanations;
  for (size_t i = 0; i < kExplanations; ++i) {
    floor.Explain(explanations);
    (void)floor.Group();
  }
  explanations.Print(name + "_explain_ticket");
  return rate;
}

// A workspace whose indexes are changed directly.
class Indexes {
 public:
  Indexes(FloorSize size, DistributionMode mode)
      : workload_(size, mode), half_(static_cast<uint32_t>(size.agents / 2)) {
    workspace_.id = "bench";
    const RouterOptions options;
    Changes changes;
    size_t open_tickets = 0;
    {
      Applier applier(workspace_, changes, open_tickets, now_);
      applier.AdoptConfiguration(workload_.MakeConfiguration());
    }
    for (size_t i = 0; i < size.waiting; ++i) {
      now_.us += 100;
      Applier applier(workspace_, changes, open_tickets, now_);
      Context context{workspace_, applier, options, open_tickets, now_};
      IngestContact ingest;
      ingest.contact = workload_.MakeContact();
      ingest.new_ticket = {0, i + 1};
      ingest.new_contact = {0, i + 1};
      (void)Decide(context, ingest);
      changes = Changes{};
    }
    for (uint32_t i = 0; i < half_; ++i) MakeReady(AgentIndex{i});
  }

  // Every look-up and every update of one turn. `idle`, `pick` and `find` may be null.
  [[gnu::noinline]] bool Turn(Samples* idle, Samples* pick, Samples* find) {
    const auto timed = [](Samples* samples, auto function) {
      return samples == nullptr ? function() : samples->Time(function);
    };
    Matching& matching = workspace_.matching;
    const AgentIndex freed{half_ + static_cast<uint32_t>(random_() % half_)};
    MakeReady(freed);
    const TicketIndex picked = timed(
        pick, [&] { return matching.BestTicket(workspace_, freed, Mode::kPush, QueueIndex{}); });
    MakeBusy(freed);
    if (!picked.IsSet()) return false;
    Ticket& ticket = workspace_.tickets[picked.value];
    matching.RemoveWaiting(picked, ticket);
    ticket.key = now_ + Seconds(20);
    ticket.arrival = static_cast<uint64_t>(++workspace_.last_event);
    matching.AddWaiting(picked, ticket, workspace_.WaitKeyOf(ticket));
    const AgentIndex chosen = timed(find, [&] { return matching.BestAgent(workspace_, picked); });
    if (!chosen.IsSet()) return false;
    timed(idle, [&] {
      MakeBusy(chosen);
      MakeReady(chosen);
      return true;
    });
    return true;
  }

 private:
  void MakeReady(AgentIndex index) {
    AgentState& agent = workspace_.agents[index.value];
    now_.us += 1;
    agent.idle_since = now_;
    agent.turn = now_.us;
    agent.open_kinds = BothKindsOf(kAllCapacityGroups);
    workspace_.matching.AddReady(index, agent);
  }
  void MakeBusy(AgentIndex index) {
    AgentState& agent = workspace_.agents[index.value];
    workspace_.matching.RemoveReady(index, agent);
    agent.open_kinds = 0;
  }

  std::mt19937_64 random_{1};
  RouterWorkload workload_;
  const uint32_t half_;
  Workspace workspace_;
  Time now_{1'700'000'000'000'000};
};

void MeasureDecisions(const std::string& name, FloorSize size, DistributionMode mode,
                      size_t rounds) {
  Indexes indexes(size, mode);
  // What is worked out once, when a class and a profile meet first, is worked out here.
  for (size_t i = 0; i < rounds; ++i) (void)indexes.Turn(nullptr, nullptr, nullptr);
  size_t found = 0;
  const auto start = Clock::now();
  for (size_t i = 0; i < rounds; ++i) found += indexes.Turn(nullptr, nullptr, nullptr) ? 1 : 0;
  const std::chrono::duration<double> took = Clock::now() - start;
  Print(name + "_decisions", 2 * static_cast<double>(rounds) / took.count(), "decisions/s");
  Print(name + "_found", static_cast<double>(found) / static_cast<double>(rounds), "ratio", 3);
  Samples idle, pick, find;
  for (size_t i = 0; i < rounds; ++i) (void)indexes.Turn(&idle, &pick, &find);
  find.Print(name + "_find_agent");
  pick.Print(name + "_pick_ticket");
  idle.Print(name + "_idle_update");
  Print(name + "_memory", ResidentMemory(), "MiB");
}

struct Shape {
  const char* name;
  FloorSize size;
};

// Nothing waits for long where there are two agents for each ticket. What the same floor does with
// a million tickets waiting is told as a share of that.
constexpr Shape kEmpty = {"empty", {100'000, 2'000, 5'000, 50'000, false, true}};
constexpr Shape kFull = {"1m_waiting", {100'000, 2'000, 5'000, 1'000'000, false, true}};
constexpr Shape kShapes[] = {
    {"10k_agents_100k_waiting", {10'000, 500, 1'000, 100'000}},
    {"10k_all_features", {10'000, 500, 1'000, 100'000, true}},
    {"100k_agents_1m_waiting", {100'000, 2'000, 5'000, 1'000'000}},
    {"100k_all_features", {100'000, 2'000, 5'000, 1'000'000, true}},
    {"100k_profiles_1m_waiting", {100'000, 100'000, 5'000, 1'000'000}},
};

constexpr std::pair<const char*, DistributionMode> kModes[] = {
    {"longest_idle", DistributionMode::kLongestIdle},
    {"least_loaded", DistributionMode::kLeastLoaded},
    {"round_robin", DistributionMode::kRoundRobin},
    {"best_match", DistributionMode::kBestMatch},
    {"lowest_cost", DistributionMode::kLowestCost},
};

}  // namespace
}  // namespace tandem::router

// Usage: router_bench [groups [part of a name]]
int main(int argc, char** argv) {
  using namespace tandem::router;
  const size_t groups = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
  const std::string part = argc > 2 ? argv[2] : "";
  const auto chosen = [&](const std::string& name) { return name.find(part) != name.npos; };
  for (const Shape& shape : kShapes) {
    std::printf("workload: %zu agents in %zu profiles, %zu waiting in %zu classes, 200 skills%s\n",
                shape.size.agents, shape.size.profiles, shape.size.waiting, shape.size.classes,
                shape.size.all_features ? ", all features" : "");
    const bool large = shape.size.agents > 10'000;
    if (large && groups < 10'000 && part.empty()) continue;  // a quick look
    for (const auto& [mode_name, mode] : kModes) {
      const std::string name = std::string("router_") + shape.name + "_" + mode_name;
      if (chosen(name)) MeasureDecisions(name, shape.size, mode, groups * 10);
    }
    for (const auto& [mode_name, mode] : kModes) {
      // Large floors take their time: one mode shows them.
      if (large && mode != DistributionMode::kLongestIdle) continue;
      const std::string name = std::string("commands_") + shape.name + "_" + mode_name;
      if (chosen(name)) (void)MeasureCommands(name, shape.size, mode, groups);
    }
  }
  const std::string name = "commands_full_to_empty";
  if (chosen(name) && groups >= 10'000) {
    std::printf("workload: %zu agents, %zu tickets that somebody may take each; then %zu\n",
                kEmpty.size.agents, kEmpty.size.waiting, kFull.size.waiting);
    const auto rate = [&](const Shape& shape) {
      return MeasureCommands(std::string("commands_") + shape.name, shape.size,
                             DistributionMode::kLongestIdle, groups);
    };
    const double empty = rate(kEmpty);
    Print(name, rate(kFull) / empty, "ratio", 2);
  }
  return 0;
}
