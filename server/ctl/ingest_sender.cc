#include "server/ctl/ingest_sender.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// Well below the 1,000 contacts and the message size that a server takes.
constexpr int kMostContacts = 500;
constexpr size_t kMostBytes = 1024 * 1024;

}  // namespace

grpc::Status IngestSender::Add(int64_t line, v1::Contact contact) {
  bytes_ += contact.ByteSizeLong();
  *request_.add_contacts() = std::move(contact);
  lines_.push_back(line);
  if (request_.contacts_size() < kMostContacts && bytes_ < kMostBytes) return grpc::Status::OK;
  return Flush();
}

grpc::Status IngestSender::Flush() {
  const absl::Time give_up = absl::Now() + caller_.target().timeout;
  for (absl::Duration pause = absl::Milliseconds(100); !lines_.empty();
       pause = std::min(pause * 2, absl::Seconds(1))) {
    v1::BatchIngestContactsResponse response;
    grpc::Status status =
        caller_.Ask(*caller_.client().ingest, &v1::IngestService::Stub::BatchIngestContacts,
                    request_, response);
    if (!status.ok()) return status;
    status = Settle(response);
    if (!status.ok() && absl::Now() + pause > give_up) return status;
    if (!status.ok()) absl::SleepFor(pause);
  }
  return grpc::Status::OK;
}

void IngestSender::Count(const v1::IngestResult& result) {
  if (result.duplicate()) {
    ++summary_.duplicates;
    return;
  }
  ++summary_.fresh;
  if (result.joined()) ++summary_.joined;
  if (result.unroutable()) ++summary_.unroutable;
}

grpc::Status IngestSender::Settle(const v1::BatchIngestContactsResponse& response) {
  grpc::Status undecided;
  v1::BatchIngestContactsRequest rest;
  std::vector<int64_t> rest_lines;
  const auto keep = [&](size_t i, grpc::Status status) {
    undecided = std::move(status);
    *rest.add_contacts() = request_.contacts(static_cast<int>(i));
    rest_lines.push_back(lines_[i]);
  };
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (i >= static_cast<size_t>(response.items_size())) {
      keep(i,
           {grpc::StatusCode::INTERNAL,
            absl::StrCat("expected ", lines_.size(), " results, but got ", response.items_size())});
      continue;
    }
    const v1::BatchIngestItem& item = response.items(static_cast<int>(i));
    if (!item.has_error()) {
      Count(item.result());
      on_decided_(lines_[i], item);
      continue;
    }
    const v1::ItemError& error = item.error();
    if (IsUndecided(error.code(), error.reason())) {
      keep(i, {static_cast<grpc::StatusCode>(error.code()),
               absl::StrCat(error.reason(), ": ", error.message())});
      continue;
    }
    ++summary_.refused;
    on_decided_(lines_[i], item);
  }
  request_ = std::move(rest);
  lines_ = std::move(rest_lines);
  bytes_ = request_.ByteSizeLong();
  return undecided;
}

}  // namespace tandem::ctl
