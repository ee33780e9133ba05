// The log: one line per event, on standard error.
#ifndef TANDEM_SERVER_LOGGING_H_
#define TANDEM_SERVER_LOGGING_H_

#include "server/options.h"

namespace tandem {

// Sets up what spdlog's default logger does. Call once, before other threads start.
void SetUpLogging(const ServerOptions& options);

}  // namespace tandem

#endif  // TANDEM_SERVER_LOGGING_H_
