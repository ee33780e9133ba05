#!/usr/bin/env python3
"""The walk of tests/sdk/README.md in Python.

    walk.py ADDRESS FLOOR
"""

import concurrent.futures
import sys

from google.protobuf import json_format

import tandem
from tandem.v1 import (agent_service_pb2, configuration_pb2, configuration_service_pb2, event_pb2, event_service_pb2,
                       ingest_service_pb2, ticket_pb2, ticket_records_pb2, ticket_service_pb2, types_pb2, work_service_pb2)

REQUEST_ID = "6f1c2f0e-6c0b-4c3e-9f58-1d8f6a4b7c21"
names = {}


def name_of(ticket_id):
    return names.setdefault(ticket_id, f"ticket-{len(names) + 1}")


def say(text):
    print(text, flush=True)


def order(what):
    """Has the test do something, and waits until it is done."""
    say(f"» {what}")
    sys.stdin.readline()


def tell(change):
    match change:
        case agent_service_pb2.Offer():
            say(f"change: offer of {name_of(change.ticket_id)} from {change.queue}")
        case agent_service_pb2.OfferEnded():
            say(f"change: offer of {name_of(change.ticket_id)} ended, {change.reason}")
        case agent_service_pb2.WorkChanged():
            state = state_name(change.work.state)
            say(f"change: {name_of(change.work.ticket_id)} is {state}{', gone' if change.gone else ''}")
        case agent_service_pb2.AgentState():
            status = types_pb2.AgentStatus.Name(change.status).removeprefix("AGENT_STATUS_")
            say(f"change: agent is {status}")
    return change


def state_name(state):
    return types_pb2.TicketState.Name(state).removeprefix("TICKET_STATE_")


def next_change(session):
    return tell(session.next(timeout=30))


def refused(what, error):
    fields = "".join(f" {path}" for path, _ in error.fields)
    say(f"{what}: {error.code.name} {error.reason.name}{fields}")


def main(address, floor):
    configuration = json_format.Parse(open(floor).read(), configuration_pb2.Configuration())
    with tandem.connect(address, workspace="walk") as client:
        applied = client.configuration.ApplyConfiguration(
            configuration_service_pb2.ApplyConfigurationRequest(configuration=configuration))
        say(f"configured: revision {applied.revision}")

        chat = ticket_pb2.Contact(channel="chat", client="acme", process_type="support", subject="Charged twice")
        for time in ("first", "second"):
            result = client.ingest.IngestContact(
                ingest_service_pb2.IngestContactRequest(request_id=REQUEST_ID, contact=chat)).result
            say(f"ingested the {time} time: {name_of(result.ticket_id)}")
        for number in range(1, 6):
            job = ticket_pb2.Contact(channel="task", client="acme", process_type="bookkeeping",
                                     external_id=f"job-{number}")
            result = client.ingest.IngestContact(ingest_service_pb2.IngestContactRequest(contact=job)).result
            say(f"ingested job-{number}: {name_of(result.ticket_id)}")

        listing = ticket_service_pb2.ListTicketsRequest(filter=ticket_records_pb2.TicketFilter(queue="jobs"),
                                                        page_size=2)
        for page in client.pages(client.tickets.ListTickets, listing):
            say("page: " + " ".join(sorted(name_of(ticket.id) for ticket in page.tickets)))

        try:
            client.tickets.GetTicket(ticket_service_pb2.GetTicketRequest(
                ticket_id="00000000-0000-7000-8000-000000000000"))
        except tandem.TandemError as error:
            refused("no such ticket", error)
        try:
            client.ingest.IngestContact(ingest_service_pb2.IngestContactRequest(
                contact=ticket_pb2.Contact(channel="chat", payload_json="{")))
        except tandem.TandemError as error:
            refused("a malformed contact", error)

        types = ("TICKET_CREATED", "OFFER_ACCEPTED", "TICKET_FINISHED", "TICKET_CLAIMED", "TICKET_STARTED",
                 "TICKET_RELEASED", "TICKET_COMPLETED")
        messages = client.events(start=event_service_pb2.EVENT_START_OLDEST, filter=event_service_pb2.EventFilter(
            types=[event_pb2.EventType.Value(f"EVENT_TYPE_{name}") for name in types]))
        events = (event for message in messages for event in message.events)

        def tell_events(count):
            for _ in range(count):
                event = next(events)
                kind = event_pb2.EventType.Name(event.type).removeprefix("EVENT_TYPE_")
                say(f"event: {kind} {name_of(event.ticket_id)}")

        tell_events(6)

        session = client.session("ana", "desk")
        next_change(session)
        session.set_available()
        next_change(session)
        offer = next_change(session)

        order("kill the server")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            accepted = pool.submit(session.accept, offer.offer_id)
            order("start the server")
            say(f"accepted: {state_name(accepted.result())}")
        next_change(session)
        say(f"finished: {state_name(session.finish(offer.ticket_id))}")
        next_change(session)
        session.complete(offer.ticket_id, "solved")
        next_change(session)

        def claim():
            ticket = client.work.ClaimTickets(
                work_service_pb2.ClaimTicketsRequest(session=session.ref, queue="jobs")).tickets[0]
            say(f"claimed: {name_of(ticket.id)}")
            next_change(session)
            return ticket.id

        job = claim()
        session.start(job)
        next_change(session)
        try:
            session.complete(job, "solved", verdict=types_pb2.REVIEW_VERDICT_APPROVED)
        except tandem.TandemError as error:
            refused("a verdict on no review", error)
        session.complete(job, "solved")
        next_change(session)
        job = claim()
        session.release(job)
        next_change(session)
        tell_events(8)

        try:
            session.accept(offer.offer_id)
        except tandem.TandemError as error:
            refused("an offer that is over", error)
        with client.session("ana", "phone") as newer:
            next_change(newer)
            try:
                session.next(timeout=30)
            except tandem.TandemError as error:
                refused("the older session", error)
    say("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
