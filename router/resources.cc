#include "router/resources.h"

#include <algorithm>
#include <cstdlib>

#include "router/limits.h"

namespace tandem::router {
namespace {

template <size_t index = 0>
Resource MakeAt(size_t wanted) {
  if constexpr (index < std::variant_size_v<Resource>) {
    if (index == wanted) return Resource(std::in_place_index<index>);
    return MakeAt<index + 1>(wanted);
  } else {
    std::abort();
  }
}

}  // namespace

std::string InWords(ResourceKind kind) {
  std::string words = ToString(kind);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

Resource MakeResource(ResourceKind kind, const std::string& id) {
  const auto* at = std::find(std::begin(kKindsOfResources), std::end(kKindsOfResources), kind);
  Resource resource = MakeAt(static_cast<size_t>(at - std::begin(kKindsOfResources)));
  NamedOf(resource).id = id;
  return resource;
}

size_t MaxResources(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kClient:
      return kMaxClients;
    case ResourceKind::kSite:
      return kMaxSites;
    case ResourceKind::kTeam:
      return kMaxTeams;
    case ResourceKind::kSkill:
      return kMaxSkills;
    case ResourceKind::kChannel:
      return kMaxChannels;
    case ResourceKind::kQueue:
      return kMaxQueues;
    case ResourceKind::kProcessType:
      return kMaxProcessTypes;
    case ResourceKind::kRoutingProfile:
      return kMaxRoutingProfiles;
    case ResourceKind::kAgent:
      return kMaxAgents;
    case ResourceKind::kDisposition:
      return kMaxDispositions;
    case ResourceKind::kNotReadyReason:
      return kMaxNotReadyReasons;
    case ResourceKind::kEntryPoint:
      return kMaxEntryPoints;
    case ResourceKind::kLanguage:
      return kMaxLanguages;
    case ResourceKind::kParkingReason:
      return kMaxParkingReasons;
    case ResourceKind::kClassificationRule:
      return kMaxClassificationRules;
    case ResourceKind::kCalendar:
      return kMaxCalendars;
    case ResourceKind::kWorkspaceSettings:
      return 1;
  }
  std::abort();
}

}  // namespace tandem::router
