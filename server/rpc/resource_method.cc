#include "server/rpc/resource_method.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "fmt/format.h"
#include "router/limits.h"
#include "router/resources.h"
#include "server/rpc/convert_configuration.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/field_mask.h"
#include "server/rpc/request_tag.h"

namespace tandem::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using router::Reason;

// ------------------------------------------------------------------------------------------- names

// "ProcessType" of "process_type".
std::string MessageName(router::ResourceKind kind) {
  std::string name;
  bool upper = true;
  for (const char c : std::string_view(router::ToString(kind))) {
    if (c != '_') name.push_back(upper ? static_cast<char>(c - 'a' + 'A') : c);
    upper = c == '_';
  }
  return name;
}

std::unique_ptr<Message> New(const Descriptor& type) {
  const Message* prototype = MessageFactory::generated_factory()->GetPrototype(&type);
  return std::unique_ptr<Message>(prototype->New());
}

// ------------------------------------------------------------------- fields, by their names

const FieldDescriptor& FieldOf(const Message& message, const char* name) {
  return *message.GetDescriptor()->FindFieldByName(name);
}
std::string TextIn(const Message& message, const char* name) {
  return message.GetReflection()->GetString(message, &FieldOf(message, name));
}
int64_t NumberIn(const Message& message, const char* name) {
  return message.GetReflection()->GetInt64(message, &FieldOf(message, name));
}
bool FlagIn(const Message& message, const char* name) {
  return message.GetReflection()->GetBool(message, &FieldOf(message, name));
}
bool Has(const Message& message, const char* name) {
  return message.GetReflection()->HasField(message, &FieldOf(message, name));
}
const Message& PartOf(const Message& message, const char* name) {
  return message.GetReflection()->GetMessage(message, &FieldOf(message, name));
}

// ------------------------------------------------------------------------------------------- masks

template <typename T>
void AddFieldNames(const T* of, std::vector<std::string>& names) {
  router::VisitFields(of, [&](const char* name, auto) { names.emplace_back(name); });
}

std::vector<std::string> FieldNames(router::ResourceKind kind) {
  std::vector<std::string> names;
  std::visit([&](const auto& one) { AddFieldNames(&one, names); }, router::MakeResource(kind, ""));
  return names;
}

// The values with nothing in them but the id and the fields to change, so that nothing else is
// looked at. An enum that has to be set has some value, for the same reason.
std::unique_ptr<Message> OnlyFields(const Message& values, const std::vector<std::string>& fields) {
  std::unique_ptr<Message> only(values.New());
  only->CopyFrom(values);
  const Descriptor& type = *values.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const bool wanted = std::find(fields.begin(), fields.end(), field->name()) != fields.end();
    if (wanted || field->name() == "id") continue;
    only->GetReflection()->ClearField(only.get(), field);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM && !field->is_repeated()) {
      only->GetReflection()->SetEnumValue(only.get(), field, 1);
    }
  }
  return only;
}

void CheckRevision(int64_t revision, const std::string& field, Faults& faults) {
  if (revision >= 0) return;
  faults.Add(Reason::kFieldOutOfRange, field,
             fmt::format("expected 0 or more, but it is {}", revision));
}

router::UpdateResource MakeUpdate(router::ResourceKind kind, const Message& values,
                                  const google::protobuf::FieldMask& mask,
                                  int64_t expected_revision, Faults& faults) {
  const std::string path = router::ToString(kind);
  faults.RequireId(TextIn(values, "id"), path + ".id");
  CheckRevision(expected_revision, "expected_revision", faults);
  router::UpdateResource update;
  update.fields = FieldsToChange(values, mask, FieldNames(kind), "update_mask", faults);
  update.resource = ToResource(kind, *OnlyFields(values, update.fields), path, faults);
  update.expected_revision = expected_revision;
  return update;
}

// ------------------------------------------------------------------------------------------- verbs

// The resource of a request to create or update one; null when it is not set.
const Message* ResourceIn(const ResourceMethod& method, const Message& request, Faults& faults) {
  const char* name = router::ToString(method.kind);
  if (Has(request, name)) return &PartOf(request, name);
  faults.Add(Reason::kFieldRequired, name, "expected a resource, but it is unset");
  return nullptr;
}

router::Action ToCreate(const ResourceMethod& method, const Message& request, Faults& faults) {
  router::CreateResource action;
  action.validate_only = FlagIn(request, "validate_only");
  if (const Message* values = ResourceIn(method, request, faults)) {
    const std::string path = router::ToString(method.kind);
    faults.RequireId(TextIn(*values, "id"), path + ".id");
    action.resource = ToResource(method.kind, *values, path, faults);
  }
  return action;
}

router::Action ToUpdate(const ResourceMethod& method, const Message& request, Faults& faults) {
  router::UpdateResource action;
  if (const Message* values = ResourceIn(method, request, faults)) {
    const auto& mask =
        static_cast<const google::protobuf::FieldMask&>(PartOf(request, "update_mask"));
    action = MakeUpdate(method.kind, *values, mask, NumberIn(request, "expected_revision"), faults);
  }
  action.validate_only = FlagIn(request, "validate_only");
  return action;
}

router::Action ToDelete(const ResourceMethod& method, const Message& request, Faults& faults) {
  faults.RequireId(TextIn(request, "id"), "id");
  CheckRevision(NumberIn(request, "expected_revision"), "expected_revision", faults);
  return router::DeleteResource{.kind = method.kind,
                                .id = TextIn(request, "id"),
                                .expected_revision = NumberIn(request, "expected_revision"),
                                .validate_only = FlagIn(request, "validate_only")};
}

// ----------------------------------------------------------------------------------------- filters

void ReadFilter(const Message& message, store::ResourceFilter& filter, Faults& faults) {
  const Descriptor& type = *message.GetDescriptor();
  const auto text = [&](const char* name, std::string& to) {
    if (type.FindFieldByName(name) == nullptr) return;
    to = TextIn(message, name);
    faults.OptionalId(to, std::string("filter.") + name);
  };
  const auto value = [&](const char* name, int last, int offset, auto& to) {
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr) return;
    const int number = message.GetReflection()->GetEnumValue(message, field);
    if (number == 0 || !CheckEnum(number, last, std::string("filter.") + name, faults)) return;
    to = static_cast<typename std::decay_t<decltype(to)>::value_type>(number - offset);
  };
  text("client", filter.client);
  text("queue", filter.queue);
  text("team", filter.team);
  text("site", filter.site);
  text("routing_profile", filter.routing_profile);
  text("skill", filter.skill);
  text("process_type", filter.process_type);
  value("capacity_group", v1::CAPACITY_GROUP_TASK, 1, filter.capacity_group);
  value("office", v1::OFFICE_BACK, 0, filter.office);
  value("urgency", v1::URGENCY_DEFERRABLE, 0, filter.urgency);
}

}  // namespace

// ----------------------------------------------------------------------------------------- methods

std::unique_ptr<Message> ResourceMethod::NewRequest() const {
  return New(*descriptor->input_type());
}
std::unique_ptr<Message> ResourceMethod::NewResponse() const {
  return New(*descriptor->output_type());
}

std::optional<ResourceMethod> FindResourceMethod(const MethodDescriptor& descriptor) {
  using Verb = ResourceMethod::Verb;
  constexpr std::pair<std::string_view, Verb> kVerbs[] = {{"Create", Verb::kCreate},
                                                          {"Get", Verb::kGet},
                                                          {"List", Verb::kList},
                                                          {"Update", Verb::kUpdate},
                                                          {"Delete", Verb::kDelete}};
  for (const router::ResourceKind kind : router::kKindsOfResources) {
    for (const auto& [prefix, verb] : kVerbs) {
      const std::string name =
          std::string(prefix) + MessageName(kind) + (verb == Verb::kList ? "s" : "");
      if (descriptor.name() == name) {
        return ResourceMethod{.verb = verb, .kind = kind, .descriptor = &descriptor};
      }
    }
  }
  return std::nullopt;
}

std::variant<Verb, router::Rejection> ToVerb(const ResourceMethod& method, Message& request) {
  Faults faults;
  Verb verb;
  verb.command.workspace = TextIn(request, "workspace");
  faults.RequireId(verb.command.workspace, "workspace");
  verb.request = TakeRequestTag(request, faults);
  switch (method.verb) {
    case ResourceMethod::Verb::kCreate:
      verb.command.action = ToCreate(method, request, faults);
      break;
    case ResourceMethod::Verb::kUpdate:
      verb.command.action = ToUpdate(method, request, faults);
      break;
    case ResourceMethod::Verb::kDelete:
      verb.command.action = ToDelete(method, request, faults);
      break;
    case ResourceMethod::Verb::kGet:
    case ResourceMethod::Verb::kList:
      break;
  }
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return verb;
}

std::variant<Verb, router::Rejection> ToVerb(v1::UpdateWorkspaceSettingsRequest& request) {
  Faults faults;
  Verb verb;
  faults.RequireId(request.workspace(), "workspace");
  verb.command.workspace = request.workspace();
  verb.request = TakeRequestTag(request, faults);
  if (!request.has_settings()) {
    faults.Add(Reason::kFieldRequired, "settings", "expected settings, but they are unset");
  }
  CheckRevision(request.expected_revision(), "expected_revision", faults);
  router::UpdateWorkspaceSettings action;
  std::vector<std::string> names;
  AddFieldNames(&action.settings, names);
  action.fields =
      FieldsToChange(request.settings(), request.update_mask(), names, "update_mask", faults);
  const auto only = OnlyFields(request.settings(), action.fields);
  action.settings =
      ToSettings(static_cast<const v1::WorkspaceSettings&>(*only), "settings", faults);
  action.expected_revision = request.expected_revision();
  action.validate_only = request.validate_only();
  verb.command.action = std::move(action);
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return verb;
}

router::UpdateResource ToUpdate(const v1::BatchUpdateAgentItem& item, Faults& faults) {
  if (!item.has_agent()) {
    faults.Add(Reason::kFieldRequired, "agent", "expected an agent, but it is unset");
    return {};
  }
  return MakeUpdate(router::ResourceKind::kAgent, item.agent(), item.update_mask(),
                    item.expected_revision(), faults);
}

std::variant<ResourceAsked, router::Rejection> ToResourceAsked(const Message& request) {
  Faults faults;
  ResourceAsked asked{.workspace = TextIn(request, "workspace"), .id = TextIn(request, "id")};
  faults.RequireId(asked.workspace, "workspace");
  faults.RequireId(asked.id, "id");
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return asked;
}

std::variant<ResourcesAsked, router::Rejection> ToResourcesAsked(const ResourceMethod& method,
                                                                 const Message& request) {
  Faults faults;
  ResourcesAsked asked;
  asked.workspace = TextIn(request, "workspace");
  faults.RequireId(asked.workspace, "workspace");
  asked.filter.kind = method.kind;
  if (request.GetDescriptor()->FindFieldByName("filter") != nullptr) {
    ReadFilter(PartOf(request, "filter"), asked.filter, faults);
  }
  asked.page.size = request.GetReflection()->GetInt32(request, &FieldOf(request, "page_size"));
  asked.page.token = TextIn(request, "page_token");
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return asked;
}

store::ResourceFilter ToFilter(const v1::AgentFilter& message, Faults& faults) {
  store::ResourceFilter filter;
  filter.kind = router::ResourceKind::kAgent;
  ReadFilter(message, filter, faults);
  return filter;
}

void FillResource(const ResourceMethod& method, const router::Resource& resource,
                  Message& response) {
  const FieldDescriptor& field = FieldOf(response, router::ToString(method.kind));
  Fill(resource, *response.GetReflection()->MutableMessage(&response, &field));
}

void FillPage(const ResourceMethod& method, const query::ResourcePage& page, Message& response) {
  const auto* reflection = response.GetReflection();
  const std::string list = std::string(router::ToString(method.kind)) + "s";
  const FieldDescriptor& resources = FieldOf(response, list.c_str());
  for (const router::Resource& resource : page.resources) {
    Fill(resource, *reflection->AddMessage(&response, &resources));
  }
  reflection->SetString(&response, &FieldOf(response, "next_page_token"), page.next_token);
}

}  // namespace tandem::rpc
