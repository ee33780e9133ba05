#include "server/webhook/dispatcher.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "server/webhook/signature.h"
#include "spdlog/spdlog.h"

namespace tandem::webhook {
namespace {

using router::Duration;
using router::Time;
using std::chrono::milliseconds;
using store::WebhookKey;
using store::WebhookRow;

constexpr milliseconds kLongestWait{1'000};
constexpr milliseconds kWaitForShard{100};
// How much is sent again after a crash: what these let go unsaved.
constexpr Duration kPauseBetweenSaves = router::Milliseconds(200);
constexpr size_t kMostUnsaved = 128;
constexpr Duration kPauseAfterTrouble = router::Seconds(1);
constexpr Duration kPauseBetweenLoads = router::Seconds(10);
constexpr Duration kLongestRetryAfter = router::Hours(1);
constexpr int32_t kEventPage = 500;
constexpr int kGone = 410;

// The world's clock: receivers compare it with theirs.
Time WallNow() {
  return Time{absl::ToUnixMicros(absl::Now())};
}

// One webhook at work.
struct Line {
  WebhookRow row;
  live::EventFilter filter;
  std::shared_ptr<live::EventRing> ring;
  DeliveryQueue queue;
  bool more_kept = false;  // in the store; to be loaded when there is room
  bool all_read = false;   // of the database, when the ring had lost so much
  int64_t losses = 0;
  bool ending = false;  // it is loaded again, or gone, when nothing is in flight any more
  Time rest_until;      // after a read that failed: what ails one workspace holds up no other
};

std::string DescribeWebhook(const WebhookKey& key) {
  return absl::StrCat(key.webhook, " of workspace ", key.workspace);
}

}  // namespace

class Dispatcher::Impl final : public live::Listener {
 public:
  Impl(DispatcherOptions options, Rendering rendering, engine::Engine& engine, live::Hub& hub,
       store::Reader& reader, store::WebhookStore& webhooks)
      : options_(std::move(options)),
        rendering_(std::move(rendering)),
        engine_(engine),
        hub_(hub),
        reader_(reader),
        webhooks_(webhooks),
        sender_(options_.sender) {}

  void Begin(const std::shared_ptr<Impl>& self) {
    self_ = self;
    thread_ = std::jthread([this] { Run(); });
  }
  void BeginStop() {
    stop_ = true;
    sender_.Wake();
  }
  void Stop() {
    BeginStop();
    if (thread_.joinable()) thread_.join();
  }
  const Figures& figures() const { return figures_; }
  void Reload() {
    reload_ = true;
    sender_.Wake();
  }

  void OnRound(engine::SteadyTime /*now*/) override { sender_.Wake(); }
  void OnShardLost() override {
    begin_anew_ = true;
    sender_.Wake();
  }

 private:
  struct Flight {
    WebhookKey webhook;
    int64_t sequence = 0;
  };
  // In flight for its line, and to be sent in this turn.
  struct Due {
    Line* line = nullptr;
    router::EventRow event;
  };
  using TicketKey = std::pair<std::string, router::TicketId>;
  using Tickets = std::map<TicketKey, store::TicketView>;

  void Run();
  void Turn(Time now);
  void Drain();
  void LoadLines(Time now);
  void LoadLine(WebhookRow row, Time now);
  void EndLines();
  void Forget();
  void Rest(Time now);
  void Listen(bool wanted);
  void ReadOn(Line& line, Time now);
  bool ReadPage(Line& line, size_t room, Time now);
  void SendDue(Time now);
  bool TakeNext(Line& line, Time now, std::vector<Due>& due);
  Tickets TakeTickets(std::vector<Due>& due, Time now);
  void PutBack(const std::string& workspace, std::vector<Due>& due, Time now);
  void Send(const Due& due, const store::TicketView* ticket, Time now);
  void OnAnswer(const Answer& answer, Time now);
  void Disable(Line& line, Time now);
  bool Save(Line& line);
  void SaveAll(Time now);
  milliseconds WaitFor(Time now) const;

  const DispatcherOptions options_;
  const Rendering rendering_;
  engine::Engine& engine_;
  live::Hub& hub_;
  store::Reader& reader_;
  store::WebhookStore& webhooks_;
  Sender sender_;

  std::weak_ptr<Impl> self_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> reload_ = true;
  std::atomic<bool> begin_anew_ = false;

  // Of the thread.
  std::map<WebhookKey, Line> lines_;
  WebhookKey served_last_;
  absl::flat_hash_map<uint64_t, Flight> flights_;
  uint64_t last_flight_ = 0;
  bool listening_ = false;
  Time load_at_;     // at the latest
  Time rest_until_;  // after trouble with the database
  Time saved_at_;
  absl::BitGen random_;

  Figures figures_;

  std::jthread thread_;
};

void Dispatcher::Impl::Run() {
  while (!stop_) {
    const Time now = WallNow();
    const bool ready = engine_.ready();
    if (begin_anew_.exchange(false) && ready) Rest(now);
    if (!ready) Forget();
    if (ready && now >= rest_until_) Turn(now);
    for (const Answer& answer : sender_.Wait(WaitFor(now))) OnAnswer(answer, WallNow());
    SaveAll(WallNow());
  }
  Drain();
  Listen(false);
}

void Dispatcher::Impl::Turn(Time now) {
  EndLines();
  if (reload_.exchange(false) || now >= load_at_) LoadLines(now);
  for (auto& [key, line] : lines_) ReadOn(line, now);
  SendDue(now);
}

void Dispatcher::Impl::Drain() {
  const auto end = std::chrono::steady_clock::now() + options_.stop_patience;
  while (!flights_.empty()) {
    const auto left =
        std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    for (const Answer& answer : sender_.Wait(left)) OnAnswer(answer, WallNow());
  }
  for (auto& [key, line] : lines_) (void)Save(line);
}

milliseconds Dispatcher::Impl::WaitFor(Time now) const {
  Time next = now + Duration{std::chrono::microseconds(kLongestWait).count()};
  if (!engine_.ready()) return kWaitForShard;
  if (flights_.size() < options_.in_flight) {
    for (const auto& [key, line] : lines_) {
      if (line.ending) continue;
      next = std::min(next, std::max(line.queue.NextAt(now), line.rest_until));
    }
  }
  next = std::max(next, std::min(rest_until_, now + kPauseAfterTrouble));
  return milliseconds((next - now).us / 1'000 + (next > now ? 1 : 0));
}

// ------------------------------------------------------------------------------------------- lines

// A line whose webhook was changed ends when nothing of it is in flight, and is then loaded again.
void Dispatcher::Impl::LoadLines(Time now) {
  load_at_ = now + kPauseBetweenLoads;
  auto rows = webhooks_.TakeOver(engine_.epoch());
  if (!rows.ok()) return Rest(now);
  std::map<WebhookKey, Line> before;
  before.swap(lines_);
  std::vector<WebhookRow> missing;
  for (WebhookRow& row : *rows) {
    const auto found = before.find(row.key);
    // One that has the name of a deleted one is another one.
    if (found == before.end() || found->second.row.created_at != row.created_at) {
      missing.push_back(std::move(row));
      continue;
    }
    Line& line = found->second;
    line.ending = line.ending || line.row.revision != row.revision ||
                  line.row.redeliveries != row.redeliveries;
    lines_.insert(before.extract(found));
  }
  // What is left was deleted. The answers to its requests find no flight any more.
  absl::erase_if(flights_,
                 [&](const auto& entry) { return before.contains(entry.second.webhook); });
  std::erase_if(missing, [](const WebhookRow& row) { return row.disabled; });
  // In this order: who asks for a ring before anybody listens gets one that is told nothing.
  Listen(!lines_.empty() || !missing.empty());
  for (WebhookRow& row : missing) LoadLine(std::move(row), now);
}

void Dispatcher::Impl::LoadLine(WebhookRow row, Time now) {
  const auto limit = static_cast<int32_t>(options_.queue.kept);
  auto kept = webhooks_.ListDeliveries(row.key, /*dead=*/false, 0, limit);
  const auto dead = webhooks_.ListDeliveries(row.key, /*dead=*/true, row.progress.position, limit);
  if (!kept.ok() || !dead.ok()) {
    load_at_ = now + kPauseAfterTrouble;
    return;
  }
  const bool more_kept = kept->size() == options_.queue.kept;
  kept->insert(kept->end(), dead->begin(), dead->end());
  const WebhookKey key = row.key;
  DeliveryQueue queue(row.progress, *std::move(kept), options_.schedule, options_.queue);
  lines_.emplace(key, Line{.row = row,
                           .filter = rendering_.filter(row.filter_json),
                           .ring = hub_.Events(key.workspace),
                           .queue = std::move(queue),
                           .more_kept = more_kept,
                           .all_read = false,
                           .losses = 0,
                           .ending = false,
                           .rest_until = {}});
}

void Dispatcher::Impl::EndLines() {
  for (auto at = lines_.begin(); at != lines_.end();) {
    Line& line = at->second;
    // The rest of what is kept goes in with a line of its own, so that order is one thing only.
    if (line.more_kept && line.queue.kept() < options_.queue.kept / 2) line.ending = true;
    if (!line.ending || line.queue.in_flight() > 0) {
      ++at;
      continue;
    }
    if (!Save(line)) return;
    at = lines_.erase(at);
    reload_ = true;
  }
}

// What is not saved is sent again, here or by another server.
void Dispatcher::Impl::Forget() {
  lines_.clear();
  flights_.clear();
  reload_ = true;
}

void Dispatcher::Impl::Rest(Time now) {
  Forget();
  rest_until_ = now + kPauseAfterTrouble;
}

void Dispatcher::Impl::Listen(bool wanted) {
  if (wanted == listening_) return;
  listening_ = wanted;
  wanted ? hub_.Add(self_.lock(), live::Interest::kBatches) : hub_.Remove(this);
}

// ------------------------------------------------------------------------------------------
// reading

void Dispatcher::Impl::ReadOn(Line& line, Time now) {
  using Found = live::EventRing::Found;
  if (line.ending || line.more_kept || now < line.rest_until) return;
  for (size_t room = line.queue.Room(); room > 0; room = line.queue.Room()) {
    int64_t position = line.queue.taken_up_to();
    std::vector<router::EventRow> events;
    const Found found = line.ring->Read(position, line.filter, room, events);
    for (router::EventRow& event : events) line.queue.Take(std::move(event), now);
    line.queue.SkipTo(position);
    if (found == Found::kEnd) return;
    if (found == Found::kOlder && !ReadPage(line, room, now)) return;
  }
}

// Whether there was anything.
bool Dispatcher::Impl::ReadPage(Line& line, size_t room, Time now) {
  // What came since would be in the ring, unless it lost something.
  const int64_t losses = line.ring->losses();
  if (line.all_read && line.ring->empty() && line.losses == losses) return false;
  line.losses = losses;
  const int64_t after = line.queue.taken_up_to();
  auto events = reader_.ListEvents(line.row.key.workspace, after, kEventPage);
  if (!events.ok()) {
    line.rest_until = now + kPauseAfterTrouble;
    return false;
  }
  line.all_read = events->size() < static_cast<size_t>(kEventPage);
  if (!events->empty() && events->front().sequence != after + 1) {
    spdlog::warn("webhook {}: events {} to {} were removed before they were sent",
                 DescribeWebhook(line.row.key), after + 1, events->front().sequence - 1);
  }
  for (router::EventRow& event : *events) {
    if (room == 0) {
      line.all_read = false;
      break;
    }
    if (line.filter.Passes(event)) {
      line.queue.Take(std::move(event), now);
      --room;
    } else {
      line.queue.SkipTo(event.sequence);
    }
  }
  return !events->empty();
}

// ------------------------------------------------------------------------------------------
// sending

// In turns, beginning behind the webhook that was served last, so that none goes short when there
// are more requests than may be under way.
void Dispatcher::Impl::SendDue(Time now) {
  if (lines_.empty()) return;
  std::vector<Due> due;
  auto at = lines_.upper_bound(served_last_);
  for (size_t idle = 0; idle < lines_.size() && flights_.size() + due.size() < options_.in_flight;
       ++at) {
    if (at == lines_.end()) at = lines_.begin();
    if (TakeNext(at->second, now, due)) {
      served_last_ = at->first;
      idle = 0;
    } else {
      ++idle;
    }
  }
  const Tickets tickets = TakeTickets(due, now);
  for (const Due& one : due) {
    const auto found = tickets.find({one.event.workspace, one.event.ticket});
    Send(one, found == tickets.end() ? nullptr : &found->second, now);
  }
}

// Whether the line had one that is due.
bool Dispatcher::Impl::TakeNext(Line& line, Time now, std::vector<Due>& due) {
  if (line.ending || now < line.rest_until) return false;
  const std::optional<int64_t> sequence = line.queue.Next(now);
  if (!sequence) return false;
  if (const router::EventRow* event = line.queue.Event(*sequence)) {
    due.push_back({&line, *event});
    return true;
  }
  auto read = reader_.ListEvents(line.row.key.workspace, *sequence - 1, 1);
  if (!read.ok()) {
    line.queue.PutBack(*sequence);
    line.rest_until = now + kPauseAfterTrouble;
    return false;
  }
  if (read->empty() || read->front().sequence != *sequence) {
    line.queue.GiveUp(*sequence, now, "the event was removed before it was sent");
  } else {
    due.push_back({&line, std::move(read->front())});
  }
  return true;
}

// The tickets of what is due, one read for each workspace. What is due in one that can't be read is
// taken out and put back.
Dispatcher::Impl::Tickets Dispatcher::Impl::TakeTickets(std::vector<Due>& due, Time now) {
  std::map<std::string, std::set<router::TicketId>> wanted;
  for (const Due& one : due) {
    if (one.event.ticket.IsSet()) wanted[one.event.workspace].insert(one.event.ticket);
  }
  Tickets tickets;
  for (const auto& [workspace, ids] : wanted) {
    auto read = reader_.GetTickets(workspace, {ids.begin(), ids.end()});
    if (!read.ok()) {
      PutBack(workspace, due, now);
      continue;
    }
    for (store::TicketView& view : *read) {
      const TicketKey key(workspace, view.ticket.ticket);
      tickets.emplace(key, std::move(view));
    }
  }
  return tickets;
}

void Dispatcher::Impl::PutBack(const std::string& workspace, std::vector<Due>& due, Time now) {
  std::erase_if(due, [&](const Due& one) {
    if (one.event.workspace != workspace) return false;
    one.line->queue.PutBack(one.event.sequence);
    one.line->rest_until = now + kPauseAfterTrouble;
    return true;
  });
}

void Dispatcher::Impl::Send(const Due& due, const store::TicketView* ticket, Time now) {
  const WebhookRow& row = due.line->row;
  const int64_t sequence = due.event.sequence;
  const std::string id = absl::StrCat(row.key.workspace, ".", row.key.webhook, ".", sequence);
  const int64_t seconds = now.us / 1'000'000;
  Request request;
  request.id = ++last_flight_;
  request.url = row.url;
  request.body = rendering_.body(due.event, ticket);
  std::string signatures = Sign(row.secret, id, seconds, request.body);
  if (!row.previous_secret.empty() && now < row.previous_secret_until) {
    absl::StrAppend(&signatures, " ", Sign(row.previous_secret, id, seconds, request.body));
  }
  request.headers = {"content-type: application/json", absl::StrCat("webhook-id: ", id),
                     absl::StrCat("webhook-timestamp: ", seconds),
                     absl::StrCat("webhook-signature: ", signatures)};
  flights_.emplace(request.id, Flight{.webhook = row.key, .sequence = sequence});
  sender_.Start(std::move(request));
}

void Dispatcher::Impl::OnAnswer(const Answer& answer, Time now) {
  const auto found = flights_.find(answer.id);
  if (found == flights_.end()) return;  // of a webhook that was deleted, or from before a new start
  const Flight flight = std::move(found->second);
  flights_.erase(found);
  Line& line = lines_.at(flight.webhook);
  (answer.error.empty() ? figures_.delivered : figures_.failed).Add();
  if (answer.error.empty()) return line.queue.Succeeded(flight.sequence, now);
  const Duration asked = std::min(router::Seconds(std::max<int64_t>(0, answer.retry_after.count())),
                                  kLongestRetryAfter);
  line.queue.Failed(flight.sequence, now, answer.error,
                    absl::Uniform<uint32_t>(random_, 0, kJitterSteps),
                    asked.us > 0 ? now + asked : Time{});
  if (answer.status == kGone) Disable(line, now);
}

void Dispatcher::Impl::Disable(Line& line, Time now) {
  WebhookRow row = line.row;
  row.disabled = row.gone = true;
  row.revision += 1;
  row.updated_at = now;
  const absl::Status status = webhooks_.UpdateWebhook(row, line.row.revision);
  line.ending = true;
  reload_ = true;
  if (status.ok()) {
    spdlog::warn("webhook {} is disabled: its receiver answered 410", DescribeWebhook(row.key));
  }
}

// -------------------------------------------------------------------------------------------
// saving

bool Dispatcher::Impl::Save(Line& line) {
  const auto changes = line.queue.TakeChanges();
  if (!changes) return true;
  const auto dead = std::count_if(changes->kept.begin(), changes->kept.end(),
                                  [](const auto& delivery) { return delivery.dead; });
  const absl::Status status = webhooks_.SaveChanges(line.row.key, engine_.epoch(), *changes);
  if (status.ok()) {
    figures_.dead_letters.Add(static_cast<uint64_t>(dead));
    return true;
  }
  spdlog::warn("the progress of webhook {} was not saved, so some events will be sent again",
               DescribeWebhook(line.row.key));
  begin_anew_ = true;
  return false;
}

void Dispatcher::Impl::SaveAll(Time now) {
  const bool due = now - saved_at_ >= kPauseBetweenSaves;
  if (due) {
    saved_at_ = now;
    uint64_t waiting = 0;
    for (const auto& [key, line] : lines_) waiting += line.queue.size();
    figures_.waiting.Set(waiting);
    figures_.in_flight.Set(flights_.size());
  }
  for (auto& [key, line] : lines_) {
    if ((due || line.queue.unsaved() >= kMostUnsaved) && !Save(line)) return;
  }
}

Dispatcher::Dispatcher(DispatcherOptions options, Rendering rendering, engine::Engine& engine,
                       live::Hub& hub, store::Reader& reader, store::WebhookStore& webhooks)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(rendering), engine, hub, reader,
                                   webhooks)) {
  impl_->Begin(impl_);
}

Dispatcher::~Dispatcher() {
  impl_->Stop();
}

void Dispatcher::Reload() {
  impl_->Reload();
}

void Dispatcher::BeginStop() {
  impl_->BeginStop();
}

void Dispatcher::Stop() {
  impl_->Stop();
}

const Figures& Dispatcher::figures() const {
  return impl_->figures();
}

}  // namespace tandem::webhook
