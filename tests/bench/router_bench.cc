// The router alone: one thread, no IO.
//
// Workload: 10,000 agents in 500 profiles (each with 8 of 200 skills at random levels, 3 of 20
// process types, 2 of 4 clients, 1 of 50 routing profiles with 5 of 50 queues), one ticket at a
// time each, all busy; 100,000 waiting tickets over about 1,000 classes (50 queues, a client, a
// process type, and for half of them one clause of three skills). Steady state, in groups: random
// busy agents complete their tickets, which frees them, which makes the router pick their best
// waiting tickets and offer them; as many tickets come in; the offers are accepted. Events, facts,
// notices and rows of every change are built, as for a commit.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "router/commands.h"
#include "router/router.h"
#include "router/state.h"
#include "tests/bench/router_workload.h"

namespace tandem::router {
namespace {

constexpr char kWorkspace[] = "bench";
// Commands come in groups, as they do while a commit runs.
constexpr size_t kGroup = 32;

class Floor {
 public:
  Floor(size_t agents, size_t waiting) : random_(1), agents_(agents) {
    Run(ApplyConfiguration{MakeConfiguration(random_, agents_)});
    for (size_t i = 0; i < waiting; ++i) Ingest();
    for (size_t i = 0; i < agents_; ++i) {
      const std::string agent = "agent" + std::to_string(i);
      Run(OpenSession{agent, "s"});
      Run(SetAgentStatus{{agent, 1}, AgentStatus::kAvailable, ""});
    }
    AcceptOffers();
  }

  // One group: random busy agents complete, the freed ones accept what they are offered, and as
  // many tickets come in. Returns the commands decided.
  [[gnu::noinline]] size_t Group() {
    size_t decided = 0;
    for (size_t i = 0; i < kGroup && !busy_.empty(); ++i) {
      const size_t pick = random_() % busy_.size();
      const auto [ticket, agent] = busy_[pick];
      busy_[pick] = busy_.back();
      busy_.pop_back();
      Run(CompleteTicket{ticket, {agent, 1}, ""});
      Ingest();
      decided += 2;
    }
    return decided + AcceptOffers();
  }

  size_t offers() const { return offers_; }
  size_t waiting() const { return router_.OpenTickets() - busy_.size(); }

 private:
  void Ingest() {
    IngestContact ingest;
    ingest.contact = MakeContact(random_);
    ingest.new_ticket = {0, ++last_id_};
    ingest.new_contact = {0, last_id_};
    Run(std::move(ingest));
  }

  size_t AcceptOffers() {
    size_t accepted = 0;
    Changes changes = router_.TakeChanges();
    for (const EventRow& event : changes.events) {
      if (event.type != EventType::kTicketOffered) continue;
      ++offers_;
      ++accepted;
      Run(AcceptOffer{{event.agent, 1}, {event.ticket, event.offer_number}});
      busy_.emplace_back(event.ticket, event.agent);
    }
    return accepted;
  }

  void Run(Action action) {
    now_.us += 100;
    const Outcome outcome = router_.Execute({kWorkspace, std::move(action)}, now_);
    if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
      std::fprintf(stderr, "refused: %s\n", rejection->message.c_str());
      std::abort();
    }
    while (router_.HasPendingRouting()) {
      (void)router_.Execute({kWorkspace, ContinueRouting{}}, now_);
    }
  }

  std::mt19937_64 random_;
  const size_t agents_;
  Router router_;
  Time now_ = Time{1'700'000'000'000'000};
  uint64_t last_id_ = 0;
  size_t offers_ = 0;
  std::vector<std::pair<TicketId, std::string>> busy_;
};

void MeasureCommands(const char* name, size_t agents, size_t waiting, size_t groups) {
  Floor floor(agents, waiting);
  const size_t offers_before = floor.offers();
  size_t decided = 0;
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < groups; ++i) decided += floor.Group();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const auto offers = static_cast<double>(floor.offers() - offers_before);
  std::printf("BENCH name=%s value=%.0f unit=commands+offers/s\n", name,
              (static_cast<double>(decided) + offers) / took.count());
  std::printf("BENCH name=%s_lifecycles value=%.0f unit=lifecycles/s\n", name,
              offers / took.count());
  std::printf("BENCH name=%s_offers_per_command value=%.3f unit=ratio\n", name,
              offers / static_cast<double>(decided));
  std::printf("BENCH name=%s_waiting value=%zu unit=tickets\n", name, floor.waiting());
}

// What routing consists of, apart from events, facts and rows: a freed agent goes into the ready
// lists, picks its best of the waiting tickets, leaves the lists as busy; a ticket that comes in
// looks for its agent among the ready ones (half of all agents) and is put where it waits. One
// decision is one look-up with the changes of indexes around it.
void MeasureDecisions(const char* name, size_t agents, size_t waiting, size_t rounds) {
  std::mt19937_64 random(1);
  Workspace workspace;
  workspace.id = kWorkspace;
  Changes changes;
  size_t open_tickets = 0;
  Time now{1'700'000'000'000'000};
  const RouterOptions options;
  {
    Applier applier(workspace, changes, open_tickets, now);
    applier.AdoptConfiguration(MakeConfiguration(random, agents));
  }
  for (size_t i = 0; i < waiting; ++i) {
    now.us += 100;
    Applier applier(workspace, changes, open_tickets, now);
    Context context{workspace, applier, options, open_tickets, now};
    IngestContact ingest;
    ingest.contact = MakeContact(random);
    ingest.new_ticket = {0, i + 1};
    ingest.new_contact = {0, i + 1};
    (void)Decide(context, ingest);
    changes = Changes{};
  }
  const auto make_ready = [&](AgentIndex index) {
    AgentState& agent = workspace.agents[index.value];
    now.us += 1;
    agent.idle_since = now;
    agent.open_groups = 0xf;
    workspace.matching.AddReady(index, agent);
  };
  const auto make_busy = [&](AgentIndex index) {
    AgentState& agent = workspace.agents[index.value];
    workspace.matching.RemoveReady(index, agent);
    agent.open_groups = 0;
  };
  const auto half = static_cast<uint32_t>(agents / 2);
  for (uint32_t i = 0; i < half; ++i) make_ready(AgentIndex{i});

  size_t found = 0;
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < rounds; ++i) {
    const AgentIndex freed{half + static_cast<uint32_t>(random() % half)};
    make_ready(freed);
    const TicketIndex picked =
        workspace.matching.BestTicket(workspace, freed, Mode::kPush, QueueIndex{});
    make_busy(freed);
    if (!picked.IsSet()) continue;
    Ticket& ticket = workspace.tickets[picked.value];
    workspace.matching.RemoveWaiting(picked, ticket);
    ticket.key = now + Seconds(20);
    ticket.arrival = ++workspace.last_arrival;
    workspace.matching.AddWaiting(picked, ticket);
    const AgentIndex chosen = workspace.matching.BestAgent(workspace, picked);
    if (!chosen.IsSet()) continue;
    make_busy(chosen);
    make_ready(chosen);
    ++found;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("BENCH name=%s_decisions value=%.0f unit=decisions/s\n", name,
              2 * static_cast<double>(rounds) / took.count());
  std::printf("BENCH name=%s_found value=%.3f unit=ratio\n", name,
              static_cast<double>(found) / static_cast<double>(rounds));
}

}  // namespace
}  // namespace tandem::router

// Usage: router_bench [groups]
int main(int argc, char** argv) {
  const size_t groups = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
  std::printf(
      "workload: 10,000 agents in 500 profiles, 100,000 waiting in about 1,000 classes, 200 "
      "skills\n");
  tandem::router::MeasureDecisions("router_10k_agents_100k_waiting", 10'000, 100'000, groups * 100);
  tandem::router::MeasureCommands("commands_10k_agents_100k_waiting", 10'000, 100'000, groups);
  return 0;
}
