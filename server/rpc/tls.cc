#include "server/rpc/tls.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace tandem::rpc {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

absl::Status Fault(const std::string& file, const char* expected) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat("expected ", expected, " in ", file, ", but ",
                                                 reason == nullptr ? "it can't be read" : reason));
}

}  // namespace

absl::Status CheckTlsFiles(const TlsOptions& options) {
  ERR_clear_error();
  const std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return absl::InternalError("OpenSSL has no context for TLS");
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate.c_str()) != 1) {
    return Fault(options.certificate, "a certificate in PEM form");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), options.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Fault(options.key, "the certificate's private key in PEM form");
  }
  if (!options.client_ca.empty() &&
      SSL_CTX_load_verify_locations(context.get(), options.client_ca.c_str(), nullptr) != 1) {
    return Fault(options.client_ca, "certificates in PEM form");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeTlsCredentials(
    const TlsOptions& options) {
  if (const absl::Status status = CheckTlsFiles(options); !status.ok()) return status;
  namespace experimental = grpc::experimental;
  const auto seconds = static_cast<unsigned>(options.look_interval.count());
  experimental::TlsServerCredentialsOptions credentials(
      std::make_shared<experimental::FileWatcherCertificateProvider>(
          options.key, options.certificate, options.client_ca, seconds));
  credentials.watch_identity_key_cert_pairs();
  if (!options.client_ca.empty()) {
    credentials.watch_root_certs();
    credentials.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return experimental::TlsServerCredentials(credentials);
}

}  // namespace tandem::rpc
