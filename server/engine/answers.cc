#include "server/engine/answers.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::engine {
namespace {

using router::Action;
using router::Reply;
using store::StoredAnswer;

template <typename T, size_t index = 0>
constexpr uint32_t KindOf() {
  if constexpr (std::is_same_v<std::variant_alternative_t<index, Reply>, T>) {
    return static_cast<uint32_t>(index);
  } else {
    return KindOf<T, index + 1>();
  }
}

// The kinds are in the store: a reply may be added at the end of router::Reply, but none may move.
static_assert(KindOf<router::Done>() == 0);
static_assert(KindOf<router::ConfigurationApplied>() == 1);
static_assert(KindOf<router::ContactIngested>() == 2);
static_assert(KindOf<router::StateReached>() == 3);
static_assert(KindOf<router::TicketsClaimed>() == 4);
static_assert(KindOf<router::MediaReported>() == 6);
static_assert(KindOf<router::TicketRevised>() == 9);
static_assert(KindOf<router::Recorded>() == 10);
static_assert(KindOf<router::ContactStarted>() == 11);
static_assert(KindOf<router::ResourceChanged>() == 12);
static_assert(KindOf<router::ConsultationRequested>() == 14);

struct Keeper {
  StoredAnswer& answer;

  void operator()(const router::Done&) const {}
  void operator()(const router::ConfigurationApplied& reply) const {
    answer.revision = reply.revision;
    answer.created = reply.created;
    answer.updated = reply.updated;
    answer.deleted = reply.deleted;
  }
  void operator()(const router::ResourceChanged& reply) const { answer.revision = reply.revision; }
  void operator()(const router::ContactIngested& reply) const {
    answer.tickets = {reply.ticket};
    answer.contact = reply.contact;
    answer.joined = reply.joined;
    answer.unroutable = reply.unroutable;
    answer.applied = reply.duplicate;  // the field has no other use for this kind
  }
  void operator()(const router::StateReached& reply) const {
    answer.state = reply.state;
    answer.revision = reply.enters_at.us;  // the field has no other use for this kind
    answer.tickets = reply.follow_ups;
  }
  void operator()(const router::TicketsClaimed& reply) const { answer.tickets = reply.tickets; }
  void operator()(const router::MediaReported& reply) const { answer.applied = reply.applied; }
  void operator()(const router::TicketRevised& reply) const { answer.revision = reply.revision; }
  // The field is a number of the reply's own, whatever its name.
  void operator()(const router::Recorded& reply) const {
    answer.revision = reply.sequence;
    // Of a note nobody reads it.
    answer.state = reply.state.value_or(router::TicketState::kActive);
    answer.joined = reply.reopened;
  }
  void operator()(const router::ContactStarted& reply) const {
    answer.tickets = {reply.ticket};
    answer.contact = reply.contact;
    answer.state = reply.state;
  }
  void operator()(const router::ConsultationRequested& reply) const {
    answer.tickets = {reply.request};
  }
  void operator()(const router::LeasesExtended&) const { NotKept(); }
  void operator()(const router::AgentSnapshot&) const { NotKept(); }
  void operator()(const router::Explanation&) const { NotKept(); }
  void operator()(const router::ContactClassified&) const { NotKept(); }
  void operator()(const router::AgentExplanation&) const { NotKept(); }

  [[noreturn]] void NotKept() const {
    std::fprintf(stderr, "expected a reply that is kept, but its kind is %u\n", answer.kind);
    std::abort();
  }
};

}  // namespace

bool KeepsAnswer(const router::Command& command) {
  const Action& action = command.action;
  return !std::holds_alternative<router::OpenSession>(action) &&
         !std::holds_alternative<router::GetAgent>(action) &&
         !std::holds_alternative<router::ExplainTicket>(action) &&
         !std::holds_alternative<router::ExplainAgent>(action) &&
         !std::holds_alternative<router::ClassifyContact>(action) &&
         !std::holds_alternative<router::ExtendLeases>(action);
}

StoredAnswer Keep(const Reply& reply) {
  StoredAnswer answer;
  answer.kind = static_cast<uint32_t>(reply.index());
  std::visit(Keeper{answer}, reply);
  return answer;
}

std::optional<Reply> Recall(const StoredAnswer& answer) {
  switch (answer.kind) {
    case KindOf<router::Done>():
      return router::Done{};
    case KindOf<router::ConfigurationApplied>():
      return router::ConfigurationApplied{.revision = answer.revision,
                                          .created = answer.created,
                                          .updated = answer.updated,
                                          .deleted = answer.deleted,
                                          .changes = {}};
    case KindOf<router::ResourceChanged>():
      return router::ResourceChanged{
          .revision = answer.revision, .resource = std::nullopt, .settings = std::nullopt};
    case KindOf<router::ContactIngested>():
      if (answer.tickets.size() != 1) return std::nullopt;
      return router::ContactIngested{.ticket = answer.tickets.front(),
                                     .contact = answer.contact,
                                     .joined = answer.joined,
                                     .unroutable = answer.unroutable,
                                     .duplicate = answer.applied};
    case KindOf<router::StateReached>():
      return router::StateReached{.state = answer.state,
                                  .enters_at = router::Time{answer.revision},
                                  .follow_ups = answer.tickets};
    case KindOf<router::TicketsClaimed>():
      return router::TicketsClaimed{.tickets = answer.tickets};
    case KindOf<router::MediaReported>():
      return router::MediaReported{.applied = answer.applied};
    case KindOf<router::TicketRevised>():
      return router::TicketRevised{.revision = answer.revision};
    case KindOf<router::Recorded>():
      return router::Recorded{
          .sequence = answer.revision, .state = answer.state, .reopened = answer.joined};
    case KindOf<router::ContactStarted>():
      if (answer.tickets.size() != 1) return std::nullopt;
      return router::ContactStarted{
          .ticket = answer.tickets.front(), .contact = answer.contact, .state = answer.state};
    case KindOf<router::ConsultationRequested>():
      if (answer.tickets.size() != 1) return std::nullopt;
      return router::ConsultationRequested{answer.tickets.front()};
    default:  // a number from the store, not one of our enums
      return std::nullopt;
  }
}

router::ContactIngested Duplicate(const store::KnownContact& first) {
  return {.ticket = first.ticket,
          .contact = first.contact,
          .joined = first.joined,
          .unroutable = first.unroutable,
          .duplicate = true};
}

}  // namespace tandem::engine
