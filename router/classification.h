// What the ordered rules of a workspace say of a contact. Internal to router/.
//
// Rules are tried in their order. Each whose conditions all hold fills in what is still empty then,
// so of several that say the same thing the first one counts; behind one that holds and is marked
// as the last no other is tried. Nothing here changes state: whose turn it is among a rule's queues
// is the rule's credits, and a draw says what they are from then on.
#ifndef TANDEM_ROUTER_CLASSIFICATION_H_
#define TANDEM_ROUTER_CLASSIFICATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "router/command.h"
#include "router/contact.h"
#include "router/model.h"
#include "router/state.h"

namespace tandem::router {

// A queue was drawn from a rule's.
struct QueueDraw {
  uint32_t rule = 0;             // its place in Configuration::classification_rules
  std::vector<int64_t> credits;  // the rule's from then on
};

// What the rules made of a contact.
struct Classification {
  std::vector<std::string> rules;  // that filled something in, in their order
  std::optional<QueueDraw> draw;
  bool plan = false;  // the plan is a rule's
};

// Of a contact whose ticket is there already.
struct Standing {
  // A rule which shares contacts out leaves it in the first of these that is one of its own and
  // takes it, and no turn is taken.
  std::vector<std::string> queues;
  std::string process_type;  // that it keeps, whichever a rule fills in
};

// The condition in words: `customer segment = "gold"`, `attribute amount >= 100`.
std::string Describe(const ContactCondition& condition);

// Fills in what the contact does not say, as far as rules say it. Its client and its language are
// known, as far as they will be. `entry_point`: the contact's, or null; its process type is that of
// a contact without one. What became of each rule that was tried is added to `tried`, when that is
// not null. `earlier`: draws that come before and are not applied yet; may be null. `standing`: of
// its ticket; null: it makes one.
Classification Classify(const Workspace& workspace, const EntryPoint* entry_point,
                        NewContact& contact, std::vector<ContactClassified::TriedRule>* tried,
                        const std::vector<QueueDraw>* earlier, const Standing* standing);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_CLASSIFICATION_H_
