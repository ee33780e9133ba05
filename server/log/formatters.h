// The two forms of the log.
#ifndef TANDEM_SERVER_LOG_FORMATTERS_H_
#define TANDEM_SERVER_LOG_FORMATTERS_H_

#include <spdlog/formatter.h>

#include <memory>

namespace tandem::log {

// 2026-11-23T05:01:51.120 info: call rpc=TicketService/GetTicket workspace=starter
std::unique_ptr<spdlog::formatter> MakeTextFormatter();
// {"time":"2026-11-23T05:01:51.120431Z","level":"info","message":"call","rpc":…}: an object a line.
std::unique_ptr<spdlog::formatter> MakeJsonFormatter();

}  // namespace tandem::log

#endif  // TANDEM_SERVER_LOG_FORMATTERS_H_
