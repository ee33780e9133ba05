// Both look-ups against a search of everything, on floors large enough that classes pass hundreds
// of profiles and profiles hundreds of classes: what is listed, what is walked and what is too far
// to walk must all find the same.
#include "router/matching.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "router/check.h"
#include "router/commands.h"
#include "router/limits.h"
#include "router/snapshot.h"
#include "router/state.h"

namespace tandem::router {
namespace {

constexpr uint32_t kAgents = 900;
constexpr size_t kTickets = 3'000;
constexpr uint32_t kSkills = 12;

std::string Id(const char* kind, uint64_t number) {
  return kind + std::to_string(number);
}

class LargeFloor {
 public:
  // `priority_first`: the second queue is. `late_last`: the last two are DEFERRABLE, and late work
  // of the very last goes after punctual work, but when it is its turn. `shares`: clients have fair
  // shares, and what they have in hand changes with each step. `few_hashes`: classes have one of
  // four.
  struct Options {
    bool priority_first = false, late_last = false, shares = false, few_hashes = false;
  };
  LargeFloor(uint64_t seed, DistributionMode mode) : LargeFloor(seed, mode, Options{}) {}
  LargeFloor(uint64_t seed, DistributionMode mode, Options options)
      : random_(seed),
        priority_first_(options.priority_first),
        late_last_(options.late_last),
        shares_(options.shares) {
    workspace_.id = "floor";
    if (options.few_hashes) workspace_.matching.MaskClassHashes(3);
    {
      Applier applier(workspace_, changes_, open_tickets_, now_);
      applier.AdoptConfiguration(MakeConfiguration(mode));
    }
    for (size_t i = 0; i < kTickets; ++i) IngestAny();
    ready_.resize(kAgents);
    for (uint32_t i = 0; i < kAgents; ++i) {
      if (Below(3) != 0) MakeReady(AgentIndex{i});
    }
  }

  void IngestAny() {
    NewContact contact = MakeContact();
    if (Below(4) != 0) {
      const SkillRequirement skill{Id("s", Below(kSkills)), 1 + static_cast<uint32_t>(Below(10))};
      contact.requirement.all_of = {{skill}};
    }
    if (Below(8) == 0)
      contact.requirement.prefer = {{SkillRequirement{Id("s", Below(kSkills))}, 3}};
    if (Below(10) == 0) contact.excluded_agents = {Id("a", Below(20))};
    Ingest(std::move(contact));
  }

  // Classes that nobody asks for any more go soon, and their numbers are others' then.
  void KeepFewClasses() { workspace_.matching.LimitIdleClasses(4); }
  void CancelAny() { Cancel(RandomWaiting()); }
  void Cancel(TicketIndex index) {
    Applier applier(workspace_, changes_, open_tickets_, now_);
    const RouterOptions options;
    Context context{workspace_, applier, options, open_tickets_, now_};
    const Outcome outcome = Decide(context, CancelTicket{workspace_.ticket(index).id, ""});
    ASSERT_FALSE(std::holds_alternative<Rejection>(outcome));
    changes_ = Changes{};
  }

  // A ticket with one of few plans, of which every step asks for something else.
  void IngestPlanned() {
    NewContact contact = MakeContact();
    contact.plan.emplace();
    const uint64_t first = Below(3);
    for (uint64_t step = 0; step < 4; ++step) {
      PlanStep& added = contact.plan->emplace_back();
      added.after = Hours(static_cast<int64_t>(step) + 1);
      added.requirement.emplace().all_of = {{SkillRequirement{Id("s", first + step), 1}}};
    }
    if (Below(8) == 0) contact.excluded_agents = {Id("a", Below(20))};
    Ingest(std::move(contact));
    planned_.push_back(workspace_.FindTicket({0, last_id_}));
  }
  // Takes the next step of any of them; one that has none left makes room for another one.
  void TakeStepOfAny() {
    const size_t at = Below(planned_.size());
    const TicketIndex index = planned_[at];
    const Ticket& ticket = workspace_.ticket(index);
    const PlanStep* step = workspace_.NextStep(ticket);
    if (step == nullptr) {
      Cancel(index);
      planned_.erase(planned_.begin() + static_cast<std::ptrdiff_t>(at));
      return IngestPlanned();
    }
    const auto asked = step->requirement->all_of;
    Applier(workspace_, changes_, open_tickets_, now_)
        .PlanStepTaken(index, ticket.priority, ticket.key);
    changes_ = Changes{};
    EXPECT_EQ(RequirementOf(workspace_, ticket).all_of, asked);
    const ClassSpec& spec = workspace_.matching.ClassOf(ticket.ticket_class).spec;
    EXPECT_EQ(std::tie(spec.queue, spec.channel, spec.client, spec.process_type),
              std::tie(ticket.queue, ticket.channel, ticket.client, ticket.process_type));
  }

  // Hardly anything that was worked out is kept.
  void KeepLittle() { workspace_.matching.LimitPassing(2'000); }

  uint64_t Below(uint64_t limit) { return random_() % limit; }

  void Step() {
    ChangeAny();
    if (late_last_) {
      workspace_.queues[workspace_.queue_ids.Find("q3").value].late_turn = Below(2) == 0;
    }
    if (shares_) ChangeInHand();
    Applier(workspace_, changes_, open_tickets_, now_).TicketsAged();
  }

  void ChangeAny() {
    const AgentIndex agent{static_cast<uint32_t>(Below(kAgents))};
    switch (Below(6)) {
      case 0:
        if (!ready_[agent.value]) MakeReady(agent);
        return;
      case 1:
        if (ready_[agent.value]) MakeBusy(agent);
        return;
      case 2:
        ChangeTraits(agent);
        return;
      case 3:
        Requeue();
        return;
      case 4:
        Cool(agent);
        return;
      default:
        IngestAny();
    }
  }

  // Years later, all who are ready become idle anew, one after the other, so that there is always
  // somebody who is: leads count from long ago, and tell none of them apart.
  void BecomeIdleYearsLater() {
    now_ = now_ + Days(10 * 365);
    for (uint32_t i = 0; i < kAgents; ++i) {
      if (!ready_[i]) continue;
      MakeBusy(AgentIndex{i});
      MakeReady(AgentIndex{i});
    }
  }

  // The half that is idle longest may take nothing, and nobody may take what goes first in each
  // queue: the way to the first that passes is long.
  void MakeFrontUseless() {
    for (int i = 0; i < 300; ++i) {
      NewContact contact = MakeContact();
      contact.requirement.all_of = {{AttributePredicate{"nobody has", {Id("value", i)}}}};
      contact.priority = kMaxPriority;
      Ingest(std::move(contact));
    }
    for (uint32_t i = 0; i < kAgents; ++i) {
      if (ready_[i]) MakeBusy(AgentIndex{i});
    }
    for (uint32_t i = 0; i < kAgents; ++i) {
      Traits traits = workspace_.matching.TraitsOf(workspace_.agents[i].profile);
      if (i < kAgents / 2) traits.clients.clear();
      if (i == kAgents / 2) now_ = now_ + Seconds(1);
      SetTraits(AgentIndex{i}, std::move(traits));
      MakeReady(AgentIndex{i});
    }
  }

  void CompareTicket() {
    const AgentIndex agent{static_cast<uint32_t>(Below(kAgents))};
    const Mode mode = Below(4) == 0 ? Mode::kPull : Mode::kPush;
    const QueueIndex only =
        Below(4) == 0 ? workspace_.queue_ids.Find(Id("q", Below(4))) : QueueIndex{};
    const TicketIndex found = workspace_.matching.BestTicket(workspace_, agent, mode, only);
    const TicketIndex expected = SearchTicket(agent, mode, only);
    EXPECT_EQ(found, expected) << "for agent " << agent.value;
    if (expected.IsSet()) ++tickets_found;
  }

  void CompareAgent() {
    const TicketIndex ticket = RandomWaiting();
    const AgentIndex found = workspace_.matching.BestAgent(workspace_, ticket);
    const AgentIndex expected = SearchAgent(ticket);
    EXPECT_EQ(found, expected) << "for ticket " << ticket.value;
    if (expected.IsSet()) ++agents_found;
  }

  // How many profiles the class of a random ticket passes.
  size_t PassingOfRandomTicket() {
    const Ticket& ticket = workspace_.ticket(RandomWaiting());
    return workspace_.matching.ClassOf(ticket.ticket_class).passing.size();
  }

  size_t tickets_found = 0, agents_found = 0, late_met = 0;
  std::array<size_t, 4> tiers_seen{};  // by number

 private:
  Configuration MakeConfiguration(DistributionMode mode) {
    Configuration configuration;
    for (int i = 0; i < 2; ++i) configuration.clients.emplace_back().id = Id("c", i);
    if (shares_) {
      configuration.clients[0].fair_share = {.weight = 2, .floor = 3, .ceiling = 9};
      configuration.clients[1].fair_share = {.weight = 1, .floor = 2};
    }
    for (uint32_t i = 0; i < kSkills; ++i) configuration.skills.emplace_back().id = Id("s", i);
    for (int i = 0; i < 3; ++i) configuration.process_types.emplace_back().id = Id("t", i);
    for (int i = 0; i < 4; ++i) {
      Queue& queue = configuration.queues.emplace_back();
      queue.id = Id("q", i);
      queue.distribution_mode = mode;
      if (priority_first_ && i == 1) queue.order = QueueOrder::kPriorityFirst;
      const bool deferrable = i == 3 || (late_last_ && i == 2);
      queue.urgency = deferrable ? Urgency::kDeferrable : Urgency::kLive;
      if (late_last_ && i == 3) queue.late_work.order = LateOrder::kAfterPunctual;
      if (i == 3) queue.office = Office::kBack;
    }
    for (uint32_t i = 0; i < 2; ++i) {
      RoutingProfile& profile = configuration.routing_profiles.emplace_back();
      profile.id = Id("p", i);
      profile.live_reserve = i == 0 ? 0 : 200;
      for (uint32_t k = i; k < 4; ++k) {
        const Duration delay = k == 1 + 2 * i ? Milliseconds(40 + 40 * i) : Duration{};
        profile.queues.push_back({Id("q", k), 1 + (k + i) % 2, k == 2 && i == 1, k != 0, delay});
      }
    }
    for (uint32_t i = 0; i < kAgents; ++i) {
      Agent& agent = configuration.agents.emplace_back();
      agent.id = Id("a", i);
      agent.routing_profile = Id("p", Below(8) == 0 ? 1 : 0);
      for (uint32_t skill = 0; skill < kSkills; ++skill) {
        if (Below(3) == 0) continue;
        agent.skills.push_back({Id("s", skill), 1 + static_cast<uint32_t>(Below(10))});
      }
      agent.process_types = {"t0", "t1", "t2"};
      agent.clients = {"c0", "c1"};
      agent.cost_per_hour_milli = static_cast<int64_t>(Below(5)) * 1'000;
    }
    EXPECT_FALSE(CheckConfiguration(configuration, ""));
    FillDefaults(configuration);
    return configuration;
  }

  NewContact MakeContact() {
    NewContact contact;
    contact.channel = Below(4) == 0 ? "email" : "chat";
    contact.queue = Id("q", Below(4));
    contact.process_type = Id("t", Below(3));
    contact.client = Id("c", Below(2));
    contact.priority = static_cast<uint32_t>(Below(4));
    // Five minutes of work are expected.
    if (late_last_)
      contact.due_at = now_ + Minutes(5) + Milliseconds(static_cast<int64_t>(Below(200)));
    return contact;
  }

  void Ingest(NewContact contact) {
    now_.us += 1'000;
    IngestContact ingest;
    ingest.contact = std::move(contact);
    ingest.new_ticket = {0, ++last_id_};
    ingest.new_contact = {0, last_id_};
    Applier applier(workspace_, changes_, open_tickets_, now_);
    const RouterOptions options;
    Context context{workspace_, applier, options, open_tickets_, now_};
    const Outcome outcome = Decide(context, ingest);
    ASSERT_FALSE(std::holds_alternative<Rejection>(outcome));
    changes_ = Changes{};
  }

  void MakeReady(AgentIndex index) {
    AgentState& agent = workspace_.agents[index.value];
    now_.us += 1;
    agent.idle_since = Time{now_.us - static_cast<int64_t>(Below(2) == 0 ? 0 : Below(50'000))};
    agent.turn = now_.us - static_cast<int64_t>(Below(100));
    agent.open_kinds = BothKindsOf(1 + static_cast<uint32_t>(Below(15)));
    agent.idle = Below(3) != 0;
    agent.capacity.yielding = Below(3) == 0 ? static_cast<uint32_t>(Below(16)) : 0;
    // LIVE work interrupts DEFERRABLE work of the same group only where there is work.
    if (!agent.idle && Below(3) == 0) {
      agent.open_kinds &= KindsOf(Urgency::kLive) | static_cast<uint32_t>(Below(256));
    }
    agent.interrupting_kinds =
        agent.idle ? 0 : agent.open_kinds & static_cast<uint32_t>(Below(256));
    if (agent.idle) PoolOf(agent).idle_agents.push_back(index);
    workspace_.matching.AddReady(index, agent);
    ready_[index.value] = true;
  }

  void MakeBusy(AgentIndex index) {
    AgentState& agent = workspace_.agents[index.value];
    workspace_.matching.RemoveReady(index, agent);
    if (agent.idle) std::erase(PoolOf(agent).idle_agents, index);
    agent.idle = false;
    agent.open_kinds = agent.interrupting_kinds = 0;
    ready_[index.value] = false;
  }

  void ChangeTraits(AgentIndex index) {
    if (ready_[index.value]) MakeBusy(index);
    Traits traits = workspace_.matching.TraitsOf(workspace_.agents[index.value].profile);
    if (traits.skills.empty()) return;
    traits.skills[Below(traits.skills.size())].second = 1 + static_cast<uint32_t>(Below(10));
    SetTraits(index, std::move(traits));
  }

  void SetTraits(AgentIndex index, Traits traits) {
    AgentState& agent = workspace_.agents[index.value];
    workspace_.matching.RemoveMember(agent.profile);
    agent.profile = workspace_.matching.AddMember(std::move(traits));
  }

  // As if agents got tickets, or finished with some.
  void ChangeInHand() {
    const ClientIndex client{static_cast<uint32_t>(Below(2))};
    const bool more = Below(2) == 0 || workspace_.shares.in_hand(client) == 0;
    workspace_.shares.CountInHand(client, more ? 1 : -1);
    ++tiers_seen[static_cast<size_t>(workspace_.shares.TierOf(client))];
  }

  void Requeue() {
    const TicketIndex index = RandomWaiting();
    Ticket& ticket = workspace_.tickets[index.value];
    workspace_.matching.RemoveWaiting(index, ticket);
    const auto units = static_cast<int64_t>(Below(100));
    ticket.key = ticket.target = now_ + (late_last_ ? Milliseconds(units) : Seconds(units));
    workspace_.matching.AddWaiting(index, ticket, workspace_.WaitKeyOf(ticket));
  }

  // A cool-down of the agent begins.
  void Cool(AgentIndex index) {
    Ticket& ticket = workspace_.tickets[RandomWaiting().value];
    AgentState& agent = workspace_.agents[index.value];
    if (Workspace::IsCooling(ticket, index)) return;
    ticket.cool_downs.push_back({index, now_});
    ++agent.cooling;
  }

  RoutingProfileState& PoolOf(const AgentState& agent) {
    return workspace_.routing_profiles[agent.routing_profile.value];
  }

  TicketIndex RandomWaiting() {
    TicketIndex ticket;
    do {
      ticket = TicketIndex{static_cast<uint32_t>(Below(workspace_.tickets.size()))};
    } while (!workspace_.ticket(ticket).in_use);
    return ticket;
  }

  bool MayTake(AgentIndex index, const Ticket& ticket) {
    const AgentState& agent = workspace_.agent(index);
    const std::string name = workspace_.AgentName(index);
    const auto& excluded = ticket.excluded_agents;
    const Urgency urgency = workspace_.UrgencyOf(ticket);
    const CapacityGroup group = workspace_.matching.ClassOf(ticket.ticket_class).group;
    const bool yields = (agent.capacity.yielding & BitOf(group)) != 0;
    return agent.HasOpen(group, urgency) &&
           std::find(excluded.begin(), excluded.end(), name) == excluded.end() &&
           !Workspace::IsCooling(ticket, index) &&
           (urgency == Urgency::kLive || yields || workspace_.ReserveAllows(agent));
  }

  // None before the delay has passed.
  Passing PassingOf(AgentIndex agent, const Ticket& ticket) {
    const Passing passing =
        workspace_.matching.Test(workspace_, workspace_.matching.ClassOf(ticket.ticket_class),
                                 workspace_.agent(agent).profile);
    return ticket.queued_at + passing.delay <= now_ ? passing : Passing{};
  }

  TicketIndex SearchTicket(AgentIndex agent, Mode mode, QueueIndex only) {
    using Order = std::tuple<uint32_t, Urgency, ClientTier, WaitKey>;
    std::map<QueueIndex, std::pair<Order, TicketIndex>> firsts;
    for (uint32_t i = 0; i < workspace_.tickets.size(); ++i) {
      const Ticket& ticket = workspace_.tickets[i];
      if (!ticket.in_use || (only.IsSet() && ticket.queue != only)) continue;
      if (!MayTake(agent, ticket)) continue;
      const Passing passing = PassingOf(agent, ticket);
      if (!(mode == Mode::kPush ? passing.push : passing.pull)) continue;
      const QueueState& queue = workspace_.queue(ticket.queue);
      const WaitKey key = workspace_.WaitKeyOf(ticket);
      if (key.IsLate()) ++late_met;
      const ClientTier tier =
          shares_ ? workspace_.shares.TierOf(ticket.client) : ClientTier::kWithinShare;
      const Order order{passing.rank, queue.configured->urgency, tier,
                        queue.late_turn ? key.Punctual() : key};
      auto& first = firsts[ticket.queue];
      if (!first.second.IsSet() || order < first.first) first = {order, TicketIndex{i}};
    }
    std::pair<Order, TicketIndex> best;
    for (auto [queue, first] : firsts) {
      std::get<WaitKey>(first.first) = std::get<WaitKey>(first.first).Competing();
      if (!best.second.IsSet() || first.first < best.first) best = first;
    }
    return best.second;
  }

  AgentIndex SearchAgent(TicketIndex index) {
    const Ticket& ticket = workspace_.ticket(index);
    const ReadyOrder order = OrderOf(workspace_.matching.ClassOf(ticket.ticket_class).distribution);
    const CapacityGroup group = workspace_.matching.ClassOf(ticket.ticket_class).group;
    ReadyKey best;
    bool best_interrupts = false;
    for (uint32_t i = 0; i < kAgents; ++i) {
      const AgentIndex agent{i};
      if (!MayTake(agent, ticket)) continue;
      const Passing passing = PassingOf(agent, ticket);
      if (!passing.push) continue;
      ReadyKey key = KeyOf(order, agent, workspace_.agent(agent));
      key.weight -= passing.score;
      const bool interrupts =
          workspace_.agent(agent).WouldInterruptFor(group, workspace_.UrgencyOf(ticket));
      if (best.agent.IsSet() && interrupts > best_interrupts) continue;
      if (best.agent.IsSet() && interrupts == best_interrupts && !(key < best)) continue;
      best = key;
      best_interrupts = interrupts;
    }
    return best.agent;
  }

  std::mt19937_64 random_;
  bool priority_first_, late_last_, shares_;
  Workspace workspace_;
  Changes changes_;
  size_t open_tickets_ = 0;
  Time now_{1'700'000'000'000'000};
  uint64_t last_id_ = 0;
  std::vector<bool> ready_;
  std::vector<TicketIndex> planned_;  // with plans
};

// Two profiles' heads may have the same key while they are put in order.
TEST(ReadyAgents, FollowsOneWhoChangesProfilesWhileReady) {
  const uint32_t kinds = BothKindsOf(1);
  const auto agent = [](uint32_t profile, int64_t idle_since, uint64_t ordinal) {
    AgentState state;
    state.profile = ProfileIndex{profile};
    state.idle_since = Time{idle_since};
    state.ordinal = ordinal;
    return state;
  };
  ReadyAgents ready;
  AgentState first = agent(0, 1, 1);
  ready.Add(AgentIndex{1}, first, kinds);
  const auto list = static_cast<uint32_t>(std::countr_zero(ready.lists()));
  EXPECT_EQ(ready.HeadsOf(ReadyOrder::kIdle, list).size(), 1U);
  ready.Add(AgentIndex{2}, agent(1, 5, 2), kinds);
  ready.Remove(AgentIndex{1}, first, kinds);
  first.profile = ProfileIndex{1};
  ready.Add(AgentIndex{1}, first, kinds);
  const ReadyAgents::Heads& heads = ready.HeadsOf(ReadyOrder::kIdle, list);
  ASSERT_EQ(heads.size(), 1U);
  EXPECT_EQ(heads.begin()->agent, AgentIndex{1});
  EXPECT_EQ(heads.begin()->profile, ProfileIndex{1});
}

TEST(Subset, DoesAsASetDoesListedOrNot) {
  std::mt19937_64 random(3);
  for (const uint32_t most_listed : {0U, 3U, 300U}) {
    SCOPED_TRACE(most_listed);
    std::set<uint32_t> model;
    Bits bits, others;
    while (model.size() < 200) {
      const auto number = static_cast<uint32_t>(random() % 1'000);
      if (model.insert(number).second) bits.Add(number);
    }
    for (uint32_t number = 0; number < 1'000; number += 3) others.Add(number);
    Subset subset;
    subset.Assign(std::move(bits), most_listed);
    while (model.size() < 400) {
      const auto number = static_cast<uint32_t>(random() % 1'000);
      if (model.insert(number).second) subset.Add(number);
      ASSERT_EQ(subset.size(), model.size());
      ASSERT_EQ(subset.is_listed(), model.size() <= most_listed);
      if (subset.is_listed()) {
        ASSERT_EQ(subset.listed(), std::vector<uint32_t>(model.begin(), model.end()));
      }
    }
    std::vector<uint32_t> both, expected;
    subset.ForEachIn(others, [&](uint32_t number) { both.push_back(number); });
    for (uint32_t number = 0; number < 1'000; ++number) {
      ASSERT_EQ(subset.Has(number), model.contains(number));
      if (model.contains(number) && number % 3 == 0) expected.push_back(number);
    }
    EXPECT_EQ(both, expected);
  }
}

class MatchingOnALargeFloor : public testing::TestWithParam<DistributionMode> {};

TEST_P(MatchingOnALargeFloor, FindsWhatASearchOfEverythingFinds) {
  LargeFloor floor(7, GetParam());
  size_t listed = 0, walked = 0;
  for (int i = 0; i < 1'500 && !HasFailure(); ++i) {
    if (i == 750) floor.MakeFrontUseless();
    floor.Step();
    floor.CompareTicket();
    floor.CompareAgent();
    ++(floor.PassingOfRandomTicket() <= Subset::kListed ? listed : walked);
  }
  EXPECT_GT(floor.tickets_found, 500U);
  EXPECT_GT(floor.agents_found, 500U);
  EXPECT_GT(listed, 100U);
  EXPECT_GT(walked, 100U);
}

TEST_P(MatchingOnALargeFloor, FindsTheSameWhereLeadsAreEqual) {
  LargeFloor floor(17, GetParam());
  floor.BecomeIdleYearsLater();
  for (int i = 0; i < 300 && !HasFailure(); ++i) {
    floor.Step();
    floor.CompareAgent();
  }
  EXPECT_GT(floor.agents_found, 100U);
}

TEST_P(MatchingOnALargeFloor, FindsTheSameWhereClassesComeAndGo) {
  LargeFloor floor(9, GetParam());
  floor.KeepFewClasses();
  for (int i = 0; i < 2'500; ++i) floor.CancelAny();
  for (int i = 0; i < 600 && !HasFailure(); ++i) {
    floor.CancelAny();
    floor.IngestAny();
    if (i % 4 != 0) continue;  // so that some change more than once before anybody walks
    floor.Step();
    floor.CompareTicket();
    floor.CompareAgent();
  }
  EXPECT_GT(floor.tickets_found, 50U);
}

TEST(Matching, StepsOfPlansAskWhatTheySayWhereClassesComeAndGo) {
  LargeFloor floor(10, DistributionMode::kLongestIdle);
  floor.KeepFewClasses();
  for (int i = 0; i < 60; ++i) floor.IngestPlanned();
  for (int i = 0; i < 5'000 && !testing::Test::HasFailure(); ++i) floor.TakeStepOfAny();
}

TEST(Matching, KeepsSoManyStepsOfPlans) {
  Matching matching;
  const auto step = [](size_t plan) { return Matching::ClassStep{ClassIndex{0}, 0, plan}; };
  for (size_t plan = 0; plan <= kMaxClassSteps; ++plan) matching.KeepStep(step(plan), {});
  EXPECT_FALSE(matching.KeepsStep(step(0)));
  EXPECT_TRUE(matching.KeepsStep(step(kMaxClassSteps)));
}

TEST_P(MatchingOnALargeFloor, FindsTheSameWhereClassesHaveTheSameHash) {
  LargeFloor floor(8, GetParam(), {.few_hashes = true});
  for (int i = 0; i < 100 && !HasFailure(); ++i) {
    floor.Step();
    floor.CompareTicket();
    floor.CompareAgent();
  }
  EXPECT_GT(floor.tickets_found, 30U);
  EXPECT_GT(floor.agents_found, 30U);
}

TEST_P(MatchingOnALargeFloor, FindsTheSameWhenWhatItKnewWasDropped) {
  LargeFloor floor(8, GetParam());
  floor.KeepLittle();
  for (int i = 0; i < 300 && !HasFailure(); ++i) {
    if (i == 150) floor.MakeFrontUseless();
    floor.Step();
    floor.CompareTicket();
    floor.CompareAgent();
  }
  EXPECT_GT(floor.tickets_found, 100U);
  EXPECT_GT(floor.agents_found, 100U);
}

TEST_P(MatchingOnALargeFloor, FindsTheSameWhereAQueueIsPriorityFirst) {
  LargeFloor floor(9, GetParam(), {.priority_first = true});
  for (int i = 0; i < 500 && !HasFailure(); ++i) {
    if (i == 250) floor.MakeFrontUseless();
    floor.Step();
    floor.CompareTicket();
    floor.CompareAgent();
  }
  EXPECT_GT(floor.tickets_found, 150U);
  EXPECT_GT(floor.agents_found, 150U);
}

TEST_P(MatchingOnALargeFloor, FindsTheSameWhereLateWorkGoesAfterPunctualWork) {
  for (const bool priority_first : {false, true}) {
    LargeFloor floor(10, GetParam(), {.priority_first = priority_first, .late_last = true});
    for (int i = 0; i < 400 && !HasFailure(); ++i) {
      if (i == 300) floor.MakeFrontUseless();
      floor.Step();
      floor.CompareTicket();
      floor.CompareAgent();
    }
    EXPECT_GT(floor.tickets_found, 100U);
    EXPECT_GT(floor.late_met, 1'000U);
  }
}

TEST_P(MatchingOnALargeFloor, FindsTheSameWhereClientsHaveFairShares) {
  for (const bool priority_first : {false, true}) {
    LargeFloor floor(10, GetParam(),
                     {.priority_first = priority_first, .late_last = true, .shares = true});
    for (int i = 0; i < 500 && !HasFailure(); ++i) {
      if (i == 250) floor.MakeFrontUseless();
      floor.Step();
      floor.CompareTicket();
    }
    EXPECT_GT(floor.tickets_found, 150U);
    for (size_t tier = 1; tier <= 3; ++tier) EXPECT_GT(floor.tiers_seen[tier], 10U) << tier;
  }
}

std::string NameOfMode(const testing::TestParamInfo<DistributionMode>& mode) {
  return ToString(mode.param);
}

// Sanitized, a mode takes half a minute: the one with one order of all agents, and the one with an
// order for each class.
constexpr DistributionMode kModes[] = {
    DistributionMode::kLongestIdle, DistributionMode::kBestMatch,
#if !defined(__SANITIZE_ADDRESS__)
    DistributionMode::kLeastLoaded, DistributionMode::kRoundRobin, DistributionMode::kLowestCost,
#endif
};

INSTANTIATE_TEST_SUITE_P(Modes, MatchingOnALargeFloor, testing::ValuesIn(kModes), NameOfMode);

}  // namespace
}  // namespace tandem::router
