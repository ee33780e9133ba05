// What a new configuration changes. Internal to router/.
#ifndef TANDEM_ROUTER_CONFIGURATION_DIFFERENCE_H_
#define TANDEM_ROUTER_CONFIGURATION_DIFFERENCE_H_

#include <vector>

#include "router/command.h"
#include "router/rows.h"
#include "router/state.h"

namespace tandem::router {

struct ConfigurationDifference {
  // As callers are told; its revision is the workspace's after the change.
  ConfigurationApplied told;
  // Of the resources that are written or removed. A resource that only moved is written, but not
  // told.
  std::vector<ResourceRow> rows;
};

// Compares what is in force with `next`, whose resources get their positions and revisions: those
// that stay as they are keep theirs. Takes time in proportion to both.
ConfigurationDifference Compare(const Workspace& workspace, Configuration& next);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_CONFIGURATION_DIFFERENCE_H_
