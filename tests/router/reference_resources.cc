// The reference's verbs about single resources: each makes the whole configuration that it leads
// to, and asks whether that one could be applied.
#include <algorithm>
#include <string>
#include <utility>

#include "router/check.h"
#include "router/resources.h"
#include "tests/router/reference_router.h"

namespace tandem::router {
namespace {

// Calls `visit(list)` for the list of the kind.
template <typename Visit>
void VisitList(Configuration& configuration, ResourceKind kind, Visit visit) {
  ForEachList(configuration, [&](auto& list) {
    using R = typename std::decay_t<decltype(list)>::value_type;
    if (KindOf<R>() == kind) visit(list);
  });
}

// The resource's place in the configuration; null when there is none.
NamedResource* FindIn(Configuration& configuration, ResourceKind kind, const std::string& id) {
  NamedResource* found = nullptr;
  VisitList(configuration, kind, [&](auto& list) {
    for (auto& one : list) {
      if (one.id == id) found = &one;
    }
  });
  return found;
}

Resource CopyOf(Configuration& configuration, ResourceKind kind, const std::string& id) {
  Resource copy;
  VisitList(configuration, kind, [&](auto& list) {
    for (auto& one : list) {
      if (one.id == id) copy = one;
    }
  });
  return copy;
}

// Of its kind.
void MoveToFront(Configuration& configuration, ResourceKind kind, const std::string& id) {
  VisitList(configuration, kind, [&](auto& list) {
    const auto found = std::ranges::find(list, id, [](const auto& one) { return one.id; });
    if (found != list.end()) std::rotate(list.begin(), found, found + 1);
  });
}

}  // namespace

void ReferenceRouter::NumberResources(Configuration& next) {
  ForEachList(next, [&](auto& list) {
    using R = typename std::decay_t<decltype(list)>::value_type;
    int64_t position = 0;
    for (R& one : list) {
      one.position = position++;
      one.revision = workspace_->revision + 1;
      VisitList(workspace_->configuration, KindOf<R>(), [&](auto& before) {
        for (const auto& other : before) {
          if constexpr (std::is_same_v<std::decay_t<decltype(other)>, R>) {
            if (other == one) one.revision = other.revision;
          }
        }
      });
    }
  });
}

Outcome ReferenceRouter::Adopt(Configuration next, EventType type, ResourceKind kind,
                               const std::string& id, bool validate_only) {
  const bool deleted = type == EventType::kResourceDeleted;
  // What is wrong of the resource itself is told before what is wrong of others because of it.
  Configuration checked = next;
  MoveToFront(checked, kind, id);
  if (const auto rejection = CheckConfiguration(checked, "")) {
    const bool orphans = deleted && rejection->reason == Reason::kReferenceBroken;
    return Refuse(orphans ? Reason::kResourceReferenced : rejection->reason);
  }
  (void)CheckConfiguration(next, "");  // it sorts what has no order
  FillDefaults(next);
  if (const Refusal refusal = CheckInUse(next)) return Refuse(*refusal);
  Workspace& workspace = *workspace_;
  Configuration before = workspace.configuration;
  ResourceChanged reply{workspace.revision, std::nullopt, std::nullopt};
  const bool same = next == before;
  if (!same && !validate_only) {
    reply.revision = ++workspace.revision;
    if (NamedResource* one = FindIn(next, kind, id)) {
      one->revision = workspace.revision;
      if (type == EventType::kResourceCreated) one->position = 100'000 + workspace.revision;
    }
    workspace.configuration = next;
    ForgetCredits(before);
    ForgetReviewCredits(before);
    ForgetPicks(before);
    EventRow& event = Emit(type);
    event.number = workspace.revision;
    event.reason = ToString(kind) + (id.empty() ? "" : ":" + id);
    if (kind == ResourceKind::kAgent) event.agent = id;
    if (kind == ResourceKind::kQueue) event.queue = id;
    AdoptAgents();
    KeepHours();
    LookAtAges(before);
    GainFrom(before, kind, id);
    LookAtIdle();
  }
  if (kind == ResourceKind::kWorkspaceSettings) {
    reply.settings = static_cast<const WorkspaceSettings&>(next);
  } else if (!deleted) {
    reply.resource = CopyOf(next, kind, id);
  }
  return Reply{reply};
}

// Who may get something that they could not get before.
void ReferenceRouter::GainFrom(Configuration& before, ResourceKind kind, const std::string& id) {
  const auto gain = [&](auto may_gain) {
    for (const auto& [agent_id, agent] : workspace_->agents) {
      if (IsReady(agent) && may_gain(*FindAgent(agent_id))) workspace_->gained.insert(agent_id);
    }
  };
  const auto differs = [&](auto&& member, const auto* one) {
    using R = std::decay_t<decltype(*one)>;
    const auto* old = static_cast<const R*>(FindIn(before, kind, id));
    return old != nullptr && one != nullptr && !(old->*member == one->*member);
  };
  if (kind == ResourceKind::kAgent) gain([&](const Agent& agent) { return agent.id == id; });
  if (kind == ResourceKind::kQueue &&
      (differs(&Queue::urgency, FindQueue(id)) || differs(&Queue::calendar, FindQueue(id)) ||
       differs(&Queue::office, FindQueue(id)))) {
    gain([](const Agent&) { return true; });
  }
  if (kind == ResourceKind::kRoutingProfile &&
      (differs(&RoutingProfile::queues, FindProfile(id)) ||
       differs(&RoutingProfile::live_reserve, FindProfile(id)) ||
       differs(&RoutingProfile::back_floor, FindProfile(id)))) {
    gain([&](const Agent& agent) { return agent.routing_profile == id; });
  }
  if (kind == ResourceKind::kChannel && (differs(&Channel::group, FindChannel(id)) ||
                                         differs(&Channel::language_mode, FindChannel(id)))) {
    gain([](const Agent&) { return true; });
  }
}

Outcome ReferenceRouter::Do(const CreateResource& command) {
  Configuration next = workspace_->configuration;
  const ResourceKind kind = KindOf(command.resource);
  const std::string& id = NamedOf(command.resource).id;
  if (FindIn(next, kind, id) != nullptr) return Refuse(Reason::kResourceExists);
  std::visit([&](const auto& one) { ListOf<std::decay_t<decltype(one)>>(next).push_back(one); },
             command.resource);
  return Adopt(next, EventType::kResourceCreated, kind, id, command.validate_only);
}

Outcome ReferenceRouter::Do(const UpdateResource& command) {
  Configuration next = workspace_->configuration;
  const ResourceKind kind = KindOf(command.resource);
  const std::string& id = NamedOf(command.resource).id;
  const NamedResource* before = FindIn(next, kind, id);
  if (before == nullptr) return Refuse(Reason::kResourceNotFound);
  if (command.expected_revision != 0 && command.expected_revision != before->revision) {
    return Refuse(Reason::kRevisionStale);
  }
  std::visit(
      [&](const auto& given) {
        for (auto& one : ListOf<std::decay_t<decltype(given)>>(next)) {
          if (one.id == id) CopyFields(command.fields, given, one);
        }
      },
      command.resource);
  return Adopt(next, EventType::kResourceUpdated, kind, id, command.validate_only);
}

Outcome ReferenceRouter::Do(const DeleteResource& command) {
  Configuration next = workspace_->configuration;
  const NamedResource* before = FindIn(next, command.kind, command.id);
  if (before == nullptr) return Refuse(Reason::kResourceNotFound);
  if (command.expected_revision != 0 && command.expected_revision != before->revision) {
    return Refuse(Reason::kRevisionStale);
  }
  if (command.kind == ResourceKind::kChannel && command.id != "fax") {
    return Refuse(Reason::kResourceBuiltIn);
  }
  VisitList(next, command.kind, [&](auto& list) {
    std::erase_if(list, [&](const auto& one) { return one.id == command.id; });
  });
  return Adopt(next, EventType::kResourceDeleted, command.kind, command.id, command.validate_only);
}

Outcome ReferenceRouter::Do(const UpdateWorkspaceSettings& command) {
  Configuration next = workspace_->configuration;
  if (command.expected_revision != 0 && command.expected_revision != workspace_->revision) {
    return Refuse(Reason::kRevisionStale);
  }
  CopyFields<WorkspaceSettings>(command.fields, command.settings, next);
  return Adopt(next, EventType::kResourceUpdated, ResourceKind::kWorkspaceSettings, "",
               command.validate_only);
}

}  // namespace tandem::router
