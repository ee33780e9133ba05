-- pgbench: one ticket's life where agents are free; four commits.
\set skill random(0, :skills - 1)
SELECT ingest(:skill, 3) AS ticket \gset
WITH chosen AS (
  SELECT agent.id FROM agent JOIN agent_skill ON agent_skill.agent = agent.id
  WHERE agent.free AND agent_skill.skill = :skill AND agent_skill.level >= 3
  ORDER BY agent.idle_since LIMIT 1 FOR UPDATE OF agent SKIP LOCKED),
taken AS (
  UPDATE agent SET free = false, ticket = :ticket FROM chosen WHERE agent.id = chosen.id RETURNING agent.id)
UPDATE ticket SET state = 'o', agent = taken.id, changed_at = now() FROM taken
WHERE ticket.id = :ticket AND state = 'q' RETURNING ticket.agent \gset
UPDATE ticket SET state = 'a', changed_at = now() WHERE id = :ticket AND agent = :agent AND state = 'o';
WITH completed AS (
  UPDATE ticket SET state = 'c', changed_at = now()
  WHERE id = :ticket AND agent = :agent AND state = 'a' RETURNING agent)
UPDATE agent SET free = true, idle_since = now(), ticket = NULL FROM completed WHERE agent.id = completed.agent;
