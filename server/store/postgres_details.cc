// What is said of a ticket after it came in, in JSON.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"
#include "server/store/postgres_configuration.h"
#include "server/store/postgres_json.h"

namespace tandem::store {

using nlohmann::json;

std::string ChangedAttributesToJson(const ChangedAttributes& attributes) {
  json object = json::object();
  for (const auto& [key, value] : attributes) object[key] = value ? json(*value) : json();
  return Print(object);
}

ChangedAttributes ChangedAttributesFromJson(std::string_view text) {
  return Parse<ChangedAttributes>(text, [](const json& from, ChangedAttributes& to) {
    for (const auto& [key, value] : from.items()) {
      to.emplace_back(key, std::nullopt);
      if (!value.is_null()) to.back().second = value.get<std::string>();
    }
  });
}

std::string ReferencesToJson(const std::vector<router::ExternalReference>& references) {
  json list = json::array();
  for (const router::ExternalReference& reference : references) {
    list.push_back({{"system", reference.system}, {"id", reference.id}});
  }
  return Print(list);
}

std::vector<router::ExternalReference> ReferencesFromJson(std::string_view text) {
  using References = std::vector<router::ExternalReference>;
  return Parse<References>(text, [](const json& from, References& to) {
    for (const json& reference : from) {
      to.push_back(
          {reference.at("system").get<std::string>(), reference.at("id").get<std::string>()});
    }
  });
}

}  // namespace tandem::store
