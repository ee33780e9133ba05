#include "server/logging.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "nlohmann/json.hpp"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace tandem {
namespace {

// One JSON object per line: {"time":…,"level":…,"message":…}.
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    nlohmann::ordered_json object;
    object["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromChrono(message.time),
                                      absl::UTCTimeZone());
    const auto level = spdlog::level::to_string_view(message.level);
    object["level"] = std::string_view(level.data(), level.size());
    object["message"] = std::string_view(message.payload.data(), message.payload.size());
    // What is not UTF-8 in a message from elsewhere must not end the log.
    const std::string text =
        object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    line.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

}  // namespace

void SetUpLogging(const ServerOptions& options) {
  auto logger = spdlog::stderr_logger_mt("tandemd");
  if (options.log_format == LogFormat::kJson) {
    logger->set_formatter(std::make_unique<JsonFormatter>());
  } else {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l: %v");
  }
  logger->set_level(spdlog::level::from_str(options.log_level));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace tandem
