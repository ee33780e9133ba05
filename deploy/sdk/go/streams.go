package tandem

import (
	"context"
	"iter"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	tandemv1 "tandem/v1"
)

// Events gives the messages of StreamEvents. A stream that is lost is opened again by the last token, so no event is missed
// and none comes twice. It ends with an error, or when the loop or the context does.
func (c *Client) Events(ctx context.Context, request *tandemv1.StreamEventsRequest) iter.Seq2[*tandemv1.StreamEventsResponse, error] {
	return func(yield func(*tandemv1.StreamEventsResponse, error) bool) {
		request := proto.CloneOf(request)
		pauses := pauses{}
		for {
			err := c.follow(ctx, request, func(message *tandemv1.StreamEventsResponse) bool {
				request.ResumeToken = message.GetResumeToken()
				request.Start = tandemv1.EventStart_EVENT_START_UNSPECIFIED
				pauses.next = 0
				return yield(message, nil)
			})
			if err == nil {
				return
			}
			if ctx.Err() != nil || !ErrorOf(err).IsPassing() {
				yield(nil, err)
				return
			}
			pauses.wait(ctx)
		}
	}
}

// follow is one stream. It ends without an error when `take` wants no more.
func (c *Client) follow(ctx context.Context, request *tandemv1.StreamEventsRequest,
	take func(*tandemv1.StreamEventsResponse) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.EventService.StreamEvents(ctx, request)
	if err != nil {
		return err
	}
	for {
		message, err := stream.Recv()
		if err != nil {
			return ErrorOf(err)
		}
		if !take(message) {
			return nil
		}
	}
}

// page is an answer with more behind it.
type page interface {
	proto.Message
	GetNextPageToken() string
}

// Pages gives the answers of a list call, page after page: tandem.Pages(ctx, client.Tickets.ListTickets, request).
func Pages[Request proto.Message, Response page](ctx context.Context,
	list func(context.Context, Request, ...grpc.CallOption) (Response, error), request Request) iter.Seq2[Response, error] {
	return func(yield func(Response, error) bool) {
		request := proto.CloneOf(request)
		token := request.ProtoReflect().Descriptor().Fields().ByName("page_token")
		for {
			answer, err := list(ctx, request)
			if !yield(answer, err) || err != nil || answer.GetNextPageToken() == "" {
				return
			}
			request.ProtoReflect().Set(token, protoreflect.ValueOfString(answer.GetNextPageToken()))
		}
	}
}
