// What `tandemctl load` puts on a server, without one: the scenario that it reads, the contacts
// that it plans, and the figures that it makes of what it measured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "server/ctl/load_figures.h"
#include "server/ctl/load_plan.h"
#include "server/ctl/load_scenario.h"

namespace tandem::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kScenario[] = R"(
floor:
  clients: [{id: acme}]
agents:
  - {id: chat, count: 20, answers: 200ms, agent: {routing_profile: chats, clients: [acme]}}
contacts:
  - {name: billing, share: 3, contact: {channel: chat, client: acme, process_type: billing},
     handling: {mean: 4s, deviation: 2s}, wrap_up: 1s, abandons: 0.5, patience: 5s}
  - {name: delivery, contact: {channel: chat, client: acme, process_type: delivery}}
arrivals:
  - {for: 20s, per_second: 5, rising_to: 45}
  - {for: 10s, per_second: 0}
  - {for: 1m, per_second: 10}
backlog: 100
)";

Scenario Parsed(const std::string& text) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(text, "test.yaml");
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return scenario.value_or(Scenario());
}

// Why the scenario above is none when one text in it is another.
std::string Refusal(const std::string& text, const std::string& other) {
  std::string document = kScenario;
  const size_t place = document.find(text);
  EXPECT_NE(place, std::string::npos) << text;
  document.replace(place, text.size(), other);
  return std::string(ParseScenario(document, "test.yaml").status().message());
}

// ---------------------------------------------------------------------------------------------------
// scenarios

TEST(ParseScenario, ReadsEveryField) {
  const Scenario scenario = Parsed(kScenario);
  EXPECT_EQ(scenario.floor.clients(0).id(), "acme");
  ASSERT_THAT(scenario.agents, SizeIs(1));
  EXPECT_EQ(scenario.agents[0].id, "chat");
  EXPECT_EQ(scenario.agents[0].count, 20);
  EXPECT_EQ(scenario.agents[0].answers.mean, absl::Milliseconds(200));
  EXPECT_EQ(scenario.agents[0].agent.routing_profile(), "chats");
  ASSERT_THAT(scenario.kinds, SizeIs(2));
  EXPECT_EQ(scenario.kinds[0].share, 3);
  EXPECT_EQ(scenario.kinds[0].contact.process_type(), "billing");
  EXPECT_EQ(scenario.kinds[0].handling.mean, absl::Seconds(4));
  EXPECT_EQ(scenario.kinds[0].handling.deviation, absl::Seconds(2));
  EXPECT_EQ(scenario.kinds[0].wrap_up.mean, absl::Seconds(1));
  EXPECT_EQ(scenario.kinds[0].abandons, 0.5);
  EXPECT_EQ(scenario.kinds[0].patience.mean, absl::Seconds(5));
  EXPECT_EQ(scenario.kinds[1].share, 1);
  ASSERT_THAT(scenario.steps, SizeIs(3));
  EXPECT_EQ(scenario.steps[0].from_per_second, 5);
  EXPECT_EQ(scenario.steps[0].to_per_second, 45);
  EXPECT_EQ(scenario.steps[2].to_per_second, 10);
  EXPECT_EQ(scenario.steps[2].length, absl::Minutes(1));
  EXPECT_EQ(scenario.backlog, 100);
}

TEST(ParseScenario, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(Refusal("count: 20", "count: many"),
            "test.yaml:5: agents[0].count: expected a whole number from 0 to 100000, but found "
            "\"many\"");
  EXPECT_EQ(Refusal("routing_profile", "profile"),
            "test.yaml:5: agents[0].agent: expected a field of Agent, but found \"profile\"");
  EXPECT_EQ(Refusal("abandons: 0.5", "abandons: 50"),
            "test.yaml:8: contacts[0].abandons: expected a number from 0 to 1, but found \"50\"");
  EXPECT_EQ(Refusal("mean: 4s", "mean: long"),
            "test.yaml:8: contacts[0].handling.mean: expected a duration such as 500ms or 4s, but "
            "found \"long\"");
  EXPECT_THAT(Refusal("backlog", "backlogs"),
              HasSubstr("expected one of agents, arrivals, backlog, contacts, floor, but found "
                        "\"backlogs\""));
  EXPECT_THAT(Refusal("id: chat,", ""),
              HasSubstr("agents[0]: expected an id for the group, which names its agents, but "
                        "found none"));
  EXPECT_THAT(Refusal("channel: chat", "channel: voice"),
              HasSubstr("expected contacts of channels without media, but found voice"));
  EXPECT_THAT(Refusal("channel: chat", "channel: chat, external_id: a"),
              HasSubstr("contacts[0]: expected a contact that makes a ticket of its own"));
  EXPECT_THAT(Refusal("for: 10s", "for: 0s"),
              HasSubstr("arrivals[1]: expected a step that lasts, 24h at most, but found for: 0s"));
  EXPECT_THAT(std::string(ParseScenario("agents: [", "test.yaml").status().message()),
              HasSubstr("test.yaml:1: expected YAML, but "));
  EXPECT_THAT(std::string(ParseScenario("backlog: 1", "test.yaml").status().message()),
              HasSubstr("expected a list called agents"));
}

// ---------------------------------------------------------------------------------------------------
// plans

int64_t CountBetween(const LoadPlan& plan, absl::Duration begin, absl::Duration end) {
  return std::ranges::count_if(plan.arrivals, [&](const PlannedContact& contact) {
    return contact.at >= begin && contact.at < end;
  });
}

TEST(PlanLoad, ArrivesByTheStepsAndByNothingElse) {
  const LoadPlan plan = PlanLoad(Parsed(kScenario), {});
  EXPECT_THAT(plan.backlog, SizeIs(100));
  EXPECT_EQ(plan.length, absl::Seconds(90));
  EXPECT_FALSE(plan.cut);
  EXPECT_TRUE(std::ranges::is_sorted(plan.arrivals, {}, &PlannedContact::at));
  // On average 150 and 350 of the rising step's halves, none, and 600: within four deviations.
  EXPECT_NEAR(static_cast<double>(CountBetween(plan, {}, absl::Seconds(10))), 150, 50);
  EXPECT_NEAR(static_cast<double>(CountBetween(plan, absl::Seconds(10), absl::Seconds(20))), 350,
              75);
  EXPECT_EQ(CountBetween(plan, absl::Seconds(20), absl::Seconds(30)), 0);
  EXPECT_NEAR(static_cast<double>(CountBetween(plan, absl::Seconds(30), absl::Seconds(90))), 600,
              100);
}

TEST(PlanLoad, ComesInBunchesAsAPoissonProcessDoes) {
  Scenario scenario = Parsed(kScenario);
  scenario.steps = {{absl::Seconds(1000), 20, 20}};
  const LoadPlan plan = PlanLoad(scenario, {});
  // Variance and mean of how many come in a second are the same; of an even rhythm the variance
  // would be near 0.
  double squares = 0;
  const double mean = static_cast<double>(plan.arrivals.size()) / 1000;
  for (int second = 0; second < 1000; ++second) {
    const double count =
        static_cast<double>(CountBetween(plan, absl::Seconds(second), absl::Seconds(second + 1)));
    squares += (count - mean) * (count - mean);
  }
  EXPECT_NEAR(squares / 1000 / mean, 1, 0.25);
}

TEST(PlanLoad, DrawsKindsTimesAndPatienceByTheirShares) {
  Scenario scenario = Parsed(kScenario);
  scenario.steps = {{absl::Seconds(1000), 20, 20}};
  const LoadPlan plan = PlanLoad(scenario, {});
  double billing = 0;
  double impatient = 0;
  absl::Duration sum;
  double squares = 0;
  for (const PlannedContact& contact : plan.arrivals) {
    if (contact.kind == 1) {
      EXPECT_EQ(contact.handling, absl::ZeroDuration());
      EXPECT_EQ(contact.patience, absl::InfiniteDuration());
      continue;
    }
    ++billing;
    sum += contact.handling;
    squares += std::pow(absl::ToDoubleSeconds(contact.handling) - 4, 2);
    EXPECT_EQ(contact.wrap_up, absl::Seconds(1));
    if (contact.patience == absl::Seconds(5)) ++impatient;
  }
  EXPECT_NEAR(billing / static_cast<double>(plan.arrivals.size()), 0.75, 0.02);
  EXPECT_NEAR(impatient / billing, 0.5, 0.02);
  EXPECT_NEAR(absl::ToDoubleSeconds(sum) / billing, 4, 0.1);
  EXPECT_NEAR(std::sqrt(squares / billing), 2, 0.15);
}

std::vector<absl::Duration> InstantsOf(const LoadPlan& plan) {
  std::vector<absl::Duration> instants;
  for (const PlannedContact& contact : plan.arrivals) instants.push_back(contact.at);
  return instants;
}

TEST(PlanLoad, IsTheSameBySeed) {
  const Scenario scenario = Parsed(kScenario);
  const auto of_seed = [&](uint64_t seed) {
    return InstantsOf(PlanLoad(scenario, {.seed = seed}));
  };
  EXPECT_EQ(of_seed(7), of_seed(7));
  EXPECT_NE(of_seed(7), of_seed(8));
}

TEST(PlanLoad, KeepsItsBounds) {
  const Scenario scenario = Parsed(kScenario);
  const LoadPlan shorter = PlanLoad(scenario, {.length = absl::Seconds(15)});
  EXPECT_EQ(shorter.length, absl::Seconds(15));
  EXPECT_LT(shorter.arrivals.back().at, absl::Seconds(15));
  EXPECT_FALSE(shorter.cut);
  const LoadPlan fewer = PlanLoad(scenario, {.contacts = 130});
  EXPECT_THAT(fewer.backlog, SizeIs(100));
  EXPECT_THAT(fewer.arrivals, SizeIs(30));
  EXPECT_TRUE(fewer.cut);
  const LoadPlan more = PlanLoad(scenario, {.scale = 4});
  EXPECT_THAT(more.backlog, SizeIs(400));
  EXPECT_NEAR(static_cast<double>(more.arrivals.size()), 4400, 300);
  EXPECT_EQ(ScaledAgents(scenario.agents[0], 0.5), 10);
  EXPECT_EQ(ScaledAgents(scenario.agents[0], 0.001), 1);
}

// ---------------------------------------------------------------------------------------------------
// figures

TEST(QuantileOf, IsTheNearestRank) {
  std::vector<absl::Duration> sorted;
  EXPECT_EQ(QuantileOf(sorted, 0.5), absl::ZeroDuration());
  for (int i = 1; i <= 1000; ++i) sorted.push_back(absl::Milliseconds(i));
  EXPECT_EQ(QuantileOf(sorted, 0.5), absl::Milliseconds(500));
  EXPECT_EQ(QuantileOf(sorted, 0.999), absl::Milliseconds(999));
  EXPECT_EQ(QuantileOf(sorted, 1), absl::Milliseconds(1000));
  EXPECT_EQ(QuantileOf({absl::Seconds(3)}, 0.5), absl::Seconds(3));
}

TEST(LoadFigures, ShowRatesQuantilesFailuresAndContacts) {
  LoadFigures figures;
  const absl::Time began = absl::UnixEpoch();
  figures.Begin(LoadStage::kIngest, began);
  for (int i = 0; i < 100; ++i) {
    const absl::Time sent = began + i * absl::Milliseconds(100);
    figures.Took(LoadStage::kIngest, sent, sent + absl::Milliseconds(i < 95 ? 2 : 100));
  }
  figures.Failed(LoadStage::kIngest, "UNAVAILABLE");
  figures.Failed(LoadStage::kAccept, "OFFER_GONE");
  figures.Failed(LoadStage::kAccept, "OFFER_GONE");
  EXPECT_EQ(figures.failures(), 3);
  const Document shown = figures.Show("head", {{"seed", 1}}, {.planned = 101, .lost = 1});
  EXPECT_EQ(shown.text,
            "head\n\n"
            "step    count  failed  per second  p50 ms  p90 ms  p99 ms  p99.9 ms  max ms\n"
            "ingest    100       1        10.0     2.0     2.0   100.0     100.0   100.0\n"
            "accept      0       2         0.0     0.0     0.0     0.0       0.0     0.0\n"
            "\n"
            "failed: ingest UNAVAILABLE 1\n"
            "failed: accept OFFER_GONE 2\n"
            "contacts: planned=101 sent=0 acknowledged=0 unroutable=0 completed=0 abandoned=0 "
            "waiting=0 ended=0 lost=1\n");
  EXPECT_EQ(shown.data["seed"], 1);
  EXPECT_EQ(shown.data["steps"][0]["p99Ms"], 100.0);
  EXPECT_EQ(shown.data["errors"][1]["count"], 2);
  EXPECT_EQ(shown.data["contacts"]["lost"], 1);
}

}  // namespace
}  // namespace tandem::ctl
