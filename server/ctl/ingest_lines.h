// Contacts from lines of JSON: reading them, and the ids that make it safe to read them again.
#ifndef TANDEM_SERVER_CTL_INGEST_LINES_H_
#define TANDEM_SERVER_CTL_INGEST_LINES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

#include "tandem/v1/ticket.pb.h"

namespace tandem::ctl {

// A Contact as proto3 JSON, with the proto's field names or JSON's; unknown fields are errors.
// On failure: INVALID_ARGUMENT that says what is wrong.
[[nodiscard]] absl::StatusOr<tandem::v1::Contact> ParseContact(std::string_view line);

// Gives contacts without an external id one that is made from their line, so that the same lines
// read again, in whatever order and with others between them, are the same contacts to the server.
// The second of two equal lines is another contact than the first, and so on.
class DerivedIds {
 public:
  // Ids of another run are other ids: for taking the same lines in as new contacts.
  explicit DerivedIds(std::string run) : run_(std::move(run)) {}

  // The id of the next contact whose line this is: "line-" and 32 hexadecimal digits.
  [[nodiscard]] std::string Next(std::string_view line);

 private:
  const std::string run_;
  absl::flat_hash_map<std::string, uint64_t> seen_;  // How often each line came, by its id.
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_INGEST_LINES_H_
