#!/usr/bin/env python3
"""Goal: the Python of the how-tos does what their pages say. Method: each block is taken from its page and run as it stands, but
for the address and the workspace, beside a server of this build. What goes on for ever is a process of its own, which is killed.
Between it and the server is a relay that loses what is said, and cuts connections.

    build/tools/sdk-python/bin/python tests/sdk/page_blocks_test.py      after deploy/dev/sdk python
"""

import ast
import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SDK = ROOT / "build/sdk/python/src"
sys.dont_write_bytecode = True
sys.path[:0] = [str(SDK), str(ROOT / "tests/support"), str(ROOT / "tests/sdk")]

from google.protobuf import json_format  # noqa: E402

import tandem  # noqa: E402
from relay import Relay  # noqa: E402
from tandem.v1 import (agent_service_pb2, configuration_pb2, configuration_service_pb2, event_pb2,  # noqa: E402
                       event_service_pb2, ingest_service_pb2, ticket_pb2, ticket_service_pb2, types_pb2)
from tandem_server import Server  # noqa: E402

LIMIT_SECONDS = 60


def setUpModule():
    global server
    server = Server()
    unittest.addModuleCleanup(server.stop)


class LossyRelay(Relay):
    """After lose() nothing of what clients say gets through, or of what the server says, until the connections are cut."""

    def __init__(self, address):
        self._loses_from_client = None
        self.lost_bytes = 0
        super().__init__(address)

    def lose(self, from_client):
        self.lost_bytes = 0
        self._loses_from_client = from_client

    def cut(self, away=False):
        super().cut(away)
        self._loses_from_client = None

    def loses(self, connection, from_client, data):
        if from_client is not self._loses_from_client:
            return False
        self.lost_bytes += len(data)
        return True


class Page(unittest.TestCase):
    """Each test has a workspace of its own, with the floor of the walk, on which acme-retail has disputes."""

    PAGE = ""

    def setUp(self):
        self.workspace = self.id().rsplit(".", 1)[-1].replace("_", "-")
        self.folder = ROOT / "build/sdk-tests/pages" / pathlib.Path(self.PAGE).stem
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.client = tandem.connect(server.address, workspace=self.workspace)
        self.addCleanup(self.client.close)
        self.relay = LossyRelay(server.address)
        self.addCleanup(self.relay.close)
        self.floor = json.loads((ROOT / "tests/sdk/floor.json").read_text())
        self.floor["clients"].append({"id": "acme-retail"})
        self.dispute = {"id": "billing.dispute", "defaults": [{"queue": "chats"}]}
        self.floor["processTypes"].append(self.dispute)
        self.floor["agents"][0]["clients"].append("acme-retail")
        self.floor["agents"][0]["processTypes"].append("billing.dispute")
        self.apply()

    def apply(self):
        self.client.configuration.ApplyConfiguration(configuration_service_pb2.ApplyConfigurationRequest(
            configuration=json_format.ParseDict(self.floor, configuration_pb2.Configuration())))

    def blocks(self):
        """Of the page, for the relay and this workspace."""
        found = re.findall(r"^```py\n(.*?)^```", (ROOT / self.PAGE).read_text(), re.MULTILINE | re.DOTALL)
        return [block.replace("127.0.0.1:9400", self.relay.address).replace('"starter"', f'"{self.workspace}"')
                for block in found]

    @contextlib.contextmanager
    def running(self, block):
        """The block as a program, until it is killed. What it prints is in `log`."""
        with open(self.folder / "log", "a") as log, \
                subprocess.Popen([sys.executable, "-u", "-c", block], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                 stderr=log, env={**os.environ, "PYTHONPATH": str(SDK)}) as process:
            try:
                yield process
            finally:
                process.kill()

    def log(self):
        return (self.folder / "log").read_text()

    def eventually(self, check):
        """Until the check holds, which asserts something."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            try:
                return check()
            except AssertionError as error:
                if time.monotonic() > deadline:
                    raise AssertionError(f"{error}\n{self.log()[-2000:]}") from None
            time.sleep(0.1)

    def ingest(self, count=1):
        contact = ticket_pb2.Contact(channel="chat", client="acme-retail", process_type="billing.dispute")
        for _ in range(count):
            self.client.ingest.IngestContact(ingest_service_pb2.IngestContactRequest(contact=contact))

    def tickets(self):
        return [ticket for page in self.client.pages(self.client.tickets.ListTickets, ticket_service_pb2.ListTicketsRequest())
                for ticket in page.tickets]


class FollowEvents(Page):

    PAGE = "docs/how-to/follow-events.md"

    def rows(self, table):
        with contextlib.closing(sqlite3.connect(self.folder / "copy.sqlite")) as database:
            with contextlib.suppress(sqlite3.OperationalError):  # Not made yet.
                return database.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
        return []

    def happened(self):
        """Since the block was started first."""
        events = []
        with contextlib.closing(self.client.events(start=event_service_pb2.EVENT_START_OLDEST)) as messages:
            for message in messages:
                events += message.events
                if message.at_end:
                    break
        return [(event.sequence, event.ticket_id, event_pb2.EventType.Name(event.type)) for event in events][self.before:]

    def assert_told(self):
        self.assertEqual(self.rows("history"), self.happened())

    def crash(self, block, when):
        """Runs the block until SQLite refuses a row, and expects that nothing came of the transaction."""
        with contextlib.closing(sqlite3.connect(self.folder / "copy.sqlite")) as database:
            before = self.rows("history"), self.rows("place")
            database.execute(f"CREATE TRIGGER crash BEFORE INSERT ON {when} BEGIN SELECT RAISE(ABORT, 'crash'); END")
            with self.running(block) as process:
                self.assertEqual(process.wait(LIMIT_SECONDS), 1)
            self.assertIn("sqlite3.IntegrityError: crash", self.log())
            database.execute("DROP TRIGGER crash")
        self.assertEqual((self.rows("history"), self.rows("place")), before)

    def test_misses_no_event_and_has_none_twice_over_crashes(self):
        [block] = self.blocks()
        self.before = 0
        self.before = len(self.happened())
        with self.running(block):
            self.eventually(lambda: self.assertEqual(len(self.rows("place")), 1))
            self.ingest(2)
            self.eventually(self.assert_told)
        self.ingest(3)
        # At the second event of a message, and at the token.
        self.crash(block, f"history WHEN (SELECT count(*) FROM history) > {len(self.rows('history'))}")
        self.crash(block, "place")
        with self.running(block):
            self.eventually(self.assert_told)
            self.relay.cut()
            self.ingest(2)
            self.eventually(self.assert_told)
            server.kill()
            server.start()
            self.ingest(2)
            self.eventually(self.assert_told)
        created = collections.Counter(what for _, _, what in self.rows("history"))["EVENT_TYPE_TICKET_CREATED"]
        self.assertEqual(created, 9)
        self.assertEqual(len(self.rows("place")), 1)


class SendManyContacts(Page):

    PAGE = "docs/how-to/send-many-contacts.md"

    def setUp(self):
        super().setUp()
        keep, self.sender = self.blocks()
        program = {}
        with contextlib.chdir(self.folder):
            exec(keep, program)
        self.database, self.send = program["database"], program["send"]
        self.addCleanup(self.database.close)
        self.sent = []

    def send_many(self, count):
        with self.database:
            for _ in range(count):
                self.sent.append(f"customer-{len(self.sent)}")
                self.send(ticket_pb2.Contact(channel="chat", client="acme-retail", process_type="billing.dispute",
                                             customer_id=self.sent[-1]))

    def assert_in(self):
        self.assertEqual(sorted(ticket.customer_id for ticket in self.tickets()), sorted(self.sent))

    def kept(self, which="1"):
        return self.database.execute(f"SELECT count(*) FROM outbox WHERE {which}").fetchone()[0]

    def assert_all_acknowledged(self):
        self.assertEqual(self.kept(), 0)

    def test_brings_every_contact_in_once_over_lost_streams(self):
        with self.running(self.sender):
            self.send_many(10)
            self.eventually(self.assert_all_acknowledged)
            # They come in, and their acknowledgements are lost.
            self.relay.lose(from_client=False)
            self.send_many(200)
            self.eventually(self.assert_in)
            self.assertEqual(self.kept(), 200)
            self.relay.cut()
            self.eventually(self.assert_all_acknowledged)
            # They are written, and never come in.
            self.relay.lose(from_client=True)
            self.send_many(200)
            self.eventually(lambda: self.assertGreater(self.relay.lost_bytes, 10_000))
            self.assertEqual(self.kept(), 200)
            self.relay.cut()
            self.eventually(self.assert_all_acknowledged)
            self.send_many(1000)
            server.kill()
            server.start()
            self.eventually(self.assert_all_acknowledged)
        self.assert_in()

    def test_sends_again_only_what_was_refused_for_now(self):
        self.floor["queues"][0]["maxWaiting"] = 1
        self.apply()
        with self.running(self.sender):
            self.send_many(2)
            with self.database:
                self.send(ticket_pb2.Contact(channel="chat", client="nobody", process_type="billing.dispute"))
            self.eventually(lambda: self.assertEqual(self.kept("refused LIKE '%client%nobody%'"), 1))
            self.assertEqual(self.kept("refused IS NULL"), 1)
            [first] = self.tickets()
            self.client.tickets.CancelTicket(ticket_service_pb2.CancelTicketRequest(ticket_id=first.id))
            self.eventually(lambda: self.assertEqual(self.kept("refused IS NULL"), 0))
        self.assertEqual(self.kept(), 1)
        self.assert_in()


class WatchQueuesAndAgents(Page):

    PAGE = "docs/how-to/watch-queues-and-agents.md"
    # So many that a snapshot comes in two messages.
    SPARE = 600

    def setUp(self):
        super().setUp()
        spare = self.floor["queues"][1]
        self.floor["queues"] += [{**spare, "id": f"spare-{number}"} for number in range(self.SPARE)]
        self.apply()

    def remove_spare_queue(self):
        self.floor["queues"].pop()
        self.apply()

    def drawn(self):
        return re.findall(r"^\{.*\}$", self.log(), re.MULTILINE)

    def assert_drawn(self, waiting):
        expected = dict.fromkeys((queue["id"] for queue in self.floor["queues"]), 0) | {"chats": waiting}
        last = ast.literal_eval(self.drawn()[-1]) if self.drawn() else {}
        self.assertEqual({"missing": expected.keys() - last.keys(), "more": last.keys() - expected.keys()},
                         {"missing": set(), "more": set()})
        self.assertEqual(last, expected)

    def test_draws_what_changes_and_forgets_what_is_gone(self):
        [block] = self.blocks()
        with self.running(block):
            self.eventually(lambda: self.assert_drawn(waiting=0))
            self.ingest(2)
            self.eventually(lambda: self.assert_drawn(waiting=2))
            self.remove_spare_queue()
            self.eventually(lambda: self.assert_drawn(waiting=2))
            # While nobody tells it.
            self.relay.cut(away=True)
            self.remove_spare_queue()
            self.ingest()
            self.relay.cut()
            self.eventually(lambda: self.assert_drawn(waiting=3))
            server.kill()
            server.start()
            self.ingest()
            self.eventually(lambda: self.assert_drawn(waiting=4))
        # Never a part of them.
        for queues in self.drawn():
            self.assertGreaterEqual(len(ast.literal_eval(queues)), len(self.floor["queues"]))


class LetConversationsGoOn(Page):

    PAGE = "docs/how-to/let-conversations-go-on.md"

    def setUp(self):
        super().setUp()
        [block] = self.blocks()
        program = {}
        exec(block, program)
        self.addCleanup(program["client"].close)
        self.block_takes = program["take"]
        self.messages = 0

    def take(self, last_ticket, conversation="eva"):
        """A new message, delivered twice."""
        self.messages += 1
        message = (conversation, last_ticket, f"message-{self.messages}", f"text {self.messages}")
        ticket = self.block_takes(*message)
        self.assertEqual(self.block_takes(*message), ticket)
        return ticket

    def state(self, ticket_id):
        ticket = self.client.tickets.GetTicket(ticket_service_pb2.GetTicketRequest(ticket_id=ticket_id)).ticket
        return types_pb2.TicketState.Name(ticket.state).removeprefix("TICKET_STATE_")

    def texts(self, ticket_id):
        """Of messages, in their order; those of contacts are empty."""
        listed = self.client.tickets.ListMessages(ticket_service_pb2.ListMessagesRequest(ticket_id=ticket_id))
        return [message.text for message in listed.messages]

    def work_on(self, ticket_id, state):
        with self.client.session("ana") as session:
            session.set_available()
            while not isinstance(change := session.next(LIMIT_SECONDS), agent_service_pb2.Offer):
                pass
            self.assertEqual(change.ticket_id, ticket_id)
            session.accept(change.offer_id)
            session.finish(ticket_id)
            session.complete(ticket_id, "solved")
        self.assertEqual(self.state(ticket_id), state)

    def test_adds_to_the_ticket_that_is_open_or_reopens(self):
        self.dispute["defaults"][0]["reopenWithin"] = "3600s"
        self.apply()
        ticket = self.take(None)
        self.assertEqual(self.take(ticket), ticket)
        self.work_on(ticket, "COMPLETED")
        self.assertEqual(self.take(ticket), ticket)
        self.assertEqual(self.state(ticket), "QUEUED")
        self.assertEqual(self.texts(ticket), ["", "text 2", "text 3"])
        self.assertEqual(len(self.tickets()), 1)

    def test_makes_a_new_ticket_when_the_last_one_does_not_reopen(self):
        completed = self.take(None)
        self.work_on(completed, "COMPLETED")
        second = self.take(completed)
        self.assertNotEqual(second, completed)
        self.assertEqual((self.state(completed), self.state(second)), ("COMPLETED", "QUEUED"))
        # Not known to have gone on elsewhere: it joins what is open.
        self.assertEqual(self.take(completed), second)
        self.client.tickets.CancelTicket(ticket_service_pb2.CancelTicketRequest(ticket_id=second))
        third = self.take(second)
        self.assertEqual(self.state(third), "QUEUED")
        self.assertEqual(len(self.tickets()), 3)

    def test_makes_a_new_ticket_while_the_last_one_is_reviewed(self):
        self.floor["processTypes"].append({"id": "checking", "defaults": [{"queue": "jobs"}]})
        self.dispute["review"] = {"processType": "checking"}
        self.apply()
        reviewed = self.take(None)
        self.work_on(reviewed, "IN_REVIEW")
        second = self.take(reviewed)
        self.assertNotEqual(second, reviewed)
        self.assertEqual((self.state(reviewed), self.state(second)), ("IN_REVIEW", "QUEUED"))


if __name__ == "__main__":
    unittest.main()
