// The small language of the golden scenarios: one command in a line of words.
//
// Configuration: `client`, `site`, `skill`, `reason`, `parking_reason`, `disposition`, `channel`,
// `queue`, `process_type`, `profile`, `agent`, `entry_point`, `language`, `rule`, `calendar`,
// `grace`, `cool_down` and `return_after` write into a draft (an id that is there already is
// replaced, `remove <kind> <id>` takes it out); `apply` puts the draft into force, `create`,
// `update` and `delete` one resource of it. `hours` says when a calendar is open. Everything else
// is a command of the router; tests/router/golden shows them all. Agents act in their newest
// session, or in the one named as `ana@1`.
#ifndef TANDEM_TESTS_ROUTER_GOLDEN_LANGUAGE_H_
#define TANDEM_TESTS_ROUTER_GOLDEN_LANGUAGE_H_

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "router/command.h"
#include "router/time.h"

namespace tandem::router {

// A line that means nothing; says why.
struct LineError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The words of a line: plain ones in order, and those of the form name=value.
class Words {
 public:
  explicit Words(const std::string& line);

  // The next plain word; an error when there is none.
  std::string Next(const char* what);
  std::optional<std::string> NextIfAny();
  // The value of a name; each can be taken once.
  std::optional<std::string> Value(const std::string& name);
  // Takes the plain word out if it is there.
  bool Flag(const std::string& word);
  // An error when a word was not taken.
  void ExpectNoMore() const;

 private:
  std::vector<std::string> plain_;
  std::map<std::string, std::string> values_;
};

class GoldenLanguage {
 public:
  // The action that a line means at `now`. None for a line that writes into the draft.
  std::optional<Action> Parse(const std::string& line, Time now);
  // Learns from an answer: sessions that opened, tickets that were made.
  void Notice(const Action& action, const Outcome& outcome);

 private:
  bool ParseConfiguration(const std::string& verb, Words& words);
  std::optional<Action> ParseAgentVerb(const std::string& verb, Words& words, Time now);
  std::optional<Action> ParseTicketVerb(const std::string& verb, Words& words, Time now);
  static std::optional<Action> ParseParticipantVerb(const std::string& verb, Words& words,
                                                    const SessionRef& session, TicketId ticket);
  static std::optional<Action> ParseSupervisorVerb(const std::string& verb, Words& words, Time now);
  IngestContact ParseIngest(Words& words, Time now);
  ConsultQueue ParseConsult(Words& words) const;
  void AddFollowUps(Words& words, CompleteTicket& complete) const;
  static NewContact ParseContact(Words& words, Time now);
  Action ParseUpdate(Words& words, Time now);
  Action ParseAddition(const std::string& verb, Words& words);
  static std::optional<ClosedTicket> ParseClosed(Words& words);
  Action ParseMedia(Words& words);
  static Action ParseHours(Words& words);
  Action ParseApply(Words& words);
  Action ParseResource(const std::string& verb, Words& words);
  SessionRef ParseSession(const std::string& word) const;

  Configuration draft_;
  std::map<std::string, int64_t> generations_;
  uint64_t tickets_ = 0;
  uint64_t contacts_ = 0;
};

Duration ParseDuration(const std::string& word);

// golden_configuration.cc: each reads the words behind the kind.
Channel ParseChannel(Words& words);
Client ParseFairShare(Words& words);
Team ParseTeamLimits(Words& words);
EntryPoint ParseEntryPoint(Words& words);
Language ParseLanguage(Words& words);
ClassificationRule ParseRule(Words& words);
Queue ParseQueue(Words& words);
ProcessTypeDefaults ParseDefaults(Words& words);
RoutingProfile ParseProfile(Words& words);
Agent ParseAgent(Words& words);
// The words "require=", "prefer=" and "agents=": clauses by commas, predicates by bars, as in
// "billing:3|site:lisbon,fr:B2"; preferences as in "billing:1,team:night*5"; agents by commas.
Requirement ParseRequirement(Words& words);
// The word "plan=20s+require=billing:1+priority=5;60s+anybody": steps by semicolons, their words by
// plus signs. Without steps: a plan that does nothing.
std::optional<Plan> ParsePlan(Words& words);
// "voice"
CapacityGroup ParseGroup(const std::string& word);
std::vector<std::string> Split(const std::string& text, char separator);
uint32_t ParseNumber(const std::string& word);
Cefr ParseCefr(const std::string& word);

}  // namespace tandem::router

#endif  // TANDEM_TESTS_ROUTER_GOLDEN_LANGUAGE_H_
