#!/usr/bin/env python3
"""The calls of tests/sdk/README.md in Python.

    calls.py ADDRESS TLS_ADDRESS AUTHORITY
    calls.py follow ADDRESS                     events, until it is killed
    calls.py wait ADDRESS                       for the answer of one call
"""

import pathlib
import sys

import grpc

import tandem
from tandem.v1 import (agent_service_pb2, configuration_service_pb2, ingest_service_pb2, media_service_pb2,
                       participant_service_pb2, queue_service_pb2, report_service_pb2, supervisor_service_pb2,
                       system_service_pb2, ticket_service_pb2, watch_service_pb2, webhook_service_pb2, work_resources_pb2,
                       work_service_pb2)


class Tokens:
    """token-1, token-2, …; while `away` is more than 0, there is none to be had."""

    def __init__(self):
        self.given = 0
        self.away = 0

    def __call__(self):
        if self.away > 0:
            self.away -= 1
            raise RuntimeError("there is no token")
        self.given += 1
        return f"token-{self.given}"


def say(text):
    print(text, flush=True)


def refused(what, method, request):
    try:
        method(request)
    except tandem.TandemError as error:
        again = "" if error.retry_after is None else f", again after {round(error.retry_after * 1000)} ms"
        say(f"{what}: {error.code.name} {error.reason.name}{again}")


def main(address, tls_address, authority):
    tokens = Tokens()
    with tandem.connect(address, workspace="acme", token=tokens) as client:
        client.agents.DeclineOffer(agent_service_pb2.DeclineOfferRequest())
        client.configuration.GetConfiguration(configuration_service_pb2.GetConfigurationRequest())
        client.ingest.ClassifyContact(ingest_service_pb2.ClassifyContactRequest())
        client.media.ReportMediaEvent(media_service_pb2.ReportMediaEventRequest())
        client.participants.HandOverTicket(participant_service_pb2.HandOverTicketRequest())
        client.queues.ListQueueStatistics(queue_service_pb2.ListQueueStatisticsRequest())
        client.reports.ListMeasures(report_service_pb2.ListMeasuresRequest())
        client.resources.DeleteClient(work_resources_pb2.DeleteClientRequest())
        client.supervisors.RequeueTicket(supervisor_service_pb2.RequeueTicketRequest())
        client.system.GetServerInfo(system_service_pb2.GetServerInfoRequest())
        client.tickets.CancelTicket(ticket_service_pb2.CancelTicketRequest(workspace="other", request_id="given"))
        client.webhooks.GetWebhook(webhook_service_pb2.GetWebhookRequest())
        client.work.ExtendLeases(work_service_pb2.ExtendLeasesRequest())
        list(client.watch.WatchQueues(watch_service_pb2.WatchQueuesRequest()))
        list(client.supervisors.BulkUpdateTickets(supervisor_service_pb2.BulkUpdateTicketsRequest()))
        list(client.ingest.StreamIngest(iter([ingest_service_pb2.StreamIngestRequest()])))
        say("called every service")

        client.ingest.IngestContact(ingest_service_pb2.IngestContactRequest())
        say("IngestContact: done")
        refused("GetTicket", client.tickets.GetTicket, ticket_service_pb2.GetTicketRequest())
        refused("CreateWebhook", client.webhooks.CreateWebhook, webhook_service_pb2.CreateWebhookRequest())
        refused("ListTickets", client.tickets.ListTickets, ticket_service_pb2.ListTicketsRequest())

        messages = client.events()
        for _ in range(2):
            tokens.away = 1
            say(f"events up to {next(messages).resume_token}")
        messages.close()

        session = client.session("ana", "desk")
        tokens.away = 1
        session.set_available()
        say("ana is available")
        session.close()

        tokens.away = 1
        refused("ListNotes", client.tickets.ListNotes, ticket_service_pb2.ListNotesRequest())

    credentials = grpc.ssl_channel_credentials(pathlib.Path(authority).read_bytes())
    with tandem.connect(tls_address, workspace="acme", credentials=credentials, token=tokens) as client:
        client.tickets.ListMessages(ticket_service_pb2.ListMessagesRequest())
        say("ListMessages: done")


def follow(address):
    with tandem.connect(address, workspace="acme") as client:
        for message in client.events():
            say(f"events up to {message.resume_token}")


def wait(address):
    with tandem.connect(address, workspace="acme") as client:
        refused("GetTicket", client.tickets.GetTicket, ticket_service_pb2.GetTicketRequest())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["follow", address]:
            follow(address)
        case ["wait", address]:
            wait(address)
        case arguments:
            main(*arguments)
