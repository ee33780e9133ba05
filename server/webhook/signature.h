// Secrets and signatures of the Standard Webhooks specification (standardwebhooks.com), symmetric.
//
// A secret is shown as "whsec_" and base64, and kept and passed as the base64 alone. Pure functions
// but for chance, safe from any thread.
#ifndef TANDEM_SERVER_WEBHOOK_SIGNATURE_H_
#define TANDEM_SERVER_WEBHOOK_SIGNATURE_H_

#include <cstdint>
#include <optional>
#include <string>

namespace tandem::webhook {

inline constexpr char kSecretPrefix[] = "whsec_";

// A secret of 32 bytes from the system's source of randomness. Throws std::runtime_error when there
// is none.
std::string MakeSecret();

// The secret in "whsec_…" when it has 24 to 64 bytes, else nothing.
std::optional<std::string> ReadSecret(const std::string& shown);

// "v1,<base64>": HMAC-SHA256 over "<id>.<seconds>.<body>".
std::string Sign(const std::string& secret, const std::string& id, int64_t seconds,
                 const std::string& body);

}  // namespace tandem::webhook

#endif  // TANDEM_SERVER_WEBHOOK_SIGNATURE_H_
