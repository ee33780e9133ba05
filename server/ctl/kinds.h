// The kinds of things that the API lists whole, found in the messages' own descriptions: a kind
// that is added to the configuration is a kind here. Tickets are not among them: they are too many.
#ifndef TANDEM_SERVER_CTL_KINDS_H_
#define TANDEM_SERVER_CTL_KINDS_H_

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

#include "server/ctl/render.h"

namespace tandem::ctl {

// One kind: a list of a message, the holder. The first field of an item is its id.
struct Kind {
  std::string name;    // "routing-profile"
  std::string plural;  // "routing-profiles"
  const google::protobuf::FieldDescriptor* field = nullptr;
  std::vector<std::string> columns = {};  // The fields in a table; none: all that fit into cells.
  bool of_ticket = false;                 // A ticket has to be named.
  Defaults defaults = Defaults::kLeaveOut;
};

// What a configuration is made of, in the order of the proto.
[[nodiscard]] const std::vector<Kind>& ConfiguredKinds();

// These, and all others.
[[nodiscard]] const std::vector<Kind>& Kinds();

// By name or plural, '_' for '-' being fine. nullptr when there is none.
[[nodiscard]] const Kind* FindKind(const std::string& word);

// A holder with the items of one kind and nothing else; of these only the one with the id when `id`
// is not empty.
[[nodiscard]] std::unique_ptr<google::protobuf::Message> OnlyKind(
    const google::protobuf::Message& holder, const Kind& kind, const std::string& id);

// The items of one kind.
[[nodiscard]] std::vector<const google::protobuf::Message*> ItemsOf(
    const google::protobuf::Message& holder, const Kind& kind);

// The id of an item.
[[nodiscard]] std::string IdOf(const google::protobuf::Message& item);

// One line for each item: the id, and each field that fits into a cell.
[[nodiscard]] std::string KindTable(const google::protobuf::Message& holder, const Kind& kind);

// The items with their fields' own names; an empty list, too.
[[nodiscard]] Json KindJson(const google::protobuf::Message& holder, const Kind& kind);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_KINDS_H_
