#include "server/query/queues.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "router/limits.h"
#include "router/room.h"
#include "server/query/tickets.h"
#include "server/query/workspaces.h"

namespace tandem::query {
namespace {

// A queue's place for a page token: an id is too long for one.
uint64_t PlaceOf(const std::string& queue) {
  return FilterFingerprint(queue).value();
}

// Those that the ticket could move to.
std::vector<store::QueueStatistics> TargetsOf(const store::TicketView& view,
                                              std::vector<store::QueueStatistics> queues) {
  std::erase_if(queues, [&](const store::QueueStatistics& queue) {
    const std::string& client = queue.configured.client;
    return queue.queue == view.state.queue || (!client.empty() && client != view.ticket.client);
  });
  return queues;
}

// Capacity groups by channel.
using Groups = std::map<std::string, router::CapacityGroup>;

absl::StatusOr<Groups> GroupsOf(store::Reader& reader, const std::string& workspace) {
  store::ResourceFilter filter;
  filter.kind = router::ResourceKind::kChannel;
  const auto found =
      reader.ListResources(workspace, filter, "", static_cast<int32_t>(router::kMaxChannels));
  if (!found.ok()) return found.status();
  Groups groups;
  for (const router::Resource& resource : *found) {
    const auto& channel = std::get<router::Channel>(resource);
    groups.emplace(channel.id, channel.group);
  }
  return groups;
}

// What the agent has is known by channel alone, so all of it takes room.
TransferAgent ReckonRoom(store::Colleague&& colleague, const std::string& channel,
                         const Groups& groups) {
  TransferAgent agent;
  std::array<uint32_t, router::kCapacityGroups> held{};
  for (const auto& [name, count] : colleague.held) {
    agent.held += count;
    const auto group = groups.find(name);
    if (group != groups.end()) held[static_cast<size_t>(group->second)] += count;
  }
  const auto group = groups.find(channel);
  if (group != groups.end() && colleague.configured.capacity) {
    agent.free = router::RoomFor(*colleague.configured.capacity, held, group->second);
  }
  agent.colleague = std::move(colleague);
  return agent;
}

// Whether what is asked of agents names them, for a transfer that begins its plan anew.
bool IsForSome(const store::TicketView& view) {
  if (view.hand_off) return false;
  const auto& asked = view.requirement ? view.requirement->asked : view.ticket.requirement;
  return !asked.agents.empty();
}

Result<std::vector<TransferAgent>> FindAgents(store::Reader& reader, const std::string& workspace,
                                              const store::TicketView& view,
                                              const TransferAgentsWanted& wanted) {
  std::vector<TransferAgent> agents;
  if (wanted.none || IsForSome(view)) return agents;
  store::ColleagueFilter filter{.client = view.ticket.client,
                                .team = wanted.team,
                                .text = wanted.text,
                                .without = view.ticket.excluded_agents};
  if (!view.state.agent.empty()) filter.without.push_back(view.state.agent);
  const int32_t most =
      wanted.most == 0 ? kDefaultTransferAgents : std::min(wanted.most, kMaxTransferAgents);
  auto found = reader.ListColleagues(workspace, filter, most);
  if (!found.ok()) return StoreFault(found.status());
  const std::string& channel =
      view.state.channel.empty() ? view.ticket.channel : view.state.channel;
  const auto groups = GroupsOf(reader, workspace);
  if (!groups.ok()) return StoreFaultIn(workspace, groups.status());
  for (store::Colleague& one : *found) {
    agents.push_back(ReckonRoom(std::move(one), channel, *groups));
  }
  return agents;
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
                                               router::TicketId ticket,
                                               const TransferAgentsWanted& agents,
                                               const PageRequest& page, router::Time now) {
  if (agents.most < 0) {
    return FieldFault(router::Reason::kFieldOutOfRange, "max_agents",
                      "expected 0 or more, but it is less");
  }
  FilterFingerprint fingerprint("transfer targets");
  fingerprint.Add(workspace);
  fingerprint.Add(router::ToString(ticket));
  const Result<PagePlan> planned = PlanPage(page, kDefaultTargetPage, fingerprint.value());
  if (const auto* rejection = std::get_if<router::Rejection>(&planned)) return *rejection;
  const PagePlan& plan = std::get<PagePlan>(planned);
  auto found = reader.ListQueueStatistics(workspace, now);
  if (!found.ok()) return StoreFaultIn(workspace, found.status());
  std::vector<store::QueueStatistics> queues = *std::move(found);
  TransferTargetPage result;
  if (ticket.IsSet()) {
    const auto read = GetTicket(reader, workspace, ticket);
    if (const auto* rejection = std::get_if<router::Rejection>(&read)) return *rejection;
    const auto& view = std::get<store::TicketView>(read);
    if (router::IsClosed(view.state.state)) return TicketClosed(ticket, view.state.state);
    queues = TargetsOf(view, std::move(queues));
    if (!plan.from) {
      auto colleagues = FindAgents(reader, workspace, view, agents);
      if (auto* rejection = std::get_if<router::Rejection>(&colleagues)) return *rejection;
      result.agents = std::get<std::vector<TransferAgent>>(std::move(colleagues));
    }
  }

  // Behind the queue that the token names; when that is gone, as many on as were shown before.
  size_t begin = 0;
  if (plan.from) {
    const auto last = std::ranges::find(queues, plan.from->low,
                                        [](const auto& queue) { return PlaceOf(queue.queue); });
    begin = last != queues.end() ? static_cast<size_t>(last - queues.begin()) + 1
                                 : std::min<size_t>(plan.from->high, queues.size());
  }
  const size_t end = std::min(begin + static_cast<size_t>(plan.size), queues.size());
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
