#include "server/store/postgres_rows.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

#include "nlohmann/json.hpp"
#include "server/store/postgres_columns.h"

namespace tandem::store {
namespace {

// Access to a field of the struct that `outer` points to.
template <typename Outer, typename Inner>
auto In(Outer outer, Inner inner) {
  return [=](auto& row) -> auto& {
    return std::invoke(inner, std::invoke(outer, row));
  };
}

auto Load(router::CapacityGroup group) {
  return [=](auto& row) -> auto& {
    return row.load[static_cast<size_t>(group)];
  };
}

// Once the router has filled it in, a contact has one.
struct PriorityOfContact {
  uint32_t operator()(const router::ContactRow& row) const {
    return row.content.priority.value_or(0);
  }
  uint32_t& operator()(router::ContactRow& row) const { return row.content.priority.emplace(); }
};

}  // namespace

const Table<WorkspaceRecord>& WorkspaceTable() {
  using Row = WorkspaceRecord;
  using C = ColumnsOf<Row>;
  using router::CapacityGroup;
  using router::Configuration;
  using router::WorkspaceRow;
  const auto held = [](auto member) { return In(&Row::row, member); };
  const auto set = [&](auto member) { return In(held(&WorkspaceRow::configuration), member); };
  const auto returned = [](router::CapacityGroup group) {
    return [=](auto& record) -> auto& {
      return record.row.configuration.return_after[static_cast<size_t>(group)];
    };
  };
  static const Table<Row> table{
      "tandem.workspace",
      1,
      {C::Key("workspace", held(&WorkspaceRow::workspace)), C::Number("shard", &Row::shard),
       C::Number("revision", held(&WorkspaceRow::revision)),
       C::Text("time_zone", set(&Configuration::time_zone)),
       C::OptionalSpan("session_grace_us", set(&Configuration::session_grace)),
       C::OptionalSpan("cool_down_us", set(&Configuration::cool_down)),
       C::OptionalSpan("return_voice_us", returned(CapacityGroup::kVoice)),
       C::OptionalSpan("return_messaging_us", returned(CapacityGroup::kMessaging)),
       C::OptionalSpan("return_email_us", returned(CapacityGroup::kEmail)),
       C::OptionalSpan("return_task_us", returned(CapacityGroup::kTask)),
       C::Number("next_agent_ordinal", held(&WorkspaceRow::next_agent_ordinal))}};
  return table;
}

const Table<ResourceRecord>& ResourceTable() {
  using Row = ResourceRecord;
  using C = ColumnsOf<Row>;
  const auto same = [](const auto& json) { return std::string(json); };
  static const Table<Row> table{
      "tandem.configuration_resource",
      3,
      {C::Key("workspace", &Row::workspace), C::Key("kind", &Row::kind), C::Key("id", &Row::id),
       C::Number("position", &Row::position), C::Number("revision", &Row::revision),
       C::Json("body", &Row::body, same, same)}};
  return table;
}

const Table<router::AgentRow>& AgentTable() {
  using Row = router::AgentRow;
  using C = ColumnsOf<Row>;
  static const Table<Row> table{"tandem.agent",
                                2,
                                {C::Key("workspace", &Row::workspace),
                                 C::Key("agent", &Row::agent),
                                 C::Number("ordinal", &Row::ordinal),
                                 C::Named("status", &Row::status),
                                 C::Text("reason", &Row::reason),
                                 C::Named("next_status", &Row::next_status),
                                 C::Text("next_reason", &Row::next_reason),
                                 C::Number("ready_groups", &Row::ready_groups),
                                 C::Instant("status_since", &Row::status_since),
                                 C::Instant("idle_since", &Row::idle_since),
                                 C::Number("misses", &Row::misses),
                                 C::Number("turn", &Row::turn),
                                 C::Text("session_id", &Row::session_id),
                                 C::Number("generation", &Row::generation),
                                 C::Flag("session_open", &Row::session_open),
                                 C::Instant("session_lost_at", &Row::session_lost_at),
                                 C::Instant("grace_until", &Row::grace_until),
                                 C::Instant("away_since", &Row::away_since),
                                 C::Instant("shift_ends_at", &Row::shift_ends_at),
                                 C::Instant("interval_since", &Row::interval_since)}};
  return table;
}

namespace {

std::string IdsToJson(const std::vector<router::TicketId>& ids) {
  std::vector<std::string> texts;
  for (const router::TicketId& id : ids) texts.push_back(router::ToString(id));
  return TextsToJson(texts);
}

std::vector<router::TicketId> IdsFromJson(std::string_view json) {
  std::vector<router::TicketId> ids;
  for (const std::string& text : TextsFromJson(json)) {
    const auto id = router::ParseId<router::TicketId>(text);
    if (!id) throw CorruptValue("a ticket's id", text);
    ids.push_back(*id);
  }
  return ids;
}

}  // namespace

const Table<router::TicketStateRow>& TicketStateTable() {
  using Row = router::TicketStateRow;
  using C = ColumnsOf<Row>;
  const auto called = [](auto member) { return In(&Row::callback, member); };
  static const Table<Row> table{
      "tandem.ticket_state",
      2,
      {C::Key("workspace", &Row::workspace),
       C::KeyUuid("ticket_id", &Row::ticket),
       C::Named("state", &Row::state),
       C::Text("queue", &Row::queue),
       C::Number("priority", &Row::priority),
       C::Instant("queued_at", &Row::queued_at),
       C::Instant("target", &Row::target),
       C::Instant("order_key", &Row::key),
       C::Text("agent", &Row::agent),
       C::Flag("leased", &Row::leased),
       C::Number("offer_number", &Row::offer_number),
       C::Instant("until", &Row::until),
       C::Instant("answered_at", &Row::answered_at),
       C::Instant("closed_at", &Row::closed_at),
       C::Text("disposition", &Row::disposition),
       C::Number("contact_count", &Row::contact_count),
       C::Number("reopen_count", &Row::reopen_count),
       C::Instant("silent_until", &Row::silent_until),
       C::Instant("reply_by", &Row::reply_by),
       C::Json("cool_downs", &Row::cool_downs, CoolDownsToJson, CoolDownsFromJson, true),
       C::Number("plan_step", &Row::plan_step),
       C::Number("plan_skipped", &Row::plan_skipped),
       C::Instant("plan_since", &Row::plan_since),
       C::Span("plan_waited_us", &Row::plan_waited),
       C::Instant("parked_at", &Row::parked_at),
       C::Text("parking_reason", &Row::parking_reason),
       C::Flag("clock_stopped", &Row::clock_stopped),
       C::Flag("until_children_closed", &Row::until_children_closed),
       C::Json("blocked_by", &Row::blocked_by, IdsToJson, IdsFromJson, true),
       C::Text("last_agent", &Row::last_agent),
       C::Instant("kept_until", &Row::kept_until),
       C::Text("channel", &Row::channel),
       C::Instant("not_after", called(&router::Callback::not_after)),
       C::Number("attempts", called(&router::Callback::attempts)),
       C::Named("last_outcome", called(&router::Callback::last_outcome)),
       C::Number("visit_number", &Row::visit_number),
       C::Instant("visit_entered_at", &Row::visit_entered_at),
       C::Named("visit_entry_reason", &Row::visit_entry_reason),
       C::OptionalSpan("visit_estimate_us", &Row::visit_estimate),
       C::Number("segment_number", &Row::segment_number),
       C::Instant("segment_began_at", &Row::segment_began_at),
       C::Instant("accepted_at", &Row::accepted_at),
       C::Instant("connected_at", &Row::connected_at),
       C::Instant("held_since", &Row::held_since),
       C::Span("held_us", &Row::held),
       C::Instant("interrupted_since", &Row::interrupted_since),
       C::Span("interrupted_us", &Row::interrupted),
       C::Instant("disconnected_at", &Row::disconnected_at),
       C::Named("disconnected_by", &Row::disconnected_by),
       C::Instant("finished_at", &Row::finished_at),
       C::OptionalJson("participants", &Row::participants, ParticipantsToJson,
                       ParticipantsFromJson),
       C::OptionalJson("reviewed", &Row::reviewed, ReviewedToJson, ReviewedFromJson)}};
  return table;
}

const Table<LiveTicket>& LiveStateTable() {
  using Row = LiveTicket;
  using C = ColumnsOf<Row>;
  static const Table<Row> table{
      "tandem.ticket_state",
      1,
      {C::KeyUuid("ticket_id", &Row::ticket), C::Named("state", &Row::state),
       C::Text("queue", &Row::queue), C::Instant("queued_at", &Row::queued_at),
       C::Text("agent", &Row::agent), C::Flag("leased", &Row::leased),
       C::Number("offer_number", &Row::offer_number), C::Instant("until", &Row::until),
       C::Instant("segment_began_at", &Row::segment_began_at),
       C::Instant("accepted_at", &Row::accepted_at), C::Instant("connected_at", &Row::connected_at),
       C::Instant("held_since", &Row::held_since),
       C::Instant("disconnected_at", &Row::disconnected_at),
       C::Instant("finished_at", &Row::finished_at), C::Text("channel", &Row::channel_now),
       C::OptionalJson("participants", &Row::participants, ParticipantsToJson,
                       ParticipantsFromJson)}};
  return table;
}

const Table<LiveTicket>& LiveTicketTable() {
  using Row = LiveTicket;
  using C = ColumnsOf<Row>;
  // Without a ticket's row its key is NULL, which Decode refuses.
  static const Table<Row> table{
      "tandem.ticket",
      1,
      {C::KeyUuid("ticket_id", &Row::ticket), C::Text("channel", &Row::channel),
       C::Text("client", &Row::client), C::Text("entry_point", &Row::entry_point),
       C::Text("external_id", &Row::external_id)}};
  return table;
}

const Table<router::TicketDetailRow>& TicketDetailTable() {
  using Row = router::TicketDetailRow;
  using Detail = router::TicketDetail;
  using C = ColumnsOf<Row>;
  const auto said = [](auto member) { return In(&Row::detail, member); };
  static const Table<Row> table{
      "tandem.ticket_detail",
      2,
      {C::Key("workspace", &Row::workspace), C::KeyUuid("ticket_id", &Row::ticket),
       C::Number("revision", said(&Detail::revision)),
       C::Text("customer_id", said(&Detail::customer_id)),
       C::Text("customer_segment", said(&Detail::customer_segment)),
       C::Text("subject", said(&Detail::subject)), C::Instant("due_at", said(&Detail::due_at)),
       C::Json("attributes", said(&Detail::attributes), ChangedAttributesToJson,
               ChangedAttributesFromJson, true),
       C::Json("external_references", said(&Detail::references), ReferencesToJson,
               ReferencesFromJson, true),
       C::OptionalJson("requirement", said(&Detail::requirement), ChangedRequirementToJson,
                       ChangedRequirementFromJson),
       C::Number("note_count", said(&Detail::notes)),
       C::Number("message_count", said(&Detail::messages)),
       C::Number("score_count", said(&Detail::scores)),
       C::OptionalJson("hand_off", said(&Detail::hand_off), HandOffToJson, HandOffFromJson),
       C::OptionalJson("reclassified", said(&Detail::reclassified), ReclassifiedToJson,
                       ReclassifiedFromJson)}};
  return table;
}

const Table<router::TicketRow>& TicketTable() {
  using Row = router::TicketRow;
  using C = ColumnsOf<Row>;
  static const Table<Row> table{
      "tandem.ticket",
      2,
      {C::Key("workspace", &Row::workspace),
       C::KeyUuid("ticket_id", &Row::ticket),
       C::Number("arrival", &Row::arrival),
       C::Uuid("contact_id", &Row::contact),
       C::Text("channel", &Row::channel),
       C::Text("client", &Row::client),
       C::Text("process_type", &Row::process_type),
       C::Text("language", &Row::language),
       C::Json("requirement", &Row::requirement, RequirementToJson, RequirementFromJson),
       C::Json("plan", &Row::plan, PlanToJson, PlanFromJson, true),
       C::Json("excluded_agents", &Row::excluded_agents, TextsToJson, TextsFromJson, true),
       C::Json("classification_rules", &Row::rules, TextsToJson, TextsFromJson, true),
       C::Text("entry_point", &Row::entry_point),
       C::Text("external_id", &Row::external_id),
       C::Text("conversation_key", &Row::conversation_key),
       C::Text("customer_id", &Row::customer_id),
       C::Text("customer_segment", &Row::customer_segment),
       C::Text("trace_parent", &Row::trace_parent),
       C::Uuid("consulted_ticket_id", &Row::consults),
       C::Uuid("parent_ticket_id", &Row::parent),
       C::Uuid("reviewed_ticket_id", &Row::reviews),
       C::Instant("created_at", &Row::created_at),
       C::Instant("due_at", &Row::due_at),
       C::Span("answer_target_us", &Row::answer_target),
       C::Span("expected_handling_time_us", &Row::expected_handling_time),
       C::Span("wrap_up_limit_us", &Row::wrap_up_limit),
       C::Flag("unroutable", &Row::unroutable)}};
  return table;
}

const Table<router::ContactRow>& ContactTable() {
  using Row = router::ContactRow;
  using New = router::NewContact;
  using C = ColumnsOf<Row>;
  const auto said = [](auto member) { return In(&Row::content, member); };
  static const Table<Row> table{
      "tandem.contact",
      2,
      {C::Key("workspace", &Row::workspace),
       C::KeyUuid("contact_id", &Row::contact),
       C::KeyUuid("ticket_id", &Row::ticket),
       C::Text("channel", said(&New::channel)),
       C::Text("entry_point", said(&New::entry_point)),
       C::Text("external_id", said(&New::external_id)),
       C::Text("conversation_key", said(&New::conversation_key)),
       C::Text("client", said(&New::client)),
       C::Text("process_type", said(&New::process_type)),
       C::Text("language", said(&New::language)),
       C::Json("requirement", said(&New::requirement), RequirementToJson, RequirementFromJson,
               true),
       C::OptionalJson("plan", said(&New::plan), PlanToJson, PlanFromJson),
       C::Number("priority", PriorityOfContact{}),
       C::Text("queue", said(&New::queue)),
       C::Span("answer_target_us", said(&New::answer_target)),
       C::Instant("due_at", said(&New::due_at)),
       C::Instant("not_before", said(&New::not_before)),
       C::Instant("not_after", said(&New::not_after)),
       C::Instant("said_received_at", said(&New::received_at)),
       C::Text("customer_id", said(&New::customer_id)),
       C::Text("customer_segment", said(&New::customer_segment)),
       C::Named("direction", said(&New::direction)),
       C::Named("initiated_by", said(&New::initiated_by)),
       C::Text("subject", said(&New::subject)),
       C::Text("payload_json", said(&New::payload_json)),
       C::Json("attributes", said(&New::attributes), AttributesToJson, AttributesFromJson, true),
       C::Json("excluded_agents", said(&New::excluded_agents), TextsToJson, TextsFromJson, true),
       C::Instant("received_at", &Row::received_at),
       C::Instant("queued_at", &Row::queued_at),
       C::OptionalFlag("joined", &Row::joined),
       C::NumberOrNone("said", said(&New::said))}};
  return table;
}

const Table<router::EventRow>& EventTable() {
  using Row = router::EventRow;
  using C = ColumnsOf<Row>;
  static const Table<Row> table{
      "tandem.event",
      2,
      {C::Key("workspace", &Row::workspace), C::Number("sequence", &Row::sequence),
       C::Named("type", &Row::type), C::Instant("at", &Row::at), C::Uuid("ticket_id", &Row::ticket),
       C::Text("agent", &Row::agent), C::Text("queue", &Row::queue),
       C::Number("offer_number", &Row::offer_number), C::Uuid("contact_id", &Row::contact),
       C::Text("reason", &Row::reason), C::Instant("until", &Row::until),
       C::Number("number", &Row::number)}};
  return table;
}

const Table<router::VisitRow>& VisitTable() {
  using Row = router::VisitRow;
  using C = ColumnsOf<Row>;
  static const Table<Row> table{
      "tandem.visit",
      3,
      {C::Key("workspace", &Row::workspace), C::KeyUuid("ticket_id", &Row::ticket),
       C::Number("visit_number", &Row::visit_number), C::Text("queue", &Row::queue),
       C::Text("client", &Row::client), C::Text("channel", &Row::channel),
       C::Text("process_type", &Row::process_type), C::Instant("entered_at", &Row::entered_at),
       C::Instant("left_at", &Row::left_at), C::Named("entry_reason", &Row::entry_reason),
       C::Named("exit_reason", &Row::exit_reason), C::Instant("target", &Row::target),
       C::Text("agent", &Row::agent), C::OptionalSpan("estimated_wait_us", &Row::estimated_wait)}};
  return table;
}

const Table<router::SegmentRow>& SegmentTable() {
  using Row = router::SegmentRow;
  using C = ColumnsOf<Row>;
  static const Table<Row> table{"tandem.segment",
                                3,
                                {C::Key("workspace", &Row::workspace),
                                 C::KeyUuid("ticket_id", &Row::ticket),
                                 C::Number("segment_number", &Row::segment_number),
                                 C::Text("agent", &Row::agent),
                                 C::Text("queue", &Row::queue),
                                 C::Text("client", &Row::client),
                                 C::Text("channel", &Row::channel),
                                 C::Text("process_type", &Row::process_type),
                                 C::Instant("began_at", &Row::began_at),
                                 C::Flag("claimed", &Row::claimed),
                                 C::Instant("accepted_at", &Row::accepted_at),
                                 C::Instant("connected_at", &Row::connected_at),
                                 C::Span("held_us", &Row::held),
                                 C::Span("interrupted_us", &Row::interrupted),
                                 C::Instant("disconnected_at", &Row::disconnected_at),
                                 C::Named("disconnected_by", &Row::disconnected_by),
                                 C::Instant("finished_at", &Row::finished_at),
                                 C::Instant("ended_at", &Row::ended_at),
                                 C::Named("outcome", &Row::outcome),
                                 C::Named("role", &Row::role),
                                 C::Text("disposition", &Row::disposition),
                                 C::Flag("resolved", &Row::resolved),
                                 C::NumberOrNone("cost_per_hour_milli", &Row::cost_per_hour_milli),
                                 C::Flag("automated", &Row::automated)}};
  return table;
}

const Table<router::AgentIntervalRow>& AgentIntervalTable() {
  using Row = router::AgentIntervalRow;
  using C = ColumnsOf<Row>;
  using router::CapacityGroup;
  static const Table<Row> table{
      "tandem.agent_interval",
      0,
      {C::Key("workspace", &Row::workspace), C::Key("agent", &Row::agent),
       C::Instant("began_at", &Row::began_at), C::Instant("ended_at", &Row::ended_at),
       C::Named("status", &Row::status), C::Text("reason", &Row::reason),
       C::Number("load_voice", Load(CapacityGroup::kVoice)),
       C::Number("load_messaging", Load(CapacityGroup::kMessaging)),
       C::Number("load_email", Load(CapacityGroup::kEmail)),
       C::Number("load_task", Load(CapacityGroup::kTask)), C::Text("client", &Row::client),
       C::Number("generation", &Row::generation), C::Instant("idle_since", &Row::idle_since),
       C::NumberOrNone("cost_per_hour_milli", &Row::cost_per_hour_milli)}};
  return table;
}

const Table<router::MessageRow>& MessageTable() {
  using Row = router::MessageRow;
  using C = ColumnsOf<Row>;
  static const Table<Row> table{
      "tandem.message",
      0,
      {C::Key("workspace", &Row::workspace), C::KeyUuid("ticket_id", &Row::ticket),
       C::Number("sequence", &Row::sequence), C::Uuid("contact_id", &Row::contact),
       C::Named("direction", &Row::direction), C::Named("author", &Row::author),
       C::Instant("at", &Row::at), C::Text("agent", &Row::agent), C::Text("text", &Row::text),
       C::Text("external_id", &Row::external_id)}};
  return table;
}

const Table<router::NoteRow>& NoteTable() {
  using Row = router::NoteRow;
  using C = ColumnsOf<Row>;
  static const Table<Row> table{
      "tandem.note",
      3,
      {C::Key("workspace", &Row::workspace), C::KeyUuid("ticket_id", &Row::ticket),
       C::Number("sequence", &Row::sequence), C::Instant("at", &Row::at),
       C::Text("agent", &Row::agent), C::Text("text", &Row::text)}};
  return table;
}

const Table<router::SurveyRow>& SurveyTable() {
  using Row = router::SurveyRow;
  using Score = router::SurveyScore;
  using C = ColumnsOf<Row>;
  const auto said = [](auto member) { return In(&Row::score, member); };
  static const Table<Row> table{
      "tandem.survey",
      4,
      {C::Key("workspace", &Row::workspace), C::KeyUuid("ticket_id", &Row::ticket),
       C::Number("sequence", &Row::sequence), C::Key("measure", said(&Score::measure)),
       C::Number("score", said(&Score::score)), C::Number("lowest", said(&Score::lowest)),
       C::Number("highest", said(&Score::highest)), C::Instant("at", &Row::at),
       C::Text("agent", &Row::agent), C::Text("queue", &Row::queue),
       C::Text("client", &Row::client), C::Text("channel", &Row::channel),
       C::Text("process_type", &Row::process_type)}};
  return table;
}

const Table<RequestRow>& RequestTable() {
  using Row = RequestRow;
  using C = ColumnsOf<Row>;
  static const Table<Row> table{
      "tandem.request",
      2,
      {C::Key("workspace", &Row::workspace), C::KeyUuid("request_id", &Row::request),
       C::Instant("at", &Row::at), C::KeyUuid("hash", &Row::hash),
       C::Json("answer", &Row::answer, AnswerToJson, AnswerFromJson)}};
  return table;
}

const Table<KnownContact>& KnownContactTable() {
  using Row = KnownContact;
  using C = ColumnsOf<Row>;
  static const Table<Row> table{
      "tandem.contact",
      4,
      {C::Key("workspace", &Row::workspace), C::Key("channel", &Row::channel),
       C::Text("entry_point", &Row::entry_point), C::Key("external_id", &Row::external_id),
       C::Instant("queued_at", &Row::at), C::KeyUuid("ticket_id", &Row::ticket),
       C::KeyUuid("contact_id", &Row::contact), C::Flag("joined", &Row::joined),
       C::Flag("unroutable", &Row::unroutable)}};
  return table;
}

}  // namespace tandem::store
