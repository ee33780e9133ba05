// Goal: a line of the log has its fields in either form, and nothing that comes from outside can
// make two lines of one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "nlohmann/json.hpp"
#include "server/log/fields.h"
#include "server/log/formatters.h"

namespace tandem::log {
namespace {

using testing::EndsWith;
using testing::MatchesRegex;

class LogTest : public testing::Test {
 protected:
  void Use(std::unique_ptr<spdlog::formatter> formatter) {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
    logger->set_formatter(std::move(formatter));
    before_ = spdlog::default_logger();
    spdlog::set_default_logger(std::move(logger));
  }
  void TearDown() override { spdlog::set_default_logger(before_); }

  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

TEST_F(LogTest, ShowsFieldsBehindTheText) {
  Use(MakeTextFormatter());
  Write(spdlog::level::info, "call", {{"rpc", "A/B"}, {"note", "two words"}, {"empty", ""}});
  EXPECT_THAT(text_.str(), EndsWith(" info: call rpc=A/B note=\"two words\" empty=\"\"\n"));
}

TEST_F(LogTest, ShowsFieldsAsMembersInJson) {
  Use(MakeJsonFormatter());
  Write(spdlog::level::warn, "call", {{"rpc", "A/B"}, {"trace_id", "4bf9"}});
  const auto line = nlohmann::json::parse(text_.str());
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["message"], "call");
  EXPECT_EQ(line["rpc"], "A/B");
  EXPECT_EQ(line["trace_id"], "4bf9");
  EXPECT_THAT(std::string(line["time"]), MatchesRegex("20.*T.*Z"));
}

TEST_F(LogTest, HasNoFieldsOfALineBefore) {
  Use(MakeJsonFormatter());
  Write(spdlog::level::info, "first", {{"rpc", "A/B"}});
  spdlog::info("second");
  const std::string text = text_.str();
  const auto second = nlohmann::json::parse(text.substr(text.find('\n') + 1));
  EXPECT_EQ(second["message"], "second");
  EXPECT_FALSE(second.contains("rpc"));
}

TEST_F(LogTest, KeepsALineALine) {
  const std::string evil = "x\n2026-01-01 error: forged \xff";
  for (const bool json : {false, true}) {
    text_.str("");
    Use(json ? MakeJsonFormatter() : MakeTextFormatter());
    Write(spdlog::level::info, "call", {{"workspace", evil}});
    const std::string text = text_.str();
    EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
    spdlog::set_default_logger(before_);
  }
}

}  // namespace
}  // namespace tandem::log
