-- Plans: what changes when a ticket has waited so long.

ALTER TABLE tandem.ticket ADD COLUMN IF NOT EXISTS plan jsonb;
COMMENT ON COLUMN tandem.ticket.plan IS
  'Steps of its plan, as of when it came in: after_us, requirement in place of all before, min_priority. NULL: none.';
ALTER TABLE tandem.contact ADD COLUMN IF NOT EXISTS plan jsonb;
COMMENT ON COLUMN tandem.contact.plan IS 'The plan that the caller sent. NULL: none was sent.';

ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS plan_step bigint NOT NULL DEFAULT 0 CHECK (plan_step >= 0);
COMMENT ON COLUMN tandem.ticket_state.plan_step IS 'Steps of the plan that were taken.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS plan_since timestamptz;
COMMENT ON COLUMN tandem.ticket_state.plan_since IS 'Since when the plan''s clock runs. NULL: it stands, or there is no plan.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS plan_waited_us bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN tandem.ticket_state.plan_waited_us IS 'How long it ran before.';

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
  'PLAN_STEP_TAKEN')) NOT VALID;
