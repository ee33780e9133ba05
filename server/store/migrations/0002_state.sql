-- What is: configuration, agents, tickets. A shard is loaded from here.
--
-- An absent value is NULL. Spans are bigint microseconds, named _us. Where a table is updated often, only its key is
-- indexed and pages keep room, so that an update stays on its page and touches no index.

CREATE TABLE IF NOT EXISTS tandem.workspace (
  workspace           text COLLATE "C" PRIMARY KEY,
  shard               integer NOT NULL,
  revision            bigint  NOT NULL,
  time_zone           text,
  session_grace_us    bigint,
  cool_down_us        bigint,
  next_agent_ordinal  bigint  NOT NULL
);
COMMENT ON TABLE tandem.workspace IS 'One row per workspace: its shard, and the settings that are not resources.';

CREATE TABLE IF NOT EXISTS tandem.configuration_resource (
  workspace  text COLLATE "C" NOT NULL,
  kind       text COLLATE "C" NOT NULL CHECK (kind IN (
               'client', 'site', 'team', 'skill', 'channel', 'queue', 'process_type', 'routing_profile', 'agent',
               'disposition', 'not_ready_reason')),
  id         text COLLATE "C" NOT NULL,
  position   bigint NOT NULL,
  body       jsonb  NOT NULL,
  PRIMARY KEY (workspace, kind, id)
);
COMMENT ON TABLE tandem.configuration_resource IS
  'One row per configured resource, defaults filled in; position is its place among those of its kind.';

CREATE TABLE IF NOT EXISTS tandem.agent (
  workspace        text COLLATE "C" NOT NULL,
  agent            text COLLATE "C" NOT NULL,
  ordinal          bigint NOT NULL,
  status           text   NOT NULL CHECK (status IN ('OFFLINE', 'AVAILABLE', 'NOT_READY', 'NOT_RESPONDING')),
  reason           text,
  status_since     timestamptz,
  idle_since       timestamptz,
  misses           bigint NOT NULL CHECK (misses >= 0),
  session_id       text,
  generation       bigint NOT NULL CHECK (generation >= 0),
  session_open     boolean NOT NULL,
  session_lost_at  timestamptz,
  grace_until      timestamptz,
  interval_since   timestamptz,
  PRIMARY KEY (workspace, agent),
  CONSTRAINT only_an_open_session_is_lost CHECK (session_open OR session_lost_at IS NULL),
  CONSTRAINT available_needs_a_session CHECK (status <> 'AVAILABLE' OR session_open)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
COMMENT ON TABLE tandem.agent IS 'State of each configured agent; the configuration itself is a resource.';

CREATE TABLE IF NOT EXISTS tandem.ticket (
  workspace                  text COLLATE "C" NOT NULL,
  ticket_id                  uuid NOT NULL,
  arrival                    bigint NOT NULL,
  contact_id                 uuid,
  channel                    text COLLATE "C",
  client                     text COLLATE "C",
  process_type               text COLLATE "C",
  language                   text,
  requirement                jsonb NOT NULL,
  excluded_agents            jsonb,
  entry_point                text,
  external_id                text COLLATE "C",
  conversation_key           text,
  customer_id                text COLLATE "C",
  customer_segment           text,
  created_at                 timestamptz,
  due_at                     timestamptz,
  answer_target_us           bigint NOT NULL,
  expected_handling_time_us  bigint NOT NULL,
  wrap_up_limit_us           bigint NOT NULL,
  unroutable                 boolean NOT NULL,
  PRIMARY KEY (workspace, ticket_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS ticket_arrival ON tandem.ticket (workspace, arrival);
CREATE INDEX IF NOT EXISTS ticket_customer ON tandem.ticket (workspace, customer_id, ticket_id)
  WHERE customer_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS ticket_external ON tandem.ticket (workspace, external_id, ticket_id)
  WHERE external_id IS NOT NULL;
COMMENT ON TABLE tandem.ticket IS 'What a ticket is from the start. Written once.';
COMMENT ON COLUMN tandem.ticket.arrival IS 'Order of arrival in the workspace.';
COMMENT ON COLUMN tandem.ticket.requirement IS
  'All clauses must hold; of a clause, any predicate. [[{"skill": "cards", "level": 2}], [{"language": "de", "level": "B2"}]]';

CREATE TABLE IF NOT EXISTS tandem.ticket_state (
  workspace           text COLLATE "C" NOT NULL,
  ticket_id           uuid NOT NULL,
  state               text NOT NULL CHECK (state IN (
                        'QUEUED', 'OFFERED', 'CONNECTING', 'ASSIGNED', 'ACTIVE', 'WRAP_UP', 'COMPLETED', 'CANCELED',
                        'ABANDONED')),
  queue               text COLLATE "C",
  priority            bigint NOT NULL,
  queued_at           timestamptz,
  target              timestamptz,
  order_key           timestamptz,
  agent               text COLLATE "C",
  leased              boolean NOT NULL,
  offer_number        bigint NOT NULL,
  until               timestamptz,
  answered_at         timestamptz,
  closed_at           timestamptz,
  disposition         text,
  contact_count       bigint NOT NULL,
  cool_downs          jsonb,
  visit_number        bigint NOT NULL,
  visit_entered_at    timestamptz,
  visit_entry_reason  text NOT NULL CHECK (visit_entry_reason IN (
                        'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED')),
  segment_number      bigint NOT NULL,
  segment_began_at    timestamptz,
  accepted_at         timestamptz,
  connected_at        timestamptz,
  held_since          timestamptz,
  held_us             bigint NOT NULL,
  disconnected_at     timestamptz,
  disconnected_by     text NOT NULL CHECK (disconnected_by IN ('UNKNOWN', 'CUSTOMER', 'AGENT', 'SYSTEM')),
  finished_at         timestamptz,
  PRIMARY KEY (workspace, ticket_id),
  CONSTRAINT closed_states_have_an_end CHECK (
    (state IN ('COMPLETED', 'CANCELED', 'ABANDONED')) = (closed_at IS NOT NULL)),
  CONSTRAINT one_agent_while_in_hand CHECK (
    state NOT IN ('OFFERED', 'CONNECTING', 'ASSIGNED', 'ACTIVE', 'WRAP_UP') OR agent IS NOT NULL),
  CONSTRAINT no_agent_while_waiting CHECK (state <> 'QUEUED' OR agent IS NULL)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);
-- Both indexes see a ticket change only when it closes.
CREATE INDEX IF NOT EXISTS ticket_state_open ON tandem.ticket_state (workspace, ticket_id) WHERE closed_at IS NULL;
CREATE INDEX IF NOT EXISTS ticket_state_closed ON tandem.ticket_state (workspace, closed_at)
  WHERE closed_at IS NOT NULL;
COMMENT ON TABLE tandem.ticket_state IS 'Where a ticket is in its life: the one row of a ticket that changes.';
COMMENT ON COLUMN tandem.ticket_state.agent IS 'The owner, or who holds the offer.';
COMMENT ON COLUMN tandem.ticket_state.cool_downs IS
  'Agents skipped for the ticket until an instant (microseconds since 1970). [{"agent": "ann", "until_us": 1}]';

CREATE TABLE IF NOT EXISTS tandem.contact (
  workspace         text COLLATE "C" NOT NULL,
  contact_id        uuid NOT NULL,
  ticket_id         uuid NOT NULL,
  channel           text COLLATE "C",
  entry_point       text,
  external_id       text,
  conversation_key  text,
  client            text COLLATE "C",
  process_type      text COLLATE "C",
  language          text,
  requirement       jsonb NOT NULL,
  priority          bigint NOT NULL,
  queue             text COLLATE "C",
  answer_target_us  bigint NOT NULL,
  due_at            timestamptz,
  said_received_at  timestamptz,
  customer_id       text,
  customer_segment  text,
  direction         text NOT NULL CHECK (direction IN ('INBOUND', 'OUTBOUND', 'INTERNAL')),
  initiated_by      text NOT NULL CHECK (initiated_by IN ('UNKNOWN', 'CUSTOMER', 'AGENT', 'SYSTEM')),
  subject           text,
  payload_json      text,
  attributes        jsonb,
  excluded_agents   jsonb,
  received_at       timestamptz,
  queued_at         timestamptz,
  PRIMARY KEY (workspace, contact_id)
);
COMMENT ON TABLE tandem.contact IS
  'What a caller said of a contact. Personal data is here (subject, payload_json, attributes) and in customer_id.';
