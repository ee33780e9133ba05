// The options that say which events: of `events`, and of a webhook.
#ifndef TANDEM_SERVER_CTL_EVENT_FILTER_OPTIONS_H_
#define TANDEM_SERVER_CTL_EVENT_FILTER_OPTIONS_H_

#include <functional>

#include "server/ctl/command_line.h"
#include "tandem/v1/event_service.pb.h"

namespace tandem::ctl {

// `filter` has to live until the command line was parsed. `note` is called when one of them is
// said.
void AddEventFilter(
    CLI::App& command, Context& context, tandem::v1::EventFilter& filter,
    const std::function<void()>& note = [] {});

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_EVENT_FILTER_OPTIONS_H_
