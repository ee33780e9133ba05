#!/usr/bin/env python3
"""Goal: what the walk can't bring about: cuts between a verb and its answer, and snapshots that differ from what was told.
Method: the Python session against a server in this process that plays a script, stream by stream.

    build/tools/sdk-python/bin/python tests/sdk/session_test.py      after deploy/dev/sdk python
"""

import concurrent.futures
import pathlib
import queue
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "build/sdk/python/src"))

import grpc  # noqa: E402

import tandem  # noqa: E402
from tandem.v1 import agent_service_pb2 as messages  # noqa: E402
from tandem.v1 import agent_service_pb2_grpc, types_pb2  # noqa: E402

AVAILABLE = messages.AgentState(status=types_pb2.AGENT_STATUS_AVAILABLE)
LIMIT_SECONDS = 20


def opened(generation, offers=(), work=()):
    return messages.StreamAgentSessionResponse(opened=messages.AgentSnapshot(
        generation=generation, state=AVAILABLE, work=list(work),
        offers=[messages.Offer(offer_id=offer, ticket_id=f"ticket of {offer}") for offer in offers]))


def result(tag, **fields):
    return messages.StreamAgentSessionResponse(result=messages.VerbResult(tag=tag, **fields))


class Script(agent_service_pb2_grpc.AgentServiceServicer):
    """Each stream runs the next function of the script: it gets what comes up, and yields what goes down."""

    def __init__(self, *streams):
        self.streams = list(streams)

    def StreamAgentSession(self, requests, context):
        assert next(requests).WhichOneof("verb") == "open"
        try:
            yield from self.streams.pop(0)(requests)
        except ConnectionError:
            context.abort(grpc.StatusCode.UNAVAILABLE, "cut")
        except PermissionError:
            context.abort(grpc.StatusCode.ABORTED, "another session took over")


class Session(unittest.TestCase):

    def against(self, *streams):
        return self.client_of(*streams).session("ana", "desk")

    def client_of(self, *streams):
        server = grpc.server(concurrent.futures.ThreadPoolExecutor())
        agent_service_pb2_grpc.add_AgentServiceServicer_to_server(Script(*streams), server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        self.addCleanup(server.stop, 0)
        client = tandem.connect(f"127.0.0.1:{port}", workspace="test")
        self.addCleanup(client.close)
        return client

    def test_raises_what_ends_any_stream_as_its_own_error(self):
        def refuse(requests):
            raise PermissionError
            yield

        opening = messages.StreamAgentSessionRequest(open=messages.OpenSessionRequest(agent="ben"))
        with self.assertRaises(tandem.TandemError) as raised:
            list(self.client_of(refuse).agents.StreamAgentSession(iter([opening])))
        self.assertEqual(raised.exception.code, grpc.StatusCode.ABORTED)

    def changes(self, session, count):
        return [session.next(timeout=LIMIT_SECONDS) for _ in range(count)]

    def accept(self, session, offer):
        pool = concurrent.futures.ThreadPoolExecutor()
        self.addCleanup(pool.shutdown)
        return pool.submit(session.accept, offer)

    def test_repeats_a_verb_as_it_was_when_its_answer_was_lost(self):
        sent = []

        def first(requests):
            yield opened(1, offers=["one"])
            sent.append(next(requests))
            raise ConnectionError

        def second(requests):
            yield opened(2, work=[messages.Work(ticket_id="ticket of one", offer_id="one")])
            sent.append(next(requests))
            yield result(sent[-1].tag, ticket_state=types_pb2.TICKET_STATE_ACTIVE)
            next(requests)

        session = self.against(first, second)
        self.assertEqual(self.accept(session, "one").result(LIMIT_SECONDS), types_pb2.TICKET_STATE_ACTIVE)
        self.assertEqual(sent[0], sent[1])
        self.assertEqual(sent[0].accept.session.generation, 1)
        state, offer, work = self.changes(session, 3)
        self.assertEqual((state, offer.offer_id, work.work.ticket_id), (AVAILABLE, "one", "ticket of one"))

    def test_says_a_verb_anew_when_the_former_session_had_not_been_heard(self):
        sent = []

        def first(requests):
            yield opened(1, offers=["one"])
            sent.append(next(requests))
            raise ConnectionError

        def second(requests):
            yield opened(2, offers=["one"])
            sent.append(next(requests))
            yield result(sent[-1].tag, code=grpc.StatusCode.ABORTED.value[0], reason="SESSION_FENCED")
            sent.append(next(requests))
            yield result(sent[-1].tag, ticket_state=types_pb2.TICKET_STATE_ACTIVE)
            next(requests)

        session = self.against(first, second)
        self.assertEqual(self.accept(session, "one").result(LIMIT_SECONDS), types_pb2.TICKET_STATE_ACTIVE)
        self.assertEqual([message.accept.session.generation for message in sent], [1, 1, 2])
        self.assertNotEqual(sent[1].accept.request_id, sent[2].accept.request_id)

    def test_sends_again_what_could_not_be_decided(self):
        sent = []

        def only(requests):
            yield opened(1, offers=["one"])
            sent.append(next(requests))
            yield result(sent[-1].tag, code=grpc.StatusCode.UNAVAILABLE.value[0], reason="STORE_UNAVAILABLE")
            sent.append(next(requests))
            yield result(sent[-1].tag, code=grpc.StatusCode.FAILED_PRECONDITION.value[0], reason="OFFER_GONE")
            next(requests)

        session = self.against(only)
        with self.assertRaises(tandem.TandemError) as refused:
            session.accept("one")
        self.assertIs(refused.exception.reason, tandem.ErrorReason.OFFER_GONE)
        self.assertEqual(sent[0], sent[1])

    def test_tells_after_a_cut_what_differs_and_nothing_twice(self):
        stays, goes = messages.Work(ticket_id="stays"), messages.Work(ticket_id="goes")
        cut = queue.SimpleQueue()

        def first(requests):
            yield opened(1, offers=["held", "over"], work=[stays, goes])
            cut.get()
            raise ConnectionError

        def second(requests):
            yield opened(2, offers=["held", "new"], work=[stays])
            next(requests)

        session = self.against(first, second)
        self.changes(session, 5)
        cut.put(None)
        gone, over, new = self.changes(session, 3)
        self.assertEqual((gone.work.ticket_id, gone.gone), ("goes", True))
        self.assertEqual((over.offer_id, over.reason), ("over", ""))
        self.assertEqual(new.offer_id, "new")
        with self.assertRaises(queue.Empty):
            session.next(timeout=0.3)

    def test_ends_when_another_session_took_over(self):
        def only(requests):
            yield opened(1)
            raise PermissionError

        session = self.against(only)
        self.changes(session, 1)
        for act in (lambda: session.next(timeout=LIMIT_SECONDS), session.set_available):
            with self.assertRaises(tandem.TandemError) as lost:
                act()
            self.assertEqual(lost.exception.code, grpc.StatusCode.ABORTED)


if __name__ == "__main__":
    unittest.main()
