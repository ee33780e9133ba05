#include "tests/bench/ingest_lanes.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <optional>
#include <string>

namespace tandem::bench {
namespace {

void Renew(std::optional<grpc::ClientContext>& context) {
  context.emplace();
  context->set_deadline(std::chrono::system_clock::now() + kCallLimit);
}

class UnaryLane final : public Lane {
 public:
  UnaryLane(Load& load, const std::shared_ptr<grpc::Channel>& adapter, v1::Contact contact)
      : Lane(load), stub_(v1::IngestService::NewStub(adapter)) {
    request_.set_workspace(kWorkspace);
    *request_.mutable_contact() = std::move(contact);
  }

 private:
  void Begin() override {
    Renew(context_);
    stub_->async()->IngestContact(&*context_, &request_, &response_,
                                  [this](const grpc::Status& status) {
                                    if (status.ok()) return End(1);
                                    Fail("IngestContact: " + status.error_message());
                                  });
  }

  const std::unique_ptr<v1::IngestService::Stub> stub_;
  std::optional<grpc::ClientContext> context_;
  v1::IngestContactRequest request_;
  v1::IngestContactResponse response_;
};

class StreamLane final : public Lane, public AcknowledgementTaker {
 public:
  StreamLane(Load& load, ContactStream& stream, v1::Contact contact) : Lane(load), stream_(stream) {
    request_.set_workspace(kWorkspace);
    *request_.mutable_contact() = std::move(contact);
  }

  void OnAcknowledged(const v1::IngestAcknowledgement& acknowledgement) override {
    if (!acknowledgement.has_error()) return End(1);
    Fail("StreamIngest: " + acknowledgement.error().message());
  }

 private:
  void Begin() override { stream_.Send(request_, this); }

  ContactStream& stream_;
  v1::IngestContactRequest request_;
};

class BatchLane final : public Lane {
 public:
  BatchLane(Load& load, const std::shared_ptr<grpc::Channel>& adapter, const Workload& workload,
            size_t contacts)
      : Lane(load), stub_(v1::IngestService::NewStub(adapter)) {
    request_.set_workspace(kWorkspace);
    for (size_t i = 0; i < contacts; ++i) *request_.add_contacts() = MakeContact(workload, i);
  }

 private:
  void Begin() override {
    Renew(context_);
    stub_->async()->BatchIngestContacts(&*context_, &request_, &response_,
                                        [this](const grpc::Status& status) { OnAnswer(status); });
  }

  void OnAnswer(const grpc::Status& status) {
    if (!status.ok()) return Fail("BatchIngestContacts: " + status.error_message());
    for (const v1::BatchIngestItem& item : response_.items()) {
      if (item.has_error()) return Fail("BatchIngestContacts: " + item.error().message());
    }
    End(static_cast<size_t>(response_.items_size()));
  }

  const std::unique_ptr<v1::IngestService::Stub> stub_;
  std::optional<grpc::ClientContext> context_;
  v1::BatchIngestContactsRequest request_;
  v1::BatchIngestContactsResponse response_;
};

}  // namespace

ContactStreams OpenContactStreams(const Channels& adapters) {
  ContactStreams streams;
  for (const auto& adapter : adapters) streams.push_back(std::make_unique<ContactStream>(adapter));
  return streams;
}

Load::MakeLane UnaryIngest(const Channels& adapters, const Workload& workload) {
  return [&](Load& load, size_t number) {
    return std::make_unique<UnaryLane>(load, adapters[number % adapters.size()],
                                       MakeContact(workload, number));
  };
}

Load::MakeLane StreamIngest(const ContactStreams& streams, const Workload& workload) {
  return [&](Load& load, size_t number) {
    return std::make_unique<StreamLane>(load, *streams[number % streams.size()],
                                        MakeContact(workload, number));
  };
}

Load::MakeLane BatchIngest(const Channels& adapters, const Workload& workload, size_t contacts) {
  return [&, contacts](Load& load, size_t number) {
    return std::make_unique<BatchLane>(load, adapters[number % adapters.size()], workload,
                                       contacts);
  };
}

}  // namespace tandem::bench
