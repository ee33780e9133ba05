#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "router/limits.h"
#include "server/rpc/batch.h"
#include "server/rpc/convert_contact.h"
#include "server/rpc/convert_ticket.h"
#include "server/rpc/ingest_stream.h"
#include "server/rpc/services.h"
#include "server/rpc/status.h"
#include "server/rpc/unary_methods.h"
#include "tandem/v1/ingest_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

void IngestContact(Backend& backend, Call call, v1::IngestContactRequest& request) {
  RunVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    v1::IngestContactResponse response;
    Fill(std::get<router::ContactIngested>(reply), *response.mutable_result());
    answered.Finish(response);
  });
}

void ClassifyContact(Backend& backend, Call call, v1::ClassifyContactRequest& request) {
  RunVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    v1::ClassifyContactResponse response;
    Fill(std::get<router::ContactClassified>(reply), response);
    answered.Finish(response);
  });
}

// Paths start at the item, whoever found the fault.
router::Rejection OfItem(router::Rejection rejection) {
  constexpr std::string_view kContact = "contact.";
  for (router::FieldViolation& violation : rejection.violations) {
    if (violation.field.starts_with(kContact)) violation.field.erase(0, kContact.size());
  }
  return rejection;
}

void FillItems(Call call, const std::vector<router::Outcome>& outcomes) {
  v1::BatchIngestContactsResponse response;
  for (const router::Outcome& outcome : outcomes) {
    v1::BatchIngestItem& item = *response.add_items();
    if (const auto* rejection = std::get_if<router::Rejection>(&outcome)) {
      Fill(OfItem(*rejection), *item.mutable_error());
    } else {
      const auto& reply = std::get<router::Reply>(outcome);
      Fill(std::get<router::ContactIngested>(reply), *item.mutable_result());
    }
  }
  call.Finish(response);
}

void BatchIngestContacts(Backend& backend, Call call, v1::BatchIngestContactsRequest& request) {
  const auto size = static_cast<size_t>(request.contacts_size());
  const auto rejection =
      CheckBatch(request.workspace(), "contacts", size, router::kMaxBatchContacts);
  if (rejection) return call.Refuse(*rejection);
  const auto batch = std::make_shared<Batch>(call, size, FillItems);
  const auto deadline = call.deadline();
  const router::Time now = backend.engine.Now();
  for (size_t i = 0; i < size; ++i) {
    Faults faults;
    router::IngestContact action;
    action.contact = ToContact(request.contacts(static_cast<int>(i)), now, "", faults);
    call.PassTraceOn(action.contact);
    if (auto refused = faults.Take()) {
      batch->Set(i, *std::move(refused));
      continue;
    }
    Verb verb{.command = {.workspace = request.workspace(), .action = std::move(action)},
              .request = std::nullopt};
    Submit(backend, std::move(verb), deadline,
           [batch, i](router::Outcome outcome) { batch->Set(i, std::move(outcome)); });
  }
}

class IngestStreams
    : public v1::IngestService::WithRawCallbackMethod_StreamIngest<v1::IngestService::Service> {
 public:
  explicit IngestStreams(Backend& backend) : backend_(backend) {}

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StreamIngest(
      grpc::CallbackServerContext* context) override {
    return BidiStream::Start<IngestStream>(backend_, context);
  }

 private:
  Backend& backend_;
};

}  // namespace

Service MakeIngestService(Backend& backend) {
  ServiceMaker<v1::IngestService, IngestStreams> maker(backend);
  maker.Register(IngestContact);
  maker.Register(BatchIngestContacts);
  maker.Serve(ClassifyContact);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
