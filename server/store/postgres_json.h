// JSON text that we write and read back. Internal to postgres_*.cc.
#ifndef TANDEM_SERVER_STORE_POSTGRES_JSON_H_
#define TANDEM_SERVER_STORE_POSTGRES_JSON_H_

#include <string>
#include <string_view>

#include "nlohmann/json.hpp"
#include "server/store/postgres_arrays.h"

namespace tandem::store {

// Throws UnstorableValue for text that is not UTF-8.
std::string Print(const nlohmann::json& value);

// Runs `read` on the parsed text; whatever does not fit is corrupt.
template <typename T, typename Function>
T Parse(std::string_view text, Function read) {
  try {
    T value;
    read(nlohmann::json::parse(text), value);
    return value;
  } catch (const nlohmann::json::exception&) {
    throw CorruptValue("JSON that we wrote", text);
  }
}

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_JSON_H_
