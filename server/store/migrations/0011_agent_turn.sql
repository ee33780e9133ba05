-- Whose turn it is in queues that go round.

ALTER TABLE tandem.agent ADD COLUMN IF NOT EXISTS turn bigint NOT NULL DEFAULT 0 CHECK (turn >= 0);
COMMENT ON COLUMN tandem.agent.turn IS
  'Grows with each offer of a ROUND_ROBIN queue; the smallest goes next. 0: had none.';
