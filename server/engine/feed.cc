#include "server/engine/feed.h"

#include <utility>
#include <variant>

namespace tandem::engine {

Subscription Feed::Announce(NoticeSink* sink) {
  if (sink == nullptr) return {};
  sync::MutexLock lock(mutex_);
  Sink& entry = sinks_[sink];
  if (entry.session) sessions_.erase(*entry.session);
  entry = {.number = ++last_number_, .session = std::nullopt};
  return {.sink = sink, .number = last_number_};
}

void Feed::Unsubscribe(NoticeSink* sink) {
  sync::MutexLock lock(mutex_);
  const auto place = sinks_.find(sink);
  if (place == sinks_.end()) return;
  if (place->second.session) sessions_.erase(*place->second.session);
  sinks_.erase(place);
}

void Feed::Observe(DurableSink* sink) {
  sync::MutexLock lock(observer_mutex_);
  observer_ = sink;
}

std::optional<router::Command> Feed::Deliver(Delivery delivery) {
  if (auto* answer = std::get_if<Answer>(&delivery)) return Pass(std::move(*answer));
  if (const auto* notice = std::get_if<router::Notice>(&delivery)) {
    Pass(*notice);
  } else if (auto* batch = std::get_if<std::shared_ptr<const store::Batch>>(&delivery)) {
    sync::MutexLock lock(observer_mutex_);
    if (observer_ != nullptr) observer_->OnDurable(std::move(*batch));
  } else {
    EndAll();
    sync::MutexLock lock(observer_mutex_);
    if (observer_ != nullptr) observer_->OnShardLost();
  }
  return std::nullopt;
}

std::optional<router::Command> Feed::Pass(Answer answer) {
  std::optional<int64_t> generation;
  if (const auto* reply = std::get_if<router::Reply>(&answer.outcome)) {
    if (const auto* snapshot = std::get_if<router::AgentSnapshot>(reply)) {
      generation = snapshot->generation;
    }
  }
  std::move(answer.done)(std::move(answer.outcome));
  if (answer.subscription.sink == nullptr) return std::nullopt;

  sync::MutexLock lock(mutex_);
  const auto place = sinks_.find(answer.subscription.sink);
  if (place != sinks_.end() && place->second.number == answer.subscription.number) {
    if (generation) {
      place->second.session = SessionKey(answer.workspace, answer.agent, *generation);
      sessions_[*place->second.session] = place->first;
    } else {
      sinks_.erase(place);
    }
    return std::nullopt;
  }
  if (!generation) return std::nullopt;
  router::SessionRef session{.agent = std::move(answer.agent), .generation = *generation};
  return router::Command{std::move(answer.workspace), router::LoseSession{std::move(session)}};
}

void Feed::Pass(const router::Notice& notice) {
  sync::MutexLock lock(mutex_);
  const auto place = sessions_.find(SessionKey(notice.workspace, notice.agent, notice.generation));
  if (place == sessions_.end()) return;
  NoticeSink* sink = place->second;
  if (std::holds_alternative<router::SessionEnded>(notice.message)) {
    sessions_.erase(place);
    sinks_.erase(sink);
  }
  sink->OnNotice(notice);
}

void Feed::EndAll() {
  sync::MutexLock lock(mutex_);
  for (const auto& [session, sink] : sessions_) {
    const auto& [workspace, agent, generation] = session;
    sink->OnNotice({.workspace = workspace,
                    .agent = agent,
                    .generation = generation,
                    .message = router::SessionEnded{.fenced = false}});
    sinks_.erase(sink);
  }
  sessions_.clear();
}

}  // namespace tandem::engine
