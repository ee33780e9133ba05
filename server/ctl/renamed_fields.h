// The fields that a refusal names, said in the words of whoever wrote them.
#ifndef TANDEM_SERVER_CTL_RENAMED_FIELDS_H_
#define TANDEM_SERVER_CTL_RENAMED_FIELDS_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>

namespace tandem::ctl {

// The same error, with what `name` says for the path of each field violation.
[[nodiscard]] grpc::Status RenameFields(
    const grpc::Status& status, const std::function<std::string(const std::string& path)>& name);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_RENAMED_FIELDS_H_
