#include "tests/bench/echo_server.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>

#include "tandem/v1/agent_service.grpc.pb.h"
#include "tandem/v1/ingest_service.grpc.pb.h"
#include "tandem/v1/ticket_service.grpc.pb.h"

namespace tandem::bench {
namespace {

// As long as any other.
constexpr char kTicket[] = "0190f1c2-7d3e-7a4b-8c5d-9e6f70818293";
constexpr char kContact[] = "0190f1c2-7d3e-7a4b-8c5d-9e6f70818294";

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

class EchoIngest final : public v1::IngestService::CallbackService {
 public:
  grpc::ServerUnaryReactor* IngestContact(grpc::CallbackServerContext* context,
                                          const v1::IngestContactRequest* /*request*/,
                                          v1::IngestContactResponse* response) override {
    response->mutable_result()->set_ticket_id(kTicket);
    response->mutable_result()->set_contact_id(kContact);
    return Answer(context);
  }
};

class EchoAgent final : public v1::AgentService::CallbackService {
 public:
  grpc::ServerUnaryReactor* AcceptOffer(grpc::CallbackServerContext* context,
                                        const v1::AcceptOfferRequest* /*request*/,
                                        v1::AcceptOfferResponse* response) override {
    response->set_state(v1::TICKET_STATE_ACTIVE);
    return Answer(context);
  }
};

class EchoTicket final : public v1::TicketService::CallbackService {
 public:
  grpc::ServerUnaryReactor* CompleteTicket(grpc::CallbackServerContext* context,
                                           const v1::CompleteTicketRequest* /*request*/,
                                           v1::CompleteTicketResponse* /*response*/) override {
    return Answer(context);
  }
};

}  // namespace

int RunEchoServer(const std::string& port_file) {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  // Before gRPC starts its threads, so that none of them gets the signal.
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);

  EchoIngest ingest;
  EchoAgent agent;
  EchoTicket ticket;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&ingest);
  builder.RegisterService(&agent);
  builder.RegisterService(&ticket);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    std::fprintf(stderr, "the echo server could not start\n");
    return 1;
  }
  const std::string draft = port_file + ".new";
  std::ofstream(draft) << port << "\n";
  if (std::rename(draft.c_str(), port_file.c_str()) != 0) {
    std::fprintf(stderr, "cannot write %s\n", port_file.c_str());
    return 1;
  }
  int signal_number = 0;
  sigwait(&ending, &signal_number);
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}

}  // namespace tandem::bench
