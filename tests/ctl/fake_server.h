// A server in this process that answers as a test says, and the commands of tandemctl against it.
#ifndef TANDEM_TESTS_CTL_FAKE_SERVER_H_
#define TANDEM_TESTS_CTL_FAKE_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tandem/v1/agent_service.grpc.pb.h"
#include "tandem/v1/configuration_service.grpc.pb.h"
#include "tandem/v1/event_service.grpc.pb.h"
#include "tandem/v1/ingest_service.grpc.pb.h"
#include "tandem/v1/report_service.grpc.pb.h"
#include "tandem/v1/system_service.grpc.pb.h"
#include "tandem/v1/watch_service.grpc.pb.h"

namespace tandem::ctl {

namespace v1 = tandem::v1;

// An answer with the reason of an error, as every one of the server's has.
[[nodiscard]] grpc::Status Refusal(grpc::StatusCode code, const std::string& reason);

struct Ended {
  int exit_code = 0;
  std::string output;
  std::string errors;
};

// What is not set here is not implemented.
class FakeServer final : public v1::AgentService::Service,
                         public v1::ConfigurationService::Service,
                         public v1::EventService::Service,
                         public v1::IngestService::Service,
                         public v1::ReportService::Service,
                         public v1::SystemService::Service,
                         public v1::WatchService::Service {
 public:
  template <typename Request, typename Response>
  using Unary =
      std::function<grpc::Status(grpc::ServerContext&, const Request& request, Response& response)>;
  template <typename Request, typename Response>
  using Stream =
      std::function<grpc::Status(const Request& request, grpc::ServerWriter<Response>& writer)>;

  FakeServer();
  ~FakeServer() override;

  // Runs tandemctl in this process, for the workspace "test".
  [[nodiscard]] Ended Run(std::vector<std::string> words);

  std::function<grpc::Status(
      grpc::ServerContext&,
      grpc::ServerReaderWriter<v1::StreamAgentSessionResponse, v1::StreamAgentSessionRequest>&)>
      agent_session;
  Unary<v1::ApplyConfigurationRequest, v1::ApplyConfigurationResponse> apply;
  Unary<v1::GetConfigurationRequest, v1::GetConfigurationResponse> configuration;
  Stream<v1::StreamEventsRequest, v1::StreamEventsResponse> events;
  Unary<v1::BatchIngestContactsRequest, v1::BatchIngestContactsResponse> ingest;
  Unary<v1::QueryMetricsRequest, v1::QueryMetricsResponse> report;
  Unary<v1::PutServiceLevelPolicyRequest, v1::PutServiceLevelPolicyResponse> put_policy;
  Unary<v1::DeleteServiceLevelPolicyRequest, v1::DeleteServiceLevelPolicyResponse> delete_policy;
  Unary<v1::ListServiceLevelPoliciesRequest, v1::ListServiceLevelPoliciesResponse> policies;
  Stream<v1::WatchQueuesRequest, v1::WatchQueuesResponse> queues;

 private:
  template <typename Call, typename... Arguments>
  static grpc::Status Answer(const Call& call, Arguments&... arguments) {
    return call ? call(arguments...) : grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "not set");
  }

  grpc::Status StreamAgentSession(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::StreamAgentSessionResponse, v1::StreamAgentSessionRequest>*
          stream) override {
    return Answer(agent_session, *context, *stream);
  }
  grpc::Status ApplyConfiguration(grpc::ServerContext* context,
                                  const v1::ApplyConfigurationRequest* request,
                                  v1::ApplyConfigurationResponse* response) override {
    return Answer(apply, *context, *request, *response);
  }
  grpc::Status GetConfiguration(grpc::ServerContext* context,
                                const v1::GetConfigurationRequest* request,
                                v1::GetConfigurationResponse* response) override {
    return Answer(configuration, *context, *request, *response);
  }
  grpc::Status StreamEvents(grpc::ServerContext* /*context*/,
                            const v1::StreamEventsRequest* request,
                            grpc::ServerWriter<v1::StreamEventsResponse>* writer) override {
    return Answer(events, *request, *writer);
  }
  grpc::Status BatchIngestContacts(grpc::ServerContext* context,
                                   const v1::BatchIngestContactsRequest* request,
                                   v1::BatchIngestContactsResponse* response) override {
    return Answer(ingest, *context, *request, *response);
  }
  grpc::Status QueryMetrics(grpc::ServerContext* context, const v1::QueryMetricsRequest* request,
                            v1::QueryMetricsResponse* response) override {
    return Answer(report, *context, *request, *response);
  }
  grpc::Status PutServiceLevelPolicy(grpc::ServerContext* context,
                                     const v1::PutServiceLevelPolicyRequest* request,
                                     v1::PutServiceLevelPolicyResponse* response) override {
    return Answer(put_policy, *context, *request, *response);
  }
  grpc::Status DeleteServiceLevelPolicy(grpc::ServerContext* context,
                                        const v1::DeleteServiceLevelPolicyRequest* request,
                                        v1::DeleteServiceLevelPolicyResponse* response) override {
    return Answer(delete_policy, *context, *request, *response);
  }
  grpc::Status ListServiceLevelPolicies(grpc::ServerContext* context,
                                        const v1::ListServiceLevelPoliciesRequest* request,
                                        v1::ListServiceLevelPoliciesResponse* response) override {
    return Answer(policies, *context, *request, *response);
  }
  grpc::Status ListMeasures(grpc::ServerContext* /*context*/,
                            const v1::ListMeasuresRequest* /*request*/,
                            v1::ListMeasuresResponse* /*response*/) override {
    return grpc::Status::OK;
  }
  grpc::Status GetServerInfo(grpc::ServerContext* context, const v1::GetServerInfoRequest* request,
                             v1::GetServerInfoResponse* response) override;
  grpc::Status WatchQueues(grpc::ServerContext* /*context*/, const v1::WatchQueuesRequest* request,
                           grpc::ServerWriter<v1::WatchQueuesResponse>* writer) override {
    return Answer(queues, *request, *writer);
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_TESTS_CTL_FAKE_SERVER_H_
