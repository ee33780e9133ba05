#include "server/ctl/ingest_lines.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/json_util.h"

namespace tandem::ctl {
namespace {

// FNV-1a over 128 bits. Equal for ever and everywhere, which absl::Hash is not; nobody gains by
// making two of their own lines alike.
std::string HashOf(const std::string& text) {
  using Uint128 = unsigned __int128;
  constexpr Uint128 kPrime = (Uint128{1} << 88) + 0x13B;
  Uint128 hash = (Uint128{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * kPrime;
  }
  return absl::StrFormat("%016x%016x", static_cast<uint64_t>(hash >> 64),
                         static_cast<uint64_t>(hash));
}

}  // namespace

absl::StatusOr<tandem::v1::Contact> ParseContact(std::string_view line) {
  tandem::v1::Contact contact;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(line.data(), line.size()), &contact);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a Contact in JSON, but ",
                     absl::string_view(status.message().data(), status.message().size())));
  }
  return contact;
}

std::string DerivedIds::Next(std::string_view line) {
  const std::string first = HashOf(absl::StrCat(
      run_, "\n", absl::StripAsciiWhitespace(absl::string_view(line.data(), line.size()))));
  const uint64_t before = seen_[first]++;
  return absl::StrCat("line-", before == 0 ? first : HashOf(absl::StrCat(first, "\n", before)));
}

}  // namespace tandem::ctl
