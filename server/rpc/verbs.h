// Requests that change something, checked and turned into commands. Unary calls and streams share
// them.
//
// Pure functions, safe from any thread. Each checks every field that can be checked without the
// workspace's state.
#ifndef TANDEM_SERVER_RPC_VERBS_H_
#define TANDEM_SERVER_RPC_VERBS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "router/command.h"
#include "router/ids.h"
#include "router/rejection.h"
#include "router/time.h"
#include "server/engine/engine.h"
#include "server/rpc/faults.h"
#include "server/rpc/request_tag.h"
#include "tandem/v1/agent_service.pb.h"
#include "tandem/v1/configuration_service.pb.h"
#include "tandem/v1/ingest_service.pb.h"
#include "tandem/v1/media_service.pb.h"
#include "tandem/v1/participant_service.pb.h"
#include "tandem/v1/supervisor_service.pb.h"
#include "tandem/v1/ticket_service.pb.h"
#include "tandem/v1/work_service.pb.h"

namespace tandem::rpc {

// A command as Engine::Submit takes it.
struct Verb {
  router::Command command;
  std::optional<engine::RequestTag> request;
};

// The request as an action, without workspace and request id. `now` is the engine's time.
router::Action ToAction(v1::ApplyConfigurationRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::IngestContactRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::ClassifyContactRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::CancelTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::AbandonTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::CompleteTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::ReleaseTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::RescheduleTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::RequestCallbackRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::EndCallbackAttemptRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::ParkTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::ResumeTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::TransferTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::ExplainTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::UpdateTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::AddNoteRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::AddMessageRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::ReopenTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::RecordSurveyRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::OpenSessionRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::CloseSessionRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::HeartbeatRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::SetAgentStatusRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::AcceptOfferRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::DeclineOfferRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::StartTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::FinishTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::StartAgentContactRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::InviteParticipantRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::ConsultQueueRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::CancelConsultationRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::EndParticipationRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::SetParticipantRoleRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::HandOverTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::MonitorTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::AssignTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::RequeueTicketRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::OverrideAgentStatusRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::SetShiftEndRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::ExplainAgentRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::ClaimTicketsRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::ExtendLeasesRequest& request, router::Time now, Faults& faults);
router::Action ToAction(v1::ReportMediaEventRequest& request, router::Time now, Faults& faults);

// Adds a fault and returns an unset id when it is not the text of a ticket's id.
router::TicketId ToTicketId(const std::string& text, std::string_view field, Faults& faults);
// Who acts. Adds a fault when nobody is named.
std::string ToSupervisor(const std::string& supervisor, Faults& faults);

// The whole request: a verb, or why it is refused. The request is used up.
template <typename Request>
std::variant<Verb, router::Rejection> ToVerb(Request& request, router::Time now) {
  Faults faults;
  Verb verb;
  faults.RequireId(request.workspace(), "workspace");
  verb.command.workspace = request.workspace();
  if constexpr (requires { request.request_id(); }) {
    verb.request = TakeRequestTag(request, faults);
  }
  verb.command.action = ToAction(request, now, faults);
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return verb;
}

// Where a completion took the ticket: it is COMPLETED, or was handed off to people.
router::TicketState StateAfterCompletion(const router::Reply& reply);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_VERBS_H_
