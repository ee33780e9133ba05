#include "server/rpc/media_stream.h"

#include <algorithm>
#include <utility>

#include "router/limits.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/wire.h"
#include "spdlog/spdlog.h"

namespace tandem::rpc {
namespace {

using router::Reason;
using router::Rejection;

void FillConnection(const live::ConnectionEntry& entry, v1::MediaConnection& to) {
  to.set_ticket_id(router::ToString(entry.key.ticket));
  to.set_offer_id(router::ToString(entry.key));
  to.set_agent(entry.agent);
  to.set_channel(entry.channel);
  to.set_client(entry.client);
  to.set_queue(entry.queue);
  to.set_entry_point(entry.entry_point);
  to.set_external_id(entry.external_id);
  if (!entry.connected && entry.until.IsSet()) *to.mutable_until() = ToTimestamp(entry.until);
}

// Whether it ends what its ticket's media was.
bool IsEnd(v1::MediaEventType type) {
  return type == v1::MEDIA_EVENT_TYPE_CONNECT_FAILED || type == v1::MEDIA_EVENT_TYPE_DISCONNECTED;
}

Rejection NotOpened(const char* found) {
  return query::FieldFault(Reason::kFieldRequired, "open", found);
}

Rejection WrongChannel(Reason reason, const std::string& message) {
  return {.reason = reason, .message = message, .violations = {}, .metadata = {}};
}

}  // namespace

std::variant<MediaAsked, Rejection> ToMediaAsked(const v1::OpenMediaSession& open) {
  Faults faults;
  faults.RequireId(open.workspace(), "open.workspace");
  faults.RequireId(open.adapter(), "open.adapter");
  if (open.channels().empty()) {
    faults.Add(Reason::kFieldRequired, "open.channels", "expected a channel, but there is none");
  } else if (faults.HasAtMost(open.channels_size(), router::kMaxChannels, "open.channels")) {
    for (int i = 0; i < open.channels_size(); ++i) {
      faults.RequireId(open.channels(i), At("open.channels", i));
    }
  }
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return MediaAsked{.workspace = open.workspace(),
                    .adapter = open.adapter(),
                    .channels = {open.channels().begin(), open.channels().end()}};
}

MediaStream::MediaStream(Backend& backend, grpc::CallbackServerContext* context)
    : BoardStream(backend, context, kWindow) {}

std::shared_ptr<MediaStream> MediaStream::Self() {
  return std::static_pointer_cast<MediaStream>(shared_from_this());
}

// ----------------------------------------------------------------------------------------
// beginning and end

void MediaStream::Begin() {
  backend_.hub.Add(shared_from_this(), live::Interest::kBatches);
  const absl::MutexLock lock(&mutex_);
  ReadOn();
}

void MediaStream::Open(const v1::OpenMediaSession& open) {
  auto asked = ToMediaAsked(open);
  if (const auto* rejection = std::get_if<Rejection>(&asked)) return DrainAndRefuse(*rejection);
  const absl::MutexLock lock(&mutex_);
  record().Describe(open);
  asked_ = std::move(std::get<MediaAsked>(asked));
  phase_ = Phase::kOpening;
  ShowBoardOf(asked_.workspace);
  OpenOnBoard();
}

std::optional<Rejection> MediaStream::CheckChannels(
    const std::map<std::string, bool>& channels) const {
  for (const std::string& channel : asked_.channels) {
    const auto found = channels.find(channel);
    if (found == channels.end()) {
      return WrongChannel(Reason::kChannelUnknown,
                          "expected a configured channel, but '" + channel + "' is none");
    }
    if (!found->second) {
      return WrongChannel(Reason::kChannelWithoutMedia,
                          "expected a channel with media, but channel '" + channel + "' has none");
    }
  }
  return std::nullopt;
}

void MediaStream::OpenOnBoard() {
  if (phase_ != Phase::kOpening || ending() || draining()) return;
  const auto channels = board().Channels();
  if (!channels) return;  // not loaded yet
  if (const auto rejection = CheckChannels(*channels)) return End(*rejection);
  phase_ = Phase::kOpen;
  lease_ = backend_.media.Take(asked_.workspace, asked_.channels, asked_.adapter);
  LookAtBoard();
  v1::MediaSessionResponse message;
  message.mutable_opened()->set_window(kWindow);
  message.mutable_opened()->set_pending(static_cast<uint32_t>(commands_.size()));
  *message.mutable_opened()->mutable_server_time() = ToTimestamp(backend_.engine.Now());
  commands_.push_front(std::move(message));
  spdlog::info("rpc: media adapter {} of workspace {} is connected, {} pending", asked_.adapter,
               asked_.workspace, commands_.size() - 1);
  Pump();
  ReadOn();
}

void MediaStream::OnTurn() {
  if (phase_ == Phase::kAwaitingOpen) {
    if (now_ - began_ < kOpenPatience) return;
    return End(NotOpened("expected it as the first message within 10 s, but none came"));
  }
  LoadBoard();
  OpenOnBoard();
  if (lease_ == nullptr) return;
  if (const auto rejection = lease_->fenced()) Drain(*rejection);
}

bool MediaStream::MayRead() const {
  return phase_ != Phase::kOpening;
}

StreamEnd MediaStream::AtHalfClose() {
  if (phase_ != Phase::kAwaitingOpen) return grpc::Status::OK;
  return NotOpened("expected it as the first message, but none came");
}

void MediaStream::OnGone() {
  std::shared_ptr<MediaLease> lease;
  {
    const absl::MutexLock lock(&mutex_);
    lease = std::move(lease_);
  }
  if (lease != nullptr) backend_.media.Release(lease.get());
}

// ----------------------------------------------------------------------------------------
// what goes up

void MediaStream::OnMessage(const grpc::ByteBuffer& bytes) {
  v1::MediaSessionRequest message;
  if (const auto rejection = Read(bytes, message)) return DrainAndRefuse(*rejection);
  bool is_first = false;
  {
    const absl::MutexLock lock(&mutex_);
    is_first = phase_ == Phase::kAwaitingOpen;
  }
  if (is_first != message.has_open()) {
    return DrainAndRefuse(
        is_first ? NotOpened("expected it as the first message, but found another")
                 : query::FieldFault(Reason::kFieldMalformed, "open",
                                     "expected it as the first message only, but it is again"));
  }
  is_first ? Open(message.open()) : Report(*message.mutable_report());
}

void MediaStream::Report(v1::MediaReport& report) {
  const int64_t tag = report.tag();
  const uint64_t place = Reserve();
  v1::ReportMediaEventRequest& event = *report.mutable_event();
  if (auto rejection = FillIn(event)) return Acknowledge(place, tag, *std::move(rejection));
  const auto ticket = router::ParseId<router::TicketId>(event.ticket_id());
  const bool ends = IsEnd(event.type()) && ticket.has_value();
  ReportMedia(backend_, event, SteadyDeadline(*context_),
              [self = Self(), place, tag, ticket, ends](const ReportOutcome& outcome) {
                const bool* applied = std::get_if<bool>(&outcome);
                // Before the board knows: what a commit changes is told after its answers.
                if (ends && applied != nullptr && *applied) self->EndedByAdapter(*ticket);
                self->Acknowledge(place, tag, outcome);
              });
}

std::optional<Rejection> MediaStream::FillIn(v1::ReportMediaEventRequest& event) const {
  if (event.workspace().empty()) event.set_workspace(asked_.workspace);
  if (event.ticket_id().empty()) {
    const auto offer = router::ParseOfferId(event.offer_id());
    if (offer) event.set_ticket_id(router::ToString(offer->ticket));
  }
  if (event.workspace() == asked_.workspace) return std::nullopt;
  return query::FieldFault(Reason::kFieldOutOfRange, "workspace",
                           "expected the stream's own, but it is another");
}

void MediaStream::Acknowledge(uint64_t place, int64_t tag, const ReportOutcome& outcome) {
  v1::MediaAcknowledgement acknowledgement;
  acknowledgement.set_tag(tag);
  if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
    Fill(*rejection, *acknowledgement.mutable_error());
  } else {
    acknowledgement.set_applied(std::get<bool>(outcome));
  }
  SetAnswer(place, std::move(acknowledgement));
}

// The board has it until it takes the commit in; a change that is older than that must not tell it
// anew. What waits to be told is told, as was promised at the beginning, and canceled then.
void MediaStream::EndedByAdapter(router::TicketId ticket) {
  const absl::MutexLock lock(&mutex_);
  for (auto it = told_.lower_bound({.ticket = ticket, .number = 0});
       it != told_.end() && it->first.ticket == ticket; ++it) {
    const std::string offer = router::ToString(it->first);
    it->second = std::ranges::none_of(commands_, [&](const v1::MediaSessionResponse& command) {
      return command.connect().offer_id() == offer || command.connected().offer_id() == offer;
    });
  }
}

// ----------------------------------------------------------------------------------------
// what goes down

void MediaStream::LookAtBoard() {
  const auto shown = board().ConnectionsSince(version_);
  if (shown.commit == 0) return;
  version_ = shown.changes.version;
  for (const Pointer& entry : shown.changes.entries) {
    entry->gone ? Cancel(entry->key) : Want(entry);
  }
  if (!shown.changes.all) return;
  std::vector<router::OfferId> over;
  for (const auto& [offer, ended] : told_) {
    const bool is_there = std::ranges::any_of(
        shown.changes.entries, [&](const Pointer& entry) { return entry->key == offer; });
    if (!is_there) over.push_back(offer);
  }
  for (const router::OfferId& offer : over) Cancel(offer);
}

void MediaStream::Want(const Pointer& entry) {
  const auto serves = [&](const std::string& channel) { return channel == entry->channel; };
  if (std::ranges::none_of(asked_.channels, serves)) return;
  if (!told_.try_emplace(entry->key, false).second) return;
  v1::MediaSessionResponse message;
  FillConnection(*entry,
                 entry->connected ? *message.mutable_connected() : *message.mutable_connect());
  commands_.push_back(std::move(message));
}

void MediaStream::Cancel(const router::OfferId& offer) {
  const auto told = told_.find(offer);
  if (told == told_.end()) return;
  const bool ended = told->second;
  told_.erase(told);
  if (ended) return;
  v1::MediaSessionResponse message;
  message.mutable_cancel()->set_ticket_id(router::ToString(offer.ticket));
  message.mutable_cancel()->set_offer_id(router::ToString(offer));
  commands_.push_back(std::move(message));
}

std::optional<grpc::ByteBuffer> MediaStream::Next() {
  const bool commands = phase_ == Phase::kOpen && !ending() && !draining() && !lease_->fenced();
  if (commands && commands_.empty()) LookAtBoard();
  v1::MediaSessionResponse message;
  if (commands && !commands_.empty()) {
    message = std::move(commands_.front());
    commands_.pop_front();
    return Write(message);
  }
  std::vector<v1::MediaAcknowledgement> ready = TakeAnswers(1);
  if (ready.empty()) return std::nullopt;
  *message.mutable_acknowledgement() = std::move(ready.front());
  return Write(message);
}

}  // namespace tandem::rpc
