#include "tests/theory/simulation.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <queue>
#include <random>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <variant>

#include "router/check.h"
#include "router/router.h"

namespace tandem::theory {
namespace {

constexpr char kWorkspace[] = "theory";
constexpr router::Time kStart{1'700'000'000'000'000};

enum class What { kArrival, kPatienceEnds, kHandlingEnds };

struct Event {
  router::Time at;
  uint64_t order = 0;  // of two at one instant the one made first comes first
  What what = What::kArrival;
  size_t index = 0;  // the type that comes, or the customer

  // The earliest is the greatest, as a priority queue wants it.
  friend bool operator<(const Event& a, const Event& b) {
    return std::tie(b.at, b.order) < std::tie(a.at, a.order);
  }
};

class Simulation {
 public:
  Simulation(Model model, uint64_t seed) : model_(std::move(model)), random_(seed) {
    if (const auto rejection = router::CheckConfiguration(model_.configuration, "")) {
      throw std::logic_error(rejection->message);
    }
    router::FillDefaults(model_.configuration);
    for (const router::Agent& agent : model_.configuration.agents) {
      agents_.emplace(agent.id, agents_.size());
    }
    Execute(router::ApplyConfiguration{model_.configuration});
    for (const router::Agent& agent : model_.configuration.agents) {
      Execute(router::OpenSession{agent.id, "s"});
      Execute(router::SetAgentStatus{{agent.id, 1}, router::AgentStatus::kAvailable, ""});
    }
    for (size_t type = 0; type < model_.types.size(); ++type) {
      arrivals_per_s_ += model_.types[type].arrivals_per_s;
      NextArrival(type);
    }
  }

  // Goes on until it is known what became of the first so many customers.
  std::vector<Customer> Run(size_t customers) {
    while (customers_.size() < customers || settled_ < customers) {
      if (settled_ < customers_.size() && is_settled_[settled_]) {
        ++settled_;
        continue;
      }
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      Do(event);
    }
    router_.CheckInvariants();
    if (router_.NextDeadline() != router::kEndOfTime) {
      throw std::logic_error("expected that the router times nothing, but it does");
    }
    customers_.resize(customers);
    return std::move(customers_);
  }

 private:
  void Do(const Event& event) {
    switch (event.what) {
      case What::kArrival:
        Arrive(event.index);
        return;
      case What::kPatienceEnds:
        if (is_settled_[event.index]) return;
        is_settled_[event.index] = true;
        customers_[event.index].abandoned = true;
        customers_[event.index].wait_s = SecondsSince(came_[event.index]);
        Execute(router::AbandonTicket{TicketOf(event.index)});
        return;
      case What::kHandlingEnds:
        const size_t agent = customers_[event.index].agent;
        Execute(router::CompleteTicket{
            TicketOf(event.index), {model_.configuration.agents[agent].id, 1}, ""});
        return;
    }
  }

  void Arrive(size_t type) {
    NextArrival(type);
    const size_t customer = customers_.size();
    customers_.push_back(Customer{type});
    customers_.back().gap = SecondsSince(customer == 0 ? kStart : came_.back()) * arrivals_per_s_;
    came_.push_back(now_);
    is_settled_.push_back(false);
    router::IngestContact ingest;
    ingest.contact = model_.types[type].contact;
    ingest.new_ticket = TicketOf(customer);
    ingest.new_contact = {0, customer + 1};
    Execute(std::move(ingest));
    if (is_settled_[customer]) return;
    customers_[customer].waited = true;
    if (model_.types[type].patience_s > 0) {
      (void)After(model_.types[type].patience_s, What::kPatienceEnds, customer);
    }
  }

  void NextArrival(size_t type) {
    (void)After(1 / model_.types[type].arrivals_per_s, What::kArrival, type);
  }

  // After an exponential time of this mean; gives the time relative to it.
  double After(double mean_s, What what, size_t index) {
    // In (0, 1]: 53 random bits, as many as a double has.
    const double uniform = static_cast<double>((random_() >> 11) + 1) * 0x1p-53;
    const double relative = -std::log(uniform);
    const auto us = std::llround(relative * mean_s * 1e6);
    events_.push({now_ + router::Microseconds(us), ++order_, what, index});
    return relative;
  }

  void Execute(router::Action action) {
    const router::Outcome outcome = router_.Execute({kWorkspace, std::move(action)}, now_);
    if (const auto* rejection = std::get_if<router::Rejection>(&outcome)) {
      throw std::logic_error(rejection->message);
    }
    for (const router::EventRow& event : router_.TakeChanges().events) {
      if (event.type != router::EventType::kTicketOffered) continue;
      const size_t customer = event.ticket.low - 1;
      const size_t agent = agents_.at(event.agent);
      customers_[customer].agent = agent;
      customers_[customer].wait_s = SecondsSince(came_[customer]);
      is_settled_[customer] = true;
      customers_[customer].handling =
          After(model_.handling_s[agent], What::kHandlingEnds, customer);
    }
  }

  double SecondsSince(router::Time then) const {
    return static_cast<double>((now_ - then).us) * 1e-6;
  }

  static router::TicketId TicketOf(size_t customer) { return {0, customer + 1}; }

  Model model_;
  std::mt19937_64 random_;
  std::map<std::string, size_t, std::less<>> agents_;
  router::Router router_;
  router::Time now_ = kStart;
  std::priority_queue<Event> events_;
  uint64_t order_ = 0;
  double arrivals_per_s_ = 0;  // of all types
  std::vector<Customer> customers_;
  std::vector<router::Time> came_;
  std::vector<bool> is_settled_;  // offered or abandoned
  size_t settled_ = 0;            // so many from the first on are
};

uint64_t NumberFrom(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

std::string AgentId(size_t number) {
  return "agent" + std::to_string(number);
}

Model MakeModel(size_t agents, double handling_s) {
  Model model;
  router::Configuration& configuration = model.configuration;
  configuration.clients.emplace_back().id = "client";
  router::Queue& queue = configuration.queues.emplace_back();
  queue.id = "queue";
  queue.auto_accept = true;
  configuration.process_types.emplace_back().id = "type";
  router::RoutingProfile& profile = configuration.routing_profiles.emplace_back();
  profile.id = "profile";
  profile.queues.push_back({"queue"});
  for (size_t i = 0; i < agents; ++i) {
    router::Agent& agent = configuration.agents.emplace_back();
    agent.id = AgentId(i);
    agent.routing_profile = "profile";
    agent.clients = {"client"};
    agent.process_types = {"type"};
  }
  model.handling_s.assign(agents, handling_s);
  return model;
}

router::NewContact MakeContact() {
  router::NewContact contact;
  contact.channel = "chat";
  contact.client = "client";
  contact.process_type = "type";
  contact.queue = "queue";
  return contact;
}

std::vector<Customer> Simulate(Model model, size_t customers, uint64_t seed) {
  const size_t warm_up = customers / 10;
  std::vector<Customer> all = Simulation(std::move(model), seed).Run(warm_up + customers);
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(warm_up));
  return all;
}

Controls ControlsOf(const std::vector<Customer>& run) {
  Controls controls = {BatchRatios(
                           run, [](const Customer& customer) { return customer.gap; },
                           [](const Customer&) { return 1; }),
                       BatchRatios(
                           run, [](const Customer& customer) { return customer.handling; },
                           [](const Customer& customer) { return customer.abandoned ? 0 : 1; })};
  for (std::vector<double>& control : controls) {
    for (double& batch : control) batch -= 1;
  }
  return controls;
}

size_t Length() {
  return std::max<size_t>(1, NumberFrom("TANDEM_THEORY_LENGTH", 1));
}

uint64_t Seed() {
  return NumberFrom("TANDEM_THEORY_SEED", 1);
}

}  // namespace tandem::theory
