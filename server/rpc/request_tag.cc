#include "server/rpc/request_tag.h"

#include <openssl/sha.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"

#include "router/ids.h"

namespace tandem::rpc {
namespace {

// SHA-256, cut to 128 bits.
store::RequestHash HashOf(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  store::RequestHash hash;
  for (size_t i = 0; i < 8; ++i) {
    hash.high = hash.high << 8 | digest[i];
    hash.low = hash.low << 8 | digest[i + 8];
  }
  return hash;
}

store::RequestHash Hash(const google::protobuf::Message& request) {
  // The request's type stands for the method: each has a type of its own.
  std::string text = request.GetDescriptor()->full_name();
  text.push_back('\0');
  {
    google::protobuf::io::StringOutputStream stream(&text);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    request.SerializeToCodedStream(&coded);
  }
  return HashOf(text);
}

// The same, whichever session the caller has now: who lost a connection repeats the verb in a new
// session.
store::RequestHash HashWithoutGeneration(google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("session");
  if (field == nullptr || !request.GetReflection()->HasField(request, field)) return Hash(request);
  auto* session = request.GetReflection()->MutableMessage(&request, field);
  const auto* generation = session->GetDescriptor()->FindFieldByName("generation");
  const int64_t kept = session->GetReflection()->GetInt64(*session, generation);
  session->GetReflection()->SetInt64(session, generation, 0);
  const store::RequestHash hash = Hash(request);
  session->GetReflection()->SetInt64(session, generation, kept);
  return hash;
}

}  // namespace

std::optional<engine::RequestTag> TakeRequestTag(google::protobuf::Message& request,
                                                 Faults& faults) {
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  const auto* reflection = request.GetReflection();
  const std::string text = reflection->GetString(request, field);
  if (text.empty()) return std::nullopt;
  reflection->ClearField(&request, field);
  const auto id = router::ParseId<router::RequestId>(text);
  if (!id) {
    faults.Add(router::Reason::kFieldMalformed, "request_id",
               "expected a UUID in its text form, but it has another form");
    return std::nullopt;
  }
  return engine::RequestTag{.id = *id, .hash = HashWithoutGeneration(request)};
}

engine::RequestTag TagOfItem(const engine::RequestTag& call, std::string_view item) {
  const store::RequestHash made = HashOf(router::ToString(call.id) + '/' + std::string(item));
  // A UUID of version 8: custom.
  return {.id = {.high = (made.high & ~uint64_t{0xf000}) | 0x8000,
                 .low = (made.low & ~(uint64_t{3} << 62)) | uint64_t{2} << 62},
          .hash = call.hash};
}

}  // namespace tandem::rpc
