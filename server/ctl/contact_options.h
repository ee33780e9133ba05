// The options that say one contact, for the commands that take one.
#ifndef TANDEM_SERVER_CTL_CONTACT_OPTIONS_H_
#define TANDEM_SERVER_CTL_CONTACT_OPTIONS_H_

#include "server/ctl/command_line.h"
#include "tandem/v1/ticket.pb.h"

namespace tandem::ctl {

// Adds --channel, --client and so on, in the group "One contact". `contact`, which must outlive the
// command, gets what they say; it stays empty when none is given.
void AddContactOptions(CLI::App& command, tandem::v1::Contact& contact);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_CONTACT_OPTIONS_H_
