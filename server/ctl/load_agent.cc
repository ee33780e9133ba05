#include "server/ctl/load_agent.h"

#include <utility>

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

}  // namespace

LoadAgent::LoadAgent(LoadWorld& world, std::string id, const Spread& answers, size_t index,
                     uint64_t seed)
    : world_(world),
      loop_(world.loop()),
      id_(std::move(id)),
      answers_(answers),
      index_(index),
      random_(seed) {}

// ---------------------------------------------------------------------------------------------------
// the session

void LoadAgent::LogIn() {
  if (leaving_) return;
  const int64_t serial = ++serial_;
  opened_at_ = PlayerLoop::RealNow();
  stream_ = AgentStream::Start(
      *world_.DeskOf(index_).agents, loop_, world_.calls(),
      [this, serial](const AgentStream::Response& message) {
        if (serial == serial_) OnMessage(message);
      },
      [this, serial](const grpc::Status& status) {
        if (serial == serial_) OnEnd(status);
      });
  Request request;
  v1::OpenSessionRequest& open = *request.mutable_open();
  open.set_workspace(world_.workspace());
  open.set_agent(id_);
  open.set_session_id("load");
  open.set_omit_own_changes(true);
  stream_->Send(std::move(request));
}

void LoadAgent::LogOut() {
  leaving_ = true;
  if (stream_ == nullptr) return;
  Request request;
  request.mutable_close();
  stream_->Send(std::move(request));
}

void LoadAgent::CutOff() {
  leaving_ = true;
  if (stream_ != nullptr) stream_->Cancel();
}

void LoadAgent::OnEnd(const grpc::Status& status) {
  stream_.reset();
  offers_.clear();
  if (leaving_) return;
  const std::string failure = status.ok() ? "SESSION_ENDED" : ReasonOrCode(status);
  world_.figures().Failed(LoadStage::kLogIn, failure);
  for (const auto& [tag, verb] : verbs_) world_.figures().Failed(verb.stage, failure);
  verbs_.clear();
  loop_.AfterReal(reopen_.Next(), [this] { LogIn(); });
}

void LoadAgent::OnMessage(const AgentStream::Response& message) {
  if (leaving_) return;
  switch (message.message_case()) {
    case AgentStream::Response::kOpened:
      OnOpened(message.opened());
      break;
    case AgentStream::Response::kResult:
      OnResult(message.result());
      break;
    case AgentStream::Response::kOffer:
      OnOffer(message.offer());
      break;
    case AgentStream::Response::kOfferEnded:
      OnOfferEnded(message.offer_ended());
      break;
    case AgentStream::Response::kStateChanged:
      OnState(message.state_changed());
      break;
    case AgentStream::Response::kWorkChanged:  // What others did: the customer who hung up.
    case AgentStream::Response::MESSAGE_NOT_SET:
      break;
  }
}

void LoadAgent::OnOpened(const v1::AgentSnapshot& snapshot) {
  reopen_ = Backoff();
  for (const v1::Offer& offer : snapshot.offers()) OnOffer(offer);
  for (const v1::Work& work : snapshot.work()) {
    if (work.role() == v1::ASSIGNMENT_ROLE_OWNER) GoOn(work.ticket_id(), work.state());
  }
  if (snapshot.state().status() != v1::AGENT_STATUS_AVAILABLE) BecomeAvailable();
}

void LoadAgent::OnState(const v1::AgentState& state) {
  if (state.status() != v1::AGENT_STATUS_NOT_RESPONDING) return;
  After(absl::Seconds(1), [this](absl::Time) { BecomeAvailable(); });
}

void LoadAgent::BecomeAvailable() {
  Request request;
  v1::SetAgentStatusRequest& set = *request.mutable_set_status();
  set.set_request_id(NewUuid());
  set.set_status(v1::AGENT_STATUS_AVAILABLE);
  Send(std::move(request), {LoadStage::kLogIn, opened_at_, "", [this](v1::TicketState) {
                              if (!std::exchange(was_ready_, true)) world_.NoteReady();
                            }});
}

void LoadAgent::Send(Request request, Verb verb) {
  if (stream_ == nullptr || leaving_) return;
  const int64_t tag = next_tag_++;
  request.set_tag(tag);
  verbs_.emplace(tag, std::move(verb));
  stream_->Send(std::move(request));
}

void LoadAgent::OnResult(const v1::VerbResult& result) {
  const auto found = verbs_.find(result.tag());
  if (found == verbs_.end()) return;
  const Verb verb = std::move(found->second);
  verbs_.erase(found);
  if (result.code() == 0) {
    world_.figures().Took(verb.stage, verb.intended_at, PlayerLoop::RealNow());
    verb.on_done(result.ticket_state());
    return;
  }
  // A customer who hangs up while the agent answers is nobody's failure.
  const bool hung_up = verb.stage == LoadStage::kAccept && world_.TicketOf(verb.ticket_id).hung_up;
  if (hung_up && result.reason() == "OFFER_GONE") return;
  world_.figures().Failed(verb.stage, result.reason());
}

// ---------------------------------------------------------------------------------------------------
// the work

void LoadAgent::OnOffer(const v1::Offer& offer) {
  if (offer.role() != v1::ASSIGNMENT_ROLE_OWNER) return;  // somebody asks for advice
  world_.NoteOffered(offer.ticket_id());
  offers_.insert(offer.offer_id());
  After(Draw(answers_, random_),
        [this, offer_id = offer.offer_id(), ticket_id = offer.ticket_id()](absl::Time intended_at) {
          if (offers_.contains(offer_id)) Accept(offer_id, ticket_id, intended_at);
        });
}

void LoadAgent::OnOfferEnded(const v1::OfferEnded& ended) {
  offers_.erase(ended.offer_id());
  // That of a customer who hung up is over by right; any other was not answered in time, or was
  // taken away.
  if (world_.TicketOf(ended.ticket_id()).hung_up) return;
  world_.figures().Failed(LoadStage::kOffer, ended.reason());
}

void LoadAgent::Accept(const std::string& offer_id, const std::string& ticket_id,
                       absl::Time intended_at) {
  offers_.erase(offer_id);
  Request request;
  request.mutable_accept()->set_request_id(NewUuid());
  request.mutable_accept()->set_offer_id(offer_id);
  Send(std::move(request),
       {LoadStage::kAccept, intended_at, ticket_id, [this, ticket_id](v1::TicketState state) {
          world_.TicketOf(ticket_id).answered = true;
          GoOn(ticket_id, state);
        }});
}

void LoadAgent::GoOn(const std::string& ticket_id, v1::TicketState state) {
  const PlannedContact& plan = world_.TicketOf(ticket_id).plan;
  if (state == v1::TICKET_STATE_ACTIVE) {
    After(plan.handling,
          [this, ticket_id](absl::Time intended_at) { EndWork(ticket_id, intended_at); });
  } else if (state == v1::TICKET_STATE_WRAP_UP) {
    After(plan.wrap_up,
          [this, ticket_id](absl::Time intended_at) { Complete(ticket_id, intended_at); });
  } else if (state == v1::TICKET_STATE_COMPLETED) {
    world_.NoteOver(ticket_id);
  }
}

void LoadAgent::EndWork(const std::string& ticket_id, absl::Time intended_at) {
  if (world_.TicketOf(ticket_id).plan.wrap_up == absl::ZeroDuration()) {
    return Complete(ticket_id, intended_at);
  }
  Request request;
  request.mutable_finish()->set_request_id(NewUuid());
  request.mutable_finish()->set_ticket_id(ticket_id);
  Send(std::move(request), {LoadStage::kFinish, intended_at, ticket_id,
                            [this, ticket_id](v1::TicketState state) { GoOn(ticket_id, state); }});
}

void LoadAgent::Complete(const std::string& ticket_id, absl::Time intended_at) {
  Request request;
  request.mutable_complete()->set_request_id(NewUuid());
  request.mutable_complete()->set_ticket_id(ticket_id);
  Send(std::move(request), {LoadStage::kComplete, intended_at, ticket_id,
                            [this, ticket_id](v1::TicketState) { world_.NoteOver(ticket_id); }});
}

void LoadAgent::After(absl::Duration delay, std::function<void(absl::Time intended_at)> step) {
  const absl::Time intended_at = PlayerLoop::RealNow() + delay;
  loop_.AfterReal(delay, [this, serial = serial_, intended_at, step = std::move(step)] {
    if (serial == serial_ && stream_ != nullptr) step(intended_at);
  });
}

}  // namespace tandem::ctl
