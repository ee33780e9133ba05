#include "server/metrics/families.h"

namespace tandem::metrics {
namespace {

using enum Kind;

// clang-format off
constexpr Family kFamilies[] = {
    // The process.
    {"tandem_build_info", kGauge, "version", "1; the version that runs is its label"},
    {"tandem_ready", kGauge, "", "1 while changes are taken and made durable, else 0"},
    {"process_start_time_seconds", kGauge, "", "When the process began, in seconds since 1970"},
    {"process_cpu_seconds_total", kCounter, "", "Processor time that the process used, user and system"},
    {"process_resident_memory_bytes", kGauge, "", "Memory of the process that is in RAM"},
    {"process_virtual_memory_bytes", kGauge, "", "Address space of the process"},
    {"process_open_fds", kGauge, "", "Files and sockets that the process has open"},
    {"process_max_fds", kGauge, "", "How many it may have open"},
    {"process_threads", kGauge, "", "Threads of the process"},

    // Calls. Health checks and reflection are gRPC's own and not among them.
    {"tandem_rpc_started_total", kCounter, "method", "Calls that came, streams among them"},
    {"tandem_rpc_finished_total", kCounter, "method,code", "Calls that ended, by gRPC's status code"},
    {"tandem_rpc_in_flight", kGauge, "method", "Calls under way, streams among them"},
    {"tandem_rpc_duration_seconds", kHistogram, "method", "From a unary call's arrival to its answer"},
    {"tandem_rpc_refusals_total", kCounter, "reason", "Calls, agents' verbs and contacts of streams that were refused, by the reason"},
    {"tandem_streams_open", kGauge, "kind", "Open streams, by what they are counted as: agent_session, connector, other"},
    {"tandem_reads_waiting", kGauge, "pool", "Reads that wait for a thread: of lists and tickets, or of reports"},

    // The engine.
    {"tandem_engine_inbox_calls", kGauge, "", "Calls that the engine's loop has not looked at yet"},
    {"tandem_engine_pending_calls", kGauge, "", "Calls in the engine that have no answer yet"},
    {"tandem_engine_commands_total", kCounter, "", "Commands that the router decided"},
    {"tandem_engine_command_duration_seconds", kHistogram, "", "What a command took the router; commands of one turn of the loop count with their mean"},
    {"tandem_engine_turn_duration_seconds", kHistogram, "", "One turn of the engine's loop: input to hand-over"},
    {"tandem_engine_shard_epoch", kGauge, "", "Epoch under which this server last wrote; 0 before the first"},
    {"tandem_engine_fenced_total", kCounter, "", "How often another server took the shard away"},
    {"tandem_commits_total", kCounter, "result", "Commits by how they went: committed, not_committed, in_doubt, fenced, data_refused"},
    {"tandem_commit_duration_seconds", kHistogram, "", "What a commit took, however it went"},
    {"tandem_commit_rows", kHistogram, "", "Rows in a commit"},
    {"tandem_look_ups_total", kCounter, "result", "Look-ups of request ids and external ids: answered, failed"},
    {"tandem_look_up_duration_seconds", kHistogram, "", "What a look-up took, however it went"},

    // What was decided, counted when it is durable.
    {"tandem_events_total", kCounter, "type", "Events that became durable, by type"},
    {"tandem_offers_total", kCounter, "outcome", "Offers made, and how they ended: accepted, declined, missed, failed, rescinded"},
    {"tandem_offers_rescinded_total", kCounter, "reason", "Offers that were taken back, by reason"},
    {"tandem_claims_total", kCounter, "", "Tickets that agents claimed"},
    {"tandem_ingest_contacts_total", kCounter, "outcome", "Contacts taken in: new, joined to an open ticket, duplicate of an earlier one"},
    {"tandem_ingest_unroutable_total", kCounter, "", "New tickets that no configured agent could ever take"},

    // The floor, counted when somebody asks.
    {"tandem_census_complete", kGauge, "", "1 when the engine counted the floor for this page; 0: what follows in this group is missing"},
    {"tandem_open_tickets", kGauge, "workspace", "Tickets in any open state"},
    {"tandem_agents", kGauge, "workspace,status", "Configured agents by status"},
    {"tandem_queue_waiting", kGauge, "workspace,queue", "Tickets that wait in the queue, offered ones among them"},
    {"tandem_queue_oldest_wait_seconds", kGauge, "workspace,queue", "How long the ticket that waits longest has waited; 0 when none waits"},
    {"tandem_queue_in_service", kGauge, "workspace,queue", "Tickets of the queue that an agent owns"},

    // Who follows along.
    {"tandem_event_streams_behind_events", kGauge, "", "How many events the slowest reader of an event stream is behind"},
    {"tandem_webhook_deliveries_total", kCounter, "result", "Attempts to deliver an event: delivered, failed"},
    {"tandem_webhook_dead_letters_total", kCounter, "", "Events that were given up"},
    {"tandem_webhook_waiting_events", kGauge, "", "Events in memory that a webhook has not acknowledged yet"},
    {"tandem_webhook_requests_in_flight", kGauge, "", "Requests to webhooks that are under way"},

    // PostgreSQL.
    {"tandem_postgres_connections", kGauge, "", "Connections that are open"},
    {"tandem_postgres_connects_total", kCounter, "result", "Attempts to connect: opened, failed"},
    {"tandem_postgres_reconnects_total", kCounter, "", "Connections opened in place of one that was lost"},
    {"tandem_postgres_errors_total", kCounter, "kind", "Statements that failed: connection was lost, or statement was refused"},
};
// clang-format on

}  // namespace

std::span<const Family> Families() {
  return kFamilies;
}

}  // namespace tandem::metrics
