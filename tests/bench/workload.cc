#include "tests/bench/workload.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "tandem/v1/configuration_service.grpc.pb.h"

namespace tandem::bench {
namespace {

constexpr std::chrono::seconds kConnectLimit{20};
constexpr absl::Duration kConfigureLimit = absl::Seconds(120);
constexpr unsigned kHighestLevel = 10;
// So long that what waits for a lane is not missed meanwhile.
constexpr int64_t kOfferTimeoutSeconds = 3'600;

std::string SkillId(size_t number) {
  return "billing-" + std::to_string(number);
}

std::string TypeId(size_t number) {
  return "billing.dispute-" + std::to_string(number);
}

size_t SkillsOfAgent(const Workload& workload) {
  return std::min(workload.skills, kSkillsOfAgent);
}

void AddKindOfWork(v1::Configuration& configuration, const std::string& queue, size_t number) {
  configuration.add_skills()->set_id(SkillId(number));
  v1::ProcessType& type = *configuration.add_process_types();
  type.set_id(TypeId(number));
  v1::ProcessTypeDefaults& defaults = *type.add_defaults();
  defaults.set_queue(queue);
  defaults.set_language_level(v1::CEFR_LEVEL_B2);
  defaults.mutable_wrap_up_limit();  // 0: none
  v1::SkillRequirement& asked =
      *defaults.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
  asked.set_skill(SkillId(number));
  asked.set_level(kAskedLevel);
}

void AddAgent(v1::Configuration& configuration, const Workload& workload, size_t number) {
  v1::Agent& agent = *configuration.add_agents();
  agent.set_id(AgentId(number));
  agent.set_routing_profile("chat");
  agent.add_clients("acme");
  for (size_t n = 0; n < SkillsOfAgent(workload); ++n) {
    const AgentSkill has = SkillOf(workload, number, n);
    agent.add_process_types(TypeId(has.skill));
    v1::SkillLevel& skill = *agent.add_skills();
    skill.set_skill(SkillId(has.skill));
    skill.set_level(has.level);
  }
  v1::AgentLanguage& language = *agent.add_languages();
  language.set_tag("en");
  language.set_spoken(v1::CEFR_LEVEL_C1);
  language.set_written(v1::CEFR_LEVEL_C1);
  v1::GroupCapacity& chats = *agent.mutable_capacity()->add_groups();
  chats.set_group(v1::CAPACITY_GROUP_MESSAGING);
  chats.set_max(workload.chats != 0 ? workload.chats : 1 + static_cast<unsigned>(number % 3));
}

v1::Configuration MakeConfiguration(const Workload& workload) {
  v1::Configuration configuration;
  configuration.add_clients()->set_id("acme");
  v1::Queue& queue = *configuration.add_queues();
  queue.set_id("billing-chat");
  queue.set_office(v1::OFFICE_FRONT);
  queue.set_urgency(v1::URGENCY_LIVE);
  queue.mutable_offer_timeout()->set_seconds(kOfferTimeoutSeconds);
  v1::RoutingProfile& profile = *configuration.add_routing_profiles();
  profile.set_id("chat");
  profile.add_queues()->set_queue(queue.id());
  for (size_t i = 0; i < workload.skills; ++i) AddKindOfWork(configuration, queue.id(), i);
  for (size_t i = 0; i < workload.agents; ++i) AddAgent(configuration, workload, i);
  return configuration;
}

}  // namespace

std::string AgentId(size_t number) {
  return "agent-" + std::to_string(number);
}

// The strides share no factor with ten or with fifty, so that skills and levels mix.
AgentSkill SkillOf(const Workload& workload, size_t agent, size_t n) {
  const size_t levels = kHighestLevel - kAskedLevel + 1;
  return {.skill = (agent * 7 + n * 11) % workload.skills,
          .level = kAskedLevel + static_cast<unsigned>((agent + n * 3) % levels)};
}

v1::Contact MakeContact(const Workload& workload, size_t number) {
  v1::Contact contact;
  contact.set_channel("chat");
  contact.set_entry_point("https://shop.example/help");
  contact.set_client("acme");
  contact.set_process_type(TypeId(number % workload.skills));
  contact.set_language("en");
  contact.set_customer_id("customer-4711");
  contact.set_customer_segment("gold");
  contact.set_subject("The invoice of October shows a delivery that never came");
  contact.set_payload_json(
      R"({"invoice":"2026-10-004711","amount":"129.90","currency":"EUR","order":"A-20261003-77"})");
  (*contact.mutable_attributes())["page"] = "/orders/A-20261003-77";
  return contact;
}

Channels Connect(int port, size_t channels) {
  grpc::ChannelArguments arguments;
  // Else channels with the same arguments would share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  Channels connected;
  for (size_t i = 0; i < channels; ++i) {
    connected.push_back(grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port),
                                                  grpc::InsecureChannelCredentials(), arguments));
    if (!connected.back()->WaitForConnected(std::chrono::system_clock::now() + kConnectLimit)) {
      throw std::runtime_error("no connection to port " + std::to_string(port));
    }
  }
  return connected;
}

void Configure(const std::shared_ptr<grpc::Channel>& channel, const Workload& workload) {
  const auto stub = v1::ConfigurationService::NewStub(channel);
  v1::ApplyConfigurationRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_configuration() = MakeConfiguration(workload);
  const absl::Time give_up_at = absl::Now() + kConfigureLimit;
  for (;;) {
    v1::ApplyConfigurationResponse response;
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(give_up_at));
    const grpc::Status status = stub->ApplyConfiguration(&context, request, &response);
    if (status.ok()) return;
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE || absl::Now() > give_up_at) {
      throw std::runtime_error("configuration refused: " + status.error_message());
    }
    absl::SleepFor(absl::Milliseconds(50));
  }
}

void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace tandem::bench
