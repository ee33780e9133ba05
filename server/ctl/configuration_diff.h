// Two versions of one resource, compared value by value.
//
// Pure functions.
#ifndef TANDEM_SERVER_CTL_CONFIGURATION_DIFF_H_
#define TANDEM_SERVER_CTL_CONFIGURATION_DIFF_H_

#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"

#include "server/ctl/render.h"

namespace tandem::ctl {

// One difference. Fields have the names that a file has.
struct ValueChange {
  std::string path;  // "max_waiting", "capacity.voice.max", "skills[cards].level"
  Json before;       // Null: it was not there.
  Json after;        // Null: it is there no more.
};

// What is different in these fields of a message. Elements of a list are known by their first field
// where that tells them apart, else by their whole value; an order alone is a difference only when
// nothing else is. What a message does not say is its type's default, and not compared when the
// other has it neither.
[[nodiscard]] std::vector<ValueChange> DiffFields(
    const google::protobuf::Message& before, const google::protobuf::Message& after,
    const google::protobuf::RepeatedPtrField<std::string>& fields);

// "~ max_waiting: 12 -> 20", "+ clients: acme", "- skills: {"skill":"cards","level":5}"; a long
// value is cut.
[[nodiscard]] std::string ToString(const ValueChange& change);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_CONFIGURATION_DIFF_H_
