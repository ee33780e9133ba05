#include "router/configuration_difference.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"

#include "router/limits.h"
#include "router/resources.h"

namespace tandem::router {
namespace {

class Comparison {
 public:
  Comparison(const Workspace& workspace, Configuration& next)
      : workspace_(workspace), next_(next), revision_(workspace.revision + 1) {}

  ConfigurationDifference Run() {
    difference_.told.revision = revision_;
    CompareSettings();
    ForEachList(next_, [&](auto& list) { CompareList(list); });
    return std::move(difference_);
  }

 private:
  void CompareSettings() {
    if (workspace_.revision == 0) return;  // they begin with the workspace
    const WorkspaceSettings& before = workspace_.configuration;
    auto fields = DifferentFields<WorkspaceSettings>(before, next_);
    if (!fields.empty()) {
      Tell(ResourceKind::kWorkspaceSettings, "", ChangeType::kUpdated, std::move(fields));
    }
  }

  template <typename R>
  using ById = absl::flat_hash_map<std::string_view, const R*>;

  template <typename R>
  ById<R> Before() const {
    ById<R> before;
    const auto add = [&](const auto& resources) {
      before.reserve(resources.size());
      for (const R& resource : resources) {
        if (!resource.id.empty()) before.emplace(resource.id, &resource);
      }
    };
    if constexpr (std::is_same_v<R, Agent>) {
      add(workspace_.agent_resources);
    } else {
      add(ListOf<R>(workspace_.configuration));
    }
    return before;
  }

  template <typename R>
  void CompareList(std::vector<R>& list) {
    ById<R> gone = Before<R>();
    int64_t position = 0;
    for (R& resource : list) {
      resource.position = position++;
      const auto found = gone.find(resource.id);
      CompareOne(found == gone.end() ? nullptr : found->second, resource);
      if (found != gone.end()) gone.erase(found);
    }
    std::vector<const R*> removed;
    for (const auto& [id, resource] : gone) removed.push_back(resource);
    std::sort(removed.begin(), removed.end(),
              [](const R* a, const R* b) { return a->position < b->position; });
    for (const R* resource : removed) {
      Tell(KindOf<R>(), resource->id, ChangeType::kDeleted, {});
      difference_.rows.push_back(
          {workspace_.id, MakeResource(KindOf<R>(), resource->id), /*removed=*/true});
    }
  }

  template <typename R>
  void CompareOne(const R* before, R& resource) {
    resource.revision = revision_;
    if (before != nullptr) KeepCredits(*before, resource);
    // They are in force until they are worked out anew.
    if constexpr (std::is_same_v<R, Calendar>) {
      if (before != nullptr) resource.hours = before->hours;
    }
    if (before == nullptr) {
      Tell(KindOf<R>(), resource.id, ChangeType::kCreated, {});
    } else if (!(*before == resource)) {
      Tell(KindOf<R>(), resource.id, ChangeType::kUpdated, DifferentFields(*before, resource));
    } else {
      resource.revision = before->revision;
      if (before->position == resource.position) return;
    }
    difference_.rows.push_back({workspace_.id, resource, /*removed=*/false});
  }

  void Tell(ResourceKind kind, const std::string& id, ChangeType type,
            std::vector<std::string> fields) {
    ConfigurationApplied& told = difference_.told;
    switch (type) {
      case ChangeType::kCreated:
        ++told.created;
        break;
      case ChangeType::kUpdated:
        ++told.updated;
        break;
      case ChangeType::kDeleted:
        ++told.deleted;
        break;
    }
    if (told.changes.size() < kMaxListedChanges) {
      told.changes.push_back({kind, id, type, std::move(fields)});
    }
  }

  const Workspace& workspace_;
  Configuration& next_;
  const int64_t revision_;
  ConfigurationDifference difference_;
};

}  // namespace

ConfigurationDifference Compare(const Workspace& workspace, Configuration& next) {
  return Comparison(workspace, next).Run();
}

}  // namespace tandem::router
