// The walk of tests/sdk/README.md in Go.
//
//	walk ADDRESS FLOOR
package main

import (
	"bufio"
	"context"
	"fmt"
	"iter"
	"log"
	"os"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"tandem"
	tandemv1 "tandem/v1"
)

const requestID = "6f1c2f0e-6c0b-4c3e-9f58-1d8f6a4b7c21"

var (
	names = map[string]string{}
	input = bufio.NewReader(os.Stdin)
)

func nameOf(ticket string) string {
	if names[ticket] == "" {
		names[ticket] = fmt.Sprintf("ticket-%d", len(names)+1)
	}
	return names[ticket]
}

func say(format string, arguments ...any) {
	fmt.Printf(format+"\n", arguments...)
}

// order has the test do something, and waits until it is done.
func order(what string) {
	say("» %s", what)
	_, err := input.ReadString('\n')
	must(err)
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

func stateName(state tandemv1.TicketState) string {
	return strings.TrimPrefix(state.String(), "TICKET_STATE_")
}

func nextChange(ctx context.Context, session *tandem.Session) tandem.Change {
	change := done(session.Next(ctx))
	switch change := change.(type) {
	case *tandemv1.Offer:
		say("change: offer of %s from %s", nameOf(change.GetTicketId()), change.GetQueue())
	case *tandemv1.OfferEnded:
		say("change: offer of %s ended, %s", nameOf(change.GetTicketId()), change.GetReason())
	case *tandemv1.WorkChanged:
		gone := ""
		if change.GetGone() {
			gone = ", gone"
		}
		say("change: %s is %s%s", nameOf(change.GetWork().GetTicketId()), stateName(change.GetWork().GetState()), gone)
	case *tandemv1.AgentState:
		say("change: agent is %s", strings.TrimPrefix(change.GetStatus().String(), "AGENT_STATUS_"))
	}
	return change
}

var codes = map[string]string{
	"NotFound": "NOT_FOUND", "InvalidArgument": "INVALID_ARGUMENT", "FailedPrecondition": "FAILED_PRECONDITION",
	"Aborted": "ABORTED",
}

func refused(what string, err error) {
	if err == nil {
		log.Fatalf("%s: expected a refusal", what)
	}
	refusal := tandem.ErrorOf(err)
	fields := ""
	for _, field := range refusal.Fields {
		fields += " " + field.GetField()
	}
	reason := strings.TrimPrefix(tandem.ReasonOf(err).String(), "ERROR_REASON_")
	say("%s: %s %s%s", what, codes[refusal.Code.String()], reason, fields)
}

func ingest(ctx context.Context, client *tandem.Client, requestID string, contact *tandemv1.Contact) string {
	answer := done(client.Ingest.IngestContact(ctx, &tandemv1.IngestContactRequest{RequestId: requestID, Contact: contact}))
	return nameOf(answer.GetResult().GetTicketId())
}

func followed(ctx context.Context, client *tandem.Client) (func(int), func()) {
	types := []tandemv1.EventType{
		tandemv1.EventType_EVENT_TYPE_TICKET_CREATED, tandemv1.EventType_EVENT_TYPE_OFFER_ACCEPTED,
		tandemv1.EventType_EVENT_TYPE_TICKET_FINISHED, tandemv1.EventType_EVENT_TYPE_TICKET_CLAIMED,
		tandemv1.EventType_EVENT_TYPE_TICKET_STARTED, tandemv1.EventType_EVENT_TYPE_TICKET_RELEASED,
		tandemv1.EventType_EVENT_TYPE_TICKET_COMPLETED,
	}
	next, stop := iter.Pull2(client.Events(ctx, &tandemv1.StreamEventsRequest{
		Start: tandemv1.EventStart_EVENT_START_OLDEST, Filter: &tandemv1.EventFilter{Types: types}}))
	var waiting []*tandemv1.Event
	return func(count int) {
		for range count {
			for len(waiting) == 0 {
				message, err, _ := next()
				must(err)
				waiting = message.GetEvents()
			}
			say("event: %s %s", strings.TrimPrefix(waiting[0].GetType().String(), "EVENT_TYPE_"), nameOf(waiting[0].GetTicketId()))
			waiting = waiting[1:]
		}
	}, stop
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := done(tandem.Connect(os.Args[1], tandem.WithWorkspace("walk")))
	defer client.Close()
	configuration := &tandemv1.Configuration{}
	must(protojson.Unmarshal(done(os.ReadFile(os.Args[2])), configuration))
	applied := done(client.Configuration.ApplyConfiguration(ctx,
		&tandemv1.ApplyConfigurationRequest{Configuration: configuration}))
	say("configured: revision %d", applied.GetRevision())

	chat := &tandemv1.Contact{Channel: "chat", Client: "acme", ProcessType: "support", Subject: "Charged twice"}
	for _, time := range []string{"first", "second"} {
		say("ingested the %s time: %s", time, ingest(ctx, client, requestID, chat))
	}
	for number := range 5 {
		job := &tandemv1.Contact{Channel: "task", Client: "acme", ProcessType: "bookkeeping",
			ExternalId: fmt.Sprintf("job-%d", number+1)}
		say("ingested %s: %s", job.GetExternalId(), ingest(ctx, client, "", job))
	}

	listing := &tandemv1.ListTicketsRequest{Filter: &tandemv1.TicketFilter{Queue: "jobs"}, PageSize: 2}
	for page, err := range tandem.Pages(ctx, client.Tickets.ListTickets, listing) {
		must(err)
		var tickets []string
		for _, ticket := range page.GetTickets() {
			tickets = append(tickets, nameOf(ticket.GetId()))
		}
		slices.Sort(tickets)
		say("page: %s", strings.Join(tickets, " "))
	}

	_, err := client.Tickets.GetTicket(ctx, &tandemv1.GetTicketRequest{TicketId: "00000000-0000-7000-8000-000000000000"})
	refused("no such ticket", err)
	_, err = client.Ingest.IngestContact(ctx, &tandemv1.IngestContactRequest{
		Contact: &tandemv1.Contact{Channel: "chat", PayloadJson: "{"}})
	refused("a malformed contact", err)

	tellEvents, stop := followed(ctx, client)
	defer stop()
	tellEvents(6)

	session := done(client.OpenSession(ctx, "ana", "desk"))
	nextChange(ctx, session)
	must(session.SetAvailable(ctx))
	nextChange(ctx, session)
	offer := nextChange(ctx, session).(*tandemv1.Offer)

	order("kill the server")
	accepted := make(chan tandemv1.TicketState)
	go func() { accepted <- done(session.Accept(ctx, offer.GetOfferId())) }()
	order("start the server")
	say("accepted: %s", stateName(<-accepted))
	nextChange(ctx, session)
	say("finished: %s", stateName(done(session.Finish(ctx, offer.GetTicketId()))))
	nextChange(ctx, session)
	must(session.Complete(ctx, offer.GetTicketId(), "solved"))
	nextChange(ctx, session)

	claim := func() string {
		claimed := done(client.Work.ClaimTickets(ctx, &tandemv1.ClaimTicketsRequest{Session: session.Ref(), Queue: "jobs"}))
		say("claimed: %s", nameOf(claimed.GetTickets()[0].GetId()))
		nextChange(ctx, session)
		return claimed.GetTickets()[0].GetId()
	}
	job := claim()
	must(session.Start(ctx, job))
	nextChange(ctx, session)
	refused("a verdict on no review", session.CompleteWith(ctx, &tandemv1.CompleteTicketRequest{
		TicketId: job, Disposition: "solved", Verdict: tandemv1.ReviewVerdict_REVIEW_VERDICT_APPROVED}))
	must(session.Complete(ctx, job, "solved"))
	nextChange(ctx, session)
	job = claim()
	must(session.Release(ctx, job))
	nextChange(ctx, session)
	tellEvents(8)

	_, err = session.Accept(ctx, offer.GetOfferId())
	refused("an offer that is over", err)
	newer := done(client.OpenSession(ctx, "ana", "phone"))
	nextChange(ctx, newer)
	_, err = session.Next(ctx)
	refused("the older session", err)
	must(newer.Close(ctx))
	say("done")
}
