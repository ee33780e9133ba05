// The session of tests/sdk/README.md in Go.
//
//	session ADDRESS
//	session forget ADDRESS                   a verb whose context ends
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"tandem"
	tandemv1 "tandem/v1"
)

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

func stateName(state tandemv1.TicketState) string {
	return strings.TrimPrefix(state.String(), "TICKET_STATE_")
}

func tell(change tandem.Change) {
	switch change := change.(type) {
	case *tandemv1.Offer:
		say("change: offer of %s", change.GetTicketId())
	case *tandemv1.OfferEnded:
		say("change: offer of %s ended, reason %q", change.GetTicketId(), change.GetReason())
	case *tandemv1.WorkChanged:
		gone := ""
		if change.GetGone() {
			gone = ", gone"
		}
		say("change: %s is %s%s", change.GetWork().GetTicketId(), stateName(change.GetWork().GetState()), gone)
	case *tandemv1.AgentState:
		say("change: agent is %s", strings.TrimPrefix(change.GetStatus().String(), "AGENT_STATUS_"))
	}
}

var codes = map[string]string{"ResourceExhausted": "RESOURCE_EXHAUSTED"}

func complete(ctx context.Context, session *tandem.Session) {
	err := session.Complete(ctx, "one", "solved")
	if err == nil {
		log.Fatal("expected a refusal")
	}
	reason := strings.TrimPrefix(tandem.ReasonOf(err).String(), "ERROR_REASON_")
	say("complete: %s %s", codes[tandem.ErrorOf(err).Code.String()], reason)
}

func work(ctx context.Context, session *tandem.Session) {
	for range 5 {
		tell(done(session.Next(ctx)))
	}
	say("accepted: %s", stateName(done(session.Accept(ctx, "offer of three"))))
	for range 4 {
		tell(done(session.Next(ctx)))
	}
	must(session.Start(ctx, "three"))
	say("started")
	say("finished: %s", stateName(done(session.Finish(ctx, "one"))))
	complete(ctx, session)
	complete(ctx, session)
	must(session.Close(ctx))
	change, err := session.Next(ctx)
	for ; err == nil; change, err = session.Next(ctx) {
		tell(change)
	}
	if !errors.Is(err, tandem.ErrClosed) {
		log.Fatal(err)
	}
	say("closed")
}

func forget(ctx context.Context, session *tandem.Session) {
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	_, err := session.Accept(short, "offer of three")
	say("accept: %v", err)
	must(session.SetAvailable(ctx))
	say("ana is available")
	must(session.Close(ctx))
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	act, address := work, os.Args[1]
	if address == "forget" {
		act, address = forget, os.Args[2]
	}
	client := done(tandem.Connect(address, tandem.WithWorkspace("acme")))
	defer client.Close()
	act(ctx, done(client.OpenSession(ctx, "ana", "desk")))
}
