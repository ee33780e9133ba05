-- Completed tickets that are reopened, the customer's silence, and by when a customer has to be answered.

ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS reopen_count bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN tandem.ticket_state.reopen_count IS 'How often it was reopened after it was COMPLETED.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS silent_until timestamptz;
COMMENT ON COLUMN tandem.ticket_state.silent_until IS
  'When the customer''s silence parks it, while ACTIVE, or completes it, while PARKED. NULL: never.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS reply_by timestamptz;
COMMENT ON COLUMN tandem.ticket_state.reply_by IS
  'By when the customer''s last message has to be answered. NULL: the channel has no limit.';

COMMENT ON TABLE tandem.ticket_state IS
  'Where a ticket is in its life: the one row of a ticket that changes. A COMPLETED one may be reopened.';

-- NOT VALID: the rows that are there satisfy the shorter lists, so they need no reading under a lock.
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS silent_while_answered;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT silent_while_answered CHECK (
  silent_until IS NULL OR state IN ('ACTIVE', 'PARKED')) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS ticket_state_visit_entry_reason_check;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT ticket_state_visit_entry_reason_check CHECK (visit_entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED', 'SCHEDULED',
  'RESUMED', 'CALLBACK', 'REOPENED')) NOT VALID;
ALTER TABLE tandem.visit DROP CONSTRAINT IF EXISTS visit_entry_reason_check;
ALTER TABLE tandem.visit ADD CONSTRAINT visit_entry_reason_check CHECK (entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED', 'SCHEDULED',
  'RESUMED', 'CALLBACK', 'REOPENED')) NOT VALID;

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
  'TICKET_INTERRUPTED', 'INTERRUPTION_ENDED', 'CALLBACK_REQUESTED', 'CALLBACK_ATTEMPT_ENDED', 'TICKET_REOPENED')) NOT VALID;
