-- pgbench: the same four commits where every agent is busy and tickets wait. A contact comes in; an agent accepts what
-- is on offer, completes it, and is offered the ticket that has waited longest of those the agent may take. Each client
-- has agents of its own, as desktops do: no two of them act for one agent.
\set skill random(0, :skills - 1)
\set agent random(0, :agents / :clients - 1) * :clients + :client_id
SELECT ingest(:skill, 3);
UPDATE ticket SET state = 'a', changed_at = now() FROM agent
WHERE agent.id = :agent AND ticket.id = agent.ticket AND ticket.state = 'o' RETURNING ticket.id AS ticket \gset
WITH completed AS (
  UPDATE ticket SET state = 'c', changed_at = now()
  WHERE id = :ticket AND agent = :agent AND state = 'a' RETURNING agent)
UPDATE agent SET free = true, idle_since = now(), ticket = NULL FROM completed WHERE agent.id = completed.agent;
WITH chosen AS (
  SELECT ticket.id FROM ticket WHERE ticket.id = (
    SELECT head.id FROM agent_skill, LATERAL (
      SELECT id FROM ticket
      WHERE state = 'q' AND ticket.skill = agent_skill.skill AND ticket.level <= agent_skill.level
      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) AS head
    WHERE agent_skill.agent = :agent ORDER BY head.id LIMIT 1)),
taken AS (
  UPDATE ticket SET state = 'o', agent = :agent, changed_at = now() FROM chosen WHERE ticket.id = chosen.id
  RETURNING ticket.id)
UPDATE agent SET free = false, ticket = taken.id FROM taken WHERE agent.id = :agent;
