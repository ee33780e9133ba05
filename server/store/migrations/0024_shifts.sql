-- Work that leaves agents who stay away, and shifts that end.

ALTER TABLE tandem.workspace ADD COLUMN IF NOT EXISTS return_voice_us bigint CHECK (return_voice_us >= 0);
COMMENT ON COLUMN tandem.workspace.return_voice_us IS
  'How long work of the capacity group stays with an agent who is away. 0: until the lease or the shift ends. NULL: the default.';
ALTER TABLE tandem.workspace ADD COLUMN IF NOT EXISTS return_messaging_us bigint CHECK (return_messaging_us >= 0);
COMMENT ON COLUMN tandem.workspace.return_messaging_us IS 'The same of messaging.';
ALTER TABLE tandem.workspace ADD COLUMN IF NOT EXISTS return_email_us bigint CHECK (return_email_us >= 0);
COMMENT ON COLUMN tandem.workspace.return_email_us IS 'The same of e-mail.';
ALTER TABLE tandem.workspace ADD COLUMN IF NOT EXISTS return_task_us bigint CHECK (return_task_us >= 0);
COMMENT ON COLUMN tandem.workspace.return_task_us IS 'The same of tasks.';

ALTER TABLE tandem.agent ADD COLUMN IF NOT EXISTS away_since timestamptz;
COMMENT ON COLUMN tandem.agent.away_since IS
  'Since when there is no session, or a lost one. NULL: there is one, or there never was.';
ALTER TABLE tandem.agent ADD COLUMN IF NOT EXISTS shift_ends_at timestamptz;
COMMENT ON COLUMN tandem.agent.shift_ends_at IS
  'When the shift ends, as last said; it may have ended. NULL: not known.';

-- Who is away already.
UPDATE tandem.agent SET away_since = coalesce(session_lost_at, status_since)
WHERE away_since IS NULL AND generation > 0 AND (session_lost_at IS NOT NULL OR NOT session_open);

-- NOT VALID: the rows that are there satisfy the rule, and the shorter lists, so they need no reading under a lock.
ALTER TABLE tandem.agent DROP CONSTRAINT IF EXISTS only_without_a_session_away;
ALTER TABLE tandem.agent ADD CONSTRAINT only_without_a_session_away CHECK (
  away_since IS NULL OR NOT session_open OR session_lost_at IS NOT NULL) NOT VALID;
ALTER TABLE tandem.ticket_state DROP CONSTRAINT IF EXISTS ticket_state_visit_entry_reason_check;
ALTER TABLE tandem.ticket_state ADD CONSTRAINT ticket_state_visit_entry_reason_check CHECK (visit_entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED', 'SCHEDULED',
  'RESUMED', 'CALLBACK', 'REOPENED', 'AGENT_GONE')) NOT VALID;
ALTER TABLE tandem.visit DROP CONSTRAINT IF EXISTS visit_entry_reason_check;
ALTER TABLE tandem.visit ADD CONSTRAINT visit_entry_reason_check CHECK (entry_reason IN (
  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED', 'OVERFLOWED', 'SCHEDULED',
  'RESUMED', 'CALLBACK', 'REOPENED', 'AGENT_GONE')) NOT VALID;
ALTER TABLE tandem.segment DROP CONSTRAINT IF EXISTS segment_outcome_check;
ALTER TABLE tandem.segment ADD CONSTRAINT segment_outcome_check CHECK (outcome IN (
  'COMPLETED', 'DECLINED', 'MISSED', 'FAILED', 'RESCINDED', 'CONNECT_FAILED', 'RELEASED', 'LEASE_EXPIRED', 'TRANSFERRED',
  'ABANDONED', 'CANCELED', 'PARKED', 'UNREACHED', 'LEFT', 'ROLE_CHANGED', 'AGENT_GONE')) NOT VALID;

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
  'PARTICIPANT_LEFT', 'OWNER_CHANGED', 'TICKET_RETURNED', 'SHIFT_END_SET', 'SHIFT_ENDED')) NOT VALID;
