// What encrypts connections and says who is at either end.
#ifndef TANDEM_SERVER_RPC_TLS_H_
#define TANDEM_SERVER_RPC_TLS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/rpc/server.h"

namespace tandem::rpc {

// INVALID_ARGUMENT, in words for people, when a file can't be read or the key is of another
// certificate: a server that starts without would refuse every connection.
absl::Status CheckTlsFiles(const TlsOptions& options);

// As CheckTlsFiles; the credentials watch the files from then on. While the files don't fit
// together what was read before is kept.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeTlsCredentials(
    const TlsOptions& options);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_TLS_H_
