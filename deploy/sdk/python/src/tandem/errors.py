"""Refusals, as exceptions with a reason that programs can switch on."""

import enum

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from tandem.v1 import error_pb2

DOMAIN = "tandem"
_PREFIX = "ERROR_REASON_"

#: The reasons of error.proto by their names without prefix: `ErrorReason.TICKET_NOT_FOUND`.
ErrorReason = enum.IntEnum(
    "ErrorReason", {name.removeprefix(_PREFIX): number for name, number in error_pb2.ErrorReason.items()},
    module=__name__)


class TandemError(Exception):
    """A call that did not succeed.

    `reason` is UNSPECIFIED when the server did not say one: it was not reached, or it is newer than this package, which
    `reason_name` tells apart. `metadata` belongs to the reason, `fields` are (path, what was expected) of a malformed
    request, and `retry_after` is in seconds, or None.
    """

    def __init__(self, code, message, reason_name="", metadata=None, fields=(), retry_after=None):
        super().__init__(f"{code.name} {reason_name}: {message}" if reason_name else f"{code.name}: {message}")
        self.code = code
        self.message = message
        self.reason_name = reason_name
        self.reason = ErrorReason.__members__.get(reason_name, ErrorReason.UNSPECIFIED)
        self.metadata = dict(metadata or {})
        self.fields = list(fields)
        self.retry_after = retry_after

    @classmethod
    def of(cls, error):
        """From what grpc raises, or from a call that ended."""
        if isinstance(error, cls):
            return error
        reason_name, metadata, fields, retry_after = "", {}, [], None
        status = rpc_status.from_call(error)
        for detail in status.details if status else ():
            info = error_details_pb2.ErrorInfo()
            bad_request = error_details_pb2.BadRequest()
            retry_info = error_details_pb2.RetryInfo()
            if detail.Unpack(info) and info.domain == DOMAIN:
                reason_name, metadata = info.reason, dict(info.metadata)
            elif detail.Unpack(bad_request):
                fields = [(violation.field, violation.description) for violation in bad_request.field_violations]
            elif detail.Unpack(retry_info):
                retry_after = retry_info.retry_delay.ToTimedelta().total_seconds()
        return cls(error.code(), error.details() or "", reason_name, metadata, fields, retry_after)

    @property
    def is_passing(self):
        """True when the same call may succeed later: the server was away, is busy, or the connection was lost."""
        if self.code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED):
            return True
        lost = (grpc.StatusCode.CANCELLED, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)
        return not self.reason_name and self.code in lost
