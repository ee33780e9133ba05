#include "tests/bench/floor.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/async_stream.h>

#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

#include "tandem/v1/agent_service.grpc.pb.h"
#include "tandem/v1/system_service.grpc.pb.h"

namespace tandem::bench {
namespace {

constexpr absl::Duration kAvailableWithin = absl::Seconds(60);
// Sessions that are being opened at once.
constexpr size_t kOpening = 500;

// The queues of the streams leave it to the threads of gRPC's callback API to poll; those live from
// the first such call over a channel to the end of the channel.
void StartPolling(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = v1::SystemService::NewStub(channel);
  grpc::ClientContext context;
  const v1::GetServerInfoRequest request;
  v1::GetServerInfoResponse response;
  absl::Notification answered;
  stub->async()->GetServerInfo(&context, &request, &response,
                               [&answered](const grpc::Status&) { answered.Notify(); });
  answered.WaitForNotification();
}

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

// Lives from construction to the end of the floor; its end in gRPC comes before. What comes out of
// its queue comes one at a time.
class Floor::AgentStream final : public ResultTaker {
 public:
  AgentStream(Floor& floor, size_t agent, const std::shared_ptr<grpc::Channel>& channel)
      : floor_(floor), agent_(agent), stub_(v1::AgentService::NewStub(channel)) {
    stream_ = stub_->PrepareAsyncStreamAgentSession(&context_, &floor.queues_.Of(agent));
    v1::OpenSessionRequest& open = *to_send_.emplace_back().mutable_open();
    open.set_workspace(kWorkspace);
    open.set_agent(AgentId(agent_));
    open.set_session_id("bench");
    open.set_omit_own_changes(true);
    stream_->StartCall(&started_);
  }

  void Send(v1::StreamAgentSessionRequest verb, ResultTaker* taker) {
    const absl::MutexLock lock(&mutex_);
    verb.set_tag(++last_tag_);
    takers_.emplace_back(last_tag_, taker);
    Push(std::move(verb));
  }

  void Cancel() { context_.TryCancel(); }

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
  void OnStarted() {
    stream_->Read(&response_, &read_);
    const absl::MutexLock lock(&mutex_);
    stream_->Write(to_send_.front(), &written_);
  }

  void OnRead(bool ok) {
    if (!ok) return stream_->Finish(&status_, &finished_);
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
    stream_->Read(&response_, &read_);
  }

  void OnWritten(bool ok) {
    bool is_last = false;
    {
      const absl::MutexLock lock(&mutex_);
      to_send_.pop_front();
      if (!ok) broken_ = true;
      if (!broken_ && !to_send_.empty()) return stream_->Write(to_send_.front(), &written_);
      writing_ = false;
      is_last = over_;
    }
    if (is_last) Leave();
  }

  void OnFinished() {
    bool is_last = false;
    {
      const absl::MutexLock lock(&mutex_);
      over_ = true;
      is_last = !writing_;
    }
    if (is_last) Leave();
  }

  // No operation is under way.
  void Leave() {
    const absl::MutexLock lock(&floor_.mutex_);
    if (!floor_.closing_)
      floor_.failure_ = "stream of " + AgentId(agent_) + ": " + status_.error_message();
    --floor_.open_;
  }

  void GoAvailable() {
    v1::StreamAgentSessionRequest request;
    request.mutable_set_status()->set_status(v1::AGENT_STATUS_AVAILABLE);
    Send(std::move(request), this);
  }

  // gRPC takes one write at a time.
  void Push(v1::StreamAgentSessionRequest request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (broken_ || over_) return;
    to_send_.push_back(std::move(request));
    if (std::exchange(writing_, true)) return;
    stream_->Write(to_send_.front(), &written_);
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
  OperationOver started_ = [this](bool /*ok*/) { OnStarted(); };
  OperationOver read_ = [this](bool ok) { OnRead(ok); };
  OperationOver written_ = [this](bool ok) { OnWritten(ok); };
  OperationOver finished_ = [this](bool /*ok*/) { OnFinished(); };
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientAsyncReaderWriter<v1::StreamAgentSessionRequest, v1::StreamAgentSessionResponse>>
      stream_;
  grpc::Status status_;
  v1::StreamAgentSessionResponse response_;
  int64_t generation_ = 0;
  absl::Mutex mutex_;
  // The first one is being written while `writing_`, as the one that opens is from the beginning.
  std::deque<v1::StreamAgentSessionRequest> to_send_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = true;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;  // nobody reads any more
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t last_tag_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::pair<int64_t, ResultTaker*>> takers_ ABSL_GUARDED_BY(mutex_);
};

Floor::Floor(const Channels& connections, size_t agents, OfferBoard& board)
    : board_(board), queues_(agents) {
  if (!connections.empty()) StartPolling(connections.front());
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
  if (!mutex_.AwaitWithTimeout(absl::Condition(&settled), kAvailableWithin)) {
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
