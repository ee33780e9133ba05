-- How long a ticket was estimated to wait, so that it can be compared with how long it did.

ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS visit_estimate_us bigint;
COMMENT ON COLUMN tandem.ticket_state.visit_estimate_us IS
  'How long the running visit was estimated to wait when it began. NULL: it could not be known.';
ALTER TABLE tandem.visit ADD COLUMN IF NOT EXISTS estimated_wait_us bigint;
COMMENT ON COLUMN tandem.visit.estimated_wait_us IS
  'How long it was estimated to wait when it began. NULL: it could not be known.';
