#include "router/contact_defaults.h"

#include "router/resources.h"

namespace tandem::router {
namespace {

uint32_t SaidBitsOf(const NewContact& contact) {
  const Requirement& own = contact.requirement;
  uint32_t said = 0;
  if (!contact.queue.empty()) said |= kSaidQueue;
  if (contact.priority) said |= kSaidPriority;
  if (!own.all_of.empty() || !own.prefer.empty()) said |= kSaidRequirement;
  if (!own.agents.empty()) said |= kSaidAgents;
  if (contact.plan) said |= kSaidPlan;
  if (!contact.process_type.empty()) said |= kSaidProcessType;
  return said;
}

}  // namespace

Classification FillIn(const Workspace& workspace, NewContact& contact,
                      std::vector<ContactClassified::TriedRule>* tried,
                      const std::vector<QueueDraw>* earlier, const Standing* standing) {
  const auto found =
      workspace.entry_points.find(EntryPointKey(contact.channel, contact.entry_point));
  const EntryPoint* entry_point = found == workspace.entry_points.end() ? nullptr : found->second;
  const auto fill = [&](std::string& said, const std::string EntryPoint::*otherwise) {
    if (entry_point != nullptr && said.empty()) said = entry_point->*otherwise;
  };
  contact.said = SaidBitsOf(contact);
  fill(contact.client, &EntryPoint::client);
  // A ticket without a language stays without.
  if (standing == nullptr) fill(contact.language, &EntryPoint::language);
  Classification classification =
      Classify(workspace, entry_point, contact, tried, earlier, standing);
  fill(contact.process_type, &EntryPoint::process_type);
  fill(contact.queue, &EntryPoint::queue);
  if (entry_point != nullptr && !contact.priority) contact.priority = entry_point->priority;
  if (!contact.priority) contact.priority = 0;
  return classification;
}

Cefr LevelFor(const Workspace& workspace, const std::string& language) {
  std::string tag = language;
  while (!tag.empty()) {
    const auto found = workspace.languages.find(tag);
    if (found != workspace.languages.end()) return found->second->level;
    const size_t dash = tag.rfind('-');
    tag.resize(dash == std::string::npos ? 0 : dash);
  }
  return Cefr::kNone;
}

Requirement WithOwn(const Requirement& own, const std::string& language,
                    const ProcessTypeDefaults& defaults) {
  Requirement requirement = defaults.requirement;
  requirement.all_of.insert(requirement.all_of.end(), own.all_of.begin(), own.all_of.end());
  requirement.prefer.insert(requirement.prefer.end(), own.prefer.begin(), own.prefer.end());
  if (!own.agents.empty()) requirement.agents = own.agents;
  if (!language.empty()) {
    requirement.all_of.push_back({LanguageRequirement{language, defaults.language_level}});
  }
  return Canonical(std::move(requirement));
}

}  // namespace tandem::router
