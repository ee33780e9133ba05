#include "tests/bench/lifecycle_bench_client.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <random>
#include <stdexcept>
#include <utility>

#include "absl/time/time.h"

#include "tandem/v1/agent_service.grpc.pb.h"
#include "tandem/v1/ingest_service.grpc.pb.h"
#include "tandem/v1/ticket_service.grpc.pb.h"

namespace tandem::bench {
namespace {

constexpr std::chrono::seconds kDeadline{20};
// Longer than any call may take, so that afterwards no call is under way.
constexpr absl::Duration kPatience = absl::Seconds(30);

// A contact as a chat widget might report it, about 350 bytes.
v1::IngestContactRequest MakeIngest() {
  v1::IngestContactRequest request;
  request.set_workspace(kWorkspace);
  v1::Contact& contact = *request.mutable_contact();
  contact.set_channel("chat");
  contact.set_entry_point("https://shop.example/help");
  contact.set_client("acme");
  contact.set_process_type("billing.dispute");
  contact.set_language("en");
  contact.set_customer_id("customer-4711");
  contact.set_customer_segment("gold");
  contact.set_subject("The invoice of October shows a delivery that never came");
  contact.set_payload_json(
      R"({"invoice":"2026-10-004711","amount":"129.90","currency":"EUR","order":"A-20261003-77"})");
  (*contact.mutable_attributes())["page"] = "/orders/A-20261003-77";
  return request;
}

}  // namespace

Channels Connect(int port, size_t channels) {
  grpc::ChannelArguments arguments;
  // Else channels with the same arguments would share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  Channels connected;
  for (size_t i = 0; i < channels; ++i) {
    connected.push_back(grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port),
                                                  grpc::InsecureChannelCredentials(), arguments));
    const auto deadline = std::chrono::system_clock::now() + kDeadline;
    if (!connected.back()->WaitForConnected(deadline)) {
      throw std::runtime_error("no connection to port " + std::to_string(port));
    }
  }
  return connected;
}

struct Load::Desk {
  std::unique_ptr<v1::AgentService::Stub> agent;
  std::unique_ptr<v1::TicketService::Stub> ticket;
};

// One ticket at a time. Its functions run one after the other, on whichever thread brings the
// answer; nothing is touched once the next call is under way.
class Load::Lane final : public OfferTaker {
 public:
  Lane(Load& load, size_t number, const std::shared_ptr<grpc::Channel>& adapter)
      : load_(load),
        number_(number),
        ingest_stub_(v1::IngestService::NewStub(adapter)),
        ingest_(MakeIngest()) {
    accept_.set_workspace(kWorkspace);
    complete_.set_workspace(kWorkspace);
  }

  void Ingest() {
    const std::string id = load_.with_ids_ ? NextId() : std::string();
    ingest_.set_request_id(id);
    ingest_.mutable_contact()->set_external_id(id);
    Prepare();
    ingest_stub_->async()->IngestContact(
        &*context_, &ingest_, &ingested_,
        [this](const grpc::Status& status) { OnIngested(status); });
  }

  void OnOffer(const OfferSeen& offer) override {
    desk_ = &load_.desks_[offer.agent];
    accept_.set_offer_id(offer.id);
    accept_.mutable_session()->set_agent(AgentId(offer.agent));
    accept_.mutable_session()->set_generation(offer.generation);
    accept_.set_request_id(load_.with_ids_ ? NextId() : std::string());
    Prepare();
    desk_->agent->async()->AcceptOffer(&*context_, &accept_, &accepted_,
                                       [this](const grpc::Status& status) { OnAccepted(status); });
  }

 private:
  void OnIngested(const grpc::Status& status) {
    if (!Passed("IngestContact", status)) return;
    const std::string& ticket = ingested_.result().ticket_id();
    complete_.set_ticket_id(ticket);
    if (load_.board_ == nullptr) {
      OnOffer({.id = ticket + ".1", .agent = number_ % load_.desks_.size(), .generation = 1});
    } else if (const auto offer = load_.board_->Ask(ticket, this)) {
      OnOffer(*offer);
    }
  }

  void OnAccepted(const grpc::Status& status) {
    if (!Passed("AcceptOffer", status)) return;
    *complete_.mutable_session() = accept_.session();
    complete_.set_request_id(load_.with_ids_ ? NextId() : std::string());
    Prepare();
    desk_->ticket->async()->CompleteTicket(
        &*context_, &complete_, &completed_,
        [this](const grpc::Status& answer) { OnCompleted(answer); });
  }

  void OnCompleted(const grpc::Status& status) {
    if (!Passed("CompleteTicket", status)) return;
    load_.lifecycles_.fetch_add(1, std::memory_order_relaxed);
    if (load_.stopping_) {
      load_.OnIdle("");
    } else {
      Ingest();
    }
  }

  void Prepare() {
    context_.emplace();
    context_->set_deadline(std::chrono::system_clock::now() + kDeadline);
    began_at_ = std::chrono::steady_clock::now();
  }

  bool Passed(const char* call, const grpc::Status& status) {
    if (load_.recording_) load_.latencies_.Add(std::chrono::steady_clock::now() - began_at_);
    if (status.ok()) return true;
    load_.OnIdle(std::string(call) + ": " + status.error_message());
    return false;
  }

  // A UUID that no run of the benchmark has used before.
  std::string NextId() {
    static const uint64_t run = std::random_device()();
    char text[40];
    std::snprintf(text, sizeof text, "%08llx-0000-4000-8000-%012llx",
                  static_cast<unsigned long long>(run),
                  static_cast<unsigned long long>(load_.ids_.fetch_add(1)));
    return text;
  }

  Load& load_;
  const size_t number_;
  const std::unique_ptr<v1::IngestService::Stub> ingest_stub_;
  Desk* desk_ = nullptr;  // whose the ticket is
  std::optional<grpc::ClientContext> context_;
  std::chrono::steady_clock::time_point began_at_;
  v1::IngestContactRequest ingest_;
  v1::IngestContactResponse ingested_;
  v1::AcceptOfferRequest accept_;
  v1::AcceptOfferResponse accepted_;
  v1::CompleteTicketRequest complete_;
  v1::CompleteTicketResponse completed_;
};

Load::Load(const Channels& adapters, const Channels& connections, size_t agents, size_t lanes,
           OfferBoard* board)
    : board_(board) {
  for (size_t i = 0; i < agents; ++i) {
    const auto& channel = connections[i % connections.size()];
    desks_.push_back({v1::AgentService::NewStub(channel), v1::TicketService::NewStub(channel)});
  }
  for (size_t i = 0; i < lanes; ++i) {
    lanes_.push_back(std::make_unique<Lane>(*this, i, adapters[i % adapters.size()]));
  }
}

Load::~Load() = default;

void Load::Start(bool with_ids) {
  with_ids_ = with_ids;
  stopping_ = false;
  {
    const absl::MutexLock lock(&mutex_);
    busy_ = lanes_.size();
  }
  for (const auto& lane : lanes_) lane->Ingest();
}

void Load::Finish() {
  stopping_ = true;
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return busy_ == 0; };
  const absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(&idle), kPatience) && failure_.empty()) {
    failure_ = std::to_string(busy_) + " tickets are not offered in time";
  }
  if (!failure_.empty()) throw std::runtime_error(failure_);
}

void Load::OnIdle(const std::string& failure) {
  const absl::MutexLock lock(&mutex_);
  if (failure_.empty()) failure_ = failure;
  --busy_;
}

}  // namespace tandem::bench
