#include "server/webhook/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace tandem::webhook {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr size_t kFewestBytes = 24;
constexpr size_t kMostBytes = 64;

std::string Base64(const unsigned char* bytes, size_t size) {
  return absl::Base64Escape(std::string(reinterpret_cast<const char*>(bytes), size));
}

}  // namespace

std::string MakeSecret() {
  std::array<unsigned char, kSecretBytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("the system gives no random bytes");
  }
  return Base64(bytes.data(), bytes.size());
}

std::optional<std::string> ReadSecret(const std::string& shown) {
  const std::string prefix = kSecretPrefix;
  std::string bytes;
  if (!shown.starts_with(prefix) || !absl::Base64Unescape(shown.substr(prefix.size()), &bytes) ||
      bytes.size() < kFewestBytes || bytes.size() > kMostBytes) {
    return std::nullopt;
  }
  return absl::Base64Escape(bytes);
}

std::string Sign(const std::string& secret, const std::string& id, int64_t seconds,
                 const std::string& body) {
  std::string key;
  if (!absl::Base64Unescape(secret, &key)) throw std::invalid_argument("not a secret");
  const std::string text = absl::StrCat(id, ".", seconds, ".", body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
  return "v1," + Base64(digest.data(), length);
}

}  // namespace tandem::webhook
