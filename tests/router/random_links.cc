// Random tickets that belong to others, wait for them, or follow them.
#include <algorithm>
#include <vector>

#include "tests/router/random_commands.h"

namespace tandem::router {

// The contact is of a client whose tickets it names, as a rule.
void RandomCommands::Tie(const Workspace& workspace, NewContact& contact) {
  if (workspace.tickets.empty()) return;
  const TicketId first = AnyTicket(workspace);
  const auto found = workspace.tickets.find(first);
  if (found != workspace.tickets.end() && !Chance(10)) {
    contact.client = found->second.contact.client;
  }
  if (Chance(60)) {
    contact.parent = first;
    contact.conversation_key.clear();
    if (contact.channel != "callback") contact.not_after = Time{};
    if (Chance(60)) contact.client.clear();
  }
  if (contact.parent.IsSet() && Chance(60)) return;
  if (!contact.parent.IsSet() || Chance(30)) contact.blocked_by.push_back(first);
  for (const auto& [id, ticket] : workspace.tickets) {
    if (contact.blocked_by.size() >= 3 || !Chance(10)) continue;
    if (id == first || ticket.contact.client != contact.client) continue;
    contact.blocked_by.push_back(id);
  }
}

void RandomCommands::AddFollowUps(const Workspace& workspace, Time now, CompleteTicket& complete) {
  const uint64_t count = 1 + Below(3);
  for (uint32_t i = 0; i < count; ++i) {
    const auto ingest = std::get<IngestContact>(MakeContact(workspace, now));
    FollowUp& follow_up = complete.follow_ups.emplace_back();
    follow_up.contact = ingest.contact;
    follow_up.contact.conversation_key.clear();
    if (follow_up.contact.channel != "callback") follow_up.contact.not_after = Time{};
    follow_up.contact.parent = TicketId{};
    follow_up.new_ticket = ingest.new_ticket;
    follow_up.new_contact = ingest.new_contact;
    if (Chance(80)) follow_up.contact.client.clear();
    if (Chance(60)) follow_up.contact.queue.clear();
    if (Chance(60)) follow_up.contact.requirement = Requirement{};
    if (Chance(80)) follow_up.contact.blocked_by.clear();
    if (Chance(10)) follow_up.contact.blocked_by = {complete.ticket};
    for (uint32_t before = 0; before < i; ++before) {
      if (Chance(40)) follow_up.after.push_back(before);
    }
  }
}

}  // namespace tandem::router
