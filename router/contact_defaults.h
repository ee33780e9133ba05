// What is configured for contacts that leave it out: by rules, by their entry point, by their
// language.
// Internal to router/.
#ifndef TANDEM_ROUTER_CONTACT_DEFAULTS_H_
#define TANDEM_ROUTER_CONTACT_DEFAULTS_H_

#include <string>
#include <vector>

#include "router/classification.h"
#include "router/command.h"
#include "router/contact.h"
#include "router/model.h"
#include "router/state.h"

namespace tandem::router {

// Fills in what the contact does not say: what is said of its client and its language first, then
// what classification rules say, then the rest of what its entry point says; its priority always.
// `tried`, `earlier` and `standing` as in Classify.
Classification FillIn(const Workspace& workspace, NewContact& contact,
                      std::vector<ContactClassified::TriedRule>* tried = nullptr,
                      const std::vector<QueueDraw>* earlier = nullptr,
                      const Standing* standing = nullptr);

// The level that is asked of the agent for a contact in the language, which is canonical: that of
// the configured language whose tag is the longest beginning of it by whole subtags.
Cefr LevelFor(const Workspace& workspace, const std::string& language);

// What the process type asks and what the contact, or its ticket later, asks itself, in the
// language at the process type's level; agents whom `own` names count instead of the process
// type's.
Requirement WithOwn(const Requirement& own, const std::string& language,
                    const ProcessTypeDefaults& defaults);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_CONTACT_DEFAULTS_H_
