// What plans are about in explanations, as text: see text.h.
#ifndef TANDEM_TESTS_ROUTER_PLAN_TEXT_H_
#define TANDEM_TESTS_ROUTER_PLAN_TEXT_H_

#include <string>

#include "router/command.h"

namespace tandem::router {

// Who is there, why nobody knows the wait, and how the ticket is offered. A scenario tells each
// where the ticket's plan is about it; `whole`: all of it.
std::string OfferingText(const Explanation& explanation, bool whole);
std::string NextStepText(const Explanation::NextStep& next, bool with_clauses);

}  // namespace tandem::router

#endif  // TANDEM_TESTS_ROUTER_PLAN_TEXT_H_
