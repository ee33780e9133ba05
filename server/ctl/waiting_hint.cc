#include "server/ctl/waiting_hint.h"

#include "absl/strings/str_cat.h"

#include "server/ctl/reading.h"
#include "server/ctl/render.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

// What it means, where the name does not say it.
std::string MeaningOf(v1::ObstacleKind kind) {
  switch (kind) {
    case v1::OBSTACLE_KIND_LIVE_RESERVE:
      return ": agents who could answer calls and chats are kept back for them, so what is not "
             "urgent waits until more are free";
    case v1::OBSTACLE_KIND_PULL_ONLY:
      return ": the queue is claimed from, not offered";
    case v1::OBSTACLE_KIND_DELAYED:
      return ": the routing profile takes the queue's tickets only after they have waited";
    default:
      return "";
  }
}

}  // namespace

std::string WhyNoOffer(Caller& caller, const std::string& agent) {
  v1::ExplainAgentResponse explained;
  if (!ReadExplanation(caller, agent, explained).ok()) return "";
  int64_t waiting = 0;
  for (const v1::QueueProspects& queue : explained.queues()) {
    waiting += queue.waiting();
    if (queue.first_ticket_id().empty() || queue.obstacle() == v1::OBSTACLE_KIND_NONE) continue;
    return absl::StrCat(
        "ticket ", queue.first_ticket_id(), " waits in queue ", Plain(queue.queue()),
        "; what keeps the agent from it: ", ShortEnum(queue.obstacle()),
        MeaningOf(queue.obstacle()), "\n`tandemctl explain agent ", Plain(agent), "` tells more");
  }
  if (waiting == 0) return "no ticket waits in the agent's queues";
  return "none of the tickets that wait in the agent's queues is for this agent: `tandemctl "
         "explain "
         "ticket ID` says whom one is for";
}

}  // namespace tandem::ctl
