package policygrpc

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/decorum-go/decorum/policy"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// An Evaluator judges messages: a *policy.Engine, or what is around one.
type Evaluator interface {
	Evaluate(context.Context, policy.Message) (policy.Decision, error)
}

// A MessageFunc reads the message that a request wants to send. An error is answered as it
// stands if it has a status, as Convert says if it is the engine's or the context's, and
// otherwise with InvalidArgument; a nil message passes unjudged. grpc.Method(ctx) is the
// method that is called. Take the sender from the service's own authentication.
type MessageFunc func(ctx context.Context, request any) (*policy.Message, error)

// UnaryServerInterceptor judges the messages of requests: what is delivered goes on to the
// method, with the Decision in its context (see DecisionOf), and all else is answered by
// Err. A fault of the store changes nothing about that: the Decision follows Config.OnFault
// of the engine. in is the language of whoever calls; without it they are answered in
// English.
//
// The message must have an ID that a retry of the request has, too: then the retry is
// a Duplicate, and sends nothing twice.
func UnaryServerInterceptor(e Evaluator, read MessageFunc, in ...func(context.Context) policy.Language) grpc.UnaryServerInterceptor {
	j := &judging{e, read, in}
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		d, err := j.judge(ctx, request)
		if err != nil {
			if refused(err) {
				_ = grpc.SetTrailer(ctx, noRetry()) // called by a test, there is no stream
			}
			return nil, err
		}
		if d != nil {
			ctx = context.WithValue(ctx, decisionKey{}, d)
		}
		return handler(ctx, request)
	}
}

// StreamServerInterceptor judges each message that a client sends in a stream. The method
// receives what is delivered; DecisionOf of the stream's context is then about the last
// that it received. All else it does not see: RecvMsg, and so Recv, returns the error of
// Err. A method that returns that ends the stream, and with it what the client has under
// way; one that goes on tells the client of a *Refusal in a message of its own, and calls
// Recv again. For the rest it is as UnaryServerInterceptor.
func StreamServerInterceptor(e Evaluator, read MessageFunc, in ...func(context.Context) policy.Language) grpc.StreamServerInterceptor {
	j := &judging{e, read, in}
	return func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		return handler(srv, &stream{ServerStream: ss, judging: j, once: !info.IsClientStream})
	}
}

// DecisionOf is the decision on the message of a call that an interceptor let pass; nil if
// there is none.
func DecisionOf(ctx context.Context) *policy.Decision {
	d, _ := ctx.Value(decisionKey{}).(*policy.Decision)
	return d
}

type decisionKey struct{}

// judging is what both interceptors do.
type judging struct {
	e    Evaluator
	read MessageFunc
	in   []func(context.Context) policy.Language
}

// judge returns the decision on a request that goes on, nil where it holds no message, or
// the error that it is answered with.
func (j *judging) judge(ctx context.Context, request any) (*policy.Decision, error) {
	m, err := j.read(ctx, request)
	if err != nil {
		if _, ok := status.FromError(err); ok {
			return nil, err
		}
		if as := Convert(err); status.Code(as) != codes.Internal {
			return nil, as
		}
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if m == nil {
		return nil, nil
	}
	d, err := j.e.Evaluate(ctx, *m)
	switch _, fault := errors.AsType[*policy.FaultError](err); {
	case err != nil && !fault:
		return nil, Convert(err)
	case d.Delivered():
		return &d, nil
	case len(j.in) > 0:
		return nil, ErrIn(&d, j.in[0](ctx))
	}
	return nil, Err(&d)
}

// refused reports whether it is a decision that the error stands for.
func refused(err error) bool {
	_, ok := errors.AsType[*Refusal](err)
	return ok
}

// noRetry has the client's library not try again by itself (gRFC A6).
func noRetry() metadata.MD { return metadata.Pairs("grpc-retry-pushback-ms", "-1") }

// A stream hands on only what is delivered.
type stream struct {
	grpc.ServerStream
	*judging
	once bool // the client sends one message
	last atomic.Pointer[policy.Decision]
}

// RecvMsg implements grpc.ServerStream.
func (s *stream) RecvMsg(m any) error {
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	d, err := s.judge(s.ServerStream.Context(), m)
	s.last.Store(d)
	if s.once && refused(err) {
		s.SetTrailer(noRetry())
	}
	return err
}

// Context implements grpc.ServerStream.
func (s *stream) Context() context.Context {
	ctx := s.ServerStream.Context()
	if d := s.last.Load(); d != nil {
		ctx = context.WithValue(ctx, decisionKey{}, d)
	}
	return ctx
}
