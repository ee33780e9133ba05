#include "server/log/formatters.h"

#include <spdlog/details/log_msg.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "nlohmann/json.hpp"
#include "server/log/fields.h"

namespace tandem::log {
namespace {

using Json = nlohmann::ordered_json;

std::string_view TextOf(const spdlog::string_view_t& text) {
  return {text.data(), text.size()};
}

// What is not UTF-8 in a text from elsewhere must not end the log.
std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool IsPlain(std::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char letter) {
    return letter > ' ' && letter <= '~' && letter != '"' && letter != '=';
  });
}

void Append(std::string_view text, spdlog::memory_buf_t& line) {
  line.append(text.data(), text.data() + text.size());
}

class TextFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    Append(absl::FormatTime("%Y-%m-%dT%H:%M:%E3S ", absl::FromChrono(message.time),
                            absl::LocalTimeZone()),
           line);
    Append(TextOf(spdlog::level::to_string_view(message.level)), line);
    Append(": ", line);
    Append(TextOf(message.payload), line);
    if (const Fields* fields = FieldsOfLine()) {
      for (const auto& [name, value] : *fields) {
        Append(" ", line);
        Append(name, line);
        Append("=", line);
        // Quoted where its end could not be told.
        Append(IsPlain(value) ? value : Dump(value), line);
      }
    }
    Append("\n", line);
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<TextFormatter>();
  }
};

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    Json object;
    object["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromChrono(message.time),
                                      absl::UTCTimeZone());
    object["level"] = TextOf(spdlog::level::to_string_view(message.level));
    object["message"] = TextOf(message.payload);
    if (const Fields* fields = FieldsOfLine()) {
      for (const auto& [name, value] : *fields) object[name] = value;
    }
    Append(Dump(object), line);
    Append("\n", line);
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

}  // namespace

std::unique_ptr<spdlog::formatter> MakeTextFormatter() {
  return std::make_unique<TextFormatter>();
}

std::unique_ptr<spdlog::formatter> MakeJsonFormatter() {
  return std::make_unique<JsonFormatter>();
}

}  // namespace tandem::log
