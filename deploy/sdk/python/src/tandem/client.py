"""A channel with the settings that tandem ships, and its services on it."""

import importlib.resources
import json
import time
import uuid

import grpc

from tandem.errors import TandemError
from tandem.pauses import pauses
from tandem.session import AgentSession
from tandem.v1 import (agent_service_pb2_grpc, configuration_service_pb2_grpc, event_service_pb2,
                       event_service_pb2_grpc, ingest_service_pb2_grpc, media_service_pb2_grpc,
                       participant_service_pb2_grpc, queue_service_pb2_grpc, report_service_pb2_grpc,
                       resource_service_pb2_grpc, supervisor_service_pb2_grpc, system_service_pb2_grpc,
                       ticket_service_pb2_grpc, watch_service_pb2_grpc,
                       webhook_service_pb2_grpc, work_service_pb2_grpc)


def connect(address, *, workspace="", credentials=None, token=None, options=()):
    """Opens a client of the server at `address`, "host:port". Nothing is sent before the first call.

    workspace    what requests get that name none
    credentials  grpc.ChannelCredentials, for a server with TLS, with a client certificate where it asks for one; by default
                 nothing is encrypted
    token        called before each call; what it returns is sent as `authorization: Bearer …`. When it raises, the call
                 fails with UNAVAILABLE; sessions and streams of events try again
    options      more options of the channel; they go before the shipped ones
    """
    options = [*channel_options(), *options]
    if credentials is None:
        channel = grpc.insecure_channel(address, options)
    else:
        channel = grpc.secure_channel(address, credentials, options)
    return Client(channel, workspace, token)


def channel_options():
    """The options of channel.json, which the SDKs of all languages share."""
    shipped = json.loads(importlib.resources.files("tandem").joinpath("channel.json").read_text())
    return [
        ("grpc.enable_retries", 1),
        ("grpc.service_config", json.dumps(shipped["service_config"])),
        ("grpc.keepalive_time_ms", shipped["keepalive"]["time_ms"]),
        ("grpc.keepalive_timeout_ms", shipped["keepalive"]["timeout_ms"]),
        # Without it a ping of ours may stay without an answer for a minute, whatever the line before says.
        ("grpc.http2.ping_timeout_ms", shipped["keepalive"]["timeout_ms"]),
        ("grpc.http2.max_pings_without_data", 0),
    ]


class Client:
    """The services of tandem.v1. Each unary call gets the client's workspace and a fresh `request_id` where its request
    has these fields and they are empty, so that gRPC may repeat it; what fails is raised as TandemError. Safe to use from
    several threads."""

    def __init__(self, channel, workspace="", token=None):
        self.workspace = workspace
        self.channel = grpc.intercept_channel(channel, _Interceptor(workspace, token))
        self.agents = agent_service_pb2_grpc.AgentServiceStub(self.channel)
        self.configuration = configuration_service_pb2_grpc.ConfigurationServiceStub(self.channel)
        self.event_service = event_service_pb2_grpc.EventServiceStub(self.channel)
        self.ingest = ingest_service_pb2_grpc.IngestServiceStub(self.channel)
        self.media = media_service_pb2_grpc.MediaServiceStub(self.channel)
        self.participants = participant_service_pb2_grpc.ParticipantServiceStub(self.channel)
        self.queues = queue_service_pb2_grpc.QueueServiceStub(self.channel)
        self.reports = report_service_pb2_grpc.ReportServiceStub(self.channel)
        self.resources = resource_service_pb2_grpc.ResourceServiceStub(self.channel)
        self.supervisors = supervisor_service_pb2_grpc.SupervisorServiceStub(self.channel)
        self.system = system_service_pb2_grpc.SystemServiceStub(self.channel)
        self.tickets = ticket_service_pb2_grpc.TicketServiceStub(self.channel)
        self.watch = watch_service_pb2_grpc.WatchServiceStub(self.channel)
        self.webhooks = webhook_service_pb2_grpc.WebhookServiceStub(self.channel)
        self.work = work_service_pb2_grpc.WorkServiceStub(self.channel)

    def session(self, agent, session_id=None, *, workspace=""):
        """Opens a session of an agent that comes back by itself when the connection is lost; see AgentSession."""
        return AgentSession(self, agent, session_id or str(uuid.uuid4()), workspace or self.workspace)

    def events(self, *, resume_token="", workspace="", start=event_service_pb2.EVENT_START_UNSPECIFIED, filter=None):
        """Yields the messages of StreamEvents. A stream that is lost is opened again by the last token, so no event is
        missed and none comes twice. Close the generator to end it."""
        waits = pauses()
        while True:
            request = event_service_pb2.StreamEventsRequest(
                workspace=workspace or self.workspace, resume_token=resume_token, filter=filter,
                start=start if not resume_token else event_service_pb2.EVENT_START_UNSPECIFIED)
            stream = None
            try:
                stream = self.event_service.StreamEvents(request)
                for message in stream:
                    resume_token = message.resume_token
                    waits = pauses()
                    yield message
            except TandemError as refusal:
                if not refusal.is_passing:
                    raise
            finally:
                if stream is not None:
                    stream.cancel()
            time.sleep(next(waits))

    def pages(self, method, request):
        """Yields the answers of a list call, page after page: `client.pages(client.tickets.ListTickets, request)`."""
        page = type(request)()
        page.CopyFrom(request)
        while True:
            answer = method(page)
            yield answer
            if not answer.next_page_token:
                return
            page.page_token = answer.next_page_token

    def close(self):
        self.channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class _Interceptor(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor,
                   grpc.StreamUnaryClientInterceptor, grpc.StreamStreamClientInterceptor):
    """Fills requests in, adds the token, and makes errors of what failed."""

    def __init__(self, workspace, token):
        self._workspace = workspace
        self._token = token

    def intercept_unary_unary(self, continuation, details, request):
        call = continuation(self._signed(details), self._filled(request))
        if call.code() != grpc.StatusCode.OK:
            raise TandemError.of(call)
        return call

    def intercept_unary_stream(self, continuation, details, request):
        return _Stream(continuation(self._signed(details), self._filled(request)))

    def intercept_stream_unary(self, continuation, details, requests):
        return continuation(self._signed(details), requests)

    def intercept_stream_stream(self, continuation, details, requests):
        return _Stream(continuation(self._signed(details), requests))

    def _filled(self, request):
        fields = request.DESCRIPTOR.fields_by_name
        values = {}
        if "workspace" in fields and not request.workspace:
            values["workspace"] = self._workspace
        if "request_id" in fields and not request.request_id:
            values["request_id"] = str(uuid.uuid4())
        filled = type(request)(**values)
        filled.MergeFrom(request)
        return filled

    def _signed(self, details):
        if self._token is None:
            return details
        try:
            token = self._token()
        except Exception as error:
            raise TandemError(grpc.StatusCode.UNAVAILABLE, f"no token: {error}") from error
        metadata = [*(details.metadata or ()), ("authorization", f"Bearer {token}")]
        return _Details(details.method, details.timeout, metadata, details.credentials, details.wait_for_ready,
                        details.compression)


class _Stream:
    """A call that streams down, and ends with a TandemError where it fails; else as it came from grpc."""

    def __init__(self, call):
        self._call = call

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return next(self._call)
        except grpc.RpcError as error:
            raise TandemError.of(error) from None

    def __getattr__(self, name):
        return getattr(self._call, name)


class _Details(grpc.ClientCallDetails):

    def __init__(self, method, timeout, metadata, credentials, wait_for_ready, compression):
        self.method = method
        self.timeout = timeout
        self.metadata = metadata
        self.credentials = credentials
        self.wait_for_ready = wait_for_ready
        self.compression = compression
