#include "server/ctl/live_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "server/ctl/spans.h"
#include "server/ctl/ticket_text.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr auto kRight = TextTable::Align::kRight;

std::string AgeOf(const google::protobuf::Timestamp& since, absl::Time now) {
  return ShowAge(now - ToTime(since));
}

// "nobody" when nobody is there.
std::string EstimateOf(const v1::WatchedQueue& queue) {
  if (queue.has_estimated_wait()) return ShowAge(ToSpan(queue.estimated_wait()));
  return queue.available_agents() == 0 ? "nobody" : "-";
}

// "ACTIVE/chats,WRAP_UP/chats,+2": the oldest tickets.
std::string ShortWork(const v1::WatchedAgent& agent) {
  constexpr int kShown = 2;
  std::vector<std::string> shown;
  for (int i = 0; i < std::min(agent.work_size(), kShown); ++i) {
    const v1::WatchedWork& work = agent.work(i);
    shown.push_back(
        absl::StrCat(ShortEnum(work.state()), work.queue().empty() ? "" : "/", work.queue()));
  }
  const int more = agent.offers() + agent.owned() - static_cast<int>(shown.size());
  if (more > 0) shown.push_back(absl::StrCat("+", more));
  return absl::StrJoin(shown, ",");
}

std::string Connected(const v1::WatchedAgent& agent) {
  if (agent.connected()) return "yes";
  return agent.status() == v1::AGENT_STATUS_OFFLINE ? "no" : "lost";
}

}  // namespace

const std::vector<TextTable::Column>& LiveColumns(const v1::WatchedQueue& /*queue*/) {
  static const auto& columns = *new std::vector<TextTable::Column>{{"queue"},
                                                                   {"client"},
                                                                   {"waiting", kRight},
                                                                   {"offered", kRight},
                                                                   {"oldest", kRight},
                                                                   {"estimate", kRight},
                                                                   {"in SL", kRight},
                                                                   {"assigned", kRight},
                                                                   {"connecting", kRight},
                                                                   {"active", kRight},
                                                                   {"wrap up", kRight},
                                                                   {"scheduled", kRight},
                                                                   {"parked", kRight},
                                                                   {"available", kRight},
                                                                   {"agents", kRight}};
  return columns;
}

std::vector<std::string> LiveCells(const v1::WatchedQueue& queue, absl::Time now) {
  return {queue.queue(),
          queue.client(),
          absl::StrCat(queue.waiting()),
          absl::StrCat(queue.offered()),
          queue.has_oldest_queued_at() ? AgeOf(queue.oldest_queued_at(), now) : "-",
          EstimateOf(queue),
          queue.has_service_level() ? absl::StrFormat("%.0f%%", queue.service_level() * 100) : "-",
          absl::StrCat(queue.assigned()),
          absl::StrCat(queue.connecting()),
          absl::StrCat(queue.active()),
          absl::StrCat(queue.wrap_up()),
          absl::StrCat(queue.scheduled()),
          absl::StrCat(queue.parked()),
          absl::StrCat(queue.available_agents()),
          absl::StrCat(queue.agents())};
}

const std::vector<TextTable::Column>& LiveColumns(const v1::WatchedAgent& /*agent*/) {
  static const auto& columns = *new std::vector<TextTable::Column>{
      {"agent"},       {"team"},      {"site"},           {"status"},        {"reason"},
      {"for", kRight}, {"connected"}, {"offers", kRight}, {"owned", kRight}, {"work"}};
  return columns;
}

std::vector<std::string> LiveCells(const v1::WatchedAgent& agent, absl::Time now) {
  return {agent.agent(),
          agent.team(),
          agent.site(),
          ShortEnum(agent.status()),
          agent.reason(),
          agent.has_since() ? AgeOf(agent.since(), now) : "-",
          Connected(agent),
          absl::StrCat(agent.offers()),
          absl::StrCat(agent.owned()),
          agent.work().empty() ? "-" : ShortWork(agent)};
}

std::string LiveLine(const std::vector<TextTable::Column>& columns,
                     const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (cells[i].empty() || cells[i] == "-") continue;
    absl::StrAppend(&line, line.empty() ? "" : " ",
                    absl::StrReplaceAll(columns[i].name, {{" ", "_"}}), "=", Plain(cells[i]));
  }
  return line;
}

std::string AgentExplanationText(const v1::ExplainAgentResponse& explained) {
  std::string text = ShortEnum(explained.status());
  if (!explained.reason().empty()) absl::StrAppend(&text, ", ", Plain(explained.reason()));
  if (explained.has_status_since()) {
    absl::StrAppend(&text, ", since ", ShortTime(explained.status_since()));
  }
  absl::StrAppend(&text,
                  explained.obstacle() == v1::OBSTACLE_KIND_NONE
                      ? "\n"
                      : absl::StrCat(": takes nothing, ", ShortEnum(explained.obstacle()), "\n"));
  TextTable groups({{"group"}, {"has", kRight}, {"of", kRight}, {"takes one more"}});
  for (const v1::GroupRoom& group : explained.groups()) {
    const char* takes = group.takes_live() && group.takes_deferrable() ? "any"
                        : group.takes_live()                           ? "LIVE"
                        : group.takes_deferrable()                     ? "DEFERRABLE"
                        : group.ready()                                ? "no"
                                                                       : "no, not ready for it";
    groups.AddRow(
        {ShortEnum(group.group()), absl::StrCat(group.held()), absl::StrCat(group.max()), takes});
  }
  TextTable queues({{"queue"},
                    {"rank", kRight},
                    {"waiting", kRight},
                    {"for this agent", kRight},
                    {"the first of these"},
                    {"what keeps it away"}});
  for (const v1::QueueProspects& queue : explained.queues()) {
    const bool any = !queue.first_ticket_id().empty();
    std::string obstacle = any ? ShortEnum(queue.obstacle()) : "-";
    if (queue.has_until()) absl::StrAppend(&obstacle, " until ", ShortTime(queue.until()));
    queues.AddRow({queue.queue(), absl::StrCat(queue.rank()), absl::StrCat(queue.waiting()),
                   absl::StrCat(queue.qualified()), any ? queue.first_ticket_id() : "-",
                   std::move(obstacle)});
  }
  return absl::StrCat(text, "\n", groups.ToString(), "\n", queues.ToString());
}

std::string AgentNowText(const v1::WatchedAgent& agent, absl::Time now) {
  std::string text = LabelledLine("status", ShortEnum(agent.status()));
  absl::StrAppend(&text, LabelledLine("reason", agent.reason()));
  if (agent.has_since()) {
    absl::StrAppend(&text, LabelledLine("for", absl::StrCat(AgeOf(agent.since(), now), ", since ",
                                                            ShortTime(agent.since()))));
  }
  absl::StrAppend(&text, LabelledLine("connected", Connected(agent)),
                  LabelledLine("offers", absl::StrCat(agent.offers())),
                  LabelledLine("owned", absl::StrCat(agent.owned())));
  if (agent.work().empty()) return text;
  TextTable table({{"ticket"},
                   {"state"},
                   {"queue"},
                   {"channel"},
                   {"client"},
                   {"for", kRight},
                   {"on hold", kRight}});
  for (const v1::WatchedWork& work : agent.work()) {
    table.AddRow({work.ticket_id(), ShortEnum(work.state()), work.queue(), work.channel(),
                  work.client(), AgeOf(work.since(), now),
                  work.has_held_since() ? AgeOf(work.held_since(), now) : "-"});
  }
  return absl::StrCat(text, "\n", table.ToString());
}

}  // namespace tandem::ctl
