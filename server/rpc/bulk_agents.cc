#include "server/rpc/bulk_agents.h"

#include <algorithm>
#include <set>
#include <utility>

#include "router/limits.h"
#include "server/query/resources.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/resource_method.h"

namespace tandem::rpc {
namespace {

using router::Reason;
using router::Rejection;

constexpr size_t kMostSkills = 50;

void ToSkills(const v1::BulkUpdateAgentsRequest& request, BulkAgentsAsked& asked, Faults& faults) {
  faults.HasAtMost(static_cast<size_t>(request.set_skills_size()), kMostSkills, "set_skills");
  faults.HasAtMost(static_cast<size_t>(request.remove_skills_size()), kMostSkills, "remove_skills");
  if (!faults.empty()) return;
  std::set<std::string> set;
  for (int i = 0; i < request.set_skills_size(); ++i) {
    const v1::SkillLevel& skill = request.set_skills(i);
    const std::string path = At("set_skills", i);
    faults.RequireId(skill.skill(), path + ".skill");
    faults.Range(skill.level(), 1, router::kMaxSkillLevel, path + ".level");
    if (!set.insert(skill.skill()).second) {
      faults.Add(Reason::kIdDuplicate, path + ".skill",
                 "expected each skill once, but it is listed before");
    }
    asked.set_skills.push_back({.skill = skill.skill(), .level = skill.level()});
  }
  for (int i = 0; i < request.remove_skills_size(); ++i) {
    const std::string& skill = request.remove_skills(i);
    faults.RequireId(skill, At("remove_skills", i));
    if (set.contains(skill)) {
      faults.Add(Reason::kFieldMalformed, At("remove_skills", i),
                 "expected a skill that is not set as well, but it is");
    }
    asked.remove_skills.push_back(skill);
  }
}

// The skills of an agent after the change, those that stay in the order that they had.
std::vector<router::SkillLevel> SkillsAfter(std::vector<router::SkillLevel> skills,
                                            const BulkAgentsAsked& asked) {
  std::erase_if(skills, [&](const router::SkillLevel& held) {
    return std::ranges::count(asked.remove_skills, held.skill) > 0;
  });
  for (const router::SkillLevel& given : asked.set_skills) {
    const auto held = std::ranges::find(skills, given.skill, &router::SkillLevel::skill);
    if (held == skills.end()) {
      skills.push_back(given);
    } else {
      held->level = given.level;
    }
  }
  return skills;
}

}  // namespace

std::variant<BulkAgentsAsked, Rejection> ToBulkAgentsAsked(v1::BulkUpdateAgentsRequest& request) {
  Faults faults;
  BulkAgentsAsked asked;
  asked.bulk = ToBulkAsked(request, faults);
  asked.filter = ToFilter(request.filter(), faults);
  ToSkills(request, asked, faults);
  faults.OptionalId(request.routing_profile(), "routing_profile");
  asked.routing_profile = request.routing_profile();
  if (request.set_skills().empty() && request.remove_skills().empty() &&
      request.routing_profile().empty()) {
    faults.Add(Reason::kFieldRequired, "set_skills",
               "expected set_skills, remove_skills or routing_profile, but none is set");
  }
  if (auto rejection = faults.Take()) return *std::move(rejection);
  return asked;
}

BulkAgents::BulkAgents(Backend& backend, grpc::CallbackServerContext* context,
                       const grpc::ByteBuffer* request)
    : BulkStream(backend, context), request_(request) {}

void BulkAgents::Begin() {
  RunAs(*request_, ToBulkAgentsAsked, agents_asked_);
}

// A workspace that is not is found by its first page.
std::optional<Rejection> BulkAgents::ReadCheck(store::Reader& /*reader*/) {
  return std::nullopt;
}

query::Result<std::string> BulkAgents::ReadPage(store::Reader& reader,
                                                const query::PageRequest& page) {
  auto read = query::ListResources(reader, asked().workspace, agents_asked_.filter, page);
  if (const auto* rejection = std::get_if<Rejection>(&read)) return *rejection;
  auto& found = std::get<query::ResourcePage>(read);
  for (router::Resource& resource : found.resources) {
    auto& agent = std::get<router::Agent>(resource);
    std::vector<router::SkillLevel> skills = SkillsAfter(agent.skills, agents_asked_);
    const std::string& profile = agents_asked_.routing_profile;
    if (skills == agent.skills && (profile.empty() || profile == agent.routing_profile)) continue;
    changes_.push_back(
        {.agent = std::move(agent.id), .revision = agent.revision, .skills = std::move(skills)});
  }
  return found.next_token;
}

std::optional<query::Result<router::Action>> BulkAgents::CommandOf(size_t item) const {
  const Change& change = changes_[item];
  v1::BatchUpdateAgentItem update;
  update.mutable_agent()->set_id(change.agent);
  update.set_expected_revision(change.revision);
  if (!agents_asked_.set_skills.empty() || !agents_asked_.remove_skills.empty()) {
    for (const router::SkillLevel& skill : change.skills) {
      v1::SkillLevel& to = *update.mutable_agent()->add_skills();
      to.set_skill(skill.skill);
      to.set_level(skill.level);
    }
    update.mutable_update_mask()->add_paths("skills");
  }
  if (!agents_asked_.routing_profile.empty()) {
    update.mutable_agent()->set_routing_profile(agents_asked_.routing_profile);
    update.mutable_update_mask()->add_paths("routing_profile");
  }
  Faults faults;
  router::UpdateResource action = ToUpdate(update, faults);
  if (auto rejection = faults.Take()) return *std::move(rejection);
  action.validate_only = asked().validate_only;
  return router::Action(std::move(action));
}

grpc::ByteBuffer BulkAgents::Message(const std::vector<Result>& results,
                                     const v1::BulkProgress& progress) const {
  return MessageOf<v1::BulkUpdateAgentsResponse>(
      results, progress, [](auto& to, const std::string& id) { to.set_agent(id); });
}

}  // namespace tandem::rpc
