// Goal: every refusal that depends on the workspace's state reaches the caller with its reason.
// Each test brings the workspace into the state by calls alone.
#include <string>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

TEST(Refusals, OfContactsNameWhatIsNotConfigured) {
  Fixture f;
  const auto refusal = [&](auto change) {
    v1::Contact contact = ChatContact();
    change(contact);
    return ReasonOf(f.IngestStatus(contact));
  };
  EXPECT_EQ(refusal([](auto& c) { c.set_channel("fax"); }), "CHANNEL_UNKNOWN");
  EXPECT_EQ(refusal([](auto& c) { c.set_client("nobody"); }), "CLIENT_UNKNOWN");
  EXPECT_EQ(refusal([](auto& c) { c.set_process_type("magic"); }), "PROCESS_TYPE_UNKNOWN");
  EXPECT_EQ(refusal([](auto& c) { c.set_queue("nowhere"); }), "QUEUE_NOT_FOUND");
  // Bookkeeping has a queue for tasks alone.
  EXPECT_EQ(refusal([](auto& c) { c.set_process_type("bookkeeping"); }), "NO_QUEUE_FOR_CONTACT");
  EXPECT_EQ(refusal([](auto& c) {
              c.set_client("globex");
              c.set_queue("private");
            }),
            "QUEUE_OF_OTHER_CLIENT");
  const auto overflow_to = [](auto& c, const char* queue) {
    v1::PlanStep* step = c.mutable_plan()->add_steps();
    step->mutable_after()->set_seconds(20);
    step->set_queue(queue);
  };
  EXPECT_EQ(refusal([&](auto& c) { overflow_to(c, "nowhere"); }), "QUEUE_NOT_FOUND");
  EXPECT_EQ(refusal([&](auto& c) {
              c.set_client("globex");
              overflow_to(c, "private");
            }),
            "QUEUE_OF_OTHER_CLIENT");
  EXPECT_EQ(refusal([](auto& c) {
              auto* skill = c.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
              skill->set_skill("juggling");
              skill->set_level(1);
            }),
            "SKILL_UNKNOWN");
  EXPECT_EQ(refusal([](auto& c) {
              v1::PlanStep* step = c.mutable_plan()->add_steps();
              step->mutable_after()->set_seconds(20);
              step->mutable_relax()->add_skills("juggling");
            }),
            "SKILL_UNKNOWN");
}

TEST(Refusals, OfUnknownPlacesSayWhichIsNotThere) {
  Fixture f({.engine = {}, .server = {}, .configure = false});
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact())), "WORKSPACE_NOT_FOUND");
  v1::BatchIngestContactsRequest batch;
  batch.set_workspace(kWorkspace);
  *batch.add_contacts() = ChatContact();
  v1::BatchIngestContactsResponse taken;
  EXPECT_EQ(ReasonOf(f.ingest->BatchIngestContacts(ClientContext(), batch, &taken)),
            "WORKSPACE_NOT_FOUND");
  v1::GetConfigurationRequest get;
  get.set_workspace(kWorkspace);
  v1::GetConfigurationResponse got;
  EXPECT_EQ(ReasonOf(f.configurations->GetConfiguration(ClientContext(), get, &got)),
            "WORKSPACE_NOT_FOUND");
  v1::ListQueueStatisticsRequest statistics;
  statistics.set_workspace(kWorkspace);
  v1::ListQueueStatisticsResponse counted;
  EXPECT_EQ(ReasonOf(f.queues->ListQueueStatistics(ClientContext(), statistics, &counted)),
            "WORKSPACE_NOT_FOUND");

  f.Apply(SmallConfiguration());
  EXPECT_EQ(ReasonOf(f.Cancel(kNoTicket)), "TICKET_NOT_FOUND");
  EXPECT_EQ(ReasonOf(f.Abandon(kNoTicket)), "TICKET_NOT_FOUND");
  EXPECT_EQ(
      ReasonOf(f.Report(kNoTicket, "", v1::MEDIA_EVENT_TYPE_DISCONNECTED, v1::PARTY_CUSTOMER)),
      "TICKET_NOT_FOUND");
  v1::GetTicketRequest ticket;
  ticket.set_workspace(kWorkspace);
  ticket.set_ticket_id(kNoTicket);
  v1::GetTicketResponse found;
  EXPECT_EQ(ReasonOf(f.tickets->GetTicket(ClientContext(), ticket, &found)), "TICKET_NOT_FOUND");
  v1::ListTicketEventsRequest events;
  events.set_workspace(kWorkspace);
  events.set_ticket_id(kNoTicket);
  v1::ListTicketEventsResponse history;
  EXPECT_EQ(ReasonOf(f.tickets->ListTicketEvents(ClientContext(), events, &history)),
            "TICKET_NOT_FOUND");
  v1::OpenSessionRequest open;
  open.set_workspace(kWorkspace);
  open.set_agent("nobody");
  open.set_session_id("desk");
  v1::OpenSessionResponse opened;
  EXPECT_EQ(ReasonOf(f.agents->OpenSession(ClientContext(), open, &opened)), "AGENT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(f.Transfer(f.Ingest(ChatContact()), "nowhere")), "QUEUE_NOT_FOUND");
}

TEST(Refusals, OfFullPlacesAskToRetry) {
  FixtureOptions options;
  options.engine.router.max_open_tickets = 2;
  Fixture f(options);
  v1::Contact contact = ChatContact();
  contact.set_queue("tiny");
  f.Ingest(contact);
  EXPECT_EQ(ReasonOf(f.IngestStatus(contact)), "QUEUE_FULL");
  f.Ingest(ChatContact());
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact())), "TOO_MANY_OPEN_TICKETS");
}

TEST(Refusals, OfOffersKeepThemWithTheirAgent) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  f.Ingest(ChatContact());
  const std::string offer = f.OfferOf(ann);
  const v1::SessionRef bob = f.LogIn("bob");
  EXPECT_EQ(ReasonOf(f.Accept(bob, offer)), "OFFER_OF_OTHER_AGENT");
  EXPECT_EQ(ReasonOf(f.Accept(ann, offer)), "OK");
  EXPECT_EQ(ReasonOf(f.Decline(ann, offer)), "OFFER_GONE");
}

TEST(Refusals, OfVerbsKeepWorkWithItsOwner) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  const v1::SessionRef bob = f.LogIn("bob");
  EXPECT_EQ(ReasonOf(f.Complete(bob, ticket)), "NOT_OWNER");
  EXPECT_EQ(ReasonOf(f.Release(bob, ticket)), "NOT_OWNER");
  EXPECT_EQ(ReasonOf(f.Finish(bob, ticket)), "NOT_OWNER");
  EXPECT_EQ(ReasonOf(f.Start(ann, ticket)), "TICKET_STATE_FORBIDS");
  EXPECT_EQ(ReasonOf(f.Abandon(ticket)), "ALREADY_ANSWERED");
  EXPECT_EQ(ReasonOf(f.Complete(ann, ticket, "vanished")), "DISPOSITION_UNKNOWN");
  EXPECT_EQ(ReasonOf(f.Report(ticket, ticket + ".1", v1::MEDIA_EVENT_TYPE_CONNECTED,
                              v1::PARTY_UNSPECIFIED)),
            "CHANNEL_WITHOUT_MEDIA");
  v1::ExtendLeasesRequest extend;
  extend.set_workspace(kWorkspace);
  *extend.mutable_session() = ann;
  extend.add_ticket_ids(ticket);
  v1::ExtendLeasesResponse extended;
  EXPECT_EQ(ReasonOf(f.work->ExtendLeases(ClientContext(), extend, &extended)), "NOT_LEASED");
}

TEST(Refusals, OfVerbsLeaveConnectedMediaToTheAdapter) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, CallContact());
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_CONNECTING);
  EXPECT_EQ(ReasonOf(f.Report(ticket, f.Get(ticket).offer_id(), v1::MEDIA_EVENT_TYPE_CONNECTED,
                              v1::PARTY_UNSPECIFIED)),
            "OK");
  EXPECT_EQ(ReasonOf(f.Complete(ann, ticket)), "MEDIA_CONNECTED");
  EXPECT_EQ(ReasonOf(f.Cancel(ticket)), "MEDIA_CONNECTED");
}

TEST(Refusals, OfClosedTicketsSayThatTheyAreClosed) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string done = f.Take(ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.Complete(ann, done, "solved")), "OK");
  const Error error = Decode(f.Complete(ann, done));
  EXPECT_EQ(error.reason, "TICKET_CLOSED");
  EXPECT_EQ(error.metadata.at("state"), "COMPLETED");
  for (const auto& status : {f.Cancel(done), f.Abandon(done), f.Release(ann, done),
                             f.Transfer(done, "chats"), f.Start(ann, done), f.Finish(ann, done)}) {
    EXPECT_EQ(ReasonOf(status), "TICKET_CLOSED");
  }
  // Not an error for those who only hear of it late.
  bool applied = true;
  EXPECT_EQ(ReasonOf(f.Report(done, done + ".1", v1::MEDIA_EVENT_TYPE_CONNECTED,
                              v1::PARTY_UNSPECIFIED, &applied)),
            "OK");
  EXPECT_FALSE(applied);
  v1::ExplainTicketRequest explain;
  explain.set_workspace(kWorkspace);
  explain.set_ticket_id(done);
  v1::ExplainTicketResponse explained;
  EXPECT_EQ(ReasonOf(f.tickets->ExplainTicket(ClientContext(), explain, &explained)),
            "TICKET_NOT_FOUND");
}

TEST(Refusals, OfAbandonIsNotRepeated) {
  Fixture f;
  const std::string ticket = f.Ingest(ChatContact());
  EXPECT_EQ(ReasonOf(f.Abandon(ticket)), "OK");
  EXPECT_EQ(ReasonOf(f.Abandon(ticket)), "OK");
  EXPECT_EQ(Decode(f.Cancel(ticket)).metadata.at("state"), "ABANDONED");
}

TEST(Refusals, OfSessionsFenceTheOlderOne) {
  Fixture f;
  const v1::SessionRef older = f.LogIn("ann");
  const v1::SessionRef newer = f.LogIn("ann");
  EXPECT_EQ(ReasonOf(f.SetStatus(older, v1::AGENT_STATUS_AVAILABLE)), "SESSION_FENCED");
  EXPECT_EQ(ReasonOf(f.SetStatus(newer, v1::AGENT_STATUS_NOT_RESPONDING)), "STATUS_NOT_SETTABLE");
  EXPECT_EQ(ReasonOf(f.SetStatus(newer, v1::AGENT_STATUS_NOT_READY, "yoga")),
            "NOT_READY_REASON_UNKNOWN");
  EXPECT_EQ(ReasonOf(f.Close(newer)), "OK");
  EXPECT_EQ(ReasonOf(f.Close(newer)), "OK");
  EXPECT_EQ(ReasonOf(f.SetStatus(newer, v1::AGENT_STATUS_AVAILABLE)), "NO_SESSION");
}

TEST(Refusals, OfConfigurationsNameWhatIsInTheWay) {
  Fixture f;
  const Error stale = Decode(f.ApplyStatus(SmallConfiguration(), 41));
  EXPECT_EQ(stale.reason, "REVISION_STALE");
  EXPECT_EQ(stale.metadata.at("expected"), "41");
  EXPECT_EQ(stale.metadata.at("actual"), "1");
  f.Ingest(JobContact());
  v1::Configuration without_client = SmallConfiguration();
  without_client.mutable_clients(0)->set_id("initech");
  without_client.mutable_queues(3)->set_client("initech");
  for (auto& agent : *without_client.mutable_agents()) agent.set_clients(0, "initech");
  EXPECT_EQ(ReasonOf(f.ApplyStatus(without_client)), "RESOURCE_IN_USE");
}

TEST(Refusals, OfRequestIdsThatMeantSomethingElse) {
  Fixture f;
  const std::string id = "6f1c0e6e-0f7b-4c1e-9d5e-3a1f0c2b4d5e";
  v1::IngestResult first;
  v1::IngestResult second;
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact(), &first, id)), "OK");
  EXPECT_EQ(ReasonOf(f.IngestStatus(ChatContact(), &second, id)), "OK");
  EXPECT_EQ(first.ticket_id(), second.ticket_id());
  EXPECT_EQ(ReasonOf(f.IngestStatus(CallContact(), nullptr, id)), "REQUEST_ID_REUSED");
  // Another method with the same id means something else, too.
  v1::CancelTicketRequest cancel;
  cancel.set_workspace(kWorkspace);
  cancel.set_request_id(id);
  cancel.set_ticket_id(first.ticket_id());
  v1::CancelTicketResponse canceled;
  EXPECT_EQ(ReasonOf(f.tickets->CancelTicket(ClientContext(), cancel, &canceled)),
            "REQUEST_ID_REUSED");
}

}  // namespace
}  // namespace tandem::rpc
