#!/usr/bin/env python3
"""Goal: an engineer gets the same from tandem in every language. Method: programs that do the same through each SDK. One
does a walk against a server of this build, which is killed and started again on the way; another one makes calls to a stub,
which notes all that came. Each must say exactly what tests/sdk/walk.txt and calls.txt say. tests/sdk/README.md tells both.

    deploy/dev/sdk && build/tools/sdk-python/bin/python tests/sdk/conformance_test.py [Python] [Go] [TypeScript] [Java]
"""

import pathlib
import re
import subprocess
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/sdk")]
import languages  # noqa: E402
from languages import TESTS, run  # noqa: E402
from stub import Refusal, Stub, grpc, refuse, say, stay  # noqa: E402
from tandem_server import BIN, Server  # noqa: E402

from tandem.v1 import agent_service_pb2, event_service_pb2, ingest_service_pb2  # noqa: E402

PROGRAM_SECONDS = 120
# Of channel.json: how often a unary call is sent at most.
MOST_ATTEMPTS = 5


def opened(generation):
    return agent_service_pb2.StreamAgentSessionResponse(opened=agent_service_pb2.AgentSnapshot(generation=generation))


def cut(requests, _gone):
    """Loses the stream when a verb comes up."""
    next(requests)
    raise UNAVAILABLE


def agree(requests, _gone):
    """Does every verb that comes up, until the session is closed."""
    for request in requests:
        if request.WhichOneof("verb") == "close":
            return
        yield agent_service_pb2.StreamAgentSessionResponse(result=agent_service_pb2.VerbResult(tag=request.tag))


def events(token):
    return event_service_pb2.StreamEventsResponse(resume_token=token)


UNAVAILABLE = Refusal(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE", 0.25)
BUSY = Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED", 1.5)
SCRIPT = {
    "IngestService.IngestContact": [refuse(UNAVAILABLE), refuse(UNAVAILABLE), say(ingest_service_pb2.IngestContactResponse())],
    "TicketService.GetTicket": [refuse(UNAVAILABLE)],
    "WebhookService.CreateWebhook": [refuse(UNAVAILABLE)],
    "TicketService.ListTickets": [refuse(BUSY)],
    "EventService.StreamEvents": [say(events("one"), then=refuse(UNAVAILABLE)), say(events("two"), then=stay)],
    "AgentService.StreamAgentSession": [say(opened(1), then=cut), say(opened(2), then=agree)],
}


class Conformance:
    """What is asked of every language."""

    @classmethod
    def setUpClass(cls):
        cls.language.prepare()
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.stub = Stub(SCRIPT)
        cls.addClassCleanup(cls.stub.stop)
        tls = cls.stub.encrypt(cls.language.folder)
        cls.stub.start()
        cls.said_of_calls = cls.said_by("calls", cls.stub.address, *tls)

    @classmethod
    def said_by(cls, program, *arguments, orders=()):
        """What the program prints, but for its orders, which are obeyed."""
        said = []
        with subprocess.Popen([*cls.language.command(program), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, cwd=cls.language.folder) as process:
            watchdog = threading.Timer(PROGRAM_SECONDS, process.kill)
            watchdog.start()
            for line in process.stdout:
                line = line.rstrip("\n")
                if line in orders:
                    orders[line]()
                    print(file=process.stdin, flush=True)
                else:
                    said.append(line)
            watchdog.cancel()
        assert process.returncode == 0, "\n".join(said)
        return said

    def test_says_on_the_walk_what_all_say(self):
        orders = {"» kill the server": self.server.kill, "» start the server": self.server.start}
        said = self.said_by("walk", self.server.address, TESTS / "floor.json", orders=orders)
        self.assertEqual(said, (TESTS / "walk.txt").read_text().splitlines())

    def test_says_of_the_calls_what_all_say(self):
        self.assertEqual(self.said_of_calls, (TESTS / "calls.txt").read_text().splitlines())

    def test_sends_a_new_token_with_each_call_and_the_same_one_with_its_repeats(self):
        calls = 0
        for attempt in self.stub.attempts:
            calls += attempt.repeats == "0"
            with self.subTest(method=attempt.method, repeats=attempt.repeats):
                self.assertEqual(attempt.authorization, [f"Bearer token-{calls}"])

    def test_encrypts_when_it_is_told_to(self):
        self.assertEqual([attempt.method for attempt in self.stub.attempts if attempt.encrypted],
                         ["TicketService.ListMessages"])

    def test_repeats_an_unavailable_call_by_the_same_request_until_it_succeeds(self):
        attempts = self.stub.of("IngestService.IngestContact")
        self.assertEqual([attempt.repeats for attempt in attempts], ["0", "1", "2"])
        self.assertEqual([attempt.request for attempt in attempts], [attempts[0].request] * 3)
        self.assertRegex(attempts[0].request.request_id, r"\A[0-9a-f-]{36}\Z")

    def test_gives_up_after_the_shipped_number_of_attempts(self):
        self.assertEqual([attempt.repeats for attempt in self.stub.of("TicketService.GetTicket")],
                         [str(number) for number in range(MOST_ATTEMPTS)])

    def test_repeats_neither_what_would_be_done_twice_nor_what_the_server_is_too_busy_for(self):
        for method in ("WebhookService.CreateWebhook", "TicketService.ListTickets"):
            with self.subTest(method=method):
                self.assertEqual(len(self.stub.of(method)), 1)

    def test_fills_in_the_workspace_and_request_ids_in_every_service(self):
        ids = []
        for attempt in self.stub.attempts:
            with self.subTest(method=attempt.method):
                fields = attempt.request.DESCRIPTOR.fields_by_name
                given = attempt.method == "TicketService.CancelTicket"
                if "workspace" in fields:
                    self.assertEqual(attempt.request.workspace, "other" if given else "acme")
                if "request_id" in fields and attempt.repeats == "0":
                    self.assertNotIn(attempt.request.request_id, ["", *ids])
                    ids.append(attempt.request.request_id)
                    self.assertEqual(attempt.request.request_id == "given", given)
        services = {attempt.method.partition(".")[0] for attempt in self.stub.attempts}
        self.assertEqual(services, {re.search(r"^service (\w+)", proto.read_text(), re.MULTILINE).group(1)
                                    for proto in (ROOT / "proto/tandem/v1").glob("*_service.proto")})

    def test_comes_back_to_streams_where_they_were_cut(self):
        self.assertEqual([attempt.request.resume_token for attempt in self.stub.of("EventService.StreamEvents")], ["", "one"])
        opened = self.stub.of("AgentService.StreamAgentSession")
        self.assertEqual(len(opened), 2)
        self.assertEqual(opened[0].request.open, opened[1].request.open)
        self.assertEqual((opened[0].request.open.agent, opened[0].request.open.workspace), ("ana", "acme"))

    def test_the_example_of_its_readme_runs(self):
        run(BIN / "tandemctl", "--address", self.server.address, "apply", "--yes", "-f", "deploy/starter")
        example = self.language.blocks("(?:python|go|js|java)")[0]
        self.assertIn("127.0.0.1:9400", example)
        printed = self.language.run_example(example.replace("127.0.0.1:9400", self.server.address))
        self.assertRegex(printed, r"\A[0-9a-f-]{36}\n\Z")


class Python(Conformance, unittest.TestCase):
    language = languages.Python()

    def test_the_parts_of_programs_in_its_readme_run(self):
        said = self.said_by("parts", self.server.address, TESTS / "floor.json", self.language.readme)
        self.assertEqual(said, ["done", "done"])


class Go(Conformance, unittest.TestCase):
    language = languages.Go()


class TypeScript(Conformance, unittest.TestCase):
    language = languages.TypeScript()


class Java(Conformance, unittest.TestCase):
    language = languages.Java()


if __name__ == "__main__":
    unittest.main()
