// The words that several messages share, between tandem.v1 and the router.
//
// Conversions from a request add a fault for what has no counterpart in the router; values that are
// merely out of range are left to router/check.h. Conversions to a response can't fail. Safe from
// any thread.
#ifndef TANDEM_SERVER_RPC_CONVERT_TYPES_H_
#define TANDEM_SERVER_RPC_CONVERT_TYPES_H_

#include <string>

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

#include "router/model.h"
#include "router/time.h"
#include "server/rpc/faults.h"
#include "tandem/v1/types.pb.h"

namespace tandem::rpc {

// An instant after 1970; sub-microseconds are cut off.
router::Time ToTime(const google::protobuf::Timestamp& timestamp, std::string_view field,
                    Faults& faults);
// `time` must be set.
google::protobuf::Timestamp ToTimestamp(router::Time time);

// Any span; sub-microseconds are cut off.
router::Duration ToDuration(const google::protobuf::Duration& duration, std::string_view field,
                            Faults& faults);
// A span that is above zero: for fields whose zero stands for "unset" in the router.
router::Duration ToPositiveDuration(const google::protobuf::Duration& duration,
                                    std::string_view field, Faults& faults);
google::protobuf::Duration ToProtoDuration(router::Duration duration);

router::Cefr ToCefr(v1::CefrLevel level, std::string_view field, Faults& faults);
v1::CefrLevel ToProto(router::Cefr level);
v1::TicketState ToProto(router::TicketState state);
v1::AgentStatus ToProto(router::AgentStatus status);
v1::AssignmentRole ToProto(router::AssignmentRole role);

// What a ticket asks itself: checked, and in canonical form.
router::Requirement ToOwnRequirement(const v1::Requirement& requirement, const std::string& field,
                                     Faults& faults);
router::Requirement ToRequirement(const v1::Requirement& requirement, const std::string& field,
                                  Faults& faults);
void Fill(const router::Requirement& requirement, v1::Requirement& to);
router::Plan ToPlan(const v1::Plan& plan, const std::string& field, Faults& faults);
void Fill(const router::Plan& plan, v1::Plan& to);
void Fill(const router::PlanCondition& condition, v1::PlanCondition& to);

// A bound of what attributes ask, with three places at most; and back.
router::Decimal ToDecimal(double bound, const std::string& field, Faults& faults);
double ToDouble(router::Decimal bound);

// For an enum with contiguous values from 1: FIELD_REQUIRED when it is not set, FIELD_OUT_OF_RANGE
// when nobody knows the value. True when it can be used.
bool CheckEnum(int value, int last, std::string_view field, Faults& faults);

// TIME_ZONE_UNKNOWN unless it is empty or the IANA name of a zone that the machine knows.
void CheckTimeZone(const std::string& name, const std::string& field, Faults& faults);

// The path of an element: "queues[3]".
std::string At(const std::string& list, int index);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_TYPES_H_
