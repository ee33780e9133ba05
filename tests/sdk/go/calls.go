// The calls of tests/sdk/README.md in Go.
//
//	calls ADDRESS TLS_ADDRESS AUTHORITY
//	calls follow ADDRESS                     events, until it is killed
//	calls wait ADDRESS                       for the answer of one call
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"tandem"
	tandemv1 "tandem/v1"
)

// tokens gives token-1, token-2, …; while `away` is more than 0, there is none to be had.
type tokens struct {
	given, away int
}

func (t *tokens) next(context.Context) (string, error) {
	if t.away > 0 {
		t.away--
		return "", errors.New("there is none to be had")
	}
	t.given++
	return fmt.Sprintf("token-%d", t.given), nil
}

func say(format string, arguments ...any) {
	fmt.Printf(format+"\n", arguments...)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func done[Value any](value Value, err error) Value {
	must(err)
	return value
}

var codes = map[string]string{
	"Unavailable": "UNAVAILABLE", "ResourceExhausted": "RESOURCE_EXHAUSTED", "DeadlineExceeded": "DEADLINE_EXCEEDED",
}

func refused[Value any](what string, _ Value, err error) {
	var refusal *tandem.Error
	if !errors.As(err, &refusal) {
		log.Fatalf("%s: expected a refusal, but got %v", what, err)
	}
	again := ""
	if refusal.RetryAfter != 0 {
		again = fmt.Sprintf(", again after %d ms", refusal.RetryAfter.Milliseconds())
	}
	say("%s: %s %s%s", what, codes[refusal.Code.String()], strings.TrimPrefix(refusal.Reason.String(), "ERROR_REASON_"), again)
}

// drain reads a stream to its end.
func drain[Message any](stream grpc.ServerStreamingClient[Message], err error) {
	must(err)
	for err == nil {
		_, err = stream.Recv()
	}
	if err != io.EOF {
		log.Fatal(err)
	}
}

func call(ctx context.Context, client *tandem.Client, tokens *tokens) {
	done(client.Agents.DeclineOffer(ctx, &tandemv1.DeclineOfferRequest{}))
	done(client.Configuration.GetConfiguration(ctx, &tandemv1.GetConfigurationRequest{}))
	done(client.Ingest.ClassifyContact(ctx, &tandemv1.ClassifyContactRequest{}))
	done(client.Media.ReportMediaEvent(ctx, &tandemv1.ReportMediaEventRequest{}))
	done(client.Participants.HandOverTicket(ctx, &tandemv1.HandOverTicketRequest{}))
	done(client.Queues.ListQueueStatistics(ctx, &tandemv1.ListQueueStatisticsRequest{}))
	done(client.Reports.ListMeasures(ctx, &tandemv1.ListMeasuresRequest{}))
	done(client.Resources.DeleteClient(ctx, &tandemv1.DeleteClientRequest{}))
	done(client.Supervisors.RequeueTicket(ctx, &tandemv1.RequeueTicketRequest{}))
	done(client.System.GetServerInfo(ctx, &tandemv1.GetServerInfoRequest{}))
	done(client.Tickets.CancelTicket(ctx, &tandemv1.CancelTicketRequest{Workspace: "other", RequestId: "given"}))
	done(client.Webhooks.GetWebhook(ctx, &tandemv1.GetWebhookRequest{}))
	done(client.Work.ExtendLeases(ctx, &tandemv1.ExtendLeasesRequest{}))
	drain(client.Watch.WatchQueues(ctx, &tandemv1.WatchQueuesRequest{}))
	drain(client.Supervisors.BulkUpdateTickets(ctx, &tandemv1.BulkUpdateTicketsRequest{}))
	ingest := done(client.Ingest.StreamIngest(ctx))
	must(ingest.Send(&tandemv1.StreamIngestRequest{}))
	must(ingest.CloseSend())
	if _, err := ingest.Recv(); err != io.EOF {
		log.Fatal(err)
	}
	say("called every service")

	done(client.Ingest.IngestContact(ctx, &tandemv1.IngestContactRequest{}))
	say("IngestContact: done")
	ticket, err := client.Tickets.GetTicket(ctx, &tandemv1.GetTicketRequest{})
	refused("GetTicket", ticket, err)
	webhook, err := client.Webhooks.CreateWebhook(ctx, &tandemv1.CreateWebhookRequest{})
	refused("CreateWebhook", webhook, err)
	tickets, err := client.Tickets.ListTickets(ctx, &tandemv1.ListTicketsRequest{})
	refused("ListTickets", tickets, err)

	count := 0
	tokens.away = 1
	for message, err := range client.Events(ctx, &tandemv1.StreamEventsRequest{}) {
		must(err)
		say("events up to %s", message.GetResumeToken())
		if count++; count == 2 {
			break
		}
		tokens.away = 1
	}

	session := done(client.OpenSession(ctx, "ana", "desk"))
	tokens.away = 1
	must(session.SetAvailable(ctx))
	say("ana is available")
	must(session.Close(ctx))

	tokens.away = 1
	notes, err := client.Tickets.ListNotes(ctx, &tandemv1.ListNotesRequest{})
	refused("ListNotes", notes, err)
}

func follow(ctx context.Context, client *tandem.Client) {
	for message, err := range client.Events(ctx, &tandemv1.StreamEventsRequest{}) {
		must(err)
		say("events up to %s", message.GetResumeToken())
	}
}

func main() {
	ctx := context.Background()
	workspace := tandem.WithWorkspace("acme")
	switch os.Args[1] {
	case "follow":
		follow(ctx, done(tandem.Connect(os.Args[2], workspace)))
		return
	case "wait":
		ticket, err := done(tandem.Connect(os.Args[2], workspace)).Tickets.GetTicket(ctx, &tandemv1.GetTicketRequest{})
		refused("GetTicket", ticket, err)
		return
	}
	var tokens tokens
	client := done(tandem.Connect(os.Args[1], workspace, tandem.WithToken(tokens.next)))
	call(ctx, client, &tokens)
	must(client.Close())

	authority := done(credentials.NewClientTLSFromFile(os.Args[3], ""))
	client = done(tandem.Connect(os.Args[2], workspace, tandem.WithCredentials(authority), tandem.WithToken(tokens.next)))
	done(client.Tickets.ListMessages(ctx, &tandemv1.ListMessagesRequest{}))
	say("ListMessages: done")
	must(client.Close())
}
