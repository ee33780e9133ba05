// Ids as text, and back.
#include "router/ids.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tandem::router {
namespace {

constexpr char kText[] = "01890a5d-ac96-774b-bcce-b302099a8057";

std::string OfferText(const char* number) {
  std::string text = kText;
  text += number;
  return text;
}

TEST(Uuid, IsReadAndWrittenAsTheSameText) {
  const auto id = ParseId<TicketId>(kText);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->high, 0x01890a5dac96774bU);
  EXPECT_EQ(id->low, 0xbcceb302099a8057U);
  EXPECT_EQ(ToString(*id), kText);
}

TEST(Uuid, IsReadInAnyCase) {
  EXPECT_EQ(ParseId<TicketId>("01890A5D-AC96-774B-BCCE-B302099A8057"), ParseId<TicketId>(kText));
}

TEST(Uuid, IsNotReadFromAnotherForm) {
  for (const char* text : {
           "",
           "01890a5d-ac96-774b-bcce-b302099a805",    // short
           "01890a5d-ac96-774b-bcce-b302099a80577",  // long
           "01890a5dac96774bbcceb302099a8057",       // without dashes
           "01890a5d-ac96-774bb-cce-b302099a8057",   // a dash elsewhere
           "01890a5g-ac96-774b-bcce-b302099a8057",   // a letter beyond f
           "{01890a5d-ac96-774b-bcce-b302099a805}",
           " 1890a5d-ac96-774b-bcce-b302099a8057",
           "00000000-0000-0000-0000-000000000000",
       }) {
    EXPECT_FALSE(ParseId<TicketId>(text)) << text;
  }
}

TEST(Uuid, IsOrderedAsItsText) {
  const std::set<TicketId> ids = {{2, 0}, {1, 5}, {0, 9}, {1, 4}, {0xffffffffffffffff, 0}};
  std::string last;
  for (const TicketId& id : ids) {
    EXPECT_LT(last, ToString(id));
    last = ToString(id);
  }
}

TEST(Uuid, IsUnsetWhenAllZeros) {
  EXPECT_FALSE(TicketId{}.IsSet());
  EXPECT_TRUE((TicketId{0, 1}.IsSet()));
  EXPECT_TRUE((TicketId{1, 0}.IsSet()));
}

TEST(OfferId, IsReadAndWrittenAsTheSameText) {
  const std::string text = OfferText(".17");
  const auto offer = ParseOfferId(text);
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->ticket, *ParseId<TicketId>(kText));
  EXPECT_EQ(offer->number, 17U);
  EXPECT_EQ(ToString(*offer), text);
  EXPECT_TRUE(ParseOfferId(OfferText(".4294967295")));
}

TEST(OfferId, IsNotReadFromAnotherForm) {
  for (const char* number : {"", ".", ".0", ".-1", ".+1", ".1 ", ". 1", ".1.1", ".x", ".01",
                             ".4294967296", ".99999999999999999999"}) {
    EXPECT_FALSE(ParseOfferId(OfferText(number))) << number;
  }
  EXPECT_FALSE(ParseOfferId("t1.1"));
}

}  // namespace
}  // namespace tandem::router
