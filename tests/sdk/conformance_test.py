#!/usr/bin/env python3
"""Goal: an engineer gets the same from tandem in every language. Method: programs that do the same through each SDK. One
does a walk against a server of this build, which is killed and started again on the way; another one makes calls to a stub,
which notes all that came; a third one holds an agent's session against another stub. Each must say exactly what
tests/sdk/walk.txt, calls.txt and session.txt say. tests/sdk/README.md tells all three.

    deploy/dev/sdk && build/tools/sdk-python/bin/python tests/sdk/conformance_test.py [Python] [Go] [TypeScript] [Java]
"""

import functools
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/sdk")]
import languages  # noqa: E402
from certificates import Authority  # noqa: E402
from languages import TESTS, run  # noqa: E402
from stub import Refusal, Stub, grpc, refuse, say, stay  # noqa: E402
from tandem_server import BIN, Server  # noqa: E402

from tandem.v1 import agent_service_pb2, event_service_pb2, ingest_service_pb2, types_pb2  # noqa: E402

PROGRAM_SECONDS = 120
# Of channel.json: how often a unary call is sent at most.
MOST_ATTEMPTS = 5
# Of the SDKs: how long a verb pauses that could not be decided, at most, before it is sent for the second, third, … time.
VERB_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)


def opened(generation, offers_of=(), work_on=()):
    return agent_service_pb2.StreamAgentSessionResponse(opened=agent_service_pb2.AgentSnapshot(
        generation=generation, state=agent_service_pb2.AgentState(status=types_pb2.AGENT_STATUS_AVAILABLE),
        offers=[agent_service_pb2.Offer(offer_id=f"offer of {ticket}", ticket_id=ticket) for ticket in offers_of],
        work=[agent_service_pb2.Work(ticket_id=ticket, offer_id=f"offer of {ticket}", state=types_pb2.TICKET_STATE_ACTIVE)
              for ticket in work_on]))


def taken(state=types_pb2.TICKET_STATE_UNSPECIFIED):
    return agent_service_pb2.VerbResult(ticket_state=state)


def not_taken(code, reason):
    return agent_service_pb2.VerbResult(code=code.value[0], reason=reason, message="as the script says")


def answer(*results):
    """Gives each verb that comes up the next of the results, and takes those after, until the session is closed. Where a
    result is a refusal, the stream is lost."""
    def piece(requests, _gone):
        left = iter(results)
        for request in requests:
            if request.WhichOneof("verb") == "close":
                return
            result = next(left, taken())
            if isinstance(result, Refusal):
                raise result
            yield agent_service_pb2.StreamAgentSessionResponse(result=tagged(result, request.tag))
    return piece


def tagged(result, tag):
    copy = agent_service_pb2.VerbResult(tag=tag)
    copy.MergeFrom(result)
    return copy


def put_off(requests, _gone):
    """Decides nothing, and loses the stream when a status is set."""
    for request in requests:
        if request.WhichOneof("verb") == "set_status":
            raise UNAVAILABLE
        yield agent_service_pb2.StreamAgentSessionResponse(result=tagged(AWAY, request.tag))


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
    "AgentService.StreamAgentSession": [say(opened(1), then=answer(UNAVAILABLE)), say(opened(2), then=answer())],
}
AWAY = not_taken(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED
# What the verbs of tests/sdk/README.md's session get, stream by stream.
SESSION_SCRIPT = {"AgentService.StreamAgentSession": [
    say(opened(1, offers_of=["three", "four"], work_on=["one", "two"]), then=answer(UNAVAILABLE)),
    say(opened(2, offers_of=["five"], work_on=["one", "three"]),
        then=answer(taken(types_pb2.TICKET_STATE_ACTIVE), UNAVAILABLE)),
    say(opened(3, offers_of=["five"], work_on=["one", "three"]),
        then=answer(not_taken(grpc.StatusCode.ABORTED, "SESSION_FENCED"), taken(),
                    *[not_taken(EXHAUSTED, "OVERLOADED"), AWAY] * 2, not_taken(EXHAUSTED, "OVERLOADED"),
                    taken(types_pb2.TICKET_STATE_WRAP_UP),
                    not_taken(EXHAUSTED, "QUEUE_FULL"), not_taken(EXHAUSTED, "TOO_MANY_OPEN_TICKETS"))),
]}


def verbs(attempt):
    return [request.WhichOneof("verb") for request in attempt.requests]


def session_of(request):
    return getattr(request, request.WhichOneof("verb")).session.generation


def id_of(request):
    return getattr(request, request.WhichOneof("verb")).request_id


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
    @functools.cache
    def session(cls):
        """What the program says of its session, and the streams of it."""
        return cls.said_against(SESSION_SCRIPT, "session")

    @classmethod
    def said_against(cls, script, program, *arguments):
        """What the program prints, and the streams of its session."""
        stub = Stub(script)
        cls.addClassCleanup(stub.stop)
        stub.start()
        said = cls.said_by(program, *arguments, stub.address)
        return said, stub.of("AgentService.StreamAgentSession")

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

    def test_says_of_the_session_what_all_say(self):
        said, _ = self.session()
        self.assertEqual(said, (TESTS / "session.txt").read_text().splitlines())

    def test_sends_a_verb_whose_answer_was_lost_again_as_it_was(self):
        _, (first, second, _) = self.session()
        self.assertEqual(verbs(first), ["open", "accept"])
        self.assertEqual(first.requests[1], second.requests[1])
        self.assertEqual(session_of(first.requests[1]), 1)
        self.assertRegex(id_of(first.requests[1]), r"\A[0-9a-f-]{36}\Z")

    def test_says_a_verb_anew_that_the_former_session_had_not_taken(self):
        _, (_, second, third) = self.session()
        self.assertEqual(verbs(second), ["open", "accept", "start"])
        lost, again, anew = second.requests[2], *third.requests[1:3]
        self.assertEqual(lost, again)
        self.assertEqual([session_of(request) for request in (lost, anew)], [2, 3])
        self.assertNotEqual(id_of(lost), id_of(anew))
        self.assertEqual(lost.tag, anew.tag)

    def test_repeats_what_the_server_could_not_decide_with_growing_pauses_and_nothing_else(self):
        _, (_, _, third) = self.session()
        times = len(VERB_PAUSES) + 1
        self.assertEqual(verbs(third), ["open", *["start"] * 2, *["finish"] * times, *["complete"] * 2, "close"])
        finishes = third.came[3:3 + times]
        self.assertEqual([request for _, request in finishes], [finishes[0][1]] * times)
        # Chance takes half of a pause at most; that timers are a bit early does no harm.
        for (before, _), (after, _), pause in zip(finishes, finishes[1:], VERB_PAUSES):
            self.assertGreater(after - before, pause / 2 * 0.9)

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
        self.assertEqual([verbs(attempt) for attempt in opened], [["open", "set_status"], ["open", "set_status", "close"]])
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

    def test_the_part_of_its_readme_that_shows_a_certificate_is_served_by_a_server_that_asks_for_one(self):
        folder = self.language.folder
        authority = Authority(folder, "ca")
        certificate, key = authority.vouch_for("server")
        server = Server("--tls-cert", certificate, "--tls-key", key, "--tls-client-ca", authority.certificate)
        self.addCleanup(server.stop)
        shutil.copy(authority.certificate, folder / "ca.crt")
        for file, end in zip(authority.vouch_for("desk-7", "URI:desk:7"), ("crt", "key")):
            shutil.copy(file, folder / f"desk-7.{end}")
        part = self.language.blocks("py")[0]
        self.assertIn("router.example:9400", part)
        part = part.replace("router.example:9400", server.address)
        asking = "print(len(client.system.GetServerInfo(system_service_pb2.GetServerInfoRequest()).version) > 0)"
        program = f"import pathlib, grpc, tandem\nfrom tandem.v1 import system_service_pb2\n{part}{asking}"
        self.assertEqual(self.language.run_example(program), "True\n")
        with self.assertRaisesRegex(AssertionError, "UNAVAILABLE"):
            self.language.run_example(program.replace("(authority, key, certificate))", "(authority))"))


class Go(Conformance, unittest.TestCase):
    language = languages.Go()

    def test_forgets_a_verb_whose_context_ended(self):
        said, streams = self.said_against({"AgentService.StreamAgentSession": [
            say(opened(1), then=put_off), say(opened(2), then=answer())]}, "session", "forget")
        self.assertEqual(said, ["accept: context deadline exceeded", "ana is available"])
        self.assertEqual(set(verbs(streams[0])), {"open", "accept", "set_status"})
        self.assertEqual(verbs(streams[1]), ["open", "set_status", "close"])


class TypeScript(Conformance, unittest.TestCase):
    language = languages.TypeScript()


class Java(Conformance, unittest.TestCase):
    language = languages.Java()

    def test_has_one_writer_at_a_time_on_a_stream(self):
        said, _ = self.said_against(SCRIPT, "writers")
        self.assertEqual(said, ["at most 1 at once"])


if __name__ == "__main__":
    unittest.main()
