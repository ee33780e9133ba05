#include "tests/bench/lifecycle_bench_floor.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <atomic>
#include <stdexcept>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "tandem/v1/agent_service.grpc.pb.h"
#include "tandem/v1/configuration_service.grpc.pb.h"

namespace tandem::bench {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr int64_t kStatusTag = 1;

}  // namespace

// --------------------------------------------------------------------------------------------------------
// the board

std::optional<OfferSeen> OfferBoard::Ask(const std::string& ticket, OfferTaker* taker) {
  const absl::MutexLock lock(&mutex_);
  const auto [place, is_first] = tickets_.try_emplace(ticket, taker);
  if (is_first) return std::nullopt;
  OfferSeen offer = std::get<OfferSeen>(std::move(place->second));
  tickets_.erase(place);
  return offer;
}

void OfferBoard::Put(const std::string& ticket, OfferSeen offer) {
  OfferTaker* taker = nullptr;
  {
    const absl::MutexLock lock(&mutex_);
    const auto place = tickets_.find(ticket);
    if (place == tickets_.end()) {
      tickets_.emplace(ticket, std::move(offer));
      return;
    }
    if (auto* const waiting = std::get_if<OfferTaker*>(&place->second)) {
      taker = *waiting;
      tickets_.erase(place);
    } else {  // offered once more before anybody asked
      place->second = std::move(offer);
      return;
    }
  }
  taker->OnOffer(offer);
}

// --------------------------------------------------------------------------------------------------------
// configuration

namespace {

v1::Configuration MakeConfiguration(size_t agents) {
  v1::Configuration configuration;
  configuration.add_clients()->set_id("acme");
  configuration.add_skills()->set_id("billing");

  v1::Queue& queue = *configuration.add_queues();
  queue.set_id("billing-chat");
  queue.set_office(v1::OFFICE_FRONT);
  queue.set_urgency(v1::URGENCY_LIVE);
  queue.mutable_offer_timeout()->set_seconds(60);

  v1::ProcessType& type = *configuration.add_process_types();
  type.set_id("billing.dispute");
  v1::ProcessTypeDefaults& defaults = *type.add_defaults();
  defaults.set_queue(queue.id());
  defaults.set_language_level(v1::CEFR_LEVEL_B2);
  defaults.mutable_wrap_up_limit();  // 0: none
  v1::SkillRequirement& asked =
      *defaults.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
  asked.set_skill("billing");
  asked.set_level(3);

  v1::RoutingProfile& profile = *configuration.add_routing_profiles();
  profile.set_id("chat");
  profile.add_queues()->set_queue(queue.id());

  for (size_t i = 0; i < agents; ++i) {
    v1::Agent& agent = *configuration.add_agents();
    agent.set_id(AgentId(i));
    agent.set_routing_profile(profile.id());
    agent.add_clients("acme");
    agent.add_process_types(type.id());
    v1::SkillLevel& skill = *agent.add_skills();
    skill.set_skill("billing");
    skill.set_level(3 + static_cast<uint32_t>(i % 8));
    v1::AgentLanguage& language = *agent.add_languages();
    language.set_tag("en");
    language.set_spoken(v1::CEFR_LEVEL_C1);
    language.set_written(v1::CEFR_LEVEL_C1);
    v1::GroupCapacity& chats = *agent.mutable_capacity()->add_groups();
    chats.set_group(v1::CAPACITY_GROUP_MESSAGING);
    chats.set_max(1 + static_cast<uint32_t>(i % 3));
  }
  return configuration;
}

}  // namespace

std::string AgentId(size_t number) {
  return "agent-" + std::to_string(number);
}

// A server that has just begun to listen is perhaps still loading, and refuses for that long.
void Configure(const std::shared_ptr<grpc::Channel>& channel, size_t agents) {
  const auto stub = v1::ConfigurationService::NewStub(channel);
  v1::ApplyConfigurationRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_configuration() = MakeConfiguration(agents);
  const absl::Time give_up_at = absl::Now() + kPatience;
  for (;;) {
    v1::ApplyConfigurationResponse response;
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(give_up_at));
    const grpc::Status status = stub->ApplyConfiguration(&context, request, &response);
    if (status.ok()) return;
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE || absl::Now() > give_up_at) {
      throw std::runtime_error("configuration refused: " + status.error_message());
    }
    absl::SleepFor(absl::Milliseconds(50));
  }
}

// --------------------------------------------------------------------------------------------------------
// agents

// Lives from construction to the end of the floor; OnDone comes before.
class Floor::AgentStream final : public grpc::ClientBidiReactor<v1::StreamAgentSessionRequest,
                                                                v1::StreamAgentSessionResponse> {
 public:
  AgentStream(Floor& floor, size_t agent, const std::shared_ptr<grpc::Channel>& channel)
      : floor_(floor), agent_(agent), stub_(v1::AgentService::NewStub(channel)) {
    stub_->async()->StreamAgentSession(&context_, this);
    v1::OpenSessionRequest& open = *request_.mutable_open();
    open.set_workspace(kWorkspace);
    open.set_agent(AgentId(agent_));
    open.set_session_id("bench");
    open.set_omit_own_changes(true);
    StartWrite(&request_);
    StartRead(&response_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;  // OnDone says why
    floor_.messages_.fetch_add(1, std::memory_order_relaxed);
    switch (response_.message_case()) {
      case v1::StreamAgentSessionResponse::kOpened:
        generation_ = response_.opened().generation();
        OpenStep();
        break;
      case v1::StreamAgentSessionResponse::kResult:
        OnStatusSet(response_.result());
        break;
      case v1::StreamAgentSessionResponse::kOffer:
        floor_.board_.Put(
            response_.offer().ticket_id(),
            {.id = response_.offer().offer_id(), .agent = agent_, .generation = generation_});
        break;
      default:
        break;
    }
    StartRead(&response_);
  }

  void OnWriteDone(bool ok) override {
    if (ok) OpenStep();
  }

  void OnDone(const grpc::Status& status) override {
    const absl::MutexLock lock(&floor_.mutex_);
    if (!floor_.closing_)
      floor_.failure_ = "stream of " + AgentId(agent_) + ": " + status.error_message();
    --floor_.open_;
  }

 private:
  // The answer to `open` can come before its write is reported as done, and only one write may be
  // under way. The third step is the second write's.
  void OpenStep() {
    if (open_steps_.fetch_add(1) == 1) GoAvailable();
  }

  void GoAvailable() {
    request_.set_tag(kStatusTag);
    request_.mutable_set_status()->set_status(v1::AGENT_STATUS_AVAILABLE);
    StartWrite(&request_);
  }

  void OnStatusSet(const v1::VerbResult& result) {
    const absl::MutexLock lock(&floor_.mutex_);
    if (result.code() == 0) {
      ++floor_.available_;
    } else {
      floor_.failure_ = AgentId(agent_) + " can't be AVAILABLE: " + result.message();
    }
  }

  Floor& floor_;
  const size_t agent_;
  const std::unique_ptr<v1::AgentService::Stub> stub_;
  grpc::ClientContext context_;
  v1::StreamAgentSessionRequest request_;
  v1::StreamAgentSessionResponse response_;
  int64_t generation_ = 0;
  std::atomic<int> open_steps_ = 0;
};

Floor::Floor(const std::vector<std::shared_ptr<grpc::Channel>>& connections, size_t agents,
             OfferBoard& board)
    : board_(board) {
  {
    const absl::MutexLock lock(&mutex_);
    open_ = agents;
  }
  for (size_t i = 0; i < agents; ++i) {
    streams_.push_back(
        std::make_unique<AgentStream>(*this, i, connections[i % connections.size()]));
  }
  const auto settled = [this, agents]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return available_ == agents || !failure_.empty();
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

std::string Floor::Failure() {
  const absl::MutexLock lock(&mutex_);
  return failure_;
}

}  // namespace tandem::bench
