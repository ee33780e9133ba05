#include "router/contact_defaults.h"

#include "router/resources.h"

namespace tandem::router {

void FillIn(const Workspace& workspace, NewContact& contact) {
  const auto found =
      workspace.entry_points.find(EntryPointKey(contact.channel, contact.entry_point));
  if (found != workspace.entry_points.end()) {
    const EntryPoint& entry_point = *found->second;
    const auto fill = [](std::string& said, const std::string& otherwise) {
      if (said.empty()) said = otherwise;
    };
    fill(contact.client, entry_point.client);
    fill(contact.process_type, entry_point.process_type);
    fill(contact.language, entry_point.language);
    fill(contact.queue, entry_point.queue);
    if (!contact.priority) contact.priority = entry_point.priority;
  }
  if (!contact.priority) contact.priority = 0;
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

}  // namespace tandem::router
