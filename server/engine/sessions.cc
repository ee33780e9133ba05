#include "server/engine/sessions.h"

#include <algorithm>

namespace tandem::engine {

Sessions::Sessions(router::Duration heartbeat_timeout) : heartbeat_timeout_(heartbeat_timeout) {}

void Sessions::Open(const std::string& workspace, const router::SessionRef& session,
                    bool has_stream, router::Time now) {
  Key key(workspace, session.agent);
  const auto place = sessions_.find(key);
  if (place != sessions_.end() && place->second.generation > session.generation) return;
  sessions_[key] = {session.generation, has_stream, now};
  if (!has_stream) checks_.push({now + heartbeat_timeout_, std::move(key), session.generation});
}

void Sessions::Close(const std::string& workspace, const router::SessionRef& session) {
  const auto place = sessions_.find(Key(workspace, session.agent));
  if (place != sessions_.end() && place->second.generation == session.generation) {
    sessions_.erase(place);
  }
}

void Sessions::Heartbeat(const std::string& workspace, const router::SessionRef& session,
                         router::Time now) {
  const auto place = sessions_.find(Key(workspace, session.agent));
  if (place != sessions_.end() && place->second.generation == session.generation) {
    place->second.heard_at = std::max(place->second.heard_at, now);
  }
}

bool Sessions::Has(const std::string& workspace, const router::SessionRef& session) const {
  const auto place = sessions_.find(Key(workspace, session.agent));
  return place != sessions_.end() && place->second.generation == session.generation;
}

void Sessions::Forgive(router::Time now) {
  forgiven_until_ = std::max(forgiven_until_, now);
}

std::vector<router::Command> Sessions::TakeSilent(router::Time now) {
  std::vector<router::Command> silent;
  while (!checks_.empty() && checks_.top().at <= now) {
    Check check = checks_.top();
    checks_.pop();
    const auto place = sessions_.find(check.key);
    if (place == sessions_.end() || place->second.generation != check.generation) continue;
    check.at = std::max(place->second.heard_at, forgiven_until_) + heartbeat_timeout_;
    if (check.at > now) {
      checks_.push(std::move(check));
      continue;
    }
    sessions_.erase(place);
    router::SessionRef session{.agent = check.key.second, .generation = check.generation};
    silent.push_back({check.key.first, router::LoseSession{.session = std::move(session)}});
  }
  return silent;
}

router::Time Sessions::NextCheck() const {
  return checks_.empty() ? router::kEndOfTime : checks_.top().at;
}

void Sessions::Clear() {
  sessions_.clear();
  checks_ = {};
}

}  // namespace tandem::engine
