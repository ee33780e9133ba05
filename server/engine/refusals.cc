#include "server/engine/refusals.h"

#include <string>

namespace tandem::engine {
namespace {

using router::Reason;

const char* MessageOf(Reason reason) {
  switch (reason) {
    case Reason::kRequestIdReused:
      return "expected a repeated request_id to come with the same body, but it came with another";
    case Reason::kStoreUnavailable:
      return "expected the call to become durable in time, but the database did not confirm it; "
             "repeat it with the same request_id";
    case Reason::kNotServing:
      return "expected a server that serves, but it is starting or stopping; "
             "repeat the call with the same request_id";
    case Reason::kDeadlineExpired:
      return "expected to decide the call before its deadline, but the deadline passed; "
             "nothing was changed";
    case Reason::kOverloaded:
      return "expected fewer calls to wait for their answer, but there are as many as allowed; "
             "repeat the call later";
    case Reason::kDataRefused:
      return "expected values that can be stored, but the database refused one; nothing was kept";
    default:  // the other reasons are the router's, with messages of its own
      return "expected the router to word this refusal, but the engine did";
  }
}

}  // namespace

router::Rejection Refusal(Reason reason) {
  return {.reason = reason, .message = MessageOf(reason), .violations = {}, .metadata = {}};
}

router::Rejection InternalFault(std::string_view fault) {
  std::string message = "expected to know the answer, but there is a fault of ours: ";
  message += fault;
  return {.reason = Reason::kInternal, .message = message, .violations = {}, .metadata = {}};
}

}  // namespace tandem::engine
