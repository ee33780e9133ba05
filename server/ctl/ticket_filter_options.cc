#include "server/ctl/ticket_filter_options.h"

#include <string>

namespace tandem::ctl {

namespace v1 = tandem::v1;

std::vector<CLI::Option*> AddTicketFilter(CLI::App& command, Context& context,
                                          v1::TicketFilter& filter) {
  std::vector<CLI::Option*> options;
  const auto note = [&options](CLI::Option* option) {
    option->group("Which tickets");
    options.push_back(option);
  };
  const auto add = [&](const std::string& name, const std::string& help,
                       const std::function<void(const std::string&)>& set) {
    note(command.add_option_function<std::string>(name, set, help)->type_name("ID"));
  };
  note(AddWords(command, context, "--state", "In this state; may be given again",
                WordsOf(*v1::TicketState_descriptor()),
                [&filter](int state) { filter.add_states(static_cast<v1::TicketState>(state)); })
           ->type_name("STATE"));
  add("--queue", "Of this queue", [&filter](const auto& id) { filter.set_queue(id); });
  add("--client", "Of this client", [&filter](const auto& id) { filter.set_client(id); });
  add("--process-type", "Of this process type",
      [&filter](const auto& id) { filter.set_process_type(id); });
  add("--agent", "Owned by, or offered to, this agent",
      [&filter](const auto& id) { filter.set_agent(id); });
  add("--last-agent", "Parked by this agent, or kept for this agent",
      [&filter](const auto& id) { filter.set_last_agent(id); });
  add("--customer", "Of this customer", [&filter](const auto& id) { filter.set_customer_id(id); });
  add("--external-id", "A contact with this external id made it or joined it",
      [&filter](const auto& id) { filter.set_external_id(id); });
  return options;
}

}  // namespace tandem::ctl
