-- Call-backs: what a ticket became, how often its customer was called, and until when it may be tried.

ALTER TABLE tandem.contact ADD COLUMN IF NOT EXISTS not_after timestamptz;
COMMENT ON COLUMN tandem.contact.not_after IS
  'End of the window in which its customer may be called, as the caller said. NULL: there is none.';

ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS channel text COLLATE "C";
COMMENT ON COLUMN tandem.ticket_state.channel IS
  'The channel that it has now, of one that became a call-back. NULL: the one that it came over, as in ticket.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS not_after timestamptz;
COMMENT ON COLUMN tandem.ticket_state.not_after IS
  'End of the window in which its customer may be called. NULL: there is none.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS attempts bigint NOT NULL DEFAULT 0 CHECK (attempts >= 0);
COMMENT ON COLUMN tandem.ticket_state.attempts IS 'Attempts to call its customer back that ended.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS last_outcome text NOT NULL DEFAULT 'NONE'
  CHECK (last_outcome IN ('NONE', 'CONNECTED', 'BUSY', 'NO_ANSWER', 'MACHINE', 'WRONG_NUMBER', 'DO_NOT_CALL'));
COMMENT ON COLUMN tandem.ticket_state.last_outcome IS 'How the last of them ended. NONE: there was none.';

CREATE OR REPLACE VIEW tandem.ticket_overview AS
SELECT t.workspace, t.ticket_id, coalesce(s.channel, t.channel) AS channel, t.client, t.process_type, t.language,
       coalesce(d.customer_id, t.customer_id) AS customer_id,
       coalesce(d.customer_segment, t.customer_segment) AS customer_segment,
       t.external_id, t.created_at, coalesce(d.due_at, t.due_at) AS due_at, s.state, s.queue, s.priority, s.agent,
       s.queued_at, s.target, s.answered_at, s.closed_at, s.disposition, s.contact_count
FROM tandem.ticket t JOIN tandem.ticket_state s USING (workspace, ticket_id)
LEFT JOIN tandem.ticket_detail d USING (workspace, ticket_id);

-- NOT VALID: the rows that are there satisfy the shorter lists, so they need no reading under a lock.
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS ticket_state_visit_entry_reason_check;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT ticket_state_visit_entry_reason_check CHECK (visit_entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED', 'SCHEDULED', 'RESUMED',
  'CALLBACK')) NOT VALID;

ALTER TABLE tandem.visit DROP CONSTRAINT IF EXISTS visit_entry_reason_check;
ALTER TABLE tandem.visit ADD CONSTRAINT visit_entry_reason_check CHECK (entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED', 'SCHEDULED', 'RESUMED',
  'CALLBACK')) NOT VALID;
ALTER TABLE tandem.visit DROP CONSTRAINT IF EXISTS visit_exit_reason_check;
ALTER TABLE tandem.visit ADD CONSTRAINT visit_exit_reason_check CHECK (exit_reason IN (
  'ANSWERED', 'ABANDONED', 'TRANSFERRED', 'CANCELED', 'OVERFLOWED', 'EXPIRED', 'PARKED', 'CALLBACK',
  'UNREACHED')) NOT VALID;
ALTER TABLE tandem.segment DROP CONSTRAINT IF EXISTS segment_outcome_check;
ALTER TABLE tandem.segment ADD CONSTRAINT segment_outcome_check CHECK (outcome IN (
  'COMPLETED', 'DECLINED', 'MISSED', 'FAILED', 'RESCINDED', 'CONNECT_FAILED', 'RELEASED', 'LEASE_EXPIRED', 'TRANSFERRED',
  'ABANDONED', 'CANCELED', 'PARKED', 'UNREACHED')) NOT VALID;

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
  'TICKET_ENTERED', 'TICKET_PARKED', 'TICKET_UNPARKED', 'LAST_AGENT_PASSED', 'TICKET_KEPT', 'TICKET_ASSIGNED',
  'TICKET_REQUEUED', 'AGENT_STATUS_ORDERED', 'OPEN_HOURS_SET', 'CALENDAR_OPENED', 'CALENDAR_CLOSED',
  'TICKET_INTERRUPTED', 'INTERRUPTION_ENDED', 'CALLBACK_REQUESTED', 'CALLBACK_ATTEMPT_ENDED')) NOT VALID;
