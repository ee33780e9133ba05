#include "server/rpc/wire.h"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/slice.h>

#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"

#include "router/check.h"
#include "server/query/fault.h"

namespace tandem::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// Deeper than any message of ours; protobuf itself stops at 100.
constexpr int kMaxDepth = 100;

std::optional<std::string> Find(std::string_view bytes, const Descriptor& type, int depth) {
  UnknownFieldSet fields;
  if (depth == 0 || !fields.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::nullopt;
  }
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& value = fields.field(i);
    const FieldDescriptor* field = type.FindFieldByNumber(value.number());
    if (field == nullptr || value.type() != UnknownField::TYPE_LENGTH_DELIMITED) continue;
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      if (!router::IsUtf8(value.length_delimited())) return field->name();
    } else if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
      const auto found = Find(value.length_delimited(), *field->message_type(), depth - 1);
      if (found) return field->name() + "." + *found;
    }
  }
  return std::nullopt;
}

std::string Flat(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  std::string flat;
  if (!bytes.Dump(&slices).ok()) return flat;
  for (const grpc::Slice& slice : slices) {
    flat.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return flat;
}

}  // namespace

std::optional<std::string> FindTextNotUtf8(std::string_view bytes, const Descriptor& type) {
  return Find(bytes, type, kMaxDepth);
}

std::optional<router::Rejection> Read(const grpc::ByteBuffer& bytes,
                                      google::protobuf::Message& message) {
  // A copy shares the bytes; reading consumes it.
  grpc::ByteBuffer copy(bytes);
  using Traits = grpc::SerializationTraits<google::protobuf::Message>;
  if (Traits::Deserialize(&copy, &message).ok()) return std::nullopt;
  const auto field = FindTextNotUtf8(Flat(bytes), *message.GetDescriptor());
  if (field) {
    return query::FieldFault(router::Reason::kTextNotUtf8, *field,
                             "expected UTF-8, but found an invalid byte sequence");
  }
  return query::FieldFault(
      router::Reason::kFieldMalformed, "",
      "expected a serialized " + message.GetDescriptor()->full_name() + ", but found other bytes");
}

grpc::ByteBuffer Write(const google::protobuf::Message& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  using Traits = grpc::SerializationTraits<google::protobuf::Message>;
  // Serializing into memory fails for messages over 2 GiB only, and lists are bounded far below.
  if (!Traits::Serialize(message, &bytes, &own).ok()) bytes.Clear();
  return bytes;
}

}  // namespace tandem::rpc
