#include "server/rpc/session_stream.h"

#include <type_traits>
#include <utility>
#include <variant>

#include "server/rpc/closed_ticket.h"
#include "server/rpc/convert_agent.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/status.h"
#include "server/rpc/wire.h"

namespace tandem::rpc {
namespace {

using router::Reason;
using router::Rejection;

Rejection Refusal(Reason reason, const char* message) {
  return {.reason = reason, .message = message, .violations = {}, .metadata = {}};
}

// The message of a notice; nothing for SessionEnded, which ends the stream.
std::optional<v1::StreamAgentSessionResponse> ToMessage(const router::Notice& notice) {
  if (std::holds_alternative<router::SessionEnded>(notice.message)) return std::nullopt;
  v1::StreamAgentSessionResponse message;
  std::visit(
      [&message](const auto& body) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(body)>, router::SessionEnded>) {
          Fill(body, message);
        }
      },
      notice.message);
  return message;
}

}  // namespace

// ------------------------------------------------------------------------------------------------------
// beginning

void SessionStream::OnCall() {
  record_.emplace(backend_.interceptor, MethodOf<v1::StreamAgentSessionRequest>(), context());
  SetAlarm(open_alarm_, &SessionStream::OnOpenTimeout);
  const auto refusal = backend_.streams.Add(shared_from_this(), StreamKind::kAgentSession);
  const absl::MutexLock lock(&mutex_);
  if (refusal) End(*refusal);
  ReadOn();
}

void SessionStream::SetAlarm(grpc::Alarm& alarm, void (SessionStream::*action)()) {
  // Weak, because an alarm that is not needed any more fires, too, when it is destroyed.
  alarm.Set(std::chrono::system_clock::now() + kPatience,
            [weak = weak_from_this(), action](bool fired) {
              const auto stream = weak.lock();
              if (fired && stream) (stream.get()->*action)();
            });
}

void SessionStream::OnOpenTimeout() {
  const absl::MutexLock lock(&mutex_);
  if (phase_ != Phase::kAwaitingOpen) return;
  End(query::FieldFault(Reason::kFieldRequired, "open",
                        "expected it as the first message within 10 s, but none came"));
}

void SessionStream::Open(v1::OpenSessionRequest& request) {
  auto verb = ToVerb(request, backend_.engine.Now());
  {
    const absl::MutexLock lock(&mutex_);
    if (const auto* rejection = std::get_if<Rejection>(&verb)) return End(*rejection);
    record_->Describe(request);
    phase_ = Phase::kOpening;
  }
  workspace_ = request.workspace();
  session_.agent = request.agent();
  omit_own_changes_ = request.omit_own_changes();
  Submit(
      backend_, std::move(std::get<Verb>(verb)), SteadyDeadline(context()),
      [self = shared_from_this()](const router::Outcome& outcome) { self->OnOpened(outcome); },
      this);
}

void SessionStream::OnOpened(const router::Outcome& outcome) {
  const auto* rejection = std::get_if<Rejection>(&outcome);
  const absl::MutexLock lock(&mutex_);
  if (rejection != nullptr) {
    return End(*rejection);
  }
  open_alarm_.Cancel();
  const auto& snapshot = std::get<router::AgentSnapshot>(std::get<router::Reply>(outcome));
  session_.generation = snapshot.generation;
  phase_ = Phase::kOpen;
  if (ending()) return LoseSession();
  v1::StreamAgentSessionResponse message;
  Fill(snapshot, *message.mutable_opened());
  Push(message);
  for (const auto& notice : std::exchange(early_, {})) Push(notice);
  ReadOn();
  EndIfHalfClosed();
}

// --------------------------------------------------------------------------------------------------------
// reading

void SessionStream::OnReadDone(bool ok) {
  v1::StreamAgentSessionRequest message;
  {
    const absl::MutexLock lock(&mutex_);
    if (!ok) {
      reading_ = false;
      half_closed_ = true;
      if (phase_ == Phase::kAwaitingOpen) {
        End(query::FieldFault(Reason::kFieldRequired, "open",
                              "expected it as the first message, but none came"));
      }
      return EndIfHalfClosed();
    }
    if (ending()) return;
    if (const auto rejection = Read(read_, message)) return End(*rejection);
  }
  Dispatch(message);
  const absl::MutexLock lock(&mutex_);
  reading_ = false;
  ReadOn();
}

void SessionStream::ReadOn() {
  const bool may_read = phase_ != Phase::kOpening && verbs_in_flight_ < kMaxVerbsInFlight;
  if (reading_ || half_closed_ || ending() || !may_read) return;
  reading_ = true;
  StartRead(&read_);
}

void SessionStream::Dispatch(v1::StreamAgentSessionRequest& message) {
  using Message = v1::StreamAgentSessionRequest;
  const int64_t tag = message.tag();
  {
    const absl::MutexLock lock(&mutex_);
    if (phase_ == Phase::kAwaitingOpen && message.verb_case() != Message::kOpen) {
      return End(query::FieldFault(Reason::kFieldRequired, "open",
                                   "expected it as the first message, but found "
                                   "another verb"));
    }
    if (phase_ != Phase::kAwaitingOpen) ++verbs_in_flight_;
  }
  switch (message.verb_case()) {
    case Message::kOpen: {
      if (session_.generation == 0) return Open(*message.mutable_open());
      return Answer(tag, query::FieldFault(Reason::kFieldMalformed, "open",
                                           "expected it as the first message only, but it is "
                                           "again"));
    }
    case Message::kSetStatus:
      return RunPlain(tag, *message.mutable_set_status());
    case Message::kAccept:
      return RunPlain(tag, *message.mutable_accept());
    case Message::kDecline:
      return RunPlain(tag, *message.mutable_decline());
    case Message::kStart:
      return RunOfTicket(tag, *message.mutable_start());
    case Message::kFinish:
      return RunOfTicket(tag, *message.mutable_finish());
    case Message::kComplete:
      return RunOfTicket(tag, *message.mutable_complete());
    case Message::kRelease:
      return RunOfTicket(tag, *message.mutable_release());
    case Message::kPark:
      return RunOfTicket(tag, *message.mutable_park());
    case Message::kInviteParticipant:
      return RunOfTicket(tag, *message.mutable_invite_participant());
    case Message::kEndParticipation:
      return RunOfTicket(tag, *message.mutable_end_participation());
    case Message::kSetParticipantRole:
      return RunOfTicket(tag, *message.mutable_set_participant_role());
    case Message::kHandOver:
      return RunOfTicket(tag, *message.mutable_hand_over());
    case Message::kMonitor:
      return RunOfTicket(tag, *message.mutable_monitor());
    case Message::kConsultQueue:
      return RunOfTicket(tag, *message.mutable_consult_queue());
    case Message::kCancelConsultation:
      return RunOfTicket(tag, *message.mutable_cancel_consultation());
    case Message::kHeartbeat:
      return Answer(tag, router::Reply(router::Done{}));
    case Message::kClose:
      return Close(tag, *message.mutable_close());
    case Message::VERB_NOT_SET:
      return Answer(tag, query::FieldFault(Reason::kFieldRequired, "verb",
                                           "expected a verb, but none is set"));
  }
}

template <typename Request>
std::optional<Rejection> SessionStream::FillIn(Request& request) const {
  if (request.workspace().empty()) request.set_workspace(workspace_);
  if (!request.has_session()) {
    request.mutable_session()->set_agent(session_.agent);
    request.mutable_session()->set_generation(session_.generation);
  }
  if (request.workspace() != workspace_) {
    return query::FieldFault(Reason::kFieldOutOfRange, "workspace",
                             "expected the stream's own, but it is another");
  }
  if (request.session().agent() != session_.agent) {
    return query::FieldFault(Reason::kFieldOutOfRange, "session.agent",
                             "expected the stream's own, but it is another");
  }
  return std::nullopt;
}

template <typename Request, typename Done>
void SessionStream::Run(Request& request, Done done) {
  auto rejected = FillIn(request);
  std::variant<Verb, Rejection> verb;
  if (!rejected) {
    verb = ToVerb(request, backend_.engine.Now());
    if (auto* rejection = std::get_if<Rejection>(&verb)) rejected = std::move(*rejection);
  }
  if (rejected) return done(*std::move(rejected));
  Submit(backend_, std::move(std::get<Verb>(verb)), SteadyDeadline(context()), std::move(done));
}

template <typename Request>
void SessionStream::RunPlain(int64_t tag, Request& request) {
  Run(request, [self = shared_from_this(), tag](const router::Outcome& outcome) {
    self->Answer(tag, outcome);
  });
}

template <typename Request>
void SessionStream::RunOfTicket(int64_t tag, Request& request) {
  const auto ticket = router::ParseId<router::TicketId>(request.ticket_id());
  Run(request, [self = shared_from_this(), tag, ticket](const router::Outcome& outcome) {
    const auto* rejection = std::get_if<Rejection>(&outcome);
    if constexpr (std::is_same_v<Request, v1::CompleteTicketRequest>) {
      if (rejection == nullptr) {
        const router::TicketState state = StateAfterCompletion(std::get<router::Reply>(outcome));
        return self->Answer(tag, router::Reply(router::StateReached{state}));
      }
    }
    if (rejection == nullptr || rejection->reason != Reason::kTicketNotFound || !ticket) {
      return self->Answer(tag, outcome);
    }
    LookUpClosed(self->backend_, self->workspace_, *ticket,
                 [self, tag, ticket, rejection = *rejection](const ClosedState& found) {
                   self->Answer(tag, ExplainNotFound(rejection, *ticket, found));
                 });
  });
}

void SessionStream::Close(int64_t tag, v1::CloseSessionRequest& request) {
  {
    const absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  Run(request, [self = shared_from_this(), tag](const router::Outcome& outcome) {
    self->Answer(tag, outcome);
    const absl::MutexLock lock(&self->mutex_);
    self->closing_ = false;
    if (std::holds_alternative<Rejection>(outcome)) return;
    self->session_over_ = true;
    self->End(grpc::Status::OK);
  });
}

// --------------------------------------------------------------------------------------------------------
// writing

void SessionStream::Answer(int64_t tag, const router::Outcome& outcome) {
  v1::StreamAgentSessionResponse message;
  v1::VerbResult& result = *message.mutable_result();
  result.set_tag(tag);
  if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
    result.set_code(CodeOf(rejection->reason));
    result.set_reason(router::ToString(rejection->reason));
    result.set_message(rejection->message);
    backend_.interceptor.CountRefusal(rejection->reason);
  } else if (const auto* reached =
                 std::get_if<router::StateReached>(&std::get<router::Reply>(outcome))) {
    result.set_ticket_state(ToProto(reached->state));
  }
  const absl::MutexLock lock(&mutex_);
  --verbs_in_flight_;
  Push(message);
  ReadOn();
  EndIfHalfClosed();
}

void SessionStream::OnNotice(const router::Notice& notice) {
  if (notice.own && omit_own_changes_) return;
  const auto message = ToMessage(notice);
  const absl::MutexLock lock(&mutex_);
  if (ending()) return;
  if (const auto* ended = std::get_if<router::SessionEnded>(&notice.message)) {
    session_over_ = true;
    if (ended->fenced) {
      End(Refusal(Reason::kSessionFenced,
                  "expected the agent's newest session, but a newer one took over"));
    } else if (!backend_.engine.ready()) {
      End(Refusal(Reason::kNotServing, "expected a server that goes on, but this one starts over"));
    } else if (!closing_) {
      End(grpc::Status::OK);
    }
    return;
  }
  if (phase_ == Phase::kOpen) {
    Push(*message);
  } else {
    early_.push_back(*message);
  }
}

void SessionStream::Push(const v1::StreamAgentSessionResponse& message) {
  if (ending()) return;
  if (waiting_.size() >= kMaxWaitingMessages) {
    waiting_.clear();
    LoseSession();
    return End(
        Refusal(Reason::kOverloaded, "expected the stream to be read, but too many messages wait"));
  }
  waiting_.push_back(Write(message));
  Pump();
}

void SessionStream::Pump() {
  if (writing_ || finished_) return;
  if (!waiting_.empty()) {
    writing_ = true;
    StartWrite(waiting_.front());
    waiting_.pop_front();
  } else if (ending()) {
    finished_ = true;
    Finish(end_->status);
  }
}

void SessionStream::OnWriteDone(bool ok) {
  const absl::MutexLock lock(&mutex_);
  writing_ = false;
  // Nobody reads any more; OnCancel follows.
  if (!ok) waiting_.clear();
  Pump();
}

// --------------------------------------------------------------------------------------------------------
// ending

void SessionStream::End(const StreamEnd& end) {
  if (ending()) return;
  end_ = end;
  SetAlarm(end_alarm_, &SessionStream::OnEndTimeout);
  Pump();
}

void SessionStream::EndIfHalfClosed() {
  if (!half_closed_ || ending() || phase_ != Phase::kOpen || verbs_in_flight_ > 0) return;
  LoseSession();
  End(grpc::Status::OK);
}

void SessionStream::OnEndTimeout() {
  const absl::MutexLock lock(&mutex_);
  if (!done_) context().TryCancel();
}

void SessionStream::LoseSession() {
  if (phase_ != Phase::kOpen || session_over_) return;
  session_over_ = true;
  Verb verb{.command = {.workspace = workspace_, .action = router::LoseSession{session_}},
            .request = std::nullopt};
  // Its answer is of no use to anybody, and so may come under our lock.
  Submit(backend_, std::move(verb), std::chrono::steady_clock::time_point::max(),
         [](const router::Outcome&) {});
}

void SessionStream::StopServing() {
  const absl::MutexLock lock(&mutex_);
  if (ending()) return;
  LoseSession();
  End(ServerStops());
}

void SessionStream::OnCancel() {
  const absl::MutexLock lock(&mutex_);
  LoseSession();
  waiting_.clear();
  End(grpc::Status::CANCELLED);
}

void SessionStream::OnDone() {
  backend_.streams.Remove(this);
  {
    const absl::MutexLock lock(&mutex_);
    done_ = true;
    record_->End(end_);
  }
  // Not under our lock: the engine holds its own while it calls OnNotice.
  backend_.engine.Unsubscribe(this);
  open_alarm_.Cancel();
  end_alarm_.Cancel();
}

}  // namespace tandem::rpc
