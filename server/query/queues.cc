#include "server/query/queues.h"

#include <algorithm>
#include <utility>

#include "server/query/tickets.h"
#include "server/query/workspaces.h"

namespace tandem::query {
namespace {

// A queue's place for a page token: an id is too long for one.
uint64_t PlaceOf(const std::string& queue) {
  return FilterFingerprint(queue).value();
}

// The queues that the ticket could move to; all, by id, when it is unset.
Result<std::vector<store::QueueStatistics>> FindTargets(store::Reader& reader,
                                                        const std::string& workspace,
                                                        router::TicketId ticket,
                                                        router::Time since) {
  auto found = reader.ListQueueStatistics(workspace, since);
  if (!found.ok()) return StoreFaultIn(workspace, found.status());
  if (!ticket.IsSet()) return *std::move(found);
  const auto read = GetTicket(reader, workspace, ticket);
  if (const auto* rejection = std::get_if<router::Rejection>(&read)) return *rejection;
  const auto& view = std::get<store::TicketView>(read);
  if (router::IsClosed(view.state.state)) return TicketClosed(ticket, view.state.state);
  std::erase_if(*found, [&](const store::QueueStatistics& queue) {
    const std::string& client = queue.configured.client;
    return queue.queue == view.state.queue || (!client.empty() && client != view.ticket.client);
  });
  return *std::move(found);
}

}  // namespace

Result<std::vector<store::QueueStatistics>> ListQueueStatistics(store::Reader& reader,
                                                                const std::string& workspace,
                                                                router::Time since,
                                                                router::Time now) {
  if (!since.IsSet()) since = now - kDefaultStatisticsSpan;
  if (since < now - kMaxStatisticsSpan) {
    return FieldFault(router::Reason::kFieldOutOfRange, "since",
                      "expected an instant at most 31 days before now, but it is earlier");
  }
  return ResultIn(workspace, reader.ListQueueStatistics(workspace, since));
}

Result<TransferTargetPage> ListTransferTargets(store::Reader& reader, const std::string& workspace,
                                               router::TicketId ticket, const PageRequest& page,
                                               router::Time now) {
  FilterFingerprint fingerprint("transfer targets");
  fingerprint.Add(workspace);
  fingerprint.Add(router::ToString(ticket));
  const Result<PagePlan> planned = PlanPage(page, kDefaultTargetPage, fingerprint.value());
  if (const auto* rejection = std::get_if<router::Rejection>(&planned)) return *rejection;
  const PagePlan& plan = std::get<PagePlan>(planned);
  auto found = FindTargets(reader, workspace, ticket, now);
  if (const auto* rejection = std::get_if<router::Rejection>(&found)) return *rejection;
  auto& queues = std::get<std::vector<store::QueueStatistics>>(found);

  // Behind the queue that the token names; when that is gone, as many on as were shown before.
  size_t begin = 0;
  if (plan.from) {
    const auto last = std::ranges::find(queues, plan.from->low,
                                        [](const auto& queue) { return PlaceOf(queue.queue); });
    begin = last != queues.end() ? static_cast<size_t>(last - queues.begin()) + 1
                                 : std::min<size_t>(plan.from->high, queues.size());
  }
  const size_t end = std::min(begin + static_cast<size_t>(plan.size), queues.size());
  TransferTargetPage result;
  for (size_t i = begin; i < end; ++i) {
    store::QueueStatistics& queue = queues[i];
    const uint32_t most = queue.configured.max_waiting;
    TransferTarget& target = result.targets.emplace_back();
    target.full = most != 0 && queue.waiting >= static_cast<int64_t>(most);
    target.estimated_wait = queue.recent.WaitOfNext(now, queue.waiting, queue.available_agents);
    target.queue = std::move(queue);
  }
  if (end < queues.size()) {
    result.next_token = MakePageToken(
        {.high = end, .low = PlaceOf(result.targets.back().queue.queue)}, fingerprint.value());
  }
  return result;
}

}  // namespace tandem::query
