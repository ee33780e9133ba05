// The names of enum values, as clients, rows and logs show them.
#include <algorithm>
#include <cstdlib>

#include "router/model.h"
#include "router/rejection.h"
#include "router/rows.h"

namespace tandem::router {

const char* ToString(TicketState state) {
  switch (state) {
    case TicketState::kQueued:
      return "QUEUED";
    case TicketState::kOffered:
      return "OFFERED";
    case TicketState::kConnecting:
      return "CONNECTING";
    case TicketState::kAssigned:
      return "ASSIGNED";
    case TicketState::kActive:
      return "ACTIVE";
    case TicketState::kWrapUp:
      return "WRAP_UP";
    case TicketState::kCompleted:
      return "COMPLETED";
    case TicketState::kCanceled:
      return "CANCELED";
    case TicketState::kAbandoned:
      return "ABANDONED";
    case TicketState::kExpired:
      return "EXPIRED";
    case TicketState::kScheduled:
      return "SCHEDULED";
    case TicketState::kBlocked:
      return "BLOCKED";
    case TicketState::kParked:
      return "PARKED";
    case TicketState::kInReview:
      return "IN_REVIEW";
  }
  return "";
}

const char* ToString(QueueOrder order) {
  switch (order) {
    case QueueOrder::kTarget:
      return "TARGET";
    case QueueOrder::kPriorityFirst:
      return "PRIORITY_FIRST";
  }
  return "";
}

const char* ToString(LateOrder order) {
  switch (order) {
    case LateOrder::kInOrder:
      return "IN_ORDER";
    case LateOrder::kAfterPunctual:
      return "AFTER_PUNCTUAL";
  }
  return "";
}

const char* ToString(DistributionMode mode) {
  switch (mode) {
    case DistributionMode::kLongestIdle:
      return "LONGEST_IDLE";
    case DistributionMode::kLeastLoaded:
      return "LEAST_LOADED";
    case DistributionMode::kRoundRobin:
      return "ROUND_ROBIN";
    case DistributionMode::kBestMatch:
      return "BEST_MATCH";
    case DistributionMode::kLowestCost:
      return "LOWEST_COST";
  }
  std::abort();
}

const char* ToString(Party party) {
  switch (party) {
    case Party::kUnknown:
      return "UNKNOWN";
    case Party::kCustomer:
      return "CUSTOMER";
    case Party::kAgent:
      return "AGENT";
    case Party::kSystem:
      return "SYSTEM";
  }
  std::abort();
}

const char* ToString(AgentStatus status) {
  switch (status) {
    case AgentStatus::kOffline:
      return "OFFLINE";
    case AgentStatus::kAvailable:
      return "AVAILABLE";
    case AgentStatus::kNotReady:
      return "NOT_READY";
    case AgentStatus::kNotResponding:
      return "NOT_RESPONDING";
    case AgentStatus::kDraining:
      return "DRAINING";
  }
  std::abort();
}

const char* ToString(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kClient:
      return "client";
    case ResourceKind::kSite:
      return "site";
    case ResourceKind::kTeam:
      return "team";
    case ResourceKind::kSkill:
      return "skill";
    case ResourceKind::kChannel:
      return "channel";
    case ResourceKind::kQueue:
      return "queue";
    case ResourceKind::kProcessType:
      return "process_type";
    case ResourceKind::kRoutingProfile:
      return "routing_profile";
    case ResourceKind::kAgent:
      return "agent";
    case ResourceKind::kDisposition:
      return "disposition";
    case ResourceKind::kNotReadyReason:
      return "not_ready_reason";
    case ResourceKind::kEntryPoint:
      return "entry_point";
    case ResourceKind::kLanguage:
      return "language";
    case ResourceKind::kParkingReason:
      return "parking_reason";
    case ResourceKind::kClassificationRule:
      return "classification_rule";
    case ResourceKind::kCalendar:
      return "calendar";
    case ResourceKind::kWorkspaceSettings:
      return "workspace_settings";
  }
  return "";
}

const char* ToString(ContactField field) {
  switch (field) {
    case ContactField::kChannel:
      return "channel";
    case ContactField::kEntryPoint:
      return "entry_point";
    case ContactField::kLanguage:
      return "language";
    case ContactField::kClient:
      return "client";
    case ContactField::kProcessType:
      return "process_type";
    case ContactField::kCustomerSegment:
      return "customer_segment";
    case ContactField::kCustomerId:
      return "customer_id";
    case ContactField::kAttribute:
      return "attribute";
  }
  std::abort();
}

const char* ToString(AgentKind kind) {
  switch (kind) {
    case AgentKind::kHuman:
      return "HUMAN";
    case AgentKind::kAutomated:
      return "AUTOMATED";
  }
  std::abort();
}

const char* ToString(EntryReason reason) {
  switch (reason) {
    case EntryReason::kCreated:
      return "CREATED";
    case EntryReason::kReleased:
      return "RELEASED";
    case EntryReason::kLeaseExpired:
      return "LEASE_EXPIRED";
    case EntryReason::kConnectFailed:
      return "CONNECT_FAILED";
    case EntryReason::kTransferred:
      return "TRANSFERRED";
    case EntryReason::kOverflowed:
      return "OVERFLOWED";
    case EntryReason::kScheduled:
      return "SCHEDULED";
    case EntryReason::kResumed:
      return "RESUMED";
    case EntryReason::kCallback:
      return "CALLBACK";
    case EntryReason::kReopened:
      return "REOPENED";
    case EntryReason::kAgentGone:
      return "AGENT_GONE";
    case EntryReason::kHandedOff:
      return "HANDED_OFF";
    case EntryReason::kRework:
      return "REWORK";
  }
  return "";
}

const char* ToString(ExitReason reason) {
  switch (reason) {
    case ExitReason::kAnswered:
      return "ANSWERED";
    case ExitReason::kAbandoned:
      return "ABANDONED";
    case ExitReason::kTransferred:
      return "TRANSFERRED";
    case ExitReason::kCanceled:
      return "CANCELED";
    case ExitReason::kOverflowed:
      return "OVERFLOWED";
    case ExitReason::kExpired:
      return "EXPIRED";
    case ExitReason::kParked:
      return "PARKED";
    case ExitReason::kCallback:
      return "CALLBACK";
    case ExitReason::kUnreached:
      return "UNREACHED";
  }
  std::abort();
}

const char* ToString(SegmentOutcome outcome) {
  switch (outcome) {
    case SegmentOutcome::kCompleted:
      return "COMPLETED";
    case SegmentOutcome::kDeclined:
      return "DECLINED";
    case SegmentOutcome::kMissed:
      return "MISSED";
    case SegmentOutcome::kFailed:
      return "FAILED";
    case SegmentOutcome::kRescinded:
      return "RESCINDED";
    case SegmentOutcome::kConnectFailed:
      return "CONNECT_FAILED";
    case SegmentOutcome::kReleased:
      return "RELEASED";
    case SegmentOutcome::kLeaseExpired:
      return "LEASE_EXPIRED";
    case SegmentOutcome::kTransferred:
      return "TRANSFERRED";
    case SegmentOutcome::kAbandoned:
      return "ABANDONED";
    case SegmentOutcome::kCanceled:
      return "CANCELED";
    case SegmentOutcome::kParked:
      return "PARKED";
    case SegmentOutcome::kUnreached:
      return "UNREACHED";
    case SegmentOutcome::kLeft:
      return "LEFT";
    case SegmentOutcome::kRoleChanged:
      return "ROLE_CHANGED";
    case SegmentOutcome::kAgentGone:
      return "AGENT_GONE";
    case SegmentOutcome::kHandedOff:
      return "HANDED_OFF";
  }
  std::abort();
}

const char* ToString(AssignmentRole role) {
  switch (role) {
    case AssignmentRole::kOwner:
      return "OWNER";
    case AssignmentRole::kConsult:
      return "CONSULT";
    case AssignmentRole::kConference:
      return "CONFERENCE";
    case AssignmentRole::kMonitor:
      return "MONITOR";
  }
  std::abort();
}

const char* ToString(CallbackOutcome outcome) {
  switch (outcome) {
    case CallbackOutcome::kNone:
      return "NONE";
    case CallbackOutcome::kConnected:
      return "CONNECTED";
    case CallbackOutcome::kBusy:
      return "BUSY";
    case CallbackOutcome::kNoAnswer:
      return "NO_ANSWER";
    case CallbackOutcome::kMachine:
      return "MACHINE";
    case CallbackOutcome::kWrongNumber:
      return "WRONG_NUMBER";
    case CallbackOutcome::kDoNotCall:
      return "DO_NOT_CALL";
  }
  std::abort();
}

const char* ToString(CapacityGroup group) {
  switch (group) {
    case CapacityGroup::kVoice:
      return "VOICE";
    case CapacityGroup::kMessaging:
      return "MESSAGING";
    case CapacityGroup::kEmail:
      return "EMAIL";
    case CapacityGroup::kTask:
      return "TASK";
  }
  return "";
}

const char* FieldNameOf(CapacityGroup group) {
  switch (group) {
    case CapacityGroup::kVoice:
      return "voice";
    case CapacityGroup::kMessaging:
      return "messaging";
    case CapacityGroup::kEmail:
      return "email";
    case CapacityGroup::kTask:
      return "task";
  }
  std::abort();
}

const char* ToString(Reason reason) {
  switch (reason) {
    case Reason::kFieldRequired:
      return "FIELD_REQUIRED";
    case Reason::kFieldOutOfRange:
      return "FIELD_OUT_OF_RANGE";
    case Reason::kFieldMalformed:
      return "FIELD_MALFORMED";
    case Reason::kFieldTooLarge:
      return "FIELD_TOO_LARGE";
    case Reason::kTextHasNul:
      return "TEXT_HAS_NUL";
    case Reason::kTextNotUtf8:
      return "TEXT_NOT_UTF8";
    case Reason::kLanguageTagMalformed:
      return "LANGUAGE_TAG_MALFORMED";
    case Reason::kPayloadNotJson:
      return "PAYLOAD_NOT_JSON";
    case Reason::kPageTokenInvalid:
      return "PAGE_TOKEN_INVALID";
    case Reason::kWorkspaceNotFound:
      return "WORKSPACE_NOT_FOUND";
    case Reason::kTicketNotFound:
      return "TICKET_NOT_FOUND";
    case Reason::kAgentNotFound:
      return "AGENT_NOT_FOUND";
    case Reason::kQueueNotFound:
      return "QUEUE_NOT_FOUND";
    case Reason::kProcessTypeUnknown:
      return "PROCESS_TYPE_UNKNOWN";
    case Reason::kChannelUnknown:
      return "CHANNEL_UNKNOWN";
    case Reason::kClientUnknown:
      return "CLIENT_UNKNOWN";
    case Reason::kSkillUnknown:
      return "SKILL_UNKNOWN";
    case Reason::kDispositionUnknown:
      return "DISPOSITION_UNKNOWN";
    case Reason::kNotReadyReasonUnknown:
      return "NOT_READY_REASON_UNKNOWN";
    case Reason::kNoQueueForContact:
      return "NO_QUEUE_FOR_CONTACT";
    case Reason::kQueueOfOtherClient:
      return "QUEUE_OF_OTHER_CLIENT";
    case Reason::kQueueFull:
      return "QUEUE_FULL";
    case Reason::kTooManyOpenTickets:
      return "TOO_MANY_OPEN_TICKETS";
    case Reason::kTicketStateForbids:
      return "TICKET_STATE_FORBIDS";
    case Reason::kTicketClosed:
      return "TICKET_CLOSED";
    case Reason::kOfferGone:
      return "OFFER_GONE";
    case Reason::kAnsweredElsewhere:
      return "ANSWERED_ELSEWHERE";
    case Reason::kAgentCannotTakeNow:
      return "AGENT_CANNOT_TAKE_NOW";
    case Reason::kParentNotOpen:
      return "PARENT_NOT_OPEN";
    case Reason::kTicketOfOtherClient:
      return "TICKET_OF_OTHER_CLIENT";
    case Reason::kTooManyChildren:
      return "TOO_MANY_CHILDREN";
    case Reason::kDependencyNotOpen:
      return "DEPENDENCY_NOT_OPEN";
    case Reason::kTooManyDependents:
      return "TOO_MANY_DEPENDENTS";
    case Reason::kNoOpenChild:
      return "NO_OPEN_CHILD";
    case Reason::kCircularWait:
      return "CIRCULAR_WAIT";
    case Reason::kTicketIsForPeople:
      return "TICKET_IS_FOR_PEOPLE";
    case Reason::kAgentNotAutomated:
      return "AGENT_NOT_AUTOMATED";
    case Reason::kOfferOfOtherAgent:
      return "OFFER_OF_OTHER_AGENT";
    case Reason::kNotOwner:
      return "NOT_OWNER";
    case Reason::kMediaConnected:
      return "MEDIA_CONNECTED";
    case Reason::kAlreadyAnswered:
      return "ALREADY_ANSWERED";
    case Reason::kNotLeased:
      return "NOT_LEASED";
    case Reason::kChannelWithoutMedia:
      return "CHANNEL_WITHOUT_MEDIA";
    case Reason::kTicketFull:
      return "TICKET_FULL";
    case Reason::kAgentNotQualified:
      return "AGENT_NOT_QUALIFIED";
    case Reason::kConversationOpen:
      return "CONVERSATION_OPEN";
    case Reason::kSessionFenced:
      return "SESSION_FENCED";
    case Reason::kNoSession:
      return "NO_SESSION";
    case Reason::kStatusNotSettable:
      return "STATUS_NOT_SETTABLE";
    case Reason::kAgentStatusForbids:
      return "AGENT_STATUS_FORBIDS";
    case Reason::kAgentBusy:
      return "AGENT_BUSY";
    case Reason::kRevisionStale:
      return "REVISION_STALE";
    case Reason::kReferenceBroken:
      return "REFERENCE_BROKEN";
    case Reason::kIdDuplicate:
      return "ID_DUPLICATE";
    case Reason::kResourceInUse:
      return "RESOURCE_IN_USE";
    case Reason::kRequestIdReused:
      return "REQUEST_ID_REUSED";
    case Reason::kStoreUnavailable:
      return "STORE_UNAVAILABLE";
    case Reason::kNotServing:
      return "NOT_SERVING";
    case Reason::kDeadlineExpired:
      return "DEADLINE_EXPIRED";
    case Reason::kOverloaded:
      return "OVERLOADED";
    case Reason::kInternal:
      return "INTERNAL";
    case Reason::kDataRefused:
      return "DATA_REFUSED";
    case Reason::kResumeTokenInvalid:
      return "RESUME_TOKEN_INVALID";
    case Reason::kResumeTokenExpired:
      return "RESUME_TOKEN_EXPIRED";
    case Reason::kTooManyStreams:
      return "TOO_MANY_STREAMS";
    case Reason::kAdapterFenced:
      return "ADAPTER_FENCED";
    case Reason::kMeasureUnknown:
      return "MEASURE_UNKNOWN";
    case Reason::kTimeZoneUnknown:
      return "TIME_ZONE_UNKNOWN";
    case Reason::kReportTooLarge:
      return "REPORT_TOO_LARGE";
    case Reason::kReportTimedOut:
      return "REPORT_TIMED_OUT";
    case Reason::kPolicyNotFound:
      return "POLICY_NOT_FOUND";
    case Reason::kResourceNotFound:
      return "RESOURCE_NOT_FOUND";
    case Reason::kResourceExists:
      return "RESOURCE_EXISTS";
    case Reason::kResourceReferenced:
      return "RESOURCE_REFERENCED";
    case Reason::kResourceBuiltIn:
      return "RESOURCE_BUILT_IN";
    case Reason::kTooManyResources:
      return "TOO_MANY_RESOURCES";
    case Reason::kWebhookNotFound:
      return "WEBHOOK_NOT_FOUND";
    case Reason::kWebhookExists:
      return "WEBHOOK_EXISTS";
    case Reason::kTooManyWebhooks:
      return "TOO_MANY_WEBHOOKS";
    case Reason::kParkingReasonUnknown:
      return "PARKING_REASON_UNKNOWN";
    case Reason::kAgentMayNotTake:
      return "AGENT_MAY_NOT_TAKE";
    case Reason::kPauseLimitReached:
      return "PAUSE_LIMIT_REACHED";
    case Reason::kTicketReopenedMeanwhile:
      return "TICKET_REOPENED_MEANWHILE";
    case Reason::kQueueClosed:
      return "QUEUE_CLOSED";
    case Reason::kOverflowEndless:
      return "OVERFLOW_ENDLESS";
    case Reason::kTicketIsCallback:
      return "TICKET_IS_CALLBACK";
    case Reason::kTicketIsNoCallback:
      return "TICKET_IS_NO_CALLBACK";
    case Reason::kCallbackWindowEnded:
      return "CALLBACK_WINDOW_ENDED";
    case Reason::kAlreadyParticipant:
      return "ALREADY_PARTICIPANT";
    case Reason::kNotParticipant:
      return "NOT_PARTICIPANT";
    case Reason::kTooManyParticipants:
      return "TOO_MANY_PARTICIPANTS";
    case Reason::kParticipantRoleForbids:
      return "PARTICIPANT_ROLE_FORBIDS";
    case Reason::kConsultationOpen:
      return "CONSULTATION_OPEN";
    case Reason::kNoConsultation:
      return "NO_CONSULTATION";
    case Reason::kTicketIsConsultation:
      return "TICKET_IS_CONSULTATION";
    case Reason::kQueueNotLive:
      return "QUEUE_NOT_LIVE";
    case Reason::kTicketIsReview:
      return "TICKET_IS_REVIEW";
    case Reason::kTicketIsNoReview:
      return "TICKET_IS_NO_REVIEW";
  }
  std::abort();
}

}  // namespace tandem::router
