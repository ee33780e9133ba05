// The agent's session and status; see player_agent_work.cc for the work.
#include "server/ctl/player_agent.h"

#include <algorithm>
#include <iostream>
#include <utility>

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr char kShiftEnd[] = "shift_end";
constexpr char kBreak[] = "break";

// Fences and unknown agents can't be cured by trying again.
bool IsFinal(const std::string& reason) {
  return reason == "AGENT_NOT_FOUND" || reason == "SESSION_FENCED" ||
         reason == "WORKSPACE_NOT_FOUND";
}

}  // namespace

SimulatedAgent::SimulatedAgent(PlayerWorld& world, std::string id, size_t index)
    : world_(world),
      loop_(world.loop()),
      id_(std::move(id)),
      index_(index),
      pulls_(world.vocabulary().pulling_agents.contains(id_)) {}

void SimulatedAgent::WorkShift(absl::Time begin, absl::Time end) {
  loop_.At(begin, [this] { Open(); });
  loop_.At(end, [this] { EndShift(); });
  // One break, somewhere in the middle of a shift that is long enough for one.
  if (end - begin < absl::Hours(4)) return;
  const absl::Time break_begin =
      begin + (end - begin) * 0.4 + world_.Between(absl::ZeroDuration(), (end - begin) * 0.2);
  loop_.At(break_begin, [this] {
    on_break_ = true;
    Settle();
  });
  loop_.At(break_begin + absl::Minutes(15), [this] {
    on_break_ = false;
    Settle();
  });
}

bool SimulatedAgent::busy() const {
  return !items_.empty() || !offers_.empty() || claiming_ || (!verbs_.empty() && !gone_home_);
}

void SimulatedAgent::Open() {
  if (gone_home_) return;
  const int64_t serial = ++stream_serial_;
  stream_ = AgentStream::Start(
      *world_.StreamClient(index_).agents, loop_, world_.calls(),
      [this, serial](const AgentStream::Response& message) {
        if (serial == stream_serial_) OnMessage(message);
      },
      [this, serial](const grpc::Status& status) {
        if (serial == stream_serial_) OnEnd(status);
      });
  Request request;
  v1::OpenSessionRequest& open = *request.mutable_open();
  open.set_workspace(world_.workspace());
  open.set_agent(id_);
  open.set_session_id("player");
  stream_->Send(std::move(request));
}

void SimulatedAgent::OnEnd(const grpc::Status& status) {
  stream_.reset();
  opened_ = false;
  setting_status_ = false;
  if (gone_home_) return;
  const std::string reason = ReasonOf(status);
  if (closing_ && status.ok()) {
    gone_home_ = true;
    return;
  }
  if (!status.ok() && IsFinal(reason)) {
    std::cerr << "agent " << id_ << " can't log in: " << Describe(status) << "\n";
    world_.NoteRefusal("session", reason);
    gone_home_ = true;
    verbs_.clear();
    items_.clear();
    offers_.clear();
    return;
  }
  closing_ = false;
  world_.calls().NoteServerAway();
  loop_.AfterReal(reopen_.Next(), [this] { Open(); });
}

void SimulatedAgent::OnMessage(const AgentStream::Response& message) {
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
      offers_.erase(message.offer_ended().offer_id());
      break;
    case AgentStream::Response::kWorkChanged:
      if (message.work_changed().gone()) {
        OnWorkGone(message.work_changed().work().ticket_id());
      } else {
        OnWork(message.work_changed().work());
      }
      break;
    case AgentStream::Response::kStateChanged:
      OnState(message.state_changed());
      break;
    case AgentStream::Response::MESSAGE_NOT_SET:
      break;
  }
}

void SimulatedAgent::OnOpened(const v1::AgentSnapshot& snapshot) {
  opened_ = true;
  reopen_ = Backoff();
  generation_ = snapshot.generation();
  for (auto& [tag, verb] : verbs_) {
    verb.backoff = Backoff();
    stream_->Send(verb.request);
  }
  // What the snapshot does not name is not ours any more.
  offers_.clear();
  for (const v1::Offer& offer : snapshot.offers()) OnOffer(offer);
  std::map<std::string, WorkItem> before;
  before.swap(items_);
  for (const v1::Work& work : snapshot.work()) {
    if (auto known = before.extract(work.ticket_id())) items_.insert(std::move(known));
    OnWork(work);
  }
  OnState(snapshot.state());
}

void SimulatedAgent::Send(const std::string& name, Request request, VerbDone on_result) {
  const int64_t tag = next_tag_++;
  request.set_tag(tag);
  const auto placed =
      verbs_.emplace(tag, Verb{std::move(request), name, std::move(on_result), Backoff()});
  if (opened_) stream_->Send(placed.first->second.request);
}

void SimulatedAgent::OnResult(const v1::VerbResult& result) {
  const auto found = verbs_.find(result.tag());
  if (found == verbs_.end()) return;
  Verb& verb = found->second;
  if (result.code() != 0 && IsUndecided(result.code(), result.reason())) {
    // When the stream breaks meanwhile, opening the next one sends it.
    world_.calls().NoteServerAway();
    const int64_t serial = stream_serial_;
    loop_.AfterReal(verb.backoff.Next(), [this, serial, tag = result.tag()] {
      const auto again = verbs_.find(tag);
      if (serial != stream_serial_ || !opened_ || again == verbs_.end()) return;
      stream_->Send(again->second.request);
    });
    return;
  }
  if (result.code() != 0) world_.NoteRefusal(verb.name, result.reason());
  const VerbDone on_result = std::move(verb.on_result);
  verbs_.erase(found);
  if (on_result) on_result(result);
  LogOutWhenDone();
}

void SimulatedAgent::OnState(const v1::AgentState& state) {
  state_ = state;
  const bool device = state.status() == v1::AGENT_STATUS_NOT_READY && state.reason() == "device";
  if ((device || state.status() == v1::AGENT_STATUS_NOT_RESPONDING) && !recovering_) {
    recovering_ = true;
    loop_.After(world_.Between(absl::Seconds(30), absl::Minutes(3)), [this] {
      recovering_ = false;
      Settle();
    });
  }
  Settle();
  if (state_.status() == v1::AGENT_STATUS_AVAILABLE && pulls_) {
    ClaimLater(world_.Between(absl::Seconds(1), absl::Seconds(10)));
  }
  LogOutWhenDone();
}

void SimulatedAgent::Settle() {
  if (!opened_ || setting_status_ || closing_ || (recovering_ && !shift_over_)) return;
  const bool ready = !shift_over_ && !on_break_;
  const std::string reason = ready ? "" : shift_over_ ? kShiftEnd : kBreak;
  const v1::AgentStatus status = ready ? v1::AGENT_STATUS_AVAILABLE : v1::AGENT_STATUS_NOT_READY;
  if (state_.status() == status && state_.reason() == reason) return;
  setting_status_ = true;
  Request request;
  v1::SetAgentStatusRequest& set = *request.mutable_set_status();
  set.set_request_id(NewUuid());
  set.set_status(status);
  set.set_reason(reason);
  Send("set_status", std::move(request), [this, status, reason](const v1::VerbResult& result) {
    setting_status_ = false;
    if (result.code() == 0) {
      state_.set_status(status);
      state_.set_reason(reason);
      if (status == v1::AGENT_STATUS_AVAILABLE && pulls_) ClaimLater(absl::Seconds(1));
    } else {
      // For example a configuration without our reasons: look again later, but do not insist.
      loop_.After(absl::Minutes(5), [this] { Settle(); });
      return;
    }
    Settle();
  });
}

void SimulatedAgent::EndShift() {
  shift_over_ = true;
  for (auto& [ticket_id, item] : items_) {
    if (item.work.state() == v1::TICKET_STATE_ASSIGNED) SendRelease(item);
  }
  Settle();
  LogOutWhenDone();
}

void SimulatedAgent::LogOutWhenDone() {
  if (!shift_over_ || closing_ || !opened_ || busy()) return;
  Leave();
}

void SimulatedAgent::Leave() {
  if (!opened_ || closing_) {
    gone_home_ = true;
    return;
  }
  closing_ = true;
  Request request;
  request.mutable_close();
  stream_->Send(std::move(request));
}

void SimulatedAgent::CutOff() {
  gone_home_ = true;
  if (stream_) stream_->Cancel();
}

}  // namespace tandem::ctl
