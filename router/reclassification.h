// What changes of a waiting ticket when it is classified again.
// Internal to router/.
#ifndef TANDEM_ROUTER_RECLASSIFICATION_H_
#define TANDEM_ROUTER_RECLASSIFICATION_H_

#include <cstdint>
#include <optional>
#include <variant>

#include "router/commands.h"
#include "router/contact.h"
#include "router/model.h"
#include "router/rejection.h"
#include "router/state.h"

namespace tandem::router {

// Of each, only what is different from what was said last.
struct Reclassification {
  Reclassified said;  // to be compared with the next time
  QueueIndex queue;   // it moves there; unset: it stays
  std::optional<uint32_t> priority;
  std::optional<Requirement> own;
  std::optional<Plan> plan;
  std::optional<QueueDraw> draw;
};

// Of a ticket that waits. `contact`: as it came in, with what was filled in then. `detail`: what is
// said of the ticket once the command is done. Why not, when the queue can't take it.
std::variant<Reclassification, Rejection> Reclassify(const Context& context, const Ticket& ticket,
                                                     const NewContact& contact,
                                                     const TicketDetail& detail);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_RECLASSIFICATION_H_
