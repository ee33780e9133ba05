#include "server/rpc/event_stream.h"

#include <algorithm>
#include <utility>

#include "router/limits.h"
#include "server/rpc/convert_event.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/faults.h"
#include "server/rpc/stream_request.h"
#include "server/rpc/verbs.h"
#include "server/rpc/wire.h"

namespace tandem::rpc {

using router::Rejection;

std::variant<EventsAsked, Rejection> ToEventsAsked(const v1::StreamEventsRequest& request) {
  Faults faults;
  EventsAsked asked;
  faults.RequireId(request.workspace(), "workspace");
  asked.workspace = request.workspace();
  faults.Text(request.resume_token(), router::kMaxTokenBytes, "resume_token");
  asked.token = request.resume_token();
  asked.start = ToEventStart(request.start(), request.resume_token(), faults);
  asked.filter = ToEventFilter(request.filter(), "filter", faults);
  asked.heartbeat = ToHeartbeat(
      request.has_heartbeat_interval() ? &request.heartbeat_interval() : nullptr, faults);
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return asked;
}

EventStream::EventStream(Backend& backend, grpc::CallbackServerContext* context,
                         const grpc::ByteBuffer* request)
    : ServerStream(backend, context), request_(request) {}

std::shared_ptr<EventStream> EventStream::Self() {
  return std::static_pointer_cast<EventStream>(shared_from_this());
}

void EventStream::Begin() {
  v1::StreamEventsRequest request;
  if (const auto rejection = Read(*request_, request)) return Refuse(*rejection);
  record().Describe(request);
  auto asked = ToEventsAsked(request);
  if (const auto* rejection = std::get_if<Rejection>(&asked)) return Refuse(*rejection);
  asked_ = std::move(std::get<EventsAsked>(asked));
  // In this order: what becomes durable from now on is in the ring, the rest in the database.
  backend_.hub.Add(shared_from_this(), live::Interest::kBatches);
  ring_ = backend_.hub.Events(asked_.workspace);
  ReaderPool::Job job = [self = Self(), &reader = backend_.reader] {
    self->OnPosition(query::FindPosition(reader, self->asked_.workspace, self->asked_.token,
                                         self->asked_.start));
  };
  if (!backend_.pool.TryRun(job)) Refuse(TooManyReads());
}

void EventStream::OnPosition(const query::Result<int64_t>& position) {
  const absl::MutexLock lock(&mutex_);
  if (const auto* rejection = std::get_if<Rejection>(&position)) return End(*rejection);
  started_ = true;
  position_ = std::get<int64_t>(position);
  Pump();
}

void EventStream::OnTurn() {
  if (started_ && (!ring_->empty() || losses_ != ring_->losses())) may_fetch_ = true;
}

int64_t EventStream::Behind() {
  const absl::MutexLock lock(&mutex_);
  return started_ && !ending() ? ring_->Behind(position_) : 0;
}

void EventStream::Fetch() {
  if (fetching_ || !may_fetch_ || ending()) return;
  fetching_ = true;
  losses_ = ring_->losses();
  ReaderPool::Job job = [self = Self(), &reader = backend_.reader, position = position_] {
    self->OnFetched(query::ListEvents(reader, self->asked_.workspace, position));
  };
  if (backend_.pool.TryRun(job)) return;
  fetching_ = false;
  may_fetch_ = false;
  losses_.reset();  // the next round tries again
}

void EventStream::OnFetched(query::Result<std::vector<router::EventRow>> page) {
  const absl::MutexLock lock(&mutex_);
  fetching_ = false;
  if (const auto* rejection = std::get_if<Rejection>(&page)) return End(*rejection);
  auto& events = std::get<std::vector<router::EventRow>>(page);
  may_fetch_ = !events.empty();
  database_ended_ = events.empty();
  if (events.empty()) return Pump();
  page_end_ = events.back().sequence;
  std::erase_if(events, [this](const auto& event) { return !asked_.filter.Passes(event); });
  page_ = std::move(events);
  page_at_ = 0;
  if (page_.empty()) position_ = page_end_;
  Pump();
}

std::optional<grpc::ByteBuffer> EventStream::Next() {
  if (ending() || !started_) return std::nullopt;
  std::vector<router::EventRow> events;
  if (page_at_ < page_.size()) {
    const size_t end = std::min(page_at_ + kMostEvents, page_.size());
    events.assign(page_.begin() + static_cast<std::ptrdiff_t>(page_at_),
                  page_.begin() + static_cast<std::ptrdiff_t>(end));
    page_at_ = end;
    position_ = end == page_.size() ? page_end_ : events.back().sequence;
    return Message(events, /*at_end=*/false);
  }
  auto found = live::EventRing::Found::kRead;
  // While the database is read the position stands still, or the page would be told twice.
  while (!fetching_ && found == live::EventRing::Found::kRead && events.size() < kMostEvents) {
    found = ring_->Read(position_, asked_.filter, kMostEvents, events);
  }
  if (found == live::EventRing::Found::kOlder) Fetch();
  // Whatever came since the database was read would be in the ring, unless it lost something.
  const bool at_end = found == live::EventRing::Found::kEnd ||
                      (database_ended_ && ring_->empty() && losses_ == ring_->losses());
  const std::chrono::microseconds heartbeat(asked_.heartbeat.us);
  const bool due = told_ ? now_ - told_at_ >= heartbeat : !fetching_;
  if (events.empty() && !due && (!at_end || told_end_)) return std::nullopt;
  return Message(events, at_end);
}

grpc::ByteBuffer EventStream::Message(const std::vector<router::EventRow>& events, bool at_end) {
  v1::StreamEventsResponse message;
  for (const router::EventRow& event : events) Fill(event, *message.add_events());
  message.set_resume_token(query::MakeResumeToken(asked_.workspace, position_));
  *message.mutable_server_time() = ToTimestamp(backend_.engine.Now());
  message.set_at_end(at_end);
  told_ = true;
  told_end_ = at_end;
  told_at_ = std::chrono::steady_clock::now();
  return Write(message);
}

}  // namespace tandem::rpc
