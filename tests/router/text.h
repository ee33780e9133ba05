// Events, replies and rows as text, for comparing them and for people who read why two of them
// differ.
//
// Instants are written from kStart ("+20s"), tickets with a small id as "t1". Fields that are empty
// are left out.
#ifndef TANDEM_TESTS_ROUTER_TEXT_H_
#define TANDEM_TESTS_ROUTER_TEXT_H_

#include <string>

#include "router/command.h"
#include "router/rows.h"
#include "router/time.h"

namespace tandem::router {

// When the tests begin.
inline constexpr Time kStart{1'700'000'000'000'000};

std::string TextOf(Time time);
std::string TextOf(Duration duration);
std::string TextOf(TicketId ticket);
std::string TextOf(OfferId offer);
std::string TextOf(const HandOff& hand_off);
// One line without its end.
std::string TextOf(const EventRow& event);
// A line, beginning with its end before. Who was chosen for being idle longest alone is left out
// unless `whole`.
std::string TextOf(const Explanation::Choice& choice, bool whole);
// Several lines. Whether there is room for one more only `with_room`.
std::string TextOf(const AgentExplanation& explanation, bool with_room);
// One line; more for a snapshot or an explanation. Texts of clauses, and room, only `with_clauses`.
std::string TextOf(const Outcome& outcome, bool with_clauses = true);
// What a desktop is told, one line.
std::string TextOf(const Notice& notice);
// Everything, one line for each row, in the order of the lists. Configurations by revision only.
std::string TextOf(const Changes& changes);

}  // namespace tandem::router

#endif  // TANDEM_TESTS_ROUTER_TEXT_H_
