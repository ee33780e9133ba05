// Changes that have no request_id and are not safe to repeat: Caller::AskOnce sends them once.
#ifndef TANDEM_SERVER_CTL_SENT_ONCE_H_
#define TANDEM_SERVER_CTL_SENT_ONCE_H_

#include <string>

#include "server/ctl/caller.h"

namespace tandem::ctl {

// As Report; a change that was not answered may have been done all the same. `thing` is what `get`
// shows it by: "policy gold".
[[nodiscard]] int ReportSentOnce(const grpc::Status& status, const std::string& thing);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_SENT_ONCE_H_
