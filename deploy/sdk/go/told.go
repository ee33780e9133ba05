package tandem

import (
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	tandemv1 "tandem/v1"
)

func protoString(text string) protoreflect.Value {
	return protoreflect.ValueOfString(text)
}

// told is what the program knows, so that a snapshot after a cut becomes the changes since.
type told struct {
	offers map[string]*tandemv1.Offer
	work   map[string]*tandemv1.Work
	state  *tandemv1.AgentState
}

// isNews notes a change that came; false when the program knows it already.
func (t *told) isNews(change Change) bool {
	switch change := change.(type) {
	case *tandemv1.Offer:
		_, known := t.offers[change.GetOfferId()]
		t.offers[change.GetOfferId()] = change
		return !known
	case *tandemv1.OfferEnded:
		_, known := t.offers[change.GetOfferId()]
		delete(t.offers, change.GetOfferId())
		return known
	case *tandemv1.AgentState:
		known := proto.Equal(t.state, change)
		t.state = change
		return !known
	case *tandemv1.WorkChanged:
		return t.isNewsOfWork(change)
	default:
		return false
	}
}

func (t *told) isNewsOfWork(change *tandemv1.WorkChanged) bool {
	ticket := change.GetWork().GetTicketId()
	before, known := t.work[ticket]
	delete(t.offers, change.GetWork().GetOfferId())
	if change.GetGone() {
		delete(t.work, ticket)
		return known
	}
	t.work[ticket] = change.GetWork()
	return !known || !proto.Equal(before, change.GetWork())
}

// difference gives the changes from what was told to the snapshot, in an order that a desktop can follow. Some may be no
// news.
func (t *told) difference(snapshot *tandemv1.AgentSnapshot) []Change {
	changes := []Change{snapshot.GetState()}
	for _, work := range snapshot.GetWork() {
		changes = append(changes, &tandemv1.WorkChanged{Work: work})
	}
	for ticket, work := range t.work {
		if !slices.ContainsFunc(snapshot.GetWork(), func(w *tandemv1.Work) bool { return w.GetTicketId() == ticket }) {
			changes = append(changes, &tandemv1.WorkChanged{Work: work, Gone: true})
		}
	}
	for id, offer := range t.offers {
		held := slices.ContainsFunc(snapshot.GetOffers(), func(o *tandemv1.Offer) bool { return o.GetOfferId() == id })
		taken := slices.ContainsFunc(snapshot.GetWork(), func(w *tandemv1.Work) bool { return w.GetOfferId() == id })
		if !held && !taken {
			changes = append(changes, &tandemv1.OfferEnded{OfferId: id, TicketId: offer.GetTicketId()})
		}
	}
	for _, offer := range snapshot.GetOffers() {
		changes = append(changes, offer)
	}
	return changes
}
