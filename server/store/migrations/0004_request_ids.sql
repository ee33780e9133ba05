-- What was asked before. Looked up before a command is decided; dropped by the partition when it is old.
--
-- The default partitions take what the partitions made ahead of time do not cover, so that an insert never fails.

CREATE TABLE IF NOT EXISTS tandem.request (
  workspace   text COLLATE "C" NOT NULL,
  request_id  uuid NOT NULL,
  at          timestamptz NOT NULL,
  hash        uuid NOT NULL,
  answer      jsonb NOT NULL,
  PRIMARY KEY (workspace, request_id, at)
) PARTITION BY RANGE (at);
CREATE TABLE IF NOT EXISTS tandem.request_default PARTITION OF tandem.request DEFAULT;
COMMENT ON TABLE tandem.request IS 'The first answer to each request id, kept at least 24 hours.';
COMMENT ON COLUMN tandem.request.hash IS '128 bits over the name of the rpc and the request''s body.';

CREATE TABLE IF NOT EXISTS tandem.external_id (
  workspace    text COLLATE "C" NOT NULL,
  channel      text COLLATE "C" NOT NULL,
  entry_point  text COLLATE "C" NOT NULL,
  external_id  text COLLATE "C" NOT NULL,
  at           timestamptz NOT NULL,
  ticket_id    uuid NOT NULL,
  contact_id   uuid,
  joined       boolean NOT NULL,
  unroutable   boolean NOT NULL,
  PRIMARY KEY (workspace, channel, entry_point, external_id, at)
) PARTITION BY RANGE (at);
CREATE TABLE IF NOT EXISTS tandem.external_id_default PARTITION OF tandem.external_id DEFAULT;
COMMENT ON TABLE tandem.external_id IS 'The caller''s own id of each contact, kept at least 30 days.';
