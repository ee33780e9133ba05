#include "tests/bench/floor.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <utility>

#include "absl/time/time.h"

#include "tandem/v1/agent_service.grpc.pb.h"

namespace tandem::bench {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);
// Sessions that are being opened at once.
constexpr size_t kOpening = 500;

}  // namespace

// --------------------------------------------------------------------------------------------------------
// the board

std::optional<OfferSeen> OfferBoard::Ask(const std::string& ticket, OfferTaker* taker) {
  const absl::MutexLock lock(&mutex_);
  if (gives_ == Gives::kOldest) {
    if (offers_.empty()) {
      takers_.push_back(taker);
      return std::nullopt;
    }
    OfferSeen offer = std::move(offers_.front());
    offers_.pop_front();
    return offer;
  }
  const auto [place, is_first] = tickets_.try_emplace(ticket, taker);
  if (is_first) return std::nullopt;
  OfferSeen offer = std::get<OfferSeen>(std::move(place->second));
  tickets_.erase(place);
  return offer;
}

void OfferBoard::Put(OfferSeen offer) {
  OfferTaker* taker = nullptr;
  {
    const absl::MutexLock lock(&mutex_);
    taker = TakerOf(offer);
  }
  if (taker != nullptr) taker->OnOffer(offer);
}

OfferTaker* OfferBoard::TakerOf(OfferSeen& offer) {
  OfferTaker* taker = nullptr;
  if (gives_ == Gives::kOldest) {
    if (takers_.empty()) {
      offers_.push_back(std::move(offer));
    } else {
      taker = takers_.front();
      takers_.pop_front();
    }
    return taker;
  }
  const auto place = tickets_.find(offer.ticket);
  if (place == tickets_.end()) {
    std::string ticket = offer.ticket;
    tickets_.emplace(std::move(ticket), std::move(offer));
  } else if (auto* const waiting = std::get_if<OfferTaker*>(&place->second)) {
    taker = *waiting;
    tickets_.erase(place);
  } else {  // offered once more before anybody asked
    place->second = std::move(offer);
  }
  return taker;
}

// --------------------------------------------------------------------------------------------------------
// agents

// Lives from construction to the end of the floor; OnDone comes before.
class Floor::AgentStream final
    : public grpc::ClientBidiReactor<v1::StreamAgentSessionRequest, v1::StreamAgentSessionResponse>,
      public ResultTaker {
 public:
  AgentStream(Floor& floor, size_t agent, const std::shared_ptr<grpc::Channel>& channel)
      : floor_(floor), agent_(agent), stub_(v1::AgentService::NewStub(channel)) {
    stub_->async()->StreamAgentSession(&context_, this);
    v1::StreamAgentSessionRequest request;
    v1::OpenSessionRequest& open = *request.mutable_open();
    open.set_workspace(kWorkspace);
    open.set_agent(AgentId(agent_));
    open.set_session_id("bench");
    open.set_omit_own_changes(true);
    StartRead(&response_);
    {
      const absl::MutexLock lock(&mutex_);
      Push(std::move(request));
    }
    StartCall();
  }

  void Send(v1::StreamAgentSessionRequest verb, ResultTaker* taker) {
    const absl::MutexLock lock(&mutex_);
    verb.set_tag(++last_tag_);
    takers_.emplace_back(last_tag_, taker);
    Push(std::move(verb));
  }

  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;  // OnDone says why
    floor_.messages_.fetch_add(1, std::memory_order_relaxed);
    switch (response_.message_case()) {
      case v1::StreamAgentSessionResponse::kOpened:
        generation_ = response_.opened().generation();
        GoAvailable();
        break;
      case v1::StreamAgentSessionResponse::kResult:
        if (ResultTaker* const taker = TakerOf(response_.result().tag())) {
          taker->OnResult(response_.result());
        }
        break;
      case v1::StreamAgentSessionResponse::kOffer:
        floor_.board_.Put({.id = response_.offer().offer_id(),
                           .ticket = response_.offer().ticket_id(),
                           .agent = agent_,
                           .generation = generation_,
                           .at = std::chrono::steady_clock::now()});
        break;
      default:
        break;
    }
    StartRead(&response_);
  }

  void OnWriteDone(bool ok) override {
    const absl::MutexLock lock(&mutex_);
    to_send_.pop_front();
    if (ok && !to_send_.empty()) StartWrite(&to_send_.front());
  }

  void OnDone(const grpc::Status& status) override {
    const absl::MutexLock lock(&floor_.mutex_);
    if (!floor_.closing_)
      floor_.failure_ = "stream of " + AgentId(agent_) + ": " + status.error_message();
    --floor_.open_;
  }

  // Of SetAgentStatus.
  void OnResult(const v1::VerbResult& result) override {
    const absl::MutexLock lock(&floor_.mutex_);
    if (result.code() == 0) {
      ++floor_.available_;
    } else {
      floor_.failure_ = AgentId(agent_) + " can't be AVAILABLE: " + result.message();
    }
  }

 private:
  void GoAvailable() {
    v1::StreamAgentSessionRequest request;
    request.mutable_set_status()->set_status(v1::AGENT_STATUS_AVAILABLE);
    Send(std::move(request), this);
  }

  // gRPC takes one write at a time.
  void Push(v1::StreamAgentSessionRequest request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    to_send_.push_back(std::move(request));
    if (to_send_.size() == 1) StartWrite(&to_send_.front());
  }

  // Few verbs of an agent are under way at once.
  ResultTaker* TakerOf(int64_t tag) {
    const absl::MutexLock lock(&mutex_);
    for (auto place = takers_.begin(); place != takers_.end(); ++place) {
      if (place->first != tag) continue;
      ResultTaker* const taker = place->second;
      takers_.erase(place);
      return taker;
    }
    return nullptr;
  }

  Floor& floor_;
  const size_t agent_;
  const std::unique_ptr<v1::AgentService::Stub> stub_;
  grpc::ClientContext context_;
  v1::StreamAgentSessionResponse response_;
  int64_t generation_ = 0;
  absl::Mutex mutex_;
  std::deque<v1::StreamAgentSessionRequest> to_send_ ABSL_GUARDED_BY(mutex_);
  int64_t last_tag_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::pair<int64_t, ResultTaker*>> takers_ ABSL_GUARDED_BY(mutex_);
};

Floor::Floor(const Channels& connections, size_t agents, OfferBoard& board) : board_(board) {
  for (size_t i = 0; i < agents; ++i) {
    AwaitAvailable(i, kOpening);
    {
      const absl::MutexLock lock(&mutex_);
      if (!failure_.empty()) return;
      ++open_;
    }
    streams_.push_back(
        std::make_unique<AgentStream>(*this, i, connections[i % connections.size()]));
  }
  AwaitAvailable(agents, 0);
}

void Floor::AwaitAvailable(size_t opened, size_t at_most_missing) {
  const auto settled = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return available_ + at_most_missing >= opened || !failure_.empty();
  };
  const absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(&settled), kPatience)) {
    failure_ = "agents are not AVAILABLE in time";
  }
}

Floor::~Floor() {
  {
    const absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  for (const auto& stream : streams_) stream->Cancel();
  const auto closed = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return open_ == 0; };
  const absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&closed));
}

void Floor::Send(size_t agent, v1::StreamAgentSessionRequest verb, ResultTaker* taker) {
  streams_[agent]->Send(std::move(verb), taker);
}

std::string Floor::Failure() {
  const absl::MutexLock lock(&mutex_);
  return failure_;
}

}  // namespace tandem::bench
