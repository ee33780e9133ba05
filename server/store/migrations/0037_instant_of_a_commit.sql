-- A batch is of the instant at which it was decided.

COMMENT ON COLUMN tandem.commit.at IS 'Engine time up to which the batch was decided.';
