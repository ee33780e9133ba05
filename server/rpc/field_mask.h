// Field masks of updates.
//
// Pure functions, safe from any thread.
#ifndef TANDEM_SERVER_RPC_FIELD_MASK_H_
#define TANDEM_SERVER_RPC_FIELD_MASK_H_

#include <string>
#include <vector>

#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

#include "server/rpc/faults.h"

namespace tandem::rpc {

// The fields that an update changes, of `names`, those that can be: the mask's; all for "*"; for an
// empty mask those that are set in `values`. `path` is the mask's in its request.
std::vector<std::string> FieldsToChange(const google::protobuf::Message& values,
                                        const google::protobuf::FieldMask& mask,
                                        const std::vector<std::string>& names,
                                        const std::string& path, Faults& faults);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_FIELD_MASK_H_
