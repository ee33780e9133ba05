#include "server/ctl/player.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "server/ctl/day_file.h"
#include "server/ctl/player_agent.h"
#include "server/ctl/player_check.h"
#include "server/ctl/player_customers.h"
#include "server/ctl/player_world.h"
#include "server/ctl/reading.h"
#include "server/ctl/render.h"
#include "server/ctl/spans.h"
#include "server/ctl/table.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// What the server says of itself before the play.
struct Stage {
  v1::GetServerInfoResponse info;
  absl::Time read_at;  // On our clock.
  v1::Configuration configuration;
  absl::TimeZone zone;
};

grpc::Status LookAtStage(const Target& target, Stage& stage) {
  Caller caller(target);
  v1::GetConfigurationResponse response;
  grpc::Status status = ReadConfiguration(caller, response);
  if (!status.ok()) return status;
  stage.configuration = std::move(*response.mutable_configuration());
  status = ReadServerInfo(caller, stage.info);
  stage.read_at = PlayerLoop::RealNow();
  return status.ok() ? LoadZone(stage.configuration.time_zone(), stage.zone) : status;
}

template <typename Item>
std::vector<Item> TakeGoodLines(const std::string& path, DayFile<Item> file) {
  for (const LineError& error : file.errors) {
    std::cerr << path << ": " << ToString(error) << "\n";
  }
  return std::move(file.items);
}

std::vector<DayContact> ContactsToPlay(std::vector<DayContact> contacts,
                                       const PlayOptions& options) {
  std::erase_if(contacts, [&options](const DayContact& contact) {
    const absl::Duration received = absl::Seconds(contact.received_s);
    return received < options.from || received >= options.to;
  });
  if (options.limit > 0 && contacts.size() > static_cast<size_t>(options.limit)) {
    contacts.resize(static_cast<size_t>(options.limit));
  }
  return contacts;
}

// One play. Everything but the constructor and Run() happens on the loop's thread.
class Player {
 public:
  Player(const Target& target, const PlayOptions& options, const Stage& stage,
         std::vector<DayContact> contacts, const std::vector<DayAgent>& agents);

  // Returns when the day is over.
  void Run();
  // Prints what happened; see Play().
  [[nodiscard]] int Report();

 private:
  void ReadClock();
  void ShowQueues();
  void Draw(const v1::ListQueueStatisticsResponse& statistics);
  void LookForEnd();
  void SendHome();

  const Target target_;
  const PlayOptions options_;
  PlayerWorld world_;
  PlayerLoop& loop_;
  const absl::Time began_;  // On the server's clock.
  const DayClock day_;
  const std::string run_;
  SimulatedCustomers customers_;
  std::vector<std::unique_ptr<SimulatedAgent>> agents_;
  const bool terminal_ = isatty(STDOUT_FILENO) == 1;
  absl::Time last_arrival_ = absl::InfinitePast();   // On the server's clock.
  absl::Time quiet_since_ = absl::InfiniteFuture();  // On the server's clock.
};

Player::Player(const Target& target, const PlayOptions& options, const Stage& stage,
               std::vector<DayContact> contacts, const std::vector<DayAgent>& agents)
    : target_(target),
      options_(options),
      world_(target, ReadVocabulary(stage.configuration), options.seed),
      loop_(world_.loop()),
      began_(ToTime(stage.info.server_time())),
      day_(StartDay(began_, options.from, stage.zone)),
      run_(options.run.empty() ? absl::FormatTime("play-%Y%m%dT%H%M%S", began_, absl::UTCTimeZone())
                               : options.run),
      customers_(world_, ContactsToPlay(std::move(contacts), options), day_, run_) {
  loop_.clock().Set(began_, stage.info.clock_speed(), stage.read_at);
  for (const DayAgent& agent : agents) {
    const absl::Duration begin = std::max(absl::Seconds(agent.shift_s.first), options.from);
    const absl::Duration end = absl::Seconds(agent.shift_s.second);
    if (begin >= end || begin >= options.to) continue;
    agents_.push_back(std::make_unique<SimulatedAgent>(world_, agent.id, agents_.size()));
    // People do not all sit down in the same second.
    agents_.back()->WorkShift(
        day_.midnight + begin + world_.Between(absl::ZeroDuration(), absl::Seconds(30)),
        day_.midnight + end);
  }
}

void Player::Run() {
  std::cout << "Playing " << customers_.contacts() << " contacts with " << agents_.size()
            << " agents as " << run_ << ", " << loop_.clock().speed()
            << " seconds of the server's clock in one.\n"
            << std::flush;
  customers_.Start();
  loop_.AfterReal(absl::ZeroDuration(), [this] { ReadClock(); });
  loop_.AfterReal(absl::Seconds(1), [this] { ShowQueues(); });
  loop_.AfterReal(absl::Seconds(1), [this] { LookForEnd(); });
  loop_.Run();
}

void Player::ReadClock() {
  const absl::Time sent_at = PlayerLoop::RealNow();
  world_.calls().Call<v1::GetServerInfoResponse>(
      v1::GetServerInfoRequest(),
      [this](auto* context, const auto* sent, auto* response, auto done) {
        world_.client().system->async()->GetServerInfo(context, sent, response, std::move(done));
      },
      [this, sent_at](const grpc::Status& status, const v1::GetServerInfoResponse& info) {
        const absl::Time now = PlayerLoop::RealNow();
        if (!status.ok() || !info.ready()) {
          loop_.clock().Freeze(now);
        } else if (now - sent_at < absl::Seconds(1)) {
          loop_.clock().Set(ToTime(info.server_time()), info.clock_speed(),
                            sent_at + (now - sent_at) / 2);
        }
        // A slow answer, perhaps after repetitions, says little about now: ask again.
        const bool again = loop_.clock().frozen() || now - sent_at >= absl::Seconds(1);
        loop_.AfterReal(again ? absl::Milliseconds(50) : absl::Milliseconds(250),
                        [this] { ReadClock(); });
      });
}

void Player::ShowQueues() {
  v1::ListQueueStatisticsRequest request;
  request.set_workspace(world_.workspace());
  *request.mutable_since() = ToTimestamp(began_);
  world_.calls().Call<v1::ListQueueStatisticsResponse>(
      std::move(request),
      [this](auto* context, const auto* sent, auto* response, auto done) {
        world_.client().queues->async()->ListQueueStatistics(context, sent, response,
                                                             std::move(done));
      },
      [this](const grpc::Status& status, const v1::ListQueueStatisticsResponse& response) {
        if (status.ok()) {
          Draw(response);
        } else {
          world_.NoteRefusal("statistics", status);
        }
        loop_.AfterReal(absl::Seconds(terminal_ ? 1 : 10), [this] { ShowQueues(); });
      });
}

void Player::Draw(const v1::ListQueueStatisticsResponse& statistics) {
  const auto into_day = static_cast<int64_t>(absl::ToInt64Seconds(loop_.Now() - day_.midnight));
  const auto logged_in = std::count_if(agents_.begin(), agents_.end(),
                                       [](const auto& agent) { return agent->logged_in(); });
  std::string text = absl::StrFormat(
      "%02d:%02d  contacts %d of %d, %d acknowledged, %d joined a ticket  agents in %d  "
      "calls repeated %d\n\n",
      into_day / 3600, into_day / 60 % 60, customers_.arrived(), customers_.contacts(),
      customers_.acknowledged(), customers_.joined(), logged_in, world_.calls().repeated());
  absl::StrAppend(&text, QueueTable(statistics));
  if (!terminal_) {
    std::cout << "\n" << text << std::flush;
    return;
  }
  std::cout << OverOldScreen(text) << std::flush;
}

void Player::LookForEnd() {
  constexpr absl::Duration kQuiet = absl::Minutes(5);
  const absl::Time now = loop_.Now();
  if (customers_.arrived() == customers_.contacts() && last_arrival_ == absl::InfinitePast()) {
    last_arrival_ = now;
  }
  const bool quiet =
      customers_.Finished() && !loop_.clock().frozen() &&
      std::none_of(agents_.begin(), agents_.end(), [](const auto& agent) { return agent->busy(); });
  if (!quiet) {
    quiet_since_ = absl::InfiniteFuture();
  } else if (quiet_since_ == absl::InfiniteFuture()) {
    quiet_since_ = now;
  }
  const bool drained = last_arrival_ != absl::InfinitePast() &&
                       now - last_arrival_ > options_.drain && !loop_.clock().frozen();
  if (now - quiet_since_ >= kQuiet || drained) {
    SendHome();
    return;
  }
  loop_.AfterReal(absl::Milliseconds(500), [this] { LookForEnd(); });
}

void Player::SendHome() {
  for (const auto& agent : agents_) agent->Leave();
  // Logging out takes a moment; whoever is still there then is cut off.
  loop_.AfterReal(absl::Seconds(2), [this] {
    for (const auto& agent : agents_) agent->CutOff();
    loop_.Stop();
  });
}

int Player::Report() {
  std::cout << "\n";
  for (const auto& [what, count] : world_.refusals()) {
    std::cout << "refused: " << what << " " << count << "\n";
  }
  const absl::StatusOr<TicketTotals> totals =
      CheckTickets(world_.client(), target_.workspace, customers_.tickets());
  if (!totals.ok()) {
    return Fail(kExitUnavailable,
                absl::StrCat("can't check the tickets: ", totals.status().message()));
  }
  std::cout << absl::StrFormat(
      "contacts: played=%d acknowledged=%d joined=%d duplicates=%d unroutable=%d refused=%d\n",
      customers_.arrived(), customers_.acknowledged(), customers_.joined(), customers_.duplicates(),
      customers_.unroutable(), customers_.refused());
  std::cout << absl::StrFormat("checked: acknowledged_tickets=%d lost=%d calls_repeated=%d\n",
                               customers_.tickets().size(), totals->lost,
                               world_.calls().repeated());
  std::cout << absl::StrFormat(
                   "totals: ingested=%d answered=%d abandoned=%d completed=%d open=%d\n",
                   totals->tickets, totals->answered, totals->abandoned, totals->completed,
                   totals->open)
            << std::flush;
  return totals->lost == 0 ? kExitDone : kExitRefused;
}

}  // namespace

int Play(const Target& target, const PlayOptions& options) {
  absl::StatusOr<DayFile<DayContact>> contacts = ReadDayContactsFile(options.contacts_path);
  absl::StatusOr<DayFile<DayAgent>> agents = ReadDayAgentsFile(options.agents_path);
  for (const absl::Status& status : {contacts.status(), agents.status()}) {
    if (!status.ok()) return Fail(kExitUsage, std::string(status.message()));
  }
  Stage stage;
  const grpc::Status status = LookAtStage(target, stage);
  if (!status.ok()) return Report(status);
  Player player(target, options, stage, TakeGoodLines(options.contacts_path, *std::move(contacts)),
                TakeGoodLines(options.agents_path, *std::move(agents)));
  player.Run();
  return player.Report();
}

}  // namespace tandem::ctl
