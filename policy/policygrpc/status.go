package policygrpc

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/decorum-go/decorum/policy"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Domain is that of every ErrorInfo.
const Domain = "github.com/decorum-go/decorum"

// Code is the code that a decision is answered with: OK for Allow and Flag, AlreadyExists
// for Duplicate, FailedPrecondition for Hold, ResourceExhausted for Defer, PermissionDenied
// for Reject, and Unavailable where there is none.
func Code(d *policy.Decision) codes.Code {
	switch d.Verdict {
	case policy.Allow, policy.Flag:
		return codes.OK
	case policy.Duplicate:
		return codes.AlreadyExists
	case policy.Hold:
		return codes.FailedPrecondition
	case policy.Defer:
		return codes.ResourceExhausted
	case policy.Reject:
		return codes.PermissionDenied
	}
	return codes.Unavailable
}

// A Refusal is the error that stands for a decision not to deliver. package status reads
// its code and details.
type Refusal struct {
	Decision policy.Decision
	status   *status.Status
}

// Error implements error.
func (r *Refusal) Error() string { return r.status.Err().Error() }

// GRPCStatus is the status that is sent.
func (r *Refusal) GRPCStatus() *status.Status { return r.status }

// Err is the error that a sender whose message was not delivered, or waits, is answered
// with: a *Refusal. It is nil if d.Delivered().
func Err(d *policy.Decision) error { return ErrIn(d, policy.Language{}) }

// ErrIn is Err in a language.
func ErrIn(d *policy.Decision, l policy.Language) error {
	if d.Delivered() {
		return nil
	}
	n := d.Notice()
	info := &errdetails.ErrorInfo{Domain: Domain, Reason: strings.ToUpper(string(n.Code)), Metadata: fields(n)}
	said := n.String()
	if d.Verdict == policy.Duplicate {
		info.Reason, said = "DUPLICATE", "The message went out before."
	}
	details := []protoadapt.MessageV1{info}
	if theirs := n.In(l); theirs != "" {
		details = append(details, &errdetails.LocalizedMessage{Locale: cmp.Or(l.Tag, "en"), Message: theirs})
	}
	if d.RetryAfter > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(d.RetryAfter)})
	}
	if of := subject(n.Code); of != "" && d.Verdict == policy.Defer {
		details = append(details, &errdetails.QuotaFailure{Violations: []*errdetails.QuotaFailure_Violation{{Subject: of, Description: said}}})
	}
	return &Refusal{Decision: *d, status: with(status.New(Code(d), said), details...)}
}

// subject is whose quota it is; "": it is none.
func subject(c policy.NoticeCode) string {
	switch c {
	case policy.NoticeRate, policy.NoticeRequests:
		return "sender"
	case policy.NoticeBusy:
		return "recipient"
	}
	return ""
}

// fields are those of a notice, but for its code.
func fields(n policy.Notice) map[string]string {
	n.Code = ""
	b, err := json.Marshal(n)
	var values map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(b, &values)
	}
	if err != nil || len(values) == 0 {
		return nil
	}
	all := make(map[string]string, len(values))
	for name, v := range values {
		var s string
		if json.Unmarshal(v, &s) != nil {
			s = string(v) // a number, or true
		}
		all[name] = s
	}
	return all
}

// with adds details. A status that can't carry them goes without.
func with(s *status.Status, details ...protoadapt.MessageV1) *status.Status {
	if more, err := s.WithDetails(details...); err == nil {
		return more
	}
	return s
}

// Convert is what an error of the engine is answered with: InvalidArgument for a
// *policy.FieldError, with the field in BadRequest, NotFound, FailedPrecondition for a
// conflict and what is settled, Unavailable for a fault of the store, of which it says
// nothing, Canceled and DeadlineExceeded for the caller's context, else Internal. An error
// that has a status keeps it; nil is nil.
func Convert(err error) error {
	if _, ok := status.FromError(err); ok {
		return err
	}
	field, isField := errors.AsType[*policy.FieldError](err)
	_, isFault := errors.AsType[*policy.FaultError](err)
	switch {
	case isField:
		bad := &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: field.Field, Description: field.Problem}}}
		return with(status.New(codes.InvalidArgument, err.Error()), bad).Err()
	case errors.Is(err, policy.ErrNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, policy.ErrConflict), errors.Is(err, policy.ErrSettled), errors.Is(err, policy.ErrHistory):
		return status.Error(codes.FailedPrecondition, err.Error())
	case isFault, errors.Is(err, policy.ErrClosed):
		return status.Error(codes.Unavailable, "The store of records is out of reach, or the engine was closed.") // not where it is
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return status.FromContextError(err).Err()
	}
	return status.Error(codes.Internal, err.Error())
}
