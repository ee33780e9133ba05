#include "server/ctl/load_run.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "server/ctl/caller.h"
#include "server/ctl/interrupt.h"
#include "server/ctl/load_agent.h"
#include "server/ctl/load_scenario.h"
#include "server/ctl/load_world.h"
#include "server/ctl/player_check.h"
#include "server/ctl/spans.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr absl::Duration kLogInPatience = absl::Minutes(1);
// Sessions that are being opened at once.
constexpr int64_t kOpening = 100;
constexpr size_t kContactsOfBatch = 1000;
constexpr absl::Duration kGlance = absl::Milliseconds(20);
constexpr absl::Duration kProgress = absl::Seconds(5);

struct NamedAgent {
  std::string id;
  Spread answers;
};

// The scenario's floor with its agents.
v1::Configuration FloorOf(const Scenario& scenario, double scale, std::vector<NamedAgent>& named) {
  v1::Configuration floor = scenario.floor;
  for (const LoadAgents& agents : scenario.agents) {
    for (int64_t i = 1; i <= ScaledAgents(agents, scale); ++i) {
      v1::Agent& agent = *floor.add_agents();
      agent = agents.agent;
      agent.set_id(absl::StrCat(agents.id, "-", i));
      named.push_back({agent.id(), agents.answers});
    }
  }
  return floor;
}

// One load. Everything but the constructor, Prepare() and Run() happens on the loop's thread, and
// so do they, before and around it.
class LoadRun {
 public:
  LoadRun(const Target& target, const LoadOptions& options, Scenario scenario,
          const OnInterrupt& interrupt);

  // Makes the workspace and lets the backlog in. On failure: the server's answer.
  [[nodiscard]] grpc::Status Prepare();
  // Returns when the load is over.
  void Run();
  // Reads the tickets back and prints; the exit code.
  [[nodiscard]] int Report();

 private:
  v1::IngestContactRequest RequestOf(const PlannedContact& contact,
                                     const std::string& number) const;
  void LogInMore();
  void AwaitAgents();
  void BeginArrivals();
  void PlanNext();
  void Arrive(size_t number);
  void HangUp(const std::string& ticket_id, absl::Time intended_at);
  void LookForEnd();
  void ShowProgress();
  void SendHome();
  void LookForGone(absl::Time give_up_at);

  const Target target_;
  const LoadOptions options_;
  const OnInterrupt& interrupt_;
  const Scenario scenario_;
  const LoadPlan plan_;
  std::vector<NamedAgent> named_;
  const v1::Configuration floor_;
  LoadWorld world_;
  PlayerLoop& loop_;
  std::vector<std::unique_ptr<LoadAgent>> agents_;
  size_t logging_in_ = 0;                      // So many have begun to.
  absl::Time began_ = absl::InfiniteFuture();  // The first step of the arrivals.
  absl::Time ended_ = absl::InfiniteFuture();  // The last one.
  size_t next_ = 0;                            // Of the plan's arrivals.
  int64_t under_way_ = 0;                      // Contacts without an answer yet.
  absl::Time shown_at_ = absl::InfinitePast();
  LoadContacts contacts_;
};

LoadRun::LoadRun(const Target& target, const LoadOptions& options, Scenario scenario,
                 const OnInterrupt& interrupt)
    : target_(target),
      options_(options),
      interrupt_(interrupt),
      scenario_(std::move(scenario)),
      plan_(PlanLoad(scenario_, options.bounds)),
      floor_(FloorOf(scenario_, options.bounds.scale, named_)),
      world_(target, named_.size(), static_cast<size_t>(options.connections)),
      loop_(world_.loop()) {
  for (const NamedAgent& named : named_) {
    const size_t index = agents_.size();
    agents_.push_back(std::make_unique<LoadAgent>(world_, named.id, named.answers, index,
                                                  options.bounds.seed + index));
  }
  contacts_.planned = static_cast<int64_t>(plan_.backlog.size() + plan_.arrivals.size());
}

v1::IngestContactRequest LoadRun::RequestOf(const PlannedContact& contact,
                                            const std::string& number) const {
  v1::IngestContactRequest request;
  request.set_workspace(target_.workspace);
  request.set_request_id(NewUuid());
  *request.mutable_contact() = scenario_.kinds[contact.kind].contact;
  request.mutable_contact()->set_external_id(number);
  return request;
}

grpc::Status LoadRun::Prepare() {
  Caller caller(target_);
  v1::ApplyConfigurationRequest apply;
  apply.set_request_id(NewUuid());
  *apply.mutable_configuration() = floor_;
  apply.set_expected_revision(-1);  // A workspace without configuration, or none of ours.
  v1::ApplyConfigurationResponse applied;
  grpc::Status status =
      caller.Ask(*caller.client().configurations,
                 &v1::ConfigurationService::Stub::ApplyConfiguration, apply, applied);
  for (size_t first = 0; status.ok() && first < plan_.backlog.size(); first += kContactsOfBatch) {
    const size_t end = std::min(first + kContactsOfBatch, plan_.backlog.size());
    v1::BatchIngestContactsRequest batch;
    for (size_t i = first; i < end; ++i) {
      *batch.add_contacts() = RequestOf(plan_.backlog[i], absl::StrCat("backlog-", i)).contact();
    }
    v1::BatchIngestContactsResponse response;
    status = caller.Ask(*caller.client().ingest, &v1::IngestService::Stub::BatchIngestContacts,
                        batch, response);
    contacts_.sent += batch.contacts_size();
    for (int i = 0; status.ok() && i < response.items_size(); ++i) {
      const v1::BatchIngestItem& item = response.items(i);
      if (item.has_error()) {
        world_.figures().Failed(LoadStage::kIngest, item.error().reason());
        continue;
      }
      ++contacts_.acknowledged;
      if (item.result().unroutable()) ++contacts_.unroutable;
      world_.NoteAcknowledged(item.result().ticket_id(),
                              plan_.backlog[first + static_cast<size_t>(i)], absl::InfinitePast(),
                              /*is_backlog=*/true);
    }
  }
  return status;
}

void LoadRun::Run() {
  if (plan_.cut) {
    std::cerr << "tandemctl: the scenario has more than " << options_.bounds.contacts
              << " contacts; --limit takes more of them\n";
  }
  const absl::Time now = PlayerLoop::RealNow();
  world_.figures().Begin(LoadStage::kLogIn, now);
  if (!plan_.backlog.empty()) {
    for (const LoadStage stage : {LoadStage::kAccept, LoadStage::kFinish, LoadStage::kComplete}) {
      world_.figures().Begin(stage, now);
    }
  }
  loop_.AfterReal(absl::ZeroDuration(), [this] { LogInMore(); });
  loop_.AfterReal(absl::ZeroDuration(), [this] { AwaitAgents(); });
  loop_.Run();
}

void LoadRun::LogInMore() {
  while (logging_in_ < agents_.size() &&
         static_cast<int64_t>(logging_in_) - world_.ready() < kOpening) {
    agents_[logging_in_++]->LogIn();
  }
  if (logging_in_ < agents_.size()) loop_.AfterReal(kGlance, [this] { LogInMore(); });
}

void LoadRun::AwaitAgents() {
  const auto asked = static_cast<int64_t>(agents_.size());
  if (world_.ready() == asked || interrupt_.came()) return BeginArrivals();
  if (PlayerLoop::RealNow() - world_.figures().began(LoadStage::kLogIn) > kLogInPatience) {
    std::cerr << "tandemctl: expected " << asked << " agents to be AVAILABLE after "
              << ShowSpan(kLogInPatience) << ", but " << world_.ready() << " are; going on\n";
    world_.figures().Failed(LoadStage::kLogIn, "NOT_AVAILABLE_IN_TIME");
    return BeginArrivals();
  }
  loop_.AfterReal(kGlance, [this] { AwaitAgents(); });
}

void LoadRun::BeginArrivals() {
  began_ = shown_at_ = PlayerLoop::RealNow();
  for (const LoadStage stage :
       {LoadStage::kSend, LoadStage::kIngest, LoadStage::kOffer, LoadStage::kAccept,
        LoadStage::kFinish, LoadStage::kComplete, LoadStage::kAbandon}) {
    if (world_.figures().began(stage) == absl::InfinitePast()) {
      world_.figures().Begin(stage, began_);
    }
  }
  PlanNext();
  LookForEnd();
}

void LoadRun::PlanNext() {
  if (next_ == plan_.arrivals.size()) return;
  const absl::Duration wait = began_ + plan_.arrivals[next_].at - PlayerLoop::RealNow();
  loop_.AfterReal(wait, [this] {
    if (interrupt_.came()) return;
    const size_t number = next_++;
    PlanNext();
    Arrive(number);
  });
}

void LoadRun::Arrive(size_t number) {
  const PlannedContact& contact = plan_.arrivals[number];
  const absl::Time intended_at = began_ + contact.at;
  world_.figures().Took(LoadStage::kSend, intended_at, PlayerLoop::RealNow());
  ++contacts_.sent;
  ++under_way_;
  world_.calls().CallOnce<v1::IngestContactResponse>(
      RequestOf(contact, absl::StrCat(number)),
      [this, number](auto* context, const auto* sent, auto* response, auto done) {
        world_.AdapterOf(number).ingest->async()->IngestContact(context, sent, response,
                                                                std::move(done));
      },
      [this, &contact, intended_at](const grpc::Status& status,
                                    const v1::IngestContactResponse& response) {
        --under_way_;
        if (!status.ok()) {
          world_.figures().Failed(LoadStage::kIngest, ReasonOrCode(status));
          return;
        }
        const std::string& ticket_id = response.result().ticket_id();
        ++contacts_.acknowledged;
        if (response.result().unroutable()) ++contacts_.unroutable;
        world_.figures().Took(LoadStage::kIngest, intended_at, PlayerLoop::RealNow());
        world_.NoteAcknowledged(ticket_id, contact, intended_at, /*is_backlog=*/false);
        if (contact.patience == absl::InfiniteDuration()) return;
        const absl::Time patient_until = intended_at + contact.patience;
        loop_.AfterReal(patient_until - PlayerLoop::RealNow(),
                        [this, ticket_id, patient_until] { HangUp(ticket_id, patient_until); });
      });
}

void LoadRun::HangUp(const std::string& ticket_id, absl::Time intended_at) {
  LoadTicket& ticket = world_.TicketOf(ticket_id);
  if (ticket.answered) return;
  ticket.hung_up = true;
  v1::AbandonTicketRequest request;
  request.set_workspace(target_.workspace);
  request.set_request_id(NewUuid());
  request.set_ticket_id(ticket_id);
  ++under_way_;
  world_.calls().CallOnce<v1::AbandonTicketResponse>(
      std::move(request),
      [this](auto* context, const auto* sent, auto* response, auto done) {
        world_.AdapterOf(0).tickets->async()->AbandonTicket(context, sent, response,
                                                            std::move(done));
      },
      [this, ticket_id, intended_at](const grpc::Status& status, const v1::AbandonTicketResponse&) {
        --under_way_;
        // Answered in the last moment is what a customer hopes for.
        if (!status.ok() && ReasonOf(status) != "ALREADY_ANSWERED") {
          world_.figures().Failed(LoadStage::kAbandon, ReasonOrCode(status));
          return;
        }
        world_.figures().Took(LoadStage::kAbandon, intended_at, PlayerLoop::RealNow());
        if (status.ok()) world_.NoteOver(ticket_id);
      });
}

void LoadRun::LookForEnd() {
  const absl::Time now = PlayerLoop::RealNow();
  if (now - shown_at_ >= kProgress) ShowProgress();
  const bool all_sent = next_ == plan_.arrivals.size() || interrupt_.came();
  if (all_sent && ended_ == absl::InfiniteFuture()) ended_ = now;
  const bool quiet = all_sent && under_way_ == 0 && world_.open() == 0;
  if (quiet || now - ended_ > options_.drain) return SendHome();
  loop_.AfterReal(kGlance, [this] { LookForEnd(); });
}

void LoadRun::ShowProgress() {
  shown_at_ = PlayerLoop::RealNow();
  std::cerr << absl::StrFormat("%s of %s: %d sent, %d acknowledged, %d open, %d failures\n",
                               ShowSpan(absl::Floor(shown_at_ - began_, absl::Seconds(1))),
                               ShowSpan(absl::Ceil(plan_.length, absl::Seconds(1))), contacts_.sent,
                               contacts_.acknowledged, world_.open(), world_.figures().failures());
}

void LoadRun::SendHome() {
  for (const auto& agent : agents_) agent->LogOut();
  LookForGone(PlayerLoop::RealNow() + absl::Seconds(2));
}

void LoadRun::LookForGone(absl::Time give_up_at) {
  const bool all_gone =
      std::all_of(agents_.begin(), agents_.end(), [](const auto& agent) { return agent->gone(); });
  if (!all_gone && PlayerLoop::RealNow() < give_up_at) {
    loop_.AfterReal(kGlance, [this, give_up_at] { LookForGone(give_up_at); });
    return;
  }
  for (const auto& agent : agents_) agent->CutOff();
  loop_.Stop();
}

int LoadRun::Report() {
  std::set<std::string> acknowledged;
  int64_t over = 0;  // As the server said.
  for (const auto& [id, ticket] : world_.tickets()) {
    if (!ticket.acknowledged) continue;
    acknowledged.insert(id);
    if (ticket.over) ++over;
  }
  const absl::StatusOr<TicketTotals> totals =
      CheckTickets(world_.AdapterOf(0), target_.workspace, acknowledged);
  if (!totals.ok()) {
    return Fail(kExitUnavailable,
                absl::StrCat("can't check the tickets: ", totals.status().message()));
  }
  contacts_.completed = totals->completed;
  contacts_.abandoned = totals->abandoned;
  contacts_.waiting = totals->open;
  contacts_.ended = totals->expired + totals->canceled;
  // One that the server said to be over and that is open again is as good as lost.
  const int64_t ended = contacts_.completed + contacts_.abandoned + contacts_.ended;
  contacts_.lost = totals->lost + std::max<int64_t>(0, over - ended - totals->lost);
  const std::string name = std::filesystem::path(options_.path).stem().string();
  const std::string length = ShowSpan(absl::Ceil(plan_.length, absl::Seconds(1)));
  const std::string head =
      absl::StrFormat("%s, workspace %s: %s, %d agents, %d contacts, %d of them within %s, seed %d",
                      target_.address, target_.workspace, name, agents_.size(), contacts_.planned,
                      plan_.arrivals.size(), length, options_.bounds.seed);
  Json about = {{"address", target_.address},
                {"workspace", target_.workspace},
                {"scenario", name},
                {"agents", agents_.size()},
                {"seconds", absl::ToInt64Seconds(absl::Ceil(plan_.length, absl::Seconds(1)))},
                {"seed", options_.bounds.seed},
                {"scale", options_.bounds.scale}};
  std::cout << Render(world_.figures().Show(head, std::move(about), contacts_), options_.output);
  const int64_t failures = world_.figures().failures();
  if (failures == 0 && contacts_.lost == 0) return kExitDone;
  return Fail(kExitRefused,
              absl::StrCat("expected every call to succeed and every acknowledged contact to be "
                           "there, but ",
                           failures, " failed and ", contacts_.lost, " are lost"));
}

}  // namespace

int RunLoad(const Target& target, const LoadOptions& options) {
  absl::StatusOr<Scenario> scenario = ReadScenario(options.path);
  if (!scenario.ok()) return Fail(kExitUsage, std::string(scenario.status().message()));
  Target own = target;
  own.workspace = options.run.empty()
                      ? absl::FormatTime("load-%Y%m%dt%H%M%E3S", absl::Now(), absl::UTCTimeZone())
                      : options.run;
  const OnInterrupt interrupt(
      [] { std::cerr << "tandemctl: no more arrivals; what is under way ends. Again: at once\n"; });
  LoadRun run(own, options, *std::move(scenario), interrupt);
  if (const grpc::Status status = run.Prepare(); !status.ok()) return ctl::Report(status);
  run.Run();
  return run.Report();
}

}  // namespace tandem::ctl
