-- Tickets that are classified again while they wait.

ALTER TABLE tandem.contact ADD COLUMN IF NOT EXISTS said bigint;
COMMENT ON COLUMN tandem.contact.said IS
  'What the caller said itself, of what rules and the entry point may say else: the sum of 1 (queue), 2 (priority), 4 (requirement), 8 (agents), 16 (plan) and 32 (process type). NULL: nothing, or it came in before this was kept.';

ALTER TABLE tandem.ticket_detail ADD COLUMN IF NOT EXISTS reclassified jsonb;
COMMENT ON COLUMN tandem.ticket_detail.reclassified IS
  'What rules said when the ticket was classified again last: {"rules": [ids], "queue", "priority", "own": requirement, "said_plan": plan, "begins_with": requirement, "plan": the plan that it has since, if it is another one}. NULL: it was not classified again.';
COMMENT ON COLUMN tandem.ticket.classification_rules IS
  'Ids of the classification rules that filled something in when it came in, in their order; those of a later classification are in ticket_detail.reclassified. NULL: none.';
