// Goal: both stores sum facts up alike.
// Method: many facts at random, where the two stores must give the same rows for every grouping,
// filter, interval, threshold and open hours that are tried.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "router/limits.h"
#include "server/query/intervals.h"
#include "server/store/facts.h"
#include "tests/store/random_facts.h"
#include "tests/store/store_rows.h"
#include "tests/store/store_test_base.h"

namespace tandem::tests {
namespace {

using router::Hours;
using router::Seconds;
using router::Time;
using store::CommitResult;
using store::Dimension;
using store::FactQuery;
using store::FactRow;

std::map<std::string, std::string> Printed(const std::vector<FactRow>& rows) {
  std::map<std::string, std::string> printed;
  for (const FactRow& row : rows) {
    std::string key = std::to_string(row.key.interval);
    for (const std::string& id : row.key.ids) key += "/" + id;
    std::string values;
    for (const size_t rule : row.rules) values += "rule " + std::to_string(rule) + " ";
    for (size_t i = 0; i < row.values.size(); ++i) {
      values += std::to_string(i) + ":";
      values += (row.values[i] ? std::to_string(*row.values[i]) : "-") + " ";
    }
    printed[key] = values;
  }
  return printed;
}

// Some that are never met, of every scope, and from different instants on.
std::vector<store::ThresholdRule> SomeRules(Time from) {
  using enum store::AbandonTreatment;
  return {
      {.client = "client1",
       .queues = {"queue1", "queue3"},
       .since = from + Hours(30),
       .threshold = {.within = Seconds(10), .short_abandon = Seconds(3), .abandons = kPositive}},
      {.client = "client1",
       .queues = {},
       .since = from + Hours(20),
       .threshold = {.within = Seconds(40), .short_abandon = {}, .abandons = kIgnored}},
      {.client = "client1",
       .queues = {},
       .since = from,
       .threshold = {.within = Seconds(20), .short_abandon = Seconds(5), .abandons = kNegative}},
      {.client = "",
       .queues = {"queue2"},
       .since = from + Hours(10),
       .threshold = {.within = Seconds(30), .short_abandon = Seconds(8), .abandons = kPositive}}};
}

// Shifts of some hours, for two of the queues of which each has others.
std::vector<store::QueueHours> SomeHours(Time from) {
  std::vector<store::QueueHours> hours = {{.queues = {"queue1"}, .open = {}},
                                          {.queues = {"queue9", "queue3"}, .open = {}}};
  for (int64_t shift = 0; shift < 12; ++shift) {
    const Time begins = from + Hours(7 * shift) + Seconds(shift);
    hours[0].open.push_back({begins, begins + Hours(3)});
    if (shift > 4) hours[1].open.push_back({begins + Hours(2), begins + Hours(4)});
  }
  return hours;
}

TEST(FactsOfBothStores, AreSummedUpAlike) {
  constexpr uint64_t kSeed = 20'261'123;
  const Time from = kMorning;
  const Time until = kMorning + router::Days(3);
  router::Changes facts = RandomFacts(kSeed, 400, from, until);
  MemoryBacking memory;
  PostgresBacking postgres(SharedCluster().CreateDatabase("migrated"));
  for (Backing* backing : {static_cast<Backing*>(&memory), static_cast<Backing*>(&postgres)}) {
    store::Store& opened = backing->OpenStore();
    const auto acquired = opened.Acquire(0, "test");
    ASSERT_TRUE(acquired.ok()) << acquired.status();
    ASSERT_EQ(opened.Commit(MakeBatch(acquired->epoch, 1, facts)), CommitResult::kCommitted);
  }
  const absl::TimeZone zone = *query::FindTimeZone("Asia/Kolkata");
  int compared = 0;
  for (const auto interval : {query::ReportInterval::kWhole, query::ReportInterval::kQuarterHour,
                              query::ReportInterval::kHour, query::ReportInterval::kDay}) {
    for (uint32_t groups = 0; groups < 64;
         groups += interval == query::ReportInterval::kWhole ? 1 : 5) {
      for (int variant = 0; variant < 4; ++variant) {
        FactQuery query = WholeQuery(from + Hours(1), until - Hours(1));
        query.now = until;
        query.boundaries = query::BoundariesOf(query.boundaries[0], query.boundaries[1], interval,
                                               zone, router::kMaxReportIntervals);
        query.group_by = groups;
        if (variant > 0) {
          query.threshold.within = Seconds(25);
          query.hours = SomeHours(from);
        }
        if (variant > 1) {
          query.threshold.short_abandon = Seconds(8);
          query.filter[store::IndexOf(Dimension::kClient)] = {"client1", "client9"};
          query.filter[store::IndexOf(Dimension::kChannel)] = {"channel1", "channel2"};
        }
        if (variant > 2) {
          query.rules = SomeRules(from);
          query.filter = {};
        }
        const auto of_memory = memory.reader().SumFacts(query);
        const auto of_postgres = postgres.reader().SumFacts(query);
        ASSERT_TRUE(of_memory.ok()) << of_memory.status();
        ASSERT_TRUE(of_postgres.ok()) << of_postgres.status();
        ASSERT_FALSE(of_memory->empty());
        ASSERT_EQ(Printed(*of_memory), Printed(*of_postgres))
            << "seed " << kSeed << ", groups " << groups << ", variant " << variant
            << ", intervals " << query.boundaries.size() - 1;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 100);
}

}  // namespace
}  // namespace tandem::tests
