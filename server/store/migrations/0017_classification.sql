-- Classification rules: what is said of contacts whose callers leave it out, and which rules spoke for a ticket.

ALTER TABLE tandem.ticket ADD COLUMN IF NOT EXISTS classification_rules jsonb;
COMMENT ON COLUMN tandem.ticket.classification_rules IS
  'Ids of the classification rules that filled something in, in their order. NULL: none.';

-- NOT VALID: the rows that are there satisfy the shorter list, so they need no reading under a lock.
ALTER TABLE tandem.configuration_resource DROP CONSTRAINT IF EXISTS configuration_resource_kind_check;
ALTER TABLE tandem.configuration_resource ADD CONSTRAINT configuration_resource_kind_check CHECK (kind IN (
  'client', 'site', 'team', 'skill', 'channel', 'queue', 'process_type', 'routing_profile', 'agent', 'disposition',
  'not_ready_reason', 'entry_point', 'language', 'parking_reason', 'classification_rule')) NOT VALID;
