#!/usr/bin/env python3
"""Makes tickets of e-mails, and e-mails of what agents answer.

    mail.py [--address HOST:PORT] [--workspace ID] [--entry-point ADDRESS] [--customers FILE] [--once]
            (--maildir FOLDER | --imap HOST:PORT --user NAME) (--outbox FOLDER | --smtp HOST:PORT) STATE

An e-mail that begins a conversation becomes a contact of the channel `email`; a reply becomes a message of its ticket, or a new
contact when that ticket is closed. An agent's outbound message becomes a reply to the customer. Ids are made from the Message-ID,
so that an e-mail counts once, whatever is killed when; STATE, an SQLite database, knows which e-mail is about which ticket.
CUSTOMERS has lines `address,customer id`. The password for --imap is in $MAIL_PASSWORD. With --once the program ends when there
is nothing more to do.
"""

import argparse
import contextlib
import csv
import email
import email.policy
import email.utils
import hashlib
import json
import os
import sqlite3
import threading
import time
import uuid

import mailboxes
import tandem
from tandem.v1 import event_pb2, event_service_pb2, ingest_service_pb2, ticket_pb2, ticket_service_pb2, types_pb2

SCHEMA = """
CREATE TABLE IF NOT EXISTS mails (
  message_id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL,
  customer TEXT NOT NULL,  -- the address that an answer goes to
  subject TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS place (token TEXT NOT NULL);
"""
LOOK_SECONDS = 10
MOST_TEXT_BYTES = 16_384
# Any fixed UUID of one's own: names in it are Message-IDs.
NAMESPACE = uuid.UUID("6f0a3c52-8f1e-4f0e-9c53-7c1f0f1f9b0d")
# Nobody sees what is added then.
OVER = (types_pb2.TICKET_STATE_COMPLETED, types_pb2.TICKET_STATE_CANCELED, types_pb2.TICKET_STATE_ABANDONED,
        types_pb2.TICKET_STATE_EXPIRED, types_pb2.TICKET_STATE_IN_REVIEW)


class Mail:
    """What of an e-mail counts here."""

    def __init__(self, raw):
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.message_id = str(message["Message-ID"] or "").strip() or f"<{hashlib.sha256(raw).hexdigest()}@no-id>"
        self.sender = email.utils.parseaddr(str(message["From"] or ""))[1].lower()
        self.subject = str(message["Subject"] or "")[:512]
        self.is_automatic = str(message["Auto-Submitted"] or "no").lower() != "no"
        # The one that it answers, then those before, the newest first.
        answers = str(message["References"] or "").split() + str(message["In-Reply-To"] or "").split()
        self.answers = list(dict.fromkeys(reversed(answers)))
        body = message.get_body(preferencelist=("plain", "html"))
        text = body.get_content().strip() if body else ""
        self.text = text.encode("utf-8", "replace")[:MOST_TEXT_BYTES].decode("utf-8", "ignore")

    def request_id(self, purpose):
        """The same for the same e-mail, always: a repeated call is answered as the first one was."""
        return str(uuid.uuid5(NAMESPACE, f"{purpose} {self.message_id}"))


class Connector:

    def __init__(self, client, state, entry_point, customers):
        self.client = client
        self.state = state
        self.entry_point = entry_point
        self.customers = customers

    # --- in ----------------------------------------------------------------------------------------------------------

    def take_in(self, mailbox):
        """All e-mails that are unread become read, and are durable in tandem before that."""
        for key, raw in mailbox.unread():
            mail = Mail(raw)
            try:
                print(f"{mail.message_id}: {self.take(mail)}", flush=True)
            except tandem.TandemError as error:
                if error.is_passing:
                    return  # It stays unread, and so do those behind it.
                print(f"{mail.message_id}: refused: {error}", flush=True)
            mailbox.mark_read(key)

    def take(self, mail):
        """What became of it."""
        if mail.is_automatic:
            return "left out: nobody wrote it"  # Two programs would answer each other for ever.
        known = self.ticket_of([mail.message_id])
        if known:
            return f"in before, ticket {known}"
        ticket_id = self.ticket_of(mail.answers)
        if ticket_id and self.add_message(ticket_id, mail):
            what = "added to"
        else:
            ticket_id, what = self.ingest(mail), "made"
        with self.state:
            self.state.execute("INSERT OR IGNORE INTO mails VALUES (?, ?, ?, ?)",
                               (mail.message_id, ticket_id, mail.sender, mail.subject))
        return f"{what} ticket {ticket_id}"

    def ticket_of(self, message_ids):
        for message_id in message_ids:
            row = self.state.execute("SELECT ticket_id FROM mails WHERE message_id = ?", (message_id,)).fetchone()
            if row:
                return row[0]
        return None

    def add_message(self, ticket_id, mail):
        """Whether somebody sees it."""
        answer = self.client.tickets.AddMessage(ticket_service_pb2.AddMessageRequest(
            request_id=mail.request_id("message"), ticket_id=ticket_id, author=types_pb2.PARTY_CUSTOMER, text=mail.text,
            external_id=hashlib.sha256(mail.message_id.encode()).hexdigest()))
        return answer.state not in OVER

    def ingest(self, mail):
        contact = ticket_pb2.Contact(
            channel="email", entry_point=self.entry_point, subject=mail.subject,
            external_id=hashlib.sha256(mail.message_id.encode()).hexdigest(), customer_id=self.customers.get(mail.sender, ""),
            payload_json=json.dumps({"from": mail.sender, "text": mail.text}))
        request = ingest_service_pb2.IngestContactRequest(request_id=mail.request_id("contact"), contact=contact)
        return self.client.ingest.IngestContact(request).result.ticket_id

    # --- out ---------------------------------------------------------------------------------------------------------

    def follow(self, outbox):
        """Sends what agents answer, and yields after each message of the stream whether it was the newest."""
        row = self.state.execute("SELECT token FROM place").fetchone()
        place = row[0] if row else ""
        start = event_service_pb2.EVENT_START_UNSPECIFIED if place else event_service_pb2.EVENT_START_OLDEST
        wanted = event_service_pb2.EventFilter(types=[event_pb2.EVENT_TYPE_MESSAGE_ADDED])
        with contextlib.closing(self.client.events(resume_token=place, start=start, filter=wanted)) as messages:
            for message in messages:
                for event in message.events:
                    if event.reason == "AGENT":
                        self.send(outbox, event)
                # Saved after it was sent: killed in between, the same e-mail goes out once more, with the same Message-ID.
                with self.state:
                    self.state.execute("DELETE FROM place")
                    self.state.execute("INSERT INTO place VALUES (?)", (message.resume_token,))
                yield message.at_end

    def send(self, outbox, event):
        message = self.read_message(event)
        last = self.state.execute("SELECT message_id, customer, subject FROM mails WHERE ticket_id = ? ORDER BY rowid DESC",
                                  (event.ticket_id,)).fetchone()
        if message is None or message.direction != types_pb2.DIRECTION_OUTBOUND or last is None:
            return  # A note among colleagues, or a ticket that is no e-mail.
        answered, customer, subject = last
        reply = email.message.EmailMessage()
        reply["Message-ID"] = f"<{event.ticket_id}.{event.sequence}@{self.entry_point.rpartition('@')[2]}>"
        reply["From"] = self.entry_point
        reply["To"] = customer
        reply["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
        reply["Date"] = message.sent_at.ToDatetime()
        reply["In-Reply-To"] = reply["References"] = answered
        reply.set_content(message.text)
        outbox.send(reply)
        # A customer answers this one.
        with self.state:
            self.state.execute("INSERT OR IGNORE INTO mails VALUES (?, ?, ?, ?)",
                               (reply["Message-ID"], event.ticket_id, customer, subject))
        print(f"sent {reply['Message-ID']}", flush=True)

    def read_message(self, event):
        """Events hold no personal data; what was written is read."""
        request = ticket_service_pb2.ListMessagesRequest(ticket_id=event.ticket_id)
        for page in self.client.pages(self.client.tickets.ListMessages, request):
            for message in page.messages:
                if message.sequence == event.sequence:
                    return message
        return None


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("state")
    parser.add_argument("--address", default="127.0.0.1:9400", metavar="HOST:PORT")
    parser.add_argument("--workspace", default="mail", metavar="ID")
    parser.add_argument("--entry-point", default="help@acme.example", metavar="ADDRESS")
    parser.add_argument("--customers", metavar="FILE")
    parser.add_argument("--once", action="store_true")
    comes_in = parser.add_mutually_exclusive_group(required=True)
    comes_in.add_argument("--maildir", metavar="FOLDER")
    comes_in.add_argument("--imap", metavar="HOST:PORT")
    parser.add_argument("--user", metavar="NAME", default="")
    goes_out = parser.add_mutually_exclusive_group(required=True)
    goes_out.add_argument("--outbox", metavar="FOLDER")
    goes_out.add_argument("--smtp", metavar="HOST:PORT")
    return parser.parse_args()


def connector(options, client):
    """One for each thread: SQLite's connections are not shared."""
    state = sqlite3.connect(options.state, timeout=60)
    state.executescript(SCHEMA)
    customers = {}
    if options.customers:
        with open(options.customers, newline="") as file:
            customers = {row[0].strip().lower(): row[1].strip() for row in csv.reader(file) if len(row) == 2}
    return Connector(client, state, options.entry_point, customers)


def main():
    options = parse()
    outbox = mailboxes.Folder(options.outbox) if options.outbox else mailboxes.Smtp(options.smtp)

    def take_in(client):
        mailbox = (mailboxes.Folder(options.maildir) if options.maildir else
                   mailboxes.Imap(options.imap, options.user, os.environ.get("MAIL_PASSWORD", "")))
        with contextlib.closing(mailbox):
            connector(options, client).take_in(mailbox)

    def send_out(client):
        for at_end in connector(options, client).follow(outbox):
            if at_end and options.once:
                return

    def keep_on(step, client):
        while True:
            try:
                step(client)
            except OSError as error:  # The mail server is away: what it did not take is still to be done.
                print(f"{error}; trying again", flush=True)
            time.sleep(LOOK_SECONDS)

    with tandem.connect(options.address, workspace=options.workspace) as client:
        if options.once:
            take_in(client)
            send_out(client)
        else:
            threading.Thread(target=keep_on, args=(take_in, client), daemon=True).start()
            keep_on(send_out, client)


if __name__ == "__main__":
    main()
