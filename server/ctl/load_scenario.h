// A scenario of `tandemctl load`: a floor, the agents on it, what comes in, and how fast.
//
//   floor: {…}                   a configuration, as `tandemctl apply` takes it
//   agents:
//     - {id: chat, count: 20, agent: {routing_profile: chats, …}, answers: 200ms}
//   contacts:                    kinds, and the share that each has of all
//     - {name: billing, share: 3, contact: {channel: chat, …}, handling: {mean: 4s, deviation: 2s},
//        wrap_up: 1s, abandons: 0.02, patience: 5s}
//   arrivals:                    one step after the other
//     - {for: 20s, per_second: 5, rising_to: 20}
//   backlog: 100                 contacts that wait before the agents log in
#ifndef TANDEM_SERVER_CTL_LOAD_SCENARIO_H_
#define TANDEM_SERVER_CTL_LOAD_SCENARIO_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "tandem/v1/configuration.pb.h"
#include "tandem/v1/ticket.pb.h"

namespace tandem::ctl {

// How long people take: always the mean, or log-normally with this standard deviation.
struct Spread {
  absl::Duration mean = absl::ZeroDuration();
  absl::Duration deviation = absl::ZeroDuration();
};

// Agents who are alike; the n-th is named "<id>-<n>".
struct LoadAgents {
  std::string id;
  int64_t count = 1;
  tandem::v1::Agent agent;
  Spread answers;  // From an offer to the agent's yes.
};

// Contacts that are alike.
struct LoadKind {
  std::string name;
  double share = 1;  // Of all contacts, in proportion to the others'.
  tandem::v1::Contact contact;
  Spread handling;
  Spread wrap_up;       // Mean 0: the agent completes without it.
  double abandons = 0;  // The share of them who do not wait for ever.
  Spread patience;      // How long those wait for an answer.
};

// The rate goes evenly from the first to the second.
struct LoadStep {
  absl::Duration length = absl::ZeroDuration();
  double from_per_second = 0;
  double to_per_second = 0;
};

struct Scenario {
  tandem::v1::Configuration floor;
  std::vector<LoadAgents> agents;
  std::vector<LoadKind> kinds;
  std::vector<LoadStep> steps;
  int64_t backlog = 0;
};

// Reads one document. `name` stands for it in messages.
// On failure: INVALID_ARGUMENT "peak.yaml:12: contacts[0].share: expected …, but …".
[[nodiscard]] absl::StatusOr<Scenario> ParseScenario(const std::string& text,
                                                     const std::string& name);

// Reads a file. On failure: NOT_FOUND when it can't be read, INVALID_ARGUMENT as above.
[[nodiscard]] absl::StatusOr<Scenario> ReadScenario(const std::string& path);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_LOAD_SCENARIO_H_
