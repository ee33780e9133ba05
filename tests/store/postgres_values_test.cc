// Goal: values survive the way to PostgreSQL and back, and what is no value of ours is told.
// Method: tables of texts, without a server.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "server/store/postgres_arrays.h"
#include "server/store/postgres_configuration.h"
#include "server/store/postgres_connection.h"
#include "server/store/postgres_names.h"
#include "server/store/storable.h"

namespace tandem::store {
namespace {

TEST(ParseTimestamp, ReadsWhatTheServerWrites) {
  EXPECT_EQ(ParseTimestamp("1970-01-01 00:00:00+00").us, 0);
  EXPECT_EQ(ParseTimestamp("2000-01-01 00:00:00.000001+00").us, 946'684'800'000'001);
  EXPECT_EQ(ParseTimestamp("2026-11-23 08:00:00.25+00").us, 1'795'420'800'250'000);
  EXPECT_EQ(ParseTimestamp("1969-12-31 23:59:59.999999+00").us, -1);
  EXPECT_EQ(ParseTimestamp("0001-12-31 00:00:00+00 BC").us, -62'135'683'200'000'000);
  EXPECT_EQ(ParseTimestamp("294247-01-10 04:00:54.775807+00"), router::kEndOfTime);
}

TEST(ParseTimestamp, RefusesOtherForms) {
  for (const char* text : {"", "infinity", "2026-11-23", "2026-11-23 08:00:00", "23.11.2026 08:00",
                           "2026-11-23 08:00:00+01", "2026-11-23T08:00:00+00"}) {
    EXPECT_THROW(ParseTimestamp(text), CorruptValue) << text;
  }
  EXPECT_THROW(ParseTimestamp(std::nullopt), CorruptValue);
}

TEST(ParseValues, RefuseOtherForms) {
  EXPECT_THROW(ParseBool("true"), CorruptValue);
  EXPECT_THROW(ParseInt8("1.0"), CorruptValue);
  EXPECT_THROW(ParseInt8("9223372036854775808"), CorruptValue);
  EXPECT_THROW(ParseUuid("1"), CorruptValue);
  EXPECT_THROW(FromName<router::TicketState>("queued"), CorruptValue);
  EXPECT_THROW(FromName<router::TicketState>(""), CorruptValue);
  EXPECT_THROW(RequirementFromJson("[[{}]]"), CorruptValue);
  EXPECT_THROW(RequirementFromJson("[["), CorruptValue);
  EXPECT_THROW(AnswerFromJson("{}"), CorruptValue);
  EXPECT_THROW(TextsFromJson("[1]"), CorruptValue);
}

TEST(Names, EveryValueHasItsOwn) {
  for (int value = 1; value <= static_cast<int>(router::kLastEventType); ++value) {
    const auto type = static_cast<router::EventType>(value);
    if (*NameOf(type) == 0) continue;  // no type has the number
    EXPECT_EQ(FromName<router::EventType>(NameOf(type)), type);
  }
  for (int value = 1; value <= static_cast<int>(router::kLastSegmentOutcome); ++value) {
    const auto outcome = static_cast<router::SegmentOutcome>(value);
    EXPECT_EQ(FromName<router::SegmentOutcome>(NameOf(outcome)), outcome);
  }
  for (int value = 1; value <= static_cast<int>(router::kLastTicketState); ++value) {
    const auto state = static_cast<router::TicketState>(value);
    EXPECT_EQ(FromName<router::TicketState>(NameOf(state)), state);
  }
  for (int value = 1; value <= static_cast<int>(router::kLastExitReason); ++value) {
    const auto reason = static_cast<router::ExitReason>(value);
    EXPECT_EQ(FromName<router::ExitReason>(NameOf(reason)), reason);
  }
  for (int value = 1; value <= static_cast<int>(router::EntryReason::kCallback); ++value) {
    const auto reason = static_cast<router::EntryReason>(value);
    EXPECT_EQ(FromName<router::EntryReason>(NameOf(reason)), reason);
  }
  for (int value = 0; value <= static_cast<int>(router::CallbackOutcome::kDoNotCall); ++value) {
    const auto outcome = static_cast<router::CallbackOutcome>(value);
    EXPECT_EQ(FromName<router::CallbackOutcome>(NameOf(outcome)), outcome);
  }
}

TEST(ArrayEncoder, WritesTheBinaryFormat) {
  ArrayEncoder array(SqlType::kText, 2);
  array.Text("ab");
  array.Null();
  EXPECT_EQ(array.Take(), std::string("\0\0\0\1"
                                      "\0\0\0\1"
                                      "\0\0\0\x19"
                                      "\0\0\0\2"
                                      "\0\0\0\1"
                                      "\0\0\0\2ab"
                                      "\xff\xff\xff\xff",
                                      30));
}

// PostgreSQL makes NULL of what a shorter array lacks.
TEST(ArrayEncoder, IsEmptyWhereAllIsNull) {
  ArrayEncoder array(SqlType::kText, 2);
  array.Null();
  array.Null();
  EXPECT_EQ(array.Take(), ArrayEncoder(SqlType::kText, 0).Take());
  EXPECT_EQ(ArrayEncoder(SqlType::kText, 0).Take(), std::string("\0\0\0\0"
                                                                "\0\0\0\1"
                                                                "\0\0\0\x19",
                                                                12));
}

TEST(ArrayEncoder, RefusesWhatNoColumnHolds) {
  ArrayEncoder array(SqlType::kInt8, 1);
  EXPECT_THROW(array.Count(uint64_t{1} << 63), UnstorableValue);
  EXPECT_THROW(array.Timestamp({std::numeric_limits<int64_t>::min()}), UnstorableValue);
}

TEST(ConnectionString, KeepsWhatTheCallerSaysAndAddsTheRest) {
  const std::string text = ConnectionString(
      "postgresql://u:p%27w@h/db?connect_timeout=1&options=-cwork_mem%3D1MB", "-c lock_timeout=5s");
  EXPECT_NE(text.find("password='p\\'w'"), std::string::npos) << text;
  EXPECT_NE(text.find("connect_timeout='1'"), std::string::npos) << text;
  EXPECT_NE(text.find("tcp_user_timeout="), std::string::npos) << text;
  EXPECT_NE(text.find("-c lock_timeout=5s -cwork_mem=1MB'"), std::string::npos) << text;
}

TEST(IsStorableText, KnowsUtf8WithoutNul) {
  for (const char* good :
       {"", "a", "ß", "東", "🎧", "\u007f", "\u0080", "\u07ff", "\u0800", "\uffff"}) {
    EXPECT_TRUE(IsStorableText(good)) << good;
  }
  EXPECT_TRUE(IsStorableText("\xf4\x8f\xbf\xbf"));
  EXPECT_FALSE(IsStorableText(std::string_view("\0", 1)));
  for (const char* bad :
       {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3(", "a\xff"}) {
    EXPECT_FALSE(IsStorableText(bad));
  }
}

}  // namespace
}  // namespace tandem::store
