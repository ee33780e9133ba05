-- Tickets that are classified again while they wait.

ALTER TABLE tandem.contact ADD COLUMN IF NOT EXISTS said bigint;
COMMENT ON COLUMN tandem.contact.said IS
  'What the caller said itself, of what rules and the entry point may say else: the sum of 1 (queue), 2 (priority), 4 (requirement), 8 (agents) and 16 (plan). NULL: nothing, or it came in before this was kept.';

ALTER TABLE tandem.ticket_detail ADD COLUMN IF NOT EXISTS reclassified jsonb;
COMMENT ON COLUMN tandem.ticket_detail.reclassified IS
  'What rules said when the ticket was classified again last. NULL: it was not.';
