// Rows for tests of stores: samples with every field set, and what makes two rows equal.
#ifndef TANDEM_TESTS_STORE_STORE_ROWS_H_
#define TANDEM_TESTS_STORE_STORE_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "router/rows.h"
#include "server/store/store.h"

namespace tandem::tests {

inline constexpr char kWorkspace[] = "acme";
// Letters of several scripts, an emoji beyond 16 bits, quotes, a backslash, JSON within, a line's
// end.
inline constexpr char kUnicode[] = "Größe 東京 мир 🎧 \"q\" 'a' \\ {\"x\":[1]}\n\t%s $1";
// Monday, 2026-11-23 08:00 UTC.
inline constexpr router::Time kMorning{1'795'420'800'000'000};

router::TicketId Ticket(uint64_t number);
router::ContactId Contact(uint64_t number);
router::RequestId Request(uint64_t number);

// Every kind of resource and every optional field, some of them twice.
router::WorkspaceRow SampleWorkspace(const std::string& workspace = kWorkspace);
// The rows of a workspace's resources, in their order.
std::vector<router::ResourceRow> ResourceRowsOf(const router::WorkspaceRow& workspace);
// A workspace as it is written: its row, and those of its resources.
void AddWorkspace(router::Changes& changes, const router::WorkspaceRow& workspace);
// "ann", as she is configured.
router::Agent SampleConfiguredAgent();
router::AgentRow SampleAgent(const std::string& agent, uint64_t ordinal);
// An open ticket in the hands of an agent, with everything set that can be.
router::TicketStateRow SampleState(uint64_t ticket);
// One of each that is set aside, and one that is kept for its last agent.
router::TicketStateRow ParkedState(uint64_t ticket);
router::TicketStateRow KeptState(uint64_t ticket);
router::TicketStateRow ScheduledState(uint64_t ticket);
router::TicketStateRow BlockedState(uint64_t ticket);
router::TicketStateRow ClosedState(uint64_t ticket, router::TicketState state, router::Time at);
router::TicketRow SampleTicket(uint64_t ticket);
router::ContactRow SampleContact(uint64_t contact, uint64_t ticket);
router::EventRow SampleEvent(int64_t sequence, uint64_t ticket);
router::VisitRow SampleVisit(uint64_t ticket, uint32_t number);
router::SegmentRow SampleSegment(uint64_t ticket, uint32_t number);
router::AgentIntervalRow SampleInterval(const std::string& agent);
router::MessageRow SampleMessage(uint64_t ticket);
router::TicketDetailRow SampleDetail(uint64_t ticket);
router::NoteRow SampleNote(uint64_t ticket, int64_t sequence);
router::SurveyRow SampleSurvey(uint64_t ticket, int64_t sequence, const std::string& measure);
store::RequestRow SampleRequest(uint64_t request);
// Of SampleTicket(1): it joined it.
router::ContactRow KnownSample(uint64_t contact, const std::string& external_id);

// One ticket with its state, its contact and one event.
void AddTicket(router::Changes& changes, uint64_t ticket, int64_t event_sequence);

// All fields of a row, for EXPECT_EQ.
inline auto Fields(const router::WorkspaceRow& r) {
  return std::tie(r.workspace, r.revision, r.configuration, r.next_agent_ordinal);
}
inline auto Fields(const router::AgentRow& r) {
  return std::tie(r.workspace, r.agent, r.ordinal, r.removed, r.status, r.reason, r.next_status,
                  r.next_reason, r.ready_groups, r.status_since, r.idle_since, r.misses, r.turn,
                  r.session_id, r.generation, r.session_open, r.session_lost_at, r.grace_until,
                  r.away_since, r.shift_ends_at, r.interval_since);
}
std::vector<std::pair<std::string, int64_t>> Plain(const std::vector<router::CoolDown>& cool_downs);
inline auto Fields(const router::TicketStateRow& r) {
  return std::tuple_cat(
      std::tuple(Plain(r.cool_downs)),
      std::tie(r.workspace, r.ticket, r.state, r.queue, r.priority, r.queued_at, r.target, r.agent,
               r.leased, r.offer_number, r.until, r.answered_at, r.closed_at, r.disposition),
      std::tie(r.reopen_count, r.silent_until, r.reply_by),
      std::tie(r.parked_at, r.parking_reason, r.clock_stopped, r.last_agent, r.kept_until,
               r.until_children_closed, r.blocked_by),
      std::tie(r.channel, r.callback.not_after, r.callback.attempts, r.callback.last_outcome),
      std::tie(r.contact_count, r.plan_step, r.plan_skipped, r.plan_since, r.plan_waited,
               r.visit_number, r.visit_entered_at, r.visit_entry_reason, r.visit_estimate,
               r.segment_number, r.segment_began_at, r.accepted_at, r.connected_at, r.held_since,
               r.held, r.disconnected_at, r.disconnected_by, r.finished_at));
}
inline auto Fields(const router::TicketRow& r) {
  return std::tie(r.workspace, r.ticket, r.arrival, r.contact, r.channel, r.client, r.process_type,
                  r.language, r.requirement, r.plan, r.excluded_agents, r.rules, r.entry_point,
                  r.external_id, r.conversation_key, r.customer_id, r.customer_segment,
                  r.created_at, r.due_at, r.answer_target, r.expected_handling_time,
                  r.wrap_up_limit, r.unroutable, r.parent);
}
inline auto Fields(const router::ContactRow& r) {
  const router::NewContact& c = r.content;
  return std::tuple_cat(
      std::tie(r.workspace, r.contact, r.ticket, r.received_at, r.queued_at, c.channel,
               c.entry_point, c.external_id, c.conversation_key, c.client, c.process_type,
               c.language, c.requirement, c.plan, c.priority, c.not_before, c.not_after),
      std::tie(c.queue, c.answer_target, c.due_at, c.received_at, c.customer_id, c.customer_segment,
               c.direction, c.initiated_by, c.subject, c.payload_json, c.attributes,
               c.excluded_agents, r.joined, c.said));
}
inline auto Fields(const router::EventRow& r) {
  return std::tie(r.workspace, r.sequence, r.type, r.at, r.ticket, r.agent, r.queue, r.offer_number,
                  r.contact, r.reason, r.until, r.number);
}
inline auto Fields(const router::VisitRow& r) {
  return std::tie(r.workspace, r.ticket, r.visit_number, r.queue, r.client, r.channel,
                  r.process_type, r.entered_at, r.left_at, r.entry_reason, r.exit_reason, r.target,
                  r.agent, r.estimated_wait);
}
inline auto Fields(const router::SegmentRow& r) {
  return std::tie(r.workspace, r.ticket, r.segment_number, r.agent, r.queue, r.client, r.channel,
                  r.process_type, r.began_at, r.claimed, r.accepted_at, r.connected_at, r.held,
                  r.disconnected_at, r.disconnected_by, r.finished_at, r.ended_at, r.outcome,
                  r.disposition, r.resolved, r.cost_per_hour_milli, r.automated);
}
inline auto Fields(const router::AgentIntervalRow& r) {
  return std::tie(r.workspace, r.agent, r.began_at, r.ended_at, r.status, r.reason, r.load,
                  r.client, r.generation, r.idle_since, r.cost_per_hour_milli);
}
inline auto Fields(const router::MessageRow& r) {
  return std::tie(r.workspace, r.ticket, r.sequence, r.contact, r.direction, r.author, r.at,
                  r.agent, r.text, r.external_id);
}
inline auto Fields(const router::TicketDetailRow& r) {
  return std::tie(r.workspace, r.ticket, r.detail);
}
inline auto Fields(const router::NoteRow& r) {
  return std::tie(r.workspace, r.ticket, r.sequence, r.at, r.agent, r.text);
}
inline auto Fields(const router::SurveyRow& r) {
  return std::tie(r.workspace, r.ticket, r.sequence, r.score.measure, r.score.score, r.score.lowest,
                  r.score.highest, r.at, r.agent, r.queue, r.client, r.channel, r.process_type);
}
inline auto Fields(const store::RequestRow& r) {
  return std::tie(r.workspace, r.request, r.hash, r.answer, r.at);
}
inline auto Fields(const store::KnownContact& r) {
  return std::tie(r.workspace, r.channel, r.entry_point, r.external_id, r.ticket, r.contact,
                  r.joined, r.unroutable, r.at);
}

}  // namespace tandem::tests

#endif  // TANDEM_TESTS_STORE_STORE_ROWS_H_
