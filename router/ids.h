// Identities: UUIDs for what the engine creates, dense indexes for what the router keeps in arrays.
//
// Each kind has a type of its own, so that an agent can't be taken for a queue. Indexes are local
// to one workspace of one Router and are never stored; nothing may be ordered by them where the
// order could reach an event.
#ifndef TANDEM_ROUTER_IDS_H_
#define TANDEM_ROUTER_IDS_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tandem::router {

// 128 bits, ordered as their text is. `Tag` tells tickets from contacts.
template <typename Tag>
struct Uuid {
  uint64_t high = 0;
  uint64_t low = 0;

  constexpr bool IsSet() const { return (high | low) != 0; }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Uuid& id) {
    return H::combine(std::move(h), id.high, id.low);
  }
};

using TicketId = Uuid<struct TicketTag>;
using ContactId = Uuid<struct ContactTag>;
using RequestId = Uuid<struct RequestTag>;

// Text of the form 8-4-4-4-12 in lower-case hexadecimal digits.
std::string FormatUuid(uint64_t high, uint64_t low);
// Reads that form, in any case; nothing when `text` has another form or is all zeros.
std::optional<std::pair<uint64_t, uint64_t>> ParseUuid(std::string_view text);

// A UUIDv7 of the instant, in milliseconds, that follows from another one and a number: for what is
// made where no caller brings a fresh one. As unlikely to be used already as the other one was,
// whose random bits it mixes.
std::pair<uint64_t, uint64_t> DeriveUuid(uint64_t high, uint64_t low, uint64_t number,
                                         int64_t unix_ms);

template <typename Tag>
std::string ToString(const Uuid<Tag>& id) {
  return FormatUuid(id.high, id.low);
}
template <typename Id>
std::optional<Id> ParseId(std::string_view text) {
  const auto parts = ParseUuid(text);
  if (!parts) return std::nullopt;
  return Id{parts->first, parts->second};
}

// One offer of a ticket: the ticket and the offer's number, from 1. Text: "<ticket>.<number>".
struct OfferId {
  TicketId ticket;
  uint32_t number = 0;

  constexpr bool IsSet() const { return number != 0; }
  friend constexpr auto operator<=>(const OfferId&, const OfferId&) = default;
};
std::string ToString(const OfferId& id);
std::optional<OfferId> ParseOfferId(std::string_view text);

// A position in one of the router's arrays.
template <typename Tag>
struct Index {
  uint32_t value = kNone;

  static constexpr uint32_t kNone = 0xffffffff;
  constexpr bool IsSet() const { return value != kNone; }
  friend constexpr auto operator<=>(Index, Index) = default;
  template <typename H>
  friend H AbslHashValue(H h, Index index) {
    return H::combine(std::move(h), index.value);
  }
};

using AgentIndex = Index<struct AgentIndexTag>;
using ClassIndex = Index<struct ClassIndexTag>;
using ClientIndex = Index<struct ClientIndexTag>;
using ChannelIndex = Index<struct ChannelIndexTag>;
using DispositionIndex = Index<struct DispositionIndexTag>;
using PlanIndex = Index<struct PlanIndexTag>;
using ProcessTypeIndex = Index<struct ProcessTypeIndexTag>;
using ProfileIndex = Index<struct ProfileIndexTag>;
using QueueIndex = Index<struct QueueIndexTag>;
using RoutingProfileIndex = Index<struct RoutingProfileIndexTag>;
using SiteIndex = Index<struct SiteIndexTag>;
using SkillIndex = Index<struct SkillIndexTag>;
using TeamIndex = Index<struct TeamIndexTag>;
using TicketIndex = Index<struct TicketIndexTag>;
using WorkspaceIndex = Index<struct WorkspaceIndexTag>;

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_IDS_H_
