#include "server/ctl/contact_options.h"

#include <functional>
#include <string>

#include "absl/strings/numbers.h"

#include "server/ctl/requirement_options.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

void AddAttribute(const std::string& text, v1::Contact& contact) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) {
    throw CLI::ValidationError("--attribute", "expected KEY=VALUE, but got " + text);
  }
  (*contact.mutable_attributes())[text.substr(0, equals)] = text.substr(equals + 1);
}

}  // namespace

void AddContactOptions(CLI::App& command, v1::Contact& contact) {
  const auto add = [&command](const char* name, const char* type, const char* help,
                              const std::function<void(const std::string&)>& set) {
    command.add_option_function<std::string>(name, set, help)
        ->type_name(type)
        ->trigger_on_parse()
        ->group("One contact");
  };
  add("--channel", "ID", "Its channel", [&](const auto& text) { contact.set_channel(text); });
  add("--client", "ID", "Its client", [&](const auto& text) { contact.set_client(text); });
  add("--process-type", "ID", "What kind of work it is",
      [&](const auto& text) { contact.set_process_type(text); });
  add("--queue", "ID", "The queue to enter, instead of the process type's",
      [&](const auto& text) { contact.set_queue(text); });
  add("--language", "TAG", "The customer's language",
      [&](const auto& text) { contact.set_language(text); });
  add("--priority", "0-9", "Higher is more urgent", [&](const auto& text) {
    uint32_t priority = 0;
    if (!absl::SimpleAtoi(text, &priority)) {
      throw CLI::ValidationError("--priority", "expected a number, but got " + text);
    }
    contact.set_priority(priority);
  });
  add("--skill", "SKILL=LEVEL", "Asked of the agent; may be given again",
      [&](const auto& text) { AddSkill(text, *contact.mutable_requirement()); });
  add("--customer", "ID", "The customer", [&](const auto& text) { contact.set_customer_id(text); });
  add("--segment", "TEXT", "The customer's segment",
      [&](const auto& text) { contact.set_customer_segment(text); });
  add("--external-id", "ID", "The caller's id: the same one again is the same contact",
      [&](const auto& text) { contact.set_external_id(text); });
  add("--entry-point", "TEXT", "Where it came in",
      [&](const auto& text) { contact.set_entry_point(text); });
  add("--conversation-key", "TEXT", "The conversation it is part of",
      [&](const auto& text) { contact.set_conversation_key(text); });
  add("--parent", "TICKET", "The ticket that it belongs to",
      [&](const auto& text) { contact.set_parent_ticket_id(text); });
  add("--blocked-by", "TICKET", "A ticket that must be closed before; may be given again",
      [&](const auto& text) { contact.add_blocked_by(text); });
  add("--subject", "TEXT", "A line for people",
      [&](const auto& text) { contact.set_subject(text); });
  add("--payload-json", "JSON", "For the agent's desktop",
      [&](const auto& text) { contact.set_payload_json(text); });
  add("--attribute", "KEY=VALUE", "A label; may be given again",
      [&](const auto& text) { AddAttribute(text, contact); });
}

}  // namespace tandem::ctl
