// What the benchmarks of the server have in common: the workspace, its agents and its contacts.
//
// One client and one chat queue without wrap-up. There are `skills` kinds of work, each with a
// process type that asks for a skill of its own at level 3 or more, and for English. An agent does
// five of them (or all, if there are fewer), and has each skill at some level.
#ifndef TANDEM_TESTS_BENCH_WORKLOAD_H_
#define TANDEM_TESTS_BENCH_WORKLOAD_H_

#include <grpcpp/channel.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tandem/v1/ticket.pb.h"

namespace tandem::bench {

inline constexpr char kWorkspace[] = "bench";
inline constexpr size_t kSkillsOfAgent = 5;
inline constexpr unsigned kAskedLevel = 3;

struct Workload {
  size_t agents = 0;
  size_t skills = 1;
  // Chats that an agent takes at once; 0: some take 1, some 2, some 3.
  unsigned chats = 0;
};

// The id of the agent with this number.
std::string AgentId(size_t number);

// The n-th skill of an agent, n below kSkillsOfAgent, and its level.
struct AgentSkill {
  size_t skill = 0;
  unsigned level = 0;
};
AgentSkill SkillOf(const Workload& workload, size_t agent, size_t n);

// A contact as a chat widget might report it, about 350 bytes, of the kind of work `number` modulo
// their number.
v1::Contact MakeContact(const Workload& workload, size_t number);

using Channels = std::vector<std::shared_ptr<grpc::Channel>>;

// Connections of their own to a server of this machine. Throws std::runtime_error without one.
Channels Connect(int port, size_t channels);

// Waits for the server to serve, and configures it. Throws std::runtime_error when it refuses.
void Configure(const std::shared_ptr<grpc::Channel>& channel, const Workload& workload);

// So that each agent can have a connection.
void RaiseFileLimit();

}  // namespace tandem::bench

#endif  // TANDEM_TESTS_BENCH_WORKLOAD_H_
