#include "tests/e2e/load.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <random>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include <google/protobuf/duration.pb.h>

namespace tandem::e2e {
namespace {

namespace v1 = tandem::v1;
using std::chrono::milliseconds;

constexpr const char* kProcessTypes[] = {"call", "chat", "job"};
constexpr const char* kChannels[] = {"voice", "chat", "task"};
constexpr std::chrono::seconds kConnectorGivesUp{60};
constexpr int kBatch = 5;

v1::Queue& AddQueue(v1::Configuration& configuration, const std::string& id, v1::Office office,
                    v1::Urgency urgency) {
  v1::Queue& queue = *configuration.add_queues();
  queue.set_id(id);
  queue.set_office(office);
  queue.set_urgency(urgency);
  queue.mutable_offer_timeout()->set_seconds(2);
  queue.mutable_connect_timeout()->set_seconds(2);
  queue.mutable_lease_duration()->set_seconds(3);
  return queue;
}

v1::ProcessType& AddProcessType(v1::Configuration& configuration, const std::string& id,
                                const std::string& queue, int wrap_up_seconds) {
  v1::ProcessType& process_type = *configuration.add_process_types();
  process_type.set_id(id);
  v1::ProcessTypeDefaults& defaults = *process_type.add_defaults();
  defaults.set_queue(queue);
  defaults.mutable_wrap_up_limit()->set_seconds(wrap_up_seconds);
  return process_type;
}

void AddCapacity(v1::Agent& agent, v1::CapacityGroup group, uint32_t max) {
  v1::GroupCapacity& capacity = *agent.mutable_capacity()->add_groups();
  capacity.set_group(group);
  capacity.set_max(max);
}

constexpr char kSkill[] = "chatting";
constexpr uint32_t kExpert = 5;

void AddPlan(v1::Queue& queue) {
  v1::PlanStep& less = *queue.mutable_plan()->add_steps();
  less.mutable_after()->set_seconds(1);
  less.mutable_relax()->set_lower_skill_levels_by(kExpert - 1);
  v1::PlanStep& sooner = *queue.mutable_plan()->add_steps();
  sooner.mutable_after()->set_seconds(2);
  sooner.set_min_priority(5);
}

void AskForExperts(v1::ProcessType& process_type) {
  v1::ProcessTypeDefaults& defaults = *process_type.mutable_defaults(0);
  v1::SkillRequirement& asked =
      *defaults.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
  asked.set_skill(kSkill);
  asked.set_level(kExpert);
}

// Time limits are as short as they may be: all of them should pass now and then.
v1::Configuration MakeConfiguration() {
  v1::Configuration configuration;
  configuration.mutable_session_grace()->set_seconds(2);
  configuration.mutable_cool_down()->set_seconds(1);
  configuration.add_clients()->set_id("acme");
  configuration.add_dispositions()->set_id("solved");
  configuration.add_skills()->set_id(kSkill);
  configuration.add_not_ready_reasons()->set_id("break");
  AddQueue(configuration, "calls", v1::OFFICE_FRONT, v1::URGENCY_LIVE)
      .set_concurrent_offers(kRings);
  AddPlan(AddQueue(configuration, "chats", v1::OFFICE_FRONT, v1::URGENCY_LIVE));
  AddQueue(configuration, "jobs", v1::OFFICE_BACK, v1::URGENCY_DEFERRABLE);
  AddProcessType(configuration, "call", "calls", 1);
  AskForExperts(AddProcessType(configuration, "chat", "chats", 0));
  AddProcessType(configuration, "job", "jobs", 1);
  v1::Channel& voice = *configuration.add_channels();
  voice.set_id("voice");
  voice.set_capacity_group(v1::CAPACITY_GROUP_VOICE);
  voice.set_has_media(true);
  voice.set_language_mode(v1::LANGUAGE_MODE_SPOKEN);
  voice.set_misses_allowed(2);
  v1::RoutingProfile& profile = *configuration.add_routing_profiles();
  profile.set_id("all");
  profile.add_queues()->set_queue("calls");
  profile.add_queues()->set_queue("chats");
  v1::RoutingProfileQueue& jobs = *profile.add_queues();
  jobs.set_queue("jobs");
  jobs.set_no_push(true);
  jobs.set_pull(true);
  for (int i = 0; i < kAgents; ++i) {
    v1::Agent& agent = *configuration.add_agents();
    agent.set_id(AgentName(i));
    agent.set_routing_profile("all");
    agent.add_clients("acme");
    v1::SkillLevel& skill = *agent.add_skills();
    skill.set_skill(kSkill);
    skill.set_level(IsExpert(agent.id()) ? kExpert : 1);
    for (const char* process_type : kProcessTypes) {
      agent.add_process_types(process_type);
    }
    AddCapacity(agent, v1::CAPACITY_GROUP_VOICE, kMaxVoice);
    AddCapacity(agent, v1::CAPACITY_GROUP_MESSAGING, kMaxMessaging);
    AddCapacity(agent, v1::CAPACITY_GROUP_TASK, kMaxTask);
  }
  return configuration;
}

v1::Contact MakeContact(const std::string& external_id, size_t kind) {
  v1::Contact contact;
  contact.set_channel(kChannels[kind]);
  contact.set_process_type(kProcessTypes[kind]);
  contact.set_client("acme");
  contact.set_entry_point("front-door");
  contact.set_external_id(external_id);
  contact.set_subject("Contact " + external_id);
  contact.set_payload_json(R"({"note": "of a test"})");
  return contact;
}

// Calls until the server has decided, or for longer than any outage lasts.
grpc::Status CallUntilDecided(const std::function<grpc::Status(grpc::ClientContext*)>& call) {
  grpc::Status status;
  for (const auto give_up = std::chrono::steady_clock::now() + kConnectorGivesUp;
       std::chrono::steady_clock::now() < give_up;) {
    grpc::ClientContext context;
    // A call that waits for the connection also drives it; gRPC's own timer would take seconds.
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + kCallLimit);
    status = call(&context);
    if (!ctl::IsUndecided(status.error_code(), ctl::ReasonOf(status))) {
      return status;
    }
    std::this_thread::sleep_for(milliseconds(50));
  }
  return status;
}

bool WaitForRoom(const LoadState& state) {
  while (!state.stop_connectors && state.waiting >= state.options.max_waiting) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  return !state.stop_connectors;
}

// The customer hangs up. OK means that the ticket is ABANDONED.
void Abandon(LoadState& state, ctl::Client& client, const std::string& ticket) {
  v1::AbandonTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_request_id(ctl::NewUuid());
  request.set_ticket_id(ticket);
  const grpc::Status status = CallUntilDecided([&](grpc::ClientContext* context) {
    v1::AbandonTicketResponse response;
    return client.tickets->AbandonTicket(context, request, &response);
  });
  const std::string reason = ctl::ReasonOf(status);
  if (status.ok()) {
    state.journal.Promised({"TICKET_ABANDONED", ticket, "", ""});
  } else if (reason != "ALREADY_ANSWERED" && reason != "TICKET_CLOSED" &&
             reason != "TICKET_STATE_FORBIDS") {
    state.journal.Fault("AbandonTicket: " + ctl::Describe(status));
  }
}

}  // namespace

std::string AgentName(int number) {
  return absl::StrCat("agent-", number);
}

void RunConnector(LoadState& state, int number) {
  ctl::Client client(ctl::Connect(state.options.address));
  std::mt19937_64 random(state.options.seed * 100 + static_cast<uint64_t>(number));
  for (int i = 0; WaitForRoom(state); ++i) {
    const std::string external_id = absl::StrCat("c", number, "-", i);
    v1::IngestContactRequest request;
    request.set_workspace(kWorkspace);
    // Some callers rely on the external id alone.
    if (random() % 4 != 0) {
      request.set_request_id(ctl::NewUuid());
    }
    const size_t kind = random() % std::size(kChannels);
    *request.mutable_contact() = MakeContact(external_id, kind);
    // A caller whose answer got lost asks again; so does, now and then, one whose answer did not.
    for (uint64_t round = random() % 8 == 0 ? 2 : 1; round > 0; --round) {
      v1::IngestContactResponse response;
      const grpc::Status status = CallUntilDecided([&](grpc::ClientContext* context) {
        return client.ingest->IngestContact(context, request, &response);
      });
      if (!status.ok()) {
        state.journal.Fault("IngestContact: " + ctl::Describe(status));
        break;
      }
      state.journal.Ingested(external_id, response.result().ticket_id());
      if (kind == 0 && random() % 10 == 0) {
        Abandon(state, client, response.result().ticket_id());
      }
    }
    std::this_thread::sleep_for(milliseconds(5 + random() % 20));
  }
}

void RunBatchConnector(LoadState& state) {
  ctl::Client client(ctl::Connect(state.options.address));
  for (int i = 0; WaitForRoom(state); ++i) {
    v1::BatchIngestContactsRequest request;
    request.set_workspace(kWorkspace);
    for (int item = 0; item < kBatch; ++item) {
      *request.add_contacts() =
          MakeContact(absl::StrCat("b", i, "-", item), static_cast<size_t>(item) % 3);
    }
    v1::BatchIngestContactsResponse response;
    bool complete = false;
    for (int attempt = 0; !complete && attempt < 20; ++attempt) {
      const grpc::Status status = CallUntilDecided([&](grpc::ClientContext* context) {
        return client.ingest->BatchIngestContacts(context, request, &response);
      });
      complete = status.ok() && response.items_size() == kBatch;
      for (int item = 0; item < response.items_size(); ++item) {
        // An item that could not be made durable says so by itself.
        complete = complete && response.items(item).has_result();
        if (response.items(item).has_result()) {
          state.journal.Ingested(request.contacts(item).external_id(),
                                 response.items(item).result().ticket_id());
        }
      }
    }
    if (!complete) {
      state.journal.Fault("BatchIngestContacts did not get its contacts in");
    }
    std::this_thread::sleep_for(milliseconds(150));
  }
}

void RunGauge(LoadState& state) {
  ctl::Client client(ctl::Connect(state.options.address));
  while (!state.stop_connectors) {
    v1::ListQueueStatisticsRequest request;
    request.set_workspace(kWorkspace);
    v1::ListQueueStatisticsResponse response;
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + kCallLimit);
    if (client.queues->ListQueueStatistics(&context, request, &response).ok()) {
      int waiting = 0;
      for (const v1::QueueStatistics& queue : response.queues()) {
        waiting += queue.waiting();
      }
      state.waiting = waiting;
    }
    std::this_thread::sleep_for(milliseconds(200));
  }
}

Load::Load(LoadOptions options, Journal& journal)
    : state_{.options = std::move(options), .journal = journal},
      client_(ctl::Connect(state_.options.address)) {}

Load::~Load() {
  state_.stop_connectors = true;
  state_.drain = true;
  state_.stop_agents = true;
}

void Load::Start() {
  v1::ApplyConfigurationRequest request;
  request.set_workspace(kWorkspace);
  request.set_request_id(ctl::NewUuid());
  *request.mutable_configuration() = MakeConfiguration();
  const grpc::Status status = CallUntilDecided([&](grpc::ClientContext* context) {
    v1::ApplyConfigurationResponse response;
    return client_.configurations->ApplyConfiguration(context, request, &response);
  });
  if (!status.ok()) {
    throw std::runtime_error("ApplyConfiguration: " + ctl::Describe(status));
  }
  for (int i = 0; i < state_.options.connectors; ++i) {
    connectors_.emplace_back([this, i] { RunConnector(state_, i); });
  }
  connectors_.emplace_back([this] { RunBatchConnector(state_); });
  connectors_.emplace_back([this] { RunGauge(state_); });
  for (int i = 0; i < kAgents; ++i) {
    agents_.emplace_back([this, i] {
      if (i % 2 == 0) {
        RunStreamAgent(state_, i);
      } else {
        RunUnaryAgent(state_, i);
      }
    });
  }
}

void Load::StopConnectors() {
  state_.stop_connectors = true;
  connectors_.clear();
  state_.drain = true;
}

bool Load::AllClosed() {
  v1::ListTicketsRequest request;
  request.set_workspace(kWorkspace);
  request.set_page_size(1);
  for (const v1::TicketState open :
       {v1::TICKET_STATE_QUEUED, v1::TICKET_STATE_OFFERED, v1::TICKET_STATE_CONNECTING,
        v1::TICKET_STATE_ASSIGNED, v1::TICKET_STATE_ACTIVE, v1::TICKET_STATE_WRAP_UP,
        v1::TICKET_STATE_PARKED}) {
    request.mutable_filter()->add_states(open);
  }
  v1::ListTicketsResponse response;
  const grpc::Status status = CallUntilDecided([&](grpc::ClientContext* context) {
    return client_.tickets->ListTickets(context, request, &response);
  });
  return status.ok() && response.tickets_size() == 0;
}

void Load::StopAgents() {
  state_.stop_agents = true;
  agents_.clear();
}

}  // namespace tandem::e2e
