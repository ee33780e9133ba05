#!/usr/bin/env python3
"""Keeps a CRM in step with tandem.

    crm.py [--address HOST:PORT] [--workspace ID] [--once] DATABASE

Tickets become rows of `cases`: what happened to each is read from the stream of events, and the place in the stream is saved
in the same transaction, so that each event counts once, whatever is killed when. A row of `cases` without a ticket was
opened in the CRM: it becomes a ticket. Its id goes along as external id, so that it makes one ticket however often it is
sent. With --once the program ends when there is nothing more to do.
"""

import argparse
import contextlib
import sqlite3

import tandem
from tandem.v1 import event_pb2, event_service_pb2, ingest_service_pb2, ticket_pb2, ticket_service_pb2

SCHEMA = """
CREATE TABLE IF NOT EXISTS cases (
  id INTEGER PRIMARY KEY,
  ticket_id TEXT UNIQUE,
  client TEXT NOT NULL,
  process_type TEXT NOT NULL,
  subject TEXT NOT NULL,
  agent TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'NEW'
);
CREATE TABLE IF NOT EXISTS place (token TEXT NOT NULL);
"""
# What a case is called after an event of its ticket.
STATUS = {
    event_pb2.EVENT_TYPE_TICKET_CREATED: "WAITING",
    event_pb2.EVENT_TYPE_OFFER_ACCEPTED: "IN PROGRESS",
    event_pb2.EVENT_TYPE_TICKET_STARTED: "IN PROGRESS",
    event_pb2.EVENT_TYPE_TICKET_RELEASED: "WAITING",
    event_pb2.EVENT_TYPE_TICKET_PARKED: "ON HOLD",
    event_pb2.EVENT_TYPE_TICKET_UNPARKED: "WAITING",
    event_pb2.EVENT_TYPE_TICKET_COMPLETED: "SOLVED",
    event_pb2.EVENT_TYPE_TICKET_CANCELED: "CANCELED",
    event_pb2.EVENT_TYPE_TICKET_ABANDONED: "ABANDONED",
}


class Crm:

    def __init__(self, client, path):
        self.client = client
        self.database = sqlite3.connect(path)
        self.database.executescript(SCHEMA)

    def place(self):
        row = self.database.execute("SELECT token FROM place").fetchone()
        return row[0] if row else ""

    def follow(self):
        """Takes events in, and yields after each message whether it was the newest."""
        place = self.place()
        start = event_service_pb2.EVENT_START_UNSPECIFIED if place else event_service_pb2.EVENT_START_OLDEST
        wanted = event_service_pb2.EventFilter(types=list(STATUS))
        with contextlib.closing(self.client.events(resume_token=place, start=start, filter=wanted)) as messages:
            for message in messages:
                with self.database:
                    for event in message.events:
                        self.take(event)
                    self.database.execute("DELETE FROM place")
                    self.database.execute("INSERT INTO place VALUES (?)", (message.resume_token,))
                yield message.at_end

    def take(self, event):
        known = self.database.execute("SELECT 1 FROM cases WHERE ticket_id = ?", (event.ticket_id,)).fetchone()
        if not known:
            self.open_case(event.ticket_id)
        self.database.execute("UPDATE cases SET status = ?, agent = ? WHERE ticket_id = ?",
                              (STATUS[event.type], event.agent, event.ticket_id))

    def open_case(self, ticket_id):
        """Events hold no personal data; what a case shows of the customer is read from the ticket."""
        ticket = self.client.tickets.GetTicket(ticket_service_pb2.GetTicketRequest(ticket_id=ticket_id)).ticket
        if ticket.entry_point == "crm":
            self.database.execute("UPDATE cases SET ticket_id = ? WHERE id = ?", (ticket_id, int(ticket.external_id)))
        else:
            self.database.execute("INSERT INTO cases (ticket_id, client, process_type, subject) VALUES (?, ?, ?, ?)",
                                  (ticket_id, ticket.client, ticket.process_type, ticket.subject))

    def send_cases(self):
        """Cases that were opened here become tickets."""
        cases = self.database.execute(
            "SELECT id, client, process_type, subject FROM cases WHERE ticket_id IS NULL ORDER BY id").fetchall()
        for case, client, process_type, subject in cases:
            contact = ticket_pb2.Contact(channel="task", entry_point="crm", external_id=str(case), client=client,
                                         process_type=process_type, subject=subject)
            try:
                result = self.client.ingest.IngestContact(ingest_service_pb2.IngestContactRequest(contact=contact)).result
            except tandem.TandemError as error:
                if error.is_passing:
                    return
                print(f"case {case} was refused: {error}")
                status, ticket = "REFUSED", f"refused-{case}"
            else:
                print(f"case {case} is ticket {result.ticket_id}")
                status, ticket = "WAITING", result.ticket_id
            with self.database:
                self.database.execute("UPDATE cases SET ticket_id = ?, status = ? WHERE id = ? AND ticket_id IS NULL",
                                      (ticket, status, case))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("--address", default="127.0.0.1:9400", metavar="HOST:PORT")
    parser.add_argument("--workspace", default="starter", metavar="ID")
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()
    with tandem.connect(options.address, workspace=options.workspace) as client:
        crm = Crm(client, options.database)
        crm.send_cases()
        for at_end in crm.follow():
            if at_end and options.once:
                return
            crm.send_cases()


if __name__ == "__main__":
    main()
