package tandem

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	tandemv1 "tandem/v1"
)

const (
	domain       = "tandem"
	reasonPrefix = "ERROR_REASON_"
)

// Error is a call that did not succeed.
type Error struct {
	Code    codes.Code
	Message string
	// UNSPECIFIED when the server did not say one: it was not reached, or it is newer than this package, which ReasonName
	// tells apart.
	Reason     tandemv1.ErrorReason
	ReasonName string
	// Belongs to the reason.
	Metadata map[string]string
	// Which fields of a malformed request, and what was expected of each.
	Fields []*errdetails.BadRequest_FieldViolation
	// How long to wait before trying again; 0 when the server did not say.
	RetryAfter time.Duration

	status *status.Status
}

// ErrorOf gives what a call said when it failed; nil for nil.
func ErrorOf(err error) *Error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	status := status.Convert(err)
	made := &Error{Code: status.Code(), Message: status.Message(), status: status}
	for _, detail := range status.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			if detail.GetDomain() == domain {
				made.setReason(detail.GetReason())
				made.Metadata = detail.GetMetadata()
			}
		case *errdetails.BadRequest:
			made.Fields = detail.GetFieldViolations()
		case *errdetails.RetryInfo:
			made.RetryAfter = detail.GetRetryDelay().AsDuration()
		}
	}
	return made
}

// ReasonOf gives the reason of a failed call, to switch on; UNSPECIFIED when there is none.
func ReasonOf(err error) tandemv1.ErrorReason {
	if err == nil {
		return tandemv1.ErrorReason_ERROR_REASON_UNSPECIFIED
	}
	return ErrorOf(err).Reason
}

func (e *Error) setReason(name string) {
	e.ReasonName = name
	e.Reason = tandemv1.ErrorReason(tandemv1.ErrorReason_value[reasonPrefix+name])
}

func (e *Error) Error() string {
	if e.ReasonName == "" {
		return fmt.Sprintf("%s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("%s %s: %s", e.Code, e.ReasonName, e.Message)
}

// GRPCStatus lets gRPC's status package read it.
func (e *Error) GRPCStatus() *status.Status {
	if e.status == nil {
		return status.New(e.Code, e.Message)
	}
	return e.status
}

// IsPassing tells whether the same call may succeed later: the server was away, is busy, or the connection was lost.
func (e *Error) IsPassing() bool {
	switch e.Code {
	case codes.Unavailable, codes.ResourceExhausted:
		return true
	case codes.Canceled, codes.Internal, codes.Unknown:
		return e.ReasonName == ""
	default:
		return false
	}
}
