#include "server/ctl/player_world.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr size_t kStreamConnections = 4;

}  // namespace

Vocabulary ReadVocabulary(const v1::Configuration& configuration) {
  Vocabulary words;
  for (const v1::Disposition& disposition : configuration.dispositions()) {
    (disposition.resolved() ? words.resolved : words.unresolved).push_back(disposition.id());
  }
  words.media_channels = {"voice", "video", "callback"};
  for (const v1::Channel& channel : configuration.channels()) {
    if (channel.has_media()) {
      words.media_channels.insert(channel.id());
    } else {
      words.media_channels.erase(channel.id());
    }
  }
  std::set<std::string> pulling_profiles;
  for (const v1::RoutingProfile& profile : configuration.routing_profiles()) {
    for (const v1::RoutingProfileQueue& queue : profile.queues()) {
      if (queue.pull()) pulling_profiles.insert(profile.id());
    }
  }
  for (const v1::Agent& agent : configuration.agents()) {
    if (pulling_profiles.contains(agent.routing_profile())) words.pulling_agents.insert(agent.id());
  }
  return words;
}

PlayerWorld::PlayerWorld(const Target& target, Vocabulary vocabulary, uint64_t seed)
    : target_(target), vocabulary_(std::move(vocabulary)), calls_(loop_), random_(seed) {
  for (size_t i = 0; i < 1 + kStreamConnections; ++i) {
    clients_.push_back(std::make_unique<Client>(Connect(target.address, target.security)));
  }
}

bool PlayerWorld::Chance(double share) {
  return std::uniform_real_distribution<double>(0, 1)(random_) < share;
}

absl::Duration PlayerWorld::Between(absl::Duration least, absl::Duration most) {
  return least + std::uniform_real_distribution<double>(0, 1)(random_) * (most - least);
}

std::string PlayerWorld::DrawDisposition() {
  const bool resolved = Chance(0.8);
  const std::vector<std::string>& first = resolved ? vocabulary_.resolved : vocabulary_.unresolved;
  const std::vector<std::string>& second = resolved ? vocabulary_.unresolved : vocabulary_.resolved;
  const std::vector<std::string>& ids = first.empty() ? second : first;
  if (ids.empty()) return "";
  return ids[std::uniform_int_distribution<size_t>(0, ids.size() - 1)(random_)];
}

void PlayerWorld::NoteRefusal(const std::string& verb, const std::string& reason) {
  ++refusals_[absl::StrCat(verb, " ", reason)];
}

void PlayerWorld::NoteRefusal(const std::string& verb, const grpc::Status& status) {
  NoteRefusal(verb, ReasonOrCode(status));
}

}  // namespace tandem::ctl
