#include "tests/bench/echo_server.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "tandem/v1/agent_service.grpc.pb.h"
#include "tandem/v1/ingest_service.grpc.pb.h"
#include "tandem/v1/ticket_service.grpc.pb.h"

namespace tandem::bench {
namespace {

constexpr char kContact[] = "0190f1c2-7d3e-7a4b-8c5d-9e6f70818294";

// As long as any other, and none twice.
std::string NextTicket() {
  static std::atomic<uint64_t> made = 0;
  char text[40];
  std::snprintf(text, sizeof text, "0190f1c2-7d3e-7a4b-8c5d-%012llx",
                static_cast<unsigned long long>(made.fetch_add(1)));
  return text;
}

void FillIn(v1::IngestContactResponse& response, const std::string& ticket) {
  response.mutable_result()->set_ticket_id(ticket);
  response.mutable_result()->set_contact_id(kContact);
}

void FillIn(v1::AcceptOfferResponse& response) {
  response.set_state(v1::TICKET_STATE_ACTIVE);
}

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

// As tandem's is in this bench.
v1::Offer OfferOf(const std::string& ticket) {
  v1::Offer offer;
  offer.set_offer_id(ticket + ".1");
  offer.set_ticket_id(ticket);
  offer.set_channel("chat");
  offer.set_client("acme");
  offer.set_process_type("billing.dispute");
  offer.set_queue("billing-chat");
  offer.set_language("en");
  offer.set_priority(5);
  for (auto* const at :
       {offer.mutable_queued_at(), offer.mutable_target(), offer.mutable_expires_at()}) {
    at->set_seconds(1'790'000'000);
    at->set_nanos(123'456'000);
  }
  return offer;
}

// A stream that says yes to everything, and carries the offers that it is given.
class EchoSession final : public grpc::ServerBidiReactor<v1::StreamAgentSessionRequest,
                                                         v1::StreamAgentSessionResponse> {
 public:
  // Takes the session from where offers find it. Called once, before the session is gone.
  using Forget = std::function<void(EchoSession*)>;

  explicit EchoSession(Forget forget) : forget_(std::move(forget)) { StartRead(&request_); }

  void Offer(const std::string& ticket) {
    v1::StreamAgentSessionResponse response;
    *response.mutable_offer() = OfferOf(ticket);
    Send(std::move(response));
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      forget_(this);
      Finish(grpc::Status::OK);
      return;
    }
    v1::StreamAgentSessionResponse response;
    if (request_.verb_case() == v1::StreamAgentSessionRequest::kOpen) {
      response.mutable_opened()->set_generation(1);
    } else {
      response.mutable_result()->set_tag(request_.tag());
    }
    Send(std::move(response));
    StartRead(&request_);
  }

  void OnWriteDone(bool ok) override {
    const absl::MutexLock lock(&mutex_);
    to_send_.pop_front();
    if (!ok) to_send_.clear();
    if (!to_send_.empty()) StartWrite(&to_send_.front());
  }

  void OnDone() override { delete this; }

 private:
  // gRPC takes one write at a time.
  void Send(v1::StreamAgentSessionResponse response) {
    const absl::MutexLock lock(&mutex_);
    to_send_.push_back(std::move(response));
    if (to_send_.size() == 1) StartWrite(&to_send_.front());
  }

  const Forget forget_;
  v1::StreamAgentSessionRequest request_;
  absl::Mutex mutex_;
  std::deque<v1::StreamAgentSessionResponse> to_send_ ABSL_GUARDED_BY(mutex_);
};

// The open sessions, who are offered contacts in turn.
class Sessions {
 public:
  EchoSession* Open() {
    auto* const session = new EchoSession([this](EchoSession* ended) { Close(ended); });
    const absl::MutexLock lock(&mutex_);
    open_.push_back(session);
    return session;
  }

  void OfferToNext(const std::string& ticket) {
    const absl::MutexLock lock(&mutex_);
    if (!open_.empty()) open_[next_++ % open_.size()]->Offer(ticket);
  }

 private:
  void Close(EchoSession* session) {
    const absl::MutexLock lock(&mutex_);
    std::erase(open_, session);
  }

  absl::Mutex mutex_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<EchoSession*> open_ ABSL_GUARDED_BY(mutex_);
};

class EchoIngest final : public v1::IngestService::CallbackService {
 public:
  explicit EchoIngest(Sessions& sessions) : sessions_(sessions) {}

  grpc::ServerUnaryReactor* IngestContact(grpc::CallbackServerContext* context,
                                          const v1::IngestContactRequest* /*request*/,
                                          v1::IngestContactResponse* response) override {
    const std::string ticket = NextTicket();
    FillIn(*response, ticket);
    sessions_.OfferToNext(ticket);
    return Answer(context);
  }

 private:
  Sessions& sessions_;
};

class EchoAgent final : public v1::AgentService::CallbackService {
 public:
  explicit EchoAgent(Sessions& sessions) : sessions_(sessions) {}

  grpc::ServerBidiReactor<v1::StreamAgentSessionRequest, v1::StreamAgentSessionResponse>*
  StreamAgentSession(grpc::CallbackServerContext* /*context*/) override {
    return sessions_.Open();
  }

  grpc::ServerUnaryReactor* AcceptOffer(grpc::CallbackServerContext* context,
                                        const v1::AcceptOfferRequest* /*request*/,
                                        v1::AcceptOfferResponse* response) override {
    FillIn(*response);
    return Answer(context);
  }

 private:
  Sessions& sessions_;
};

class EchoTicket final : public v1::TicketService::CallbackService {
 public:
  grpc::ServerUnaryReactor* CompleteTicket(grpc::CallbackServerContext* context,
                                           const v1::CompleteTicketRequest* /*request*/,
                                           v1::CompleteTicketResponse* /*response*/) override {
    return Answer(context);
  }
};

// --------------------------------------------------------------------------------------------------------
// completion queues

// What a queue hands out.
class Step {
 public:
  virtual ~Step() = default;
  virtual void Proceed(bool ok) = 0;
};

// One call of a method: waits for a request, answers it, and is gone. `Ask` asks gRPC for the next
// request, `Fill` makes the answer.
template <typename Request, typename Response, typename Ask, typename Fill>
class QueuedCall final : public Step {
 public:
  QueuedCall(const Ask& ask, const Fill& fill, grpc::ServerCompletionQueue& queue)
      : ask_(ask), fill_(fill), queue_(queue) {
    ask_(&context_, &request_, &writer_, &queue_, this);
  }

  void Proceed(bool ok) override {
    if (answered_ || !ok) {
      delete this;
      return;
    }
    new QueuedCall(ask_, fill_, queue_);
    fill_(response_);
    answered_ = true;
    writer_.Finish(response_, grpc::Status::OK, this);
  }

 private:
  const Ask& ask_;
  const Fill& fill_;
  grpc::ServerCompletionQueue& queue_;
  bool answered_ = false;
  grpc::ServerContext context_;
  Request request_;
  Response response_;
  grpc::ServerAsyncResponseWriter<Response> writer_{&context_};
};

// Has `kAtOnce` calls wait for requests on each queue. `ask` and `fill` must outlive the calls.
template <typename Request, typename Response, typename Ask, typename Fill>
void Serve(const Ask& ask, const Fill& fill,
           const std::vector<std::unique_ptr<grpc::ServerCompletionQueue>>& queues) {
  constexpr int kAtOnce = 256;
  for (const auto& queue : queues) {
    for (int i = 0; i < kAtOnce; ++i)
      new QueuedCall<Request, Response, Ask, Fill>(ask, fill, *queue);
  }
}

void Drain(grpc::ServerCompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) static_cast<Step*>(tag)->Proceed(ok);
}

// --------------------------------------------------------------------------------------------------------
// start and end

// Before gRPC starts its threads, so that none of them gets the signal.
sigset_t BlockEnding() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  return ending;
}

// Starts the server on a free port, and writes that down. Null when it can't.
std::unique_ptr<grpc::Server> Start(grpc::ServerBuilder& builder, const std::string& port_file) {
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    std::fprintf(stderr, "the echo server could not start\n");
    return nullptr;
  }
  const std::string draft = port_file + ".new";
  std::ofstream(draft) << port << "\n";
  if (std::rename(draft.c_str(), port_file.c_str()) != 0) {
    std::fprintf(stderr, "cannot write %s\n", port_file.c_str());
    return nullptr;
  }
  return server;
}

void AwaitEnding(const sigset_t& ending, grpc::Server& server) {
  int signal_number = 0;
  sigwait(&ending, &signal_number);
  server.Shutdown(std::chrono::system_clock::now());
}

}  // namespace

int RunEchoServer(const std::string& port_file) {
  const sigset_t ending = BlockEnding();
  Sessions sessions;
  EchoIngest ingest(sessions);
  EchoAgent agent(sessions);
  EchoTicket ticket;
  grpc::ServerBuilder builder;
  builder.RegisterService(&ingest);
  builder.RegisterService(&agent);
  builder.RegisterService(&ticket);
  const auto server = Start(builder, port_file);
  if (server == nullptr) return 1;
  AwaitEnding(ending, *server);
  return 0;
}

int RunQueueEchoServer(const std::string& port_file) {
  const sigset_t ending = BlockEnding();
  v1::IngestService::AsyncService ingest;
  v1::AgentService::AsyncService agent;
  v1::TicketService::AsyncService ticket;
  grpc::ServerBuilder builder;
  builder.RegisterService(&ingest);
  builder.RegisterService(&agent);
  builder.RegisterService(&ticket);
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
  for (unsigned i = 0; i < std::max(std::jthread::hardware_concurrency(), 1U); ++i) {
    queues.push_back(builder.AddCompletionQueue());
  }
  const auto server = Start(builder, port_file);
  if (server == nullptr) return 1;

  const auto ask_contact = [&](auto* context, auto* request, auto* writer, auto* queue, void* tag) {
    ingest.RequestIngestContact(context, request, writer, queue, queue, tag);
  };
  const auto ask_accept = [&](auto* context, auto* request, auto* writer, auto* queue, void* tag) {
    agent.RequestAcceptOffer(context, request, writer, queue, queue, tag);
  };
  const auto ask_complete = [&](auto* context, auto* request, auto* writer, auto* queue,
                                void* tag) {
    ticket.RequestCompleteTicket(context, request, writer, queue, queue, tag);
  };
  const auto fill_contact = [](v1::IngestContactResponse& response) {
    FillIn(response, NextTicket());
  };
  const auto fill_accept = [](v1::AcceptOfferResponse& response) { FillIn(response); };
  const auto fill_complete = [](v1::CompleteTicketResponse&) {};
  Serve<v1::IngestContactRequest, v1::IngestContactResponse>(ask_contact, fill_contact, queues);
  Serve<v1::AcceptOfferRequest, v1::AcceptOfferResponse>(ask_accept, fill_accept, queues);
  Serve<v1::CompleteTicketRequest, v1::CompleteTicketResponse>(ask_complete, fill_complete, queues);
  std::vector<std::jthread> threads;
  for (const auto& queue : queues) threads.emplace_back([&queue] { Drain(*queue); });
  AwaitEnding(ending, *server);
  for (const auto& queue : queues) queue->Shutdown();
  return 0;
}

}  // namespace tandem::bench
