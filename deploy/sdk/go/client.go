// Package tandem is the client of tandem, the router of contacts and back-office work.
//
// Messages and services are in package tandemv1 ("tandem/v1"); their comments are the manual.
package tandem

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	tandemv1 "tandem/v1"
)

// What the SDKs of all languages share.
//
//go:embed channel.json
var channelJSON []byte

// Client has the services of tandem.v1. Each unary call gets the client's workspace and a fresh request_id where its
// request has these fields and they are empty, so that gRPC may repeat it; what fails is an *Error. Safe for concurrent
// use.
type Client struct {
	Agents        tandemv1.AgentServiceClient
	Configuration tandemv1.ConfigurationServiceClient
	EventService  tandemv1.EventServiceClient
	Ingest        tandemv1.IngestServiceClient
	Media         tandemv1.MediaServiceClient
	Participants  tandemv1.ParticipantServiceClient
	Queues        tandemv1.QueueServiceClient
	Reports       tandemv1.ReportServiceClient
	Resources     tandemv1.ResourceServiceClient
	Supervisors   tandemv1.SupervisorServiceClient
	System        tandemv1.SystemServiceClient
	Tickets       tandemv1.TicketServiceClient
	Watch         tandemv1.WatchServiceClient
	Webhooks      tandemv1.WebhookServiceClient
	Work          tandemv1.WorkServiceClient

	connection *grpc.ClientConn
	settings   settings
}

type settings struct {
	workspace   string
	credentials credentials.TransportCredentials
	token       func(context.Context) (string, error)
	dial        []grpc.DialOption
}

// Option changes what Connect does.
type Option func(*settings)

// WithWorkspace names the workspace of requests that name none.
func WithWorkspace(workspace string) Option {
	return func(s *settings) { s.workspace = workspace }
}

// WithCredentials encrypts, for a server with TLS, with a client certificate where it asks for one. By default nothing is
// encrypted.
func WithCredentials(credentials credentials.TransportCredentials) Option {
	return func(s *settings) { s.credentials = credentials }
}

// WithToken calls `token` before each call; what it returns is sent as "authorization: Bearer …". When it fails, the call
// fails with UNAVAILABLE; sessions and streams of events try again.
func WithToken(token func(context.Context) (string, error)) Option {
	return func(s *settings) { s.token = token }
}

// WithDialOptions adds options of gRPC's own; they go before the shipped ones.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(s *settings) { s.dial = append(s.dial, options...) }
}

// Connect makes a client of the server at `address`, "host:port". Nothing is sent before the first call.
func Connect(address string, options ...Option) (*Client, error) {
	var shipped struct {
		Keepalive struct {
			TimeMs    int64 `json:"time_ms"`
			TimeoutMs int64 `json:"timeout_ms"`
		} `json:"keepalive"`
		ServiceConfig json.RawMessage `json:"service_config"`
	}
	if err := json.Unmarshal(channelJSON, &shipped); err != nil {
		return nil, err
	}
	client := &Client{settings: settings{credentials: insecure.NewCredentials()}}
	for _, option := range options {
		option(&client.settings)
	}
	connection, err := grpc.NewClient(address, append([]grpc.DialOption{
		grpc.WithTransportCredentials(client.settings.credentials),
		grpc.WithDefaultServiceConfig(string(shipped.ServiceConfig)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time:    time.Duration(shipped.Keepalive.TimeMs) * time.Millisecond,
			Timeout: time.Duration(shipped.Keepalive.TimeoutMs) * time.Millisecond,
		}),
		grpc.WithChainUnaryInterceptor(client.interceptUnary),
		grpc.WithChainStreamInterceptor(client.interceptStream),
	}, client.settings.dial...)...)
	if err != nil {
		return nil, err
	}
	client.connection = connection
	client.Agents = tandemv1.NewAgentServiceClient(connection)
	client.Configuration = tandemv1.NewConfigurationServiceClient(connection)
	client.EventService = tandemv1.NewEventServiceClient(connection)
	client.Ingest = tandemv1.NewIngestServiceClient(connection)
	client.Media = tandemv1.NewMediaServiceClient(connection)
	client.Participants = tandemv1.NewParticipantServiceClient(connection)
	client.Queues = tandemv1.NewQueueServiceClient(connection)
	client.Reports = tandemv1.NewReportServiceClient(connection)
	client.Resources = tandemv1.NewResourceServiceClient(connection)
	client.Supervisors = tandemv1.NewSupervisorServiceClient(connection)
	client.System = tandemv1.NewSystemServiceClient(connection)
	client.Tickets = tandemv1.NewTicketServiceClient(connection)
	client.Watch = tandemv1.NewWatchServiceClient(connection)
	client.Webhooks = tandemv1.NewWebhookServiceClient(connection)
	client.Work = tandemv1.NewWorkServiceClient(connection)
	return client, nil
}

// Close ends the connection and every call on it.
func (c *Client) Close() error {
	return c.connection.Close()
}

func (c *Client) interceptUnary(ctx context.Context, method string, request, reply any, connection *grpc.ClientConn,
	invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	ctx, err := c.signed(ctx)
	if err != nil {
		return err
	}
	if err := invoke(ctx, method, c.filled(request), reply, connection, options...); err != nil {
		return ErrorOf(err)
	}
	return nil
}

func (c *Client) interceptStream(ctx context.Context, description *grpc.StreamDesc, connection *grpc.ClientConn,
	method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
	ctx, err := c.signed(ctx)
	if err != nil {
		return nil, err
	}
	stream, err := open(ctx, description, connection, method, options...)
	if err != nil {
		return nil, ErrorOf(err)
	}
	return &filledStream{ClientStream: stream, client: c, single: !description.ClientStreams}, nil
}

// filledStream fills in the one request of a stream that only the server goes on with.
type filledStream struct {
	grpc.ClientStream
	client *Client
	single bool
}

func (s *filledStream) SendMsg(message any) error {
	if s.single {
		message = s.client.filled(message)
	}
	return s.ClientStream.SendMsg(message)
}

func (c *Client) filled(request any) any {
	message, ok := request.(proto.Message)
	if !ok {
		return request
	}
	fields := message.ProtoReflect().Descriptor().Fields()
	fill := map[protoreflect.Name]string{"workspace": c.settings.workspace, "request_id": newID()}
	filled := message
	for name, value := range fill {
		field := fields.ByName(name)
		if field == nil || field.Kind() != protoreflect.StringKind || message.ProtoReflect().Has(field) {
			continue
		}
		if filled == message {
			filled = proto.Clone(message)
		}
		filled.ProtoReflect().Set(field, protoreflect.ValueOfString(value))
	}
	return filled
}

func (c *Client) signed(ctx context.Context) (context.Context, error) {
	if c.settings.token == nil {
		return ctx, nil
	}
	token, err := c.settings.token(ctx)
	if err != nil {
		return nil, &Error{Code: codes.Unavailable, Message: fmt.Sprintf("no token: %v", err)}
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token), nil
}

// newID makes a random UUID.
func newID() string {
	var bytes [16]byte
	rand.Read(bytes[:])
	bytes[6] = bytes[6]&0x0f | 0x40
	bytes[8] = bytes[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", bytes[:4], bytes[4:6], bytes[6:8], bytes[8:10], bytes[10:])
}

// pauses counts how long to wait before what failed is tried again; with chance, so that the clients of a server that was
// away or busy do not all come at once.
type pauses struct {
	next time.Duration
}

const (
	shortestPause = 100 * time.Millisecond
	longestPause  = 5 * time.Second
)

func (p *pauses) take() time.Duration {
	pause := max(p.next, shortestPause)
	p.next = min(2*pause, longestPause)
	return pause/2 + mathrand.N(pause/2)
}

func (p *pauses) wait(ctx context.Context) {
	select {
	case <-time.After(p.take()):
	case <-ctx.Done():
	}
}
