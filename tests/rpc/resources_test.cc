// Goal: every kind of resource is created, read, listed, changed and deleted by itself, and what
// one change may not do is refused with a reason. Method: what all kinds have in common is tried
// for each of them by its descriptor; the rest by hand.
#include "router/resources.h"

#include <grpcpp/impl/codegen/client_unary_call.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/message_differencer.h"

#include "gtest/gtest.h"
#include "router/limits.h"
#include "server/rpc/resource_method.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using Verb = ResourceMethod::Verb;

std::vector<ResourceMethod> Methods() {
  const auto* service = v1::BatchUpdateAgentsRequest::descriptor()->file()->service(0);
  std::vector<ResourceMethod> methods;
  for (int i = 0; i < service->method_count(); ++i) {
    if (const auto method = FindResourceMethod(*service->method(i))) methods.push_back(*method);
  }
  return methods;
}

const FieldDescriptor* FieldOf(const Message& message, const std::string& name) {
  return message.GetDescriptor()->FindFieldByName(name);
}
void SetText(Message& message, const std::string& name, const std::string& value) {
  message.GetReflection()->SetString(&message, FieldOf(message, name), value);
}
void SetNumber(Message& message, const std::string& name, int64_t value) {
  message.GetReflection()->SetInt64(&message, FieldOf(message, name), value);
}
std::string TextIn(const Message& message, const std::string& name) {
  return message.GetReflection()->GetString(message, FieldOf(message, name));
}
int64_t NumberIn(const Message& message, const std::string& name) {
  return message.GetReflection()->GetInt64(message, FieldOf(message, name));
}
Message& Part(Message& message, const std::string& name) {
  return *message.GetReflection()->MutableMessage(&message, FieldOf(message, name));
}

// The methods of one kind, called by name.
class Kind {
 public:
  Kind(Fixture& fixture, router::ResourceKind kind) : fixture_(fixture), kind_(kind) {
    for (const ResourceMethod& method : Methods()) {
      if (method.kind == kind) methods_.push_back(method);
    }
  }

  std::string name() const { return router::ToString(kind_); }
  const ResourceMethod& method(Verb verb) const {
    return *std::find_if(methods_.begin(), methods_.end(),
                         [&](const ResourceMethod& method) { return method.verb == verb; });
  }
  std::unique_ptr<Message> Request(Verb verb) const {
    std::unique_ptr<Message> request = method(verb).NewRequest();
    SetText(*request, "workspace", kWorkspace);
    return request;
  }
  // The reason, and the response of the last call.
  std::string Call(Verb verb, const Message& request) {
    response = method(verb).NewResponse();
    const std::string path = "/" + method(verb).descriptor->service()->full_name() + "/" +
                             method(verb).descriptor->name();
    const grpc::internal::RpcMethod rpc(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
    return ReasonOf(
        grpc::internal::BlockingUnaryCall<Message, Message, google::protobuf::MessageLite,
                                          google::protobuf::MessageLite>(
            fixture_.channel.get(), rpc, ClientContext(), request, response.get()));
  }
  Message& resource() { return Part(*response, name()); }

  std::unique_ptr<Message> response;

 private:
  Fixture& fixture_;
  const router::ResourceKind kind_;
  std::vector<ResourceMethod> methods_;
};

// Sets what a resource must have besides its id.
void FillRequired(Message& resource) {
  SetText(resource, "id", "new");
  if (auto* channel = dynamic_cast<v1::Channel*>(&resource)) {
    channel->set_capacity_group(v1::CAPACITY_GROUP_EMAIL);
  } else if (auto* queue = dynamic_cast<v1::Queue*>(&resource)) {
    queue->set_office(v1::OFFICE_BACK);
    queue->set_urgency(v1::URGENCY_DEFERRABLE);
  } else if (auto* profile = dynamic_cast<v1::RoutingProfile*>(&resource)) {
    profile->add_queues()->set_queue("chats");
  } else if (auto* agent = dynamic_cast<v1::Agent*>(&resource)) {
    agent->set_routing_profile("everything");
  } else if (auto* entry_point = dynamic_cast<v1::EntryPoint*>(&resource)) {
    entry_point->set_channel("chat");
  } else if (auto* language = dynamic_cast<v1::Language*>(&resource)) {
    language->set_tag("pt-BR");
  } else if (auto* rule = dynamic_cast<v1::ClassificationRule*>(&resource)) {
    rule->set_priority(3);
  }
}

int64_t Revision(Fixture& f) {
  v1::GetWorkspaceSettingsRequest request;
  request.set_workspace(kWorkspace);
  v1::GetWorkspaceSettingsResponse response;
  EXPECT_EQ(ReasonOf(f.resources->GetWorkspaceSettings(ClientContext(), request, &response)), "OK");
  return response.settings().revision();
}

v1::Agent GetAgent(Fixture& f, const std::string& id) {
  v1::GetAgentRequest request;
  request.set_workspace(kWorkspace);
  request.set_id(id);
  v1::GetAgentResponse response;
  EXPECT_EQ(ReasonOf(f.resources->GetAgent(ClientContext(), request, &response)), "OK");
  return response.agent();
}

v1::UpdateAgentRequest UpdateOfAgent(const std::string& id) {
  v1::UpdateAgentRequest request;
  request.set_workspace(kWorkspace);
  request.mutable_agent()->set_id(id);
  return request;
}

std::vector<v1::Event> EventsOfResources(Fixture& f) {
  std::vector<v1::Event> events;
  const auto rows = f.store.ListEvents(kWorkspace, 0, 10'000);
  for (const router::EventRow& row : *rows) {
    if (row.type < router::EventType::kResourceCreated) continue;
    if (row.type > router::EventType::kResourceDeleted) continue;
    v1::Event& event = events.emplace_back();
    event.set_type(static_cast<v1::EventType>(row.type));
    event.set_reason(row.reason);
    event.set_agent(row.agent);
    event.set_queue(row.queue);
    event.set_number(row.number);
  }
  return events;
}

// But for how far ahead a calendar is known, which is no part of what was configured.
bool Same(const Message& a, const Message& b) {
  MessageDifferencer differencer;
  differencer.IgnoreField(v1::Calendar::descriptor()->FindFieldByName("known_until"));
  return differencer.Compare(a, b);
}

// ----------------------------------------------------------------------------------- of every kind

TEST(Resources, EveryKindHasItsFiveMethods) {
  EXPECT_EQ(Methods().size(), router::kResourceKinds * 5U);
}

TEST(Resources, EveryFieldOfEveryKindCanBeChanged) {
  for (const ResourceMethod& method : Methods()) {
    if (method.verb != Verb::kCreate) continue;
    std::set<std::string> known = {"id", "revision"};
    std::visit(
        [&](const auto& one) {
          router::VisitFields(&one, [&](const char* name, auto) { known.insert(name); });
        },
        router::MakeResource(method.kind, ""));
    const std::string name = router::ToString(method.kind);
    if (name == "calendar") known.insert({"open", "changes_at", "known_until"});
    const auto* type = FieldOf(*method.NewRequest(), name)->message_type();
    std::set<std::string> fields;
    for (int i = 0; i < type->field_count(); ++i) fields.insert(type->field(i)->name());
    EXPECT_EQ(fields, known) << name;
  }
}

TEST(Resources, EveryKindIsCreatedReadListedUpdatedAndDeleted) {
  Fixture f;
  int number = 0;
  for (const router::ResourceKind each : router::kKindsOfResources) {
    ++number;
    Kind kind(f, each);
    SCOPED_TRACE(kind.name());
    const int64_t before = Revision(f);

    const auto create = kind.Request(Verb::kCreate);
    FillRequired(Part(*create, kind.name()));
    ASSERT_EQ(kind.Call(Verb::kCreate, *create), "OK");
    EXPECT_EQ(NumberIn(kind.resource(), "revision"), before + 1);
    const std::unique_ptr<Message> created(kind.resource().New());
    created->CopyFrom(kind.resource());
    EXPECT_EQ(kind.Call(Verb::kCreate, *create), "RESOURCE_EXISTS");

    const auto get = kind.Request(Verb::kGet);
    SetText(*get, "id", "new");
    ASSERT_EQ(kind.Call(Verb::kGet, *get), "OK");
    EXPECT_TRUE(Same(kind.resource(), *created));

    const auto list = kind.Request(Verb::kList);
    ASSERT_EQ(kind.Call(Verb::kList, *list), "OK");
    const FieldDescriptor* listed = FieldOf(*kind.response, kind.name() + "s");
    bool found = false;
    std::string last;
    for (int i = 0; i < kind.response->GetReflection()->FieldSize(*kind.response, listed); ++i) {
      const Message& one =
          kind.response->GetReflection()->GetRepeatedMessage(*kind.response, listed, i);
      found = found || Same(one, *created);
      EXPECT_LT(last, TextIn(one, "id"));
      last = TextIn(one, "id");
    }
    EXPECT_TRUE(found);

    const auto update = kind.Request(Verb::kUpdate);
    SetText(Part(*update, kind.name()), "id", "new");
    SetText(Part(*update, kind.name()), "display_name", "Größe");
    SetNumber(*update, "expected_revision", before + 1);
    ASSERT_EQ(kind.Call(Verb::kUpdate, *update), "OK");
    EXPECT_EQ(NumberIn(kind.resource(), "revision"), before + 2);
    SetText(*created, "display_name", "Größe");
    SetNumber(*created, "revision", before + 2);
    EXPECT_TRUE(Same(kind.resource(), *created));
    EXPECT_EQ(kind.Call(Verb::kUpdate, *update), "REVISION_STALE");
    // What is as it was is not changed again.
    SetNumber(*update, "expected_revision", before + 2);
    ASSERT_EQ(kind.Call(Verb::kUpdate, *update), "OK");
    EXPECT_EQ(Revision(f), before + 2);
    ASSERT_EQ(kind.Call(Verb::kGet, *get), "OK");
    EXPECT_TRUE(Same(kind.resource(), *created));

    const auto remove = kind.Request(Verb::kDelete);
    SetText(*remove, "id", "new");
    SetNumber(*remove, "expected_revision", before + 1);
    EXPECT_EQ(kind.Call(Verb::kDelete, *remove), "REVISION_STALE");
    SetNumber(*remove, "expected_revision", before + 2);
    ASSERT_EQ(kind.Call(Verb::kDelete, *remove), "OK");
    EXPECT_EQ(NumberIn(*kind.response, "revision"), before + 3);
    EXPECT_EQ(kind.Call(Verb::kGet, *get), "RESOURCE_NOT_FOUND");
    EXPECT_EQ(kind.Call(Verb::kDelete, *remove), "RESOURCE_NOT_FOUND");
    SetNumber(*update, "expected_revision", 0);
    EXPECT_EQ(kind.Call(Verb::kUpdate, *update), "RESOURCE_NOT_FOUND");

    const std::vector<v1::Event> events = EventsOfResources(f);
    ASSERT_EQ(events.size(), static_cast<size_t>(3 * number));
    for (int i = 0; i < 3; ++i) {
      const v1::Event& event = events[static_cast<size_t>(3 * number - 3 + i)];
      EXPECT_EQ(event.type(), v1::EVENT_TYPE_RESOURCE_CREATED + i);
      EXPECT_EQ(event.reason(), kind.name() + ":new");
      EXPECT_EQ(event.number(), before + 1 + i);
      EXPECT_EQ(event.agent(), kind.name() == "agent" ? "new" : "");
      EXPECT_EQ(event.queue(), kind.name() == "queue" ? "new" : "");
    }
  }
}

TEST(Resources, EveryMethodNeedsAWorkspaceAndAnId) {
  Fixture f;
  for (const ResourceMethod& method : Methods()) {
    SCOPED_TRACE(method.descriptor->name());
    Kind kind(f, method.kind);
    EXPECT_EQ(kind.Call(method.verb, *method.NewRequest()), "FIELD_REQUIRED");
    const auto request = kind.Request(method.verb);
    SetText(*request, "workspace", "nowhere");
    if (method.verb == Verb::kCreate || method.verb == Verb::kUpdate) {
      EXPECT_EQ(kind.Call(method.verb, *request), "FIELD_REQUIRED");
      FillRequired(Part(*request, kind.name()));
    } else if (method.verb != Verb::kList) {
      EXPECT_EQ(kind.Call(method.verb, *request), "FIELD_REQUIRED");
      SetText(*request, "id", "new");
    }
    EXPECT_EQ(kind.Call(method.verb, *request), "WORKSPACE_NOT_FOUND");
  }
}

// ----------------------------------------------------------------------------------------- updates

TEST(UpdateAgent, ChangesWhatTheMaskNames) {
  Fixture f;
  const v1::Agent before = GetAgent(f, "ann");
  v1::UpdateAgentRequest request = UpdateOfAgent("ann");
  request.mutable_agent()->set_display_name("ignored");
  v1::SkillLevel* skill = request.mutable_agent()->add_skills();
  skill->set_skill("billing");
  skill->set_level(7);
  request.mutable_update_mask()->add_paths("skills");
  v1::UpdateAgentResponse response;
  ASSERT_EQ(ReasonOf(f.resources->UpdateAgent(ClientContext(), request, &response)), "OK");
  v1::Agent expected = before;
  *expected.mutable_skills() = request.agent().skills();
  expected.set_revision(2);
  EXPECT_TRUE(MessageDifferencer::Equals(response.agent(), expected))
      << response.agent().ShortDebugString();
  EXPECT_TRUE(MessageDifferencer::Equals(GetAgent(f, "ann"), expected));

  // A field of the mask that is unset gets its default.
  request.Clear();
  request = UpdateOfAgent("ann");
  for (const char* path : {"capacity", "skills", "kind"}) {
    request.mutable_update_mask()->add_paths(path);
  }
  ASSERT_EQ(ReasonOf(f.resources->UpdateAgent(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(response.agent().skills_size(), 0);
  EXPECT_EQ(response.agent().kind(), v1::AGENT_KIND_HUMAN);
  EXPECT_EQ(response.agent().capacity().total_units(), 1U);
  EXPECT_EQ(response.agent().process_types_size(), before.process_types_size());
}

TEST(UpdateAgent, ChangesEveryFieldByAStar) {
  Fixture f;
  v1::UpdateAgentRequest request = UpdateOfAgent("ann");
  request.mutable_agent()->set_routing_profile("everything");
  request.mutable_update_mask()->add_paths("*");
  v1::UpdateAgentResponse response;
  ASSERT_EQ(ReasonOf(f.resources->UpdateAgent(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(response.agent().process_types_size(), 0);
  EXPECT_EQ(response.agent().languages_size(), 0);
}

TEST(UpdateAgent, RefusesMasksAndValuesThatAreWrong) {
  Fixture f;
  const auto refusal = [&](auto change) {
    v1::UpdateAgentRequest request = UpdateOfAgent("ann");
    change(request);
    v1::UpdateAgentResponse response;
    const Error error = Decode(f.resources->UpdateAgent(ClientContext(), request, &response));
    return error.reason + " " + (error.fields.empty() ? "" : error.fields.front());
  };
  for (const char* path : {"id", "revision", "capacity.total_units", "nothing", ""}) {
    EXPECT_EQ(refusal([&](auto& r) { r.mutable_update_mask()->add_paths(path); }),
              "FIELD_MALFORMED update_mask.paths[0]")
        << path;
  }
  EXPECT_EQ(refusal([&](auto& r) {
              for (int i = 0; i < 101; ++i) r.mutable_update_mask()->add_paths("skills");
            }),
            "FIELD_TOO_LARGE update_mask");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_agent()->set_id("A"); }), "FIELD_MALFORMED agent.id");
  EXPECT_EQ(refusal([](auto& r) { r.set_expected_revision(-1); }),
            "FIELD_OUT_OF_RANGE expected_revision");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_agent()->set_team("ghosts"); }),
            "REFERENCE_BROKEN agent.team");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_agent()->add_skills()->set_skill("billing"); }),
            "FIELD_OUT_OF_RANGE agent.skills[0].level");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_agent()->add_languages()->set_tag("?"); }),
            "LANGUAGE_TAG_MALFORMED agent.languages[0].tag");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_agent()->set_display_name(std::string(1, '\0')); }),
            "TEXT_HAS_NUL agent.display_name");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_update_mask()->add_paths("routing_profile"); }),
            "REFERENCE_BROKEN agent.routing_profile");
  EXPECT_EQ(Revision(f), 1);
}

TEST(UpdateAgent, LetsAWaitingTicketGoToTheAgentWhoCanTakeItNow) {
  Fixture f;
  const v1::SessionRef ann = f.LogIn("ann");
  v1::Contact contact = ChatContact();
  auto* skill = contact.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
  skill->set_skill("billing");
  skill->set_level(9);
  v1::IngestResult result;
  ASSERT_EQ(ReasonOf(f.IngestStatus(contact, &result)), "OK");
  EXPECT_TRUE(result.unroutable());
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 0);

  v1::UpdateAgentRequest request = UpdateOfAgent("ann");
  v1::SkillLevel* level = request.mutable_agent()->add_skills();
  level->set_skill("billing");
  level->set_level(9);
  v1::UpdateAgentResponse response;
  ASSERT_EQ(ReasonOf(f.resources->UpdateAgent(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(f.Snapshot(ann).offers_size(), 1);
}

TEST(UpdateAgent, OnlyChecksWhenAskedTo) {
  Fixture f;
  v1::UpdateAgentRequest request = UpdateOfAgent("ann");
  request.mutable_agent()->set_display_name("Ann");
  request.set_validate_only(true);
  v1::UpdateAgentResponse response;
  ASSERT_EQ(ReasonOf(f.resources->UpdateAgent(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(response.agent().display_name(), "Ann");
  EXPECT_EQ(response.agent().revision(), 1);
  EXPECT_EQ(GetAgent(f, "ann").display_name(), "");
}

TEST(UpdateAgent, RepeatedByItsRequestIdGivesTheAgentAsItIs) {
  Fixture f;
  v1::UpdateAgentRequest request = UpdateOfAgent("ann");
  request.set_request_id(kRequestId);
  request.mutable_agent()->set_display_name("Ann");
  v1::UpdateAgentResponse response;
  ASSERT_EQ(ReasonOf(f.resources->UpdateAgent(ClientContext(), request, &response)), "OK");
  v1::UpdateAgentRequest other = UpdateOfAgent("ann");
  other.mutable_agent()->set_display_name("Anna");
  ASSERT_EQ(ReasonOf(f.resources->UpdateAgent(ClientContext(), other, &response)), "OK");
  ASSERT_EQ(ReasonOf(f.resources->UpdateAgent(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(response.agent().display_name(), "Anna");
  EXPECT_EQ(response.agent().revision(), 3);

  v1::DeleteAgentRequest remove;
  remove.set_workspace(kWorkspace);
  remove.set_id("ann");
  remove.set_request_id("00000000-0000-4000-8000-000000000001");
  v1::DeleteAgentResponse removed;
  ASSERT_EQ(ReasonOf(f.resources->DeleteAgent(ClientContext(), remove, &removed)), "OK");
  ASSERT_EQ(ReasonOf(f.resources->DeleteAgent(ClientContext(), remove, &removed)), "OK");
  EXPECT_EQ(removed.revision(), 4);
  ASSERT_EQ(ReasonOf(f.resources->UpdateAgent(ClientContext(), request, &response)), "OK");
  EXPECT_FALSE(response.has_agent());
  request.mutable_agent()->set_display_name("Annabel");
  EXPECT_EQ(ReasonOf(f.resources->UpdateAgent(ClientContext(), request, &response)),
            "REQUEST_ID_REUSED");
}

// ------------------------------------------------------------------------------------------- lists

TEST(ListAgents, GoesPageByPageAndKeepsToItsFilter) {
  Fixture f;
  v1::CreateTeamRequest team;
  team.set_workspace(kWorkspace);
  team.mutable_team()->set_id("north");
  v1::CreateTeamResponse team_response;
  ASSERT_EQ(ReasonOf(f.resources->CreateTeam(ClientContext(), team, &team_response)), "OK");
  for (int i = 0; i < 5; ++i) {
    v1::CreateAgentRequest request;
    request.set_workspace(kWorkspace);
    request.mutable_agent()->set_id("agent-" + std::to_string(i));
    request.mutable_agent()->set_routing_profile("everything");
    if (i != 2) request.mutable_agent()->set_team("north");
    v1::CreateAgentResponse response;
    ASSERT_EQ(ReasonOf(f.resources->CreateAgent(ClientContext(), request, &response)), "OK");
  }
  v1::ListAgentsRequest list;
  list.set_workspace(kWorkspace);
  list.mutable_filter()->set_team("north");
  list.set_page_size(3);
  v1::ListAgentsResponse page;
  ASSERT_EQ(ReasonOf(f.resources->ListAgents(ClientContext(), list, &page)), "OK");
  ASSERT_EQ(page.agents_size(), 3);
  EXPECT_EQ(page.agents(2).id(), "agent-3");
  list.set_page_token(page.next_page_token());
  page.Clear();
  ASSERT_EQ(ReasonOf(f.resources->ListAgents(ClientContext(), list, &page)), "OK");
  ASSERT_EQ(page.agents_size(), 1);
  EXPECT_EQ(page.agents(0).id(), "agent-4");
  EXPECT_EQ(page.next_page_token(), "");

  list.mutable_filter()->set_team("south");
  EXPECT_EQ(ReasonOf(f.resources->ListAgents(ClientContext(), list, &page)), "PAGE_TOKEN_INVALID");
  list.set_page_token("?");
  EXPECT_EQ(ReasonOf(f.resources->ListAgents(ClientContext(), list, &page)), "PAGE_TOKEN_INVALID");
  list.clear_page_token();
  list.set_page_size(-1);
  EXPECT_EQ(ReasonOf(f.resources->ListAgents(ClientContext(), list, &page)), "FIELD_OUT_OF_RANGE");
  list.set_page_size(0);
  list.mutable_filter()->set_team("North");
  const Error error = Decode(f.resources->ListAgents(ClientContext(), list, &page));
  EXPECT_EQ(error.reason, "FIELD_MALFORMED");
  EXPECT_EQ(error.fields.front(), "filter.team");
}

TEST(ListQueues, FindsThoseOfAClientAnOfficeAndAnUrgency) {
  Fixture f;
  const auto ids = [&](auto set) {
    v1::ListQueuesRequest list;
    list.set_workspace(kWorkspace);
    set(*list.mutable_filter());
    v1::ListQueuesResponse page;
    EXPECT_EQ(ReasonOf(f.resources->ListQueues(ClientContext(), list, &page)), "OK");
    std::string found;
    for (const v1::Queue& queue : page.queues()) found += queue.id() + " ";
    return found;
  };
  EXPECT_EQ(ids([](auto&) {}), "calls chats jobs private tiny ");
  EXPECT_EQ(ids([](auto& filter) { filter.set_client("acme"); }), "private ");
  EXPECT_EQ(ids([](auto& filter) { filter.set_office(v1::OFFICE_BACK); }), "jobs ");
  EXPECT_EQ(ids([](auto& filter) {
              filter.set_office(v1::OFFICE_FRONT);
              filter.set_urgency(v1::URGENCY_DEFERRABLE);
            }),
            "");
}

// ----------------------------------------------------------------------------------------- batches

TEST(BatchUpdateAgents, ChangesEachForItself) {
  Fixture f;
  v1::BatchUpdateAgentsRequest request;
  request.set_workspace(kWorkspace);
  for (const char* id : {"ann", "nobody", "bob", "ann", "ann", "bob"}) {
    request.add_updates()->mutable_agent()->set_id(id);
  }
  request.mutable_updates(0)->mutable_agent()->set_display_name("Ann");
  request.mutable_updates(2)->mutable_agent()->set_display_name("Bob");
  request.mutable_updates(2)->set_expected_revision(7);
  request.mutable_updates(3)->mutable_agent()->set_team("ghosts");
  request.mutable_updates(4)->mutable_update_mask()->add_paths("nothing");
  request.mutable_updates(5)->mutable_update_mask()->add_paths("languages");
  v1::BatchUpdateAgentsResponse response;
  ASSERT_EQ(ReasonOf(f.resources->BatchUpdateAgents(ClientContext(), request, &response)), "OK");
  ASSERT_EQ(response.results_size(), 6);
  EXPECT_EQ(response.results(0).revision(), 2);
  EXPECT_EQ(response.results(1).error().reason(), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(response.results(2).error().reason(), "REVISION_STALE");
  EXPECT_EQ(response.results(3).error().reason(), "REFERENCE_BROKEN");
  EXPECT_EQ(response.results(3).error().field(), "agent.team");
  EXPECT_EQ(response.results(4).error().field(), "update_mask.paths[0]");
  EXPECT_EQ(response.results(5).revision(), 3);
  EXPECT_EQ(GetAgent(f, "ann").display_name(), "Ann");
  EXPECT_EQ(GetAgent(f, "bob").languages_size(), 0);
  // Safe to repeat: what is as it was stays so.
  ASSERT_EQ(ReasonOf(f.resources->BatchUpdateAgents(ClientContext(), request, &response)), "OK");
  EXPECT_EQ(response.results(5).revision(), 3);
  EXPECT_EQ(Revision(f), 3);
}

TEST(BatchUpdateAgents, RefusesWhatIsNoBatch) {
  Fixture f;
  v1::BatchUpdateAgentsRequest request;
  request.set_workspace(kWorkspace);
  v1::BatchUpdateAgentsResponse response;
  EXPECT_EQ(ReasonOf(f.resources->BatchUpdateAgents(ClientContext(), request, &response)),
            "FIELD_REQUIRED");
  for (size_t i = 0; i <= router::kMaxBatchAgents; ++i) {
    request.add_updates()->mutable_agent()->set_id("ann");
  }
  EXPECT_EQ(ReasonOf(f.resources->BatchUpdateAgents(ClientContext(), request, &response)),
            "FIELD_TOO_LARGE");
  request.mutable_updates()->DeleteSubrange(1, request.updates_size() - 1);
  request.set_workspace("nowhere");
  EXPECT_EQ(ReasonOf(f.resources->BatchUpdateAgents(ClientContext(), request, &response)),
            "WORKSPACE_NOT_FOUND");
}

// ---------------------------------------------------------------------- settings, and all at once

TEST(WorkspaceSettings, AreChangedByMask) {
  Fixture f;
  v1::UpdateWorkspaceSettingsRequest request;
  request.set_workspace(kWorkspace);
  request.set_request_id(kRequestId);
  v1::UpdateWorkspaceSettingsResponse response;
  const auto call = [&] {
    return ReasonOf(f.resources->UpdateWorkspaceSettings(ClientContext(), request, &response));
  };
  EXPECT_EQ(call(), "FIELD_REQUIRED");
  request.mutable_settings()->mutable_cool_down()->set_seconds(5);
  ASSERT_EQ(call(), "OK");
  EXPECT_EQ(response.settings().time_zone(), "Europe/Lisbon");
  EXPECT_EQ(response.settings().cool_down().seconds(), 5);
  EXPECT_EQ(response.settings().session_grace().seconds(), 15);
  EXPECT_EQ(response.settings().revision(), 2);
  ASSERT_EQ(call(), "OK");
  EXPECT_EQ(response.settings().revision(), 2);
  EXPECT_EQ(EventsOfResources(f).at(0).reason(), "workspace_settings");
  EXPECT_EQ(Revision(f), 2);

  request.clear_request_id();
  request.set_expected_revision(1);
  EXPECT_EQ(call(), "REVISION_STALE");
  request.set_expected_revision(0);
  request.mutable_settings()->mutable_cool_down()->set_seconds(3'601);
  EXPECT_EQ(call(), "FIELD_OUT_OF_RANGE");
  request.mutable_update_mask()->add_paths("revision");
  EXPECT_EQ(call(), "FIELD_MALFORMED");
}

TEST(ApplyConfiguration, TellsWhatItChanges) {
  Fixture f;
  v1::ApplyConfigurationRequest request;
  request.set_workspace(kWorkspace);
  request.set_request_id(kRequestId);
  v1::Configuration& next = *request.mutable_configuration();
  next = SmallConfiguration();
  next.mutable_cool_down()->set_seconds(9);
  next.mutable_queues(1)->set_max_waiting(8);
  next.mutable_queues(1)->set_display_name("Chats");
  next.mutable_agents()->DeleteSubrange(0, 1);
  next.add_teams()->set_id("north");
  request.set_validate_only(true);
  v1::ApplyConfigurationResponse response;
  ASSERT_EQ(ReasonOf(f.configurations->ApplyConfiguration(ClientContext(), request, &response)),
            "OK");
  EXPECT_EQ(response.revision(), 1);
  v1::ApplyConfigurationResponse would_be = response;

  request.set_validate_only(false);
  request.set_request_id("00000000-0000-4000-8000-000000000002");
  ASSERT_EQ(ReasonOf(f.configurations->ApplyConfiguration(ClientContext(), request, &response)),
            "OK");
  EXPECT_EQ(response.revision(), 2);
  would_be.set_revision(2);
  EXPECT_TRUE(MessageDifferencer::Equals(response, would_be));
  EXPECT_EQ(response.created(), 1);
  EXPECT_EQ(response.updated(), 2);
  EXPECT_EQ(response.deleted(), 1);
  std::string told;
  for (const v1::ConfigurationChange& change : response.changes()) {
    told += v1::ResourceKind_Name(change.kind()).substr(14) + ":" + change.id() + " " +
            v1::ChangeType_Name(change.type()).substr(12);
    for (const std::string& field : change.fields()) told += " " + field;
    told += "\n";
  }
  EXPECT_EQ(told,
            "WORKSPACE_SETTINGS: UPDATED cool_down\n"
            "TEAM:north CREATED\n"
            "QUEUE:chats UPDATED display_name max_waiting\n"
            "AGENT:ann DELETED\n");
  // Only what changed has the new revision.
  EXPECT_EQ(GetAgent(f, "bob").revision(), 1);

  ASSERT_EQ(ReasonOf(f.configurations->ApplyConfiguration(ClientContext(), request, &response)),
            "OK");
  EXPECT_EQ(response.revision(), 2);
  EXPECT_EQ(response.updated(), 2);
  EXPECT_EQ(response.changes_size(), 0);
}

}  // namespace
}  // namespace tandem::rpc
