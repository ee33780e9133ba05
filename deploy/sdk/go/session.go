package tandem

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	tandemv1 "tandem/v1"
)

// ErrClosed is what Next returns after Close.
var ErrClosed = errors.New("the session was closed")

// Change is one of *tandemv1.Offer, *tandemv1.OfferEnded, *tandemv1.WorkChanged and *tandemv1.AgentState.
type Change interface{ proto.Message }

// verb is what an agent does: the messages with a session and a request id.
type verb struct {
	up      *tandemv1.StreamAgentSessionRequest
	decided chan *tandemv1.VerbResult
	pauses  pauses
}

// Session is an agent's session that survives lost connections and restarts of the server: what the agent has, by Next, and
// what the agent does, as methods.
//
// The first changes tell what the agent has when the session opens. After a cut the session opens again, and only what
// differs from what was told comes: an offer is told once, and one that is gone meanwhile is an OfferEnded with an empty
// reason. A change tells the newest state; states in between may be left out.
//
// A method returns when its verb was decided. A verb that was under way during a cut, or that the server could not decide
// (UNAVAILABLE, OVERLOADED), is sent again, with growing pauses, and takes effect once. A verb whose context ends is not sent
// again; it may have taken effect. The session is lost for good when another one of the agent takes over (SESSION_FENCED).
// After a long cut the agent is OFFLINE and stays so until SetAvailable: whether somebody is still there, only the program
// knows.
//
// Methods may be called from any goroutine; one calls Next.
type Session struct {
	client *Client
	open   *tandemv1.OpenSessionRequest
	cancel context.CancelFunc
	opened chan struct{}
	ended  chan struct{} // Closed when lost says why.

	mutex    sync.Mutex
	told     told
	snapshot *tandemv1.AgentSnapshot
	changes  []Change
	news     chan struct{} // Has one element while changes may have some.
	upward   tandemv1.AgentService_StreamAgentSessionClient
	verbs    map[int64]*verb // Not decided yet, by tag.
	lastTag  int64
	closing  bool
	lost     error
}

// OpenSession opens a session of an agent, and waits for the server to be there. `id` is the caller's name of the session:
// a device or a tab.
func (c *Client) OpenSession(ctx context.Context, agent, id string) (*Session, error) {
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	session := &Session{
		client: c,
		open:   &tandemv1.OpenSessionRequest{Workspace: c.settings.workspace, Agent: agent, SessionId: id},
		cancel: cancel,
		opened: make(chan struct{}),
		ended:  make(chan struct{}),
		told:   told{offers: map[string]*tandemv1.Offer{}, work: map[string]*tandemv1.Work{}},
		news:   make(chan struct{}, 1),
		verbs:  map[int64]*verb{},
	}
	go session.run(life)
	select {
	case <-session.opened:
		return session, nil
	case <-session.ended:
		return nil, session.lost
	case <-ctx.Done():
		cancel()
		return nil, ctx.Err()
	}
}

// Next gives the next change; ErrClosed after Close, and an *Error when the session is lost.
func (s *Session) Next(ctx context.Context) (Change, error) {
	for {
		s.mutex.Lock()
		if len(s.changes) > 0 {
			change := s.changes[0]
			s.changes = s.changes[1:]
			s.mutex.Unlock()
			return change, nil
		}
		s.mutex.Unlock()
		select {
		case <-s.news:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.ended:
			s.mutex.Lock()
			left := len(s.changes)
			s.mutex.Unlock()
			if left == 0 {
				return nil, s.lost
			}
		}
	}
}

// Ref is the SessionRef that unary calls for the agent carry, for example ClaimTickets.
func (s *Session) Ref() *tandemv1.SessionRef {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.ref()
}

// Snapshot is the newest one: the reasons and dispositions that a desktop offers to choose from.
func (s *Session) Snapshot() *tandemv1.AgentSnapshot {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.snapshot
}

// SetAvailable makes the agent AVAILABLE.
func (s *Session) SetAvailable(ctx context.Context) error {
	_, err := s.do(ctx, &tandemv1.StreamAgentSessionRequest{Verb: &tandemv1.StreamAgentSessionRequest_SetStatus{
		SetStatus: &tandemv1.SetAgentStatusRequest{Status: tandemv1.AgentStatus_AGENT_STATUS_AVAILABLE}}})
	return err
}

// SetNotReady makes the agent NOT_READY.
func (s *Session) SetNotReady(ctx context.Context, reason string) error {
	_, err := s.do(ctx, &tandemv1.StreamAgentSessionRequest{Verb: &tandemv1.StreamAgentSessionRequest_SetStatus{
		SetStatus: &tandemv1.SetAgentStatusRequest{Status: tandemv1.AgentStatus_AGENT_STATUS_NOT_READY, Reason: reason}}})
	return err
}

// Accept takes an offer. The ticket is then CONNECTING or ACTIVE.
func (s *Session) Accept(ctx context.Context, offerID string) (tandemv1.TicketState, error) {
	return s.do(ctx, &tandemv1.StreamAgentSessionRequest{Verb: &tandemv1.StreamAgentSessionRequest_Accept{
		Accept: &tandemv1.AcceptOfferRequest{OfferId: offerID}}})
}

// Decline says no to an offer.
func (s *Session) Decline(ctx context.Context, offerID string, cause tandemv1.DeclineCause) error {
	_, err := s.do(ctx, &tandemv1.StreamAgentSessionRequest{Verb: &tandemv1.StreamAgentSessionRequest_Decline{
		Decline: &tandemv1.DeclineOfferRequest{OfferId: offerID, Cause: cause}}})
	return err
}

// Start begins work on a claimed ticket.
func (s *Session) Start(ctx context.Context, ticketID string) error {
	_, err := s.do(ctx, &tandemv1.StreamAgentSessionRequest{Verb: &tandemv1.StreamAgentSessionRequest_Start{
		Start: &tandemv1.StartTicketRequest{TicketId: ticketID}}})
	return err
}

// Finish ends handling. The ticket is then in WRAP_UP or COMPLETED.
func (s *Session) Finish(ctx context.Context, ticketID string) (tandemv1.TicketState, error) {
	return s.do(ctx, &tandemv1.StreamAgentSessionRequest{Verb: &tandemv1.StreamAgentSessionRequest_Finish{
		Finish: &tandemv1.FinishTicketRequest{TicketId: ticketID}}})
}

// Complete closes a ticket.
func (s *Session) Complete(ctx context.Context, ticketID, disposition string) error {
	return s.CompleteWith(ctx, &tandemv1.CompleteTicketRequest{TicketId: ticketID, Disposition: disposition})
}

// CompleteWith closes a ticket with all that a completion may say: a review's verdict and comment, follow-ups.
func (s *Session) CompleteWith(ctx context.Context, request *tandemv1.CompleteTicketRequest) error {
	_, err := s.do(ctx, &tandemv1.StreamAgentSessionRequest{Verb: &tandemv1.StreamAgentSessionRequest_Complete{
		Complete: proto.CloneOf(request)}})
	return err
}

// Release gives a ticket back.
func (s *Session) Release(ctx context.Context, ticketID string) error {
	_, err := s.do(ctx, &tandemv1.StreamAgentSessionRequest{Verb: &tandemv1.StreamAgentSessionRequest_Release{
		Release: &tandemv1.ReleaseTicketRequest{TicketId: ticketID}}})
	return err
}

// Park sets a ticket aside.
func (s *Session) Park(ctx context.Context, request *tandemv1.ParkTicketRequest) error {
	_, err := s.do(ctx, &tandemv1.StreamAgentSessionRequest{Verb: &tandemv1.StreamAgentSessionRequest_Park{
		Park: proto.CloneOf(request)}})
	return err
}

// Close logs the agent out, and waits until the server took it or the context ends.
func (s *Session) Close(ctx context.Context) error {
	s.mutex.Lock()
	s.closing = true
	if s.upward != nil {
		s.sendClose()
	}
	s.mutex.Unlock()
	defer s.cancel()
	select {
	case <-s.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Session) ref() *tandemv1.SessionRef {
	return &tandemv1.SessionRef{Agent: s.open.GetAgent(), Generation: s.snapshot.GetGeneration()}
}

func (s *Session) do(ctx context.Context, up *tandemv1.StreamAgentSessionRequest) (tandemv1.TicketState, error) {
	s.mutex.Lock()
	if s.lost != nil {
		s.mutex.Unlock()
		return 0, s.lost
	}
	s.lastTag++
	up.Tag = s.lastTag
	made := &verb{up: up, decided: make(chan *tandemv1.VerbResult, 1)}
	s.verbs[up.Tag] = made
	s.sign(made)
	s.send(made)
	s.mutex.Unlock()
	select {
	case result := <-made.decided:
		if result.GetCode() != 0 {
			refusal := &Error{Code: codes.Code(result.GetCode()), Message: result.GetMessage()}
			refusal.setReason(result.GetReason())
			return 0, refusal
		}
		return result.GetTicketState(), nil
	case <-s.ended:
		return 0, s.lost
	case <-ctx.Done():
		s.mutex.Lock()
		delete(s.verbs, up.Tag)
		s.mutex.Unlock()
		return 0, ctx.Err()
	}
}

// signed reads the request of a verb.
func signed(up *tandemv1.StreamAgentSessionRequest) proto.Message {
	message := up.ProtoReflect()
	field := message.WhichOneof(message.Descriptor().Oneofs().ByName("verb"))
	return message.Get(field).Message().Interface()
}

// sign makes a verb of this generation of it, which takes effect once however often it is sent.
func (s *Session) sign(made *verb) {
	request := signed(made.up).ProtoReflect()
	fields := request.Descriptor().Fields()
	proto.Merge(request.Mutable(fields.ByName("session")).Message().Interface(), s.ref())
	request.Set(fields.ByName("request_id"), protoString(newID()))
}

// send lets gRPC find out whether the stream still lives: when it does not, the verb is sent on the next one.
func (s *Session) send(made *verb) {
	if s.upward != nil {
		_ = s.upward.Send(made.up)
	}
}

func (s *Session) sendClose() {
	_ = s.upward.Send(&tandemv1.StreamAgentSessionRequest{
		Verb: &tandemv1.StreamAgentSessionRequest_Close{Close: &tandemv1.CloseSessionRequest{}}})
}

func (s *Session) run(ctx context.Context) {
	pauses := pauses{}
	lost := error(ErrClosed)
	for ctx.Err() == nil {
		opened, err := s.follow(ctx)
		s.mutex.Lock()
		s.upward = nil
		closing := s.closing
		s.mutex.Unlock()
		if closing {
			break
		}
		if err != nil && !ErrorOf(err).IsPassing() {
			lost = err
			break
		}
		if opened {
			pauses.next = 0
		}
		pauses.wait(ctx)
	}
	s.mutex.Lock()
	s.lost = lost
	s.mutex.Unlock()
	close(s.ended)
}

// follow is one stream from its opening to its end.
func (s *Session) follow(ctx context.Context) (opened bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := s.client.Agents.StreamAgentSession(ctx)
	if err != nil {
		return false, err
	}
	_ = stream.Send(&tandemv1.StreamAgentSessionRequest{Verb: &tandemv1.StreamAgentSessionRequest_Open{Open: s.open}})
	for {
		message, err := stream.Recv()
		if err == io.EOF {
			return opened, nil
		}
		if err != nil {
			return opened, ErrorOf(err)
		}
		opened = true
		s.mutex.Lock()
		s.take(message, stream)
		s.mutex.Unlock()
	}
}

func (s *Session) take(message *tandemv1.StreamAgentSessionResponse, stream tandemv1.AgentService_StreamAgentSessionClient) {
	switch message := message.GetMessage().(type) {
	case *tandemv1.StreamAgentSessionResponse_Opened:
		s.takeSnapshot(message.Opened, stream)
	case *tandemv1.StreamAgentSessionResponse_Result:
		s.takeResult(message.Result)
	case *tandemv1.StreamAgentSessionResponse_Offer:
		s.tell(message.Offer)
	case *tandemv1.StreamAgentSessionResponse_OfferEnded:
		s.tell(message.OfferEnded)
	case *tandemv1.StreamAgentSessionResponse_WorkChanged:
		s.tell(message.WorkChanged)
	case *tandemv1.StreamAgentSessionResponse_StateChanged:
		s.tell(message.StateChanged)
	}
}

func (s *Session) takeSnapshot(snapshot *tandemv1.AgentSnapshot, stream tandemv1.AgentService_StreamAgentSessionClient) {
	first := s.snapshot == nil
	s.snapshot = snapshot
	s.upward = stream
	for _, change := range s.told.difference(snapshot) {
		s.tell(change)
	}
	for tag := int64(1); tag <= s.lastTag && len(s.verbs) > 0; tag++ {
		if made, ok := s.verbs[tag]; ok {
			s.send(made)
		}
	}
	if s.closing {
		s.sendClose()
	}
	if first {
		close(s.opened)
	}
}

func (s *Session) takeResult(result *tandemv1.VerbResult) {
	made, ok := s.verbs[result.GetTag()]
	if !ok {
		return
	}
	generation := signed(made.up).(interface{ GetSession() *tandemv1.SessionRef }).GetSession().GetGeneration()
	switch {
	case isUndecided(result):
		stream := s.upward
		time.AfterFunc(made.pauses.take(), func() { s.repeat(result.GetTag(), stream) })
	case result.GetReason() == "SESSION_FENCED" && generation < s.snapshot.GetGeneration():
		// It was sent before the cut and not taken: this generation may say it anew.
		s.sign(made)
		s.send(made)
	default:
		delete(s.verbs, result.GetTag())
		made.decided <- result
	}
}

// isUndecided tells whether a verb was perhaps done, perhaps not: the same again is safe. Whatever else may pass is for the
// program to know, a full queue among it: that may last for hours.
func isUndecided(result *tandemv1.VerbResult) bool {
	return codes.Code(result.GetCode()) == codes.Unavailable || result.GetReason() == "OVERLOADED"
}

// repeat sends a verb once more on the stream that gave its result: a newer one got all verbs when it was opened.
func (s *Session) repeat(tag int64, stream tandemv1.AgentService_StreamAgentSessionClient) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if made, ok := s.verbs[tag]; ok && stream == s.upward {
		s.send(made)
	}
}

// tell queues a change that the program does not know yet.
func (s *Session) tell(change Change) {
	if !s.told.isNews(change) {
		return
	}
	s.changes = append(s.changes, change)
	select {
	case s.news <- struct{}{}:
	default:
	}
}
