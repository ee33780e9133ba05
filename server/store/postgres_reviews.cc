// What reviews made of a ticket, in JSON.
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"
#include "router/ids.h"
#include "server/store/postgres_arrays.h"
#include "server/store/postgres_configuration.h"

namespace tandem::store {

using nlohmann::json;

std::string ReviewedToJson(const router::ReviewedRow& reviewed) {
  json value = {{"rework_count", reviewed.rework_count}, {"makers", reviewed.makers}};
  if (reviewed.review.IsSet()) value["review"] = router::ToString(reviewed.review);
  try {
    return value.dump();
  } catch (const json::exception&) {  // its text holds the bytes; ours holds none of the caller's
    throw UnstorableValue("expected UTF-8, but a text in JSON is none");
  }
}

router::ReviewedRow ReviewedFromJson(std::string_view text) {
  router::ReviewedRow reviewed;
  try {
    const json value = json::parse(text);
    reviewed.rework_count = value.at("rework_count").get<uint32_t>();
    reviewed.makers = value.at("makers").get<std::vector<std::string>>();
    if (!value.contains("review")) return reviewed;
    const auto id = router::ParseId<router::TicketId>(value.at("review").get<std::string>());
    if (!id) throw CorruptValue("the id of a review", text);
    reviewed.review = *id;
  } catch (const json::exception&) {
    throw CorruptValue("JSON that we wrote", text);
  }
  return reviewed;
}

}  // namespace tandem::store
