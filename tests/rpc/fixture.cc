#include "tests/rpc/fixture.h"

#include <algorithm>
#include <utility>

#include "google/protobuf/util/time_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace tandem::rpc {

// --------------------------------------------------------------------------------------------------------
// errors

Error Decode(const grpc::Status& status) {
  Error error;
  error.code = status.error_code();
  error.message = status.error_message();
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return error;
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    if (any.UnpackTo(&info)) {
      EXPECT_TRUE(error.reason.empty()) << "expected one ErrorInfo, but there are two";
      error.reason = info.reason();
      error.domain = info.domain();
      error.metadata.insert(info.metadata().begin(), info.metadata().end());
    } else if (any.UnpackTo(&bad_request)) {
      error.has_bad_request = true;
      for (const auto& fault : bad_request.field_violations())
        error.fields.push_back(fault.field());
    } else if (any.Is<google::rpc::RetryInfo>()) {
      error.has_retry_info = true;
    }
  }
  // What the contract says of every error.
  if (!error.reason.empty()) {
    EXPECT_EQ(error.domain, "tandem");
    EXPECT_EQ(details.code(), error.code);
    EXPECT_EQ(error.has_bad_request, error.code == grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(error.has_retry_info, error.code == grpc::StatusCode::UNAVAILABLE ||
                                        error.code == grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_FALSE(error.message.empty());
    RememberReason(error.reason);
  }
  return error;
}

void ExpectRefusal(const grpc::Status& status, const std::string& reason,
                   const std::string& field) {
  const Error error = Decode(status);
  EXPECT_EQ(error.reason, reason) << status.error_message();
  ASSERT_FALSE(error.fields.empty());
  EXPECT_EQ(error.fields.front(), field);
}

std::string ReasonOf(const grpc::Status& status) {
  const Error error = Decode(status);
  if (status.ok()) return "OK";
  return error.reason.empty()
             ? "code " + std::to_string(error.code) + " without reason: " + status.error_message()
             : error.reason;
}

int ObstaclesOf(const v1::ExplainTicketResponse& explained, v1::ObstacleKind kind) {
  for (const v1::Obstacle& obstacle : explained.obstacles()) {
    if (obstacle.kind() == kind) return obstacle.agents();
  }
  return 0;
}

// --------------------------------------------------------------------------------------------------
// the workspace

namespace {

v1::Queue* AddQueue(v1::Configuration& configuration, const std::string& id, v1::Office office,
                    v1::Urgency urgency) {
  v1::Queue* queue = configuration.add_queues();
  queue->set_id(id);
  queue->set_office(office);
  queue->set_urgency(urgency);
  return queue;
}

v1::ProcessTypeDefaults* AddProcessType(v1::Configuration& configuration, const std::string& id,
                                        const std::string& channel, const std::string& queue) {
  v1::ProcessType* type = configuration.add_process_types();
  type->set_id(id);
  v1::ProcessTypeDefaults* defaults = type->add_defaults();
  defaults->set_channel(channel);
  defaults->set_queue(queue);
  return defaults;
}

void AddAgent(v1::Configuration& configuration, const std::string& id) {
  v1::Agent* agent = configuration.add_agents();
  agent->set_id(id);
  agent->set_routing_profile("everything");
  agent->add_clients("acme");
  agent->add_clients("globex");
  for (const auto& type : configuration.process_types()) agent->add_process_types(type.id());
  v1::SkillLevel* skill = agent->add_skills();
  skill->set_skill("billing");
  skill->set_level(5);
  v1::AgentLanguage* language = agent->add_languages();
  language->set_tag("fr-CA");
  language->set_spoken(v1::CEFR_LEVEL_C1);
  language->set_written(v1::CEFR_LEVEL_B2);
}

}  // namespace

v1::Configuration SmallConfiguration() {
  v1::Configuration configuration;
  configuration.set_time_zone("Europe/Lisbon");
  for (const char* client : {"acme", "globex"}) configuration.add_clients()->set_id(client);
  configuration.add_skills()->set_id("billing");
  configuration.add_dispositions()->set_id("solved");
  configuration.add_not_ready_reasons()->set_id("lunch");
  v1::ParkingReason* customer = configuration.add_parking_reasons();
  customer->set_id("customer");
  customer->set_stops_clock(true);

  AddQueue(configuration, "calls", v1::OFFICE_FRONT, v1::URGENCY_LIVE);
  AddQueue(configuration, "chats", v1::OFFICE_FRONT, v1::URGENCY_LIVE);
  AddQueue(configuration, "jobs", v1::OFFICE_BACK, v1::URGENCY_DEFERRABLE);
  AddQueue(configuration, "private", v1::OFFICE_FRONT, v1::URGENCY_LIVE)->set_client("acme");
  AddQueue(configuration, "tiny", v1::OFFICE_FRONT, v1::URGENCY_LIVE)->set_max_waiting(1);

  AddProcessType(configuration, "support", "", "chats")->mutable_wrap_up_limit()->set_seconds(600);
  v1::ProcessTypeDefaults* calls = configuration.mutable_process_types(0)->add_defaults();
  calls->set_channel("voice");
  calls->set_queue("calls");
  AddProcessType(configuration, "bookkeeping", "task", "jobs");

  v1::RoutingProfile* profile = configuration.add_routing_profiles();
  profile->set_id("everything");
  for (const char* queue : {"calls", "chats", "private"}) profile->add_queues()->set_queue(queue);
  v1::RoutingProfileQueue* jobs = profile->add_queues();
  jobs->set_queue("jobs");
  jobs->set_pull(true);
  jobs->set_no_push(true);
  AddAgent(configuration, "ann");
  AddAgent(configuration, "bob");
  return configuration;
}

v1::Contact ChatContact() {
  v1::Contact contact;
  contact.set_channel("chat");
  contact.set_client("acme");
  contact.set_process_type("support");
  return contact;
}

v1::Contact CallContact() {
  v1::Contact contact = ChatContact();
  contact.set_channel("voice");
  return contact;
}

v1::Contact JobContact() {
  v1::Contact contact = ChatContact();
  contact.set_channel("task");
  contact.set_process_type("bookkeeping");
  return contact;
}

google::protobuf::Timestamp In(int64_t seconds) {
  using google::protobuf::util::TimeUtil;
  return TimeUtil::GetCurrentTime() + TimeUtil::SecondsToDuration(seconds);
}

// --------------------------------------------------------------------------------------------------------
// server

Fixture::Fixture(FixtureOptions options) {
  engine = std::make_unique<engine::Engine>(options.engine, store);
  options.server.address = "127.0.0.1:0";
  auto started =
      Server::Start(options.server, *engine, options.reader == nullptr ? store : *options.reader,
                    store, webhook_store);
  EXPECT_TRUE(started.ok()) << started.status();
  server = *std::move(started);
  engine->OnReadyChange([this](bool ready) { server->SetServing(ready); });
  if (options.start_engine) {
    engine->Start();
    EXPECT_TRUE(WaitForReady(true));
  }
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server->port()),
                                      grpc::InsecureChannelCredentials(), arguments);
  agents = v1::AgentService::NewStub(channel);
  configurations = v1::ConfigurationService::NewStub(channel);
  events = v1::EventService::NewStub(channel);
  ingest = v1::IngestService::NewStub(channel);
  media = v1::MediaService::NewStub(channel);
  queues = v1::QueueService::NewStub(channel);
  reports = v1::ReportService::NewStub(channel);
  resources = v1::ResourceService::NewStub(channel);
  supervisors = v1::SupervisorService::NewStub(channel);
  system = v1::SystemService::NewStub(channel);
  tickets = v1::TicketService::NewStub(channel);
  watch = v1::WatchService::NewStub(channel);
  webhooks = v1::WebhookService::NewStub(channel);
  work = v1::WorkService::NewStub(channel);
  if (options.start_engine && options.configure) Apply(SmallConfiguration());
}

Fixture::~Fixture() {
  server->Shutdown(std::chrono::seconds(2));
  engine->Stop(std::chrono::seconds(1));
}

std::shared_ptr<grpc::Channel> Fixture::NarrowChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server->port()),
                                   grpc::InsecureChannelCredentials(), arguments);
}

bool Fixture::WaitForReady(bool ready) const {
  return Eventually([&] { return engine->ready() == ready; });
}

int64_t Fixture::Apply(const v1::Configuration& configuration) {
  int64_t revision = 0;
  EXPECT_EQ(ReasonOf(ApplyStatus(configuration, 0, &revision)), "OK");
  return revision;
}

std::string Fixture::Ingest(const v1::Contact& contact) {
  v1::IngestResult result;
  EXPECT_EQ(ReasonOf(IngestStatus(contact, &result)), "OK");
  return result.ticket_id();
}

void Fixture::IngestMany(const v1::Contact& contact, int count) {
  v1::BatchIngestContactsRequest request;
  request.set_workspace(kWorkspace);
  for (int i = 0; i < count; ++i) *request.add_contacts() = contact;
  v1::BatchIngestContactsResponse response;
  EXPECT_EQ(ReasonOf(ingest->BatchIngestContacts(ClientContext(), request, &response)), "OK");
}

v1::Ticket Fixture::Get(const std::string& ticket) {
  v1::GetTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  v1::GetTicketResponse response;
  EXPECT_EQ(ReasonOf(tickets->GetTicket(ClientContext(), request, &response)), "OK");
  return response.ticket();
}

v1::ExplainTicketResponse Fixture::Explain(const std::string& ticket) {
  v1::ExplainTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  v1::ExplainTicketResponse response;
  EXPECT_EQ(ReasonOf(tickets->ExplainTicket(ClientContext(), request, &response)), "OK");
  return response;
}

std::vector<v1::Event> Fixture::EventsOf(const std::string& ticket) {
  v1::ListTicketEventsRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  v1::ListTicketEventsResponse response;
  EXPECT_EQ(ReasonOf(tickets->ListTicketEvents(ClientContext(), request, &response)), "OK");
  return {response.events().begin(), response.events().end()};
}

std::vector<v1::Event> Fixture::EventsOf(const std::string& ticket, v1::EventType type) {
  std::vector<v1::Event> events = EventsOf(ticket);
  std::erase_if(events, [&](const v1::Event& event) { return event.type() != type; });
  return events;
}

v1::Event Fixture::Last(const std::string& ticket, v1::EventType type) {
  const std::vector<v1::Event> events = EventsOf(ticket, type);
  EXPECT_FALSE(events.empty()) << v1::EventType_Name(type);
  return events.empty() ? v1::Event() : events.back();
}

v1::SessionRef Fixture::LogIn(const std::string& agent) {
  v1::OpenSessionRequest request;
  request.set_workspace(kWorkspace);
  request.set_agent(agent);
  request.set_session_id("test");
  v1::OpenSessionResponse response;
  EXPECT_EQ(ReasonOf(agents->OpenSession(ClientContext(), request, &response)), "OK");
  v1::SessionRef session;
  session.set_agent(agent);
  session.set_generation(response.snapshot().generation());
  EXPECT_EQ(ReasonOf(SetStatus(session, v1::AGENT_STATUS_AVAILABLE)), "OK");
  return session;
}

v1::AgentSnapshot Fixture::Snapshot(const v1::SessionRef& session) {
  v1::HeartbeatRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = session;
  v1::HeartbeatResponse response;
  EXPECT_EQ(ReasonOf(agents->Heartbeat(ClientContext(), request, &response)), "OK");
  return response.snapshot();
}

std::string Fixture::OfferOf(const v1::SessionRef& session) {
  const v1::AgentSnapshot snapshot = Snapshot(session);
  EXPECT_EQ(snapshot.offers_size(), 1);
  return snapshot.offers_size() == 0 ? "" : snapshot.offers(0).offer_id();
}

std::string Fixture::Take(const v1::SessionRef& session, const v1::Contact& contact) {
  const std::string ticket = Ingest(contact);
  EXPECT_EQ(ReasonOf(Accept(session, OfferOf(session))), "OK");
  return ticket;
}

grpc::Status Fixture::SetStatus(const v1::SessionRef& session, v1::AgentStatus status,
                                const std::string& reason) {
  v1::SetAgentStatusRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = session;
  request.set_status(status);
  request.set_reason(reason);
  v1::SetAgentStatusResponse response;
  return agents->SetAgentStatus(ClientContext(), request, &response);
}

grpc::Status Fixture::Accept(const v1::SessionRef& session, const std::string& offer) {
  v1::AcceptOfferRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = session;
  request.set_offer_id(offer);
  v1::AcceptOfferResponse response;
  return agents->AcceptOffer(ClientContext(), request, &response);
}

grpc::Status Fixture::Decline(const v1::SessionRef& session, const std::string& offer,
                              v1::DeclineCause cause) {
  v1::DeclineOfferRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = session;
  request.set_offer_id(offer);
  request.set_cause(cause);
  v1::DeclineOfferResponse response;
  return agents->DeclineOffer(ClientContext(), request, &response);
}

grpc::Status Fixture::Start(const v1::SessionRef& session, const std::string& ticket) {
  v1::StartTicketRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = session;
  request.set_ticket_id(ticket);
  v1::StartTicketResponse response;
  return agents->StartTicket(ClientContext(), request, &response);
}

grpc::Status Fixture::Finish(const v1::SessionRef& session, const std::string& ticket) {
  v1::FinishTicketRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = session;
  request.set_ticket_id(ticket);
  v1::FinishTicketResponse response;
  return agents->FinishTicket(ClientContext(), request, &response);
}

grpc::Status Fixture::Complete(const v1::SessionRef& session, const std::string& ticket,
                               const std::string& disposition) {
  v1::CompleteTicketRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = session;
  request.set_ticket_id(ticket);
  request.set_disposition(disposition);
  v1::CompleteTicketResponse response;
  return tickets->CompleteTicket(ClientContext(), request, &response);
}

grpc::Status Fixture::Release(const v1::SessionRef& session, const std::string& ticket) {
  v1::ReleaseTicketRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = session;
  request.set_ticket_id(ticket);
  v1::ReleaseTicketResponse response;
  return tickets->ReleaseTicket(ClientContext(), request, &response);
}

grpc::Status Fixture::Cancel(const std::string& ticket) {
  v1::CancelTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  request.set_reason("test");
  v1::CancelTicketResponse response;
  return tickets->CancelTicket(ClientContext(), request, &response);
}

grpc::Status Fixture::Abandon(const std::string& ticket) {
  v1::AbandonTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  v1::AbandonTicketResponse response;
  return tickets->AbandonTicket(ClientContext(), request, &response);
}

grpc::Status Fixture::Transfer(const std::string& ticket, const std::string& queue) {
  v1::TransferTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  request.set_queue(queue);
  v1::TransferTicketResponse response;
  return tickets->TransferTicket(ClientContext(), request, &response);
}

grpc::Status Fixture::Close(const v1::SessionRef& session) {
  v1::CloseSessionRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = session;
  v1::CloseSessionResponse response;
  return agents->CloseSession(ClientContext(), request, &response);
}

grpc::Status Fixture::Report(const std::string& ticket, const std::string& offer,
                             v1::MediaEventType type, v1::Party party, bool* applied) {
  v1::ReportMediaEventRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  request.set_offer_id(offer);
  request.set_type(type);
  request.set_party(party);
  v1::ReportMediaEventResponse response;
  const grpc::Status status = media->ReportMediaEvent(ClientContext(), request, &response);
  if (applied != nullptr) *applied = response.applied();
  return status;
}

grpc::Status Fixture::IngestStatus(const v1::Contact& contact, v1::IngestResult* result,
                                   const std::string& request_id) {
  v1::IngestContactRequest request;
  request.set_workspace(kWorkspace);
  request.set_request_id(request_id);
  *request.mutable_contact() = contact;
  v1::IngestContactResponse response;
  const grpc::Status status = ingest->IngestContact(ClientContext(), request, &response);
  if (result != nullptr) *result = response.result();
  return status;
}

grpc::Status Fixture::ApplyStatus(const v1::Configuration& configuration, int64_t expected_revision,
                                  int64_t* revision, bool validate_only) {
  v1::ApplyConfigurationRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_configuration() = configuration;
  request.set_expected_revision(expected_revision);
  request.set_validate_only(validate_only);
  v1::ApplyConfigurationResponse response;
  const grpc::Status status =
      configurations->ApplyConfiguration(ClientContext(), request, &response);
  if (revision != nullptr) *revision = response.revision();
  return status;
}

std::vector<v1::Ticket> Fixture::Claim(const v1::SessionRef& session, uint32_t count) {
  v1::ClaimTicketsRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = session;
  request.set_max_tickets(count);
  v1::ClaimTicketsResponse response;
  EXPECT_EQ(ReasonOf(work->ClaimTickets(ClientContext(), request, &response)), "OK");
  return {response.tickets().begin(), response.tickets().end()};
}

}  // namespace tandem::rpc
