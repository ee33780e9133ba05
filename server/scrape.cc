#include "server/scrape.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <future>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"

#include "router/rejection.h"
#include "router/rows.h"
#include "server/engine/figures.h"
#include "server/options.h"
#include "server/store/postgres_figures.h"

namespace tandem {
namespace {

using metrics::Page;
using router::EventType;

double Double(uint64_t value) {
  return static_cast<double>(value);
}

// ----------------------------------------------------------------------------------------- engine

void SetOffers(const engine::Figures& figures, Page& page) {
  const auto count = [&](EventType type) {
    return Double(figures.events[static_cast<size_t>(type)].value());
  };
  constexpr std::array<std::pair<const char*, EventType>, 6> kOutcomes = {{
      {"made", EventType::kTicketOffered},
      {"accepted", EventType::kOfferAccepted},
      {"declined", EventType::kOfferDeclined},
      {"missed", EventType::kOfferMissed},
      {"failed", EventType::kOfferFailed},
      {"rescinded", EventType::kOfferRescinded},
  }};
  for (const auto& [outcome, type] : kOutcomes) {
    page.Set("tandem_offers_total", {outcome}, count(type));
  }
  for (size_t i = 0; i < engine::kRescindReasons.size(); ++i) {
    page.Set("tandem_offers_rescinded_total", {engine::kRescindReasons[i]},
             Double(figures.rescinded[i].value()));
  }
  page.Set("tandem_claims_total", count(EventType::kTicketClaimed));
}

void SetEngine(const engine::Engine& engine, Page& page) {
  const engine::Figures& figures = engine.figures();
  const engine::Engine::Depths depths = engine.depths();
  page.Set("tandem_engine_inbox_calls", Double(depths.inbox));
  page.Set("tandem_engine_pending_calls", Double(depths.pending));
  page.Set("tandem_engine_commands_total", Double(figures.commands.value()));
  page.Set("tandem_engine_command_duration_seconds", {}, figures.command_ns.value());
  page.Set("tandem_engine_turn_duration_seconds", {}, figures.turn_ns.value());
  page.Set("tandem_engine_shard_epoch", static_cast<double>(engine.epoch()));
  page.Set("tandem_engine_fenced_total", Double(figures.fenced.value()));
  for (size_t i = 0; i < figures.commits.size(); ++i) {
    const char* name = store::ToString(static_cast<store::CommitResult>(i));
    page.Set("tandem_commits_total", {absl::AsciiStrToLower(name)},
             Double(figures.commits[i].value()));
  }
  page.Set("tandem_commit_duration_seconds", {}, figures.commit_ns.value());
  page.Set("tandem_commit_rows", {}, figures.commit_rows.value());
  page.Set("tandem_look_ups_total", {"answered"}, Double(figures.look_ups.value()));
  page.Set("tandem_look_ups_total", {"failed"}, Double(figures.look_ups_failed.value()));
  page.Set("tandem_look_up_duration_seconds", {}, figures.look_up_ns.value());
  for (size_t i = 1; i <= static_cast<size_t>(router::kLastEventType); ++i) {
    // Numbers that no type has are empty.
    const std::string name = router::ToString(static_cast<EventType>(i));
    if (!name.empty()) page.Set("tandem_events_total", {name}, Double(figures.events[i].value()));
  }
  SetOffers(figures, page);
  page.Set("tandem_ingest_contacts_total", {"new"}, Double(figures.contacts_new.value()));
  page.Set("tandem_ingest_contacts_total", {"joined"}, Double(figures.contacts_joined.value()));
  page.Set("tandem_ingest_contacts_total", {"duplicate"},
           Double(figures.contacts_duplicate.value()));
  page.Set("tandem_ingest_unroutable_total", Double(figures.contacts_unroutable.value()));
}

// ------------------------------------------------------------------------------------------ server

void SetCalls(const rpc::Interceptor& interceptor, Page& page) {
  for (const rpc::MethodFigures& figures : interceptor.methods()) {
    const std::string& method = figures.method->name;
    uint64_t finished = 0;
    for (size_t code = 0; code < figures.finished.size(); ++code) {
      finished += figures.finished[code];
      if (figures.finished[code] == 0 && code != 0) continue;
      page.Set("tandem_rpc_finished_total",
               {method, rpc::NameOf(static_cast<grpc::StatusCode>(code))},
               Double(figures.finished[code]));
    }
    page.Set("tandem_rpc_started_total", {method}, Double(figures.started));
    page.Set("tandem_rpc_in_flight", {method}, Double(figures.started - finished));
    if (!figures.method->streams) {
      page.Set("tandem_rpc_duration_seconds", {method}, figures.seconds);
    }
  }
  for (size_t i = 1; i < 256; ++i) {
    const auto reason = static_cast<router::Reason>(i);
    if (const uint64_t refusals = interceptor.refusals(reason); refusals > 0) {
      page.Set("tandem_rpc_refusals_total", {router::ToString(reason)}, Double(refusals));
    }
  }
}

void SetServer(const rpc::Server& server, Page& page) {
  SetCalls(server.interceptor(), page);
  using rpc::StreamKind;
  page.Set("tandem_streams_open", {"agent_session"},
           Double(server.OpenStreams(StreamKind::kAgentSession)));
  page.Set("tandem_streams_open", {"connector"},
           Double(server.OpenStreams(StreamKind::kConnector)));
  page.Set("tandem_streams_open", {"other"}, Double(server.OpenStreams(StreamKind::kOther)));
  page.Set("tandem_reads_waiting", {"reads"}, Double(server.WaitingReads()));
  page.Set("tandem_reads_waiting", {"reports"}, Double(server.WaitingReports()));
  page.Set("tandem_event_streams_behind_events", static_cast<double>(server.MostEventsBehind()));
  const webhook::Figures& webhooks = server.webhook_figures();
  page.Set("tandem_webhook_deliveries_total", {"delivered"}, Double(webhooks.delivered.value()));
  page.Set("tandem_webhook_deliveries_total", {"failed"}, Double(webhooks.failed.value()));
  page.Set("tandem_webhook_dead_letters_total", Double(webhooks.dead_letters.value()));
  page.Set("tandem_webhook_waiting_events", Double(webhooks.waiting.value()));
  page.Set("tandem_webhook_requests_in_flight", Double(webhooks.in_flight.value()));
}

void SetPostgres(Page& page) {
  const store::PostgresFigures& figures = store::FiguresOfPostgres();
  page.Set("tandem_postgres_connections", static_cast<double>(figures.open.value()));
  page.Set("tandem_postgres_connects_total", {"opened"}, Double(figures.connected.value()));
  page.Set("tandem_postgres_connects_total", {"failed"}, Double(figures.connect_failures.value()));
  page.Set("tandem_postgres_reconnects_total", Double(figures.reconnected.value()));
  page.Set("tandem_postgres_errors_total", {"connection"}, Double(figures.lost.value()));
  page.Set("tandem_postgres_errors_total", {"statement"}, Double(figures.refused.value()));
}

// ------------------------------------------------------------------------------------------- floor

void SetQueue(const std::string& workspace, const router::QueueCensus& queue, router::Time now,
              Page& page) {
  const bool waits = queue.oldest_queued_at.IsSet();
  const router::Duration wait = waits ? now - queue.oldest_queued_at : router::Duration{};
  const std::vector<std::string> labels = {workspace, queue.queue};
  page.Set("tandem_queue_waiting", labels, Double(queue.waiting));
  page.Set("tandem_queue_oldest_wait_seconds", labels,
           static_cast<double>(std::max<int64_t>(0, wait.us)) / 1e6);
  page.Set("tandem_queue_in_service", labels, Double(queue.in_service));
}

void Add(const router::QueueCensus& queue, router::QueueCensus& to) {
  to.waiting += queue.waiting;
  to.in_service += queue.in_service;
  if (!queue.oldest_queued_at.IsSet()) return;
  to.oldest_queued_at = to.oldest_queued_at.IsSet()
                            ? std::min(to.oldest_queued_at, queue.oldest_queued_at)
                            : queue.oldest_queued_at;
}

void SetWorkspace(const std::string& workspace, const router::WorkspaceCensus& counted,
                  Page& page) {
  page.Set("tandem_open_tickets", {workspace}, Double(counted.open_tickets));
  for (size_t i = 1; i < router::kAgentStatuses; ++i) {
    const auto status = static_cast<router::AgentStatus>(i);
    page.Set("tandem_agents", {workspace, absl::AsciiStrToLower(router::ToString(status))},
             Double(counted.agents[i]));
  }
}

// What the engine counted; nothing when it took too long.
std::optional<router::Census> TakeCensus(engine::Engine& engine,
                                         std::chrono::milliseconds patience) {
  // Shared, because the answer may come when nobody waits for it any more.
  auto promise = std::make_shared<std::promise<router::Census>>();
  std::future<router::Census> census = promise->get_future();
  engine.TakeCensus([promise](router::Census counted) { promise->set_value(std::move(counted)); });
  if (census.wait_for(patience) != std::future_status::ready) return std::nullopt;
  return census.get();
}

}  // namespace

void SetCensus(const router::Census& census, router::Time now, const ScrapeOptions& options,
               metrics::Page& page) {
  size_t queues_left = options.most_queues;
  size_t workspaces_left = options.most_workspaces;
  std::optional<router::QueueCensus> other_queues;
  std::optional<router::WorkspaceCensus> others;
  for (const router::WorkspaceCensus& counted : census.workspaces) {
    if (workspaces_left > 0) {
      --workspaces_left;
      SetWorkspace(counted.workspace, counted, page);
    } else {
      if (!others) others.emplace();
      others->open_tickets += counted.open_tickets;
      for (size_t i = 0; i < counted.agents.size(); ++i) others->agents[i] += counted.agents[i];
    }
    for (const router::QueueCensus& queue : counted.queues) {
      if (queues_left > 0) {
        --queues_left;
        SetQueue(counted.workspace, queue, now, page);
      } else {
        if (!other_queues) other_queues.emplace().queue = kOtherLabel;
        Add(queue, *other_queues);
      }
    }
  }
  if (others) SetWorkspace(kOtherLabel, *others, page);
  if (other_queues) SetQueue(kOtherLabel, *other_queues, now, page);
}

void Scrape::Show(engine::Engine& engine, const rpc::Server& server) {
  const absl::MutexLock lock(&mutex_);
  engine_ = &engine;
  server_ = &server;
}

void Scrape::Hide() {
  const absl::MutexLock lock(&mutex_);
  engine_ = nullptr;
  server_ = nullptr;
}

std::string Scrape::Page() {
  const absl::MutexLock lock(&mutex_);
  metrics::Page page;
  page.Set("tandem_build_info", {Version()}, 1);
  page.Set("tandem_ready", engine_ != nullptr && engine_->ready() ? 1 : 0);
  SetProcess(page);
  SetPostgres(page);
  if (server_ != nullptr) SetServer(*server_, page);
  std::optional<router::Census> census;
  if (engine_ != nullptr) {
    SetEngine(*engine_, page);
    if (engine_->ready()) census = TakeCensus(*engine_, options_.census_patience);
    if (census) SetCensus(*census, engine_->Now(), options_, page);
  }
  page.Set("tandem_census_complete", census ? 1 : 0);
  return page.Text();
}

}  // namespace tandem
