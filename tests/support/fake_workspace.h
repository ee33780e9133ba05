// A small workspace for tests of what stands around the router: one client, a front and a back
// office, a few agents who can do everything.
#ifndef TANDEM_TESTS_SUPPORT_FAKE_WORKSPACE_H_
#define TANDEM_TESTS_SUPPORT_FAKE_WORKSPACE_H_

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "router/check.h"
#include "router/command.h"
#include "router/model.h"
#include "router/time.h"

namespace tandem::test {

inline constexpr char kWorkspace[] = "bpo";

inline std::string AgentName(int number) {
  return "agent" + std::to_string(number);
}

// Queues "care" (FRONT) and "jobs" (BACK, pulled, late work mostly last); process types "question"
// and "job"; clients "acme" and "globex", which share the agents 2 : 1; dispositions "done";
// parking reason "customer", which stops the clock; agents agent1 … agentN, who take one call, two
// chats and three jobs at a time, of six units in all.
inline router::Configuration SmallConfiguration(int agents) {
  router::Configuration configuration;
  configuration.time_zone = "UTC";
  configuration.clients = {{{"acme", "Acme"}, router::FairShare{2, 1, 0}},
                           {{"globex", "Globex"}, router::FairShare{1, 0, 3}}};
  configuration.teams = {router::Team{{"all", "All"}}};
  configuration.dispositions = {{{"done", "Done"}, true}};
  configuration.not_ready_reasons = {router::NotReadyReason{{"break", "Break"}}};
  configuration.parking_reasons = {router::ParkingReason{{"customer", "Customer"}, true}};

  router::Queue care;
  care.id = "care";
  care.office = router::Office::kFront;
  care.urgency = router::Urgency::kLive;
  care.offer_timeout = router::Seconds(20);
  router::Queue jobs;
  jobs.id = "jobs";
  jobs.office = router::Office::kBack;
  jobs.urgency = router::Urgency::kDeferrable;
  jobs.lease_duration = router::Minutes(5);
  jobs.late_work = {router::LateOrder::kAfterPunctual, 3};
  configuration.queues = {care, jobs};

  router::ProcessType question;
  question.id = "question";
  question.defaults.resize(1);
  question.defaults[0].queue = "care";
  question.defaults[0].wrap_up_limit = router::Seconds(30);
  router::ProcessType job;
  job.id = "job";
  job.defaults.resize(1);
  job.defaults[0].queue = "jobs";
  configuration.process_types = {question, job};

  router::RoutingProfile profile;
  profile.id = "everything";
  profile.queues = {{.queue = "care", .rank = 1},
                    {.queue = "jobs", .rank = 2, .no_push = true, .pull = true}};
  configuration.routing_profiles = {profile};

  for (int number = 1; number <= agents; ++number) {
    router::Agent agent;
    agent.id = AgentName(number);
    agent.team = "all";
    agent.routing_profile = "everything";
    agent.process_types = {"question", "job"};
    agent.clients = {"acme", "globex"};
    router::Capacity capacity;
    capacity.total_units = 6;
    capacity.groups[static_cast<size_t>(router::CapacityGroup::kVoice)] = {1, 4, false, {}, false};
    capacity.groups[static_cast<size_t>(router::CapacityGroup::kMessaging)] = {
        2, 2, false, {}, false};
    capacity.groups[static_cast<size_t>(router::CapacityGroup::kTask)] = {3, 1, false, {}, false};
    agent.capacity = capacity;
    configuration.agents.push_back(agent);
  }
  if (const auto fault = router::CheckConfiguration(configuration, "configuration")) {
    const std::string where = fault->violations.empty() ? ""
                                                        : fault->violations.front().field + ": " +
                                                              fault->violations.front().description;
    std::fprintf(stderr, "expected a sound configuration, but: %s %s\n", fault->message.c_str(),
                 where.c_str());
    std::abort();
  }
  router::FillDefaults(configuration);
  return configuration;
}

inline router::Command In(router::Action action) {
  return {kWorkspace, std::move(action)};
}

inline router::Command ApplySmall(int agents) {
  return In(router::ApplyConfiguration{.configuration = SmallConfiguration(agents)});
}

// A chat for the front office.
inline router::Command Question(std::string external_id = "", std::string subject = "") {
  router::IngestContact ingest;
  ingest.contact.channel = "chat";
  ingest.contact.client = "acme";
  ingest.contact.process_type = "question";
  ingest.contact.entry_point = "site";
  ingest.contact.external_id = std::move(external_id);
  ingest.contact.subject = std::move(subject);
  return In(std::move(ingest));
}

// A task for the back office.
inline router::Command Job() {
  router::IngestContact ingest;
  ingest.contact.channel = "task";
  ingest.contact.client = "acme";
  ingest.contact.process_type = "job";
  return In(std::move(ingest));
}

inline router::Command Open(int agent, std::string session_id = "desk") {
  return In(router::OpenSession{.agent = AgentName(agent), .session_id = std::move(session_id)});
}

inline router::Command Available(router::SessionRef session) {
  return In(router::SetAgentStatus{.session = std::move(session),
                                   .to = {.status = router::AgentStatus::kAvailable}});
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_SUPPORT_FAKE_WORKSPACE_H_
