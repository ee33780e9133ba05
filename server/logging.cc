#include "server/logging.h"

#include <utility>

#include "server/log/formatters.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace tandem {

void SetUpLogging(const ServerOptions& options) {
  auto logger = spdlog::stderr_logger_mt("tandemd");
  logger->set_formatter(options.log_format == LogFormat::kJson ? log::MakeJsonFormatter()
                                                               : log::MakeTextFormatter());
  logger->set_level(spdlog::level::from_str(options.log_level));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace tandem
