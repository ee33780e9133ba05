-- Two more kinds of resources: where contacts come in, and what holds for languages.

ALTER TABLE tandem.configuration_resource DROP CONSTRAINT IF EXISTS configuration_resource_kind_check;
ALTER TABLE tandem.configuration_resource ADD CONSTRAINT configuration_resource_kind_check CHECK (kind IN (
  'client', 'site', 'team', 'skill', 'channel', 'queue', 'process_type', 'routing_profile', 'agent', 'disposition',
  'not_ready_reason', 'entry_point', 'language')) NOT VALID;
