// Answers of verbs as JSON: see postgres_configuration.h.
#include <string>
#include <string_view>

#include "nlohmann/json.hpp"
#include "router/ids.h"
#include "server/store/postgres_arrays.h"
#include "server/store/postgres_configuration.h"
#include "server/store/postgres_names.h"

namespace tandem::store {

using nlohmann::json;

std::string AnswerToJson(const StoredAnswer& answer) {
  const StoredAnswer plain;
  json object = {{"kind", answer.kind}};
  for (const router::TicketId& ticket : answer.tickets) {
    object["tickets"].push_back(router::ToString(ticket));
  }
  if (answer.contact.IsSet()) object["contact"] = router::ToString(answer.contact);
  if (answer.joined) object["joined"] = true;
  if (answer.unroutable) object["unroutable"] = true;
  if (answer.applied) object["applied"] = true;
  if (answer.state != plain.state) object["state"] = NameOf(answer.state);
  if (answer.revision != 0) object["revision"] = answer.revision;
  if (answer.created != 0) object["created"] = answer.created;
  if (answer.updated != 0) object["updated"] = answer.updated;
  if (answer.deleted != 0) object["deleted"] = answer.deleted;
  return object.dump();
}

namespace {

router::TicketId IdOf(const json& text) {
  const auto [high, low] = ParseUuid(text.get_ref<const std::string&>());
  return {high, low};
}

StoredAnswer Read(const json& from) {
  StoredAnswer to;
  to.kind = from.at("kind").get<uint32_t>();
  if (from.contains("tickets")) {
    for (const json& ticket : from.at("tickets")) to.tickets.push_back(IdOf(ticket));
  }
  if (from.contains("contact")) {
    const router::TicketId id = IdOf(from.at("contact"));
    to.contact = {id.high, id.low};
  }
  to.joined = from.value("joined", false);
  to.unroutable = from.value("unroutable", false);
  to.applied = from.value("applied", false);
  if (from.contains("state")) {
    to.state = FromName<router::TicketState>(from.at("state").get_ref<const std::string&>());
  }
  to.revision = from.value("revision", int64_t{0});
  to.created = from.value("created", 0U);
  to.updated = from.value("updated", 0U);
  to.deleted = from.value("deleted", 0U);
  return to;
}

}  // namespace

StoredAnswer AnswerFromJson(std::string_view text) {
  try {
    return Read(json::parse(text));
  } catch (const json::exception&) {
    throw CorruptValue("JSON that we wrote", text);
  }
}

}  // namespace tandem::store
