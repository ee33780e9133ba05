#include "server/log/fields.h"

#include <spdlog/spdlog.h>

namespace tandem::log {
namespace {

// The logger formats in the thread that writes, so this reaches the formatter and nobody else.
thread_local const Fields* fields_of_line = nullptr;

}  // namespace

void Write(spdlog::level::level_enum level, const std::string& text, const Fields& fields) {
  fields_of_line = &fields;
  spdlog::default_logger_raw()->log(level, text);
  fields_of_line = nullptr;
}

const Fields* FieldsOfLine() {
  return fields_of_line;
}

}  // namespace tandem::log
