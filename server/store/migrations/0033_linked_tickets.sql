-- Tickets that belong to others, and tickets that wait for others.

ALTER TABLE tandem.ticket ADD COLUMN IF NOT EXISTS parent_ticket_id uuid;
COMMENT ON COLUMN tandem.ticket.parent_ticket_id IS
  'The ticket that it belongs to, be it open or closed. NULL: none.';
CREATE INDEX IF NOT EXISTS ticket_parent ON tandem.ticket (workspace, parent_ticket_id, ticket_id)
  WHERE parent_ticket_id IS NOT NULL;

-- What a child does not say of its customer it has of its parent, which may come in with it: a row sees those that the same
-- statement wrote before. Rows without a parent never come here.
CREATE OR REPLACE FUNCTION tandem.inherit_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.customer_id := coalesce(NEW.customer_id, (SELECT customer_id FROM tandem.ticket
    WHERE workspace = NEW.workspace AND ticket_id = NEW.parent_ticket_id));
  NEW.customer_segment := coalesce(NEW.customer_segment, (SELECT customer_segment FROM tandem.ticket
    WHERE workspace = NEW.workspace AND ticket_id = NEW.parent_ticket_id));
  RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS inherit_customer ON tandem.ticket;
CREATE TRIGGER inherit_customer BEFORE INSERT ON tandem.ticket FOR EACH ROW
  WHEN (NEW.parent_ticket_id IS NOT NULL AND (NEW.customer_id IS NULL OR NEW.customer_segment IS NULL))
  EXECUTE FUNCTION tandem.inherit_customer();

ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS until_children_closed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN tandem.ticket_state.until_children_closed IS
  'While PARKED: it is resumed when the last ticket that belongs to it is closed.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS blocked_by jsonb;
COMMENT ON COLUMN tandem.ticket_state.blocked_by IS
  'While BLOCKED: ids of the tickets that it waits for, those that are still open. NULL: it is not BLOCKED.';
COMMENT ON COLUMN tandem.ticket_state.until IS
  'Limit of the state: of an offer, a connection, a lease, wrap-up; when it enters its queue, while it is SCHEDULED or PARKED; no earlier than then, while it is BLOCKED.';

-- NOT VALID: the rows that are there satisfy the shorter lists, so they need no reading under a lock.
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS ticket_state_state_check;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT ticket_state_state_check CHECK (state IN (
  'QUEUED', 'OFFERED', 'CONNECTING', 'ASSIGNED', 'ACTIVE', 'WRAP_UP', 'COMPLETED', 'CANCELED', 'ABANDONED', 'EXPIRED',
  'SCHEDULED', 'PARKED', 'BLOCKED')) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS no_agent_while_waiting;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT no_agent_while_waiting CHECK (
  state NOT IN ('QUEUED', 'SCHEDULED', 'PARKED', 'BLOCKED') OR agent IS NULL) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS blocked_by_others;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT blocked_by_others CHECK (
  (state = 'BLOCKED') = (blocked_by IS NOT NULL)) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS children_only_while_parked;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT children_only_while_parked CHECK (
  NOT until_children_closed OR state = 'PARKED') NOT VALID;

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
  'TICKET_INTERRUPTED', 'INTERRUPTION_ENDED', 'CALLBACK_REQUESTED', 'CALLBACK_ATTEMPT_ENDED', 'TICKET_REOPENED',
  'PARTICIPANT_INVITED', 'INVITATION_ENDED', 'PARTICIPANT_JOINED', 'PARTICIPANT_ROLE_CHANGED',
  'PARTICIPANT_LEFT', 'OWNER_CHANGED', 'TICKET_RETURNED', 'SHIFT_END_SET', 'SHIFT_ENDED',
  'CONSULTATION_REQUESTED', 'CONSULTATION_ENDED', 'TICKET_HANDED_OFF', 'TICKET_BLOCKED',
  'DEPENDENCY_CLOSED', 'CHILD_CREATED', 'CHILD_CLOSED')) NOT VALID;
