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
  add("--parent", "That belong to this ticket",
      [&filter](const auto& id) { filter.set_parent_ticket_id(id); });
  add("--customer", "Of this customer", [&filter](const auto& id) { filter.set_customer_id(id); });
  add("--external-id", "A contact with this external id made it or joined it",
      [&filter](const auto& id) { filter.set_external_id(id); });
  note(command
           .add_option_function<std::string>(
               "--reference",
               [&filter](const std::string& text) {
                 *filter.mutable_external_reference() = ReferenceOf("--reference", text);
               },
               "That another system calls this")
           ->type_name("SYSTEM=ID"));
  return options;
}

v1::ExternalReference ReferenceOf(const std::string& option, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) {
    throw CLI::ValidationError(option, "expected SYSTEM=ID, as in crm=CASE-4711, but got " + text);
  }
  v1::ExternalReference reference;
  reference.set_system(text.substr(0, equals));
  reference.set_id(text.substr(equals + 1));
  return reference;
}

}  // namespace tandem::ctl
