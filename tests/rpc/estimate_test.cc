// Goal: who waits is told its position and how long it may take, from what the queue answered last,
// and reports tell how far that was off; where nothing is known nothing is said.
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

struct Estimates : Fixture {
  v1::IngestResult IngestChat() {
    v1::IngestResult result;
    EXPECT_EQ(ReasonOf(IngestStatus(ChatContact(), &result)), "OK");
    return result;
  }
  v1::QueueStatistics Chats() {
    v1::ListQueueStatisticsRequest request;
    request.set_workspace(kWorkspace);
    v1::ListQueueStatisticsResponse response;
    EXPECT_EQ(ReasonOf(queues->ListQueueStatistics(ClientContext(), request, &response)), "OK");
    for (const v1::QueueStatistics& queue : response.queues()) {
      if (queue.queue() == "chats") return queue;
    }
    return {};
  }
  // So many chats, answered one after the other.
  void Answer(const v1::SessionRef& session, int count) {
    for (int i = 0; i < count; ++i) {
      const std::string ticket = Take(session, ChatContact());
      EXPECT_EQ(ReasonOf(Finish(session, ticket)), "OK");
      EXPECT_EQ(ReasonOf(Complete(session, ticket)), "OK");
    }
  }
  std::map<std::string, v1::MetricValue> Report(const std::vector<std::string>& measures) {
    v1::QueryMetricsRequest request;
    request.set_workspace(kWorkspace);
    const int64_t now = engine->Now().us / 1'000'000;
    request.mutable_since()->set_seconds(now - 3'600);
    for (const std::string& measure : measures) request.add_measures(measure);
    v1::QueryMetricsResponse response;
    EXPECT_EQ(ReasonOf(reports->QueryMetrics(ClientContext(), request, &response)), "OK");
    std::map<std::string, v1::MetricValue> values;
    for (size_t i = 0; i < measures.size() && response.rows_size() == 1; ++i) {
      values[measures[i]] = response.rows(0).values(static_cast<int>(i));
    }
    return values;
  }
};

TEST(Estimate, IsToldOnceTheQueueAnsweredEnough) {
  Estimates f;
  const v1::SessionRef ann = f.LogIn("ann");
  f.Answer(ann, 4);
  EXPECT_FALSE(f.IngestChat().has_estimated_wait()) << "four answers tell nothing";
  EXPECT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");

  const v1::IngestResult second = f.IngestChat();
  EXPECT_EQ(second.position(), 1);
  EXPECT_TRUE(second.has_estimated_wait());
  const v1::IngestResult third = f.IngestChat();
  EXPECT_EQ(third.position(), 2);
  const v1::ExplainTicketResponse explained = f.Explain(third.ticket_id());
  EXPECT_EQ(explained.position(), 2);
  EXPECT_TRUE(explained.has_estimated_wait());
  EXPECT_TRUE(f.Get(third.ticket_id()).has_estimated_wait());
  EXPECT_EQ(f.Get(third.ticket_id()).estimated_wait().SerializeAsString(),
            third.estimated_wait().SerializeAsString());
  EXPECT_TRUE(f.Chats().has_estimated_wait());

  v1::Contact joining = ChatContact();
  joining.set_conversation_key("k");
  f.Ingest(joining);
  v1::IngestResult joined;
  EXPECT_EQ(ReasonOf(f.IngestStatus(joining, &joined)), "OK");
  EXPECT_TRUE(joined.joined());
  EXPECT_EQ(joined.position(), 0);
  EXPECT_FALSE(joined.has_estimated_wait());
}

TEST(Estimate, IsNotToldWhileNobodyIsThere) {
  Estimates f;
  const v1::SessionRef ann = f.LogIn("ann");
  f.Answer(ann, 5);
  EXPECT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  const v1::IngestResult waits = f.IngestChat();
  EXPECT_EQ(waits.position(), 1);
  EXPECT_FALSE(waits.has_estimated_wait());
  EXPECT_FALSE(f.Chats().has_estimated_wait());
  const v1::ExplainTicketResponse explained = f.Explain(waits.ticket_id());
  EXPECT_FALSE(explained.has_estimated_wait());
  EXPECT_EQ(explained.no_estimate(), v1::NO_ESTIMATE_REASON_NOBODY_AVAILABLE);
  EXPECT_EQ(explained.available_agents(), 0);

  // Who has work is there.
  EXPECT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_AVAILABLE)), "OK");
  EXPECT_EQ(ReasonOf(f.Accept(ann, f.OfferOf(ann))), "OK");
  const v1::IngestResult second = f.IngestChat();
  EXPECT_TRUE(second.has_estimated_wait());
  const v1::ExplainTicketResponse then = f.Explain(second.ticket_id());
  EXPECT_EQ(then.no_estimate(), v1::NO_ESTIMATE_REASON_UNSPECIFIED);
  EXPECT_EQ(then.available_agents(), 1);
}

TEST(Estimate, OfAQueueThatAnsweredFewSaysSo) {
  Estimates f;
  f.LogIn("ann");
  const v1::ExplainTicketResponse explained = f.Explain(f.Ingest(ChatContact()));
  EXPECT_EQ(explained.no_estimate(), v1::NO_ESTIMATE_REASON_TOO_FEW_ANSWERS);
}

TEST(Estimate, OfAQueueWithAFreeAgentIsNoWait) {
  Estimates f;
  f.LogIn("ann");
  EXPECT_TRUE(f.Chats().has_estimated_wait());
  EXPECT_EQ(f.Chats().estimated_wait().seconds(), 0);
}

TEST(Estimate, IsHeldAgainstWhatHappened) {
  Estimates f;
  const v1::SessionRef ann = f.LogIn("ann");
  f.Answer(ann, 8);
  const auto values = f.Report({"answered", "estimated", "estimate_error", "estimate_hit_rate"});
  ASSERT_EQ(values.size(), 4U);
  EXPECT_EQ(values.at("answered").value(), 8);
  EXPECT_EQ(values.at("estimated").value(), 3) << "those that came once five were answered";
  EXPECT_EQ(values.at("estimate_hit_rate").value(), 1) << "within 30 s";
  EXPECT_LT(values.at("estimate_error").value(), 30);
}

}  // namespace
}  // namespace tandem::rpc
