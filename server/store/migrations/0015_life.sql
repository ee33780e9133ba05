-- Tickets that are set aside: scheduled for later, or parked until somebody or something resumes them.

ALTER TABLE tandem.contact ADD COLUMN IF NOT EXISTS not_before timestamptz;
COMMENT ON COLUMN tandem.contact.not_before IS 'When its ticket was to enter its queue, as the caller said. NULL: at once.';

ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS parked_at timestamptz;
COMMENT ON COLUMN tandem.ticket_state.parked_at IS 'Since when it is PARKED; NULL: it is not.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS parking_reason text COLLATE "C";
COMMENT ON COLUMN tandem.ticket_state.parking_reason IS 'Why it is PARKED. NULL: no reason was given.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS clock_stopped boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN tandem.ticket_state.clock_stopped IS
  'Whether its target and its due time move by as long as it is PARKED.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS last_agent text COLLATE "C";
COMMENT ON COLUMN tandem.ticket_state.last_agent IS 'Who parked it, while it is PARKED and while it is kept for this agent.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS kept_until timestamptz;
COMMENT ON COLUMN tandem.ticket_state.kept_until IS 'Until when only last_agent may take it. NULL: anybody may.';

-- NOT VALID: the rows that are there satisfy the shorter lists, so they need no reading under a lock.
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS ticket_state_state_check;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT ticket_state_state_check CHECK (state IN (
  'QUEUED', 'OFFERED', 'CONNECTING', 'ASSIGNED', 'ACTIVE', 'WRAP_UP', 'COMPLETED', 'CANCELED', 'ABANDONED', 'EXPIRED',
  'SCHEDULED', 'PARKED')) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS no_agent_while_waiting;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT no_agent_while_waiting CHECK (
  state NOT IN ('QUEUED', 'SCHEDULED', 'PARKED') OR agent IS NULL) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS scheduled_for_a_time;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT scheduled_for_a_time CHECK (
  state <> 'SCHEDULED' OR until IS NOT NULL) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS parked_by_an_agent;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT parked_by_an_agent CHECK (
  (state = 'PARKED') = (parked_at IS NOT NULL) AND (parked_at IS NULL OR last_agent IS NOT NULL)) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS kept_while_it_waits;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT kept_while_it_waits CHECK (
  kept_until IS NULL OR (state IN ('QUEUED', 'OFFERED') AND last_agent IS NOT NULL)) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS ticket_state_visit_entry_reason_check;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT ticket_state_visit_entry_reason_check CHECK (visit_entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED', 'SCHEDULED',
  'RESUMED')) NOT VALID;

ALTER TABLE tandem.visit DROP CONSTRAINT IF EXISTS visit_entry_reason_check;
ALTER TABLE tandem.visit ADD CONSTRAINT visit_entry_reason_check CHECK (entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED', 'SCHEDULED',
  'RESUMED')) NOT VALID;
ALTER TABLE tandem.visit DROP CONSTRAINT IF EXISTS visit_exit_reason_check;
ALTER TABLE tandem.visit ADD CONSTRAINT visit_exit_reason_check CHECK (exit_reason IN (
  'ANSWERED', 'ABANDONED', 'TRANSFERRED', 'CANCELED', 'OVERFLOWED', 'EXPIRED', 'PARKED')) NOT VALID;
ALTER TABLE tandem.segment DROP CONSTRAINT IF EXISTS segment_outcome_check;
ALTER TABLE tandem.segment ADD CONSTRAINT segment_outcome_check CHECK (outcome IN (
  'COMPLETED', 'DECLINED', 'MISSED', 'FAILED', 'RESCINDED', 'CONNECT_FAILED', 'RELEASED', 'LEASE_EXPIRED', 'TRANSFERRED',
  'ABANDONED', 'CANCELED', 'PARKED')) NOT VALID;

ALTER TABLE tandem.configuration_resource DROP CONSTRAINT IF EXISTS configuration_resource_kind_check;
ALTER TABLE tandem.configuration_resource ADD CONSTRAINT configuration_resource_kind_check CHECK (kind IN (
  'client', 'site', 'team', 'skill', 'channel', 'queue', 'process_type', 'routing_profile', 'agent', 'disposition',
  'not_ready_reason', 'entry_point', 'language', 'parking_reason')) NOT VALID;

ALTER TABLE tandem.event DROP CONSTRAINT IF EXISTS event_type_check;
ALTER TABLE tandem.event ADD CONSTRAINT event_type_check CHECK (type IN (
  'CONFIGURATION_APPLIED', 'TICKET_CREATED', 'CONTACT_JOINED', 'TICKET_OFFERED', 'OFFER_ACCEPTED',
  'OFFER_DECLINED', 'OFFER_MISSED', 'OFFER_FAILED', 'OFFER_RESCINDED', 'MEDIA_CONNECTING',
  'MEDIA_CONNECTED', 'MEDIA_CONNECT_FAILED', 'MEDIA_HELD', 'MEDIA_RETRIEVED', 'MEDIA_DISCONNECTED',
  'TICKET_CLAIMED', 'LEASE_EXTENDED', 'LEASE_EXPIRED', 'TICKET_STARTED', 'TICKET_FINISHED',
  'TICKET_RESUMED', 'TICKET_RELEASED', 'TICKET_TRANSFERRED', 'TICKET_COMPLETED', 'TICKET_CANCELED',
  'TICKET_ABANDONED', 'AGENT_STATUS_CHANGED', 'SESSION_OPENED', 'SESSION_LOST', 'SESSION_CLOSED',
  'TIME_LOST', 'TICKET_UPDATED', 'NOTE_ADDED', 'MESSAGE_ADDED', 'SURVEY_RECORDED', 'AGENT_CONTACT_STARTED',
  'AGENT_CONTACT_UNANSWERED', 'RESOURCE_CREATED', 'RESOURCE_UPDATED', 'RESOURCE_DELETED',
  'PLAN_STEP_TAKEN', 'PLAN_STEP_SKIPPED', 'TICKET_OVERFLOWED', 'TICKET_EXPIRED', 'TICKET_SCHEDULED',
  'TICKET_ENTERED', 'TICKET_PARKED', 'TICKET_UNPARKED', 'LAST_AGENT_PASSED')) NOT VALID;
