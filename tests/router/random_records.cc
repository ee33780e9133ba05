// Random commands about what is said of tickets, and added to them, after they came in.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/router/random_commands.h"
#include "tests/router/text.h"

namespace tandem::router {

Action RandomCommands::MakeUpdate(const Workspace& workspace, TicketId ticket) {
  static const std::vector<std::string> words = {"one", "two", "three", "four"};
  UpdateTicket update;
  update.ticket = ticket;
  const auto found = workspace.tickets.find(ticket);
  if (Chance(30) && found != workspace.tickets.end()) {
    update.expected_revision = found->second.revision + (Chance(20) ? 1 : 0);
  }
  if (Chance(60)) update.priority = static_cast<uint32_t>(Below(10));
  if (Chance(30)) update.due_at = kStart + Seconds(static_cast<int64_t>(1 + Below(6000)));
  if (Chance(20)) update.customer_id = Pick(words);
  if (Chance(20)) update.customer_segment = Pick(words);
  if (Chance(20)) update.subject = Pick(words);
  for (const std::string& word : words) {
    if (Chance(20)) update.attributes.emplace_back(word, Pick(words));
    if (Chance(20)) update.add_references.push_back({"crm", word});
  }
  update.reclassify = Chance(40);
  // What rules ask for.
  if (update.reclassify && Chance(50)) update.attributes.emplace_back("amount", AnyNumber());
  if (update.reclassify && Chance(30)) {
    update.attributes.emplace_back("owner", "a" + std::to_string(1 + Below(9)));
  }
  std::sort(update.attributes.begin(), update.attributes.end());
  if (!update.attributes.empty() && Chance(30)) update.attributes[0].second.reset();
  if (Chance(25)) update.requirement = MakeRequirement(30);
  if (update.requirement && Chance(30)) update.requirement->agents = Some("a", 9, 20);
  if (Chance(2)) update.requirement = Requirement{.all_of = {{SkillRequirement{"juggling", 1}}}};
  if (update.add_references.empty()) update.remove_references = {{"crm", Pick(words)}};
  return update;
}

// A note, a message or a survey; at times as of a ticket that is closed.
Action RandomCommands::MakeRecord(const Workspace& workspace, TicketId ticket) {
  std::optional<ClosedTicket> closed;
  if (Chance(50)) {
    closed.emplace();
    closed->client = Pick(workspace.configuration.clients).id;
    closed->agent = "a1";
    closed->queue = "q1";
  }
  const std::string agent = Chance(60) ? "" : "a" + std::to_string(1 + Below(9));
  switch (Below(3)) {
    case 0:
      return AddNote{ticket, agent, "a note", closed};
    case 1: {
      AddMessage message;
      message.ticket = ticket;
      message.direction = static_cast<Direction>(1 + Below(3));
      message.author = static_cast<Party>(1 + Below(3));
      if (message.author == Party::kAgent) message.agent = agent;
      message.text = Chance(50) ? "a message" : "";
      message.closed = closed;
      return message;
    }
    default: {
      RecordSurvey survey;
      survey.ticket = ticket;
      survey.scores = {{"csat", 4, 1, 5}};
      if (Chance(30)) survey.scores.push_back({"nps", 9, 0, 10});
      survey.closed = closed;
      return survey;
    }
  }
}

}  // namespace tandem::router
