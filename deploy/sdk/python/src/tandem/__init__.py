"""Client of tandem, the router of contacts and back-office work.

    client = tandem.connect("127.0.0.1:9400", workspace="lisbon")

Messages are in `tandem.v1.*_pb2`; their comments are the manual.
"""

from tandem.client import Client, connect
from tandem.errors import ErrorReason, TandemError
from tandem.session import AgentSession

__all__ = ["AgentSession", "Client", "ErrorReason", "TandemError", "connect"]
