-- What became of the contacts of one play, straight from the tables. Run by psql with the play's
-- name in the variable `run`: psql --set=run=demo-20250131T080000 --file=totals.sql
\pset footer off

CREATE TEMPORARY VIEW played AS
SELECT s.workspace, s.ticket_id, s.queue, s.state, s.answered_at, s.closed_at
FROM tandem.ticket_state s
WHERE s.workspace = 'starter' AND s.ticket_id IN (
  SELECT c.ticket_id FROM tandem.contact c
  WHERE c.workspace = 'starter' AND starts_with(c.external_id, :'run' || '/'));

-- A ticket can be answered in a visit and wait again in a later one, after a failed connection or a
-- release; here, as in the live table, every answered visit counts.
SELECT queue, count(*) FILTER (WHERE p.closed_at IS NULL) AS open,
       coalesce(sum(v.answered), 0) AS answered,
       coalesce(sum(v.abandoned), 0) AS abandoned,
       count(*) FILTER (WHERE p.state = 'COMPLETED') AS completed,
       round(100.0 * sum(v.in_target) / nullif(sum(v.answered) + sum(v.abandoned), 0)) AS "in SL %"
FROM played p LEFT JOIN (
  SELECT workspace, ticket_id,
         count(*) FILTER (WHERE exit_reason = 'ANSWERED') AS answered,
         count(*) FILTER (WHERE exit_reason = 'ANSWERED' AND left_at <= target) AS in_target,
         count(*) FILTER (WHERE exit_reason = 'ABANDONED') AS abandoned
  FROM tandem.visit GROUP BY workspace, ticket_id) v USING (workspace, ticket_id)
GROUP BY queue ORDER BY queue;

\pset tuples_only on
\pset format unaligned
SELECT format('totals: ingested=%s answered=%s abandoned=%s completed=%s open=%s',
              count(*), count(answered_at), count(*) FILTER (WHERE state = 'ABANDONED'),
              count(*) FILTER (WHERE state = 'COMPLETED'), count(*) FILTER (WHERE closed_at IS NULL))
FROM played;
