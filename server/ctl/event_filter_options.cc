#include "server/ctl/event_filter_options.h"

#include <string>

namespace tandem::ctl {

namespace v1 = tandem::v1;

void AddEventFilter(CLI::App& command, Context& context, v1::EventFilter& filter,
                    const std::function<void()>& note) {
  constexpr char kGroup[] = "Which events";
  const auto add = [&](const char* name, const char* help,
                       google::protobuf::RepeatedPtrField<std::string>& ids) {
    AddTexts(command, name, help,
             [&ids, note](const std::string& id) {
               *ids.Add() = id;
               note();
             })
        ->type_name("ID")
        ->group(kGroup);
  };
  add("--client", "Of tickets of this client", *filter.mutable_clients());
  add("--queue", "Of tickets in this queue, and of those that leave it", *filter.mutable_queues());
  add("--ticket", "Of this ticket", *filter.mutable_ticket_ids());
  AddWords(command, context, "--type", "Of this type", WordsOf(*v1::EventType_descriptor()),
           [&filter, note](int type) {
             filter.add_types(static_cast<v1::EventType>(type));
             note();
           })
      ->type_name("TYPE")
      ->group(kGroup);
}

}  // namespace tandem::ctl
