#include "server/ctl/day_convert.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "nlohmann/json.hpp"
#include "server/ctl/business_hours.h"
#include "server/ctl/spans.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using google::protobuf::util::TimeUtil;

v1::CefrLevel ToLevel(const std::string& name) {
  v1::CefrLevel level = v1::CEFR_LEVEL_UNSPECIFIED;
  v1::CefrLevel_Parse(absl::StrCat("CEFR_LEVEL_", name), &level);
  return level;
}

bool DoesTechnicalSupport(const DayAgent& day) {
  return std::any_of(day.process_types.begin(), day.process_types.end(),
                     [](const std::string& id) { return absl::StartsWith(id, "tech_support."); });
}

void AddGroup(v1::Capacity& capacity, v1::CapacityGroup group, int max, int units) {
  v1::GroupCapacity& added = *capacity.add_groups();
  added.set_group(group);
  added.set_max(static_cast<uint32_t>(max));
  added.set_units_per_ticket(static_cast<uint32_t>(units));
}

}  // namespace

v1::Contact ToContact(const DayContact& day, absl::Time received, absl::TimeZone zone,
                      absl::Duration shift) {
  v1::Contact contact;
  contact.set_channel(day.channel);
  contact.set_entry_point(day.entry_point);
  contact.set_external_id(day.external_id);
  contact.set_conversation_key(day.conversation_key);
  contact.set_client(day.client);
  contact.set_process_type(day.process_type);
  contact.set_language(day.language);
  for (const auto& [skill, level] : day.skills) {
    v1::SkillRequirement& asked =
        *contact.mutable_requirement()->add_all_of()->add_any_of()->mutable_skill();
    asked.set_skill(skill);
    asked.set_level(static_cast<uint32_t>(level));
  }
  contact.set_priority(static_cast<uint32_t>(day.priority));
  if (day.answer_target_s) {
    *contact.mutable_answer_target() = TimeUtil::SecondsToDuration(*day.answer_target_s);
  }
  if (day.due_business_h) {
    const absl::Time due =
        AddBusinessHours(received, absl::Hours(*day.due_business_h), zone) + shift;
    *contact.mutable_due_at() = ToTimestamp(due);
    contact.set_direction(v1::DIRECTION_INTERNAL);
    contact.set_initiated_by(v1::PARTY_SYSTEM);
  }
  contact.set_customer_id(day.customer_id);
  contact.set_customer_segment(day.customer_segment);
  contact.set_subject(day.subject);
  if (!day.text.empty()) {
    contact.set_payload_json(nlohmann::json{{"text", day.text}}.dump());
  }
  for (const auto& [key, value] : day.attributes) (*contact.mutable_attributes())[key] = value;
  return contact;
}

v1::Agent ToAgent(const DayAgent& day) {
  v1::Agent agent;
  agent.set_id(day.id);
  agent.set_kind(day.automated ? v1::AGENT_KIND_AUTOMATED : v1::AGENT_KIND_HUMAN);
  agent.set_site(day.site);
  agent.set_team(absl::StrCat(day.site, day.back_office ? "-back" : "-front"));
  agent.set_routing_profile(day.back_office             ? "back_office"
                            : DoesTechnicalSupport(day) ? "tech_support"
                                                        : "front_generalist");
  for (const auto& [skill, level] : day.skills) {
    v1::SkillLevel& held = *agent.add_skills();
    held.set_skill(skill);
    held.set_level(static_cast<uint32_t>(level));
  }
  for (const auto& [tag, level] : day.languages) {
    v1::AgentLanguage& language = *agent.add_languages();
    language.set_tag(tag);
    language.set_spoken(ToLevel(level));
    language.set_written(ToLevel(level));
  }
  for (const std::string& id : day.process_types) agent.add_process_types(id);
  for (const std::string& id : day.clients) agent.add_clients(id);

  const DayConcurrency& at_once = day.concurrency;
  const int total = std::max({12, at_once.messaging + at_once.email + at_once.task, at_once.voice});
  v1::Capacity& capacity = *agent.mutable_capacity();
  capacity.set_total_units(static_cast<uint32_t>(total));
  AddGroup(capacity, v1::CAPACITY_GROUP_VOICE, at_once.voice, total / std::max(1, at_once.voice));
  AddGroup(capacity, v1::CAPACITY_GROUP_MESSAGING, at_once.messaging, 1);
  AddGroup(capacity, v1::CAPACITY_GROUP_EMAIL, at_once.email, 1);
  AddGroup(capacity, v1::CAPACITY_GROUP_TASK, at_once.task, 1);
  agent.set_cost_per_hour_milli(std::llround(day.cost_per_hour * 1000));
  return agent;
}

}  // namespace tandem::ctl
