// Why a command was refused. A refusal changes nothing.
#ifndef TANDEM_ROUTER_REJECTION_H_
#define TANDEM_ROUTER_REJECTION_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tandem::router {

// One value per reason. Names and numbers are those of tandem.v1.ErrorReason, where each is
// described; a test compares the two.
enum class Reason : uint8_t {
  kFieldRequired = 1,
  kFieldOutOfRange = 2,
  kFieldMalformed = 3,
  kFieldTooLarge = 4,
  kTextHasNul = 5,
  kTextNotUtf8 = 6,
  kLanguageTagMalformed = 7,
  kPayloadNotJson = 8,
  kPageTokenInvalid = 9,
  kWorkspaceNotFound = 20,
  kTicketNotFound = 21,
  kAgentNotFound = 22,
  kQueueNotFound = 23,
  kProcessTypeUnknown = 30,
  kChannelUnknown = 31,
  kClientUnknown = 32,
  kSkillUnknown = 33,
  kDispositionUnknown = 34,
  kNotReadyReasonUnknown = 35,
  kNoQueueForContact = 36,
  kQueueOfOtherClient = 37,
  kQueueFull = 38,
  kTooManyOpenTickets = 39,
  kTicketStateForbids = 50,
  kTicketClosed = 51,
  kOfferGone = 52,
  kOfferOfOtherAgent = 53,
  kNotOwner = 54,
  kMediaConnected = 55,
  kAlreadyAnswered = 56,
  kNotLeased = 57,
  kChannelWithoutMedia = 58,
  kTicketFull = 64,
  kAgentNotQualified = 65,
  kConversationOpen = 66,
  kSessionFenced = 70,
  kNoSession = 71,
  kStatusNotSettable = 72,
  kAgentStatusForbids = 76,
  kAgentBusy = 77,
  kRevisionStale = 80,
  kReferenceBroken = 81,
  kIdDuplicate = 82,
  kResourceInUse = 83,
  kRequestIdReused = 90,
  kStoreUnavailable = 91,
  kNotServing = 92,
  kDeadlineExpired = 93,
  kOverloaded = 94,
  kInternal = 95,
  kDataRefused = 96,
  kResumeTokenInvalid = 110,
  kResumeTokenExpired = 111,
  kTooManyStreams = 112,
  kAdapterFenced = 113,
  kMeasureUnknown = 120,
  kTimeZoneUnknown = 121,
  kReportTooLarge = 122,
  kReportTimedOut = 123,
  kPolicyNotFound = 124,
  kResourceNotFound = 125,
  kResourceExists = 126,
  kResourceReferenced = 127,
  kResourceBuiltIn = 128,
  kTooManyResources = 129,
  kWebhookNotFound = 140,
  kWebhookExists = 141,
  kTooManyWebhooks = 142,
  kParkingReasonUnknown = 155,
  kAgentMayNotTake = 160,
  kPauseLimitReached = 161,
  kTicketReopenedMeanwhile = 164,
  kQueueClosed = 170,
  kOverflowEndless = 171,
  kTicketIsCallback = 172,
  kTicketIsNoCallback = 173,
  kCallbackWindowEnded = 174,
  kAlreadyParticipant = 176,
  kNotParticipant = 177,
  kTooManyParticipants = 178,
  kParticipantRoleForbids = 179,
  kAnsweredElsewhere = 182,
  kConsultationOpen = 186,
  kNoConsultation = 187,
  kTicketIsConsultation = 188,
  kQueueNotLive = 189,
  kAgentNotAutomated = 191,
  kTicketIsForPeople = 192,
  kAgentCannotTakeNow = 203,
  kParentNotOpen = 204,
  kTicketOfOtherClient = 205,
  kTooManyChildren = 206,
  kDependencyNotOpen = 207,
  kTooManyDependents = 208,
  kNoOpenChild = 209,
  kTicketIsReview = 210,
  kTicketIsNoReview = 211,
  kCircularWait = 212,
};

// The name that clients see in ErrorInfo: "TICKET_NOT_FOUND".
const char* ToString(Reason reason);

// A fault of one field of a request.
struct FieldViolation {
  // Path from the request's root, for example "configuration.queues[3].client".
  std::string field;
  // "expected …, but …".
  std::string description;
};

// A refusal.
struct Rejection {
  Reason reason;
  // For people: "expected …, but …". Holds no personal data and no text of the store.
  std::string message;
  // The fields at fault, for reasons of INVALID_ARGUMENT.
  std::vector<FieldViolation> violations;
  // For programs, as named at the reason.
  std::vector<std::pair<std::string, std::string>> metadata;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_REJECTION_H_
