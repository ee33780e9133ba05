// Goal: no request, however strange, crashes the server's door, and everything that is refused has
// a reason of INVALID_ARGUMENT. Method: good requests of every kind are serialized, their bytes
// changed at random, and what still is a message goes through conversion and checks. Seeded: a
// failure prints its seed, TANDEM_FUZZ_SEED repeats it.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "google/protobuf/message.h"
#include "google/protobuf/stubs/logging.h"

#include "gtest/gtest.h"
#include "router/check.h"
#include "server/query/events.h"
#include "server/query/reports.h"
#include "server/rpc/bulk_agents.h"
#include "server/rpc/bulk_tickets.h"
#include "server/rpc/convert_report.h"
#include "server/rpc/convert_webhook.h"
#include "server/rpc/event_stream.h"
#include "server/rpc/media_stream.h"
#include "server/rpc/resource_method.h"
#include "server/rpc/status.h"
#include "server/rpc/verbs.h"
#include "server/rpc/watch_stream.h"
#include "server/rpc/wire.h"
#include "server/store/memory_store.h"
#include "tests/fuzz/mutate.h"
#include "tests/rpc/fixture.h"

namespace tandem::rpc {
namespace {

using fuzz::Mutate;
using fuzz::Random;

constexpr router::Time kNow{1'700'000'000'000'000};
constexpr std::chrono::seconds kBudget{5};
constexpr char kTicket[] = "01890000-0000-7000-8000-000000000001";
constexpr char kRequestId[] = "6f1c0e6e-0f7b-4c1e-9d5e-3a1f0c2b4d5e";

// One kind of request: a good one in bytes, and the way that bytes go through the door.
struct Target {
  std::unique_ptr<google::protobuf::Message> good;
  std::function<std::optional<router::Rejection>(const std::string&)> run;
};

// A request that has a conversion of its own.
template <typename Request, typename Convert>
Target ConvertedTarget(const Request& good, Convert convert) {
  return {std::make_unique<Request>(good),
          [convert](const std::string& bytes) -> std::optional<router::Rejection> {
            const grpc::Slice slice(bytes);
            Request request;
            if (auto rejection = Read(grpc::ByteBuffer(&slice, 1), request)) return rejection;
            auto asked = convert(request);
            if (auto* rejection = std::get_if<router::Rejection>(&asked)) return *rejection;
            return std::nullopt;
          }};
}

template <typename Request>
Target MakeTarget(const Request& good) {
  return ConvertedTarget(good, [](Request& request) { return ToVerb(request, kNow); });
}

// A message of a stream that carries a request.
template <typename Message, typename Embedded>
Target MakeStreamTarget(const Message& good, Embedded embedded) {
  return {std::make_unique<Message>(good),
          [embedded](const std::string& bytes) -> std::optional<router::Rejection> {
            const grpc::Slice slice(bytes);
            Message message;
            if (auto rejection = Read(grpc::ByteBuffer(&slice, 1), message)) return rejection;
            auto verb = ToVerb(*embedded(message), kNow);
            if (auto* rejection = std::get_if<router::Rejection>(&verb)) return *rejection;
            return std::nullopt;
          }};
}

// Requests of streams that only read have a conversion of their own.
Target EventsTarget() {
  v1::StreamEventsRequest good;
  good.set_workspace(kWorkspace);
  good.set_resume_token(query::MakeResumeToken(kWorkspace, 17));
  good.mutable_filter()->add_clients("acme");
  good.mutable_filter()->add_queues("chats");
  good.mutable_filter()->add_ticket_ids(kTicket);
  good.mutable_filter()->add_types(v1::EVENT_TYPE_TICKET_CREATED);
  good.mutable_heartbeat_interval()->set_seconds(20);
  return {std::make_unique<v1::StreamEventsRequest>(good),
          [](const std::string& bytes) -> std::optional<router::Rejection> {
            const grpc::Slice slice(bytes);
            v1::StreamEventsRequest request;
            if (auto rejection = Read(grpc::ByteBuffer(&slice, 1), request)) return rejection;
            auto asked = ToEventsAsked(request);
            if (auto* rejection = std::get_if<router::Rejection>(&asked)) return *rejection;
            // The token is read when the database is.
            store::MemoryStore empty;
            const auto& events = std::get<EventsAsked>(asked);
            const auto found =
                query::FindPosition(empty, events.workspace, events.token, events.start);
            const auto* rejection = std::get_if<router::Rejection>(&found);
            const bool invalid =
                rejection != nullptr && rejection->reason == router::Reason::kResumeTokenInvalid;
            return invalid ? std::optional(*rejection) : std::nullopt;
          }};
}

// Requests for reports are converted without an engine.
Target ReportTarget() {
  v1::QueryMetricsRequest good;
  good.set_workspace(kWorkspace);
  good.mutable_since()->set_seconds(kNow.us / 1'000'000);
  good.mutable_until()->set_seconds(kNow.us / 1'000'000 + 86'400);
  good.set_interval(v1::REPORT_INTERVAL_HOUR);
  good.set_time_zone("Asia/Kolkata");
  good.add_group_by(v1::REPORT_DIMENSION_QUEUE);
  good.mutable_filter()->add_clients("acme");
  good.add_measures("service_level");
  good.mutable_policy()->mutable_threshold()->set_seconds(20);
  good.mutable_policy()->mutable_short_abandon_limit()->set_seconds(5);
  return {std::make_unique<v1::QueryMetricsRequest>(good),
          [](const std::string& bytes) -> std::optional<router::Rejection> {
            const grpc::Slice slice(bytes);
            v1::QueryMetricsRequest request;
            if (auto rejection = Read(grpc::ByteBuffer(&slice, 1), request)) return rejection;
            Faults faults;
            const query::ReportRequest wanted = ToReportRequest(request, faults);
            if (auto rejection = faults.Take()) return rejection;
            // What else is wrong is found when the database is asked. Without a workspace in it
            // nothing is read.
            store::MemoryStore empty;
            const auto found = query::QueryMetrics(empty, empty, wanted, kNow);
            const auto* rejection = std::get_if<router::Rejection>(&found);
            const bool of_a_field = rejection != nullptr && !rejection->violations.empty();
            return of_a_field ? std::optional(*rejection) : std::nullopt;
          }};
}

// Good requests of each method that is the same for all kinds of resources.
std::vector<Target> ResourceTargets() {
  std::vector<Target> targets;
  const v1::Configuration configuration = SmallConfiguration();
  v1::CreateAgentRequest create;
  create.set_workspace(kWorkspace);
  create.set_request_id(kRequestId);
  *create.mutable_agent() = configuration.agents(0);
  v1::UpdateQueueRequest update;
  update.set_workspace(kWorkspace);
  *update.mutable_queue() = configuration.queues(0);
  update.mutable_update_mask()->add_paths("urgency");
  update.mutable_update_mask()->add_paths("display_name");
  v1::DeleteSkillRequest remove;
  remove.set_workspace(kWorkspace);
  remove.set_id("billing");
  v1::GetTeamRequest get;
  get.set_workspace(kWorkspace);
  get.set_id("north");
  v1::ListQueuesRequest list;
  list.set_workspace(kWorkspace);
  list.mutable_filter()->set_client("acme");
  list.mutable_filter()->set_office(v1::OFFICE_BACK);
  v1::CreateCalendarRequest calendar;
  calendar.set_workspace(kWorkspace);
  calendar.mutable_calendar()->set_id("office");
  calendar.mutable_calendar()->set_time_zone("Europe/Lisbon");
  v1::WeeklyHours* weekly = calendar.mutable_calendar()->add_weekly();
  weekly->add_days(v1::DAY_OF_WEEK_MONDAY);
  weekly->set_opens("22:00");
  weekly->set_closes("06:00");
  v1::CalendarException* exception = calendar.mutable_calendar()->add_exceptions();
  exception->set_date("2026-12-25");
  exception->set_every_year(true);
  calendar.mutable_calendar()->set_cut_off("16:00");
  calendar.mutable_calendar()->mutable_override_hours()->set_message("fire");
  v1::CreateEntryPointRequest enter;
  enter.set_workspace(kWorkspace);
  enter.mutable_entry_point()->set_id("line");
  enter.mutable_entry_point()->set_channel("voice");
  enter.mutable_entry_point()->set_address("+351 21 000 0000");
  enter.mutable_entry_point()->set_priority(3);
  v1::UpdateLanguageRequest say;
  say.set_workspace(kWorkspace);
  say.mutable_language()->set_id("french");
  say.mutable_language()->set_tag("fr-CA");
  say.mutable_language()->set_level(v1::CEFR_LEVEL_B2);
  v1::CreateClassificationRuleRequest classify;
  classify.set_workspace(kWorkspace);
  v1::ClassificationRule& rule = *classify.mutable_classification_rule();
  rule.set_id("vip");
  rule.set_order(10);
  v1::ContactCondition& segment = *rule.add_conditions();
  segment.set_field(v1::CONTACT_FIELD_CUSTOMER_SEGMENT);
  segment.add_values("gold");
  v1::ContactCondition& amount = *rule.add_conditions();
  amount.set_field(v1::CONTACT_FIELD_ATTRIBUTE);
  amount.set_attribute("amount");
  amount.set_min(-1.5);
  amount.set_negated(true);
  v1::QueueShare& share = *rule.add_queues();
  share.set_queue("chats");
  share.set_weight(70);
  rule.set_priority(7);
  const auto add = [&](const char* name, const google::protobuf::Message& good) {
    const auto& service = *v1::BatchUpdateAgentsRequest::descriptor()->file()->service(0);
    const ResourceMethod method = *FindResourceMethod(*service.FindMethodByName(name));
    std::unique_ptr<google::protobuf::Message> copy(good.New());
    copy->CopyFrom(good);
    targets.push_back(
        {std::move(copy), [method](const std::string& bytes) -> std::optional<router::Rejection> {
           const grpc::Slice slice(bytes);
           const auto request = method.NewRequest();
           if (auto rejection = Read(grpc::ByteBuffer(&slice, 1), *request)) return rejection;
           const auto refusal = [](auto made) -> std::optional<router::Rejection> {
             if (auto* rejection = std::get_if<router::Rejection>(&made)) return *rejection;
             return std::nullopt;
           };
           switch (method.verb) {
             case ResourceMethod::Verb::kGet:
               return refusal(ToResourceAsked(*request));
             case ResourceMethod::Verb::kList:
               return refusal(ToResourcesAsked(method, *request));
             default:
               return refusal(ToVerb(method, *request));
           }
         }});
  };
  add("CreateAgent", create);
  add("UpdateQueue", update);
  add("DeleteSkill", remove);
  add("GetTeam", get);
  add("ListQueues", list);
  add("CreateEntryPoint", enter);
  add("CreateCalendar", calendar);
  add("UpdateLanguage", say);
  add("CreateClassificationRule", classify);
  return targets;
}

template <typename Request>
Target WatchTarget(const Request& good) {
  return ConvertedTarget(good, [](const Request& request) { return ToWatchAsked(request); });
}

Target OpenMediaTarget(const v1::MediaSessionRequest& good) {
  return ConvertedTarget(good, [](const auto& request) { return ToMediaAsked(request.open()); });
}

v1::Requirement RichRequirement() {
  v1::Requirement requirement;
  auto* clause = requirement.add_all_of();
  auto* skill = clause->add_any_of()->mutable_skill();
  skill->set_skill("billing");
  skill->set_level(3);
  auto* language = clause->add_any_of()->mutable_language();
  language->set_tag("zh-Hant");
  language->set_level(v1::CEFR_LEVEL_B2);
  clause->add_any_of()->set_agent_kind(v1::AGENT_KIND_HUMAN);
  auto* attribute = requirement.add_prefer()->mutable_predicate();
  attribute->mutable_attribute()->set_key("region");
  attribute->mutable_attribute()->add_values("emea");
  attribute->set_negated(true);
  return requirement;
}

std::vector<Target> BulkTargets() {
  v1::BulkUpdateTicketsRequest tickets;
  tickets.set_workspace(kWorkspace);
  tickets.set_request_id(kRequestId);
  tickets.set_supervisor("sue");
  tickets.mutable_filter()->add_states(v1::TICKET_STATE_QUEUED);
  tickets.mutable_filter()->set_queue("chats");
  tickets.mutable_filter()->mutable_external_reference()->set_system("crm");
  tickets.mutable_filter()->mutable_external_reference()->set_id("CASE-1");
  tickets.set_priority(7);
  tickets.set_max_items(500);
  v1::BulkUpdateTicketsRequest cancel = tickets;
  cancel.mutable_cancel()->set_reason("storm");
  v1::BulkUpdateAgentsRequest agents;
  agents.set_workspace(kWorkspace);
  agents.set_request_id(kRequestId);
  agents.mutable_filter()->set_team("north");
  agents.mutable_filter()->set_skill("billing");
  agents.add_set_skills()->set_skill("cards");
  agents.mutable_set_skills(0)->set_level(5);
  agents.add_remove_skills("cheques");
  agents.set_routing_profile("everything");
  const auto convert_tickets = [](auto& request) { return ToBulkTicketsAsked(request); };
  std::vector<Target> targets;
  targets.push_back(ConvertedTarget(tickets, convert_tickets));
  targets.push_back(ConvertedTarget(cancel, convert_tickets));
  v1::BulkUpdateTicketsRequest asked = tickets;
  *asked.mutable_requirement() = RichRequirement();
  targets.push_back(ConvertedTarget(asked, convert_tickets));
  targets.push_back(
      ConvertedTarget(agents, [](auto& request) { return ToBulkAgentsAsked(request); }));
  return targets;
}

std::vector<Target> WebhookTargets() {
  v1::CreateWebhookRequest create;
  create.set_workspace(kWorkspace);
  v1::Webhook& webhook = *create.mutable_webhook();
  webhook.set_id("crm");
  webhook.set_url("https://crm.example:8443/hooks?a=b");
  webhook.set_description("Orders");
  webhook.mutable_filter()->add_clients("acme");
  webhook.mutable_filter()->add_ticket_ids(kTicket);
  webhook.mutable_filter()->add_types(v1::EVENT_TYPE_TICKET_CREATED);
  create.set_resume_token(query::MakeResumeToken(kWorkspace, 17));
  create.set_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  v1::UpdateWebhookRequest update;
  update.set_workspace(kWorkspace);
  *update.mutable_webhook() = webhook;
  update.mutable_update_mask()->add_paths("url");
  update.mutable_update_mask()->add_paths("filter");
  update.set_expected_revision(3);
  v1::RotateWebhookSecretRequest rotate;
  rotate.set_workspace(kWorkspace);
  rotate.set_webhook_id("crm");
  rotate.set_secret(create.secret());
  v1::RedeliverDeadLettersRequest redeliver;
  redeliver.set_workspace(kWorkspace);
  redeliver.set_webhook_id("crm");
  redeliver.add_sequences(17);
  std::vector<Target> targets;
  targets.push_back(ConvertedTarget(
      create, [](const auto& request) { return ToWebhookToCreate(request, false); }));
  targets.push_back(
      ConvertedTarget(update, [](const auto& request) { return ToWebhookChange(request, false); }));
  targets.push_back(
      ConvertedTarget(rotate, [](const auto& request) { return ToWebhookChange(request); }));
  targets.push_back(
      ConvertedTarget(redeliver, [](const auto& request) { return ToRedelivery(request); }));
  return targets;
}

template <typename Request>
Request WithTicket() {
  Request request;
  request.set_workspace(kWorkspace);
  request.set_ticket_id(kTicket);
  if constexpr (requires { request.mutable_session(); }) {
    request.mutable_session()->set_agent("ann");
    request.mutable_session()->set_generation(3);
  }
  return request;
}

v1::Contact RichContact() {
  v1::Contact contact = ChatContact();
  contact.set_external_id("web-17");
  contact.set_language("pt-BR");
  contact.set_priority(3);
  contact.mutable_answer_target()->set_seconds(90);
  contact.mutable_received_at()->set_seconds(kNow.us / 1'000'000 - 60);
  contact.set_subject("Onde está?");
  contact.set_payload_json(R"({"order":[17,{"text":"a\nb"}]})");
  (*contact.mutable_attributes())["page"] = "/cart";
  contact.add_excluded_agents("bob");
  contact.add_blocked_by(std::string(kTicket));
  *contact.mutable_requirement() = RichRequirement();
  auto* step = contact.mutable_plan()->add_steps();
  step->mutable_after()->set_seconds(20);
  step->mutable_requirement()->add_agents("ana");
  step->set_min_priority(5);
  auto* relax = contact.mutable_plan()->add_steps();
  relax->mutable_after()->set_seconds(25);
  relax->mutable_relax()->add_skills("cards");
  relax->mutable_relax()->set_lower_skill_levels_by(2);
  relax->mutable_relax()->add_attributes("region");
  auto* overflow = contact.mutable_plan()->add_steps();
  overflow->mutable_after()->set_seconds(30);
  overflow->set_queue("chats");
  overflow->mutable_condition()->set_waiting_more_than(3);
  overflow->mutable_condition()->mutable_oldest_waits_longer_than()->set_seconds(9);
  overflow->mutable_condition()->mutable_estimated_wait_longer_than()->set_seconds(8);
  overflow->mutable_condition()->set_service_level_below_percent(80);
  overflow->mutable_condition()->set_available_agents_fewer_than(2);
  overflow->mutable_offer_timeout()->set_seconds(7);
  overflow->set_concurrent_offers(3);
  auto* expire = contact.mutable_plan()->add_steps();
  expire->mutable_after()->set_seconds(40);
  expire->mutable_expire()->set_reason("late");
  return contact;
}

std::vector<Target> Targets() {
  std::vector<Target> targets;
  v1::ApplyConfigurationRequest apply;
  apply.set_workspace(kWorkspace);
  apply.set_request_id(kRequestId);
  *apply.mutable_configuration() = SmallConfiguration();
  targets.push_back(MakeTarget(apply));
  v1::IngestContactRequest ingest;
  ingest.set_workspace(kWorkspace);
  ingest.set_request_id(kRequestId);
  *ingest.mutable_contact() = RichContact();
  targets.push_back(MakeTarget(ingest));
  v1::ClassifyContactRequest classify;
  classify.set_workspace(kWorkspace);
  *classify.mutable_contact() = RichContact();
  targets.push_back(MakeTarget(classify));
  v1::StreamIngestRequest streamed;
  streamed.set_sequence(17);
  *streamed.mutable_request() = ingest;
  targets.push_back(MakeStreamTarget(
      streamed, [](v1::StreamIngestRequest& message) { return message.mutable_request(); }));
  targets.push_back(MakeTarget(WithTicket<v1::CancelTicketRequest>()));
  v1::CompleteTicketRequest complete = WithTicket<v1::CompleteTicketRequest>();
  complete.set_disposition("done");
  complete.set_confidence(0.75);
  complete.set_summary("wants to know when it comes");
  for (uint32_t i = 0; i < 2; ++i) {
    v1::FollowUp& follow_up = *complete.add_follow_ups();
    *follow_up.mutable_contact() = RichContact();
    follow_up.mutable_contact()->clear_conversation_key();
    follow_up.mutable_contact()->clear_parent_ticket_id();
    if (i > 0) follow_up.add_after(0);
  }
  targets.push_back(MakeTarget(complete));
  v1::ReleaseTicketRequest release = WithTicket<v1::ReleaseTicketRequest>();
  release.mutable_hand_off()->set_confidence(0.25);
  release.mutable_hand_off()->set_reason("unsure");
  release.mutable_hand_off()->set_summary("wants to know when it comes");
  targets.push_back(MakeTarget(release));
  targets.push_back(MakeTarget(WithTicket<v1::StartTicketRequest>()));
  v1::ReportMediaEventRequest report = WithTicket<v1::ReportMediaEventRequest>();
  report.set_offer_id(std::string(kTicket) + ".1");
  report.set_type(v1::MEDIA_EVENT_TYPE_DISCONNECTED);
  report.set_party(v1::PARTY_CUSTOMER);
  report.mutable_occurred_at()->set_seconds(kNow.us / 1'000'000);
  targets.push_back(MakeTarget(report));
  v1::MediaSessionRequest reported;
  *reported.mutable_report()->mutable_event() = report;
  targets.push_back(MakeStreamTarget(reported, [](v1::MediaSessionRequest& message) {
    return message.mutable_report()->mutable_event();
  }));
  v1::MediaSessionRequest open;
  open.mutable_open()->set_workspace(kWorkspace);
  open.mutable_open()->set_adapter("pbx-1");
  open.mutable_open()->add_channels("voice");
  targets.push_back(OpenMediaTarget(open));
  v1::AcceptOfferRequest accept;
  accept.set_workspace(kWorkspace);
  accept.set_offer_id(std::string(kTicket) + ".4294967295");
  accept.mutable_session()->set_agent("ann");
  accept.mutable_session()->set_generation(3);
  targets.push_back(MakeTarget(accept));
  v1::ClaimTicketsRequest claim;
  claim.set_workspace(kWorkspace);
  claim.set_request_id(kRequestId);
  *claim.mutable_session() = accept.session();
  claim.set_max_tickets(1);
  claim.set_ticket_id(kTicket);
  targets.push_back(MakeTarget(claim));
  v1::SetAgentStatusRequest status;
  status.set_workspace(kWorkspace);
  *status.mutable_session() = accept.session();
  status.set_status(v1::AGENT_STATUS_NOT_READY);
  status.set_reason("lunch");
  targets.push_back(MakeTarget(status));
  status.set_status(v1::AGENT_STATUS_DRAINING);
  status.clear_reason();
  status.set_next_status(v1::AGENT_STATUS_NOT_READY);
  status.set_next_reason("lunch");
  targets.push_back(MakeTarget(status));
  v1::InviteParticipantRequest invite = WithTicket<v1::InviteParticipantRequest>();
  *invite.mutable_session() = accept.session();
  invite.set_agent("bob");
  targets.push_back(MakeTarget(invite));
  v1::ConsultQueueRequest consult = WithTicket<v1::ConsultQueueRequest>();
  *consult.mutable_session() = accept.session();
  consult.set_queue("care");
  consult.mutable_time_limit()->set_seconds(60);
  targets.push_back(MakeTarget(consult));
  v1::CancelConsultationRequest nobody = WithTicket<v1::CancelConsultationRequest>();
  *nobody.mutable_session() = accept.session();
  targets.push_back(MakeTarget(nobody));
  v1::EndParticipationRequest end = WithTicket<v1::EndParticipationRequest>();
  *end.mutable_session() = accept.session();
  end.set_agent("bob");
  targets.push_back(MakeTarget(end));
  v1::SetParticipantRoleRequest role = WithTicket<v1::SetParticipantRoleRequest>();
  *role.mutable_session() = accept.session();
  role.set_agent("bob");
  role.set_role(v1::ASSIGNMENT_ROLE_CONFERENCE);
  targets.push_back(MakeTarget(role));
  v1::HandOverTicketRequest hand_over = WithTicket<v1::HandOverTicketRequest>();
  *hand_over.mutable_session() = accept.session();
  hand_over.set_agent("bob");
  hand_over.set_stay(true);
  targets.push_back(MakeTarget(hand_over));
  v1::MonitorTicketRequest monitor = WithTicket<v1::MonitorTicketRequest>();
  *monitor.mutable_session() = accept.session();
  targets.push_back(MakeTarget(monitor));
  v1::SetShiftEndRequest shift;
  shift.set_workspace(kWorkspace);
  shift.set_agent("ann");
  shift.set_supervisor("sue");
  shift.mutable_ends_at()->set_seconds(1'700'003'600);
  targets.push_back(MakeTarget(shift));
  v1::ExplainAgentRequest explain_agent;
  explain_agent.set_workspace(kWorkspace);
  explain_agent.set_agent("ann");
  targets.push_back(MakeTarget(explain_agent));
  v1::AssignTicketRequest assign = WithTicket<v1::AssignTicketRequest>();
  assign.set_agent("ann");
  assign.set_supervisor("sue");
  assign.set_override_capacity(true);
  targets.push_back(MakeTarget(assign));
  v1::RequeueTicketRequest requeue = WithTicket<v1::RequeueTicketRequest>();
  requeue.set_supervisor("sue");
  targets.push_back(MakeTarget(requeue));
  v1::TransferTicketRequest transfer = WithTicket<v1::TransferTicketRequest>();
  transfer.set_agent("ann");
  transfer.mutable_wait()->set_seconds(60);
  targets.push_back(MakeTarget(transfer));
  v1::ExtendLeasesRequest extend;
  extend.set_workspace(kWorkspace);
  *extend.mutable_session() = accept.session();
  extend.add_ticket_ids(kTicket);
  targets.push_back(MakeTarget(extend));
  v1::StartAgentContactRequest begin;
  begin.set_workspace(kWorkspace);
  begin.set_request_id(kRequestId);
  *begin.mutable_session() = accept.session();
  *begin.mutable_contact() = RichContact();
  begin.mutable_contact()->clear_blocked_by();  // it begins now
  targets.push_back(MakeTarget(begin));
  v1::ParkTicketRequest park = WithTicket<v1::ParkTicketRequest>();
  *park.mutable_session() = accept.session();
  park.set_reason("customer");
  park.mutable_until()->set_seconds(kNow.us / 1'000'000 + 60);
  targets.push_back(MakeTarget(park));
  v1::RequestCallbackRequest callback = WithTicket<v1::RequestCallbackRequest>();
  callback.mutable_not_before()->set_seconds(kNow.us / 1'000'000 + 60);
  callback.mutable_not_after()->set_seconds(kNow.us / 1'000'000 + 120);
  targets.push_back(MakeTarget(callback));
  v1::EndCallbackAttemptRequest attempt = WithTicket<v1::EndCallbackAttemptRequest>();
  *attempt.mutable_session() = accept.session();
  attempt.set_outcome(v1::CALLBACK_OUTCOME_BUSY);
  attempt.set_disposition("voicemail");
  attempt.mutable_next_attempt_at()->set_seconds(kNow.us / 1'000'000 + 60);
  targets.push_back(MakeTarget(attempt));
  v1::RescheduleTicketRequest reschedule = WithTicket<v1::RescheduleTicketRequest>();
  reschedule.mutable_not_before()->set_seconds(kNow.us / 1'000'000 + 60);
  targets.push_back(MakeTarget(reschedule));
  v1::UpdateTicketRequest update = WithTicket<v1::UpdateTicketRequest>();
  update.set_expected_revision(2);
  update.set_priority(3);
  update.mutable_due_at()->set_seconds(kNow.us / 1'000'000 + 60);
  update.set_customer_id("c-1");
  update.set_customer_segment("gold");
  update.set_subject("Onde está?");
  (*update.mutable_set_attributes())["page"] = "/cart";
  update.add_remove_attributes("browser");
  v1::ExternalReference* reference = update.add_add_external_references();
  reference->set_system("crm");
  reference->set_id("CASE-1");
  *update.add_remove_external_references() = *reference;
  update.mutable_remove_external_references(0)->set_id("CASE-2");
  *update.mutable_requirement() = RichRequirement();
  targets.push_back(MakeTarget(update));
  v1::AddNoteRequest note = WithTicket<v1::AddNoteRequest>();
  note.set_agent("ann");
  note.set_text("a note");
  targets.push_back(MakeTarget(note));
  v1::AddMessageRequest message = WithTicket<v1::AddMessageRequest>();
  message.set_author(v1::PARTY_AGENT);
  message.set_agent("ann");
  message.set_direction(v1::DIRECTION_INTERNAL);
  message.mutable_sent_at()->set_seconds(kNow.us / 1'000'000 - 60);
  message.set_text("a message");
  message.set_external_id("m-1");
  targets.push_back(MakeTarget(message));
  targets.push_back(MakeTarget(WithTicket<v1::ReopenTicketRequest>()));
  v1::RecordSurveyRequest survey = WithTicket<v1::RecordSurveyRequest>();
  v1::SurveyScore* score = survey.add_scores();
  score->set_measure("csat");
  score->set_score(4);
  score->set_lowest(1);
  score->set_highest(5);
  survey.mutable_answered_at()->set_seconds(kNow.us / 1'000'000 - 60);
  targets.push_back(MakeTarget(survey));
  targets.push_back(EventsTarget());
  targets.push_back(ReportTarget());
  for (Target& target : ResourceTargets()) targets.push_back(std::move(target));
  for (Target& target : BulkTargets()) targets.push_back(std::move(target));
  for (Target& target : WebhookTargets()) targets.push_back(std::move(target));
  v1::WatchQueuesRequest queues;
  queues.set_workspace(kWorkspace);
  queues.add_queues("chats");
  queues.add_clients("acme");
  queues.mutable_min_interval()->set_seconds(2);
  targets.push_back(WatchTarget(queues));
  v1::WatchAgentsRequest agents;
  agents.set_workspace(kWorkspace);
  agents.add_agents("ann");
  agents.add_teams("day");
  agents.add_sites("porto");
  agents.mutable_heartbeat_interval()->set_seconds(20);
  targets.push_back(WatchTarget(agents));
  return targets;
}

uint64_t Seed() {
  uint64_t seed = 0;
  const char* text = std::getenv("TANDEM_FUZZ_SEED");
  if (text != nullptr && absl::SimpleAtoi(text, &seed)) return seed;
  return std::random_device()();
}

TEST(RequestFuzz, NothingCrashesAndEveryRefusalHasAReason) {
  const uint64_t seed = Seed();
  SCOPED_TRACE("TANDEM_FUZZ_SEED=" + std::to_string(seed));
  google::protobuf::SetLogHandler(nullptr);
  Random random(seed);
  const std::vector<Target> targets = Targets();
  for (const Target& target : targets) {
    const auto rejection = target.run(target.good->SerializeAsString());
    ASSERT_FALSE(rejection.has_value()) << rejection->message;
  }
  const auto until = std::chrono::steady_clock::now() + kBudget;
  size_t runs = 0;
  size_t refused = 0;
  while (std::chrono::steady_clock::now() < until) {
    for (const Target& target : targets) {
      ++runs;
      const auto rejection = target.run(Mutate(*target.good, random));
      if (!rejection) continue;
      ++refused;
      ASSERT_EQ(CodeOf(rejection->reason), grpc::StatusCode::INVALID_ARGUMENT)
          << rejection->message;
      ASSERT_FALSE(rejection->violations.empty());
      ASSERT_FALSE(rejection->message.empty());
      // The status holds valid text only, or clients could not read it.
      ASSERT_TRUE(router::IsUtf8(ToStatus(*rejection).error_message()));
    }
  }
  std::cout << runs << " requests, " << refused << " refused, seed " << seed << "\n";
  // Both ways of the door were tried.
  EXPECT_GT(refused, 0U);
  EXPECT_GT(runs, refused);
}

}  // namespace

// The fixture's errors are not decoded here.
void RememberReason(const std::string& /*reason*/) {}

}  // namespace tandem::rpc
