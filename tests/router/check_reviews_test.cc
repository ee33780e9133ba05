// What a process type says of reviews: whom it names, how much of the work, and the defaults that
// are filled in.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "router/check.h"
#include "router/limits.h"

namespace tandem::router {
namespace {

ProcessType TypeIn(const std::string& id, const std::string& channel, const std::string& queue) {
  ProcessTypeDefaults defaults;
  defaults.channel = channel;
  defaults.queue = queue;
  ProcessType type;
  type.id = id;
  type.defaults = {defaults};
  return type;
}

// Claims are reviewed as checks; calls are not reviewed.
Configuration WithReviews() {
  Configuration configuration;
  for (const char* id : {"claims", "checks"}) {
    Queue queue;
    queue.id = id;
    queue.office = Office::kBack;
    queue.urgency = Urgency::kDeferrable;
    configuration.queues.push_back(queue);
  }
  configuration.process_types = {TypeIn("claim", "", "claims"), TypeIn("check", "task", "checks"),
                                 TypeIn("call", "voice", "claims")};
  configuration.process_types[0].review.process_type = "check";
  configuration.dispositions = {Disposition{{"paid", ""}, true},
                                Disposition{{"refused", ""}, false}};
  return configuration;
}

std::string Found(Configuration configuration) {
  const auto rejection = CheckConfiguration(configuration, "configuration");
  if (!rejection) return "";
  return std::string(ToString(rejection->reason)) + " " + rejection->violations.at(0).field;
}

struct ReviewCase {
  const char* what;
  std::function<void(Configuration&, ReviewPolicy&)> change;
  std::string expected;  // "" or the reason and the first field
};

void ExpectReviews(const std::vector<ReviewCase>& cases) {
  for (const ReviewCase& one : cases) {
    Configuration configuration = WithReviews();
    one.change(configuration, configuration.process_types[0].review);
    EXPECT_EQ(Found(configuration), one.expected) << one.what;
  }
}

TEST(CheckReviews, TakesWhatIsWithinLimits) {
  ExpectReviews({
      {"as it is", [](auto&, auto&) {}, ""},
      {"no reviews", [](auto&, auto& review) { review = {}; }, ""},
      {"one in a thousand", [](auto&, auto& review) { review.share_milli = 1; }, ""},
      {"all", [](auto&, auto& review) { review.share_milli = kAllCompletions; }, ""},
      {"some dispositions",
       [](auto&, auto& review) {
         review.dispositions = {"refused", "paid"};
       },
       ""},
      {"as many as may be",
       [](auto&, auto& review) { review.dispositions.assign(kMaxReviewedDispositions, "paid"); },
       ""},
      {"reviews on every channel",
       [](auto& c, auto&) { c.process_types[1].defaults[0].channel.clear(); }, ""},
      {"two that are reviewed as the same",
       [](auto& c, auto& review) { c.process_types[2].review = review; }, ""},
      {"reviews that come first",
       [](auto& c, auto&) { std::swap(c.process_types[0], c.process_types[1]); }, ""},
  });
}

TEST(CheckReviews, SaysWhatIsAtFault) {
  const std::string at = "configuration.process_types[0].review";
  ExpectReviews({
      {"no process type",
       [](auto&, auto& review) {
         review = {"", 500, {}};
       },
       "FIELD_REQUIRED " + at + ".process_type"},
      {"an unknown one", [](auto&, auto& review) { review.process_type = "none"; },
       "REFERENCE_BROKEN " + at + ".process_type"},
      {"itself", [](auto&, auto& review) { review.process_type = "claim"; },
       "FIELD_MALFORMED " + at + ".process_type"},
      {"one that is reviewed",
       [](auto& c, auto&) {
         c.process_types.push_back(TypeIn("second", "task", "checks"));
         c.process_types[1].review.process_type = "second";
       },
       "FIELD_MALFORMED " + at + ".process_type"},
      {"one without tasks", [](auto&, auto& review) { review.process_type = "call"; },
       "FIELD_MALFORMED " + at + ".process_type"},
      {"one without defaults", [](auto& c, auto&) { c.process_types[1].defaults.clear(); },
       "FIELD_MALFORMED " + at + ".process_type"},
      {"more than all", [](auto&, auto& review) { review.share_milli = kAllCompletions + 1; },
       "FIELD_OUT_OF_RANGE " + at + ".share"},
      {"an unknown disposition",
       [](auto&, auto& review) {
         review.dispositions = {"paid", "none"};
       },
       "REFERENCE_BROKEN " + at + ".dispositions[1]"},
      {"too many dispositions",
       [](auto&, auto& review) {
         review.dispositions.assign(kMaxReviewedDispositions + 1, "paid");
       },
       "FIELD_TOO_LARGE " + at + ".dispositions"},
  });
}

TEST(FillDefaults, OfReviewsAreAllCompletionsAndEachDispositionOnce) {
  Configuration configuration = WithReviews();
  configuration.process_types[0].review.dispositions = {"refused", "paid", "refused"};
  ASSERT_EQ(Found(configuration), "");
  FillDefaults(configuration);
  const ReviewPolicy all{"check", kAllCompletions, {"paid", "refused"}};
  EXPECT_EQ(configuration.process_types[0].review, all);
  EXPECT_EQ(configuration.process_types[1].review, ReviewPolicy{});
  EXPECT_EQ(configuration.process_types[2].review, ReviewPolicy{});

  configuration.process_types[0].review = {"check", 250, {}};
  FillDefaults(configuration);
  const ReviewPolicy fourth{"check", 250, {}};
  EXPECT_EQ(configuration.process_types[0].review, fourth);
}

}  // namespace
}  // namespace tandem::router
