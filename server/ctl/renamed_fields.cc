#include "server/ctl/renamed_fields.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace tandem::ctl {

grpc::Status RenameFields(const grpc::Status& status,
                          const std::function<std::string(const std::string& path)>& name) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return status;
  for (google::protobuf::Any& any : *details.mutable_details()) {
    google::rpc::BadRequest bad;
    if (!any.Is<google::rpc::BadRequest>() || !any.UnpackTo(&bad)) continue;
    for (auto& violation : *bad.mutable_field_violations()) {
      violation.set_field(name(violation.field()));
    }
    any.PackFrom(bad);
  }
  return {status.error_code(), status.error_message(), details.SerializeAsString()};
}

}  // namespace tandem::ctl
