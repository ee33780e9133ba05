// Goal: every method does its job over the wire. Stream methods are in stream_test.cc.
#include <set>
#include <string>
#include <vector>

#include "google/protobuf/util/message_differencer.h"

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

using google::protobuf::util::MessageDifferencer;

TEST(Configuration, ComesBackWithDefaultsAndAgainTheSame) {
  Fixture f;
  v1::GetConfigurationRequest request;
  request.set_workspace(kWorkspace);
  v1::GetConfigurationResponse first;
  ASSERT_EQ(ReasonOf(f.configurations->GetConfiguration(ClientContext(), request, &first)), "OK");
  EXPECT_EQ(first.revision(), 1);
  EXPECT_EQ(first.configuration().queues(0).offer_timeout().seconds(), 20);
  EXPECT_EQ(first.configuration().session_grace().seconds(), 15);
  EXPECT_EQ(first.configuration().agents(0).languages(0).tag(), "fr-CA");
  EXPECT_EQ(first.configuration().channels_size(), 10);

  // What is read can be applied again, and means the same.
  EXPECT_EQ(f.Apply(first.configuration()), 2);
  v1::GetConfigurationResponse second;
  ASSERT_EQ(ReasonOf(f.configurations->GetConfiguration(ClientContext(), request, &second)), "OK");
  std::string difference;
  MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(first.configuration(), second.configuration())) << difference;
}

TEST(Configuration, IsOnlyCheckedWhenAskedTo) {
  Fixture f;
  v1::Configuration configuration = SmallConfiguration();
  configuration.add_teams()->set_id("night");
  int64_t revision = 0;
  EXPECT_EQ(ReasonOf(f.ApplyStatus(configuration, 1, &revision, /*validate_only=*/true)), "OK");
  EXPECT_EQ(revision, 1);
  v1::GetConfigurationRequest request;
  request.set_workspace(kWorkspace);
  v1::GetConfigurationResponse response;
  ASSERT_EQ(ReasonOf(f.configurations->GetConfiguration(ClientContext(), request, &response)),
            "OK");
  EXPECT_EQ(response.configuration().teams_size(), 0);
}

TEST(ApplyConfiguration, ToAWorkspaceThatIsNewAppliesOnce) {
  Fixture f;
  v1::ApplyConfigurationRequest request;
  request.set_workspace("another");
  *request.mutable_configuration() = SmallConfiguration();
  request.set_expected_revision(-1);
  v1::ApplyConfigurationResponse response;
  const auto apply = [&] {
    return f.configurations->ApplyConfiguration(ClientContext(), request, &response);
  };
  ASSERT_EQ(ReasonOf(apply()), "OK");
  EXPECT_EQ(response.revision(), 1);
  const grpc::Status second = apply();
  EXPECT_EQ(ReasonOf(second), "REVISION_STALE");
  EXPECT_EQ(second.error_message(), "expected no configuration, but revision 1 is in force");
}

TEST(ListWorkspaces, PagesThroughThoseThatHaveAConfiguration) {
  Fixture f;
  for (const char* workspace : {"zurich", "amsterdam"}) {
    v1::ApplyConfigurationRequest request;
    request.set_workspace(workspace);
    *request.mutable_configuration() = SmallConfiguration();
    v1::ApplyConfigurationResponse response;
    ASSERT_EQ(ReasonOf(f.configurations->ApplyConfiguration(ClientContext(), request, &response)),
              "OK");
  }
  f.Apply(SmallConfiguration());
  v1::ListWorkspacesRequest request;
  request.set_page_size(2);
  std::vector<std::string> ids;
  v1::ListWorkspacesResponse response;
  do {
    ASSERT_EQ(ReasonOf(f.configurations->ListWorkspaces(ClientContext(), request, &response)),
              "OK");
    EXPECT_LE(response.workspaces_size(), 2);
    for (const v1::Workspace& workspace : response.workspaces()) {
      ids.push_back(workspace.id());
      EXPECT_EQ(workspace.revision(), workspace.id() == kWorkspace ? 2 : 1);
    }
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  std::vector<std::string> expected = {"amsterdam", kWorkspace, "zurich"};
  EXPECT_EQ(ids, expected);
  request.set_page_token("other");
  EXPECT_EQ(ReasonOf(f.configurations->ListWorkspaces(ClientContext(), request, &response)),
            "PAGE_TOKEN_INVALID");
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_EQ(ReasonOf(f.configurations->ListWorkspaces(ClientContext(), request, &response)),
            "FIELD_OUT_OF_RANGE");
}

TEST(IngestContact, MakesATicketThatShowsEverythingOfTheContact) {
  Fixture f;
  v1::Contact contact = ChatContact();
  contact.set_entry_point("www");
  contact.set_external_id("web-17");
  contact.set_conversation_key("visitor-4");
  contact.set_language("pt-br");
  contact.set_priority(3);
  contact.mutable_answer_target()->set_seconds(90);
  contact.set_customer_id("c-1");
  contact.set_customer_segment("gold");
  contact.set_subject("Onde está?");
  contact.set_payload_json(R"({"order":17})");
  (*contact.mutable_attributes())["page"] = "/cart";
  contact.add_excluded_agents("bob");
  auto* skill = contact.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
  skill->set_skill("billing");
  skill->set_level(2);
  skill->set_max_level(7);
  auto* lacking = contact.mutable_requirement()->add_all_of()->add_any_of();
  lacking->mutable_attribute()->set_key("years");
  lacking->mutable_attribute()->set_max(-1);
  lacking->set_negated(true);
  auto* preference = contact.mutable_requirement()->add_prefer();
  preference->mutable_predicate()->mutable_attribute()->set_key("region");
  preference->mutable_predicate()->mutable_attribute()->add_values("emea");
  preference->set_weight(5);
  contact.mutable_requirement()->add_agents("ana");
  v1::IngestResult result;
  ASSERT_EQ(ReasonOf(f.IngestStatus(contact, &result)), "OK");
  EXPECT_FALSE(result.joined());
  EXPECT_TRUE(result.unroutable());  // nobody has Portuguese

  const v1::Ticket ticket = f.Get(result.ticket_id());
  EXPECT_EQ(ticket.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(ticket.queue(), "chats");
  EXPECT_EQ(ticket.language(), "pt-BR");
  EXPECT_EQ(ticket.priority(), 3U);
  EXPECT_EQ(ticket.target().seconds() - ticket.queued_at().seconds(), 90);
  EXPECT_EQ(ticket.customer_id(), "c-1");
  EXPECT_EQ(ticket.customer_segment(), "gold");
  EXPECT_EQ(ticket.entry_point(), "www");
  EXPECT_EQ(ticket.external_id(), "web-17");
  EXPECT_EQ(ticket.conversation_key(), "visitor-4");
  EXPECT_EQ(ticket.subject(), "Onde está?");
  EXPECT_EQ(ticket.payload_json(), R"({"order":17})");
  EXPECT_EQ(ticket.attributes().at("page"), "/cart");
  EXPECT_EQ(ticket.excluded_agents(0), "bob");
  EXPECT_EQ(ticket.contact_count(), 1U);
  v1::Requirement asked = contact.requirement();
  auto* language = asked.add_all_of()->add_any_of()->mutable_language();
  language->set_tag("pt-BR");
  MessageDifferencer differencer;
  differencer.set_repeated_field_comparison(MessageDifferencer::AS_SET);
  EXPECT_TRUE(differencer.Compare(ticket.requirement(), asked))
      << ticket.requirement().DebugString();

  v1::IngestResult again;
  EXPECT_EQ(ReasonOf(f.IngestStatus(contact, &again)), "OK");
  EXPECT_TRUE(again.duplicate());
  EXPECT_EQ(again.ticket_id(), result.ticket_id());
  contact.set_external_id("web-18");
  EXPECT_EQ(ReasonOf(f.IngestStatus(contact, &again)), "OK");
  EXPECT_TRUE(again.joined());
  EXPECT_EQ(f.Get(result.ticket_id()).contact_count(), 2U);
}

TEST(BatchIngestContacts, TakesTheGoodAndTellsTheBadInOrder) {
  Fixture f;
  v1::BatchIngestContactsRequest request;
  request.set_workspace(kWorkspace);
  for (int i = 0; i < 100; ++i) {
    *request.add_contacts() = ChatContact();
    if (i % 10 == 3) request.mutable_contacts(i)->set_process_type("magic");
  }
  v1::BatchIngestContactsResponse response;
  ASSERT_EQ(ReasonOf(f.ingest->BatchIngestContacts(ClientContext(), request, &response)), "OK");
  ASSERT_EQ(response.items_size(), 100);
  std::string last;
  for (int i = 0; i < 100; ++i) {
    const v1::BatchIngestItem& item = response.items(i);
    if (i % 10 == 3) {
      EXPECT_EQ(item.error().reason(), "PROCESS_TYPE_UNKNOWN");
      EXPECT_EQ(item.error().code(), grpc::StatusCode::FAILED_PRECONDITION);
    } else {
      EXPECT_LT(last, item.result().ticket_id());  // decided in order
      last = item.result().ticket_id();
    }
  }
}

TEST(ListTickets, PagesThroughWithAFilter) {
  Fixture f;
  for (int i = 0; i < 7; ++i) f.Ingest(ChatContact());
  f.Ingest(JobContact());
  v1::ListTicketsRequest request;
  request.set_workspace(kWorkspace);
  request.mutable_filter()->set_queue("chats");
  request.mutable_filter()->add_states(v1::TICKET_STATE_QUEUED);
  request.set_page_size(3);
  std::set<std::string> seen;
  std::string last = "z";
  int pages = 0;
  v1::ListTicketsResponse response;
  do {
    ASSERT_EQ(ReasonOf(f.tickets->ListTickets(ClientContext(), request, &response)), "OK");
    for (const v1::Ticket& ticket : response.tickets()) {
      EXPECT_GT(last, ticket.id());  // newest first
      last = ticket.id();
      EXPECT_EQ(ticket.queue(), "chats");
      EXPECT_TRUE(seen.insert(ticket.id()).second);
    }
    request.set_page_token(response.next_page_token());
    ++pages;
  } while (!response.next_page_token().empty());
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(pages, 3);

  // A token is for the filter that it was given out for.
  request.clear_page_token();
  ASSERT_EQ(ReasonOf(f.tickets->ListTickets(ClientContext(), request, &response)), "OK");
  request.set_page_token(response.next_page_token());
  request.mutable_filter()->set_queue("jobs");
  EXPECT_EQ(ReasonOf(f.tickets->ListTickets(ClientContext(), request, &response)),
            "PAGE_TOKEN_INVALID");
}

TEST(ListTicketEvents, TellsALifeFromTheStartInPages) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.Finish(ann, ticket)), "OK");
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_WRAP_UP);
  EXPECT_EQ(ReasonOf(f.Complete(ann, ticket, "solved")), "OK");
  v1::ListTicketEventsRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  request.set_page_size(2);
  std::vector<v1::EventType> types;
  int64_t last = 0;
  v1::ListTicketEventsResponse response;
  do {
    ASSERT_EQ(ReasonOf(f.tickets->ListTicketEvents(ClientContext(), request, &response)), "OK");
    EXPECT_LE(response.events_size(), 2);
    for (const v1::Event& event : response.events()) {
      EXPECT_GT(event.sequence(), last);
      last = event.sequence();
      EXPECT_EQ(event.ticket_id(), ticket);
      types.push_back(event.type());
    }
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  ASSERT_GE(types.size(), 5U);
  EXPECT_EQ(types.front(), v1::EVENT_TYPE_TICKET_CREATED);
  EXPECT_EQ(types[1], v1::EVENT_TYPE_TICKET_OFFERED);
  EXPECT_EQ(types[2], v1::EVENT_TYPE_OFFER_ACCEPTED);
  EXPECT_EQ(types.back(), v1::EVENT_TYPE_TICKET_COMPLETED);
  EXPECT_EQ(f.Get(ticket).disposition(), "solved");
}

TEST(ExplainTicket, SaysWhoCouldTakeItAndWhyNobodyDoes) {
  Fixture f;
  const std::string ticket = f.Ingest(ChatContact());
  v1::ExplainTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(ticket);
  v1::ExplainTicketResponse response;
  ASSERT_EQ(ReasonOf(f.tickets->ExplainTicket(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(response.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(response.agents(), 2);
  EXPECT_EQ(response.qualified_agents(), 2);
  EXPECT_FALSE(response.unroutable());
  ASSERT_EQ(response.obstacles_size(), 1);
  EXPECT_EQ(response.obstacles(0).kind(), v1::OBSTACLE_KIND_OFFLINE);
  EXPECT_EQ(response.obstacles(0).agents(), 2);
  EXPECT_GE(response.clauses_size(), 3);
}

TEST(ExplainTicket, ExplainsTheFirstThatWaitsInAQueue) {
  Fixture f;
  v1::ExplainTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_queue("chats");
  v1::ExplainTicketResponse response;
  const auto explain = [&] {
    return f.tickets->ExplainTicket(ClientContext(), request, &response);
  };
  EXPECT_EQ(ReasonOf(explain()), "TICKET_NOT_FOUND");
  const std::string first = f.Ingest(ChatContact());
  f.Ingest(ChatContact());
  ASSERT_EQ(ReasonOf(explain()), "OK");
  EXPECT_EQ(response.ticket_id(), first);
  EXPECT_EQ(response.queue(), "chats");
  request.set_queue("nowhere");
  EXPECT_EQ(ReasonOf(explain()), "QUEUE_NOT_FOUND");
  request.set_ticket_id(first);
  ExpectRefusal(explain(), "FIELD_MALFORMED", "queue");
  request.clear_ticket_id();
  request.clear_queue();
  ExpectRefusal(explain(), "FIELD_REQUIRED", "ticket_id");
}

TEST(ExplainTicket, ForeseesWhatThePlanDoesNext) {
  Fixture f;
  v1::Contact contact = ChatContact();
  v1::PlanStep* overflow = contact.mutable_plan()->add_steps();
  overflow->mutable_after()->set_seconds(60);
  overflow->set_queue("private");
  overflow->mutable_condition()->set_waiting_more_than(1);
  v1::ExplainTicketRequest request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(f.Ingest(contact));
  v1::ExplainTicketResponse response;
  ASSERT_EQ(ReasonOf(f.tickets->ExplainTicket(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(response.next_step().queue(), "private");
  EXPECT_EQ(response.next_step().condition().waiting_more_than(), 1);
  EXPECT_EQ(response.next_step().skipped(), "CONDITION");
  EXPECT_FALSE(response.next_step().has_expire());

  v1::PlanStep* expire = contact.mutable_plan()->mutable_steps(0);
  expire->clear_queue();
  expire->clear_condition();
  expire->mutable_expire()->set_reason("late");
  request.set_ticket_id(f.Ingest(contact));
  response.Clear();
  ASSERT_EQ(ReasonOf(f.tickets->ExplainTicket(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(response.next_step().expire().reason(), "late");
  EXPECT_EQ(response.next_step().skipped(), "");
  EXPECT_EQ(response.next_step().clauses_size(), 0);
}

TEST(ExpiredTickets, AreClosedAndFoundByTheirState) {
  Fixture f;
  v1::Contact contact = ChatContact();
  v1::PlanStep* skipped = contact.mutable_plan()->add_steps();
  skipped->mutable_after()->set_seconds(1);
  skipped->set_queue("private");
  skipped->mutable_condition()->set_waiting_more_than(9);
  v1::PlanStep* expire = contact.mutable_plan()->add_steps();
  expire->mutable_after()->set_nanos(1'000'000);
  expire->mutable_after()->set_seconds(1);
  expire->mutable_expire()->set_reason("late");
  const std::string id = f.Ingest(contact);
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  while (f.Get(id).state() != v1::TICKET_STATE_EXPIRED && absl::Now() < give_up) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  const v1::Ticket ticket = f.Get(id);
  EXPECT_EQ(ticket.state(), v1::TICKET_STATE_EXPIRED);
  EXPECT_EQ(ticket.queue(), "chats");
  EXPECT_EQ(ticket.plan_steps_taken(), 2);
  ASSERT_EQ(ticket.plan_steps_skipped_size(), 1);
  EXPECT_EQ(ticket.plan_steps_skipped(0), 1);
  EXPECT_TRUE(ticket.has_closed_at());
  EXPECT_EQ(Decode(f.Cancel(id)).metadata.at("state"), "EXPIRED");
  v1::ListTicketsRequest list;
  list.set_workspace(kWorkspace);
  list.mutable_filter()->add_states(v1::TICKET_STATE_EXPIRED);
  v1::ListTicketsResponse listed;
  ASSERT_EQ(ReasonOf(f.tickets->ListTickets(ClientContext(), list, &listed)), "OK");
  ASSERT_EQ(listed.tickets_size(), 1);
  EXPECT_EQ(listed.tickets(0).id(), id);
}

TEST(TicketVerbs, MoveATicket) {
  Fixture f;
  const std::string canceled = f.Ingest(ChatContact());
  EXPECT_EQ(ReasonOf(f.Cancel(canceled)), "OK");
  EXPECT_EQ(f.Get(canceled).state(), v1::TICKET_STATE_CANCELED);
  const std::string moved = f.Ingest(ChatContact());
  EXPECT_EQ(ReasonOf(f.Transfer(moved, "private")), "OK");
  EXPECT_EQ(f.Get(moved).queue(), "private");
  EXPECT_EQ(ReasonOf(f.Cancel(moved)), "OK");
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string released = f.Take(ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.Release(ann, released)), "OK");
  EXPECT_EQ(f.Get(released).state(), v1::TICKET_STATE_QUEUED);
}

TEST(AgentVerbs, DeclineAndFail) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  f.Ingest(ChatContact());
  EXPECT_EQ(ReasonOf(f.Decline(ann, f.OfferOf(ann))), "OK");
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 0);
  f.Ingest(ChatContact());
  EXPECT_EQ(ReasonOf(f.Decline(ann, f.OfferOf(ann), v1::DECLINE_CAUSE_DEVICE)), "OK");
  EXPECT_EQ(f.Snapshot(ann).state().status(), v1::AGENT_STATUS_NOT_READY);
  EXPECT_EQ(f.Snapshot(ann).state().reason(), "device");
  EXPECT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  const v1::AgentSnapshot snapshot = f.Snapshot(ann);
  EXPECT_EQ(snapshot.state().reason(), "lunch");
  EXPECT_EQ(snapshot.generation(), ann.generation());
  EXPECT_GT(snapshot.server_time().seconds(), 0);
  EXPECT_EQ(snapshot.dispositions(0), "solved");
  EXPECT_EQ(snapshot.parking_reasons(0), "customer");
}

TEST(Media, ConnectsAndEndsACall) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, CallContact());
  const std::string offer = f.Get(ticket).offer_id();
  bool applied = false;
  const auto report = [&](v1::MediaEventType type, v1::Party party) {
    EXPECT_EQ(ReasonOf(f.Report(ticket, offer, type, party, &applied)), "OK");
    return applied;
  };
  EXPECT_TRUE(report(v1::MEDIA_EVENT_TYPE_CONNECTED, v1::PARTY_UNSPECIFIED));
  EXPECT_FALSE(report(v1::MEDIA_EVENT_TYPE_CONNECTED, v1::PARTY_UNSPECIFIED));
  EXPECT_TRUE(report(v1::MEDIA_EVENT_TYPE_HELD, v1::PARTY_UNSPECIFIED));
  EXPECT_TRUE(report(v1::MEDIA_EVENT_TYPE_RETRIEVED, v1::PARTY_UNSPECIFIED));
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_TRUE(report(v1::MEDIA_EVENT_TYPE_DISCONNECTED, v1::PARTY_CUSTOMER));
  EXPECT_NE(f.Get(ticket).state(), v1::TICKET_STATE_ACTIVE);
}

TEST(Work, IsClaimedExtendedStartedAndDone) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  EXPECT_TRUE(f.Claim(ann, 5).empty());
  v1::Contact job = JobContact();
  job.set_payload_json("[1]");
  const std::string ticket = f.Ingest(job);
  const auto claimed = f.Claim(ann, 5);
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].id(), ticket);
  EXPECT_EQ(claimed[0].state(), v1::TICKET_STATE_ASSIGNED);
  EXPECT_EQ(claimed[0].payload_json(), "[1]");
  EXPECT_TRUE(claimed[0].has_lease_expires_at());

  v1::ExtendLeasesRequest request;
  request.set_workspace(kWorkspace);
  *request.mutable_session() = ann;
  v1::ExtendLeasesResponse response;
  ASSERT_EQ(ReasonOf(f.work->ExtendLeases(ClientContext(), request, &response)), "OK");
  ASSERT_EQ(response.leases_size(), 1);
  EXPECT_EQ(response.leases(0).ticket_id(), ticket);

  EXPECT_EQ(ReasonOf(f.Start(ann, ticket)), "OK");
  EXPECT_EQ(f.Get(ticket).state(), v1::TICKET_STATE_ACTIVE);
  EXPECT_EQ(ReasonOf(f.Complete(ann, ticket)), "OK");
  EXPECT_EQ(f.Get(ticket).disposition(), "NOT_SET");
}

TEST(ClaimTickets, RepeatedWithItsRequestIdGivesTheSameTickets) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  f.Ingest(JobContact());
  f.Ingest(JobContact());
  v1::ClaimTicketsRequest request;
  request.set_workspace(kWorkspace);
  request.set_request_id("0a4a8f0e-3a35-4bb1-8c1f-2f6f1f7f9a10");
  *request.mutable_session() = ann;
  v1::ClaimTicketsResponse first;
  v1::ClaimTicketsResponse second;
  ASSERT_EQ(ReasonOf(f.work->ClaimTickets(ClientContext(), request, &first)), "OK");
  ASSERT_EQ(ReasonOf(f.work->ClaimTickets(ClientContext(), request, &second)), "OK");
  ASSERT_EQ(first.tickets_size(), 1);
  ASSERT_EQ(second.tickets_size(), 1);
  EXPECT_EQ(first.tickets(0).id(), second.tickets(0).id());
}

TEST(QueueStatistics, CountWhatWaitsAndWhatWasDone) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  const std::string ticket = f.Take(ann, ChatContact());
  EXPECT_EQ(ReasonOf(f.Complete(ann, ticket)), "OK");
  EXPECT_EQ(ReasonOf(f.SetStatus(ann, v1::AGENT_STATUS_NOT_READY, "lunch")), "OK");
  f.Ingest(ChatContact());
  v1::ListQueueStatisticsRequest request;
  request.set_workspace(kWorkspace);
  v1::ListQueueStatisticsResponse response;
  ASSERT_EQ(ReasonOf(f.queues->ListQueueStatistics(ClientContext(), request, &response)), "OK");
  ASSERT_EQ(response.queues_size(), 5);
  const v1::QueueStatistics& calls = response.queues(0);
  const v1::QueueStatistics& chats = response.queues(1);
  EXPECT_EQ(calls.queue(), "calls");
  EXPECT_FALSE(calls.has_service_level());
  EXPECT_FALSE(calls.has_oldest_waiting());
  EXPECT_EQ(chats.queue(), "chats");
  EXPECT_EQ(chats.waiting(), 1);
  EXPECT_TRUE(chats.has_oldest_waiting());
  EXPECT_EQ(chats.agents(), 1);
  EXPECT_EQ(chats.available_agents(), 0);
  EXPECT_EQ(chats.answered(), 1);
  EXPECT_EQ(chats.completed(), 1);
  EXPECT_DOUBLE_EQ(chats.service_level(), 1.0);
  EXPECT_GT(response.server_time().seconds(), 0);
}

TEST(SystemService, TellsVersionAndClock) {
  FixtureOptions options;
  options.engine.clock_speed = 8.0;
  Fixture f(options);
  v1::GetServerInfoResponse response;
  ASSERT_EQ(ReasonOf(f.system->GetServerInfo(ClientContext(), {}, &response)), "OK");
  EXPECT_FALSE(response.version().empty());
  EXPECT_DOUBLE_EQ(response.clock_speed(), 8.0);
  EXPECT_TRUE(response.ready());
  EXPECT_GT(response.server_time().seconds(), 1'600'000'000);
}

}  // namespace
}  // namespace tandem::rpc
