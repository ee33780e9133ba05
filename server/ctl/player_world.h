// What all the simulated people share.
#ifndef TANDEM_SERVER_CTL_PLAYER_WORLD_H_
#define TANDEM_SERVER_CTL_PLAYER_WORLD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

#include "server/ctl/client.h"
#include "server/ctl/player_calls.h"
#include "server/ctl/player_loop.h"
#include "tandem/v1/configuration.pb.h"

namespace tandem::ctl {

// What the player takes from the workspace's configuration.
struct Vocabulary {
  std::vector<std::string> resolved;    // Dispositions that mean success.
  std::vector<std::string> unresolved;  // The others.
  std::set<std::string> media_channels;
  std::set<std::string> pulling_agents;  // Agents whose routing profile lets them claim.
};
[[nodiscard]] Vocabulary ReadVocabulary(const tandem::v1::Configuration& configuration);

// One customer's matter: how the people of the day behave about a ticket.
struct Matter {
  absl::Duration handling =
      absl::Minutes(4);  // Also what an agent takes for a ticket of another day.
  bool answered = false;
};

// Lives on the loop's thread.
class PlayerWorld {
 public:
  PlayerWorld(const Target& target, Vocabulary vocabulary, uint64_t seed);

  PlayerWorld(const PlayerWorld&) = delete;
  PlayerWorld& operator=(const PlayerWorld&) = delete;

  [[nodiscard]] PlayerLoop& loop() { return loop_; }
  [[nodiscard]] PlayerCalls& calls() { return calls_; }
  [[nodiscard]] const std::string& workspace() const { return target_.workspace; }
  [[nodiscard]] const Vocabulary& vocabulary() const { return vocabulary_; }
  // Stubs for unary calls.
  [[nodiscard]] Client& client() { return *clients_.front(); }
  // Stubs for the n-th agent's stream: a connection carries a limited number of streams.
  [[nodiscard]] Client& StreamClient(size_t n) { return *clients_[1 + n % (clients_.size() - 1)]; }

  // True in about `share` of the calls.
  [[nodiscard]] bool Chance(double share);
  // Even between the two.
  [[nodiscard]] absl::Duration Between(absl::Duration least, absl::Duration most);
  [[nodiscard]] std::string DrawDisposition();

  [[nodiscard]] Matter& MatterOf(const std::string& ticket_id) { return matters_[ticket_id]; }

  // Counts a refusal, for the summary at the end: "finish TICKET_CLOSED".
  void NoteRefusal(const std::string& verb, const std::string& reason);
  void NoteRefusal(const std::string& verb, const grpc::Status& status);
  [[nodiscard]] const std::map<std::string, int64_t>& refusals() const { return refusals_; }

 private:
  const Target target_;
  const Vocabulary vocabulary_;
  std::vector<std::unique_ptr<Client>> clients_;
  PlayerLoop loop_;
  PlayerCalls calls_;
  std::mt19937_64 random_;
  absl::flat_hash_map<std::string, Matter> matters_;
  std::map<std::string, int64_t> refusals_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_PLAYER_WORLD_H_
