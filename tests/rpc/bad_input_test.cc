// Goal: whatever a caller sends, the answer names what is wrong and where. Method: tables of one
// change to a good request each, with the reason and the field that the answer must have.
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "google/protobuf/util/time_util.h"

#include "gtest/gtest.h"
#include "router/limits.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

// One server for all rows: nothing of a refused request is kept.
class BadInput : public testing::Test {
 protected:
  static void SetUpTestSuite() { fixture_ = new Fixture; }
  static void TearDownTestSuite() {
    delete fixture_;
    fixture_ = nullptr;
  }
  static Fixture& fixture() { return *fixture_; }

 private:
  static Fixture* fixture_;
};
Fixture* BadInput::fixture_ = nullptr;

// ------------------------------------------------------------------------------------------------------
// contacts

struct ContactRow {
  const char* what;
  std::function<void(v1::Contact&)> change;
  const char* reason;
  const char* field;
};

v1::PlanStep* AddStep(v1::Contact& contact) {
  v1::PlanStep* step = contact.mutable_plan()->add_steps();
  step->mutable_after()->set_seconds(20);
  return step;
}

v1::Predicate* AddPredicate(v1::Contact& contact) {
  return contact.mutable_requirement()->add_all_of()->add_any_of();
}

std::string Nested(size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

const std::vector<ContactRow>& ContactRows() {
  static const std::vector<ContactRow>* const rows = new std::vector<ContactRow>{
      {"no channel", [](auto& c) { c.clear_channel(); }, "FIELD_REQUIRED", "contact.channel"},
      {"no client", [](auto& c) { c.clear_client(); }, "FIELD_REQUIRED", "contact.client"},
      {"no process type", [](auto& c) { c.clear_process_type(); }, "FIELD_REQUIRED",
       "contact.process_type"},
      {"id with a blank", [](auto& c) { c.set_client("a b"); }, "FIELD_MALFORMED",
       "contact.client"},
      {"id in capitals", [](auto& c) { c.set_queue("Chats"); }, "FIELD_MALFORMED",
       "contact.queue"},
      {"id too long", [](auto& c) { c.set_channel(std::string(65, 'a')); }, "FIELD_TOO_LARGE",
       "contact.channel"},
      {"entry point too long", [](auto& c) { c.set_entry_point(std::string(129, 'a')); },
       "FIELD_TOO_LARGE", "contact.entry_point"},
      {"external id too long", [](auto& c) { c.set_external_id(std::string(129, 'a')); },
       "FIELD_TOO_LARGE", "contact.external_id"},
      {"conversation key too long",
       [](auto& c) { c.set_conversation_key(std::string(257, 'a')); }, "FIELD_TOO_LARGE",
       "contact.conversation_key"},
      {"customer id too long", [](auto& c) { c.set_customer_id(std::string(129, 'a')); },
       "FIELD_TOO_LARGE", "contact.customer_id"},
      {"subject too long", [](auto& c) { c.set_subject(std::string(2'049, 'a')); },
       "FIELD_TOO_LARGE", "contact.subject"},
      {"subject with NUL", [](auto& c) { c.set_subject(std::string("a\0b", 3)); }, "TEXT_HAS_NUL",
       "contact.subject"},
      {"a time too far away",
       [](auto& c) { c.mutable_not_before()->set_seconds(253'402'300'799); },
       "FIELD_OUT_OF_RANGE", "contact.not_before"},
      {"priority 10", [](auto& c) { c.set_priority(10); }, "FIELD_OUT_OF_RANGE",
       "contact.priority"},
      {"language with a blank", [](auto& c) { c.set_language("en us"); },
       "LANGUAGE_TAG_MALFORMED", "contact.language"},
      {"language with an underscore", [](auto& c) { c.set_language("en_US"); },
       "LANGUAGE_TAG_MALFORMED", "contact.language"},
      {"language of one letter", [](auto& c) { c.set_language("e"); }, "LANGUAGE_TAG_MALFORMED",
       "contact.language"},
      {"skill level 11",
       [](auto& c) {
         auto* skill = AddPredicate(c)->mutable_skill();
         skill->set_skill("billing");
         skill->set_level(11);
       },
       "FIELD_OUT_OF_RANGE", "contact.requirement.all_of[0].any_of[0].skill.level"},
      {"skill level 0",
       [](auto& c) { AddPredicate(c)->mutable_skill()->set_skill("billing"); },
       "FIELD_OUT_OF_RANGE", "contact.requirement.all_of[0].any_of[0].skill.level"},
      {"language level beyond C2",
       [](auto& c) {
         auto* language = AddPredicate(c)->mutable_language();
         language->set_tag("fr");
         language->set_level(static_cast<v1::CefrLevel>(7));
       },
       "FIELD_OUT_OF_RANGE", "contact.requirement.all_of[0].any_of[0].language.level"},
      {"bound that is no number",
       [](auto& c) {
         auto* attribute = AddPredicate(c)->mutable_attribute();
         attribute->set_key("amount");
         attribute->set_max(std::nan(""));
       },
       "FIELD_OUT_OF_RANGE", "contact.requirement.all_of[0].any_of[0].attribute.max"},
      {"predicate without a kind", [](auto& c) { AddPredicate(c); }, "FIELD_REQUIRED",
       "contact.requirement.all_of[0].any_of[0]"},
      {"clause without predicates", [](auto& c) { c.mutable_requirement()->add_all_of(); },
       "FIELD_REQUIRED", "contact.requirement.all_of[0].any_of"},
      {"17 clauses",
       [](auto& c) {
         for (int i = 0; i < 17; ++i) AddPredicate(c)->set_site("lisbon");
       },
       "FIELD_TOO_LARGE", "contact.requirement.all_of"},
      {"9 predicates",
       [](auto& c) {
         auto* clause = c.mutable_requirement()->add_all_of();
         for (int i = 0; i < 9; ++i) clause->add_any_of()->set_site("lisbon");
       },
       "FIELD_TOO_LARGE", "contact.requirement.all_of[0].any_of"},
      {"answer target of nothing", [](auto& c) { c.mutable_answer_target(); },
       "FIELD_OUT_OF_RANGE", "contact.answer_target"},
      {"answer target of half a second",
       [](auto& c) { c.mutable_answer_target()->set_nanos(500'000'000); }, "FIELD_OUT_OF_RANGE",
       "contact.answer_target"},
      {"answer target of 31 days",
       [](auto& c) { c.mutable_answer_target()->set_seconds(31 * 86'400); },
       "FIELD_OUT_OF_RANGE", "contact.answer_target"},
      {"answer target of two signs",
       [](auto& c) {
         c.mutable_answer_target()->set_seconds(1);
         c.mutable_answer_target()->set_nanos(-1);
       },
       "FIELD_OUT_OF_RANGE", "contact.answer_target"},
      {"expiry that raises the priority, too",
       [](auto& c) {
         v1::PlanStep* step = AddStep(c);
         step->mutable_expire();
         step->set_min_priority(1);
       },
       "FIELD_MALFORMED", "contact.plan.steps[0]"},
      {"condition of a negative wait",
       [](auto& c) {
         v1::PlanStep* step = AddStep(c);
         step->set_queue("chats");
         step->mutable_condition()->mutable_oldest_waits_longer_than()->set_seconds(-1);
       },
       "FIELD_OUT_OF_RANGE", "contact.plan.steps[0].condition.oldest_waits_longer_than"},
      {"condition of a negative estimate",
       [](auto& c) {
         v1::PlanStep* step = AddStep(c);
         step->set_queue("chats");
         step->mutable_condition()->mutable_estimated_wait_longer_than()->set_seconds(-1);
       },
       "FIELD_OUT_OF_RANGE", "contact.plan.steps[0].condition.estimated_wait_longer_than"},
      {"condition of a service level above all",
       [](auto& c) {
         v1::PlanStep* step = AddStep(c);
         step->set_queue("chats");
         step->mutable_condition()->set_service_level_below_percent(101);
       },
       "FIELD_OUT_OF_RANGE", "contact.plan.steps[0].condition.service_level_below_percent"},
      {"step that does not say when",
       [](auto& c) { c.mutable_plan()->add_steps()->set_queue("chats"); }, "FIELD_REQUIRED",
       "contact.plan.steps[0].after"},
      {"offers of a step that are held for no time",
       [](auto& c) {
         v1::PlanStep* step = c.mutable_plan()->add_steps();
         step->mutable_after();
         step->mutable_offer_timeout();
       },
       "FIELD_OUT_OF_RANGE", "contact.plan.steps[0].offer_timeout"},
      {"step that offers to too many at once",
       [](auto& c) {
         v1::PlanStep* step = c.mutable_plan()->add_steps();
         step->mutable_after();
         step->set_concurrent_offers(11);
       },
       "FIELD_OUT_OF_RANGE", "contact.plan.steps[0].concurrent_offers"},
      {"condition of more agents than there may be",
       [](auto& c) {
         v1::PlanStep* step = c.mutable_plan()->add_steps();
         step->mutable_after();
         step->set_queue("chats");
         step->mutable_condition()->set_available_agents_fewer_than(100'001);
       },
       "FIELD_OUT_OF_RANGE", "contact.plan.steps[0].condition.available_agents_fewer_than"},
      {"condition that asks nothing",
       [](auto& c) {
         v1::PlanStep* step = AddStep(c);
         step->set_queue("chats");
         step->mutable_condition();
       },
       "FIELD_REQUIRED", "contact.plan.steps[0].condition"},
      {"step that asks for less and for something else",
       [](auto& c) {
         v1::PlanStep* step = AddStep(c);
         step->mutable_requirement();
         step->mutable_relax()->set_agents(true);
       },
       "FIELD_MALFORMED", "contact.plan.steps[0]"},
      {"17 skills that are asked no longer",
       [](auto& c) {
         v1::PlanStep* step = AddStep(c);
         for (int i = 0; i < 17; ++i) step->mutable_relax()->add_skills("cards");
       },
       "FIELD_TOO_LARGE", "contact.plan.steps[0].relax.skills"},
      {"due in 1971", [](auto& c) { c.mutable_due_at()->set_seconds(31'536'000); },
       "FIELD_OUT_OF_RANGE", "contact.due_at"},
      {"due in the year 30,000",
       [](auto& c) { c.mutable_due_at()->set_seconds(884'541'340'800); }, "FIELD_OUT_OF_RANGE",
       "contact.due_at"},
      {"received at the epoch", [](auto& c) { c.mutable_received_at(); }, "FIELD_OUT_OF_RANGE",
       "contact.received_at"},
      {"unknown direction",
       [](auto& c) { c.set_direction(static_cast<v1::Direction>(9)); }, "FIELD_OUT_OF_RANGE",
       "contact.direction"},
      {"unknown party", [](auto& c) { c.set_initiated_by(static_cast<v1::Party>(9)); },
       "FIELD_OUT_OF_RANGE", "contact.initiated_by"},
      {"payload that is no JSON", [](auto& c) { c.set_payload_json("{\"a\":}"); },
       "PAYLOAD_NOT_JSON", "contact.payload_json"},
      {"payload of two documents", [](auto& c) { c.set_payload_json("{} {}"); },
       "PAYLOAD_NOT_JSON", "contact.payload_json"},
      {"payload with an escaped NUL", [](auto& c) { c.set_payload_json(R"({"a":"\u0000"})"); },
       "TEXT_HAS_NUL", "contact.payload_json"},
      {"payload with an escaped NUL in a key",
       [](auto& c) { c.set_payload_json(R"({"\u0000":1})"); }, "TEXT_HAS_NUL",
       "contact.payload_json"},
      {"payload with half a surrogate", [](auto& c) { c.set_payload_json(R"(["\ud800"])"); },
       "PAYLOAD_NOT_JSON", "contact.payload_json"},
      {"payload nested too deep", [](auto& c) { c.set_payload_json(Nested(65)); },
       "FIELD_TOO_LARGE", "contact.payload_json"},
      {"payload nested absurdly deep", [](auto& c) { c.set_payload_json(Nested(30'000)); },
       "FIELD_TOO_LARGE", "contact.payload_json"},
      {"payload too large",
       [](auto& c) { c.set_payload_json("\"" + std::string(65'536, 'a') + "\""); },
       "FIELD_TOO_LARGE", "contact.payload_json"},
      {"65 attributes",
       [](auto& c) {
         for (int i = 0; i < 65; ++i) (*c.mutable_attributes())[std::to_string(i)] = "x";
       },
       "FIELD_TOO_LARGE", "contact.attributes"},
      {"attribute without a key", [](auto& c) { (*c.mutable_attributes())[""] = "x"; },
       "FIELD_REQUIRED", "contact.attributes"},
      {"17 excluded agents",
       [](auto& c) {
         for (int i = 0; i < 17; ++i) c.add_excluded_agents("ann");
       },
       "FIELD_TOO_LARGE", "contact.excluded_agents"},
  };
  return *rows;
}

TEST_F(BadInput, OfContactsIsRefusedWithReasonAndField) {
  for (const ContactRow& row : ContactRows()) {
    SCOPED_TRACE(row.what);
    v1::Contact contact = ChatContact();
    row.change(contact);
    ExpectRefusal(fixture().IngestStatus(contact), row.reason, row.field);
  }
  EXPECT_TRUE(fixture().store.Copy().tickets.empty());
}

TEST_F(BadInput, OfContactsInABatchIsToldItemByItem) {
  v1::BatchIngestContactsRequest request;
  request.set_workspace(kWorkspace);
  for (const ContactRow& row : ContactRows()) {
    v1::Contact& contact = *request.add_contacts();
    contact = ChatContact();
    row.change(contact);
  }
  v1::BatchIngestContactsResponse response;
  ASSERT_EQ(ReasonOf(fixture().ingest->BatchIngestContacts(ClientContext(), request, &response)),
            "OK");
  ASSERT_EQ(static_cast<size_t>(response.items_size()), ContactRows().size());
  for (int i = 0; i < response.items_size(); ++i) {
    const ContactRow& row = ContactRows()[static_cast<size_t>(i)];
    SCOPED_TRACE(row.what);
    EXPECT_EQ(response.items(i).error().reason(), row.reason);
    EXPECT_EQ(response.items(i).error().code(), grpc::StatusCode::INVALID_ARGUMENT);
    // Paths start at the item.
    EXPECT_EQ("contact." + response.items(i).error().field(), row.field);
  }
}

TEST_F(BadInput, AllFaultsAreNamedAtOnce) {
  v1::Contact contact = ChatContact();
  contact.clear_client();
  contact.set_priority(10);
  contact.set_direction(static_cast<v1::Direction>(9));
  EXPECT_EQ(Decode(fixture().IngestStatus(contact)).fields.size(), 3U);
}

// ------------------------------------------------------------------------------------------------
// configurations

struct ConfigurationRow {
  const char* what;
  std::function<void(v1::Configuration&)> change;
  const char* reason;
  const char* field;
};

TEST_F(BadInput, OfConfigurationsIsRefusedWithReasonAndField) {
  const ConfigurationRow rows[] = {
      {"queue without office", [](auto& c) { c.mutable_queues(0)->clear_office(); },
       "FIELD_REQUIRED", "configuration.queues[0].office"},
      {"queue of unknown urgency",
       [](auto& c) { c.mutable_queues(1)->set_urgency(static_cast<v1::Urgency>(3)); },
       "FIELD_OUT_OF_RANGE", "configuration.queues[1].urgency"},
      {"queue without id", [](auto& c) { c.mutable_queues(0)->clear_id(); }, "FIELD_REQUIRED",
       "configuration.queues[0].id"},
      {"offer time-out of an explicit zero",
       [](auto& c) { c.mutable_queues(0)->mutable_offer_timeout(); }, "FIELD_OUT_OF_RANGE",
       "configuration.queues[0].offer_timeout"},
      {"lease of 8 days",
       [](auto& c) { c.mutable_queues(2)->mutable_lease_duration()->set_seconds(8 * 86'400); },
       "FIELD_OUT_OF_RANGE", "configuration.queues[2].lease_duration"},
      {"channel without group", [](auto& c) { c.add_channels()->set_id("fax"); }, "FIELD_REQUIRED",
       "configuration.channels[0].capacity_group"},
      {"queue of an unknown client", [](auto& c) { c.mutable_queues(3)->set_client("nobody"); },
       "REFERENCE_BROKEN", "configuration.queues[3].client"},
      {"two skills of one id", [](auto& c) { c.add_skills()->set_id("billing"); }, "ID_DUPLICATE",
       "configuration.skills[1].id"},
      {"capacity group twice",
       [](auto& c) {
         for (int i = 0; i < 2; ++i) {
           auto* group = c.mutable_agents(0)->mutable_capacity()->add_groups();
           group->set_group(v1::CAPACITY_GROUP_VOICE);
           group->set_max(1);
         }
       },
       "ID_DUPLICATE", "configuration.agents[0].capacity.groups[1].group"},
      {"two groups that interrupt each other",
       [](auto& c) {
         auto* capacity = c.mutable_agents(0)->mutable_capacity();
         for (const auto group : {v1::CAPACITY_GROUP_VOICE, v1::CAPACITY_GROUP_EMAIL}) {
           capacity->add_groups()->set_group(group);
         }
         capacity->mutable_groups(0)->add_interrupts(v1::CAPACITY_GROUP_EMAIL);
         capacity->mutable_groups(1)->add_interrupts(v1::CAPACITY_GROUP_VOICE);
       },
       "FIELD_MALFORMED", "configuration.agents[0].capacity.groups.interrupts"},
      {"a group that interrupts itself",
       [](auto& c) {
         auto* group = c.mutable_agents(0)->mutable_capacity()->add_groups();
         group->set_group(v1::CAPACITY_GROUP_VOICE);
         group->add_interrupts(v1::CAPACITY_GROUP_VOICE);
       },
       "FIELD_MALFORMED", "configuration.agents[0].capacity.groups.interrupts"},
      {"a group that is interrupted twice",
       [](auto& c) {
         auto* group = c.mutable_agents(0)->mutable_capacity()->add_groups();
         group->set_group(v1::CAPACITY_GROUP_VOICE);
         for (int i = 0; i < 2; ++i) group->add_interrupts(v1::CAPACITY_GROUP_TASK);
       },
       "ID_DUPLICATE", "configuration.agents[0].capacity.groups.interrupts"},
      {"an interrupted group that no enum has",
       [](auto& c) {
         auto* group = c.mutable_agents(0)->mutable_capacity()->add_groups();
         group->set_group(v1::CAPACITY_GROUP_VOICE);
         group->add_interrupts(static_cast<v1::CapacityGroup>(9));
       },
       "FIELD_OUT_OF_RANGE", "configuration.agents[0].capacity.groups[0].interrupts[0]"},
      {"agent with a malformed language",
       [](auto& c) { c.mutable_agents(1)->mutable_languages(0)->set_tag("fr-"); },
       "LANGUAGE_TAG_MALFORMED", "configuration.agents[1].languages[0].tag"},
      {"name with NUL",
       [](auto& c) { c.mutable_clients(0)->set_display_name(std::string("a\0", 2)); },
       "TEXT_HAS_NUL", "configuration.clients[0].display_name"},
      {"team of which 101 percent may pause",
       [](auto& c) {
         c.add_teams()->set_id("north");
         c.mutable_teams(0)->set_max_paused_percent(101);
       },
       "FIELD_OUT_OF_RANGE", "configuration.teams[0].max_paused_percent"},
      {"BACK floor beyond all agents",
       [](auto& c) { c.mutable_routing_profiles(0)->set_back_floor(100'001); },
       "FIELD_OUT_OF_RANGE", "configuration.routing_profiles[0].back_floor"},
      {"client whose ceiling is below its floor",
       [](auto& c) {
         c.mutable_clients(0)->mutable_fair_share()->set_floor(3);
         c.mutable_clients(0)->mutable_fair_share()->set_ceiling(2);
       },
       "FIELD_OUT_OF_RANGE", "configuration.clients[0].fair_share.ceiling"},
      {"client of a weight beyond all",
       [](auto& c) { c.mutable_clients(0)->mutable_fair_share()->set_weight(4'294'967'295U); },
       "FIELD_OUT_OF_RANGE", "configuration.clients[0].fair_share.weight"},
      {"grace of an hour", [](auto& c) { c.mutable_session_grace()->set_seconds(3'600); },
       "FIELD_OUT_OF_RANGE", "configuration.session_grace"},
      {"negative cool-down", [](auto& c) { c.mutable_cool_down()->set_seconds(-1); },
       "FIELD_OUT_OF_RANGE", "configuration.cool_down"},
      {"return of chats in the past",
       [](auto& c) { c.mutable_return_after()->mutable_messaging()->set_seconds(-1); },
       "FIELD_OUT_OF_RANGE", "configuration.return_after.messaging"},
      {"return of tasks after 31 days",
       [](auto& c) { c.mutable_return_after()->mutable_task()->set_seconds(31 * 86'400); },
       "FIELD_OUT_OF_RANGE", "configuration.return_after.task"},
      {"return after a span that is none",
       [](auto& c) { c.mutable_return_after()->mutable_voice()->set_nanos(-1'000'000'001); },
       "FIELD_OUT_OF_RANGE", "configuration.return_after.voice"},
  };
  for (const ConfigurationRow& row : rows) {
    SCOPED_TRACE(row.what);
    v1::Configuration configuration = SmallConfiguration();
    row.change(configuration);
    ExpectRefusal(fixture().ApplyStatus(configuration), row.reason, row.field);
  }
  ExpectRefusal(fixture().ApplyStatus(SmallConfiguration(), -2), "FIELD_OUT_OF_RANGE",
                "expected_revision");
}

// --------------------------------------------------------------------------------------------------
// supervisors

TEST_F(BadInput, OfSupervisorsIsRefused) {
  Fixture& f = fixture();
  v1::AssignTicketRequest assign;
  assign.set_workspace(kWorkspace);
  assign.set_ticket_id("01890000-0000-7000-8000-000000000001");
  assign.set_agent("ann");
  const auto assigned = [&] {
    v1::AssignTicketResponse response;
    return f.supervisors->AssignTicket(ClientContext(), assign, &response);
  };
  ExpectRefusal(assigned(), "FIELD_REQUIRED", "supervisor");
  assign.set_supervisor(std::string(129, 's'));
  ExpectRefusal(assigned(), "FIELD_TOO_LARGE", "supervisor");
  assign.set_supervisor(std::string("s\0", 2));
  ExpectRefusal(assigned(), "TEXT_HAS_NUL", "supervisor");
  assign.set_supervisor("sue");
  assign.clear_agent();
  ExpectRefusal(assigned(), "FIELD_REQUIRED", "agent");
  v1::RequeueTicketRequest requeue;
  requeue.set_workspace(kWorkspace);
  requeue.set_ticket_id(assign.ticket_id());
  v1::RequeueTicketResponse requeued;
  ExpectRefusal(f.supervisors->RequeueTicket(ClientContext(), requeue, &requeued), "FIELD_REQUIRED",
                "supervisor");

  v1::OverrideAgentStatusRequest order;
  order.set_workspace(kWorkspace);
  order.set_agent("ann");
  order.set_supervisor("sue");
  const auto ordered = [&] {
    v1::OverrideAgentStatusResponse response;
    return f.supervisors->OverrideAgentStatus(ClientContext(), order, &response);
  };
  ExpectRefusal(ordered(), "FIELD_REQUIRED", "status");
  order.set_status(static_cast<v1::AgentStatus>(6));
  ExpectRefusal(ordered(), "FIELD_OUT_OF_RANGE", "status");
  order.set_status(v1::AGENT_STATUS_AVAILABLE);
  order.set_next_status(v1::AGENT_STATUS_OFFLINE);
  ExpectRefusal(ordered(), "FIELD_MALFORMED", "next_status");
  order.set_status(v1::AGENT_STATUS_DRAINING);
  order.set_next_status(v1::AGENT_STATUS_NOT_READY);
  ExpectRefusal(ordered(), "FIELD_REQUIRED", "next_reason");
  order.set_next_status(v1::AGENT_STATUS_OFFLINE);
  order.set_next_reason("lunch");
  ExpectRefusal(ordered(), "FIELD_MALFORMED", "next_reason");
  order.clear_next_reason();
  order.clear_next_status();
  order.set_status(v1::AGENT_STATUS_OFFLINE);
  order.add_groups(v1::CAPACITY_GROUP_VOICE);
  ExpectRefusal(ordered(), "FIELD_MALFORMED", "groups");
  order.set_status(v1::AGENT_STATUS_AVAILABLE);
  order.add_groups(static_cast<v1::CapacityGroup>(9));
  ExpectRefusal(ordered(), "FIELD_OUT_OF_RANGE", "groups[1]");

  v1::ExplainAgentRequest explain;
  explain.set_workspace(kWorkspace);
  v1::ExplainAgentResponse explained;
  ExpectRefusal(f.supervisors->ExplainAgent(ClientContext(), explain, &explained), "FIELD_REQUIRED",
                "agent");

  v1::SetShiftEndRequest shift;
  shift.set_workspace(kWorkspace);
  const auto set = [&] {
    v1::SetShiftEndResponse response;
    return f.supervisors->SetShiftEnd(ClientContext(), shift, &response);
  };
  shift.set_supervisor("sue");
  ExpectRefusal(set(), "FIELD_REQUIRED", "agent");
  shift.set_agent("ann");
  shift.clear_supervisor();
  ExpectRefusal(set(), "FIELD_REQUIRED", "supervisor");
  shift.set_supervisor("sue");
  *shift.mutable_ends_at() = In(8 * 86'400);
  ExpectRefusal(set(), "FIELD_OUT_OF_RANGE", "ends_at");
  *shift.mutable_ends_at() = In(-8 * 86'400);
  ExpectRefusal(set(), "FIELD_OUT_OF_RANGE", "ends_at");
  shift.mutable_ends_at()->set_nanos(-1);
  ExpectRefusal(set(), "FIELD_OUT_OF_RANGE", "ends_at");
  v1::OpenSessionRequest open;
  open.set_workspace(kWorkspace);
  open.set_agent("ann");
  open.set_session_id("desk");
  *open.mutable_shift_ends_at() = In(8 * 86'400);
  v1::OpenSessionResponse opened;
  ExpectRefusal(f.agents->OpenSession(ClientContext(), open, &opened), "FIELD_OUT_OF_RANGE",
                "shift_ends_at");
}

// --------------------------------------------------------------------------------------------------
// other requests

TEST_F(BadInput, OfAnyRequestIsRefused) {
  Fixture& f = fixture();
  v1::SessionRef nobody;
  v1::SessionRef ann;
  ann.set_agent("ann");
  ann.set_generation(1);
  const std::string ticket = "01890000-0000-7000-8000-000000000001";

  ExpectRefusal(f.Cancel(""), "FIELD_REQUIRED", "ticket_id");
  ExpectRefusal(f.Cancel("17"), "FIELD_MALFORMED", "ticket_id");
  ExpectRefusal(f.Transfer(ticket, ""), "FIELD_REQUIRED", "queue");
  v1::TransferTicketRequest transfer;
  transfer.set_workspace(kWorkspace);
  transfer.set_ticket_id(ticket);
  transfer.set_queue("chats");
  const auto transferred = [&] {
    v1::TransferTicketResponse response;
    return f.tickets->TransferTicket(ClientContext(), transfer, &response);
  };
  transfer.mutable_wait()->set_seconds(60);
  ExpectRefusal(transferred(), "FIELD_MALFORMED", "wait");
  transfer.set_agent("ann");
  transfer.mutable_wait()->set_seconds(86'401);
  ExpectRefusal(transferred(), "FIELD_OUT_OF_RANGE", "wait");
  transfer.mutable_wait()->set_seconds(0);
  ExpectRefusal(transferred(), "FIELD_OUT_OF_RANGE", "wait");
  transfer.set_agent("An");
  ExpectRefusal(transferred(), "FIELD_MALFORMED", "agent");
  v1::ParkTicketRequest park;
  park.set_workspace(kWorkspace);
  park.set_ticket_id(ticket);
  *park.mutable_session() = ann;
  const auto parked = [&] {
    v1::ParkTicketResponse response;
    return f.tickets->ParkTicket(ClientContext(), park, &response);
  };
  park.mutable_until()->set_seconds(1);
  ExpectRefusal(parked(), "FIELD_OUT_OF_RANGE", "until");
  park.mutable_until()->set_seconds(253'402'300'799);
  ExpectRefusal(parked(), "FIELD_OUT_OF_RANGE", "until");
  park.clear_until();
  park.set_reason("So so");
  ExpectRefusal(parked(), "FIELD_MALFORMED", "reason");
  v1::RequestCallbackRequest callback;
  callback.set_workspace(kWorkspace);
  callback.set_ticket_id(ticket);
  const auto called_back = [&] {
    v1::RequestCallbackResponse response;
    return f.tickets->RequestCallback(ClientContext(), callback, &response);
  };
  callback.mutable_not_before()->set_seconds(253'402'300'799);
  ExpectRefusal(called_back(), "FIELD_OUT_OF_RANGE", "not_before");
  callback.clear_not_before();
  callback.mutable_not_after()->set_seconds(253'402'300'799);
  ExpectRefusal(called_back(), "FIELD_OUT_OF_RANGE", "not_after");
  callback.mutable_not_after()->set_seconds(1);
  ExpectRefusal(called_back(), "FIELD_OUT_OF_RANGE", "not_after");
  callback.set_ticket_id("17");
  callback.clear_not_after();
  ExpectRefusal(called_back(), "FIELD_MALFORMED", "ticket_id");
  v1::EndCallbackAttemptRequest attempt;
  attempt.set_workspace(kWorkspace);
  attempt.set_ticket_id(ticket);
  *attempt.mutable_session() = ann;
  const auto ended = [&] {
    v1::EndCallbackAttemptResponse response;
    return f.tickets->EndCallbackAttempt(ClientContext(), attempt, &response);
  };
  ExpectRefusal(ended(), "FIELD_REQUIRED", "outcome");
  attempt.set_outcome(static_cast<v1::CallbackOutcome>(7));
  ExpectRefusal(ended(), "FIELD_OUT_OF_RANGE", "outcome");
  attempt.set_outcome(v1::CALLBACK_OUTCOME_WRONG_NUMBER);
  *attempt.mutable_next_attempt_at() = google::protobuf::util::TimeUtil::GetCurrentTime();
  ExpectRefusal(ended(), "FIELD_MALFORMED", "next_attempt_at");
  attempt.set_outcome(v1::CALLBACK_OUTCOME_BUSY);
  attempt.mutable_next_attempt_at()->set_seconds(253'402'300'799);
  ExpectRefusal(ended(), "FIELD_OUT_OF_RANGE", "next_attempt_at");
  attempt.clear_next_attempt_at();
  attempt.set_disposition("So so");
  ExpectRefusal(ended(), "FIELD_MALFORMED", "disposition");
  attempt.clear_disposition();
  attempt.clear_session();
  ExpectRefusal(ended(), "FIELD_REQUIRED", "session");
  v1::Contact windowed = ChatContact();
  *windowed.mutable_not_after() = google::protobuf::util::TimeUtil::GetCurrentTime();
  ExpectRefusal(f.IngestStatus(windowed), "FIELD_MALFORMED", "contact.not_after");
  windowed.set_channel("callback");
  *windowed.mutable_not_before() = windowed.not_after();
  ExpectRefusal(f.IngestStatus(windowed), "FIELD_OUT_OF_RANGE", "contact.not_after");
  v1::RescheduleTicketRequest reschedule;
  reschedule.set_workspace(kWorkspace);
  reschedule.set_ticket_id(ticket);
  reschedule.mutable_not_before()->set_seconds(253'402'300'799);
  v1::RescheduleTicketResponse rescheduled;
  ExpectRefusal(f.tickets->RescheduleTicket(ClientContext(), reschedule, &rescheduled),
                "FIELD_OUT_OF_RANGE", "not_before");
  ExpectRefusal(f.Complete(nobody, ticket), "FIELD_REQUIRED", "session.agent");
  ExpectRefusal(f.Complete(ann, ticket, "So so"), "FIELD_MALFORMED", "disposition");
  ExpectRefusal(f.Accept(ann, ""), "FIELD_REQUIRED", "offer_id");
  ExpectRefusal(f.Accept(ann, ticket), "FIELD_MALFORMED", "offer_id");
  ExpectRefusal(f.Accept(ann, ticket + ".0"), "FIELD_MALFORMED", "offer_id");
  ExpectRefusal(f.Decline(ann, ticket + ".1", static_cast<v1::DeclineCause>(3)),
                "FIELD_OUT_OF_RANGE", "cause");
  ExpectRefusal(f.SetStatus(ann, v1::AGENT_STATUS_UNSPECIFIED), "FIELD_REQUIRED", "status");
  ExpectRefusal(f.SetStatus(ann, static_cast<v1::AgentStatus>(6)), "FIELD_OUT_OF_RANGE", "status");
  ExpectRefusal(f.SetStatus(ann, v1::AGENT_STATUS_NOT_READY), "FIELD_REQUIRED", "reason");
  ExpectRefusal(f.SetStatus(ann, v1::AGENT_STATUS_AVAILABLE, "lunch"), "FIELD_MALFORMED", "reason");
  ExpectRefusal(f.Report(ticket, "", v1::MEDIA_EVENT_TYPE_CONNECTED, v1::PARTY_UNSPECIFIED),
                "FIELD_REQUIRED", "offer_id");
  ExpectRefusal(f.Report(ticket, "01890000-0000-7000-8000-000000000002.1",
                         v1::MEDIA_EVENT_TYPE_CONNECTED, v1::PARTY_UNSPECIFIED),
                "FIELD_MALFORMED", "offer_id");
  ExpectRefusal(
      f.Report(ticket, ticket + ".1", v1::MEDIA_EVENT_TYPE_UNSPECIFIED, v1::PARTY_UNSPECIFIED),
      "FIELD_REQUIRED", "type");
  ExpectRefusal(
      f.Report(ticket, ticket + ".1", v1::MEDIA_EVENT_TYPE_DISCONNECTED, v1::PARTY_UNSPECIFIED),
      "FIELD_REQUIRED", "party");
  ann.set_generation(0);
  ExpectRefusal(f.Close(ann), "FIELD_REQUIRED", "session.generation");
  ann.set_generation(-1);
  ExpectRefusal(f.Close(ann), "FIELD_OUT_OF_RANGE", "session.generation");
}

TEST_F(BadInput, OfReadsIsRefused) {
  Fixture& f = fixture();
  v1::ListTicketsRequest list;
  v1::ListTicketsResponse listed;
  const auto try_list = [&] { return f.tickets->ListTickets(ClientContext(), list, &listed); };
  ExpectRefusal(try_list(), "FIELD_REQUIRED", "workspace");
  list.set_workspace("No Workspace");
  ExpectRefusal(try_list(), "FIELD_MALFORMED", "workspace");
  list.set_workspace(kWorkspace);
  list.set_page_size(-1);
  ExpectRefusal(try_list(), "FIELD_OUT_OF_RANGE", "page_size");
  list.set_page_size(0);
  list.set_page_token("next");
  ExpectRefusal(try_list(), "PAGE_TOKEN_INVALID", "page_token");
  list.mutable_filter()->add_states(static_cast<v1::TicketState>(v1::TicketState_MAX + 1));
  ExpectRefusal(try_list(), "FIELD_OUT_OF_RANGE", "filter.states[0]");

  v1::ListQueueStatisticsRequest statistics;
  v1::ListQueueStatisticsResponse counted;
  statistics.set_workspace(kWorkspace);
  statistics.mutable_since()->set_seconds(1'000'000'000);
  ExpectRefusal(f.queues->ListQueueStatistics(ClientContext(), statistics, &counted),
                "FIELD_OUT_OF_RANGE", "since");

  v1::ClaimTicketsRequest claim;
  v1::ClaimTicketsResponse claimed;
  claim.set_workspace(kWorkspace);
  claim.mutable_session()->set_agent("ann");
  claim.mutable_session()->set_generation(1);
  claim.set_max_tickets(router::kMaxClaimTickets + 1);
  ExpectRefusal(f.work->ClaimTickets(ClientContext(), claim, &claimed), "FIELD_OUT_OF_RANGE",
                "max_tickets");
  claim.clear_session();
  claim.set_max_tickets(1);
  claim.set_request_id("{b2ad6d2c}");
  const Error error = Decode(f.work->ClaimTickets(ClientContext(), claim, &claimed));
  EXPECT_EQ(error.fields, (std::vector<std::string>{"request_id", "session"}));
  EXPECT_EQ(error.reason, "FIELD_MALFORMED");

  v1::ExtendLeasesRequest extend;
  v1::ExtendLeasesResponse extended;
  extend.set_workspace(kWorkspace);
  extend.mutable_session()->set_agent("ann");
  extend.mutable_session()->set_generation(1);
  for (size_t i = 0; i <= router::kMaxExtendLeases; ++i) extend.add_ticket_ids("x");
  ExpectRefusal(f.work->ExtendLeases(ClientContext(), extend, &extended), "FIELD_TOO_LARGE",
                "ticket_ids");

  v1::BatchIngestContactsRequest batch;
  v1::BatchIngestContactsResponse taken;
  batch.set_workspace(kWorkspace);
  ExpectRefusal(f.ingest->BatchIngestContacts(ClientContext(), batch, &taken), "FIELD_REQUIRED",
                "contacts");
  for (size_t i = 0; i <= router::kMaxBatchContacts; ++i) *batch.add_contacts() = ChatContact();
  ExpectRefusal(f.ingest->BatchIngestContacts(ClientContext(), batch, &taken), "FIELD_TOO_LARGE",
                "contacts");
}

}  // namespace
}  // namespace tandem::rpc
