#include "server/ctl/kinds.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

#include "server/ctl/spans.h"
#include "tandem/v1/configuration.pb.h"
#include "tandem/v1/configuration_service.pb.h"
#include "tandem/v1/report_service.pb.h"
#include "tandem/v1/ticket_service.pb.h"
#include "tandem/v1/webhook_service.pb.h"

namespace tandem::ctl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
namespace v1 = tandem::v1;

// So many elements of a list are shown in a cell.
constexpr int kShownElements = 3;

std::string Dashed(const std::string& text) {
  std::string dashed;
  for (const char letter : text) {
    if (absl::ascii_isupper(static_cast<unsigned char>(letter)) && !dashed.empty()) dashed += '-';
    dashed += letter == '_' ? '-' : absl::ascii_tolower(static_cast<unsigned char>(letter));
  }
  return dashed;
}

std::vector<Kind> FindKinds() {
  std::vector<Kind> kinds;
  const Descriptor& type = *v1::Configuration::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!field.is_repeated() || field.message_type() == nullptr) continue;
    const FieldDescriptor* id = field.message_type()->FindFieldByName("id");
    if (id == nullptr || id->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    kinds.push_back({Dashed(field.message_type()->name()), Dashed(field.name()), &field});
  }
  return kinds;
}

// The list of a response that holds items, by its name.
template <typename Response>
const FieldDescriptor* ListOf(const std::string& name) {
  return Response::descriptor()->FindFieldByName(name);
}

std::vector<Kind> FindOtherKinds() {
  return {
      {"policy",
       "policies",
       ListOf<v1::ListServiceLevelPoliciesResponse>("policies"),
       {"id", "client", "queues", "effective_from", "threshold", "abandons", "short_abandon_limit",
        "gone_queues", "client_gone", "revision", "display_name"}},
      {"measure",
       "measures",
       ListOf<v1::ListMeasuresResponse>("measures"),
       {"id", "unit", "facts", "formula", "origin"}},
      {"note", "notes", ListOf<v1::ListNotesResponse>("notes"), {}, /*of_ticket=*/true},
      {"message",
       "messages",
       ListOf<v1::ListMessagesResponse>("messages"),
       {"sequence", "sent_at", "author", "agent", "direction", "text"},
       /*of_ticket=*/true},
      {"contact",
       "contacts",
       ListOf<v1::ListContactsResponse>("contacts"),
       {"sequence", "queued_at", "channel", "direction", "external_id", "subject", "payload_json"},
       /*of_ticket=*/true},
      {"workspace", "workspaces", ListOf<v1::ListWorkspacesResponse>("workspaces")},
      {"webhook",
       "webhooks",
       ListOf<v1::ListWebhooksResponse>("webhooks"),
       {"id", "state", "url", "waiting", "dead_letters", "last_success_at", "oldest_undelivered_at",
        "last_error"}},
      {"score", "scores", ListOf<v1::ListSurveyScoresResponse>("scores"), {}, /*of_ticket=*/true},
      {"transfer-target",
       "transfer-targets",
       ListOf<v1::ListTransferTargetsResponse>("targets"),
       {},
       /*of_ticket=*/false,
       Defaults::kWrite},
  };
}

std::string CellOf(const Message& message, const FieldDescriptor& field);

// The first thing that a message says, and its second when that is all: "billing=5".
std::string ShortMessage(const Message& message) {
  if (const auto* span = dynamic_cast<const google::protobuf::Duration*>(&message)) {
    return ShowSpan(ToSpan(*span));
  }
  if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message)) {
    return ShortTime(*time);
  }
  const Descriptor& type = *message.GetDescriptor();
  if (type.field_count() == 0 || type.field(0)->message_type() != nullptr) return "";
  const std::string first = CellOf(message, *type.field(0));
  if (type.field_count() != 2 || type.field(1)->message_type() != nullptr) return first;
  const std::string second = CellOf(message, *type.field(1));
  return second.empty() ? first : absl::StrCat(first, "=", second);
}

std::string ListCell(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  std::vector<std::string> shown;
  for (int i = 0; i < std::min(size, kShownElements); ++i) {
    if (field.message_type() != nullptr) {
      shown.push_back(ShortMessage(reflection.GetRepeatedMessage(message, &field, i)));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      shown.push_back(reflection.GetRepeatedString(message, &field, i));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      shown.push_back(ShortEnum(*reflection.GetRepeatedEnum(message, &field, i)));
    }
  }
  // Elements without a word for themselves are counted.
  if (std::any_of(shown.begin(), shown.end(), [](const auto& text) { return text.empty(); })) {
    return absl::StrCat(size);
  }
  return absl::StrCat(absl::StrJoin(shown, ","),
                      size > kShownElements ? absl::StrCat(",+", size - kShownElements) : "");
}

// What a cell shows of a field; empty for the type's default, and for what does not fit.
std::string CellOf(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) return ListCell(message, field);
  if (!reflection.HasField(message, &field)) return "";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "yes" : "no";
    case FieldDescriptor::CPPTYPE_ENUM:
      return ShortEnum(*reflection.GetEnum(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrCat(reflection.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return absl::StrCat(reflection.GetFloat(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ShortMessage(reflection.GetMessage(message, &field));
  }
  return "";
}

bool IsNumber(const FieldDescriptor& field) {
  return !field.is_repeated() && (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ||
                                  field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
                                  field.cpp_type() == FieldDescriptor::CPPTYPE_INT64);
}

// What a table shows of the kind.
std::vector<const FieldDescriptor*> ColumnsOf(const Kind& kind) {
  const Descriptor& type = *kind.field->message_type();
  std::vector<const FieldDescriptor*> columns;
  for (const std::string& name : kind.columns) columns.push_back(type.FindFieldByName(name));
  for (int i = 0; kind.columns.empty() && i < type.field_count(); ++i) {
    columns.push_back(type.field(i));
  }
  return columns;
}

}  // namespace

const std::vector<Kind>& ConfiguredKinds() {
  static const auto& kinds = *new std::vector<Kind>(FindKinds());
  return kinds;
}

const std::vector<Kind>& Kinds() {
  static const auto& kinds = *new std::vector<Kind>([] {
    std::vector<Kind> all = FindKinds();
    for (Kind& other : FindOtherKinds()) all.push_back(std::move(other));
    return all;
  }());
  return kinds;
}

const Kind* FindKind(const std::string& word) {
  const std::string dashed = absl::StrReplaceAll(word, {{"_", "-"}});
  for (const Kind& kind : Kinds()) {
    if (dashed == kind.name || dashed == kind.plural) return &kind;
  }
  return nullptr;
}

std::vector<const Message*> ItemsOf(const Message& holder, const Kind& kind) {
  const Reflection& reflection = *holder.GetReflection();
  std::vector<const Message*> items;
  for (int i = 0; i < reflection.FieldSize(holder, kind.field); ++i) {
    items.push_back(&reflection.GetRepeatedMessage(holder, kind.field, i));
  }
  return items;
}

std::unique_ptr<Message> OnlyKind(const Message& holder, const Kind& kind, const std::string& id) {
  std::unique_ptr<Message> only(holder.New());
  for (const Message* item : ItemsOf(holder, kind)) {
    if (!id.empty() && IdOf(*item) != id) continue;
    only->GetReflection()->AddMessage(only.get(), kind.field)->CopyFrom(*item);
  }
  return only;
}

std::string IdOf(const Message& item) {
  return CellOf(item, *item.GetDescriptor()->field(0));
}

std::string KindTable(const Message& holder, const Kind& kind) {
  const std::vector<const FieldDescriptor*> fields = ColumnsOf(kind);
  std::vector<TextTable::Column> columns;
  for (const FieldDescriptor* field : fields) {
    columns.push_back({absl::StrReplaceAll(field->name(), {{"_", " "}}),
                       IsNumber(*field) ? TextTable::Align::kRight : TextTable::Align::kLeft});
  }
  TextTable table(std::move(columns));
  for (const Message* item : ItemsOf(holder, kind)) {
    std::vector<std::string> cells;
    for (const FieldDescriptor* field : fields) cells.push_back(CellOf(*item, *field));
    table.AddRow(std::move(cells));
  }
  return table.ToString();
}

Json KindJson(const Message& holder, const Kind& kind) {
  Json data = Json::object();
  Json& list = data[kind.field->json_name()] = Json::array();
  for (const Message* item : ItemsOf(holder, kind)) list.push_back(ToJson(*item, kind.defaults));
  return data;
}

}  // namespace tandem::ctl
