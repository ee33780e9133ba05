#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "fmt/format.h"
#include "router/limits.h"
#include "server/rpc/convert_contact.h"
#include "server/rpc/services.h"
#include "server/rpc/status.h"
#include "tandem/v1/ingest_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

using router::Reason;

void IngestContact(Backend& backend, Call call, v1::IngestContactRequest& request) {
  RunVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    v1::IngestContactResponse response;
    Fill(std::get<router::ContactIngested>(reply), *response.mutable_result());
    answered.Finish(response);
  });
}

// Gathers the outcomes of a batch's contacts, which come in any order and from any thread; the last
// one answers.
class Batch {
 public:
  Batch(Call call, size_t size) : call_(call), outcomes_(size), missing_(size) {}

  void Set(size_t index, router::Outcome outcome) {
    outcomes_[index] = std::move(outcome);
    // The last one sees what the others wrote.
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) Finish();
  }

 private:
  void Finish() {
    if (const auto* rejection = OfTheCall()) return call_.Refuse(*rejection);
    v1::BatchIngestContactsResponse response;
    for (const router::Outcome& outcome : outcomes_) {
      v1::BatchIngestItem& item = *response.add_items();
      if (const auto* rejection = std::get_if<router::Rejection>(&outcome)) {
        FillError(*rejection, *item.mutable_error());
      } else {
        const auto& reply = std::get<router::Reply>(outcome);
        Fill(std::get<router::ContactIngested>(reply), *item.mutable_result());
      }
    }
    call_.Finish(response);
  }

  // What is wrong with the whole call: there is no workspace, or nothing got in because the store
  // is away. When some contacts got in and others did not, each item says so.
  const router::Rejection* OfTheCall() const {
    const router::Rejection* unavailable = nullptr;
    for (const router::Outcome& outcome : outcomes_) {
      const auto* rejection = std::get_if<router::Rejection>(&outcome);
      if (rejection == nullptr) return nullptr;
      if (rejection->reason == Reason::kWorkspaceNotFound) return rejection;
      if (rejection->reason == Reason::kStoreUnavailable ||
          rejection->reason == Reason::kNotServing) {
        unavailable = rejection;
      }
    }
    return unavailable;
  }

  static void FillError(const router::Rejection& rejection, v1::ItemError& error) {
    error.set_code(CodeOf(rejection.reason));
    error.set_reason(router::ToString(rejection.reason));
    error.set_message(rejection.message);
    if (!rejection.violations.empty()) error.set_field(rejection.violations.front().field);
  }

  const Call call_;
  std::vector<router::Outcome> outcomes_;
  std::atomic<size_t> missing_;
};

std::optional<router::Rejection> CheckBatch(const v1::BatchIngestContactsRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  const auto size = static_cast<size_t>(request.contacts_size());
  if (size == 0) {
    faults.Add(Reason::kFieldRequired, "contacts", "expected a contact, but there is none");
  }
  if (size > router::kMaxBatchContacts) {
    faults.Add(
        Reason::kFieldTooLarge, "contacts",
        fmt::format("expected at most {} entries, but found {}", router::kMaxBatchContacts, size));
  }
  return faults.Take();
}

void BatchIngestContacts(Backend& backend, Call call, v1::BatchIngestContactsRequest& request) {
  if (const auto rejection = CheckBatch(request)) return call.Refuse(*rejection);
  const auto size = static_cast<size_t>(request.contacts_size());
  const auto batch = std::make_shared<Batch>(call, size);
  const auto deadline = call.deadline();
  const router::Time now = backend.engine.Now();
  for (size_t i = 0; i < size; ++i) {
    Faults faults;
    router::IngestContact action;
    action.contact = ToContact(request.contacts(static_cast<int>(i)), now, "", faults);
    if (auto rejection = faults.Take()) {
      batch->Set(i, *std::move(rejection));
      continue;
    }
    Verb verb{.command = {.workspace = request.workspace(), .action = std::move(action)},
              .request = std::nullopt};
    Submit(backend, std::move(verb), deadline,
           [batch, i](router::Outcome outcome) { batch->Set(i, std::move(outcome)); });
  }
}

using Base = v1::IngestService::WithRawCallbackMethod_IngestContact<
    v1::IngestService::WithRawCallbackMethod_BatchIngestContacts<v1::IngestService::Service>>;

class IngestService final : public Base {
 public:
  explicit IngestService(Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* IngestContact(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::IngestContact);
  }
  grpc::ServerUnaryReactor* BatchIngestContacts(grpc::CallbackServerContext* context,
                                                const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* answer) override {
    return Handle(backend_, context, request, answer, rpc::BatchIngestContacts);
  }

 private:
  Backend& backend_;
};

}  // namespace

Service MakeIngestService(Backend& backend) {
  return {v1::IngestService::service_full_name(), std::make_unique<IngestService>(backend)};
}

}  // namespace tandem::rpc
