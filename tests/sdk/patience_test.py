#!/usr/bin/env python3
"""Goal: a client waits as long as channel.json says and no longer, for an answer and for a server that is gone though the
connection stands. Method: the programs of all languages at once: one waits for a stub that never answers; one follows events
through a relay that swallows all that comes from a moment on and keeps the connection, as it is when a host is switched off
behind a balancer.

    build/tools/sdk-python/bin/python tests/sdk/patience_test.py      after conformance_test.py, which makes the programs
"""

import json
import pathlib
import subprocess
import sys
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/sdk"))
import languages  # noqa: E402
from relay import Relay  # noqa: E402
from stub import Stub, say, stay  # noqa: E402

from tandem.v1 import event_service_pb2  # noqa: E402

SHIPPED = json.loads((ROOT / "deploy/sdk/channel.json").read_text())
PING_SECONDS = SHIPPED["keepalive"]["time_ms"] / 1000
PONG_SECONDS = SHIPPED["keepalive"]["timeout_ms"] / 1000
# Of unary calls: the last part is for the methods that no other one names.
DEADLINE_SECONDS = float(SHIPPED["service_config"]["methodConfig"][-1]["timeout"].removesuffix("s"))
# How much clients and this machine may be late.
LATE_SECONDS = 4
LIMIT_SECONDS = PING_SECONDS + PONG_SECONDS + 20
# A frame of HTTP/2 on connection 0 without flags, of 8 bytes, that asks for an answer.
PING = b"\x00\x00\x08\x06\x00\x00\x00\x00\x00"


class SilentRelay(Relay):
    """After fall_silent() the bytes of the first connection go nowhere, and are noted."""

    def __init__(self, address):
        self._silent = threading.Event()
        self.heard = []  # (when, bytes) since; the last one is of when the client hung up.
        self.hung_up = threading.Event()
        super().__init__(address)

    def fall_silent(self):
        self.heard.clear()
        self._silent.set()
        self.silent_since = time.monotonic()

    def loses(self, connection, from_client, data):
        if connection > 1 or not self._silent.is_set():
            return False
        if from_client:
            self.heard.append((time.monotonic(), data))
        return True

    def ended(self, connection, from_client):
        if connection == 1 and from_client:
            self.heard.append((time.monotonic(), b""))
            self.hung_up.set()


class Client:
    """A language's two programs, each with a stub of its own."""

    def __init__(self, test, language):
        self.test, self.name = test, language.name
        self.events = self.stub({"EventService.StreamEvents": [
            say(event_service_pb2.StreamEventsResponse(resume_token=token), then=stay) for token in ("one", "two")]})
        self.relay = SilentRelay(self.events.address)
        test.addCleanup(self.relay.close)
        self.follows = self.program(language, "follow", self.relay.address)
        self.says(self.follows, "events up to one")
        waits = self.program(language, "wait", self.stub({"TicketService.GetTicket": [self.never]}).address)
        self.waiting = threading.Thread(target=self.wait, args=(waits,))
        self.waiting.start()
        test.addCleanup(self.waiting.join)

    def stub(self, script):
        stub = Stub(script)
        stub.start()
        self.test.addCleanup(stub.stop)
        return stub

    def program(self, language, *arguments):
        process = subprocess.Popen([*language.command("calls"), *arguments], stdout=subprocess.PIPE, text=True,
                                   cwd=language.folder)
        watchdog = threading.Timer(LIMIT_SECONDS + 20, process.kill)
        watchdog.start()
        for clean in (process.wait, process.stdout.close, process.kill, watchdog.cancel):
            self.test.addCleanup(clean)
        return process

    def says(self, process, line):
        self.test.assertEqual(process.stdout.readline(), f"{line}\n")

    def never(self, requests, gone):
        self.asked_at = time.monotonic()
        return stay(requests, gone)

    def wait(self, process):
        self.answer = process.stdout.readline()
        self.answered_at = time.monotonic()


class Patience(unittest.TestCase):

    def test_is_what_is_shipped(self):
        clients = [Client(self, language()) for language in languages.ALL]
        for client in clients:
            client.relay.fall_silent()
        for client in clients:
            with self.subTest(language=client.name, what="an answer"):
                client.waiting.join(LIMIT_SECONDS)
                self.assertEqual(client.answer, "GetTicket: DEADLINE_EXCEEDED UNSPECIFIED\n")
                self.assert_about(client.answered_at - client.asked_at, DEADLINE_SECONDS)
            with self.subTest(language=client.name, what="a server that is gone"):
                self.assertTrue(client.relay.hung_up.wait(LIMIT_SECONDS), "expected the client to hang up")
                pinged_at = next((when for when, data in client.relay.heard if PING in data), None)
                self.assertIsNotNone(pinged_at, "expected a ping")
                self.assert_about(pinged_at - client.relay.silent_since, PING_SECONDS)
                self.assert_about(client.relay.heard[-1][0] - pinged_at, PONG_SECONDS)
                client.says(client.follows, "events up to two")
                self.assertEqual([attempt.request.resume_token for attempt in client.events.attempts], ["", "one"])

    def assert_about(self, seconds, expected):
        self.assertGreater(seconds, expected - LATE_SECONDS)
        self.assertLess(seconds, expected + LATE_SECONDS)


if __name__ == "__main__":
    unittest.main()
