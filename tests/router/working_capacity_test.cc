// Goal: what an agent may have follows from what is configured: whose tickets keep whose away, and
// which DEFERRABLE work the live reserve need not hold back. Method: capacities by hand.
#include "router/working_capacity.h"

#include <gtest/gtest.h>

namespace tandem::router {
namespace {

constexpr auto kVoice = static_cast<size_t>(CapacityGroup::kVoice);
constexpr auto kMessaging = static_cast<size_t>(CapacityGroup::kMessaging);
constexpr auto kEmail = static_cast<size_t>(CapacityGroup::kEmail);
constexpr auto kTask = static_cast<size_t>(CapacityGroup::kTask);

// Calls, up to three chats and up to five e-mails, which go together.
Capacity Together() {
  Capacity capacity;
  capacity.total_units = 100;
  capacity.groups[kVoice].max = 1;
  capacity.groups[kMessaging].max = 3;
  capacity.groups[kEmail].max = 5;
  return capacity;
}

uint32_t YieldingOf(const Capacity& capacity) {
  return WorkingCapacity(capacity).yielding;
}

TEST(WorkingCapacity, NothingYieldsWhereNothingInterrupts) {
  EXPECT_EQ(YieldingOf(Together()), 0U);
}

TEST(WorkingCapacity, WorkYieldsThatIsInterruptedAndKeepsNoLiveWorkAway) {
  Capacity capacity = Together();
  capacity.groups[kVoice].exclusive = true;
  capacity.groups[kVoice].interrupts = {CapacityGroup::kEmail};
  EXPECT_EQ(YieldingOf(capacity), BitOf(CapacityGroup::kEmail)) << "a chat keeps calls away";
  capacity.groups[kMessaging].exclusive = true;
  EXPECT_EQ(YieldingOf(capacity), 0U) << "with an e-mail no chat comes";
  capacity.groups[kMessaging].interrupts = {CapacityGroup::kEmail};
  EXPECT_EQ(YieldingOf(capacity), BitOf(CapacityGroup::kEmail));
  capacity.groups[kEmail].max = 1;
  EXPECT_EQ(YieldingOf(capacity), 0U) << "with an e-mail no LIVE one comes";
  capacity.groups[kEmail].live_interrupts = true;
  EXPECT_EQ(YieldingOf(capacity), BitOf(CapacityGroup::kEmail));
}

TEST(WorkingCapacity, GroupsThatAreNotTakenKeepNothingFromYielding) {
  Capacity capacity = Together();
  capacity.groups[kVoice].max = 0;
  capacity.groups[kVoice].exclusive = true;
  capacity.groups[kMessaging].live_interrupts = true;
  EXPECT_EQ(YieldingOf(capacity), BitOf(CapacityGroup::kMessaging));
  capacity.groups[kVoice].max = 1;
  EXPECT_EQ(YieldingOf(capacity), 0U);
  capacity.groups[kVoice].units_per_ticket = 101;
  EXPECT_EQ(YieldingOf(capacity), BitOf(CapacityGroup::kMessaging)) << "it never fits";
}

TEST(WorkingCapacity, UnitsMustLeaveRoomBeside) {
  Capacity capacity = Together();
  capacity.groups[kMessaging].live_interrupts = true;
  capacity.groups[kMessaging].units_per_ticket = 60;
  capacity.groups[kEmail].units_per_ticket = 40;
  EXPECT_EQ(YieldingOf(capacity), BitOf(CapacityGroup::kMessaging));
  capacity.groups[kEmail].units_per_ticket = 41;
  EXPECT_EQ(YieldingOf(capacity), 0U);
  capacity.groups[kEmail].interrupts = {CapacityGroup::kMessaging};
  EXPECT_EQ(YieldingOf(capacity), BitOf(CapacityGroup::kMessaging)) << "what waits needs none";
}

TEST(WorkingCapacity, AGroupIsShutByWhatItDoesNotInterrupt) {
  Capacity capacity = Together();
  capacity.groups[kVoice].exclusive = true;
  capacity.groups[kVoice].interrupts = {CapacityGroup::kEmail};
  const WorkingCapacity working(capacity);
  EXPECT_EQ(working.groups[kVoice].shut_by,
            BitOf(CapacityGroup::kMessaging) | BitOf(CapacityGroup::kTask));
  EXPECT_EQ(working.groups[kEmail].shut_by, BitOf(CapacityGroup::kVoice));
  EXPECT_EQ(working.groups[kTask].shut_by, BitOf(CapacityGroup::kVoice));
  EXPECT_TRUE(working.interrupts);
  EXPECT_EQ(working.live_interrupts, 0U);
}

}  // namespace
}  // namespace tandem::router
