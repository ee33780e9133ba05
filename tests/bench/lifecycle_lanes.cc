#include "tests/bench/lifecycle_lanes.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tandem/v1/agent_service.grpc.pb.h"
#include "tandem/v1/ingest_service.grpc.pb.h"
#include "tandem/v1/ticket_service.grpc.pb.h"

namespace tandem::bench {
namespace {

// The steps, without how each is said to the server.
class LifecycleLane : public Lane, public OfferTaker {
 public:
  LifecycleLane(Load& load, const Parties& parties, size_t number)
      : Lane(load), parties_(parties), number_(number) {
    ingest_.set_workspace(kWorkspace);
    *ingest_.mutable_contact() = MakeContact(parties.workload, number);
    accept_.set_workspace(kWorkspace);
    complete_.set_workspace(kWorkspace);
  }

  void OnOffer(const OfferSeen& offer) final {
    if (parties_.board != nullptr) Took(load().offers, intended_at(), offer.at);
    agent_ = offer.agent;
    accept_.set_offer_id(offer.id);
    accept_.mutable_session()->set_agent(AgentId(offer.agent));
    accept_.mutable_session()->set_generation(offer.generation);
    accept_.set_request_id(NextId());
    complete_.set_ticket_id(offer.ticket);
    *complete_.mutable_session() = accept_.session();
    complete_.set_request_id(NextId());
    Call(&LifecycleLane::Accept);
  }

 protected:
  virtual void Ingest() = 0;
  virtual void Accept() = 0;
  virtual void Complete() = 0;

  void OnIngested(const std::string& ticket) {
    Took(load().calls, called_at_);
    if (parties_.board == nullptr) {
      OnOffer({.id = ticket + ".1",
               .ticket = ticket,
               .agent = number_ % parties_.workload.agents,
               .generation = 1,
               .at = {}});
    } else if (const auto offer = parties_.board->Ask(ticket, this)) {
      OnOffer(*offer);
    }
  }
  void OnAccepted() {
    Took(load().calls, called_at_);
    Call(&LifecycleLane::Complete);
  }
  void OnCompleted() {
    Took(load().calls, called_at_);
    End(1);
  }

  size_t agent() const { return agent_; }  // whose the ticket is
  size_t connection() const { return agent_ % parties_.connections.size(); }

  v1::IngestContactRequest ingest_;
  v1::AcceptOfferRequest accept_;
  v1::CompleteTicketRequest complete_;

 private:
  void Begin() final {
    const std::string id = NextId();
    ingest_.set_request_id(id);
    ingest_.mutable_contact()->set_external_id(id);
    Call(&LifecycleLane::Ingest);
  }

  void Call(void (LifecycleLane::*step)()) {
    called_at_ = std::chrono::steady_clock::now();
    (this->*step)();
  }

  std::string NextId() { return load().with_ids() ? load().NextId() : std::string(); }

  const Parties& parties_;
  const size_t number_;
  size_t agent_ = 0;
  std::chrono::steady_clock::time_point called_at_;
};

// What agents call over one of their connections.
struct Desk {
  std::unique_ptr<v1::AgentService::Stub> agent;
  std::unique_ptr<v1::TicketService::Stub> ticket;
};

class UnaryLifecycleLane final : public LifecycleLane {
 public:
  UnaryLifecycleLane(Load& load, const Parties& parties, const std::vector<Desk>& desks,
                     size_t number)
      : LifecycleLane(load, parties, number),
        ingest_stub_(
            v1::IngestService::NewStub(parties.adapters[number % parties.adapters.size()])),
        desks_(desks) {}

 private:
  void Ingest() override {
    Prepare();
    ingest_stub_->async()->IngestContact(&*context_, &ingest_, &ingested_,
                                         [this](const grpc::Status& status) {
                                           if (Passed("IngestContact", status))
                                             OnIngested(ingested_.result().ticket_id());
                                         });
  }
  void Accept() override {
    Prepare();
    desks_[connection()].agent->async()->AcceptOffer(&*context_, &accept_, &accepted_,
                                                     [this](const grpc::Status& status) {
                                                       if (Passed("AcceptOffer", status))
                                                         OnAccepted();
                                                     });
  }
  void Complete() override {
    Prepare();
    desks_[connection()].ticket->async()->CompleteTicket(&*context_, &complete_, &completed_,
                                                         [this](const grpc::Status& status) {
                                                           if (Passed("CompleteTicket", status))
                                                             OnCompleted();
                                                         });
  }

  void Prepare() {
    context_.emplace();
    context_->set_deadline(std::chrono::system_clock::now() + kCallLimit);
  }
  bool Passed(const char* call, const grpc::Status& status) {
    if (!status.ok()) Fail(std::string(call) + ": " + status.error_message());
    return status.ok();
  }

  const std::unique_ptr<v1::IngestService::Stub> ingest_stub_;
  const std::vector<Desk>& desks_;
  std::optional<grpc::ClientContext> context_;
  v1::IngestContactResponse ingested_;
  v1::AcceptOfferResponse accepted_;
  v1::CompleteTicketResponse completed_;
};

class StreamLifecycleLane final : public LifecycleLane,
                                  public AcknowledgementTaker,
                                  public ResultTaker {
 public:
  StreamLifecycleLane(Load& load, const Parties& parties, ContactStream& contacts, Floor& floor,
                      size_t number)
      : LifecycleLane(load, parties, number), contacts_(contacts), floor_(floor) {}

  void OnAcknowledged(const v1::IngestAcknowledgement& acknowledgement) override {
    if (!acknowledgement.has_error()) return OnIngested(acknowledgement.result().ticket_id());
    Fail("StreamIngest: " + acknowledgement.error().message());
  }

  void OnResult(const v1::VerbResult& result) override {
    if (result.code() != 0) return Fail("StreamAgentSession: " + result.message());
    if (std::exchange(accepting_, false)) return OnAccepted();
    OnCompleted();
  }

 private:
  void Ingest() override { contacts_.Send(ingest_, this); }
  void Accept() override {
    accepting_ = true;
    v1::StreamAgentSessionRequest verb;
    *verb.mutable_accept() = accept_;
    floor_.Send(agent(), std::move(verb), this);
  }
  void Complete() override {
    v1::StreamAgentSessionRequest verb;
    *verb.mutable_complete() = complete_;
    floor_.Send(agent(), std::move(verb), this);
  }

  ContactStream& contacts_;
  Floor& floor_;
  bool accepting_ = false;
};

}  // namespace

Load::MakeLane UnaryLifecycles(const Parties& parties) {
  const auto desks = std::make_shared<std::vector<Desk>>();
  for (const auto& channel : parties.connections) {
    desks->push_back({v1::AgentService::NewStub(channel), v1::TicketService::NewStub(channel)});
  }
  return [&parties, desks](Load& load, size_t number) {
    return std::make_unique<UnaryLifecycleLane>(load, parties, *desks, number);
  };
}

Load::MakeLane StreamLifecycles(const Parties& parties, const ContactStreams& contacts,
                                Floor& floor) {
  return [&](Load& load, size_t number) {
    return std::make_unique<StreamLifecycleLane>(load, parties, *contacts[number % contacts.size()],
                                                 floor, number);
  };
}

}  // namespace tandem::bench
