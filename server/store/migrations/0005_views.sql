-- Views for reports. NULL means that a value can't be computed; 0 is a result.

CREATE OR REPLACE VIEW tandem.ticket_overview AS
SELECT t.workspace, t.ticket_id, t.channel, t.client, t.process_type, t.language, t.customer_id, t.customer_segment,
       t.external_id, t.created_at, t.due_at, s.state, s.queue, s.priority, s.agent, s.queued_at, s.target,
       s.answered_at, s.closed_at, s.disposition, s.contact_count
FROM tandem.ticket t JOIN tandem.ticket_state s USING (workspace, ticket_id);
COMMENT ON VIEW tandem.ticket_overview IS 'Each ticket with where it is now; no personal data but customer_id.';

CREATE OR REPLACE VIEW tandem.queue_day AS
SELECT workspace, queue, client, channel, date_trunc('day', left_at, 'UTC') AS day,
       count(*) AS ended_visits,
       count(*) FILTER (WHERE exit_reason = 'ANSWERED') AS answered,
       count(*) FILTER (WHERE exit_reason = 'ANSWERED' AND left_at <= target) AS answered_in_target,
       count(*) FILTER (WHERE exit_reason = 'ABANDONED') AS abandoned,
       count(*) FILTER (WHERE exit_reason = 'ANSWERED' AND left_at <= target)::numeric
         / nullif(count(*) FILTER (WHERE exit_reason IN ('ANSWERED', 'ABANDONED')), 0) AS service_level,
       avg(left_at - entered_at) FILTER (WHERE exit_reason = 'ANSWERED') AS average_speed_of_answer,
       max(left_at - entered_at) AS longest_wait
FROM tandem.visit GROUP BY workspace, queue, client, channel, date_trunc('day', left_at, 'UTC');
COMMENT ON VIEW tandem.queue_day IS
  'Visits by queue and day (UTC) of their end. service_level = answered_in_target / (answered + abandoned).';

CREATE OR REPLACE VIEW tandem.agent_day AS
SELECT workspace, agent, date_trunc('day', ended_at, 'UTC') AS day,
       count(*) FILTER (WHERE accepted_at IS NOT NULL OR claimed) AS handled,
       count(*) FILTER (WHERE outcome = 'MISSED') AS missed,
       count(*) FILTER (WHERE outcome = 'DECLINED') AS declined,
       avg(coalesce(finished_at, ended_at) - connected_at) AS average_active_time,
       avg(ended_at - finished_at) AS average_wrap_up_time,
       avg(ended_at - connected_at) AS average_handling_time
FROM tandem.segment GROUP BY workspace, agent, date_trunc('day', ended_at, 'UTC');
COMMENT ON VIEW tandem.agent_day IS
  'Segments by agent and day (UTC) of their end. Handling time = active time and wrap-up, from connected to ended.';
