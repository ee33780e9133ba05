-- What columns mean since tickets can be BLOCKED and IN_REVIEW.

COMMENT ON COLUMN tandem.ticket_state.state IS
  'QUEUED, OFFERED, CONNECTING, ASSIGNED, ACTIVE, WRAP_UP, SCHEDULED, PARKED, BLOCKED (it waits for other tickets) or IN_REVIEW; when closed, COMPLETED, CANCELED, ABANDONED or EXPIRED.';
COMMENT ON COLUMN tandem.ticket_state.queued_at IS
  'Start of the wait that its target counts from. NULL: it is SCHEDULED or BLOCKED, or was closed as such.';
