// The kinds of things that a configuration is made of, found in the message's own description: a
// kind that is added to the proto is a kind here.
#ifndef TANDEM_SERVER_CTL_KINDS_H_
#define TANDEM_SERVER_CTL_KINDS_H_

#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

#include "tandem/v1/configuration.pb.h"

namespace tandem::ctl {

// One kind: a list of the Configuration whose items have an id.
struct Kind {
  std::string name;    // "routing-profile"
  std::string plural;  // "routing-profiles"
  const google::protobuf::FieldDescriptor* field = nullptr;
};

// All of them, in the order of the proto.
[[nodiscard]] const std::vector<Kind>& ConfiguredKinds();

// By name or plural, '_' for '-' being fine. nullptr when there is none.
[[nodiscard]] const Kind* FindKind(const std::string& word);

// The configuration with the items of one kind and nothing else; of these only the one with the id
// when `id` is not empty.
[[nodiscard]] tandem::v1::Configuration OnlyKind(const tandem::v1::Configuration& configuration,
                                                 const Kind& kind, const std::string& id);

// The items of one kind.
[[nodiscard]] std::vector<const google::protobuf::Message*> ItemsOf(
    const tandem::v1::Configuration& configuration, const Kind& kind);

// The id of an item.
[[nodiscard]] std::string IdOf(const google::protobuf::Message& item);

// One line for each item: the id, and each field that fits into a cell.
[[nodiscard]] std::string KindTable(const tandem::v1::Configuration& configuration,
                                    const Kind& kind);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_KINDS_H_
