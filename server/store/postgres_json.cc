#include "server/store/postgres_json.h"

namespace tandem::store {

std::string Print(const nlohmann::json& value) {
  try {
    return value.dump();
  } catch (const nlohmann::json::exception&) {
    // Its text holds the bytes; ours holds none of the caller's.
    throw UnstorableValue("expected UTF-8, but a text in JSON is none");
  }
}

}  // namespace tandem::store
