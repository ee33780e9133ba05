// Every limit of the API, written once. The protos quote these numbers; a test compares the two.
#ifndef TANDEM_ROUTER_LIMITS_H_
#define TANDEM_ROUTER_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "router/time.h"

namespace tandem::router {

// Texts, in bytes of UTF-8.
inline constexpr size_t kMaxIdBytes = 64;
inline constexpr size_t kMaxDisplayNameBytes = 512;  // 128 characters of up to four bytes
inline constexpr size_t kMaxEntryPointBytes = 128;
inline constexpr size_t kMaxExternalIdBytes = 128;
inline constexpr size_t kMaxConversationKeyBytes = 256;
inline constexpr size_t kMaxCustomerIdBytes = 128;
inline constexpr size_t kMaxSegmentBytes = 64;
inline constexpr size_t kMaxSubjectBytes = 2048;  // 512 characters of up to four bytes
inline constexpr size_t kMaxPayloadBytes = 65'536;
inline constexpr size_t kMaxAttributes = 64;
inline constexpr size_t kMaxAttributeKeyBytes = 64;
inline constexpr size_t kMaxAttributeValueBytes = 512;
inline constexpr size_t kMaxLanguageTagBytes = 35;
inline constexpr size_t kMaxReasonBytes = 64;
inline constexpr size_t kMaxSessionIdBytes = 64;
inline constexpr size_t kMaxSupervisorBytes = 128;

inline constexpr size_t kMaxNoteBytes = 16'384;
inline constexpr size_t kMaxSummaryBytes = 4'096;
inline constexpr size_t kMaxReviewCommentBytes = 4'096;
inline constexpr size_t kMaxMessageBytes = 16'384;

// Requirements.
inline constexpr size_t kMaxClauses = 16;
inline constexpr size_t kMaxPredicates = 8;
inline constexpr size_t kMaxPreferences = 16;
inline constexpr uint32_t kMaxWeight = 100;
inline constexpr size_t kMaxNamedAgents = 16;
inline constexpr size_t kMaxExcludedAgents = 16;
inline constexpr size_t kMaxReviewedDispositions = 100;
inline constexpr size_t kMaxPredicateValues = 32;
inline constexpr int64_t kMaxBoundMilli = 1'000'000'000'000'000;  // thousandths; above and below 0
inline constexpr size_t kMaxPlanSteps = 20;
inline constexpr size_t kMaxRelaxed = 16;                  // skills, and attributes
inline constexpr size_t kMaxRequirementBytes = 16'384;     // all ids and texts together
inline constexpr size_t kMaxToldRequirementBytes = 1'000;  // in an event, in words
inline constexpr size_t kMaxPlanBytes = 65'536;            // of all steps together
inline constexpr uint32_t kMaxSkillLevel = 10;
inline constexpr uint32_t kMaxPriority = 9;
inline constexpr uint32_t kMaxLateEvery = 1'000;

// What may be said of a ticket, and added to it, over its life.
inline constexpr size_t kMaxChangedAttributes = 64;
inline constexpr size_t kMaxChangedAttributeBytes = 8'192;  // keys and values together
inline constexpr size_t kMaxExternalReferences = 32;
inline constexpr uint32_t kMaxTicketNotes = 1'000;
inline constexpr uint32_t kMaxTicketMessages = 10'000;
inline constexpr uint32_t kMaxTicketScores = 100;

// Calls.
inline constexpr size_t kMaxBatchContacts = 1'000;
inline constexpr size_t kMaxBatchAgents = 5'000;
inline constexpr uint32_t kMaxClaimTickets = 100;
inline constexpr size_t kMaxParticipants = 10;  // of a ticket, besides its owner
// Tickets that are tied to one: open ones that belong to it, and those that wait for it. Both bound
// what its end sets in motion.
inline constexpr uint32_t kMaxOpenChildren = 64;
inline constexpr size_t kMaxDependents = 64;
inline constexpr size_t kMaxBlockedBy = 16;
// Fewer than so many tickets may wait for one, directly or through others, where it is asked
// whether a ticket would wait for its own end.
inline constexpr size_t kMaxWaitingThrough = 4'096;
inline constexpr size_t kMaxFollowUps = 8;
// How long somebody to consult is looked for when the owner does not say, and at most; and the
// target of such a request where its process type has none.
inline constexpr Duration kConsultationLimit = Minutes(2);
inline constexpr Duration kMaxConsultationLimit = Hours(1);
inline constexpr Duration kConsultationTarget = Seconds(20);
inline constexpr uint32_t kMaxConcurrentOffers = 10;
inline constexpr size_t kMaxExtendLeases = 1'000;
inline constexpr size_t kMaxSurveyScores = 20;
inline constexpr int32_t kMaxScore = 1'000;

// Streams.
inline constexpr size_t kMaxFilterValues = 100;
inline constexpr size_t kMaxTokenBytes = 64;
inline constexpr Duration kMinHeartbeatInterval = Seconds(1);
inline constexpr Duration kMaxHeartbeatInterval = Minutes(5);
inline constexpr Duration kMinWatchInterval{100'000};
inline constexpr Duration kMaxWatchInterval = Seconds(60);

// Reports.
inline constexpr size_t kMaxMeasures = 200;
inline constexpr size_t kMaxReportIntervals = 3'000;
inline constexpr size_t kMaxReportRows = 50'000;
inline constexpr size_t kMaxServiceLevelPolicies = 1'000;

// Webhooks.
inline constexpr int32_t kMaxWebhooks = 20;  // of a workspace
inline constexpr size_t kMaxUrlBytes = 1'024;
inline constexpr size_t kMaxSecretBytes = 128;
inline constexpr size_t kMaxRedeliveries = 1'000;

// Configuration.
inline constexpr size_t kMaxClients = 1'000;
inline constexpr size_t kMaxSites = 1'000;
inline constexpr size_t kMaxTeams = 10'000;
inline constexpr size_t kMaxSkills = 10'000;
inline constexpr size_t kMaxChannels = 100;
inline constexpr size_t kMaxQueues = 10'000;
inline constexpr size_t kMaxProcessTypes = 10'000;
inline constexpr size_t kMaxProcessTypeDefaults = 32;
inline constexpr size_t kMaxRoutingProfiles = 10'000;
inline constexpr size_t kMaxRoutingProfileQueues = 200;
inline constexpr size_t kMaxAgents = 100'000;
inline constexpr size_t kMaxDispositions = 10'000;
inline constexpr size_t kMaxNotReadyReasons = 1'000;
inline constexpr size_t kMaxEntryPoints = 10'000;
inline constexpr size_t kMaxLanguages = 1'000;
inline constexpr size_t kMaxParkingReasons = 1'000;
inline constexpr size_t kMaxClassificationRules = 1'000;
inline constexpr size_t kMaxContactConditions = 16;
inline constexpr size_t kMaxConditionBytes = 16'384;  // keys and values of a rule together
inline constexpr uint32_t kMaxRuleOrder = 1'000'000;
inline constexpr size_t kMaxQueueShares = 16;
inline constexpr uint32_t kMaxQueueWeight = 1'000;
inline constexpr size_t kMaxCalendars = 1'000;
inline constexpr size_t kMaxWeeklyHours = 28;
inline constexpr size_t kMaxCalendarExceptions = 400;
inline constexpr size_t kMaxDayHours = 4;
inline constexpr size_t kMaxClosedMessageBytes = 512;
inline constexpr uint32_t kMaxOverflowHops = 8;  // from a closed queue to the next one, and so on
// So far ahead is worked out when calendars are open, and anew when less than that is left.
inline constexpr Duration kOpenHoursAhead = Days(400);
inline constexpr Duration kMinOpenHoursAhead = Days(370);
inline constexpr size_t kMaxAgentSkills = 200;
inline constexpr size_t kMaxAgentLanguages = 50;
inline constexpr size_t kMaxAgentProcessTypes = 500;
inline constexpr size_t kMaxAgentClients = 1'000;
inline constexpr size_t kMaxAgentAttributes = 32;
inline constexpr size_t kMaxAgentAttributeValueBytes = 128;
inline constexpr uint32_t kMaxPaused = 100'000;
inline constexpr uint32_t kMaxRank = 100;
inline constexpr uint32_t kMaxGroupTickets = 10'000;
inline constexpr uint32_t kMaxUnits = 1'000'000;
inline constexpr uint32_t kMaxMissesAllowed = 100;
inline constexpr uint32_t kMaxCallbackAttempts = 100;
inline constexpr uint32_t kMaxQueueWaiting = 10'000'000;
inline constexpr uint32_t kMaxLiveReserve = 100'000;
inline constexpr uint32_t kMaxBackFloor = 100'000;
inline constexpr uint32_t kMaxClientWeight = 1'000;
inline constexpr uint32_t kMaxClientTickets = 100'000;  // of a floor and a ceiling
inline constexpr int64_t kMaxCostPerHourMilli = 1'000'000'000;
// Differences between two configurations that an answer lists.
inline constexpr size_t kMaxListedChanges = 10'000;

// Spans.
inline constexpr Duration kMaxPriorityStep = Days(7);
inline constexpr Duration kMinOfferTimeout = Seconds(1);
inline constexpr Duration kMaxOfferTimeout = Hours(1);
inline constexpr Duration kMinPlanDelay = Seconds(1);
inline constexpr Duration kMaxPlanDelay = Days(30);
inline constexpr Duration kMaxQueueDelay = Days(30);
inline constexpr Duration kMaxConnectTimeout = Minutes(10);
inline constexpr Duration kMaxLease = Days(7);
inline constexpr Duration kMaxLastAgentWait = Hours(24);
inline constexpr Duration kMinTransferWait = Seconds(1);
inline constexpr Duration kMaxTransferWait = Hours(24);
// In queues that keep nothing for its last agent.
inline constexpr Duration kTransferWait = Seconds(30);
inline constexpr Duration kMaxSetAside = Days(365);
inline constexpr Duration kMinRetryDelay = Seconds(1);
inline constexpr Duration kMaxRetryDelay = Days(30);
inline constexpr Duration kMaxReopenWithin = Days(90);
inline constexpr Duration kMinSilence = Seconds(10);
inline constexpr Duration kMaxSilence = Days(90);
inline constexpr Duration kMinReplyWithin = Minutes(1);
inline constexpr Duration kMaxReplyWithin = Days(30);
// How long the router knows that a ticket was reopened and closed again: longer than a caller who
// read it before waits for its turn.
inline constexpr Duration kClosedAgainWindow = Minutes(10);
inline constexpr Duration kMaxAnswerTarget = Days(30);
inline constexpr Duration kMaxDueAfter = Days(365);
inline constexpr Duration kMaxDueAhead = Days(730);
inline constexpr Duration kMaxHandlingTime = Days(30);
inline constexpr Duration kMaxWrapUp = Hours(24);
inline constexpr Duration kMaxSessionGrace = Minutes(10);
inline constexpr Duration kMaxCoolDown = Hours(1);
inline constexpr Duration kMaxReturnAfter = Days(30);
inline constexpr Duration kMaxShiftAhead = Days(7);
inline constexpr Duration kMaxReceivedBefore = Days(30);
inline constexpr Duration kMaxClockAhead = Minutes(5);
inline constexpr Duration kMaxMediaEventBefore = Hours(24);
inline constexpr Duration kMaxReportRange = Days(366);
inline constexpr Duration kMaxReportTime = Seconds(10);
inline constexpr Duration kMinThreshold = Milliseconds(1);
inline constexpr Duration kMaxThreshold = Days(30);

// What one shard holds.
inline constexpr size_t kMaxOpenTickets = 4'000'000;
// Offers that one command may make before other commands get their turn.
inline constexpr uint32_t kMaxOffersPerSlice = 1'000;
// Deadlines that one AdvanceTime sees to; what is due besides is due at the next one.
inline constexpr uint32_t kMaxTimersPerSlice = 1'000;
// Classes kept for a workspace before those without tickets are dropped.
inline constexpr size_t kMaxIdleClasses = 65'536;
// Steps of plans of which a workspace keeps what they make of a class; 1.6 MB in a hash map that is
// just full with them.
inline constexpr size_t kMaxClassSteps = 57'344;
// Agents' profiles kept for a workspace before those without agents are dropped.
inline constexpr size_t kMaxIdleProfiles = 4'096;
// What is kept of who passes what, for each of: profiles by class, classes by profile, profiles by
// condition. Beyond it all of that kind is dropped, and worked out again as it is needed.
inline constexpr size_t kMaxPassingBytes = 256 << 20;

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_LIMITS_H_
