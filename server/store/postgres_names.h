// The names under which values of enums are stored.
//
// They are those of the API, so that a report reads as the API does. A name, once stored, keeps its
// meaning.
#ifndef TANDEM_SERVER_STORE_POSTGRES_NAMES_H_
#define TANDEM_SERVER_STORE_POSTGRES_NAMES_H_

#include <cstddef>
#include <cstdlib>
#include <span>
#include <string_view>

#include "router/model.h"
#include "router/rows.h"
#include "server/store/postgres_arrays.h"

namespace tandem::store {

// The names of the enums that the router itself does not print, from the value `first` on.
template <typename Enum>
struct NameTable;

template <typename Enum, int kFirst, const auto& kNames>
struct NamesFrom {
  static constexpr int first = kFirst;
  static constexpr int last = kFirst + static_cast<int>(std::size(kNames)) - 1;
  static const char* Name(Enum value) {
    const int index = static_cast<int>(value) - first;
    if (index < 0 || index > last - first) std::abort();
    return kNames[static_cast<size_t>(index)];
  }
};

// The enums that the router prints.
template <typename Enum, Enum kLast, int kFirst = 1>
struct NamesOfRouter {
  static constexpr int first = kFirst;
  static constexpr int last = static_cast<int>(kLast);
  static const char* Name(Enum value) { return router::ToString(value); }
};

inline constexpr const char* kPartyNames[] = {"UNKNOWN", "CUSTOMER", "AGENT", "SYSTEM"};
inline constexpr const char* kDirectionNames[] = {"INBOUND", "OUTBOUND", "INTERNAL"};
inline constexpr const char* kLanguageModeNames[] = {"SPOKEN", "WRITTEN"};
inline constexpr const char* kCefrNames[] = {"NONE", "A1", "A2", "B1", "B2", "C1", "C2"};
inline constexpr const char* kOfficeNames[] = {"FRONT", "BACK"};
inline constexpr const char* kUrgencyNames[] = {"LIVE", "DEFERRABLE"};
inline constexpr const char* kAgentKindNames[] = {"HUMAN", "AUTOMATED"};
inline constexpr const char* kWhenClosedNames[] = {"HOLD", "REFUSE", "OVERFLOW"};

template <>
struct NameTable<router::Party> : NamesFrom<router::Party, 0, kPartyNames> {};
template <>
struct NameTable<router::Direction> : NamesFrom<router::Direction, 1, kDirectionNames> {};
template <>
struct NameTable<router::CapacityGroup>
    : NamesOfRouter<router::CapacityGroup, router::CapacityGroup::kTask, 0> {};
template <>
struct NameTable<router::LanguageMode> : NamesFrom<router::LanguageMode, 1, kLanguageModeNames> {};
template <>
struct NameTable<router::Cefr> : NamesFrom<router::Cefr, 0, kCefrNames> {};
template <>
struct NameTable<router::Office> : NamesFrom<router::Office, 1, kOfficeNames> {};
template <>
struct NameTable<router::Urgency> : NamesFrom<router::Urgency, 1, kUrgencyNames> {};
template <>
struct NameTable<router::AgentKind> : NamesFrom<router::AgentKind, 1, kAgentKindNames> {};
template <>
struct NameTable<router::WhenClosed> : NamesFrom<router::WhenClosed, 1, kWhenClosedNames> {};

template <>
struct NameTable<router::TicketState>
    : NamesOfRouter<router::TicketState, router::kLastTicketState> {};
template <>
struct NameTable<router::AgentStatus>
    : NamesOfRouter<router::AgentStatus, router::kLastAgentStatus> {};
template <>
struct NameTable<router::EntryReason>
    : NamesOfRouter<router::EntryReason, router::EntryReason::kRework> {};
template <>
struct NameTable<router::ExitReason> : NamesOfRouter<router::ExitReason, router::kLastExitReason> {
};
template <>
struct NameTable<router::SegmentOutcome>
    : NamesOfRouter<router::SegmentOutcome, router::kLastSegmentOutcome> {};
template <>
struct NameTable<router::AssignmentRole>
    : NamesOfRouter<router::AssignmentRole, router::kLastAssignmentRole> {};
template <>
struct NameTable<router::CallbackOutcome>
    : NamesOfRouter<router::CallbackOutcome, router::CallbackOutcome::kDoNotCall> {
  static constexpr int first = 0;
};
template <>
struct NameTable<router::EventType> : NamesOfRouter<router::EventType, router::kLastEventType> {};
template <>
struct NameTable<router::DistributionMode>
    : NamesOfRouter<router::DistributionMode, router::DistributionMode::kLowestCost> {};
template <>
struct NameTable<router::QueueOrder>
    : NamesOfRouter<router::QueueOrder, router::QueueOrder::kPriorityFirst> {};
template <>
struct NameTable<router::LateOrder>
    : NamesOfRouter<router::LateOrder, router::LateOrder::kAfterPunctual> {};
template <>
struct NameTable<router::ResourceKind>
    : NamesOfRouter<router::ResourceKind, router::ResourceKind::kClassificationRule> {};
template <>
struct NameTable<router::ContactField>
    : NamesOfRouter<router::ContactField, router::ContactField::kAttribute> {};

template <typename Enum>
const char* NameOf(Enum value) {
  return NameTable<Enum>::Name(value);
}

// Throws CorruptValue for a name that no value has.
template <typename Enum>
Enum FromName(std::string_view name) {
  // No name is empty: that is how the router prints a number that no value has.
  for (int value = NameTable<Enum>::first; !name.empty() && value <= NameTable<Enum>::last;
       ++value) {
    if (name == NameOf(static_cast<Enum>(value))) return static_cast<Enum>(value);
  }
  throw CorruptValue("the name of a value", name);
}

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_NAMES_H_
