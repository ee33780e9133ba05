#!/usr/bin/env python3
"""An agent who answers e-mails: takes the next one that is offered, shows it, sends the answer and completes the ticket.

    answer.py [--address HOST:PORT] [--workspace ID] [--keep] AGENT TEXT

With --keep the ticket stays with the agent, for the customer to answer.
"""

import argparse
import json

import tandem
from tandem.v1 import agent_service_pb2, ticket_service_pb2, types_pb2


def next_ticket(session):
    """The ticket that the agent has, or the next one that is offered."""
    for change in session:
        match change:
            case agent_service_pb2.Offer():
                session.accept(change.offer_id)
            case agent_service_pb2.WorkChanged(gone=False) if change.work.state == types_pb2.TICKET_STATE_ACTIVE:
                return change.work.ticket_id
    raise RuntimeError("the session ended")


def show(client, ticket_id):
    ticket = client.tickets.GetTicket(ticket_service_pb2.GetTicketRequest(ticket_id=ticket_id)).ticket
    print(f"{ticket.subject} (customer {ticket.customer_id or 'unknown'})")
    print(json.loads(ticket.payload_json)["text"])
    request = ticket_service_pb2.ListMessagesRequest(ticket_id=ticket_id)
    for page in client.pages(client.tickets.ListMessages, request):
        for message in page.messages:
            if message.text:
                print(f"{types_pb2.Party.Name(message.author).removeprefix('PARTY_').lower()}: {message.text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("agent")
    parser.add_argument("text")
    parser.add_argument("--address", default="127.0.0.1:9400", metavar="HOST:PORT")
    parser.add_argument("--workspace", default="mail", metavar="ID")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    with tandem.connect(options.address, workspace=options.workspace) as client, client.session(options.agent) as session:
        session.set_available()
        ticket_id = next_ticket(session)
        show(client, ticket_id)
        client.tickets.AddMessage(ticket_service_pb2.AddMessageRequest(
            ticket_id=ticket_id, author=types_pb2.PARTY_AGENT, agent=options.agent, text=options.text))
        if not options.keep:
            session.complete(ticket_id, "solved")


if __name__ == "__main__":
    main()
