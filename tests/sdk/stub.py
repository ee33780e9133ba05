"""A server in this process that notes every attempt of every call, and answers as its script says: for what a real server
can't be made to do. Runs by the Python that the SDKs are made with, which has gRPC."""

import concurrent.futures
import dataclasses
import pathlib
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "build/sdk/python/src"))

import grpc  # noqa: E402
from google.protobuf import any_pb2, descriptor_pool, duration_pb2, message_factory  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from grpc_status import rpc_status  # noqa: E402

import tandem  # noqa: E402, F401  Its import makes the messages known.

LIMIT_SECONDS = 100


@dataclasses.dataclass
class Attempt:
    """What came of one attempt of a call. `came` is what the script took of its messages, each with when it did."""
    method: str
    came: list
    authorization: list
    repeats: str
    encrypted: bool

    @property
    def requests(self):
        return [message for _, message in self.came]

    @property
    def request(self):
        return self.came[0][1]


class Refusal(Exception):

    def __init__(self, code, reason, retry_seconds=None):
        details = [error_details_pb2.ErrorInfo(domain="tandem", reason=reason)]
        if retry_seconds is not None:
            delay = duration_pb2.Duration()
            delay.FromMilliseconds(int(retry_seconds * 1000))
            details.append(error_details_pb2.RetryInfo(retry_delay=delay))
        self.status = status_pb2.Status(code=code.value[0], message="as the script says")
        for detail in details:
            packed = any_pb2.Any()
            packed.Pack(detail)
            self.status.details.append(packed)


class Stub(grpc.GenericRpcHandler):
    """The script has by method, "TicketService.GetTicket", what its attempts get, one after the other and the last one
    again and again: a function of the messages that come up and of an event that is set when the client goes, which gives
    the messages that go down. What it does not name is answered by an empty message, or an empty stream."""

    def __init__(self, script):
        self.script = script
        self.attempts = []
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(), handlers=[self])
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def encrypt(self, folder):
        """One more port, with TLS; returns its address and the file that vouches for it."""
        key, certificate = folder / "stub.key", folder / "stub.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "1", "-subj", "/CN=stub", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
                        "-out", certificate], check=True, capture_output=True)
        port = self._server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials(
            [(key.read_bytes(), certificate.read_bytes())]))
        return f"localhost:{port}", certificate

    def start(self):
        self._server.start()

    def stop(self):
        self._server.stop(0)

    def of(self, method):
        return [attempt for attempt in self.attempts if attempt.method == method]

    def service(self, call):
        service, _, method = call.method.removeprefix("/").partition("/")
        described = descriptor_pool.Default().FindServiceByName(service).methods_by_name[method]
        request = message_factory.GetMessageClass(described.input_type)
        response = message_factory.GetMessageClass(described.output_type)
        name = f"{described.containing_service.name}.{method}"
        metadata = call.invocation_metadata

        def answer(requests, context):
            gone = threading.Event()
            context.add_callback(gone.set)
            came = []
            requests = noted(requests, came)
            next(requests)
            self.attempts.append(Attempt(
                method=name, came=came,
                authorization=[entry.value for entry in metadata if entry.key == "authorization"],
                repeats=next((entry.value for entry in metadata if entry.key == "grpc-previous-rpc-attempts"), "0"),
                encrypted=context.auth_context().get("transport_security_type") == [b"ssl"]))
            pieces = self.script.get(name)
            if pieces is None:
                yield from () if described.server_streaming else [response()]
                return
            try:
                yield from pieces[min(len(self.of(name)), len(pieces)) - 1](requests, gone)
            except Refusal as refusal:
                context.abort_with_status(rpc_status.to_status(refusal.status))

        # Unary calls look the same on the wire.
        return grpc.stream_stream_rpc_method_handler(answer, request.FromString, lambda message: message.SerializeToString())


def noted(requests, came):
    for request in requests:
        came.append((time.monotonic(), request))
        yield request


def refuse(refusal):
    def piece(_requests, _gone):
        raise refusal
    return piece


def say(*messages, then=None):
    """Sends messages; then ends, or does `then`."""
    def piece(requests, gone):
        yield from messages
        if then is not None:
            yield from then(requests, gone)
    return piece


def stay(_requests, gone):
    """Says nothing more until the client goes."""
    gone.wait(LIMIT_SECONDS)
    return ()
