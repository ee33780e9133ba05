// A small contact centre that works as hard as the server lets it, and writes down every promise it
// gets.
//
// Connectors bring contacts in by single calls and batches, each repeated with the same ids until
// it is answered. Agents work over streams or by unary calls; they accept, decline, fail or ignore
// offers, claim back-office work, start, finish, complete, release, and let time limits pass. The
// telephony adapter is played by the agent's thread.
#ifndef TANDEM_TESTS_E2E_LOAD_H_
#define TANDEM_TESTS_E2E_LOAD_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/ctl/client.h"
#include "tests/e2e/journal.h"

namespace tandem::e2e {

inline constexpr const char kWorkspace[] = "e2e";
inline constexpr int kAgents = 12;
// What each agent takes at once.
inline constexpr int kMaxVoice = 1;
inline constexpr int kMaxMessaging = 3;
inline constexpr int kMaxTask = 2;
// How many agents a call rings at once.
inline constexpr size_t kRings = 2;
// Of one call.
inline constexpr std::chrono::milliseconds kCallLimit{2000};

struct LoadOptions {
  std::string address;
  uint64_t seed = 0;
  int connectors = 4;
  // Contacts wait outside while this many tickets wait, so that a slow machine does not pile them
  // up.
  int max_waiting = 60;
};

// What the threads share.
struct LoadState {
  LoadOptions options;
  Journal& journal;
  std::atomic<bool> stop_connectors{false};
  // From now on every offer is taken and all work is done.
  std::atomic<bool> drain{false};
  std::atomic<bool> stop_agents{false};
  std::atomic<int> waiting{0};  // as of a moment ago
};

class Load {
 public:
  Load(LoadOptions options, Journal& journal);
  ~Load();

  // Applies the configuration and starts all threads.
  void Start();
  // Lets no more contacts in, and waits for those that are under way.
  void StopConnectors();
  // Whether every ticket is closed.
  bool AllClosed();
  void StopAgents();

 private:
  LoadState state_;
  ctl::Client client_;
  std::vector<std::jthread> connectors_, agents_;
};

// Threads of the load.
void RunConnector(LoadState& state, int number);
void RunBatchConnector(LoadState& state);
void RunGauge(LoadState& state);
void RunUnaryAgent(LoadState& state, int number);
void RunStreamAgent(LoadState& state, int number);
std::string AgentName(int number);
// Chats ask for experts until the first step of their plan, a second later.
inline bool IsExpert(const std::string& agent) {
  return (agent.back() - '0') % 2 == 0;
}

}  // namespace tandem::e2e

#endif  // TANDEM_TESTS_E2E_LOAD_H_
