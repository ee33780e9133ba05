-- Who writes a shard, and what was committed.
--
-- Texts that are keys are collated "C": bytes in, the same order out, on every machine.

CREATE TABLE IF NOT EXISTS tandem.shard (
  shard        integer     PRIMARY KEY,
  owner        text        NOT NULL,
  address      text,
  epoch        bigint      NOT NULL CHECK (epoch > 0),
  writer       uuid        NOT NULL,
  lease_until  timestamptz,
  acquired_at  timestamptz NOT NULL
);
COMMENT ON TABLE tandem.shard IS
  'One row per shard: its one writer. Locked by every commit, changed only when the writer does.';
COMMENT ON COLUMN tandem.shard.epoch IS 'Raised by every new writer; a commit under an older epoch fails.';
COMMENT ON COLUMN tandem.shard.writer IS 'Tells a writer that raised the epoch twice from two writers.';
COMMENT ON COLUMN tandem.shard.lease_until IS 'Until when the owner may answer, by the clock of the database.';

CREATE TABLE IF NOT EXISTS tandem.commit (
  shard     integer     NOT NULL,
  sequence  bigint      NOT NULL CHECK (sequence > 0),
  epoch     bigint      NOT NULL,
  at        timestamptz NOT NULL,
  PRIMARY KEY (shard, sequence)
);
COMMENT ON TABLE tandem.commit IS
  'One row per committed batch. After a lost connection it says whether the batch is in. Old rows are deleted.';
COMMENT ON COLUMN tandem.commit.at IS 'Engine time at which the batch was cut.';

CREATE OR REPLACE FUNCTION tandem.keep_epoch_growing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.epoch < OLD.epoch THEN
    RAISE EXCEPTION 'expected the epoch of shard % to grow, but % follows %', OLD.shard, NEW.epoch, OLD.epoch
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER keep_epoch_growing BEFORE UPDATE ON tandem.shard
  FOR EACH ROW EXECUTE FUNCTION tandem.keep_epoch_growing();

-- The start of every commit: waits for the shard's row, compares the epoch, takes the sequence.
-- SQLSTATE TD001 means: another writer took over.
CREATE OR REPLACE FUNCTION tandem.open_commit(
  in_shard integer, in_epoch bigint, in_sequence bigint, in_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  held bigint;
BEGIN
  SELECT s.epoch INTO held FROM tandem.shard s WHERE s.shard = in_shard FOR UPDATE;
  IF held IS DISTINCT FROM in_epoch THEN
    RAISE EXCEPTION 'expected epoch % of shard %, but it is %', in_epoch, in_shard, held
      USING ERRCODE = 'TD001';
  END IF;
  INSERT INTO tandem.commit (shard, sequence, epoch, at) VALUES (in_shard, in_sequence, in_epoch, in_at);
END
$$;
