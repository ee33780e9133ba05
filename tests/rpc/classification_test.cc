// Goal: what a contact leaves out, rules say, and who asks can see which: on the ticket, in its
// event, in its explanation, and beforehand in a dry run that leaves no trace.
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

v1::ClassificationRule Rule(const std::string& id, uint32_t order) {
  v1::ClassificationRule rule;
  rule.set_id(id);
  rule.set_order(order);
  return rule;
}

v1::ContactCondition Condition(v1::ContactField field, const std::vector<std::string>& values) {
  v1::ContactCondition condition;
  condition.set_field(field);
  condition.mutable_values()->Assign(values.begin(), values.end());
  return condition;
}

// Two rules: `vip` for gold and large amounts, and `otherwise`.
struct Rules : Fixture {
  Rules() {
    v1::ClassificationRule vip = Rule("vip", 10);
    *vip.add_conditions() = Condition(v1::CONTACT_FIELD_CUSTOMER_SEGMENT, {"gold", "platinum"});
    v1::ContactCondition& amount = *vip.add_conditions();
    amount.set_field(v1::CONTACT_FIELD_ATTRIBUTE);
    amount.set_attribute("amount");
    amount.set_min(1'000);
    vip.set_priority(7);
    v1::SkillRequirement& skill =
        *vip.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
    skill.set_skill("billing");
    skill.set_level(3);
    EXPECT_EQ(ReasonOf(Create(vip)), "OK");
    v1::ClassificationRule otherwise = Rule("otherwise", 90);
    otherwise.set_process_type("support");
    EXPECT_EQ(ReasonOf(Create(otherwise)), "OK");
  }

  grpc::Status Create(const v1::ClassificationRule& rule,
                      v1::ClassificationRule* created = nullptr) {
    v1::CreateClassificationRuleRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_classification_rule() = rule;
    v1::CreateClassificationRuleResponse response;
    const grpc::Status status =
        resources->CreateClassificationRule(ClientContext(), request, &response);
    if (created != nullptr) *created = response.classification_rule();
    return status;
  }

  grpc::Status ClassifyStatus(const v1::Contact& contact, v1::ClassifyContactResponse* response) {
    v1::ClassifyContactRequest request;
    request.set_workspace(kWorkspace);
    *request.mutable_contact() = contact;
    return ingest->ClassifyContact(ClientContext(), request, response);
  }
  v1::ClassifyContactResponse Classify(const v1::Contact& contact) {
    v1::ClassifyContactResponse response;
    EXPECT_EQ(ReasonOf(ClassifyStatus(contact, &response)), "OK");
    return response;
  }
};

v1::Contact Large() {
  v1::Contact contact;
  contact.set_channel("chat");
  contact.set_client("acme");
  contact.set_customer_segment("gold");
  (*contact.mutable_attributes())["amount"] = "2500.50";
  return contact;
}

std::vector<std::string> ListOf(const google::protobuf::RepeatedPtrField<std::string>& list) {
  return {list.begin(), list.end()};
}

TEST(ClassificationRule, FillsInWhatTheContactLeavesOutAndIsToldEverywhere) {
  Rules f;
  const std::string id = f.Ingest(Large());
  const v1::Ticket ticket = f.Get(id);
  EXPECT_EQ(ticket.process_type(), "support");
  EXPECT_EQ(ticket.priority(), 7U);
  EXPECT_EQ(ticket.requirement().all_of(0).any_of(0).skill().skill(), "billing");
  const std::vector<std::string> both = {"vip", "otherwise"};
  EXPECT_EQ(ListOf(ticket.classification_rules()), both);

  EXPECT_EQ(f.EventsOf(id).at(0).reason(), "vip,otherwise");
  EXPECT_EQ(ListOf(f.Explain(id).classification_rules()), both);

  v1::Contact own = Large();
  own.set_process_type("support");
  own.set_priority(0);
  own.mutable_requirement()->add_agents("ann");
  const v1::Ticket said = f.Get(f.Ingest(own));
  EXPECT_EQ(said.priority(), 0U);
  EXPECT_EQ(ListOf(said.requirement().agents()), std::vector<std::string>{"ann"});
  EXPECT_EQ(ListOf(said.classification_rules()), std::vector<std::string>{"vip"});
}

TEST(ClassificationRule, ComesBackAsItWasWrittenWithItsDefaults) {
  Rules f;
  v1::ClassificationRule rule = Rule("all", 5);
  v1::ContactCondition& condition = *rule.add_conditions();
  condition = Condition(v1::CONTACT_FIELD_LANGUAGE, {"FR-ca"});
  condition.set_negated(true);
  rule.add_queues()->set_queue("chats");
  v1::QueueShare& share = *rule.add_queues();
  share.set_queue("private");
  share.set_weight(30);
  rule.set_agent_attribute("owner");
  rule.mutable_plan()->add_steps()->mutable_after()->set_seconds(20);
  rule.mutable_plan()->mutable_steps(0)->set_min_priority(9);
  rule.set_last(true);
  v1::ClassificationRule created;
  ASSERT_EQ(ReasonOf(f.Create(rule, &created)), "OK");
  rule.mutable_conditions(0)->set_values(0, "fr-CA");
  rule.mutable_queues(0)->set_weight(1);
  rule.set_revision(created.revision());
  EXPECT_EQ(created.SerializeAsString(), rule.SerializeAsString());
  v1::GetClassificationRuleRequest get;
  get.set_workspace(kWorkspace);
  get.set_id("all");
  v1::GetClassificationRuleResponse got;
  ASSERT_EQ(ReasonOf(f.resources->GetClassificationRule(ClientContext(), get, &got)), "OK");
  EXPECT_EQ(got.classification_rule().SerializeAsString(), rule.SerializeAsString());
}

TEST(ClassificationRule, SharesContactsOutByWeightsAlsoWhileOthersAreCounted) {
  Rules f;
  v1::ClassificationRule rule = Rule("sites", 1);
  rule.add_queues()->set_queue("chats");
  rule.mutable_queues(0)->set_weight(70);
  rule.add_queues()->set_queue("calls");
  rule.mutable_queues(1)->set_weight(30);
  ASSERT_EQ(ReasonOf(f.Create(rule)), "OK");
  std::map<std::string, int> counts;
  for (int i = 0; i < 20; ++i) {
    const std::string next = f.Classify(Large()).ticket().queue();
    const std::string queue = f.Get(f.Ingest(Large())).queue();
    EXPECT_EQ(queue, next) << i;
    ++counts[queue];
    if (i == 9) {
      const std::map<std::string, int> tenth = {{"calls", 3}, {"chats", 7}};
      EXPECT_EQ(counts, tenth);
    }
  }
  const std::map<std::string, int> all = {{"calls", 6}, {"chats", 14}};
  EXPECT_EQ(counts, all);
}

TEST(ClassificationRule, KeepsWhatItNamesFromBeingDeleted) {
  Rules f;
  v1::DeleteProcessTypeRequest request;
  request.set_workspace(kWorkspace);
  request.set_id("bookkeeping");
  v1::ClassificationRule rule = Rule("books", 1);
  *rule.add_conditions() = Condition(v1::CONTACT_FIELD_CHANNEL, {"task"});
  rule.set_process_type("bookkeeping");
  ASSERT_EQ(ReasonOf(f.Create(rule)), "OK");
  v1::DeleteProcessTypeResponse response;
  const Error error = Decode(f.resources->DeleteProcessType(ClientContext(), request, &response));
  EXPECT_EQ(error.reason, "RESOURCE_REFERENCED");
  EXPECT_NE(error.message.find("classification rule books"), std::string::npos) << error.message;
}

TEST(ClassifyContact, TellsEachRuleAndTheTicketAndWritesNothing) {
  Rules f;
  const auto before = f.store.Copy();
  v1::Contact contact = Large();
  contact.set_customer_segment("silver");
  contact.add_excluded_agents("ann");
  const v1::ClassifyContactResponse told = f.Classify(contact);
  ASSERT_EQ(told.rules_size(), 2);
  EXPECT_EQ(told.rules(0).rule(), "vip");
  EXPECT_FALSE(told.rules(0).matches());
  EXPECT_EQ(told.rules(0).unmet(), "customer segment = \"gold\", \"platinum\"");
  EXPECT_TRUE(told.rules(1).matches());
  EXPECT_EQ(ListOf(told.rules(1).filled_in()), std::vector<std::string>{"process_type"});
  EXPECT_EQ(told.ticket().client(), "acme");
  EXPECT_EQ(told.ticket().queue(), "chats");
  EXPECT_EQ(told.ticket().priority(), 0U);
  EXPECT_EQ(told.ticket().clauses(0).passing_agents(), 2);
  EXPECT_EQ(told.ticket().qualified_agents(), 1);
  EXPECT_FALSE(told.ticket().unroutable());
  EXPECT_GT(told.ticket().target().seconds(), 0);

  contact.add_excluded_agents("bob");
  EXPECT_TRUE(f.Classify(contact).ticket().unroutable());
  const auto after = f.store.Copy();
  EXPECT_EQ(after.events.size(), before.events.size());
  EXPECT_TRUE(after.tickets.empty());
}

TEST(ClassifyContact, TellsWhyAContactWouldBeRefusedAndWhatItWouldJoin) {
  Rules f;
  v1::Contact stranger = Large();
  stranger.set_client("nobody");
  const v1::ClassifyContactResponse refused = f.Classify(stranger);
  EXPECT_EQ(refused.rules_size(), 2);
  EXPECT_EQ(refused.refusal().reason(), "CLIENT_UNKNOWN");
  EXPECT_EQ(refused.refusal().code(), grpc::StatusCode::FAILED_PRECONDITION);

  v1::Contact first = Large();
  first.set_conversation_key("k");
  const std::string ticket = f.Ingest(first);
  EXPECT_EQ(f.Classify(first).joined_ticket_id(), ticket);

  v1::Contact malformed = Large();
  malformed.set_priority(10);
  v1::ClassifyContactResponse response;
  const Error error = Decode(f.ClassifyStatus(malformed, &response));
  EXPECT_EQ(error.reason, "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(error.fields, std::vector<std::string>{"contact.priority"});
}

TEST(ClassifyContact, IsRefusedWithoutAContactAndInAnUnknownWorkspace) {
  Rules f;
  v1::ClassifyContactRequest request;
  request.set_workspace(kWorkspace);
  v1::ClassifyContactResponse response;
  const Error none = Decode(f.ingest->ClassifyContact(ClientContext(), request, &response));
  EXPECT_EQ(none.reason, "FIELD_REQUIRED");
  EXPECT_EQ(none.fields, std::vector<std::string>{"contact"});
  request.set_workspace("nowhere");
  *request.mutable_contact() = Large();
  EXPECT_EQ(ReasonOf(f.ingest->ClassifyContact(ClientContext(), request, &response)),
            "WORKSPACE_NOT_FOUND");
}

struct RuleRow {
  const char* what;
  void (*change)(v1::ClassificationRule&);
  const char* reason;
  const char* field;
};

TEST(ClassificationRule, ThatIsAtFaultIsRefusedWithReasonAndField) {
  Rules f;
  const RuleRow rows[] = {
      {"nothing to say", [](auto& r) { r.clear_priority(); }, "FIELD_REQUIRED",
       "classification_rule"},
      {"an order too high", [](auto& r) { r.set_order(1'000'001); }, "FIELD_OUT_OF_RANGE",
       "classification_rule.order"},
      {"a condition about nothing", [](auto& r) { r.add_conditions(); }, "FIELD_REQUIRED",
       "classification_rule.conditions[0].field"},
      {"a field that nobody knows",
       [](auto& r) { r.add_conditions()->set_field(static_cast<v1::ContactField>(99)); },
       "FIELD_OUT_OF_RANGE", "classification_rule.conditions[0].field"},
      {"an attribute without a key",
       [](auto& r) { r.add_conditions()->set_field(v1::CONTACT_FIELD_ATTRIBUTE); },
       "FIELD_REQUIRED", "classification_rule.conditions[0].attribute"},
      {"bounds of a channel",
       [](auto& r) {
         *r.add_conditions() = Condition(v1::CONTACT_FIELD_CHANNEL, {});
         r.mutable_conditions(0)->set_min(1);
       },
       "FIELD_MALFORMED", "classification_rule.conditions[0]"},
      {"an unknown channel",
       [](auto& r) { *r.add_conditions() = Condition(v1::CONTACT_FIELD_CHANNEL, {"pigeon"}); },
       "REFERENCE_BROKEN", "classification_rule.conditions[0].values[0]"},
      {"a tag that is none",
       [](auto& r) { *r.add_conditions() = Condition(v1::CONTACT_FIELD_LANGUAGE, {"e_n"}); },
       "LANGUAGE_TAG_MALFORMED", "classification_rule.conditions[0].values[0]"},
      {"too many conditions",
       [](auto& r) {
         for (int i = 0; i < 17; ++i) r.add_conditions();
       },
       "FIELD_TOO_LARGE", "classification_rule.conditions"},
      {"too many values",
       [](auto& r) {
         *r.add_conditions() = Condition(v1::CONTACT_FIELD_CUSTOMER_ID, {});
         for (int i = 0; i < 33; ++i) r.mutable_conditions(0)->add_values("c");
       },
       "FIELD_TOO_LARGE", "classification_rule.conditions[0].values"},
      {"an unknown queue", [](auto& r) { r.add_queues()->set_queue("none"); }, "REFERENCE_BROKEN",
       "classification_rule.queues[0].queue"},
      {"a queue twice",
       [](auto& r) {
         r.add_queues()->set_queue("chats");
         r.add_queues()->set_queue("chats");
       },
       "ID_DUPLICATE", "classification_rule.queues[1].queue"},
      {"too much weight",
       [](auto& r) {
         r.add_queues()->set_queue("chats");
         r.mutable_queues(0)->set_weight(1'001);
       },
       "FIELD_OUT_OF_RANGE", "classification_rule.queues[0].weight"},
      {"priority 10", [](auto& r) { r.set_priority(10); }, "FIELD_OUT_OF_RANGE",
       "classification_rule.priority"},
      {"an unknown skill",
       [](auto& r) {
         auto& skill = *r.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
         skill.set_skill("juggling");
         skill.set_level(1);
       },
       "REFERENCE_BROKEN", "classification_rule.requirement"},
      {"a plan without a change",
       [](auto& r) { r.mutable_plan()->add_steps()->mutable_after()->set_seconds(5); },
       "FIELD_REQUIRED", "classification_rule.plan.steps[0]"},
  };
  for (const RuleRow& row : rows) {
    SCOPED_TRACE(row.what);
    v1::ClassificationRule rule = Rule("bad", 1);
    rule.set_priority(1);
    row.change(rule);
    const Error error = Decode(f.Create(rule));
    EXPECT_EQ(error.reason, row.reason) << error.message;
    ASSERT_FALSE(error.fields.empty());
    EXPECT_EQ(error.fields.front(), row.field);
  }
}

}  // namespace
}  // namespace tandem::rpc
