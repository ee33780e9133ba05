// Configurations and requirements as JSON, the form in which they are stored.
//
// A field that is absent in stored JSON has its default, so that rows written before a field
// existed stay readable. What is written throws UnstorableValue for text that is not UTF-8; what is
// read throws CorruptValue.
#ifndef TANDEM_SERVER_STORE_POSTGRES_CONFIGURATION_H_
#define TANDEM_SERVER_STORE_POSTGRES_CONFIGURATION_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "router/model.h"
#include "router/rows.h"
#include "server/store/store.h"

namespace tandem::store {

// A resource as it is stored. Key: workspace, kind, id.
struct ResourceRecord {
  std::string workspace;
  std::string kind;  // "queue"
  std::string id;
  int64_t position = 0;  // among those of its kind
  int64_t revision = 0;
  std::string body;  // JSON
};

ResourceRecord RecordOf(const router::ResourceRow& row);
router::Resource ResourceOf(const ResourceRecord& record);
// Appends a resource to the list of its kind. Called in the order of the positions.
void AddResource(const ResourceRecord& record, router::Configuration& configuration);

// {"team": "north", "skills": [{"skill": "cards"}]}: what the body of a resource must hold to pass.
std::string FilterToJson(const ResourceFilter& filter);

// [[{"skill": "cards", "level": 2}], [{"language": "de", "level": "B2"}]]
std::string RequirementToJson(const router::Requirement& requirement);
router::Requirement RequirementFromJson(std::string_view json);

// {"own": [], "asked": [], "plan_step": 0}
std::string ChangedRequirementToJson(const router::ChangedRequirement& changed);
router::ChangedRequirement ChangedRequirementFromJson(std::string_view json);

// [{"after_us": 20000000, "requirement": []}, {"after_us": 60000000, "min_priority": 5}]
std::string PlanToJson(const router::Plan& plan);
router::Plan PlanFromJson(std::string_view json);

// ["ann", "bob"]
std::string TextsToJson(const std::vector<std::string>& texts);
std::vector<std::string> TextsFromJson(std::string_view json);

// {"key": "value"}; read back sorted by key.
using Attributes = std::vector<std::pair<std::string, std::string>>;
std::string AttributesToJson(const Attributes& attributes);
Attributes AttributesFromJson(std::string_view json);

// {"key": "value", "gone": null}; read back sorted by key.
using ChangedAttributes = std::vector<std::pair<std::string, std::optional<std::string>>>;
std::string ChangedAttributesToJson(const ChangedAttributes& attributes);
ChangedAttributes ChangedAttributesFromJson(std::string_view json);

// [{"system": "crm", "id": "CASE-4711"}]
std::string ReferencesToJson(const std::vector<router::ExternalReference>& references);
std::vector<router::ExternalReference> ReferencesFromJson(std::string_view json);

// [{"agent": "ann", "until_us": 1790000000000000}]
std::string ParticipantsToJson(const router::ParticipantRows& participants);
router::ParticipantRows ParticipantsFromJson(std::string_view json);
std::string ReviewedToJson(const router::ReviewedRow& reviewed);
router::ReviewedRow ReviewedFromJson(std::string_view json);
std::string HandOffToJson(const router::HandOff& hand_off);
router::HandOff HandOffFromJson(std::string_view json);
std::string ReclassifiedToJson(const router::Reclassified& reclassified);
router::Reclassified ReclassifiedFromJson(std::string_view json);
std::string CoolDownsToJson(const std::vector<router::CoolDown>& cool_downs);
std::vector<router::CoolDown> CoolDownsFromJson(std::string_view json);

// Fields that have their default are left out.
std::string AnswerToJson(const StoredAnswer& answer);
StoredAnswer AnswerFromJson(std::string_view json);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_CONFIGURATION_H_
