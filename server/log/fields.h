// Lines of the log with fields beside their text: ids that a search goes by.
//
// No field and no text holds personal data: names, numbers, addresses and what was written belong
// to the rows of contacts. A test plants some and reads the log of a whole run.
#ifndef TANDEM_SERVER_LOG_FIELDS_H_
#define TANDEM_SERVER_LOG_FIELDS_H_

#include <spdlog/common.h>

#include <string>
#include <utility>
#include <vector>

namespace tandem::log {

// Names and values, in the order in which they are shown. The names are literals.
using Fields = std::vector<std::pair<const char*, std::string>>;

// Any thread.
void Write(spdlog::level::level_enum level, const std::string& text, const Fields& fields);

// For formatters: the fields of the line that this thread is writing. Null: it has none.
const Fields* FieldsOfLine();

}  // namespace tandem::log

#endif  // TANDEM_SERVER_LOG_FIELDS_H_
