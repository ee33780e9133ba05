// Between bytes on the wire and messages.
//
// The services take and give bytes, so that a request that can't be read is refused with a reason
// as every other one is: gRPC itself would answer UNIMPLEMENTED.
#ifndef TANDEM_SERVER_RPC_WIRE_H_
#define TANDEM_SERVER_RPC_WIRE_H_

#include <grpcpp/support/byte_buffer.h>

#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/message.h"

#include "router/rejection.h"

namespace tandem::rpc {

// Fills `message`. kTextNotUtf8 when a text is not UTF-8, kFieldMalformed when the bytes are no
// such message.
std::optional<router::Rejection> Read(const grpc::ByteBuffer& bytes,
                                      google::protobuf::Message& message);
grpc::ByteBuffer Write(const google::protobuf::Message& message);

// Finds the path of the first text that is not UTF-8 in the serialized form of `type`; nothing when
// the bytes are malformed otherwise.
std::optional<std::string> FindTextNotUtf8(std::string_view bytes,
                                           const google::protobuf::Descriptor& type);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_WIRE_H_
