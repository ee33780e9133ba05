#!/usr/bin/env python3
"""Runs the parts of programs that the README of the SDK shows, but for the first, each until it has done once what it is
about.

    parts.py ADDRESS FLOOR README
"""

import contextlib
import pathlib
import re
import sys

from google.protobuf import json_format

import tandem
from tandem.v1 import (agent_service_pb2, configuration_pb2, configuration_service_pb2, event_service_pb2,
                       ingest_service_pb2, ticket_pb2, ticket_service_pb2)


class Done(Exception):
    pass


def done(*_):
    raise Done


def main(address, floor, readme):
    _, errors, session, events = re.findall(r"^```py\n(.*?)^```", pathlib.Path(readme).read_text(), re.MULTILINE | re.DOTALL)
    configuration = json_format.Parse(pathlib.Path(floor).read_text(), configuration_pb2.Configuration())
    chat = ticket_pb2.Contact(channel="chat", client="acme", process_type="support")
    with tandem.connect(address, workspace="parts") as client:
        client.configuration.ApplyConfiguration(
            configuration_service_pb2.ApplyConfigurationRequest(configuration=configuration))
        client.ingest.IngestContact(ingest_service_pb2.IngestContactRequest(contact=chat))
        token = next(client.events(start=event_service_pb2.EVENT_START_OLDEST)).resume_token
        names = {"client": client, "tandem": tandem, "agent_service_pb2": agent_service_pb2,
                 "ticket_service_pb2": ticket_service_pb2}

        exec(errors, names | {"ticket_id": "00000000-0000-7000-8000-000000000000"})
        for part, more in ((session, {"print": done}),
                           (events, {"load": lambda: token, "transaction": contextlib.nullcontext,
                                     "apply": lambda event: None, "save": done})):
            try:
                exec(part, names | more)
            except Done:
                print("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
