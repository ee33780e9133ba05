// The options that say which tickets, for the commands that take a filter.
#ifndef TANDEM_SERVER_CTL_TICKET_FILTER_OPTIONS_H_
#define TANDEM_SERVER_CTL_TICKET_FILTER_OPTIONS_H_

#include <string>
#include <vector>

#include "server/ctl/command_line.h"
#include "tandem/v1/ticket_service.pb.h"

namespace tandem::ctl {

// Adds --state, --queue and so on, in the group "Which tickets", and returns them. `filter`, which
// must outlive the command, gets what they say.
std::vector<CLI::Option*> AddTicketFilter(CLI::App& command, Context& context,
                                          tandem::v1::TicketFilter& filter);

// "crm=CASE-4711". Throws CLI::ValidationError of the option when it is none.
[[nodiscard]] tandem::v1::ExternalReference ReferenceOf(const std::string& option,
                                                        const std::string& text);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_TICKET_FILTER_OPTIONS_H_
