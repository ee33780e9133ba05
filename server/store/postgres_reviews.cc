// What reviews made of a ticket, in JSON.
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"
#include "router/ids.h"
#include "server/store/postgres_configuration.h"
#include "server/store/postgres_json.h"

namespace tandem::store {

using nlohmann::json;

std::string ReviewedToJson(const router::ReviewedRow& reviewed) {
  json value = {{"rework_count", reviewed.rework_count}, {"makers", reviewed.makers}};
  if (reviewed.review.IsSet()) value["review"] = router::ToString(reviewed.review);
  return Print(value);
}

router::ReviewedRow ReviewedFromJson(std::string_view text) {
  return Parse<router::ReviewedRow>(text, [&](const json& from, router::ReviewedRow& to) {
    to.rework_count = from.at("rework_count").get<uint32_t>();
    to.makers = from.at("makers").get<std::vector<std::string>>();
    if (!from.contains("review")) return;
    const auto id = router::ParseId<router::TicketId>(from.at("review").get<std::string>());
    if (!id) throw CorruptValue("the id of a review", text);
    to.review = *id;
  });
}

}  // namespace tandem::store
