#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "server/ctl/client.h"
#include "tests/e2e/desk.h"
#include "tests/e2e/load.h"

namespace tandem::e2e {
namespace {

namespace v1 = tandem::v1;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStreamLimit{45};
// Longer than any outage that the test makes.
constexpr std::chrono::seconds kAgentGivesUp{40};

// What an agent may be told when what it knew was old.
bool IsExpectedRefusal(const std::string& reason) {
  for (const char* expected :
       {"OFFER_GONE", "ANSWERED_ELSEWHERE", "NOT_OWNER", "TICKET_STATE_FORBIDS", "TICKET_CLOSED",
        "SESSION_FENCED", "NO_SESSION", "MEDIA_CONNECTED"}) {
    if (reason == expected) {
      return true;
    }
  }
  return false;
}

// The agent's calls, and the writing down of what they answer.
class Caller {
 public:
  Caller(LoadState& state, std::string agent)
      : state_(state), agent_(std::move(agent)), client_(ctl::Connect(state.options.address)) {}

  ctl::Client& client() { return client_; }
  const std::string& agent() const { return agent_; }
  LoadState& state() { return state_; }
  v1::SessionRef session;

  // Calls until the server has decided; nullopt when it did not in all that time.
  template <typename Call>
  std::optional<grpc::Status> UntilDecided(Call call) {
    for (const auto give_up = Clock::now() + kAgentGivesUp;
         Clock::now() < give_up && !state_.stop_agents;) {
      grpc::ClientContext context;
      context.set_wait_for_ready(true);
      context.set_deadline(std::chrono::system_clock::now() + kCallLimit);
      const grpc::Status status = call(&context);
      if (!ctl::IsUndecided(status.error_code(), ctl::ReasonOf(status))) {
        return status;
      }
      std::this_thread::sleep_for(milliseconds(50));
    }
    return std::nullopt;
  }

  // Writes the outcome of a step down. True when the session is lost.
  bool Note(const Promise& promise, bool decided, bool ok, const std::string& reason) {
    if (!decided) {
      state_.journal.LeftOpen(promise);
      return true;
    }
    if (ok) {
      if (!promise.event.empty()) {
        state_.journal.Promised(promise);
      }
      return false;
    }
    if (!IsExpectedRefusal(reason)) {
      state_.journal.Fault(agent_ + ": " + promise.event + " of " + promise.ticket +
                           " was refused with '" + reason + "'");
    }
    if (promise.event == "OFFER_ACCEPTED") {
      state_.journal.Refused(promise);
    }
    return reason == "SESSION_FENCED" || reason == "NO_SESSION";
  }

  bool Report(const v1::ReportMediaEventRequest& request, const Promise& promise) {
    v1::ReportMediaEventResponse response;
    const auto status = UntilDecided([&](grpc::ClientContext* context) {
      return client_.media->ReportMediaEvent(context, request, &response);
    });
    // A report that changed nothing promises nothing.
    const bool ok = status.has_value() && status->ok();
    if (!ok || response.applied()) {
      return Note(promise, status.has_value(), ok, status ? ctl::ReasonOf(*status) : "");
    }
    return false;
  }

  bool Claim(v1::ClaimTicketsRequest request, const Promise& promise) {
    *request.mutable_session() = session;
    v1::ClaimTicketsResponse response;
    const auto status = UntilDecided([&](grpc::ClientContext* context) {
      return client_.work->ClaimTickets(context, request, &response);
    });
    if (!status.has_value() || !status->ok()) {
      return Note(promise, status.has_value(), false, status ? ctl::ReasonOf(*status) : "");
    }
    for (const v1::Ticket& ticket : response.tickets()) {
      Promise claimed = promise;
      claimed.ticket = ticket.id();
      state_.journal.Promised(claimed);
    }
    return false;
  }

 private:
  LoadState& state_;
  const std::string agent_;
  ctl::Client client_;
};

// -------------------------------------------------------------------------------------------------
// by unary calls

class UnaryAgent {
 public:
  UnaryAgent(LoadState& state, int number)
      : caller_(state, AgentName(number)),
        desk_(AgentName(number), state.options.seed * 1000 + static_cast<uint64_t>(number)) {}

  void Run() {
    bool open = false;
    while (!caller_.state().stop_agents) {
      open = open ? Refresh() : Open();
      while (open && !caller_.state().stop_agents) {
        const std::optional<Step> step = desk_.Next(caller_.state().drain);
        if (!step.has_value()) {
          break;
        }
        open = !std::visit([&](const auto& action) { return Do(action, step->promise); },
                           step->action);
      }
      std::this_thread::sleep_for(milliseconds(40));
    }
  }

 private:
  bool Open() {
    v1::OpenSessionRequest request;
    request.set_workspace(kWorkspace);
    request.set_agent(caller_.agent());
    request.set_session_id("desk");
    v1::OpenSessionResponse response;
    const auto status = caller_.UntilDecided([&](grpc::ClientContext* context) {
      return caller_.client().agents->OpenSession(context, request, &response);
    });
    if (!status.has_value() || !status->ok()) {
      if (status.has_value()) {
        caller_.state().journal.Fault("OpenSession: " + ctl::Describe(*status));
      }
      return false;
    }
    caller_.session.set_agent(caller_.agent());
    caller_.session.set_generation(response.snapshot().generation());
    desk_.Show(response.snapshot());
    return true;
  }

  bool Refresh() {
    v1::HeartbeatRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_session() = caller_.session;
    v1::HeartbeatResponse response;
    const auto status = caller_.UntilDecided([&](grpc::ClientContext* context) {
      return caller_.client().agents->Heartbeat(context, request, &response);
    });
    if (!status.has_value() || !status->ok()) {
      return false;
    }
    desk_.Show(response.snapshot());
    return true;
  }

  bool Do(const v1::ReportMediaEventRequest& request, const Promise& promise) {
    return caller_.Report(request, promise);
  }
  bool Do(const v1::ClaimTicketsRequest& request, const Promise& promise) {
    return caller_.Claim(request, promise);
  }
  bool Do(const v1::StreamAgentSessionRequest& verb, const Promise& promise) {
    const auto status =
        caller_.UntilDecided([&](grpc::ClientContext* context) { return Send(context, verb); });
    return caller_.Note(promise, status.has_value(), status.has_value() && status->ok(),
                        status ? ctl::ReasonOf(*status) : "");
  }

  // The unary twin of the verb.
  grpc::Status Send(grpc::ClientContext* context, const v1::StreamAgentSessionRequest& verb) {
    ctl::Client& client = caller_.client();
    const auto with_session = [&](auto request) {
      *request.mutable_session() = caller_.session;
      return request;
    };
    if (verb.has_set_status()) {
      v1::SetAgentStatusResponse response;
      return client.agents->SetAgentStatus(context, with_session(verb.set_status()), &response);
    }
    if (verb.has_accept()) {
      v1::AcceptOfferResponse response;
      return client.agents->AcceptOffer(context, with_session(verb.accept()), &response);
    }
    if (verb.has_decline()) {
      v1::DeclineOfferResponse response;
      return client.agents->DeclineOffer(context, with_session(verb.decline()), &response);
    }
    if (verb.has_start()) {
      v1::StartTicketResponse response;
      return client.agents->StartTicket(context, with_session(verb.start()), &response);
    }
    if (verb.has_finish()) {
      v1::FinishTicketResponse response;
      return client.agents->FinishTicket(context, with_session(verb.finish()), &response);
    }
    if (verb.has_complete()) {
      v1::CompleteTicketResponse response;
      return client.tickets->CompleteTicket(context, with_session(verb.complete()), &response);
    }
    if (verb.has_park()) {
      v1::ParkTicketResponse response;
      return client.tickets->ParkTicket(context, with_session(verb.park()), &response);
    }
    v1::ReleaseTicketResponse response;
    return client.tickets->ReleaseTicket(context, with_session(verb.release()), &response);
  }

  Caller caller_;
  Desk desk_;
};

// ----------------------------------------------------------------------------------------------------
// by a stream

// One stream, from opening to its end. Messages that came wait in a queue.
class Stream {
 public:
  Stream(ctl::Client& client, const std::string& agent) {
    context_.set_wait_for_ready(true);
    context_.set_deadline(std::chrono::system_clock::now() + kStreamLimit);
    stream_ = client.agents->StreamAgentSession(&context_);
    v1::StreamAgentSessionRequest open;
    open.mutable_open()->set_workspace(kWorkspace);
    open.mutable_open()->set_agent(agent);
    open.mutable_open()->set_session_id("stream");
    Send(open);
    reader_ = std::jthread([this] { Read(); });
  }
  ~Stream() {
    context_.TryCancel();
    reader_.join();
    stream_->Finish();
  }

  bool Send(const v1::StreamAgentSessionRequest& request) { return stream_->Write(request); }

  // The next message; nullopt when none came within `limit`, or the stream has ended.
  std::optional<v1::StreamAgentSessionResponse> Take(milliseconds limit) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, limit, [this] { return ended_ || !messages_.empty(); });
    if (messages_.empty()) {
      return std::nullopt;
    }
    v1::StreamAgentSessionResponse message = std::move(messages_.front());
    messages_.pop_front();
    return message;
  }
  bool ended() {
    const std::lock_guard lock(mutex_);
    return ended_ && messages_.empty();
  }

 private:
  void Read() {
    v1::StreamAgentSessionResponse message;
    while (stream_->Read(&message)) {
      const std::lock_guard lock(mutex_);
      messages_.push_back(message);
      came_.notify_one();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    came_.notify_one();
  }

  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<v1::StreamAgentSessionRequest, v1::StreamAgentSessionResponse>>
      stream_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<v1::StreamAgentSessionResponse> messages_;
  bool ended_ = false;
  std::jthread reader_;
};

class StreamAgent {
 public:
  StreamAgent(LoadState& state, int number)
      : caller_(state, AgentName(number)),
        desk_(AgentName(number), state.options.seed * 1000 + static_cast<uint64_t>(number)) {}

  void Run() {
    while (!caller_.state().stop_agents) {
      RunOneStream();
      // Verbs whose answer did not come are left open; the next snapshot says what became of them.
      for (const auto& [tag, promise] : waiting_) {
        caller_.state().journal.LeftOpen(promise);
      }
      waiting_.clear();
      std::this_thread::sleep_for(milliseconds(100));
    }
  }

 private:
  void RunOneStream() {
    Stream stream(caller_.client(), caller_.agent());
    bool open = false;
    while (!caller_.state().stop_agents && !stream.ended()) {
      while (const auto message = stream.Take(milliseconds(15))) {
        if (message->has_opened()) {
          open = true;
          caller_.session.set_agent(caller_.agent());
          caller_.session.set_generation(message->opened().generation());
        }
        if (message->has_result() && NoteResult(message->result())) {
          return;
        }
        desk_.Show(*message);
      }
      if (open && !DoSteps(stream)) {
        return;
      }
    }
  }

  // True when the session is lost.
  bool NoteResult(const v1::VerbResult& result) {
    const auto found = waiting_.find(result.tag());
    if (found == waiting_.end()) {
      caller_.state().journal.Fault(caller_.agent() + ": a result of a verb that was never sent");
      return false;
    }
    const Promise promise = found->second;
    waiting_.erase(found);
    if (ctl::IsUndecided(result.code(), result.reason())) {
      caller_.state().journal.LeftOpen(promise);
      return false;
    }
    return caller_.Note(promise, true, result.code() == 0, result.reason());
  }

  bool DoSteps(Stream& stream) {
    while (const std::optional<Step> step = desk_.Next(caller_.state().drain)) {
      bool lost = false;
      if (const auto* verb = std::get_if<v1::StreamAgentSessionRequest>(&step->action)) {
        v1::StreamAgentSessionRequest tagged = *verb;
        tagged.set_tag(++last_tag_);
        waiting_[last_tag_] = step->promise;
        lost = !stream.Send(tagged);
      } else if (const auto* report = std::get_if<v1::ReportMediaEventRequest>(&step->action)) {
        lost = caller_.Report(*report, step->promise);
      } else {
        lost = caller_.Claim(std::get<v1::ClaimTicketsRequest>(step->action), step->promise);
      }
      if (lost) {
        return false;
      }
    }
    return true;
  }

  Caller caller_;
  Desk desk_;
  int64_t last_tag_ = 0;
  std::map<int64_t, Promise> waiting_;  // by tag
};

}  // namespace

void RunUnaryAgent(LoadState& state, int number) {
  UnaryAgent(state, number).Run();
}
void RunStreamAgent(LoadState& state, int number) {
  StreamAgent(state, number).Run();
}

}  // namespace tandem::e2e
