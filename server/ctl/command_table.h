// The subcommands of tandemctl: each adds itself to the command line. A command lives in a file of
// its own; command_table.cc lists them.
#ifndef TANDEM_SERVER_CTL_COMMAND_TABLE_H_
#define TANDEM_SERVER_CTL_COMMAND_TABLE_H_

#include <string>
#include <vector>

#include "server/ctl/command_line.h"

namespace tandem::ctl {

// Runs the command that the words, without the program's name, say; the exit code.
[[nodiscard]] int RunCommandLine(const std::vector<std::string>& words);

// `context` and what the command keeps of its options live until the command line was parsed and
// the command, which runs as its callback, has left its exit code in `context`.
void AddAgent(CLI::App& app, Context& context);
void AddApply(CLI::App& app, Context& context);
void AddBulk(CLI::App& app, Context& context);
void AddCallback(CLI::App& app, Context& context);
void AddClassify(CLI::App& app, Context& context);
void AddCompletion(CLI::App& app, Context& context);
void AddDescribe(CLI::App& app, Context& context);
void AddDoctor(CLI::App& app, Context& context);
void AddEvents(CLI::App& app, Context& context);
void AddExplain(CLI::App& app, Context& context);
void AddGet(CLI::App& app, Context& context);
void AddHistory(CLI::App& app, Context& context);
void AddIngest(CLI::App& app, Context& context);
void AddList(CLI::App& app, Context& context);
void AddLoad(CLI::App& app, Context& context);
void AddPlay(CLI::App& app, Context& context);
void AddPolicy(CLI::App& app, Context& context);
void AddSupervise(CLI::App& app, Context& context);
void AddReport(CLI::App& app, Context& context);
void AddTicket(CLI::App& app, Context& context);
void AddVersion(CLI::App& app, Context& context);
void AddWait(CLI::App& app, Context& context);
void AddWatch(CLI::App& app, Context& context);
void AddWebhook(CLI::App& app, Context& context);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_COMMAND_TABLE_H_
