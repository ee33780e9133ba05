// Sends contacts in batches, each until it is decided, and counts what became of them.
#ifndef TANDEM_SERVER_CTL_INGEST_SENDER_H_
#define TANDEM_SERVER_CTL_INGEST_SENDER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "server/ctl/caller.h"
#include "tandem/v1/ingest_service.pb.h"

namespace tandem::ctl {

struct IngestSummary {
  int64_t fresh = 0;       // Came in now.
  int64_t joined = 0;      // Of these: joined a ticket.
  int64_t unroutable = 0;  // Of these: nobody could ever take it.
  int64_t duplicates = 0;  // Were in before.
  int64_t refused = 0;
};

// Used by one thread.
class IngestSender {
 public:
  // `on_decided` is told what became of each line.
  IngestSender(Caller& caller,
               std::function<void(int64_t line, const tandem::v1::BatchIngestItem&)> on_decided)
      : caller_(caller), on_decided_(std::move(on_decided)) {}

  // Requires a contact with an external id, or it could come in twice. Sends when a batch is full.
  // On failure: nothing is known of the lines from first_undecided() on.
  [[nodiscard]] grpc::Status Add(int64_t line, tandem::v1::Contact contact);

  // Sends what waits to be sent. On failure as Add.
  [[nodiscard]] grpc::Status Flush();

  [[nodiscard]] const IngestSummary& summary() const { return summary_; }
  [[nodiscard]] int64_t first_undecided() const { return lines_.empty() ? 0 : lines_.front(); }

 private:
  void Count(const tandem::v1::IngestResult& result);
  // Counts what was decided and keeps the rest; OK when nothing is left.
  grpc::Status Settle(const tandem::v1::BatchIngestContactsResponse& response);

  Caller& caller_;
  const std::function<void(int64_t, const tandem::v1::BatchIngestItem&)> on_decided_;
  tandem::v1::BatchIngestContactsRequest request_;
  std::vector<int64_t> lines_;  // Of the request's contacts.
  size_t bytes_ = 0;
  IngestSummary summary_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_INGEST_SENDER_H_
