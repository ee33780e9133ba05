// Where a contact's ticket belongs, and what it takes from its process type, its language and its
// queue.
// Internal to router/.
#ifndef TANDEM_ROUTER_PLACEMENT_H_
#define TANDEM_ROUTER_PLACEMENT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "router/contact.h"
#include "router/model.h"
#include "router/rejection.h"
#include "router/state.h"

namespace tandem::router {

struct Placement {
  QueueIndex queue;
  ProcessTypeDefaults defaults;
  QueueIndex instead_of{};  // the closed queue whose tickets overflow to `queue`; unset: none
  bool blocked = false;     // it waits for other tickets first
};

// What the process type says of contacts over the channel; null: nothing.
const ProcessTypeDefaults* DefaultsFor(const ProcessType& type, const std::string& channel);
// The defaults for a contact that names its queue and whose process type says nothing of its
// channel.
ProcessTypeDefaults OwnDefaults(const std::string& queue, Urgency urgency);

// Of a contact whose references are checked: its queue, or else its process type's; or why it can't
// be there.
std::variant<Placement, Rejection> Place(const Workspace& workspace, const NewContact& contact);
// The same in a queue that is chosen. `configured`: as of DefaultsFor.
Placement PlacementIn(const Workspace& workspace, const NewContact& contact, QueueIndex queue,
                      const ProcessTypeDefaults* configured);
// The contact's plan, or the process type's, or the queue's. Every step asks for the contact's
// language, unless it asks for languages itself.
Plan PlanOf(const NewContact& contact, const ProcessTypeDefaults& defaults, const Queue& queue);

// Whether all that it names is configured, but for agents: then the ticket is unroutable, and kept.
std::optional<Rejection> CheckAsked(const Workspace& workspace, const Requirement& requirement);
std::optional<Rejection> CheckAsked(const Workspace& workspace, const Plan& plan);
// The same of a requirement that a ticket is given later.
std::optional<Rejection> CheckOwnRequirement(const Workspace& workspace, const Requirement& own);
// Whether there is such a queue, for tickets of the client.
std::optional<Rejection> CheckQueue(const Workspace& workspace, QueueIndex index,
                                    const std::string& id, ClientIndex client);
// Whether one more may wait in the queue, in which it counts for `already` places. `more`: come in
// before it by the same command.
std::optional<Rejection> CheckRoom(const QueueState& queue, size_t already, size_t more = 0);

Rejection RefuseUnknown(Reason reason, const char* kind, const std::string& id);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_PLACEMENT_H_
