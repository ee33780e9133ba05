#!/usr/bin/env python3
"""The session of tests/sdk/README.md in Python.

    session.py ADDRESS
"""

import sys

import tandem
from tandem.v1 import agent_service_pb2, types_pb2


def say(text):
    print(text, flush=True)


def state_name(state):
    return types_pb2.TicketState.Name(state).removeprefix("TICKET_STATE_")


def tell(change):
    match change:
        case agent_service_pb2.Offer():
            say(f"change: offer of {change.ticket_id}")
        case agent_service_pb2.OfferEnded():
            say(f'change: offer of {change.ticket_id} ended, reason "{change.reason}"')
        case agent_service_pb2.WorkChanged():
            gone = ", gone" if change.gone else ""
            say(f"change: {change.work.ticket_id} is {state_name(change.work.state)}{gone}")
        case agent_service_pb2.AgentState():
            say(f"change: agent is {types_pb2.AgentStatus.Name(change.status).removeprefix('AGENT_STATUS_')}")


def complete(session):
    try:
        session.complete("one", "solved")
    except tandem.TandemError as error:
        say(f"complete: {error.code.name} {error.reason.name}")


def main(address):
    with tandem.connect(address, workspace="acme") as client:
        session = client.session("ana", "desk")
        for _ in range(5):
            tell(session.next(timeout=30))
        say(f"accepted: {state_name(session.accept('offer of three'))}")
        for _ in range(4):
            tell(session.next(timeout=30))
        session.start("three")
        say("started")
        say(f"finished: {state_name(session.finish('one'))}")
        complete(session)
        complete(session)
        session.close()
        for change in session:
            tell(change)
        say("closed")


if __name__ == "__main__":
    main(*sys.argv[1:])
