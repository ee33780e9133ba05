#include "server/rpc/bulk_stream.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "fmt/format.h"
#include "server/rpc/closed_ticket.h"

namespace tandem::rpc {
namespace {

using router::Reason;
using router::Rejection;

// So much earlier than the caller's deadline that the caller is still there to be told.
constexpr std::chrono::seconds kMostMargin{1};

engine::SteadyTime StopAt(engine::SteadyTime deadline) {
  if (deadline == engine::SteadyTime::max()) return deadline;
  const auto left = deadline - std::chrono::steady_clock::now();
  return deadline - std::min<engine::SteadyTime::duration>(left / 10, kMostMargin);
}

Rejection DeadlineIsNear() {
  return {.reason = Reason::kDeadlineExpired,
          .message = "expected to be done before the deadline, but it is near",
          .violations = {},
          .metadata = {}};
}

// Whether it is not the item that is refused: nothing is decided now, of the next one neither.
bool IsOfTheCall(Reason reason) {
  return reason == Reason::kStoreUnavailable || reason == Reason::kNotServing ||
         reason == Reason::kOverloaded;
}

}  // namespace

BulkStream::BulkStream(Backend& backend, grpc::CallbackServerContext* context)
    : ServerStream(backend, context), engine_(backend.engine) {}

std::shared_ptr<BulkStream> BulkStream::Self() {
  return std::static_pointer_cast<BulkStream>(shared_from_this());
}

void BulkStream::Run(BulkAsked asked) {
  asked_ = std::move(asked);
  stop_at_ = StopAt(SteadyDeadline(*context_));
  // For the deadline, and the patience with slow readers.
  backend_.hub.Add(shared_from_this(), live::Interest::kTicks);
  const absl::MutexLock lock(&mutex_);
  ReadOn("");
}

// ------------------------------------------------------------------------------------ what matches

void BulkStream::ReadOn(const std::string& token) {
  ReaderPool::Job job = [self = Self(), &reader = backend_.reader, token] {
    if (token.empty()) {
      if (const auto rejection = self->ReadCheck(reader)) return self->Refuse(*rejection);
    }
    self->OnPage(self->ReadPage(reader, {.size = kPage, .token = token}));
  };
  if (!backend_.pool.TryRun(job)) Stop(TooManyReads());
}

void BulkStream::OnPage(const query::Result<std::string>& next_token) {
  {
    const absl::MutexLock lock(&mutex_);
    if (ending() || done()) return;
    if (const auto* rejection = std::get_if<Rejection>(&next_token)) return Stop(*rejection);
    const auto& token = std::get<std::string>(next_token);
    progress_.set_more(kept() > asked_.max_items);
    if (progress_.more()) KeepFirst(asked_.max_items);
    progress_.set_matched(static_cast<int32_t>(kept()));
    progress_due_ = true;
    if (token.empty() || progress_.more()) {
      all_read_ = true;
    } else {
      ReadOn(token);
    }
    Pump();
  }
  GoOn();
}

// --------------------------------------------------------------------------------------- the items

void BulkStream::GoOn() {
  std::vector<Submission> ready;
  {
    const absl::MutexLock lock(&mutex_);
    ready = TakeReady();
    Pump();
    EndIfSettled();
  }
  for (Submission& submission : ready) {
    engine_.Submit(engine::Call{
        .command = std::move(submission.verb.command),
        .request = submission.verb.request,
        .done = [self = Self(), item = submission.item](const router::Outcome& outcome) {
          self->OnOutcome(item, outcome);
        }});
  }
}

bool BulkStream::MayTake() const {
  return all_read_ && next_ < kept() && !stop_ && !ending() && under_way_ < kMostUnderWay &&
         untold_.size() + under_way_ < kMostUntold;
}

std::vector<BulkStream::Submission> BulkStream::TakeReady() {
  std::vector<Submission> ready;
  while (MayTake()) {
    const size_t item = next_++;
    auto command = CommandOf(item);
    if (!command) {
      Settle(item, std::nullopt);
    } else if (auto* rejection = std::get_if<Rejection>(&*command)) {
      Settle(item, std::move(*rejection));
    } else {
      Submission& submission = ready.emplace_back();
      submission.item = item;
      submission.verb.command = {.workspace = asked_.workspace,
                                 .action = std::get<router::Action>(*std::move(command))};
      if (asked_.request && !asked_.validate_only) {
        submission.verb.request = TagOfItem(*asked_.request, IdOf(item));
      }
      ++under_way_;
    }
  }
  return ready;
}

void BulkStream::OnOutcome(size_t item, const router::Outcome& outcome) {
  const auto* rejection = std::get_if<Rejection>(&outcome);
  if (rejection == nullptr) return SettleAndGoOn(item, std::nullopt);
  if (IsOfTheCall(rejection->reason)) {
    const absl::MutexLock lock(&mutex_);
    --under_way_;
    return Stop(*rejection);
  }
  const auto ticket = rejection->reason == Reason::kTicketNotFound
                          ? router::ParseId<router::TicketId>(IdOf(item))
                          : std::nullopt;
  if (!ticket) return SettleAndGoOn(item, *rejection);
  // It was open when it was read.
  const absl::MutexLock lock(&mutex_);
  if (ending()) return;  // called off: nobody is told any more
  LookUpClosed(backend_, asked_.workspace, *ticket,
               [self = Self(), item, refusal = *rejection, ticket](const ClosedState& found) {
                 self->SettleAndGoOn(item, ExplainNotFound(refusal, *ticket, found));
               });
}

void BulkStream::SettleAndGoOn(size_t item, std::optional<Rejection> refusal) {
  {
    const absl::MutexLock lock(&mutex_);
    --under_way_;
    Settle(item, std::move(refusal));
    Pump();
  }
  GoOn();
}

void BulkStream::Settle(size_t item, std::optional<Rejection> refusal) {
  if (refusal) {
    progress_.set_failed(progress_.failed() + 1);
  } else {
    progress_.set_done(progress_.done() + 1);
  }
  untold_.push_back({.id = IdOf(item), .refusal = std::move(refusal)});
}

// ----------------------------------------------------------------------------------- what is told

std::optional<grpc::ByteBuffer> BulkStream::Next() {
  if (untold_.empty() && !progress_due_) return std::nullopt;
  std::vector<Result> results;
  while (!untold_.empty() && results.size() < kMostResults) {
    results.push_back(std::move(untold_.front()));
    untold_.pop_front();
  }
  progress_due_ = false;
  return Message(results, progress_);
}

void BulkStream::OnWriteDone(bool ok) {
  ServerStream::OnWriteDone(ok);
  GoOn();
}

// -------------------------------------------------------------------------------------------- end

void BulkStream::OnTurn() {
  if (std::chrono::steady_clock::now() >= stop_at_) Stop(DeadlineIsNear());
}

void BulkStream::OnShardLost() {
  StopBecause({.reason = Reason::kNotServing,
               .message = "expected a server that goes on, but this one starts over",
               .violations = {},
               .metadata = {}});
}

void BulkStream::StopBecause(Rejection why) {
  const absl::MutexLock lock(&mutex_);
  Stop(std::move(why));
}

void BulkStream::Stop(Rejection why) {
  if (!stop_) stop_ = std::move(why);
  EndIfSettled();
}

void BulkStream::EndIfSettled() {
  if (ending() || under_way_ > 0) return;
  if (!stop_) {
    if (all_read_ && next_ == kept() && untold_.empty()) End(grpc::Status::OK);
    return;
  }
  const auto say = [this](const char* name, int32_t count) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    stop_->metadata.emplace_back(name, fmt::format("{}", count));
  };
  say("matched", progress_.matched());
  say("done", progress_.done());
  say("failed", progress_.failed());
  stop_->message += fmt::format("; of {} that match {} are done, and {} refused",
                                progress_.matched(), progress_.done(), progress_.failed());
  End(*stop_);
}

}  // namespace tandem::rpc
