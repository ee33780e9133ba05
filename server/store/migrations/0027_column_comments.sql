-- What each column holds, for who reads the tables. From now on a migration that adds a column says so itself.

COMMENT ON COLUMN tandem.shard.shard IS 'Number of the shard. There is one now: 0.';
COMMENT ON COLUMN tandem.shard.owner IS
  'Who writes it, or wrote it last: host name and process id of the server. For people.';
COMMENT ON COLUMN tandem.shard.address IS 'For the address of the owner. Nothing writes it yet: NULL.';
COMMENT ON COLUMN tandem.shard.lease_until IS
  'For a lease of the owner, by the clock of the database. Nothing writes it yet: NULL.';
COMMENT ON COLUMN tandem.shard.acquired_at IS 'When the writer took over, by the clock of the database.';
COMMENT ON COLUMN tandem.shard.lease_until IS
  'For a lease of the owner, by the clock of the database. Nothing writes it yet: NULL.';
COMMENT ON COLUMN tandem.shard.lease_until IS
  'For a lease of the owner, by the clock of the database. Nothing writes it yet: NULL.';

COMMENT ON COLUMN tandem.commit.shard IS 'The shard whose batch it is.';
COMMENT ON COLUMN tandem.commit.sequence IS 'Counts the batches of the shard, whoever wrote them.';
COMMENT ON COLUMN tandem.commit.epoch IS 'Epoch of the writer that committed it.';
COMMENT ON COLUMN tandem.commit.sequence IS 'Counts the batches of the shard, whoever wrote them.';

COMMENT ON COLUMN tandem.workspace.workspace IS 'Id of the workspace; the caller of ApplyConfiguration chose it.';
COMMENT ON COLUMN tandem.workspace.shard IS 'The shard that decides for it.';
COMMENT ON COLUMN tandem.workspace.revision IS
  'Of its configuration: one more with each change, whole or of one resource.';
COMMENT ON COLUMN tandem.workspace.time_zone IS 'IANA name of the zone of its reports.';
COMMENT ON COLUMN tandem.workspace.session_grace_us IS
  'How long a lost session may stay away before its agent is OFFLINE.';
COMMENT ON COLUMN tandem.workspace.cool_down_us IS
  'How long an agent who declined, missed or released a ticket is skipped for it.';
COMMENT ON COLUMN tandem.workspace.next_agent_ordinal IS
  'The ordinal of the agent who is added next; those of removed agents are not used again.';
COMMENT ON COLUMN tandem.workspace.session_grace_us IS
  'How long a lost session may stay away before its agent is OFFLINE.';
COMMENT ON COLUMN tandem.workspace.cool_down_us IS
  'How long an agent who declined, missed or released a ticket is skipped for it.';

COMMENT ON COLUMN tandem.configuration_resource.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.configuration_resource.kind IS
  'What it is, as in tandem.v1.ResourceKind: queue, process_type, agent.';
COMMENT ON COLUMN tandem.configuration_resource.id IS 'Its id, unique within its kind; the caller chose it.';
COMMENT ON COLUMN tandem.configuration_resource.position IS
  'Its place among those of its kind: one that is added goes behind the others.';
COMMENT ON COLUMN tandem.configuration_resource.body IS
  'Its fields, by names like those of its message in tandem.v1; spans are microseconds. What is left out has its default.';
COMMENT ON COLUMN tandem.configuration_resource.id IS 'Its id, unique within its kind; the caller chose it.';

COMMENT ON COLUMN tandem.agent.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.agent.agent IS 'Id of the agent.';
COMMENT ON COLUMN tandem.agent.ordinal IS 'Order in which agents were configured first; breaks ties of idle time.';
COMMENT ON COLUMN tandem.agent.status IS
  'OFFLINE, AVAILABLE, NOT_READY, NOT_RESPONDING or DRAINING. Set by the agent, a supervisor or the server.';
COMMENT ON COLUMN tandem.agent.reason IS 'Why it is NOT_READY. NULL in every other status.';
COMMENT ON COLUMN tandem.agent.status_since IS 'Since when it has the status and the reason.';
COMMENT ON COLUMN tandem.agent.misses IS 'Offers missed in a row; too many make it NOT_RESPONDING.';
COMMENT ON COLUMN tandem.agent.session_id IS
  'The caller''s name of the last session: a device or a tab. NULL: there never was one.';
COMMENT ON COLUMN tandem.agent.generation IS
  'Counts its sessions; each fences those before it. 0: there never was one.';
COMMENT ON COLUMN tandem.agent.session_open IS 'Whether the last session is open, or lost and within its grace.';
COMMENT ON COLUMN tandem.agent.session_lost_at IS 'When the open session was lost. NULL: it is not.';
COMMENT ON COLUMN tandem.agent.grace_until IS
  'When the agent is OFFLINE if the lost session has not come back. NULL: no session is lost.';
COMMENT ON COLUMN tandem.agent.status_since IS 'Since when it has the status and the reason.';

COMMENT ON COLUMN tandem.ticket.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.ticket.ticket_id IS 'Id of the ticket; the server makes it. Ids sort by creation time.';
COMMENT ON COLUMN tandem.ticket.contact_id IS 'The contact that made it.';
COMMENT ON COLUMN tandem.ticket.channel IS
  'Id of the channel that it came over; ticket_state.channel is what it became.';
COMMENT ON COLUMN tandem.ticket.client IS 'Id of its client.';
COMMENT ON COLUMN tandem.ticket.process_type IS 'Id of its process type.';
COMMENT ON COLUMN tandem.ticket.language IS
  'BCP 47 tag of the customer''s language, in canonical case. NULL: none was said.';
COMMENT ON COLUMN tandem.ticket.excluded_agents IS 'Ids of agents who may not take it, as a list. NULL: none.';
COMMENT ON COLUMN tandem.ticket.entry_point IS 'Where it came in: a number, an address, a page. NULL: not said.';
COMMENT ON COLUMN tandem.ticket.external_id IS 'The caller''s own id of the contact that made it. NULL: it has none.';
COMMENT ON COLUMN tandem.ticket.conversation_key IS
  'The conversation that it carries: contacts of it join the ticket while it is open. NULL: none.';
COMMENT ON COLUMN tandem.ticket.customer_id IS
  'The customer''s id in the caller''s systems, as its contact said; see tandem.ticket_detail. NULL: not said.';
COMMENT ON COLUMN tandem.ticket.customer_segment IS 'Segment of that customer, likewise.';
COMMENT ON COLUMN tandem.ticket.created_at IS 'When it came in.';
COMMENT ON COLUMN tandem.ticket.due_at IS
  'When the work was due as it came in; see tandem.ticket_detail. NULL: in a FRONT queue, and the contact did not say.';
COMMENT ON COLUMN tandem.ticket.answer_target_us IS
  'How long after entering a FRONT queue it should be answered. 0: not said, and it came to a BACK queue.';
COMMENT ON COLUMN tandem.ticket.expected_handling_time_us IS
  'How long the work is expected to take; in a BACK queue its target is that long before it is due.';
COMMENT ON COLUMN tandem.ticket.wrap_up_limit_us IS
  'How long wrap-up may last before the server ends it. 0: there is none, and finished is completed.';
COMMENT ON COLUMN tandem.ticket.unroutable IS 'No configured agent could ever take it when it came in.';

COMMENT ON COLUMN tandem.ticket_state.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.ticket_state.ticket_id IS 'Id of the ticket.';
COMMENT ON COLUMN tandem.ticket_state.state IS
  'QUEUED, OFFERED, CONNECTING, ASSIGNED, ACTIVE, WRAP_UP, SCHEDULED or PARKED; when closed, COMPLETED, CANCELED, ABANDONED or EXPIRED.';
COMMENT ON COLUMN tandem.ticket_state.queue IS 'Id of the queue that it is in, was in last, or will enter.';
COMMENT ON COLUMN tandem.ticket_state.priority IS
  '0 to 9, higher is more urgent. UpdateTicket, bulk updates and its plan change it.';
COMMENT ON COLUMN tandem.ticket_state.queued_at IS
  'Start of the wait that its target counts from. NULL: it is SCHEDULED, or was closed as such.';
COMMENT ON COLUMN tandem.ticket_state.target IS
  'By when it should be answered (FRONT), or started to be done in time (BACK).';
COMMENT ON COLUMN tandem.ticket_state.order_key IS
  'What it is ordered by in its queue: target or queued_at, the later, less the queue''s priority step times its priority.';
COMMENT ON COLUMN tandem.ticket_state.leased IS
  'Whether its agent has it under a lease, by a claim, and not by an offer.';
COMMENT ON COLUMN tandem.ticket_state.offer_number IS
  'Number of its last offer to an owner: its offer_id is ticket_id, a dot and this. 0: there was none.';
COMMENT ON COLUMN tandem.ticket_state.until IS
  'When its state ends by itself: offer, connecting, lease, wrap-up, or its time to enter its queue. NULL: it does not.';
COMMENT ON COLUMN tandem.ticket_state.answered_at IS
  'When an agent was connected to it, or started it, first. NULL: not yet, or never.';
COMMENT ON COLUMN tandem.ticket_state.closed_at IS 'When it was closed. NULL: it is open.';
COMMENT ON COLUMN tandem.ticket_state.disposition IS
  'How a COMPLETED one ended; NOT_SET: nobody chose, CUSTOMER_SILENT: the customer''s silence ended it. Else NULL.';
COMMENT ON COLUMN tandem.ticket_state.contact_count IS 'Contacts that made or joined it.';
COMMENT ON COLUMN tandem.ticket_state.visit_number IS
  'Number of its running visit, or of the last one. 0: it was in no queue yet.';
COMMENT ON COLUMN tandem.ticket_state.visit_entered_at IS 'When the running visit began. NULL: none runs.';
COMMENT ON COLUMN tandem.ticket_state.visit_entry_reason IS 'Why that visit began, as in tandem.visit.';
COMMENT ON COLUMN tandem.ticket_state.segment_number IS
  'Number of its running segment, or of the last one, of an owner. 0: there was none.';
COMMENT ON COLUMN tandem.ticket_state.segment_began_at IS
  'When the running segment began: offered, claimed, or given. NULL: none runs, and what follows is of the last one.';
COMMENT ON COLUMN tandem.ticket_state.accepted_at IS
  'When its agent accepted or claimed it, or was given it. NULL: not yet.';
COMMENT ON COLUMN tandem.ticket_state.connected_at IS 'When media was connected, or work started. NULL: not yet.';
COMMENT ON COLUMN tandem.ticket_state.held_since IS 'Since when the customer is on hold. NULL: they are not.';
COMMENT ON COLUMN tandem.ticket_state.held_us IS 'For how long the customer was on hold before that, in the segment.';
COMMENT ON COLUMN tandem.ticket_state.disconnected_at IS 'When media ended. NULL: it did not, or there is none.';
COMMENT ON COLUMN tandem.ticket_state.disconnected_by IS
  'Who ended the media: CUSTOMER, AGENT or SYSTEM. UNKNOWN: nobody said, or it did not end.';
COMMENT ON COLUMN tandem.ticket_state.finished_at IS
  'When handling ended, and wrap-up began if there is one. NULL: not yet.';
COMMENT ON COLUMN tandem.ticket_state.leased IS
  'Whether its agent has it under a lease, by a claim, and not by an offer.';
COMMENT ON COLUMN tandem.ticket_state.finished_at IS
  'When handling ended, and wrap-up began if there is one. NULL: not yet.';

COMMENT ON COLUMN tandem.contact.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.contact.contact_id IS 'Id of the contact; the server makes it.';
COMMENT ON COLUMN tandem.contact.ticket_id IS 'The ticket that it made or joined.';
COMMENT ON COLUMN tandem.contact.channel IS 'Id of its channel.';
COMMENT ON COLUMN tandem.contact.entry_point IS 'Where it came in: a number, an address, a page. NULL: not said.';
COMMENT ON COLUMN tandem.contact.external_id IS 'The caller''s own id of it. NULL: it has none.';
COMMENT ON COLUMN tandem.contact.conversation_key IS 'The conversation that it is part of. NULL: none was said.';
COMMENT ON COLUMN tandem.contact.client IS 'Id of its client: as said, or of its entry point.';
COMMENT ON COLUMN tandem.contact.process_type IS
  'Id of its process type: as said, or of a classification rule or its entry point.';
COMMENT ON COLUMN tandem.contact.language IS
  'BCP 47 tag of the customer''s language, in canonical case: as said, or of its entry point. NULL: neither.';
COMMENT ON COLUMN tandem.contact.priority IS '0 to 9: as said, or of a classification rule or its entry point, or 0.';
COMMENT ON COLUMN tandem.contact.queue IS
  'Id of the queue: as said, or of a classification rule or its entry point. NULL: its process type''s.';
COMMENT ON COLUMN tandem.contact.answer_target_us IS
  'How long after entering a FRONT queue it should be answered, as said. 0: the process type''s.';
COMMENT ON COLUMN tandem.contact.due_at IS 'When the work is due, as said. NULL: the process type''s.';
COMMENT ON COLUMN tandem.contact.said_received_at IS
  'When it happened, as said by the caller''s clock. NULL: not said.';
COMMENT ON COLUMN tandem.contact.customer_id IS 'The customer''s id in the caller''s systems. NULL: not said.';
COMMENT ON COLUMN tandem.contact.customer_segment IS 'Segment of that customer. NULL: not said.';
COMMENT ON COLUMN tandem.contact.direction IS
  'Which way it went: INBOUND, OUTBOUND, or INTERNAL: without a customer on the line.';
COMMENT ON COLUMN tandem.contact.initiated_by IS 'Who began it: CUSTOMER, AGENT or SYSTEM.';
COMMENT ON COLUMN tandem.contact.subject IS 'A line for people. NULL: not said.';
COMMENT ON COLUMN tandem.contact.payload_json IS
  'A JSON document for the agent''s desktop, byte for byte as it came. NULL: not said.';
COMMENT ON COLUMN tandem.contact.attributes IS 'The caller''s labels. NULL: none. {"order": "17"}';
COMMENT ON COLUMN tandem.contact.excluded_agents IS 'Ids of agents who may not take its ticket, as a list. NULL: none.';
COMMENT ON COLUMN tandem.contact.received_at IS 'said_received_at, or when it came in.';
COMMENT ON COLUMN tandem.contact.queued_at IS 'When it came in, by the server''s clock.';
COMMENT ON COLUMN tandem.contact.requirement IS
  'What it asks of the agent itself, as in tandem.ticket: as said, or of classification rules. NULL: nothing.';
COMMENT ON COLUMN tandem.contact.plan IS 'A plan of its own: as said, or of a classification rule. NULL: neither.';
COMMENT ON COLUMN tandem.contact.client IS 'Id of its client: as said, or of its entry point.';
COMMENT ON COLUMN tandem.contact.process_type IS
  'Id of its process type: as said, or of a classification rule or its entry point.';
COMMENT ON COLUMN tandem.contact.requirement IS
  'What it asks of the agent itself, as in tandem.ticket: as said, or of classification rules. NULL: nothing.';
COMMENT ON COLUMN tandem.contact.plan IS 'A plan of its own: as said, or of a classification rule. NULL: neither.';

COMMENT ON COLUMN tandem.event.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.event.sequence IS 'Place among all events of the workspace: 1, 2, 3 without a gap.';
COMMENT ON COLUMN tandem.event.type IS 'What happened, as in tandem.v1.EventType; which columns it sets is said there.';
COMMENT ON COLUMN tandem.event.at IS 'When; never before the event in front of it.';
COMMENT ON COLUMN tandem.event.ticket_id IS 'The ticket that it is about. NULL: none.';
COMMENT ON COLUMN tandem.event.agent IS 'Id of the agent whom it is about. NULL: none.';
COMMENT ON COLUMN tandem.event.queue IS 'Id of the queue that it is about. NULL: none.';
COMMENT ON COLUMN tandem.event.offer_number IS
  'The offer that it is about: its offer_id is ticket_id, a dot and this. 0: none.';
COMMENT ON COLUMN tandem.event.contact_id IS 'The contact that it is about. NULL: none.';
COMMENT ON COLUMN tandem.event.reason IS 'Why, or what; the values are listed with the type. NULL: nothing to say.';
COMMENT ON COLUMN tandem.event.until IS
  'An instant that the event sets, mostly a deadline; which one is said with the type. NULL: none.';
COMMENT ON COLUMN tandem.event.number IS 'A number; which one is said with the type. 0: also none.';

COMMENT ON COLUMN tandem.visit.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.visit.ticket_id IS 'The ticket whose visit it is.';
COMMENT ON COLUMN tandem.visit.visit_number IS 'Counts the visits of the ticket, from 1.';
COMMENT ON COLUMN tandem.visit.queue IS 'Id of the queue.';
COMMENT ON COLUMN tandem.visit.client IS 'Id of the ticket''s client.';
COMMENT ON COLUMN tandem.visit.channel IS 'Id of the channel that the ticket had at the end of the visit.';
COMMENT ON COLUMN tandem.visit.process_type IS 'Id of the ticket''s process type.';
COMMENT ON COLUMN tandem.visit.entered_at IS 'When it began: the ticket entered the queue.';
COMMENT ON COLUMN tandem.visit.left_at IS
  'When it ended: an agent was connected or started, or the ticket left the queue otherwise. Not by a mere offer.';
COMMENT ON COLUMN tandem.visit.entry_reason IS
  'Why it began: CREATED, SCHEDULED (its time came), TRANSFERRED, OVERFLOWED, RESUMED (it was parked), REOPENED, CALLBACK, or it came back from an agent: RELEASED, LEASE_EXPIRED, AGENT_GONE.';
COMMENT ON COLUMN tandem.visit.exit_reason IS
  'Why it ended: ANSWERED, ABANDONED, TRANSFERRED, CANCELED, OVERFLOWED, EXPIRED, PARKED, CALLBACK (to be called back instead), UNREACHED (an attempt to call back failed).';
COMMENT ON COLUMN tandem.visit.target IS 'The ticket''s target when the visit ended.';
COMMENT ON COLUMN tandem.visit.agent IS 'Id of the agent who answered. NULL: nobody did.';
COMMENT ON COLUMN tandem.visit.exit_reason IS
  'Why it ended: ANSWERED, ABANDONED, TRANSFERRED, CANCELED, OVERFLOWED, EXPIRED, PARKED, CALLBACK (to be called back instead), UNREACHED (an attempt to call back failed).';
COMMENT ON COLUMN tandem.visit.entry_reason IS
  'Why it began: CREATED, SCHEDULED (its time came), TRANSFERRED, OVERFLOWED, RESUMED (it was parked), REOPENED, CALLBACK, or it came back from an agent: RELEASED, LEASE_EXPIRED, AGENT_GONE.';
COMMENT ON COLUMN tandem.visit.exit_reason IS
  'Why it ended: ANSWERED, ABANDONED, TRANSFERRED, CANCELED, OVERFLOWED, EXPIRED, PARKED, CALLBACK (to be called back instead), UNREACHED (an attempt to call back failed).';

COMMENT ON COLUMN tandem.segment.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.segment.ticket_id IS 'The ticket that the agent had.';
COMMENT ON COLUMN tandem.segment.segment_number IS 'Counts the segments of the ticket, from 1, whatever their role.';
COMMENT ON COLUMN tandem.segment.agent IS 'Id of the agent.';
COMMENT ON COLUMN tandem.segment.queue IS 'Id of the queue that the ticket was in, or for which the agent worked.';
COMMENT ON COLUMN tandem.segment.client IS 'Id of the ticket''s client.';
COMMENT ON COLUMN tandem.segment.channel IS 'Id of the channel that the ticket had at the end of the segment.';
COMMENT ON COLUMN tandem.segment.process_type IS 'Id of the ticket''s process type.';
COMMENT ON COLUMN tandem.segment.began_at IS
  'When it was offered, claimed or given to the agent, or the agent was invited or joined.';
COMMENT ON COLUMN tandem.segment.claimed IS 'Whether the agent had it under a lease, by a claim, and not by an offer.';
COMMENT ON COLUMN tandem.segment.accepted_at IS 'When the agent accepted or claimed it, or was given it. NULL: never.';
COMMENT ON COLUMN tandem.segment.connected_at IS
  'When media was connected, or work started; of one who took part: when they joined. NULL: never.';
COMMENT ON COLUMN tandem.segment.held_us IS 'For how long the customer was on hold.';
COMMENT ON COLUMN tandem.segment.disconnected_at IS
  'When media ended. NULL: there was none, it never was connected, or it did not end in this segment.';
COMMENT ON COLUMN tandem.segment.disconnected_by IS
  'Who ended the media: CUSTOMER, AGENT or SYSTEM. UNKNOWN: nobody said, or it did not end.';
COMMENT ON COLUMN tandem.segment.finished_at IS 'When handling ended; wrap-up is from then to ended_at. NULL: never.';
COMMENT ON COLUMN tandem.segment.ended_at IS 'When the agent had it no more.';
COMMENT ON COLUMN tandem.segment.outcome IS
  'How it ended: COMPLETED, RELEASED, LEASE_EXPIRED, TRANSFERRED, PARKED, CONNECT_FAILED, UNREACHED, AGENT_GONE, CANCELED, ABANDONED; of who took part: LEFT, ROLE_CHANGED; of an offer that was not accepted: DECLINED, MISSED, FAILED, RESCINDED.';
COMMENT ON COLUMN tandem.segment.disposition IS
  'Id of the disposition with which the agent ended it; NOT_SET: nobody chose. NULL: it did not end with one.';
COMMENT ON COLUMN tandem.segment.resolved IS
  'Whether that disposition, as it was configured then, says that the customer''s matter is resolved.';
COMMENT ON COLUMN tandem.segment.claimed IS 'Whether the agent had it under a lease, by a claim, and not by an offer.';

COMMENT ON COLUMN tandem.agent_interval.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.agent_interval.agent IS 'Id of the agent.';
COMMENT ON COLUMN tandem.agent_interval.began_at IS 'When it began: the end of the interval before it.';
COMMENT ON COLUMN tandem.agent_interval.ended_at IS 'When it ended, as one of these changed.';
COMMENT ON COLUMN tandem.agent_interval.status IS 'Status of the agent, as in tandem.agent.';
COMMENT ON COLUMN tandem.agent_interval.reason IS 'Why it was NOT_READY. NULL in every other status.';
COMMENT ON COLUMN tandem.agent_interval.load_voice IS
  'Tickets of the capacity group VOICE that the agent owned; offers do not count.';
COMMENT ON COLUMN tandem.agent_interval.load_messaging IS 'The same of MESSAGING.';
COMMENT ON COLUMN tandem.agent_interval.load_email IS 'The same of EMAIL.';
COMMENT ON COLUMN tandem.agent_interval.load_task IS 'The same of TASK.';
COMMENT ON COLUMN tandem.agent_interval.client IS
  'Id of the client, when all owned tickets were of one. NULL: there were none, or of several.';
COMMENT ON COLUMN tandem.agent_interval.generation IS 'Generation of the session. 0: none was open.';

COMMENT ON COLUMN tandem.message.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.message.ticket_id IS 'The ticket to which it was added.';
COMMENT ON COLUMN tandem.message.direction IS 'Which way it went: INBOUND, OUTBOUND or INTERNAL.';
COMMENT ON COLUMN tandem.message.author IS 'Who wrote it: CUSTOMER, AGENT or SYSTEM.';
COMMENT ON COLUMN tandem.message.at IS 'When it was written, by the caller''s clock.';
COMMENT ON COLUMN tandem.message.agent IS
  'Id of the agent who wrote it. NULL: no agent did, or it came with a contact.';
COMMENT ON COLUMN tandem.message.text IS 'What was written. NULL: nobody said, as of a contact.';
COMMENT ON COLUMN tandem.message.external_id IS 'What the channel calls it. NULL: not said.';

COMMENT ON COLUMN tandem.request.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.request.request_id IS 'The id that the caller gave the request.';
COMMENT ON COLUMN tandem.request.at IS 'When it was decided first; the partition is chosen by it.';
COMMENT ON COLUMN tandem.request.answer IS
  'What of the first answer a repetition gets again; kind: which answer it is.';
COMMENT ON COLUMN tandem.request.answer IS
  'What of the first answer a repetition gets again; kind: which answer it is.';

COMMENT ON COLUMN tandem.external_id.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.external_id.channel IS 'Id of the contact''s channel.';
COMMENT ON COLUMN tandem.external_id.entry_point IS 'Where the contact came in; empty: not said.';
COMMENT ON COLUMN tandem.external_id.external_id IS 'The caller''s own id of the contact.';
COMMENT ON COLUMN tandem.external_id.at IS 'When the contact came in; the partition is chosen by it.';
COMMENT ON COLUMN tandem.external_id.ticket_id IS 'The ticket that the contact made or joined.';
COMMENT ON COLUMN tandem.external_id.contact_id IS 'Id of the contact.';
COMMENT ON COLUMN tandem.external_id.joined IS 'Whether it joined a ticket that was open.';
COMMENT ON COLUMN tandem.external_id.unroutable IS
  'Whether no configured agent could ever take the ticket, as the first answer said.';

COMMENT ON COLUMN tandem.service_level_policy.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.service_level_policy.policy IS 'Id of the policy; the caller chose it.';
COMMENT ON COLUMN tandem.service_level_policy.display_name IS
  'For people: what was agreed, and with whom. NULL: not said.';
COMMENT ON COLUMN tandem.service_level_policy.threshold_us IS 'A wait up to and including this is in time.';
COMMENT ON COLUMN tandem.service_level_policy.abandons IS
  'What abandoned visits do to the service level: IGNORED, NEGATIVE (count as missed) or POSITIVE.';
COMMENT ON COLUMN tandem.service_level_policy.short_abandon_us IS
  'Visits abandoned after a wait up to and including this count nowhere. 0: no abandon is short.';
COMMENT ON COLUMN tandem.service_level_policy.revision IS 'One more with each change of the policy.';

COMMENT ON COLUMN tandem.ticket_detail.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.ticket_detail.ticket_id IS 'Id of the ticket.';
COMMENT ON COLUMN tandem.ticket_detail.revision IS '1 when the ticket came in, and one more with each UpdateTicket.';
COMMENT ON COLUMN tandem.ticket_detail.customer_id IS
  'The customer''s id in the caller''s systems. NULL: as in tandem.ticket.';
COMMENT ON COLUMN tandem.ticket_detail.customer_segment IS 'Segment of that customer. NULL: as in tandem.ticket.';
COMMENT ON COLUMN tandem.ticket_detail.subject IS 'A line for people. NULL: as its contact said.';
COMMENT ON COLUMN tandem.ticket_detail.due_at IS
  'When the work is due, as UpdateTicket said last, or as moved since, when parking stopped its clock or it was reopened. NULL: as in tandem.ticket.';
COMMENT ON COLUMN tandem.ticket_detail.message_count IS
  'Messages added while it was open, besides those of its contacts.';
COMMENT ON COLUMN tandem.ticket_detail.score_count IS 'Scores of surveys recorded while it was open.';
COMMENT ON COLUMN tandem.ticket_detail.due_at IS
  'When the work is due, as UpdateTicket said last, or as moved since, when parking stopped its clock or it was reopened. NULL: as in tandem.ticket.';

COMMENT ON COLUMN tandem.note.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.note.ticket_id IS 'The ticket that it is about.';
COMMENT ON COLUMN tandem.note.at IS 'When it was written, by the server''s clock.';
COMMENT ON COLUMN tandem.note.agent IS 'Id of the agent who wrote it. NULL: no agent did.';
COMMENT ON COLUMN tandem.note.text IS 'What was written.';

COMMENT ON COLUMN tandem.survey.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.survey.ticket_id IS 'The ticket that is judged.';
COMMENT ON COLUMN tandem.survey.measure IS 'What was asked, an id that the caller chose: csat, nps.';
COMMENT ON COLUMN tandem.survey.score IS 'The answer.';
COMMENT ON COLUMN tandem.survey.lowest IS 'The worst answer possible.';
COMMENT ON COLUMN tandem.survey.highest IS 'The best answer possible.';
COMMENT ON COLUMN tandem.survey.at IS 'When the customer answered, as the caller said, or else when it was recorded.';
COMMENT ON COLUMN tandem.survey.agent IS 'Id of the agent who served the customer last. NULL: nobody did.';
COMMENT ON COLUMN tandem.survey.queue IS 'Id of the queue in which the ticket was last.';
COMMENT ON COLUMN tandem.survey.client IS 'Id of the ticket''s client.';
COMMENT ON COLUMN tandem.survey.channel IS 'Id of the channel that the ticket had.';
COMMENT ON COLUMN tandem.survey.process_type IS 'Id of the ticket''s process type.';
COMMENT ON COLUMN tandem.survey.at IS 'When the customer answered, as the caller said, or else when it was recorded.';

COMMENT ON COLUMN tandem.webhook.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.webhook.webhook_id IS 'Id of the webhook; the caller chose it.';
COMMENT ON COLUMN tandem.webhook.url IS 'Where events are posted to.';
COMMENT ON COLUMN tandem.webhook.description IS 'For people. NULL: not said.';
COMMENT ON COLUMN tandem.webhook.secret IS 'What signs requests: base64 of its bytes, without the prefix whsec_.';
COMMENT ON COLUMN tandem.webhook.previous_secret IS
  'The secret before the last rotation, which signs, too. NULL: it was never rotated.';
COMMENT ON COLUMN tandem.webhook.previous_secret_until IS
  'Until when that one signs: 24 h from the rotation. NULL: it was never rotated.';
COMMENT ON COLUMN tandem.webhook.filter IS 'Which events are sent: a tandem.v1.EventFilter as JSON. {}: all.';
COMMENT ON COLUMN tandem.webhook.disabled IS 'Whether nothing is sent: somebody said so, or the receiver did.';
COMMENT ON COLUMN tandem.webhook.revision IS
  'One more with each change of what the caller says of it, or of the secret.';
COMMENT ON COLUMN tandem.webhook.created_at IS 'When it was created.';
COMMENT ON COLUMN tandem.webhook.updated_at IS 'When it was last changed, apart from its progress.';
COMMENT ON COLUMN tandem.webhook.failures_in_row IS
  'Attempts that failed since one was taken last; from 5 on it is paused.';
COMMENT ON COLUMN tandem.webhook.last_success_at IS 'When an event was taken last. NULL: none was yet.';
COMMENT ON COLUMN tandem.webhook.last_error IS
  'Why the last attempt failed: HTTP 500, or what the connection met. NULL: it did not, or there was none.';

COMMENT ON COLUMN tandem.webhook_delivery.workspace IS 'Id of its workspace.';
COMMENT ON COLUMN tandem.webhook_delivery.webhook_id IS 'The webhook that did not take it.';
COMMENT ON COLUMN tandem.webhook_delivery.sequence IS 'Sequence of the event.';
COMMENT ON COLUMN tandem.webhook_delivery.type IS 'Type of the event, as in tandem.event.';
COMMENT ON COLUMN tandem.webhook_delivery.at IS 'When the event happened.';
COMMENT ON COLUMN tandem.webhook_delivery.ticket_id IS
  'The event''s ticket; events of one go one after the other. NULL: it is about none.';
COMMENT ON COLUMN tandem.webhook_delivery.agent IS 'Id of the event''s agent. NULL: it is about none.';
COMMENT ON COLUMN tandem.webhook_delivery.attempts IS
  'Attempts that failed. 0: it waits for an event before it, or was put back.';
COMMENT ON COLUMN tandem.webhook_delivery.next_attempt_at IS
  'When it is tried next, at the earliest. NULL: as soon as it is its turn.';
COMMENT ON COLUMN tandem.webhook_delivery.first_failed_at IS 'When the first of its attempts failed. NULL: none did.';
COMMENT ON COLUMN tandem.webhook_delivery.last_error IS
  'Why the last of them failed: HTTP 500, or what the connection met. NULL: none did.';
COMMENT ON COLUMN tandem.webhook_delivery.dead IS
  'Whether it is a dead letter: not tried again until somebody puts it back.';

COMMENT ON COLUMN tandem.schema_migration.number IS
  'Number of the migration, from 1: the newest is the version of the schema.';
COMMENT ON COLUMN tandem.schema_migration.name IS 'Name of the migration.';
COMMENT ON COLUMN tandem.schema_migration.applied_at IS 'When it was applied, by the clock of the database.';
