#include "router/placement.h"

#include <algorithm>
#include <utility>

#include "router/commands.h"
#include "router/contact_defaults.h"
#include "router/requirement.h"
#include "router/resources.h"

namespace tandem::router {
namespace {

// Of a requirement or a plan.
template <typename Asking>
std::optional<Rejection> CheckReferencesOf(const Workspace& workspace, const Asking& asking) {
  std::optional<Rejection> rejection;
  VisitReferences(asking, [&](ResourceKind kind, const std::string& id) {
    if (rejection || kind == ResourceKind::kAgent || IsConfigured(workspace, kind, id)) return;
    switch (kind) {
      case ResourceKind::kSkill:
        rejection = RefuseUnknown(Reason::kSkillUnknown, "skill", id);
        break;
      case ResourceKind::kProcessType:
        rejection = RefuseUnknown(Reason::kProcessTypeUnknown, "process type", id);
        break;
      case ResourceKind::kQueue:
        rejection = RefuseUnknown(Reason::kQueueNotFound, "queue", id);
        break;
      default:
        rejection = RefuseUnknown(Reason::kReferenceBroken, ToString(kind), id);
    }
  });
  return rejection;
}

}  // namespace

const ProcessTypeDefaults* DefaultsFor(const ProcessType& type, const std::string& channel) {
  const ProcessTypeDefaults* any = nullptr;
  for (const ProcessTypeDefaults& entry : type.defaults) {
    if (entry.channel == channel) return &entry;
    if (entry.channel.empty()) any = &entry;
  }
  return any;
}

ProcessTypeDefaults OwnDefaults(const std::string& queue, Urgency urgency) {
  ProcessTypeDefaults defaults;
  defaults.queue = queue;
  defaults.answer_target = urgency == Urgency::kLive ? Seconds(20) : Hours(4);
  defaults.due_after = Hours(8);
  defaults.expected_handling_time = Minutes(5);
  defaults.wrap_up_limit = Seconds(60);
  return defaults;
}

Placement PlacementIn(const Workspace& workspace, const NewContact& contact, QueueIndex queue,
                      const ProcessTypeDefaults* configured) {
  const Queue& in = *workspace.queue(queue).configured;
  Placement placement{queue, configured != nullptr ? *configured : OwnDefaults(in.id, in.urgency)};
  Cefr& level = placement.defaults.language_level;
  if (level == Cefr::kNone) level = LevelFor(workspace, contact.language);
  return placement;
}

std::variant<Placement, Rejection> Place(const Workspace& workspace, const NewContact& contact) {
  const ProcessType& type =
      *workspace.process_types[workspace.process_type_ids.Find(contact.process_type).value];
  const ProcessTypeDefaults* configured = DefaultsFor(type, contact.channel);
  if (configured == nullptr && contact.queue.empty()) {
    return Refuse(Reason::kNoQueueForContact,
                  "expected a queue, or a process type with one for channel '" + contact.channel +
                      "', but '" + contact.process_type + "' has none");
  }
  const std::string& id = contact.queue.empty() ? configured->queue : contact.queue;
  const QueueIndex queue = workspace.queue_ids.Find(id);
  const ClientIndex client = workspace.client_ids.Find(contact.client);
  if (auto rejection = CheckQueue(workspace, queue, id, client)) return *std::move(rejection);
  return PlacementIn(workspace, contact, queue, configured);
}

Plan PlanOf(const NewContact& contact, const ProcessTypeDefaults& defaults, const Queue& queue) {
  Plan plan = contact.plan ? *contact.plan : !defaults.plan.empty() ? defaults.plan : queue.plan;
  if (contact.language.empty()) return plan;
  const auto is_language = [](const Predicate& predicate) {
    return std::holds_alternative<LanguageRequirement>(predicate.kind);
  };
  for (PlanStep& step : plan) {
    if (!step.requirement) continue;
    std::vector<Clause>& clauses = step.requirement->all_of;
    const bool asks = std::any_of(clauses.begin(), clauses.end(), [&](const Clause& clause) {
      return std::any_of(clause.begin(), clause.end(), is_language);
    });
    if (asks) continue;
    clauses.push_back({LanguageRequirement{contact.language, defaults.language_level}});
    step.requirement = Canonical(*std::move(step.requirement));
  }
  return plan;
}

std::optional<Rejection> CheckAsked(const Workspace& workspace, const Requirement& requirement) {
  return CheckReferencesOf(workspace, requirement);
}

std::optional<Rejection> CheckAsked(const Workspace& workspace, const Plan& plan) {
  return CheckReferencesOf(workspace, plan);
}

std::optional<Rejection> CheckOwnRequirement(const Workspace& workspace, const Requirement& own) {
  auto rejection = CheckAsked(workspace, own);
  if (!rejection) return rejection;
  rejection->violations.push_back({"requirement", rejection->message});
  rejection->metadata.emplace_back("field", "requirement");
  return rejection;
}

std::optional<Rejection> CheckQueue(const Workspace& workspace, QueueIndex index,
                                    const std::string& id, ClientIndex client) {
  if (!index.IsSet() || workspace.queue(index).configured == nullptr) {
    return RefuseUnknown(Reason::kQueueNotFound, "queue", id);
  }
  const QueueState& queue = workspace.queue(index);
  if (queue.client.IsSet() && queue.client != client) {
    return Refuse(Reason::kQueueOfOtherClient,
                  "expected a queue that takes the ticket's client, but queue '" + id +
                      "' takes another client only");
  }
  return std::nullopt;
}

std::optional<Rejection> CheckRoom(const QueueState& queue, size_t already, size_t more) {
  const Queue& configured = *queue.configured;
  const size_t waiting = queue.waiting.size() + more;
  if (configured.max_waiting == 0 || waiting - already < configured.max_waiting) {
    return std::nullopt;
  }
  return Refuse(Reason::kQueueFull, "expected fewer than " +
                                        std::to_string(configured.max_waiting) +
                                        " waiting tickets in queue '" + configured.id +
                                        "', but there are " + std::to_string(waiting));
}

Rejection RefuseUnknown(Reason reason, const char* kind, const std::string& id) {
  return Refuse(reason,
                std::string("expected a configured ") + kind + ", but there is no '" + id + "'");
}

}  // namespace tandem::router
