#include "server/rpc/status.h"

#include <cstddef>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

#include "router/time.h"
#include "server/rpc/convert_types.h"
#include "tandem/v1/ingest_service.pb.h"

namespace tandem::rpc {
namespace {

using router::Reason;

constexpr size_t kMaxMessageBytes = 512;
constexpr size_t kMaxViolationBytes = 3'072;

// Cuts a text to a size, between two characters.
std::string Shortened(const std::string& text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  // Bytes 10xxxxxx go on with a character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + " ...";
}

google::rpc::ErrorInfo ErrorInfoOf(const router::Rejection& rejection) {
  google::rpc::ErrorInfo info;
  info.set_reason(router::ToString(rejection.reason));
  info.set_domain(kErrorDomain);
  for (const auto& [key, value] : rejection.metadata) (*info.mutable_metadata())[key] = value;
  return info;
}

google::rpc::BadRequest BadRequestOf(const router::Rejection& rejection) {
  google::rpc::BadRequest bad_request;
  size_t bytes = 0;
  for (const router::FieldViolation& fault : rejection.violations) {
    bytes += fault.field.size() + fault.description.size() + 8;
    if (bytes > kMaxViolationBytes) break;
    auto* violation = bad_request.add_field_violations();
    violation->set_field(fault.field);
    violation->set_description(fault.description);
  }
  return bad_request;
}

// How long a caller should wait before it tries again.
router::Duration RetryDelay(Reason reason) {
  switch (reason) {
    case Reason::kQueueFull:
    case Reason::kTooManyOpenTickets:
      return router::Seconds(5);
    case Reason::kNotServing:
      return router::Seconds(2);
    default:  // the rest of two codes; not a switch that has to know every reason
      return router::Seconds(1);
  }
}

bool HasRetryDelay(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::RESOURCE_EXHAUSTED;
}

google::rpc::RetryInfo RetryInfoOf(Reason reason) {
  google::rpc::RetryInfo info;
  *info.mutable_retry_delay() = ToProtoDuration(RetryDelay(reason));
  return info;
}

}  // namespace

grpc::StatusCode CodeOf(Reason reason) {
  switch (reason) {
    case Reason::kFieldRequired:
    case Reason::kFieldOutOfRange:
    case Reason::kFieldMalformed:
    case Reason::kFieldTooLarge:
    case Reason::kTextHasNul:
    case Reason::kTextNotUtf8:
    case Reason::kLanguageTagMalformed:
    case Reason::kPayloadNotJson:
    case Reason::kPageTokenInvalid:
    case Reason::kReferenceBroken:
    case Reason::kIdDuplicate:
    case Reason::kDataRefused:
    case Reason::kResumeTokenInvalid:
    case Reason::kMeasureUnknown:
    case Reason::kTimeZoneUnknown:
    case Reason::kOverflowEndless:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case Reason::kResumeTokenExpired:
      return grpc::StatusCode::OUT_OF_RANGE;
    case Reason::kWorkspaceNotFound:
    case Reason::kTicketNotFound:
    case Reason::kAgentNotFound:
    case Reason::kQueueNotFound:
    case Reason::kPolicyNotFound:
    case Reason::kResourceNotFound:
    case Reason::kWebhookNotFound:
      return grpc::StatusCode::NOT_FOUND;
    case Reason::kProcessTypeUnknown:
    case Reason::kChannelUnknown:
    case Reason::kClientUnknown:
    case Reason::kSkillUnknown:
    case Reason::kDispositionUnknown:
    case Reason::kNotReadyReasonUnknown:
    case Reason::kParkingReasonUnknown:
    case Reason::kQueueClosed:
    case Reason::kTicketIsCallback:
    case Reason::kTicketIsNoCallback:
    case Reason::kCallbackWindowEnded:
    case Reason::kAlreadyParticipant:
    case Reason::kNotParticipant:
    case Reason::kTooManyParticipants:
    case Reason::kParticipantRoleForbids:
    case Reason::kNoQueueForContact:
    case Reason::kQueueOfOtherClient:
    case Reason::kTicketStateForbids:
    case Reason::kTicketClosed:
    case Reason::kOfferGone:
    case Reason::kAnsweredElsewhere:
    case Reason::kAgentNotAutomated:
    case Reason::kTicketIsForPeople:
    case Reason::kConsultationOpen:
    case Reason::kNoConsultation:
    case Reason::kTicketIsConsultation:
    case Reason::kQueueNotLive:
    case Reason::kTicketIsReview:
    case Reason::kTicketIsNoReview:
    case Reason::kMediaConnected:
    case Reason::kAlreadyAnswered:
    case Reason::kNotLeased:
    case Reason::kChannelWithoutMedia:
    case Reason::kTicketFull:
    case Reason::kConversationOpen:
    case Reason::kNoSession:
    case Reason::kStatusNotSettable:
    case Reason::kAgentStatusForbids:
    case Reason::kAgentBusy:
    case Reason::kAgentMayNotTake:
    case Reason::kAgentCannotTakeNow:
    case Reason::kParentNotOpen:
    case Reason::kTicketOfOtherClient:
    case Reason::kTooManyChildren:
    case Reason::kDependencyNotOpen:
    case Reason::kTooManyDependents:
    case Reason::kNoOpenChild:
    case Reason::kCircularWait:
    case Reason::kPauseLimitReached:
    case Reason::kResourceInUse:
    case Reason::kReportTooLarge:
    case Reason::kResourceReferenced:
    case Reason::kResourceBuiltIn:
    case Reason::kTooManyResources:
    case Reason::kTooManyWebhooks:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case Reason::kOfferOfOtherAgent:
    case Reason::kNotOwner:
    case Reason::kAgentNotQualified:
      return grpc::StatusCode::PERMISSION_DENIED;
    case Reason::kSessionFenced:
    case Reason::kRevisionStale:
    case Reason::kTicketReopenedMeanwhile:
    case Reason::kAdapterFenced:
      return grpc::StatusCode::ABORTED;
    case Reason::kRequestIdReused:
    case Reason::kResourceExists:
    case Reason::kWebhookExists:
      return grpc::StatusCode::ALREADY_EXISTS;
    case Reason::kQueueFull:
    case Reason::kTooManyOpenTickets:
    case Reason::kOverloaded:
    case Reason::kTooManyStreams:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case Reason::kStoreUnavailable:
    case Reason::kNotServing:
      return grpc::StatusCode::UNAVAILABLE;
    case Reason::kDeadlineExpired:
    case Reason::kReportTimedOut:
      return grpc::StatusCode::DEADLINE_EXCEEDED;
    case Reason::kInternal:
      return grpc::StatusCode::INTERNAL;
  }
  return grpc::StatusCode::INTERNAL;
}

grpc::Status ToStatus(const router::Rejection& rejection) {
  const grpc::StatusCode code = CodeOf(rejection.reason);
  google::rpc::Status details;
  details.set_code(code);
  details.set_message(Shortened(rejection.message, kMaxMessageBytes));
  details.add_details()->PackFrom(ErrorInfoOf(rejection));
  if (code == grpc::StatusCode::INVALID_ARGUMENT) {
    details.add_details()->PackFrom(BadRequestOf(rejection));
  }
  if (HasRetryDelay(code)) details.add_details()->PackFrom(RetryInfoOf(rejection.reason));
  return grpc::Status(code, details.message(), details.SerializeAsString());
}

void Fill(const router::Rejection& rejection, v1::ItemError& to) {
  const grpc::StatusCode code = CodeOf(rejection.reason);
  to.set_code(code);
  to.set_reason(router::ToString(rejection.reason));
  to.set_message(Shortened(rejection.message, kMaxMessageBytes));
  if (!rejection.violations.empty()) to.set_field(rejection.violations.front().field);
  for (const auto& [key, value] : rejection.metadata) (*to.mutable_metadata())[key] = value;
  if (HasRetryDelay(code))
    *to.mutable_retry_after() = ToProtoDuration(RetryDelay(rejection.reason));
}

}  // namespace tandem::rpc
