#include <algorithm>
#include <memory>
#include <vector>

#include "server/query/queues.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_methods.h"
#include "tandem/v1/queue_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

void FillQueue(const store::QueueStatistics& queue, router::Time now, v1::QueueStatistics& to) {
  to.set_queue(queue.queue);
  to.set_waiting(queue.waiting);
  if (queue.oldest_queued_at.IsSet()) {
    *to.mutable_oldest_waiting() =
        ToProtoDuration(std::max(now - queue.oldest_queued_at, router::Duration{}));
  }
  to.set_agents(queue.agents);
  to.set_available_agents(queue.available_agents);
  to.set_ended_visits(queue.ended_visits);
  to.set_answered(queue.answered);
  to.set_answered_in_target(queue.answered_in_target);
  to.set_abandoned(queue.abandoned);
  to.set_completed(queue.completed);
  to.set_scheduled(queue.scheduled);
  to.set_parked(queue.parked);
  if (const auto wait = queue.recent.WaitOfNext(now, queue.waiting, queue.available_agents)) {
    *to.mutable_estimated_wait() = ToProtoDuration(*wait);
  }
  const int32_t decided = queue.answered + queue.abandoned;
  if (decided > 0) {
    to.set_service_level(static_cast<double>(queue.answered_in_target) /
                         static_cast<double>(decided));
  }
}

void ListQueueStatistics(Backend& backend, Call call, v1::ListQueueStatisticsRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  router::Time since;
  if (request.has_since()) since = ToTime(request.since(), "since", faults);
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  Read(backend, call, [&backend, call, workspace = request.workspace(), since] {
    const router::Time now = backend.engine.Now();
    FinishQuery<v1::ListQueueStatisticsResponse>(
        call, query::ListQueueStatistics(backend.reader, workspace, since, now),
        [now](const std::vector<store::QueueStatistics>& queues,
              v1::ListQueueStatisticsResponse& response) {
          for (const auto& queue : queues) FillQueue(queue, now, *response.add_queues());
          *response.mutable_server_time() = ToTimestamp(now);
        });
  });
}

}  // namespace

Service MakeQueueService(Backend& backend) {
  ServiceMaker<v1::QueueService> maker(backend);
  maker.Register(ListQueueStatistics);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
