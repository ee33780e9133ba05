-- What a ticket asks can be changed after it came in.

ALTER TABLE tandem.ticket_detail ADD COLUMN IF NOT EXISTS requirement jsonb;
COMMENT ON COLUMN tandem.ticket_detail.requirement IS
  'What it asks of agents since that was changed: itself, and with what its process type and its language ask; and how many steps of its plan were behind it. NULL: as in tandem.ticket. {"own": [], "asked": [], "plan_step": 0}';
