#include "tests/ctl/fake_server.h"

#include <chrono>
#include <iostream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

#include "server/ctl/command_table.h"

namespace tandem::ctl {

grpc::Status Refusal(grpc::StatusCode code, const std::string& reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  return {code, "because", details.SerializeAsString()};
}

FakeServer::FakeServer() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(static_cast<v1::AgentService::Service*>(this));
  builder.RegisterService(static_cast<v1::ConfigurationService::Service*>(this));
  builder.RegisterService(static_cast<v1::EventService::Service*>(this));
  builder.RegisterService(static_cast<v1::IngestService::Service*>(this));
  builder.RegisterService(static_cast<v1::ReportService::Service*>(this));
  builder.RegisterService(static_cast<v1::SystemService::Service*>(this));
  builder.RegisterService(static_cast<v1::WatchService::Service*>(this));
  server_ = builder.BuildAndStart();
}

FakeServer::~FakeServer() {
  server_->Shutdown(std::chrono::system_clock::now());
}

Ended FakeServer::Run(std::vector<std::string> words) {
  words.insert(words.begin(),
               {"--address", absl::StrCat("127.0.0.1:", port_), "--workspace", "test"});
  std::ostringstream output;
  std::ostringstream errors;
  std::streambuf* const old_output = std::cout.rdbuf(output.rdbuf());
  std::streambuf* const old_errors = std::cerr.rdbuf(errors.rdbuf());
  const int exit_code = RunCommandLine(words);
  std::cout.rdbuf(old_output);
  std::cerr.rdbuf(old_errors);
  return {exit_code, output.str(), errors.str()};
}

grpc::Status FakeServer::GetServerInfo(grpc::ServerContext* /*context*/,
                                       const v1::GetServerInfoRequest* /*request*/,
                                       v1::GetServerInfoResponse* response) {
  response->set_ready(true);
  response->set_clock_speed(1);
  *response->mutable_server_time() = google::protobuf::util::TimeUtil::GetCurrentTime();
  return grpc::Status::OK;
}

}  // namespace tandem::ctl
