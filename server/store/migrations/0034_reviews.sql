-- What agents complete is reviewed by others, by tickets that name the one whose work they judge.

ALTER TABLE tandem.ticket ADD COLUMN IF NOT EXISTS reviewed_ticket_id uuid;
COMMENT ON COLUMN tandem.ticket.reviewed_ticket_id IS
  'Of a review: the ticket whose work it judges. NULL: it is none.';
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS reviewed jsonb;
COMMENT ON COLUMN tandem.ticket_state.reviewed IS
  'What reviews made of it: the ticket that judges it while it is IN_REVIEW (review), how often it was sent back (rework_count), whose work was reviewed (makers). NULL: none did.';
COMMENT ON COLUMN tandem.ticket_state.disposition IS
  'How a COMPLETED one ended; NOT_SET: nobody chose, CUSTOMER_SILENT: the customer''s silence ended it. While it is IN_REVIEW: as its maker said. Else NULL.';
COMMENT ON COLUMN tandem.ticket_state.last_agent IS
  'Who parked it, while it is PARKED and while it is kept for this agent; or to whom it was transferred, while it is kept; whose work is reviewed, while it is IN_REVIEW.';
COMMENT ON COLUMN tandem.ticket_state.visit_entry_reason IS
  'Why it began: CREATED, SCHEDULED (its time came), TRANSFERRED, OVERFLOWED, RESUMED (it was parked), REOPENED, REWORK (a review sent it back), CALLBACK, or it came back from an agent: RELEASED, LEASE_EXPIRED, AGENT_GONE, HANDED_OFF (by a bot, to people).';
COMMENT ON COLUMN tandem.visit.entry_reason IS
  'Why it began: CREATED, SCHEDULED (its time came), TRANSFERRED, OVERFLOWED, RESUMED (it was parked), REOPENED, REWORK (a review sent it back), CALLBACK, or it came back from an agent: RELEASED, LEASE_EXPIRED, AGENT_GONE, HANDED_OFF (by a bot, to people).';

-- NOT VALID: the rows that are there satisfy the shorter lists, so they need no reading under a lock.
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS ticket_state_state_check;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT ticket_state_state_check CHECK (state IN (
  'QUEUED', 'OFFERED', 'CONNECTING', 'ASSIGNED', 'ACTIVE', 'WRAP_UP', 'COMPLETED', 'CANCELED', 'ABANDONED', 'EXPIRED',
  'SCHEDULED', 'PARKED', 'BLOCKED', 'IN_REVIEW')) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS no_agent_while_waiting;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT no_agent_while_waiting CHECK (
  state NOT IN ('QUEUED', 'SCHEDULED', 'PARKED', 'BLOCKED', 'IN_REVIEW') OR agent IS NULL) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS reviewed_work_has_a_maker;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT reviewed_work_has_a_maker CHECK (
  state <> 'IN_REVIEW' OR (last_agent IS NOT NULL AND reviewed IS NOT NULL AND reviewed ? 'review')) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS ticket_state_visit_entry_reason_check;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT ticket_state_visit_entry_reason_check CHECK (visit_entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED', 'SCHEDULED',
  'RESUMED', 'CALLBACK', 'REOPENED', 'AGENT_GONE', 'HANDED_OFF', 'REWORK')) NOT VALID;
ALTER TABLE tandem.visit DROP CONSTRAINT IF EXISTS visit_entry_reason_check;
ALTER TABLE tandem.visit ADD CONSTRAINT visit_entry_reason_check CHECK (entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED', 'SCHEDULED',
  'RESUMED', 'CALLBACK', 'REOPENED', 'AGENT_GONE', 'HANDED_OFF', 'REWORK')) NOT VALID;

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
  'CONSULTATION_REQUESTED', 'CONSULTATION_ENDED', 'TICKET_HANDED_OFF', 'TICKET_BLOCKED', 'DEPENDENCY_CLOSED',
  'CHILD_CREATED', 'CHILD_CLOSED', 'TICKET_IN_REVIEW', 'REVIEW_ENDED', 'TICKET_SENT_BACK')) NOT VALID;
