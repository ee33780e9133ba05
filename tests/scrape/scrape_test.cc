// Goal: a page is bounded whatever the floor is, what is beyond the bound is added up and not lost,
// and the process is told as Linux tells it.
#include "server/scrape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace tandem {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr router::Time kNow{1'000'000'000};

router::Census CensusWith(size_t workspaces, size_t queues) {
  router::Census census;
  for (size_t i = 0; i < workspaces; ++i) {
    router::WorkspaceCensus& workspace = census.workspaces.emplace_back();
    workspace.workspace = absl::StrCat("w", i);
    workspace.open_tickets = 2;
    workspace.agents[static_cast<size_t>(router::AgentStatus::kAvailable)] = 3;
    for (size_t j = 0; j < queues; ++j) {
      workspace.queues.push_back({.queue = absl::StrCat("q", j),
                                  .waiting = 1,
                                  .oldest_queued_at = kNow - router::Seconds(int64_t(i + j + 1)),
                                  .in_service = 4});
    }
  }
  return census;
}

std::string Text(const router::Census& census, const ScrapeOptions& options) {
  metrics::Page page;
  SetCensus(census, kNow, options, page);
  return page.Text();
}

TEST(SetCensus, TellsOfEachQueueAndWorkspace) {
  const std::string text = Text(CensusWith(1, 1), {});
  EXPECT_THAT(text, HasSubstr(R"(tandem_open_tickets{workspace="w0"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(tandem_agents{workspace="w0",status="available"} 3)"));
  EXPECT_THAT(text, HasSubstr(R"(tandem_agents{workspace="w0",status="not_responding"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(tandem_queue_waiting{workspace="w0",queue="q0"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(tandem_queue_oldest_wait_seconds{workspace="w0",queue="q0"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(tandem_queue_in_service{workspace="w0",queue="q0"} 4)"));
  EXPECT_THAT(text, Not(HasSubstr(R"("other")")));
}

TEST(SetCensus, AddsUpWhatIsBeyondTheBound) {
  const std::string text =
      Text(CensusWith(3, 2), {.most_queues = 4, .most_workspaces = 2, .census_patience = {}});
  EXPECT_THAT(text, HasSubstr(R"(tandem_queue_waiting{workspace="w1",queue="q1"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr(R"(workspace="w2")")));
  EXPECT_THAT(text, HasSubstr(R"(tandem_queue_waiting{workspace="other",queue="other"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(tandem_queue_in_service{workspace="other",queue="other"} 8)"));
  // The longest wait of them all.
  EXPECT_THAT(text,
              HasSubstr(R"(tandem_queue_oldest_wait_seconds{workspace="other",queue="other"} 4)"));
  EXPECT_THAT(text, HasSubstr(R"(tandem_agents{workspace="other",status="available"} 3)"));
}

TEST(SetCensus, IsBoundedForAnyFloor) {
  const std::string text = Text(CensusWith(500, 20), {});
  const auto lines = std::count(text.begin(), text.end(), '\n');
  EXPECT_LE(lines, 3 * 1'001 + 6 * 201 + 200);
  EXPECT_LT(text.size(), 300'000U);
}

TEST(SetProcess, TellsOfThisProcess) {
  metrics::Page page;
  SetProcess(page);
  const std::string text = page.Text();
  const auto value = [&text](const std::string& name) {
    const size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1.0 : std::stod(text.substr(at + name.size() + 2));
  };
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GE(value("process_virtual_memory_bytes"), value("process_resident_memory_bytes"));
  EXPECT_GE(value("process_threads"), 1);
  EXPECT_GE(value("process_cpu_seconds_total"), 0);
  EXPECT_GE(value("process_max_fds"), value("process_open_fds"));
  EXPECT_NEAR(value("process_start_time_seconds"), static_cast<double>(time(nullptr)), 60);
  const double before = value("process_open_fds");
  const int file = dup(0);
  metrics::Page again;
  SetProcess(again);
  EXPECT_THAT(again.Text(), HasSubstr(absl::StrCat("\nprocess_open_fds ", before + 1)));
  close(file);
}

TEST(Scrape, TellsOfTheProcessBeforeAnythingIsServed) {
  const std::string text = Scrape({}).Page();
  EXPECT_THAT(text, HasSubstr("\ntandem_ready 0\n"));
  EXPECT_THAT(text, HasSubstr("\ntandem_census_complete 0\n"));
  EXPECT_THAT(text, HasSubstr("tandem_build_info{version="));
}

}  // namespace
}  // namespace tandem
