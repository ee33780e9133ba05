#include "server/ctl/agent_console.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

#include "server/ctl/agent_text.h"
#include "server/ctl/render.h"
#include "server/ctl/suggest.h"
#include "server/ctl/ticket_text.h"
#include "server/ctl/waiting_hint.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// Lines of standard input, without being stuck there when the session has ended.
class InputLines {
 public:
  // The next line; unset at the end of the input, or when `stop` holds.
  std::optional<std::string> Next(const std::function<bool()>& stop) {
    for (;;) {
      const size_t end = buffer_.find('\n');
      if (end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      if (at_end_) {
        if (buffer_.empty()) return std::nullopt;
        return std::exchange(buffer_, "");
      }
      if (!ReadMore(stop)) return std::nullopt;
    }
  }

 private:
  // False when `stop` holds.
  bool ReadMore(const std::function<bool()>& stop) {
    constexpr int kTickMs = 100;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    while (poll(&input, 1, kTickMs) <= 0) {
      if (stop()) return false;
    }
    char bytes[4096];
    const ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
    at_end_ = got <= 0;
    if (got > 0) buffer_.append(bytes, static_cast<size_t>(got));
    return true;
  }

  std::string buffer_;
  bool at_end_ = false;
};

}  // namespace

AgentConsole::AgentConsole(const Target& target, std::string agent)
    : caller_(target), agent_(std::move(agent)), terminal_(isatty(STDIN_FILENO) == 1) {}

AgentConsole::~AgentConsole() {
  context_.TryCancel();
}

// ---------------------------------------------------------------------------------------------------
// the session

int AgentConsole::Run() {
  if (!LogIn()) return Report(status_);
  InputLines input;
  bool all_done = true;
  if (terminal_) Say("`help` lists the commands.");
  while (!quit_) {
    if (terminal_) Print("> ");
    const std::optional<std::string> line = input.Next([this] { return Ended(); });
    if (!line) break;
    all_done = CarryOut(*line) && all_done;
  }
  if (!quit_ && !Ended()) static_cast<void>(Quit({}));
  EndStream();
  if (!status_.ok()) return Report(status_);
  return all_done || terminal_ ? kExitDone : kExitRefused;
}

// After the last word the server ends the stream; one that does not is not waited for.
void AgentConsole::EndStream() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(
        lock,
        absl::ToChronoMilliseconds(logged_out_ ? caller_.target().timeout : absl::ZeroDuration()),
        [this] { return ended_; });
  }
  context_.TryCancel();
  reader_.join();
}

bool AgentConsole::LogIn() {
  stream_ = caller_.client().agents->StreamAgentSession(&context_);
  Request request;
  v1::OpenSessionRequest& open = *request.mutable_open();
  open.set_workspace(caller_.target().workspace);
  open.set_agent(agent_);
  open.set_session_id(absl::StrCat("tandemctl-", getpid()));
  stream_->Write(request);  // A failure is the stream's end, which the reader sees.
  reader_ = std::jthread([this] { ReadStream(); });
  std::unique_lock lock(mutex_);
  const bool told = changed_.wait_for(lock, absl::ToChronoMilliseconds(caller_.target().timeout),
                                      [this] { return opened_ || ended_; });
  if (opened_) return true;
  lock.unlock();
  context_.TryCancel();
  reader_.join();
  if (!told) {
    status_ = grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "the session was not opened");
  }
  return false;
}

void AgentConsole::ReadStream() {
  for (Response message; stream_->Read(&message);) Take(message);
  const grpc::Status status = stream_->Finish();
  const std::lock_guard lock(mutex_);
  ended_ = true;
  status_ = status;
  changed_.notify_all();
}

void AgentConsole::Take(const Response& message) {
  const std::lock_guard lock(mutex_);
  switch (message.message_case()) {
    case Response::kOpened:
      TakeSnapshot(message.opened());
      break;
    case Response::kResult:
      results_[message.result().tag()] = message.result();
      break;
    case Response::kOffer:
      offers_.push_back(message.offer());
      Say(OfferLine(message.offer()));
      break;
    case Response::kOfferEnded: {
      const v1::OfferEnded& ended = message.offer_ended();
      std::erase_if(offers_, [&ended](const v1::Offer& offer) {
        return offer.offer_id() == ended.offer_id();
      });
      Say(absl::StrCat("offer ", ended.offer_id(), " is over: ", Plain(ended.reason())));
      break;
    }
    case Response::kWorkChanged: {
      const v1::WorkChanged& change = message.work_changed();
      if (change.gone()) {
        work_.erase(change.work().ticket_id());
      } else {
        work_[change.work().ticket_id()] = HeldOf(change.work());
      }
      // The state of work that left is that of before.
      Say(change.gone() ? absl::StrCat("ticket ", change.work().ticket_id(), " is yours no more")
                        : WorkLine(change.work()));
      break;
    }
    case Response::kStateChanged:
      state_ = message.state_changed();
      Say(StatusLine(message.state_changed()));
      break;
    case Response::MESSAGE_NOT_SET:
      break;
  }
  changed_.notify_all();
}

void AgentConsole::TakeSnapshot(const v1::AgentSnapshot& snapshot) {
  opened_ = true;
  generation_ = snapshot.generation();
  Say(absl::StrCat("logged in as ", agent_, ", session ", generation_));
  state_ = snapshot.state();
  Say(StatusLine(snapshot.state()));
  for (const v1::Offer& offer : snapshot.offers()) {
    offers_.push_back(offer);
    Say(OfferLine(offer));
  }
  for (const v1::Work& work : snapshot.work()) {
    work_[work.ticket_id()] = HeldOf(work);
    Say(WorkLine(work));
  }
  if (!snapshot.not_ready_reasons().empty()) {
    Say(absl::StrCat("not-ready reasons: ", absl::StrJoin(snapshot.not_ready_reasons(), ", ")));
  }
  if (!snapshot.dispositions().empty()) {
    Say(absl::StrCat("dispositions: ", absl::StrJoin(snapshot.dispositions(), ", ")));
  }
  if (!snapshot.parking_reasons().empty()) {
    Say(absl::StrCat("parking reasons: ", absl::StrJoin(snapshot.parking_reasons(), ", ")));
  }
}

void AgentConsole::Say(const std::string& text) {
  // On a terminal it begins where the prompt stands.
  Print(absl::StrCat(terminal_ ? "\r" : "", text, "\n"));
}

// The stream's thread prints, too, and std::cout is not synchronised: see main.cc.
void AgentConsole::Print(const std::string& text) {
  const std::lock_guard lock(printing_);
  std::cout << text << std::flush;
}

bool AgentConsole::Ended() {
  const std::lock_guard lock(mutex_);
  return ended_;
}

std::optional<v1::VerbResult> AgentConsole::Ask(Request request) {
  const int64_t tag = next_tag_++;
  request.set_tag(tag);
  stream_->Write(request);  // A failure is the stream's end, which is waited for below.
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoMilliseconds(caller_.target().timeout),
                    [&] { return ended_ || results_.count(tag) > 0; });
  const auto found = results_.find(tag);
  if (found == results_.end()) return std::nullopt;
  v1::VerbResult result = std::move(found->second);
  results_.erase(found);
  return result;
}

std::optional<v1::VerbResult> AgentConsole::Do(const std::string& what, Request request) {
  std::optional<v1::VerbResult> result = Ask(std::move(request));
  if (!result) {
    Say(absl::StrCat(what, ": no answer"));
    return std::nullopt;
  }
  if (result->code() != 0) {
    Say(absl::StrCat(what, ": refused: ", CodeName(result->code()), " ", result->reason(), ": ",
                     Plain(result->message())));
    return std::nullopt;
  }
  Say(absl::StrCat(what, ": done",
                   result->ticket_state() == v1::TICKET_STATE_UNSPECIFIED
                       ? ""
                       : ", " + ShortEnum(result->ticket_state())));
  return result;
}

// ---------------------------------------------------------------------------------------------------
// the commands

const std::vector<AgentConsole::Verb>& AgentConsole::Verbs() {
  static const auto& verbs = *new std::vector<Verb>{
      {"available", "[GROUP...]", "take offers; of voice, messaging, email or task alone",
       &AgentConsole::Available},
      {"not-ready", "REASON", "take no offers, for a configured reason", &AgentConsole::NotReady},
      {"offline", "", "stay logged in, but OFFLINE", &AgentConsole::Offline},
      {"drain", "[REASON]", "take no more; after this work NOT_READY for the reason, or OFFLINE",
       &AgentConsole::Drain},
      {"wait", "[SECONDS]", "until there is an offer; 30 s unless said", &AgentConsole::Wait},
      {"accept", "[OFFER]", "take the offer", &AgentConsole::Accept},
      {"decline", "[OFFER]", "say no to the offer", &AgentConsole::Decline},
      {"claim", "[QUEUE]", "claim one ticket, from the queue if named; --ticket TICKET: this one",
       &AgentConsole::Claim},
      {"begin", "CHANNEL PROCESS_TYPE CLIENT",
       "begin work of your own, such as a call that you make", &AgentConsole::Begin},
      {"start", "[TICKET]", "begin work on a claimed ticket", &AgentConsole::Start},
      {"finish", "[TICKET]", "end handling; wrap-up begins", &AgentConsole::Finish},
      {"complete", "[DISPOSITION [TICKET [SURE]]]",
       "be done with a ticket; a bot may say how sure it is, from 0 to 1", &AgentConsole::Complete},
      {"approve", "[TICKET] [COMMENT]", "complete your review: the work stands",
       &AgentConsole::Approve},
      {"send-back", "[TICKET] [COMMENT]", "complete your review: the work is to be done again",
       &AgentConsole::SendBack},
      {"release", "[TICKET]", "give a ticket back", &AgentConsole::Release},
      {"hand-off", "[SURE [REASON [SUMMARY]]]", "as a bot, give your ticket to people",
       &AgentConsole::HandOff},
      {"park", "[REASON [TICKET]]", "set a ticket aside until the customer writes",
       &AgentConsole::Park},
      {"wait", "[REASON [TICKET]]", "set a ticket aside until those that belong to it are closed",
       &AgentConsole::WaitForChildren},
      {"follow-up", "FILE [DISPOSITION [TICKET]]",
       "be done with a ticket, with what it leads to: follow-ups in JSON", &AgentConsole::FollowUp},
      {"invite", "AGENT [TICKET]", "ask a colleague to consult on a ticket", &AgentConsole::Invite},
      {"consult", "QUEUE [TICKET]", "ask for somebody of a queue to consult",
       &AgentConsole::Consult},
      {"consult-nobody", "[TICKET]", "ask the queue no more", &AgentConsole::ConsultNobody},
      {"conference", "AGENT [TICKET]", "who consults talks with the customer, too",
       &AgentConsole::Conference},
      {"hand-over", "AGENT [TICKET]", "who consults owns the ticket from now on",
       &AgentConsole::HandOver},
      {"leave", "[TICKET [AGENT]]", "take part in it no more; or another agent does not",
       &AgentConsole::Leave},
      {"monitor", "TICKET", "listen to a colleague's ticket", &AgentConsole::Monitor},
      {"show", "", "offers and tickets as they are now", &AgentConsole::Show},
      {"help", "", "this list", &AgentConsole::ShowHelp},
      {"quit", "", "log out", &AgentConsole::Quit},
  };
  return verbs;
}

std::string AgentConsole::Help() {
  std::string text;
  for (const Verb& verb : Verbs()) {
    absl::StrAppendFormat(
        &text, "  %-32s %s\n",
        absl::StrCat(verb.name, verb.arguments[0] == '\0' ? "" : " ", verb.arguments), verb.help);
  }
  return text;
}

bool AgentConsole::CarryOut(const std::string& line) {
  Words words = absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
  if (words.empty() || words[0][0] == '#') return true;
  const std::string name = words[0];
  words.erase(words.begin());
  std::vector<std::string> names;
  for (const Verb& verb : Verbs()) {
    if (name == verb.name) return (this->*verb.run)(words);
    names.emplace_back(verb.name);
  }
  Say(absl::StrCat("unknown command ", Plain(name), DidYouMean(name, names)));
  return false;
}

bool AgentConsole::SetStatus(v1::AgentStatus status, const std::string& reason) {
  Request request;
  request.mutable_set_status()->set_request_id(NewUuid());
  request.mutable_set_status()->set_status(status);
  request.mutable_set_status()->set_reason(reason);
  return Do("status", std::move(request)).has_value();
}

bool AgentConsole::Available(const Words& arguments) {
  Request request;
  v1::SetAgentStatusRequest& set = *request.mutable_set_status();
  set.set_request_id(NewUuid());
  set.set_status(v1::AGENT_STATUS_AVAILABLE);
  for (const std::string& word : arguments) {
    v1::CapacityGroup group = v1::CAPACITY_GROUP_UNSPECIFIED;
    if (!v1::CapacityGroup_Parse("CAPACITY_GROUP_" + absl::AsciiStrToUpper(word), &group)) {
      Say(absl::StrCat("expected voice, messaging, email or task, but got ", Plain(word)));
      return false;
    }
    set.add_groups(group);
  }
  return Do("status", std::move(request)).has_value();
}

bool AgentConsole::NotReady(const Words& arguments) {
  return SetStatus(v1::AGENT_STATUS_NOT_READY, arguments.empty() ? "" : arguments[0]);
}

bool AgentConsole::Offline(const Words& /*arguments*/) {
  return SetStatus(v1::AGENT_STATUS_OFFLINE, "");
}

bool AgentConsole::Drain(const Words& arguments) {
  Request request;
  v1::SetAgentStatusRequest& set = *request.mutable_set_status();
  set.set_request_id(NewUuid());
  set.set_status(v1::AGENT_STATUS_DRAINING);
  if (!arguments.empty()) {
    set.set_next_status(v1::AGENT_STATUS_NOT_READY);
    set.set_next_reason(arguments[0]);
  }
  return Do("status", std::move(request)).has_value();
}

bool AgentConsole::Wait(const Words& arguments) {
  double seconds = 30;
  if (!arguments.empty() && !absl::SimpleAtod(arguments[0], &seconds)) {
    Say(absl::StrCat("expected a number of seconds, but got ", Plain(arguments[0])));
    return false;
  }
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoMilliseconds(absl::Seconds(seconds)),
                    [this] { return ended_ || !offers_.empty(); });
  if (!offers_.empty()) return true;
  const v1::AgentState state = state_;
  lock.unlock();
  Say("wait: no offer came");
  if (state.status() != v1::AGENT_STATUS_AVAILABLE) {
    Say(absl::StrCat(StatusLine(state), "; `available` takes offers"));
  } else if (const std::string why = WhyNoOffer(caller_, agent_); !why.empty()) {
    Say(why);
  }
  return false;
}

std::optional<v1::Offer> AgentConsole::PickOffer(const Words& arguments, size_t at) {
  const std::lock_guard lock(mutex_);
  if (arguments.size() > at) {
    v1::Offer named;
    named.set_offer_id(arguments[at]);
    for (const v1::Offer& offer : offers_) {
      if (offer.offer_id() == arguments[at]) named = offer;
    }
    return named;
  }
  if (offers_.size() == 1) return offers_.front();
  Say(offers_.empty() ? "expected an offer, but there is none; `wait` waits for one"
                      : "there are several offers: name one, as `show` does");
  return std::nullopt;
}

bool AgentConsole::Accept(const Words& arguments) {
  const std::optional<v1::Offer> offer = PickOffer(arguments, 0);
  if (!offer) return false;
  Request request;
  request.mutable_accept()->set_request_id(NewUuid());
  request.mutable_accept()->set_offer_id(offer->offer_id());
  const auto result = Do("accept", std::move(request));
  if (!result) return false;
  const std::lock_guard lock(mutex_);
  std::erase_if(offers_, [&](const v1::Offer& one) { return one.offer_id() == offer->offer_id(); });
  const std::string& ticket =
      offer->consulted_ticket_id().empty() ? offer->ticket_id() : offer->consulted_ticket_id();
  if (!ticket.empty())
    work_[ticket] = {result->ticket_state(), !offer->reviewed_ticket_id().empty()};
  return true;
}

bool AgentConsole::Decline(const Words& arguments) {
  const std::optional<v1::Offer> offer = PickOffer(arguments, 0);
  if (!offer) return false;
  Request request;
  request.mutable_decline()->set_request_id(NewUuid());
  request.mutable_decline()->set_offer_id(offer->offer_id());
  return Do("decline", std::move(request)).has_value();
}

bool AgentConsole::Claim(const Words& arguments) {
  v1::ClaimTicketsRequest request;
  request.set_request_id(NewUuid());
  *request.mutable_session() = Session();
  const bool picks = !arguments.empty() && arguments[0] == "--ticket";
  if (picks && arguments.size() != 2) {
    Say("claim: expected the ticket's id behind --ticket");
    return false;
  }
  if (picks) {
    request.set_ticket_id(arguments[1]);
  } else if (!arguments.empty()) {
    request.set_queue(arguments[0]);
  }
  v1::ClaimTicketsResponse response;
  const grpc::Status status =
      caller_.Ask(*caller_.client().work, &v1::WorkService::Stub::ClaimTickets, request, response);
  if (!status.ok()) Say(absl::StrCat("claim: refused: ", Describe(status)));
  if (status.ok() && response.tickets().empty()) Say("claim: no ticket is to be had");
  for (const v1::Ticket& ticket : response.tickets()) {
    SetWork(ticket.id(), ticket.state());
    if (!ticket.reviewed_ticket_id().empty()) KeepAsReview(ticket.id());
    Say(absl::StrCat("claim: ticket ", ticket.id(), " from queue ", ticket.queue()));
  }
  return status.ok() && !response.tickets().empty();
}

bool AgentConsole::Begin(const Words& arguments) {
  if (arguments.size() != 3) {
    Say("begin: expected a channel, a process type and a client");
    return false;
  }
  v1::StartAgentContactRequest request;
  request.set_request_id(NewUuid());
  *request.mutable_session() = Session();
  request.mutable_contact()->set_channel(arguments[0]);
  request.mutable_contact()->set_process_type(arguments[1]);
  request.mutable_contact()->set_client(arguments[2]);
  v1::StartAgentContactResponse response;
  const grpc::Status status = caller_.Ask(
      *caller_.client().agents, &v1::AgentService::Stub::StartAgentContact, request, response);
  if (!status.ok()) {
    Say(absl::StrCat("begin: refused: ", Describe(status)));
    return false;
  }
  SetWork(response.ticket_id(), response.state());
  Say(absl::StrCat("begin: ticket ", response.ticket_id(), " is ", ShortEnum(response.state())));
  return true;
}

v1::SessionRef AgentConsole::Session() {
  v1::SessionRef session;
  session.set_agent(agent_);
  const std::lock_guard lock(mutex_);
  session.set_generation(generation_);
  return session;
}

void AgentConsole::SetWork(const std::string& ticket, v1::TicketState state) {
  const std::lock_guard lock(mutex_);
  if (state == v1::TICKET_STATE_COMPLETED || state == v1::TICKET_STATE_QUEUED ||
      state == v1::TICKET_STATE_PARKED || state == v1::TICKET_STATE_IN_REVIEW) {
    work_.erase(ticket);
  } else {
    work_[ticket].state = state;
  }
}

std::optional<std::string> AgentConsole::PickTicket(const Words& arguments, size_t at,
                                                    const std::vector<v1::TicketState>& states) {
  if (arguments.size() > at) return arguments[at];
  const std::lock_guard lock(mutex_);
  std::vector<std::string> fitting;
  for (const auto& [ticket, held] : work_) {
    if (std::ranges::find(states, held.state) != states.end()) fitting.push_back(ticket);
  }
  if (fitting.size() == 1) return fitting.front();
  const std::string wanted = absl::StrJoin(
      states, " or ", [](std::string* text, v1::TicketState state) { *text += ShortEnum(state); });
  Say(fitting.empty() ? absl::StrCat("expected a ticket that is ", wanted, ", but there is none")
                      : absl::StrCat("several tickets are ", wanted, ": name one, as `show` does"));
  return std::nullopt;
}

bool AgentConsole::Start(const Words& arguments) {
  const auto ticket = PickTicket(arguments, 0, {v1::TICKET_STATE_ASSIGNED});
  if (!ticket) return false;
  Request request;
  request.mutable_start()->set_request_id(NewUuid());
  request.mutable_start()->set_ticket_id(*ticket);
  if (!Do("start", std::move(request))) return false;
  SetWork(*ticket, v1::TICKET_STATE_ACTIVE);
  return true;
}

bool AgentConsole::Finish(const Words& arguments) {
  const auto ticket = PickTicket(arguments, 0, {v1::TICKET_STATE_ACTIVE});
  if (!ticket) return false;
  Request request;
  request.mutable_finish()->set_request_id(NewUuid());
  request.mutable_finish()->set_ticket_id(*ticket);
  const auto result = Do("finish", std::move(request));
  if (!result) return false;
  SetWork(*ticket, result->ticket_state());
  return true;
}

bool AgentConsole::Complete(const Words& arguments) {
  const auto ticket = PickTicket(arguments, 1, {v1::TICKET_STATE_ACTIVE, v1::TICKET_STATE_WRAP_UP});
  if (!ticket) return false;
  v1::CompleteTicketRequest complete;
  if (!arguments.empty()) complete.set_disposition(arguments[0]);
  if (arguments.size() > 2) {
    const auto sure = ReadConfidence(arguments[2]);
    if (!sure) return false;
    complete.set_confidence(*sure);
  }
  return CompleteBy("complete", *ticket, std::move(complete));
}

bool AgentConsole::CompleteBy(const char* verb, const std::string& ticket,
                              v1::CompleteTicketRequest complete) {
  complete.set_request_id(NewUuid());
  complete.set_ticket_id(ticket);
  Request request;
  *request.mutable_complete() = std::move(complete);
  const auto result = Do(verb, std::move(request));
  if (!result) return false;
  SetWork(ticket, result->ticket_state());
  return true;
}

bool AgentConsole::Release(const Words& arguments) {
  const auto ticket =
      PickTicket(arguments, 0, {v1::TICKET_STATE_ASSIGNED, v1::TICKET_STATE_ACTIVE});
  if (!ticket) return false;
  Request request;
  request.mutable_release()->set_request_id(NewUuid());
  request.mutable_release()->set_ticket_id(*ticket);
  if (!Do("release", std::move(request))) return false;
  SetWork(*ticket, v1::TICKET_STATE_QUEUED);
  return true;
}

template <typename PartOf>
bool AgentConsole::DoWithAgent(const std::string& what, const Words& arguments, PartOf part_of) {
  if (arguments.empty()) {
    Say(absl::StrCat(what, ": expected an agent, but none is named"));
    return false;
  }
  const auto ticket = PickTicket(arguments, 1, {v1::TICKET_STATE_ACTIVE});
  if (!ticket) return false;
  Request request;
  auto* verb = part_of(request);
  verb->set_request_id(NewUuid());
  verb->set_ticket_id(*ticket);
  verb->set_agent(arguments[0]);
  return Do(what, std::move(request)).has_value();
}

bool AgentConsole::Invite(const Words& arguments) {
  return DoWithAgent("invite", arguments,
                     [](Request& request) { return request.mutable_invite_participant(); });
}

bool AgentConsole::Consult(const Words& arguments) {
  if (arguments.empty()) {
    Say("consult: expected a queue, but none is named");
    return false;
  }
  const auto ticket = PickTicket(arguments, 1, {v1::TICKET_STATE_ACTIVE});
  if (!ticket) return false;
  Request request;
  request.mutable_consult_queue()->set_request_id(NewUuid());
  request.mutable_consult_queue()->set_ticket_id(*ticket);
  request.mutable_consult_queue()->set_queue(arguments[0]);
  return Do("consult", std::move(request)).has_value();
}

bool AgentConsole::ConsultNobody(const Words& arguments) {
  const auto ticket = PickTicket(arguments, 0, {v1::TICKET_STATE_ACTIVE});
  if (!ticket) return false;
  Request request;
  request.mutable_cancel_consultation()->set_request_id(NewUuid());
  request.mutable_cancel_consultation()->set_ticket_id(*ticket);
  return Do("consult-nobody", std::move(request)).has_value();
}

bool AgentConsole::Conference(const Words& arguments) {
  return DoWithAgent("conference", arguments, [](Request& request) {
    request.mutable_set_participant_role()->set_role(v1::ASSIGNMENT_ROLE_CONFERENCE);
    return request.mutable_set_participant_role();
  });
}

bool AgentConsole::HandOver(const Words& arguments) {
  return DoWithAgent("hand-over", arguments,
                     [](Request& request) { return request.mutable_hand_over(); });
}

bool AgentConsole::Leave(const Words& arguments) {
  const auto ticket = PickTicket(arguments, 0, {v1::TICKET_STATE_ACTIVE});
  if (!ticket) return false;
  Request request;
  request.mutable_end_participation()->set_request_id(NewUuid());
  request.mutable_end_participation()->set_ticket_id(*ticket);
  if (arguments.size() > 1) request.mutable_end_participation()->set_agent(arguments[1]);
  return Do("leave", std::move(request)).has_value();
}

bool AgentConsole::Monitor(const Words& arguments) {
  if (arguments.empty()) {
    Say("monitor: expected a ticket, but none is named");
    return false;
  }
  Request request;
  request.mutable_monitor()->set_request_id(NewUuid());
  request.mutable_monitor()->set_ticket_id(arguments[0]);
  return Do("monitor", std::move(request)).has_value();
}

bool AgentConsole::Show(const Words& /*arguments*/) {
  const std::lock_guard lock(mutex_);
  for (const v1::Offer& offer : offers_) Say(OfferLine(offer));
  for (const auto& [ticket, held] : work_) {
    Say(absl::StrCat("ticket ", ticket, " is ", ShortEnum(held.state)));
  }
  if (offers_.empty() && work_.empty()) Say("no offers, no tickets");
  return true;
}

bool AgentConsole::ShowHelp(const Words& /*arguments*/) {
  Print(Help());
  return true;
}

bool AgentConsole::Quit(const Words& /*arguments*/) {
  quit_ = true;
  Request request;
  request.mutable_close();
  const std::optional<v1::VerbResult> result = Ask(std::move(request));
  stream_->WritesDone();
  logged_out_ = result && result->code() == 0;
  if (logged_out_) {
    Say("logged out");
    return true;
  }
  // The server ends the stream after it has closed the session; its last word may be the end.
  return Ended();
}

}  // namespace tandem::ctl
