-- An index that cost each contact its entry and that nobody needs, and one that lists ask for.

-- A page of a queue's tickets, the latest first. It sees a ticket change only when it changes its queue or closes.
CREATE INDEX IF NOT EXISTS ticket_state_queue ON tandem.ticket_state (workspace, queue, ticket_id);

-- Arrivals were counted by themselves, and a start read how far. Now the sequence of the event with which a ticket came
-- in is its arrival: greater than all before, as there are no more tickets than events, and unique as it is.
DROP INDEX IF EXISTS tandem.ticket_arrival;
COMMENT ON COLUMN tandem.ticket.arrival IS
  'Order of arrival in the workspace: the sequence of the event with which it came in.';

ALTER TABLE tandem.contact ALTER COLUMN requirement DROP NOT NULL;
COMMENT ON COLUMN tandem.contact.requirement IS 'What the contact itself asks for, as in tandem.ticket. NULL: nothing.';
