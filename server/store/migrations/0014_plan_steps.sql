-- Plans that move a ticket, end its wait, or ask first how the queue stands.

COMMENT ON COLUMN tandem.ticket.plan IS
  'Steps of its plan, as of when it came in: after_us, requirement in place of all before, min_priority, queue to move to, '
  'expire with a reason, condition that must hold. NULL: none.';
COMMENT ON COLUMN tandem.ticket_state.plan_step IS 'Steps of the plan that are behind it, taken or skipped.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS plan_skipped bigint NOT NULL DEFAULT 0
  CHECK (plan_skipped >= 0);
COMMENT ON COLUMN tandem.ticket_state.plan_skipped IS
  'Which of these were skipped: a bit for each, the lowest for the first.';

ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS ticket_state_state_check;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT ticket_state_state_check CHECK (state IN (
  'QUEUED', 'OFFERED', 'CONNECTING', 'ASSIGNED', 'ACTIVE', 'WRAP_UP', 'COMPLETED', 'CANCELED', 'ABANDONED',
  'EXPIRED')) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS closed_states_have_an_end;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT closed_states_have_an_end CHECK (
  (state IN ('COMPLETED', 'CANCELED', 'ABANDONED', 'EXPIRED')) = (closed_at IS NOT NULL)) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS ticket_state_visit_entry_reason_check;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT ticket_state_visit_entry_reason_check CHECK (visit_entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED')) NOT VALID;

ALTER TABLE tandem.visit DROP CONSTRAINT IF EXISTS visit_entry_reason_check;
ALTER TABLE tandem.visit ADD CONSTRAINT visit_entry_reason_check CHECK (entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED')) NOT VALID;
ALTER TABLE tandem.visit DROP CONSTRAINT IF EXISTS visit_exit_reason_check;
ALTER TABLE tandem.visit ADD CONSTRAINT visit_exit_reason_check CHECK (exit_reason IN (
  'ANSWERED', 'ABANDONED', 'TRANSFERRED', 'CANCELED', 'OVERFLOWED', 'EXPIRED')) NOT VALID;

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
  'PLAN_STEP_TAKEN', 'PLAN_STEP_SKIPPED', 'TICKET_OVERFLOWED', 'TICKET_EXPIRED')) NOT VALID;
