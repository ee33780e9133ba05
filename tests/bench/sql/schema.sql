-- A router in SQL alone, as somebody who knows PostgreSQL would write it: what tandem is compared with.
-- psql -v agents=N -v skills=N -v waiting=N -f schema.sql
--
-- It does less than tandem, in its favour: no history, no facts for reports, no request ids, no targets but
-- arrival, one chat an agent, one skill a ticket, no languages and clients; a contact that comes in looks for no agent
-- where all are busy.
--
-- What was tried, as lifecycles per second on two cores with 40 clients, first where 100,000 tickets wait before
-- 10,000 agents, then where nothing waits before 1,000:
--   this one: who waits is a partial index of tickets by skill, of which the heads are compared    2,361   1,731
--   a partial index in the order of arrival, walked until a skill fits                                642       -
--   who waits is a table of its own, inserted into and deleted from                                 1,928   1,837
-- With 16 clients instead of 40, a tenth less. What never changes of a ticket is a table of its own in all of them,
-- so that a change of state rewrites 60 bytes, and pages of what changes keep room.
CREATE TABLE agent (
  id integer PRIMARY KEY,
  free boolean NOT NULL,
  idle_since timestamptz NOT NULL,
  ticket bigint  -- what is on offer to the agent, or being worked on
) WITH (fillfactor = 50);

CREATE TABLE agent_skill (
  agent integer NOT NULL REFERENCES agent,
  skill integer NOT NULL,
  level integer NOT NULL,
  PRIMARY KEY (agent, skill) INCLUDE (level)
);

CREATE TABLE contact (
  ticket bigint PRIMARY KEY,
  channel text NOT NULL,
  entry_point text NOT NULL,
  client text NOT NULL,
  process_type text NOT NULL,
  language text NOT NULL,
  customer text NOT NULL,
  segment text NOT NULL,
  subject text NOT NULL,
  payload jsonb NOT NULL,
  attributes jsonb NOT NULL,
  received_at timestamptz NOT NULL
);

CREATE TABLE ticket (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  state "char" NOT NULL,  -- q: queued, o: offered, a: active, c: completed
  skill integer NOT NULL,
  level integer NOT NULL,
  agent integer,
  changed_at timestamptz NOT NULL
) WITH (fillfactor = 70);

-- One contact comes in, and its ticket waits. Gives the ticket.
CREATE FUNCTION ingest(skill integer, level integer) RETURNS bigint LANGUAGE sql AS $$
  WITH born AS (
    INSERT INTO ticket (state, skill, level, changed_at) VALUES ('q', $1, $2, now()) RETURNING id)
  INSERT INTO contact
  SELECT id, 'chat', 'https://shop.example/help', 'acme', 'billing.dispute-' || $1, 'en', 'customer-4711', 'gold',
         'The invoice of October shows a delivery that never came',
         '{"invoice":"2026-10-004711","amount":"129.90","currency":"EUR","order":"A-20261003-77"}',
         '{"page":"/orders/A-20261003-77"}', now()
  FROM born RETURNING ticket
$$;

INSERT INTO agent SELECT id, true, now(), NULL FROM generate_series(0, :agents - 1) AS id;
-- As the agents of tandem's benchmark (SkillOf in workload.cc).
INSERT INTO agent_skill
SELECT id, (id * 7 + n * 11) % :skills, 3 + (id + n * 3) % 8
FROM generate_series(0, :agents - 1) AS id, generate_series(0, 4) AS n;

-- Where tickets wait, there is one for each agent besides.
INSERT INTO ticket (state, skill, level, changed_at)
SELECT 'q', n % :skills, 3, now()
FROM generate_series(1, :waiting + CASE WHEN :waiting > 0 THEN :agents ELSE 0 END) AS n;
INSERT INTO contact
SELECT id, 'chat', 'https://shop.example/help', 'acme', 'billing.dispute-' || skill, 'en', 'customer-4711', 'gold',
       'The invoice of October shows a delivery that never came',
       '{"invoice":"2026-10-004711","amount":"129.90","currency":"EUR","order":"A-20261003-77"}',
       '{"page":"/orders/A-20261003-77"}', now()
FROM ticket;
-- It is on offer to the agent already: the n-th agent of a skill has the n-th ticket that asks for that.
UPDATE ticket SET state = 'o', agent = chosen.agent
FROM (SELECT a.id AS agent, t.id
      FROM (SELECT id, (id * 7) % :skills AS skill,
                   row_number() OVER (PARTITION BY (id * 7) % :skills ORDER BY id) AS n FROM agent) AS a
      JOIN (SELECT id, skill, row_number() OVER (PARTITION BY skill ORDER BY id) AS n FROM ticket) AS t
        USING (skill, n)) AS chosen
WHERE ticket.id = chosen.id;
UPDATE agent SET free = false, ticket = ticket.id FROM ticket WHERE ticket.agent = agent.id;

CREATE INDEX waiting ON ticket (skill, id) WHERE state = 'q';
CREATE INDEX free_agents ON agent (idle_since) WHERE free;
VACUUM ANALYZE;
