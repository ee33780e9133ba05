// Goal: an agent's stream tells everything once and in order, answers each verb under its tag, and
// ends for the right reason. A small desktop reads the stream as an agent's would.
#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "server/rpc/session_stream.h"
#include "tests/rpc/client_stream.h"
#include "tests/rpc/fixture.h"
#include "tests/rpc/tcp_proxy.h"

namespace tandem::rpc {
namespace {

using SessionRequest = v1::StreamAgentSessionRequest;
using SessionResponse = v1::StreamAgentSessionResponse;

using SessionCall =
    ClientStream<grpc::ClientReaderWriter<SessionRequest, SessionResponse>, SessionResponse>;

class Desktop final : public SessionCall {
 public:
  explicit Desktop(v1::AgentService::Stub& stub)
      : SessionCall(
            [&](grpc::ClientContext* context) { return stub.StreamAgentSession(context); }) {}
  explicit Desktop(Fixture& fixture) : Desktop(*fixture.agents) {}

  SessionResponse MustRead() {
    auto response = Next();
    EXPECT_TRUE(response.has_value()) << "the stream ended";
    return response.value_or(SessionResponse());
  }
  // Reads on until a message of this kind.
  SessionResponse Until(SessionResponse::MessageCase kind) {
    for (;;) {
      auto response = Next();
      if (!response || response->message_case() == kind) {
        EXPECT_TRUE(response.has_value()) << "the stream ended";
        return response.value_or(SessionResponse());
      }
    }
  }

  v1::AgentSnapshot Open(const std::string& agent, bool omit_own_changes = false) {
    SessionRequest request;
    request.mutable_open()->set_omit_own_changes(omit_own_changes);
    request.mutable_open()->set_workspace(kWorkspace);
    request.mutable_open()->set_agent(agent);
    request.mutable_open()->set_session_id("desk");
    Send(request);
    const SessionResponse response = MustRead();
    EXPECT_EQ(response.message_case(), SessionResponse::kOpened);
    return response.opened();
  }
  void SetAvailable() {
    SessionRequest request;
    request.set_tag(++tag_);
    request.mutable_set_status()->set_status(v1::AGENT_STATUS_AVAILABLE);
    Send(request);
    EXPECT_EQ(Result(tag_).reason(), "");
  }
  v1::VerbResult Accept(const std::string& offer) {
    SessionRequest request;
    request.set_tag(++tag_);
    request.mutable_accept()->set_offer_id(offer);
    Send(request);
    return Result(tag_);
  }
  v1::VerbResult Result(int64_t tag) {
    for (;;) {
      const SessionResponse response = Until(SessionResponse::kResult);
      if (response.message_case() != SessionResponse::kResult || response.result().tag() == tag) {
        return response.result();
      }
    }
  }

 private:
  int64_t tag_ = 100;
};

TEST(Stream, CarriesAWholeTicket) {
  Fixture f;
  Desktop ann(f);
  EXPECT_EQ(ann.Open("ann").state().status(), v1::AGENT_STATUS_OFFLINE);
  ann.SetAvailable();
  const std::string ticket = f.Ingest(ChatContact());
  const v1::Offer offer = ann.Until(SessionResponse::kOffer).offer();
  EXPECT_EQ(offer.ticket_id(), ticket);
  EXPECT_EQ(offer.queue(), "chats");
  EXPECT_EQ(ann.Accept(offer.offer_id()).reason(), "");
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_ACTIVE);

  SessionRequest finish;
  finish.set_tag(7);
  finish.mutable_finish()->set_ticket_id(ticket);
  ann.Send(finish);
  EXPECT_EQ(ann.Result(7).reason(), "");
  SessionRequest complete;
  complete.set_tag(8);
  complete.mutable_complete()->set_ticket_id(ticket);
  complete.mutable_complete()->set_disposition("solved");
  ann.Send(complete);
  EXPECT_EQ(ann.Result(8).reason(), "");
  // Closed now, and the stream says so as the unary twin does.
  complete.set_tag(9);
  ann.Send(complete);
  const v1::VerbResult refused = ann.Result(9);
  EXPECT_EQ(refused.reason(), "TICKET_CLOSED");
  EXPECT_EQ(refused.code(), grpc::StatusCode::FAILED_PRECONDITION);

  SessionRequest close;
  close.set_tag(10);
  close.mutable_close();
  ann.Send(close);
  EXPECT_EQ(ann.Result(10).reason(), "");
  EXPECT_TRUE(ann.End().ok());
}

TEST(Stream, OverSeveralQueuesIsServedAsOverOne) {
  FixtureOptions options;
  options.server.sessions_of_queue = 1;
  Fixture f(options);
  std::deque<Desktop> desktops;
  for (int i = 0; i < 20; ++i) {
    for (const char* agent : {"ann", "bob"}) {
      Desktop& desktop = desktops.emplace_back(f);
      desktop.Open(agent);
      desktop.SetAvailable();
    }
  }
  // Each session took over from the agent's one before.
  Desktop& bob = desktops.back();
  Desktop& ann = desktops[desktops.size() - 2];
  for (size_t i = 0; i + 2 < desktops.size(); ++i) {
    EXPECT_EQ(ReasonOf(desktops[i].End()), "SESSION_FENCED");
  }
  const std::string first = f.Ingest(ChatContact());
  const std::string second = f.Ingest(ChatContact());
  const v1::Offer of_ann = ann.Until(SessionResponse::kOffer).offer();
  const v1::Offer of_bob = bob.Until(SessionResponse::kOffer).offer();
  EXPECT_EQ(std::set({of_ann.ticket_id(), of_bob.ticket_id()}), std::set({first, second}));
  EXPECT_EQ(ann.Accept(of_ann.offer_id()).reason(), "");
  EXPECT_EQ(bob.Accept(of_bob.offer_id()).reason(), "");
  f.server->Shutdown(std::chrono::seconds(5));
  EXPECT_EQ(ReasonOf(ann.End()), "NOT_SERVING");
  EXPECT_EQ(ReasonOf(bob.End()), "NOT_SERVING");
}

TEST(Stream, TellsOfOffersThatEndAndWorkThatGoes) {
  Fixture f;
  Desktop ann(f);
  ann.Open("ann");
  ann.SetAvailable();
  const std::string ticket = f.Ingest(ChatContact());
  const std::string offer = ann.Until(SessionResponse::kOffer).offer().offer_id();
  EXPECT_EQ(ReasonOf(f.Cancel(ticket)), "OK");
  const v1::OfferEnded ended = ann.Until(SessionResponse::kOfferEnded).offer_ended();
  EXPECT_EQ(ended.offer_id(), offer);
  EXPECT_EQ(ended.ticket_id(), ticket);
  EXPECT_EQ(ended.reason(), "CANCELED");
  EXPECT_EQ(ann.Accept(offer).reason(), "OFFER_GONE");
  EXPECT_EQ(f.server->interceptor().refusals(router::Reason::kOfferGone), 1U);

  const std::string moved = f.Ingest(ChatContact());
  EXPECT_EQ(ann.Accept(ann.Until(SessionResponse::kOffer).offer().offer_id()).reason(), "");
  EXPECT_EQ(ReasonOf(f.Transfer(moved, "tiny")), "OK");
  for (;;) {
    const v1::WorkChanged changed = ann.Until(SessionResponse::kWorkChanged).work_changed();
    ASSERT_EQ(changed.work().ticket_id(), moved);
    if (changed.gone()) break;
  }
}

TEST(Stream, OmitsOwnChangesWhenAskedTo) {
  Fixture f;
  Desktop ann(f);
  const int64_t generation = ann.Open("ann", true).generation();
  ann.SetAvailable();
  const std::string ticket = f.Ingest(ChatContact());
  const v1::VerbResult accepted = ann.Accept(ann.Until(SessionResponse::kOffer).offer().offer_id());
  EXPECT_EQ(accepted.ticket_state(), v1::TICKET_STATE_ACTIVE);
  // A unary twin's change is the session's own, too.
  v1::FinishTicketRequest finish;
  finish.set_workspace(kWorkspace);
  finish.mutable_session()->set_agent("ann");
  finish.mutable_session()->set_generation(generation);
  finish.set_ticket_id(ticket);
  v1::FinishTicketResponse finished;
  EXPECT_EQ(ReasonOf(f.agents->FinishTicket(ClientContext(), finish, &finished)), "OK");
  EXPECT_EQ(finished.state(), v1::TICKET_STATE_WRAP_UP);
  v1::CompleteTicketRequest complete;
  complete.set_workspace(kWorkspace);
  *complete.mutable_session() = finish.session();
  complete.set_ticket_id(ticket);
  v1::CompleteTicketResponse completed;
  EXPECT_EQ(ReasonOf(f.tickets->CompleteTicket(ClientContext(), complete, &completed)), "OK");
  // The next message is about another ticket, and what others do to that one comes down.
  const std::string moved = f.Ingest(ChatContact());
  const SessionResponse offered = ann.MustRead();
  ASSERT_EQ(offered.message_case(), SessionResponse::kOffer);
  EXPECT_EQ(ann.Accept(offered.offer().offer_id()).ticket_state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(ReasonOf(f.Transfer(moved, "tiny")), "OK");
  const SessionResponse next = ann.MustRead();
  ASSERT_EQ(next.message_case(), SessionResponse::kWorkChanged);
  EXPECT_EQ(next.work_changed().work().ticket_id(), moved);
  EXPECT_TRUE(next.work_changed().gone());
}

TEST(Stream, AnswersEveryVerbUnderItsTag) {
  Fixture f;
  Desktop ann(f);
  ann.Open("ann");
  SessionRequest request;
  request.set_tag(1);
  ann.Send(request);
  EXPECT_EQ(ann.Result(1).reason(), "FIELD_REQUIRED");
  request.set_tag(2);
  request.mutable_heartbeat();
  ann.Send(request);
  EXPECT_EQ(ann.Result(2).code(), 0);
  request.set_tag(3);
  request.mutable_open()->set_agent("ann");
  ann.Send(request);
  EXPECT_EQ(ann.Result(3).reason(), "FIELD_MALFORMED");
  request.set_tag(4);
  request.mutable_accept()->set_offer_id("x");
  ann.Send(request);
  EXPECT_EQ(ann.Result(4).reason(), "FIELD_MALFORMED");
  request.set_tag(5);
  request.mutable_set_status()->set_status(v1::AGENT_STATUS_NOT_READY);
  request.mutable_set_status()->set_reason("yoga");
  ann.Send(request);
  EXPECT_EQ(ann.Result(5).reason(), "NOT_READY_REASON_UNKNOWN");
  request.set_tag(6);
  request.mutable_set_status()->mutable_session()->set_agent("bob");
  ann.Send(request);
  EXPECT_EQ(ann.Result(6).reason(), "FIELD_OUT_OF_RANGE");
  request.set_tag(7);
  request.mutable_decline()->set_workspace("elsewhere");
  ann.Send(request);
  EXPECT_EQ(ann.Result(7).reason(), "FIELD_OUT_OF_RANGE");
  request.set_tag(8);
  request.mutable_start()->set_ticket_id("01890000-0000-7000-8000-000000000001");
  ann.Send(request);
  EXPECT_EQ(ann.Result(8).reason(), "TICKET_NOT_FOUND");
  request.set_tag(9);
  request.mutable_release()->set_ticket_id("");
  ann.Send(request);
  EXPECT_EQ(ann.Result(9).reason(), "FIELD_REQUIRED");
  // More at once than are read at once.
  for (int i = 0; i < 5 * SessionStream::kMaxVerbsInFlight; ++i) {
    request.set_tag(1'000 + i);
    request.mutable_set_status()->set_status(v1::AGENT_STATUS_AVAILABLE);
    request.mutable_set_status()->clear_session();
    ASSERT_TRUE(ann.Send(request));
  }
  for (int i = 0; i < 5 * SessionStream::kMaxVerbsInFlight; ++i) {
    EXPECT_EQ(ann.Result(1'000 + i).reason(), "");
  }
}

TEST(Stream, MustBeginWithOpen) {
  Fixture f;
  {
    Desktop desktop(f);
    SessionRequest request;
    request.mutable_heartbeat();
    desktop.Send(request);
    EXPECT_EQ(ReasonOf(desktop.End()), "FIELD_REQUIRED");
  }
  {
    Desktop desktop(f);
    desktop.HalfClose();
    EXPECT_EQ(ReasonOf(desktop.End()), "FIELD_REQUIRED");
  }
  {
    Desktop desktop(f);
    SessionRequest request;
    request.mutable_open()->set_workspace(kWorkspace);
    request.mutable_open()->set_agent("nobody");
    request.mutable_open()->set_session_id("desk");
    desktop.Send(request);
    EXPECT_EQ(ReasonOf(desktop.End()), "AGENT_NOT_FOUND");
  }
  {
    Desktop desktop(f);
    SessionRequest request;
    request.mutable_open()->set_workspace(kWorkspace);
    request.mutable_open()->set_agent("ann");
    desktop.Send(request);
    EXPECT_EQ(ReasonOf(desktop.End()), "FIELD_REQUIRED");
  }
}

TEST(Stream, IsFencedByANewerSession) {
  Fixture f;
  Desktop older(f);
  older.Open("ann");
  Desktop newer(f);
  newer.Open("ann");
  EXPECT_EQ(ReasonOf(older.End()), "SESSION_FENCED");
  newer.SetAvailable();
}

TEST(Stream, ResumesWithoutAMissedOrRepeatedOffer) {
  Fixture f;
  std::string held;
  {
    Desktop ann(f);
    ann.Open("ann");
    ann.SetAvailable();
    f.Ingest(ChatContact());
    held = ann.Until(SessionResponse::kOffer).offer().offer_id();
    ann.Cancel();
    EXPECT_FALSE(ann.End().ok());
  }
  Desktop ann(f);
  const v1::AgentSnapshot snapshot = ann.Open("ann");
  // Still within the grace: the offer is held, and is in the snapshot instead of coming again.
  ASSERT_EQ(snapshot.offers_size(), 1);
  EXPECT_EQ(snapshot.offers(0).offer_id(), held);
  EXPECT_EQ(snapshot.state().status(), v1::AGENT_STATUS_AVAILABLE);
  EXPECT_EQ(ann.Accept(held).reason(), "");
  SessionRequest release;
  release.set_tag(1);
  release.mutable_release()->set_ticket_id(held.substr(0, 36));
  ann.Send(release);
  EXPECT_EQ(ann.Result(1).reason(), "");
  // The next one is a new offer, told once.
  const std::string next = f.Ingest(ChatContact());
  const v1::Offer offer = ann.Until(SessionResponse::kOffer).offer();
  EXPECT_EQ(offer.ticket_id(), next);
}

// Works off every ticket that it is offered, and keeps count of the offers that it is told.
class BusyAgent {
 public:
  // A new life on a connection of its own: goes on from the snapshot.
  void Begin(int port) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub_ = v1::AgentService::NewStub(grpc::CreateCustomChannel(
        "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments));
    desktop_ = std::make_unique<Desktop>(*stub_);
    tickets_.clear();
    const v1::AgentSnapshot snapshot = desktop_->Open("ann", /*omit_own_changes=*/true);
    if (snapshot.state().status() != v1::AGENT_STATUS_AVAILABLE) desktop_->SetAvailable();
    for (const v1::Offer& offer : snapshot.offers()) {
      seen_.insert(offer.offer_id());
      Accept(offer);
    }
    for (const v1::Work& work : snapshot.work()) Advance(work.ticket_id(), work.state());
  }
  std::optional<SessionResponse> Next() { return desktop_->Next(); }
  void Handle(const SessionResponse& response) {
    if (response.message_case() == SessionResponse::kOffer) {
      const v1::Offer& offer = response.offer();
      EXPECT_TRUE(seen_.insert(offer.offer_id()).second) << offer.offer_id() << " is told again";
      Accept(offer);
    } else if (response.message_case() == SessionResponse::kResult) {
      EXPECT_EQ(response.result().reason(), "") << response.result().message();
      Advance(tickets_[response.result().tag()], response.result().ticket_state());
    }
  }
  // As a client does that gets no answer to its pings.
  void GiveUp() { desktop_.reset(); }
  const std::set<std::string>& seen() const { return seen_; }

 private:
  void Accept(const v1::Offer& offer) {
    SessionRequest request;
    request.mutable_accept()->set_offer_id(offer.offer_id());
    Send(offer.ticket_id(), request);
  }
  void Advance(const std::string& ticket, v1::TicketState state) {
    SessionRequest request;
    if (state == v1::TICKET_STATE_ACTIVE) {
      request.mutable_finish()->set_ticket_id(ticket);
    } else if (state == v1::TICKET_STATE_WRAP_UP) {
      request.mutable_complete()->set_ticket_id(ticket);
    } else {
      return;
    }
    Send(ticket, request);
  }
  void Send(const std::string& ticket, SessionRequest& request) {
    request.set_tag(++tag_);
    tickets_[tag_] = ticket;
    desktop_->Send(request);
  }

  std::unique_ptr<v1::AgentService::Stub> stub_;
  std::unique_ptr<Desktop> desktop_;
  std::set<std::string> seen_;
  std::map<int64_t, std::string> tickets_;
  int64_t tag_ = 1'000;
};

// The connection is cut at every point of a ticket's life, by a reset or silently; each time the
// agent comes back on another one.
TEST(Stream, ResumedAfterItsConnectionWasCutMissesAndRepeatsNoOffer) {
  constexpr int kTickets = 24;
  Fixture f;
  TcpProxy proxy(f.server->port());
  f.IngestMany(ChatContact(), kTickets);
  const auto open_tickets = [&] {
    int open = 0;
    for (const auto& [key, state] : f.store.Copy().ticket_states) {
      if (!router::IsClosed(state.state)) ++open;
    }
    return open;
  };
  BusyAgent ann;
  int lives = 0;
  while (open_tickets() > 0 && lives < 200) {
    ann.Begin(proxy.port());
    const int cut_after = ++lives % 7;
    const bool handle_first = lives % 3 != 0;
    for (int message = 0; open_tickets() > 0; ++message) {
      const bool cut = message >= cut_after;
      if (cut && !handle_first) break;
      const auto response = ann.Next();
      ASSERT_TRUE(response.has_value());
      ann.Handle(*response);
      if (cut) break;
    }
    lives % 2 == 0 ? proxy.Reset() : proxy.Silence();
    ann.GiveUp();
  }
  EXPECT_EQ(open_tickets(), 0);
  EXPECT_GT(lives, 10);
  // Every offer that was made was told, and each ticket was offered once.
  std::set<std::string> made;
  for (const auto& [key, event] : f.store.Copy().events) {
    if (event.type != router::EventType::kTicketOffered) continue;
    made.insert(router::ToString(router::OfferId{event.ticket, event.offer_number}));
  }
  EXPECT_EQ(made.size(), static_cast<size_t>(kTickets));
  EXPECT_EQ(ann.seen(), made);
}

TEST(Stream, ThatEndsIsALostSession) {
  Fixture f;
  const auto lost_sessions = [&] {
    int count = 0;
    for (const auto& [key, event] : f.store.Copy().events) {
      if (event.type == router::EventType::kSessionLost) ++count;
    }
    return count;
  };
  {
    Desktop ann(f);
    ann.Open("ann");
    ann.HalfClose();
    EXPECT_TRUE(ann.End().ok());
    EXPECT_TRUE(Eventually([&] { return lost_sessions() == 1; }));
  }
  {
    Desktop ann(f);
    ann.Open("ann");
    ann.Cancel();
    EXPECT_EQ(ann.End().error_code(), grpc::StatusCode::CANCELLED);
    EXPECT_TRUE(Eventually([&] { return lost_sessions() == 2; }));
  }
  {
    Desktop ann(f);
    ann.Open("ann");
    SessionRequest close;
    close.set_tag(1);
    close.mutable_close();
    ann.Send(close);
    EXPECT_TRUE(ann.End().ok());
  }
  EXPECT_EQ(lost_sessions(), 2);
}

TEST(Stream, HalfClosedIsAnsweredToTheEnd) {
  Fixture f;
  Desktop ann(f);
  ann.Open("ann");
  SessionRequest request;
  request.set_tag(5);
  request.mutable_set_status()->set_status(v1::AGENT_STATUS_AVAILABLE);
  ann.Send(request);
  ann.HalfClose();
  EXPECT_EQ(ann.Result(5).reason(), "");
  EXPECT_TRUE(ann.End().ok());
}

TEST(Stream, ClosedByItsUnaryTwinEndsWell) {
  Fixture f;
  Desktop ann(f);
  v1::SessionRef session;
  session.set_agent("ann");
  session.set_generation(ann.Open("ann").generation());
  EXPECT_EQ(ReasonOf(f.Close(session)), "OK");
  EXPECT_TRUE(ann.End().ok());
}

TEST(Stream, ReadTooSlowlyIsCutOffWithAReason) {
  Fixture f;
  const auto stub = v1::AgentService::NewStub(f.NarrowChannel());
  Desktop ann(*stub);
  ann.Open("ann");
  // Results are never read: first the connection fills up, then what waits in the server.
  SessionRequest request;
  request.mutable_heartbeat();
  for (int i = 0; i < 200'000; ++i) {
    request.set_tag(i);
    if (!ann.Send(request)) break;
  }
  EXPECT_EQ(ReasonOf(ann.End()), "OVERLOADED");
  EXPECT_TRUE(Eventually(
      [&] { return f.server->interceptor().refusals(router::Reason::kOverloaded) == 1; }));
}

TEST(Stream, EndsWhenTheServerStops) {
  Fixture f;
  Desktop ann(f);
  ann.Open("ann");
  const auto began = std::chrono::steady_clock::now();
  f.server->Shutdown(std::chrono::seconds(10));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  EXPECT_EQ(ReasonOf(ann.End()), "NOT_SERVING");
}

TEST(Stream, SurvivesClientsThatComeAndGo) {
  Fixture f;
  for (int i = 0; i < 60; ++i) {
    Desktop ann(f);
    SessionRequest request;
    request.mutable_open()->set_workspace(kWorkspace);
    request.mutable_open()->set_agent(i % 2 == 0 ? "ann" : "bob");
    request.mutable_open()->set_session_id("desk");
    ann.Send(request);
    request.mutable_set_status()->set_status(v1::AGENT_STATUS_AVAILABLE);
    ann.Send(request);
    if (i % 3 == 0) f.Ingest(ChatContact());
    if (i % 5 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  // All of them are lost by now or soon, and the next one works.
  Desktop ann(f);
  ann.Open("ann");
  ann.SetAvailable();
}

}  // namespace
}  // namespace tandem::rpc
