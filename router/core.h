// The inside of Router. Internal to router/.
#ifndef TANDEM_ROUTER_CORE_H_
#define TANDEM_ROUTER_CORE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "router/census.h"
#include "router/commands.h"
#include "router/router.h"
#include "router/state.h"

namespace tandem::router {

class Router::Core {
 public:
  explicit Core(RouterOptions options) : options_(options) {}

  void Load(LoadedState state, Time now);
  Outcome Execute(Command& command, Time now);
  bool HasPendingRouting() const;
  Time NextDeadline() const;
  std::vector<std::pair<std::string, Calendar>> CalendarsToWorkOut(Time now) const;
  Changes TakeChanges();
  std::string Dump() const;
  void CheckInvariants() const;
  size_t OpenTickets() const { return open_tickets_; }
  bool TakeCensus(Census& census, size_t most_agents) const;

 private:
  template <typename ActionType>
  Outcome ExecuteIn(const std::string& workspace, ActionType& action);
  // Calls `function` with a Context for the workspace.
  template <typename Function>
  auto With(Workspace& workspace, Function function);
  template <typename Function>
  void ForEachWorkspace(Function function);
  // Routes in one workspace, or in all, within one slice.
  void RouteAll();
  // Rows of the rules whose credits, and of the queues whose picks, changed.
  void TakeDraws(Workspace& workspace);
  void LoadTicket(Workspace& workspace, const TicketRows& loaded);

  const RouterOptions options_;
  // Sorted by id, so that what is done to all is done in an order that survives a Load.
  std::map<std::string, std::unique_ptr<Workspace>> workspaces_;
  size_t open_tickets_ = 0;
  Time now_;
  Changes changes_;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_CORE_H_
