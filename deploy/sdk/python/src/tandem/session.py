"""An agent's session that survives lost connections and restarts of the server."""

import concurrent.futures
import queue
import threading
import uuid

import grpc

from tandem.errors import ErrorReason, TandemError
from tandem.pauses import pauses
from tandem.v1 import agent_service_pb2, ticket_service_pb2, types_pb2

# How long close() waits for the server to take the log-out.
CLOSE_SECONDS = 5
CODES = {code.value[0]: code for code in grpc.StatusCode}


class AgentSession:
    """What an agent has, as changes to iterate over, and what the agent does, as methods.

        with client.session("ana") as session:
            session.set_available()
            for change in session:
                match change:
                    case agent_service_pb2.Offer(): session.accept(change.offer_id)

    Changes are messages of agent_service.proto: Offer, OfferEnded, WorkChanged and AgentState. The first ones tell what the
    agent has when the session opens. After a cut the session opens again, and only what differs from what was told comes:
    an offer is told once, and one that is gone meanwhile is an OfferEnded with an empty reason. A change tells the newest
    state; states in between may be left out.

    A method returns when its verb was decided, and raises TandemError when it was refused. A verb that was under way
    during a cut, or that the server could not decide (UNAVAILABLE, OVERLOADED), is sent again, with growing pauses, and
    takes effect once. Iterating ends after close(), and raises when the session is lost for good: another one of the
    agent took over (SESSION_FENCED). After a long cut the agent is OFFLINE and stays so until set_available(): whether
    somebody is still there, only the program knows.

    Thread rule: methods may be called from any thread; one thread iterates.
    """

    def __init__(self, client, agent, session_id, workspace):
        self._client = client
        self._open = agent_service_pb2.OpenSessionRequest(workspace=workspace, agent=agent, session_id=session_id)
        self._told = _Told()
        self._changes = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._opened = concurrent.futures.Future()
        self._closing = threading.Event()
        self._upward = None  # Of the stream that is open now.
        self._verbs = {}  # Not decided yet, by tag.
        self._last_tag = 0
        self._lost = None
        self._thread = threading.Thread(target=self._run, name=f"tandem session {agent}", daemon=True)
        self._thread.start()
        self._opened.result()

    @property
    def ref(self):
        """The SessionRef that unary calls for the agent carry, for example ClaimTickets."""
        with self._lock:
            return self._ref()

    @property
    def snapshot(self):
        """The newest AgentSnapshot: the reasons and dispositions that a desktop offers to choose from."""
        with self._lock:
            return self._snapshot

    def set_available(self):
        self._do("set_status", agent_service_pb2.SetAgentStatusRequest(status=types_pb2.AGENT_STATUS_AVAILABLE))

    def set_not_ready(self, reason):
        self._do("set_status", agent_service_pb2.SetAgentStatusRequest(
            status=types_pb2.AGENT_STATUS_NOT_READY, reason=reason))

    def accept(self, offer_id):
        """Returns the ticket's state: CONNECTING or ACTIVE."""
        return self._do("accept", agent_service_pb2.AcceptOfferRequest(offer_id=offer_id))

    def decline(self, offer_id, cause=agent_service_pb2.DECLINE_CAUSE_UNSPECIFIED):
        self._do("decline", agent_service_pb2.DeclineOfferRequest(offer_id=offer_id, cause=cause))

    def start(self, ticket_id):
        self._do("start", agent_service_pb2.StartTicketRequest(ticket_id=ticket_id))

    def finish(self, ticket_id):
        """Returns the ticket's state: WRAP_UP or COMPLETED."""
        return self._do("finish", agent_service_pb2.FinishTicketRequest(ticket_id=ticket_id))

    def complete(self, ticket_id, disposition="", **fields):
        """`fields` are those of CompleteTicketRequest: a review's verdict and comment, follow-ups."""
        self._do("complete", ticket_service_pb2.CompleteTicketRequest(
            ticket_id=ticket_id, disposition=disposition, **fields))

    def release(self, ticket_id):
        self._do("release", ticket_service_pb2.ReleaseTicketRequest(ticket_id=ticket_id))

    def park(self, ticket_id, **fields):
        """`fields` are those of ParkTicketRequest."""
        self._do("park", ticket_service_pb2.ParkTicketRequest(ticket_id=ticket_id, **fields))

    def close(self):
        """Logs the agent out. Repeated, it does nothing."""
        with self._lock:
            self._closing.set()
            if self._upward is not None:
                self._upward.put(agent_service_pb2.StreamAgentSessionRequest(
                    close=agent_service_pb2.CloseSessionRequest()))
        self._thread.join(CLOSE_SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __iter__(self):
        return self

    def __next__(self):
        return self.next()

    def next(self, timeout=None):
        """The next change; raises queue.Empty when none comes within `timeout` seconds."""
        change = self._changes.get(timeout=timeout)
        if change is not None:
            return change
        self._changes.put(None)
        if self._closing.is_set():
            raise StopIteration
        raise self._lost

    def _ref(self):
        return types_pb2.SessionRef(agent=self._open.agent, generation=self._snapshot.generation)

    def _do(self, kind, request):
        decided = concurrent.futures.Future()
        with self._lock:
            if self._lost is not None:
                raise self._lost
            self._last_tag += 1
            self._verbs[self._last_tag] = _Verb(kind, request, decided)
            self._sign(request)
            self._send(self._last_tag)
        result = decided.result()
        if result.code != 0:
            raise TandemError(CODES[result.code], result.message, result.reason)
        return result.ticket_state

    def _sign(self, request):
        """Makes a verb of this generation of it, which takes effect once however often it is sent."""
        request.session.CopyFrom(self._ref())
        request.request_id = str(uuid.uuid4())

    def _send(self, tag):
        if self._upward is not None and tag in self._verbs:
            verb = self._verbs[tag]
            self._upward.put(agent_service_pb2.StreamAgentSessionRequest(tag=tag, **{verb.kind: verb.request}))

    def _run(self):
        lost = None
        waits = pauses()
        while not self._closing.is_set():
            try:
                if self._follow():
                    waits = pauses()
            except TandemError as error:
                if not error.is_passing:
                    lost = error
                    break
            except ValueError as error:  # gRPC's word for a client that was closed.
                lost = TandemError(grpc.StatusCode.CANCELLED, str(error), "")
                break
            self._closing.wait(next(waits))
        self._end(lost)

    def _follow(self):
        """One stream from its opening to its end. Returns whether it was opened."""
        upward = queue.SimpleQueue()
        upward.put(agent_service_pb2.StreamAgentSessionRequest(open=self._open))
        stream = self._client.agents.StreamAgentSession(iter(upward.get, None))
        opened = False
        try:
            for message in stream:
                opened = True
                with self._lock:
                    self._take(message, upward)
        except TandemError as error:
            if not opened or not error.is_passing:
                raise
        finally:
            with self._lock:
                self._upward = None
            upward.put(None)
            stream.cancel()
        return opened

    def _take(self, message, upward):
        kind = message.WhichOneof("message")
        if kind == "result":
            self._take_result(message.result)
        elif kind == "opened":
            self._snapshot = message.opened
            self._upward = upward
            for change in self._told.difference(message.opened):
                self._changes.put(change)
            for tag in self._verbs:
                self._send(tag)
            if self._closing.is_set():
                upward.put(agent_service_pb2.StreamAgentSessionRequest(close=agent_service_pb2.CloseSessionRequest()))
            if not self._opened.done():
                self._opened.set_result(None)
        elif kind is not None:
            change = getattr(message, kind)
            if self._told.is_news(change):
                self._changes.put(change)

    def _take_result(self, result):
        verb = self._verbs.get(result.tag)
        if verb is None:
            return
        fenced = result.reason == ErrorReason.SESSION_FENCED.name
        if _is_undecided(result):
            later = threading.Timer(next(verb.waits), self._repeat, (result.tag, self._upward))
            later.daemon = True
            later.start()
        elif fenced and verb.request.session.generation < self._ref().generation:
            # It was sent before the cut and not taken: this generation may say it anew.
            self._sign(verb.request)
            self._send(result.tag)
        else:
            del self._verbs[result.tag]
            verb.decided.set_result(result)

    def _repeat(self, tag, upward):
        """On the stream that gave the result: a newer one got all verbs when it was opened."""
        with self._lock:
            if upward is self._upward:
                self._send(tag)

    def _end(self, lost):
        with self._lock:
            self._lost = lost or TandemError(grpc.StatusCode.CANCELLED, "the session was closed")
            for verb in self._verbs.values():
                verb.decided.set_exception(self._lost)
            self._verbs.clear()
            if not self._opened.done():
                self._opened.set_exception(self._lost)
        self._changes.put(None)


class _Verb:
    """What the agent does, until the server decided it."""

    def __init__(self, kind, request, decided):
        self.kind = kind
        self.request = request
        self.decided = decided
        self.waits = pauses()


def _is_undecided(result):
    """Perhaps done, perhaps not: the same again is safe. Whatever else may pass is for the program to know, a full queue
    among it: that may last for hours."""
    return result.code == grpc.StatusCode.UNAVAILABLE.value[0] or result.reason == ErrorReason.OVERLOADED.name


class _Told:
    """What the iterating program knows, so that a snapshot after a cut becomes the changes since."""

    def __init__(self):
        self._offers = {}
        self._work = {}
        self._state = None

    def is_news(self, change):
        """Notes a change that came; False when the program knows it already."""
        if isinstance(change, agent_service_pb2.Offer):
            known = change.offer_id in self._offers
            self._offers[change.offer_id] = change
            return not known
        if isinstance(change, agent_service_pb2.OfferEnded):
            return self._offers.pop(change.offer_id, None) is not None
        if isinstance(change, agent_service_pb2.AgentState):
            known, self._state = change == self._state, change
            return not known
        self._offers.pop(change.work.offer_id, None)
        if change.gone:
            return self._work.pop(change.work.ticket_id, None) is not None
        known = self._work.get(change.work.ticket_id) == change.work
        self._work[change.work.ticket_id] = change.work
        return not known

    def difference(self, snapshot):
        """The changes from what was told to the snapshot, in an order that a desktop can follow."""
        offers = {offer.offer_id for offer in snapshot.offers}
        tickets = {work.ticket_id for work in snapshot.work}
        changes = [snapshot.state]
        changes += [agent_service_pb2.WorkChanged(work=work) for work in snapshot.work]
        changes += [agent_service_pb2.WorkChanged(work=work, gone=True)
                    for ticket, work in self._work.items() if ticket not in tickets]
        taken = {work.offer_id for work in snapshot.work}
        changes += [agent_service_pb2.OfferEnded(offer_id=offer.offer_id, ticket_id=offer.ticket_id)
                    for offer in self._offers.values() if offer.offer_id not in offers | taken]
        changes += snapshot.offers
        return [change for change in changes if self.is_news(change)]
