package policygrpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/policygrpc"
	"github.com/decorum-go/decorum/policy/storetest"
	"github.com/decorum-go/decorum/scoring"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// A chat is a server with an engine in front of it, and a client. What is delivered is in
// sent, by recipient.
type chat struct {
	*testing.T
	grpc_testing.UnimplementedTestServiceServer
	engine *policy.Engine
	client grpc_testing.TestServiceClient

	mu   sync.Mutex
	sent map[string][]string

	calls atomic.Int64 // that reached the interceptors
	goOn  bool         // a stream goes on after a refusal
}

var damning = []scoring.Evidence{
	{Code: "host.links", Family: scoring.Content, LogOdds: 3, Value: 1, N: 1}, {Code: "host.network", Family: scoring.Network, LogOdds: 3, Value: 1, N: 1},
}

// read reads "id|sender|recipient,recipient|text".
func read(ctx context.Context, request any) (*policy.Message, error) {
	var body string
	switch r := request.(type) {
	case *grpc_testing.SimpleRequest:
		body = string(r.GetPayload().GetBody())
	case *grpc_testing.StreamingOutputCallRequest:
		body = string(r.GetPayload().GetBody())
	case *grpc_testing.StreamingInputCallRequest:
		body = string(r.GetPayload().GetBody())
	default:
		return nil, nil
	}
	part := strings.Split(body, "|")
	switch {
	case body == "unauthenticated":
		return nil, status.Error(codes.Unauthenticated, "who are you?")
	case body == "late":
		return nil, context.DeadlineExceeded
	case len(part) != 4:
		return nil, errors.New("no message in it")
	}
	m := &policy.Message{ID: part[0], Sender: part[1], Recipients: policy.To(strings.Split(part[2], ",")...), Text: part[3]}
	if strings.Contains(m.Text, "buy") {
		m.Evidence = damning
	}
	return m, nil
}

// deliver does what a method of a chat does.
func (c *chat) deliver(ctx context.Context, body []byte) {
	m, err := read(ctx, &grpc_testing.SimpleRequest{Payload: &grpc_testing.Payload{Body: body}})
	d := policygrpc.DecisionOf(ctx)
	if err != nil || d == nil || d.Message != m.ID {
		c.Errorf("%s was delivered after the decision %+v, %v", body, d, err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range m.Recipients {
		if d.DeliveredTo(r.ID) {
			c.sent[r.ID] = append(c.sent[r.ID], m.Text)
		}
	}
}

func (c *chat) got(who string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.sent[who], " ")
}

// EmptyCall holds no message.
func (c *chat) EmptyCall(ctx context.Context, e *grpc_testing.Empty) (*grpc_testing.Empty, error) {
	if d := policygrpc.DecisionOf(ctx); d != nil {
		c.Errorf("a decision on nothing: %+v", d)
	}
	return e, nil
}

func (c *chat) UnaryCall(ctx context.Context, r *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
	c.deliver(ctx, r.Payload.Body)
	return &grpc_testing.SimpleResponse{}, nil
}

func (c *chat) FullDuplexCall(s grpc.BidiStreamingServer[grpc_testing.StreamingOutputCallRequest, grpc_testing.StreamingOutputCallResponse]) error {
	for {
		r, err := s.Recv()
		said := "sent"
		switch refusal, refused := errors.AsType[*policygrpc.Refusal](err); {
		case err == io.EOF:
			return nil
		case refused && c.goOn:
			said = refusal.Decision.Verdict.String() + " " + refusal.Decision.Message
		case err != nil:
			return err
		default:
			c.deliver(s.Context(), r.Payload.Body)
		}
		if err := s.Send(&grpc_testing.StreamingOutputCallResponse{Payload: &grpc_testing.Payload{Body: []byte(said)}}); err != nil {
			return err
		}
	}
}

func (c *chat) StreamingInputCall(s grpc.ClientStreamingServer[grpc_testing.StreamingInputCallRequest, grpc_testing.StreamingInputCallResponse]) error {
	for {
		r, err := s.Recv()
		if err == io.EOF {
			return s.SendAndClose(&grpc_testing.StreamingInputCallResponse{})
		}
		if err != nil {
			return err
		}
		c.deliver(s.Context(), r.Payload.Body)
	}
}

func (c *chat) StreamingOutputCall(r *grpc_testing.StreamingOutputCallRequest, s grpc.ServerStreamingServer[grpc_testing.StreamingOutputCallResponse]) error {
	c.deliver(s.Context(), r.Payload.Body)
	return s.Send(&grpc_testing.StreamingOutputCallResponse{})
}

func serve(t *testing.T, pc policy.Config, around []grpc.UnaryServerInterceptor, in ...func(context.Context) policy.Language) *chat {
	t.Helper()
	c := &chat{T: t, sent: map[string][]string{}}
	var err error
	if c.engine, err = policy.New(pc); err != nil {
		t.Fatal(err)
	}
	around = append(around, func(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		c.calls.Add(1)
		return next(ctx, r)
	}, policygrpc.UnaryServerInterceptor(c.engine, read, in...))
	count := func(srv any, s grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		c.calls.Add(1)
		return next(srv, s)
	}
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(around...), grpc.ChainStreamInterceptor(count, policygrpc.StreamServerInterceptor(c.engine, read, in...)))
	grpc_testing.RegisterTestServiceServer(server, c)
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(at) }()
	// A client that tries again by itself whatever may be tried again, as many are set up to.
	conn, err := grpc.NewClient(at.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultServiceConfig(
		`{"methodConfig":[{"name":[{}],"retryPolicy":{"maxAttempts":4,"initialBackoff":"0.001s","maxBackoff":"0.001s","backoffMultiplier":1,
		"retryableStatusCodes":["UNAVAILABLE","RESOURCE_EXHAUSTED","FAILED_PRECONDITION","PERMISSION_DENIED","ALREADY_EXISTS"]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	c.client = grpc_testing.NewTestServiceClient(conn)
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		_ = c.engine.Close()
	})
	return c
}

func simple(body string) *grpc_testing.SimpleRequest {
	return &grpc_testing.SimpleRequest{Payload: &grpc_testing.Payload{Body: []byte(body)}}
}

// send calls a method with a message, and wants a code.
func (c *chat) send(body string, want codes.Code) answer {
	c.Helper()
	before := c.calls.Load()
	_, err := c.client.UnaryCall(c.Context(), simple(body))
	if status.Code(err) != want {
		c.Fatalf("%s: %v, want %v", body, err, want)
	}
	if n := c.calls.Load() - before; n != 1 && want != codes.Unavailable {
		c.Errorf("%s: the client tried %d times", body, n)
	}
	return details(c.T, err)
}

// An answer is what a status says.
type answer struct {
	message string
	info    *errdetails.ErrorInfo
	words   *errdetails.LocalizedMessage
	retry   *errdetails.RetryInfo
	quota   *errdetails.QuotaFailure
	bad     *errdetails.BadRequest
}

func details(t *testing.T, err error) (a answer) {
	t.Helper()
	s := status.Convert(err)
	a.message = s.Message()
	for _, d := range s.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			a.info = d
		case *errdetails.LocalizedMessage:
			a.words = d
		case *errdetails.RetryInfo:
			a.retry = d
		case *errdetails.QuotaFailure:
			a.quota = d
		case *errdetails.BadRequest:
			a.bad = d
		default:
			t.Errorf("a detail is %T %v", d, d)
		}
	}
	return a
}

// TestUnary: each verdict is the status that the package documents, over a real connection.
func TestUnary(t *testing.T) {
	spanish := policy.Language{Tag: "es", Messages: policy.Messages{"notice.held": "Una persona mira antes tu mensaje."}}
	c := serve(t, policy.Config{}, nil, func(ctx context.Context) policy.Language {
		if md, _ := metadata.FromIncomingContext(ctx); strings.Join(md.Get("accept-language"), "") == "es" {
			return spanish
		}
		return policy.Language{}
	})
	if _, err := c.client.EmptyCall(t.Context(), &grpc_testing.Empty{}); err != nil {
		t.Error(err)
	}
	c.send("1|ann|bea|hello", codes.OK)
	a := c.send("1|ann|bea|hello", codes.AlreadyExists)
	if c.got("bea") != "hello" || a.info.Reason != "DUPLICATE" || a.retry != nil {
		t.Errorf("a retry: %q, %v", c.got("bea"), a)
	}

	for i := range 19 {
		c.send(fmt.Sprint("a", i, "|ann|bea|and more"), codes.OK)
	}
	a = c.send("late|ann|bea|too much", codes.ResourceExhausted)
	if a.info.Domain != policygrpc.Domain || a.info.Reason != "RATE" || a.info.Metadata["until"] == "" || a.words.Locale != "en" || a.words.Message != a.message {
		t.Errorf("over a rate: %v", a)
	}
	if wait := a.retry.RetryDelay.AsDuration(); wait <= 0 || wait > 5*time.Minute || len(a.quota.Violations) != 1 || a.quota.Violations[0].Subject != "sender" {
		t.Errorf("over a rate: %v, %v", wait, a.quota)
	}

	if a = c.send("late|ann|bea|too much", codes.ResourceExhausted); a.info.Reason != "LATER" || a.quota != nil || a.retry == nil {
		t.Errorf("again: %v", a)
	}

	hold := policy.Override{Account: "hal", Verdict: policy.Hold, By: "mo"}
	if err := c.engine.Override(t.Context(), hold); err != nil {
		t.Fatal(err)
	}
	a = c.send("2|hal|bea|wait", codes.FailedPrecondition)
	if a.info.Reason != "HELD" || a.retry != nil || a.quota != nil || a.words.Message == "" {
		t.Errorf("held: %v", a)
	}
	_, err := c.client.UnaryCall(metadata.AppendToOutgoingContext(t.Context(), "accept-language", "es"), simple("3|hal|bea|espera"))
	if a = details(t, err); a.words.Locale != "es" || a.words.Message != "Una persona mira antes tu mensaje." || !strings.Contains(a.message, "person") {
		t.Errorf("held, in Spanish: %v", a)
	}

	a = c.send("4|mal|vic|buy this", codes.PermissionDenied)
	if a.info.Reason != "SANCTION" || a.info.Metadata["kind"] != "block" || a.info.Metadata["scope"] != "outreach" || a.quota != nil || a.retry == nil {
		t.Errorf("blocked: %v", a)
	}
	appeal := policy.Appeal{Account: "mal", Sanction: a.info.Metadata["appeal"]}
	if _, err := c.engine.Appeal(t.Context(), appeal); err != nil {
		t.Errorf("the sanction in the metadata can't be appealed against: %v", err)
	}
	if c.got("vic") != "" || strings.Contains(c.got("bea"), "wait") {
		t.Error("what was refused was delivered")
	}
}

// TestDetails: each notice is its reason, with its fields, and a quota is somebody's.
func TestDetails(t *testing.T) {
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	why := func(c policy.Code) []policy.Reason { return []policy.Reason{{Code: c}} }
	limited := policy.Sanction{ID: "5a", Kind: policy.Restriction, Scope: policy.Messaging, PerDay: 10, Until: at.Add(48 * time.Hour)}
	for _, c := range []struct {
		d                     policy.Decision
		reason, quota, fields string
	}{
		{policy.Decision{Verdict: policy.Defer, Reasons: why(policy.CodeReceived)}, "BUSY", "recipient", "map[]"},
		{policy.Decision{Verdict: policy.Defer, Reasons: why(policy.CodeOutstanding), RetryAfter: time.Minute}, "REQUESTS", "sender", "map[at:2026-11-29T12:00:00Z until:2026-11-29T12:01:00Z]"},
		{policy.Decision{Verdict: policy.Reject, Reasons: why(policy.CodeRequests)}, "REQUESTS", "", "map[]"},
		{policy.Decision{Verdict: policy.Reject, Standing: []policy.Sanction{limited}}, "SANCTION", "", "map[appeal:5a at:2026-11-29T12:00:00Z kind:restriction per_day:10 scope:messaging until:2026-12-01T12:00:00Z]"},
		{policy.Decision{Verdict: policy.Hold, Pledge: at}, "HELD", "", "map[pledge:2026-11-29T12:00:00Z]"},
	} {
		c.d.At = at
		a := details(t, policygrpc.Err(&c.d))
		quota := ""
		if all := a.quota.GetViolations(); len(all) > 0 {
			quota = all[0].Subject
		}
		if got := fmt.Sprint(a.info.Metadata); a.info.Reason != c.reason || quota != c.quota || got != c.fields || (a.retry != nil) != (c.d.RetryAfter > 0) || a.words.Message != a.message {
			t.Errorf("%+v: %v %q %s", c.d, a, quota, got)
		}
	}
}

// TestRecipients: one who refuses the message does not get it, and keeps it from nobody.
func TestRecipients(t *testing.T) {
	c := serve(t, policy.Config{}, nil)
	if err := c.engine.Record(t.Context(), policy.BlockedBy{From: "bea", Against: "ann"}); err != nil {
		t.Fatal(err)
	}
	c.send("1|ann|bea,vic|hello", codes.OK)
	if c.got("bea") != "" || c.got("vic") != "hello" {
		t.Errorf("bea got %q, vic %q", c.got("bea"), c.got("vic"))
	}
	if a := c.send("2|ann|bea|hello?", codes.PermissionDenied); a.info.Reason != "REFUSED" || strings.Contains(a.message, "block") {
		t.Errorf("to who blocked them: %v", a)
	}
}

// TestWrong: what is wrong with a request is the caller's, and is told.
func TestWrong(t *testing.T) {
	c := serve(t, policy.Config{}, nil)
	if a := c.send("nothing", codes.InvalidArgument); a.message != "no message in it" {
		t.Error(a)
	}
	if a := c.send("1||bea|hello", codes.InvalidArgument); len(a.bad.GetFieldViolations()) != 1 || a.bad.FieldViolations[0].Field != "sender" {
		t.Error(a)
	}
	if a := c.send("unauthenticated", codes.Unauthenticated); a.message != "who are you?" {
		t.Error(a)
	}
	c.send("late", codes.DeadlineExceeded)
	for err, want := range map[error]codes.Code{
		nil: codes.OK, policy.ErrNotFound: codes.NotFound, policy.ErrSettled: codes.FailedPrecondition, policy.ErrConflict: codes.FailedPrecondition,
		policy.ErrClosed: codes.Unavailable, context.Canceled: codes.Canceled, io.EOF: codes.Internal,
	} {
		if got := policygrpc.Convert(err); status.Code(got) != want {
			t.Errorf("%v: %v, want %v", err, got, want)
		}
	}
	if err := policygrpc.Convert(&policy.FaultError{Op: "view", Err: fmt.Errorf("10.0.0.7: %w", context.DeadlineExceeded)}); status.Code(err) != codes.Unavailable || strings.Contains(err.Error(), "10.0") {
		t.Error(err)
	}
	if err := policygrpc.Err(&policy.Decision{}); status.Code(err) != codes.Unavailable || details(t, err).info.Reason != "UNDECIDED" {
		t.Error(err)
	}
	for _, v := range []policy.Verdict{policy.Allow, policy.Flag} {
		if err := policygrpc.Err(&policy.Decision{Verdict: v}); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	}
	if err := c.engine.Close(); err != nil {
		t.Fatal(err)
	}
	c.send("5|ann|bea|hello", codes.Unavailable)
}

// TestAway: with the store away Config.OnFault decides, as everywhere.
func TestAway(t *testing.T) {
	for on, want := range map[policy.FaultMode]codes.Code{policy.Static: codes.OK, policy.AllowAll: codes.OK, policy.HoldAll: codes.FailedPrecondition} {
		store := storetest.NewFaulty(policy.NewMemory(0))
		degraded := false
		c := serve(t, policy.Config{Store: store, Secret: []byte("of the test"), OnFault: on, Logger: slog.New(slog.DiscardHandler)}, []grpc.UnaryServerInterceptor{
			func(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
				out, err := next(ctx, r)
				if refusal, ok := errors.AsType[*policygrpc.Refusal](err); ok {
					degraded = refusal.Decision.Degraded
				}
				return out, err
			},
		})
		store.Break(func(storetest.Call) storetest.Fault { return storetest.Fault{Kind: storetest.Refuse} })
		c.send("1|ann|bea|hello", want)
		if (c.got("bea") == "hello") != (want == codes.OK) || degraded == (want == codes.OK) {
			t.Errorf("%v: bea got %q", on, c.got("bea"))
		}
	}
}

// TestGone: a caller who goes away is not waited for, and nothing is delivered.
func TestGone(t *testing.T) {
	store := storetest.NewFaulty(policy.NewMemory(0))
	ended := make(chan error, 8)
	c := serve(t, policy.Config{Store: store, Secret: []byte("of the test"), Timeout: time.Minute}, []grpc.UnaryServerInterceptor{
		func(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			out, err := next(ctx, r)
			ended <- err
			return out, err
		},
	})
	store.Break(func(storetest.Call) storetest.Fault { return storetest.Fault{Delay: time.Hour} })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.client.UnaryCall(ctx, simple("1|ann|bea|hello")); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("the client hears %v", err)
	}
	select {
	case err := <-ended:
		if code := status.Code(err); code != codes.DeadlineExceeded && code != codes.Canceled {
			t.Errorf("the server ends with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the server is still waiting")
	}
	if c.got("bea") != "" {
		t.Error("it was delivered")
	}
}

// TestRefusal: an interceptor around can answer otherwise, for instance OK.
func TestRefusal(t *testing.T) {
	c := serve(t, policy.Config{}, []grpc.UnaryServerInterceptor{
		func(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			out, err := next(ctx, r)
			if refusal, ok := errors.AsType[*policygrpc.Refusal](err); ok && refusal.Decision.Verdict == policy.Duplicate {
				return &grpc_testing.SimpleResponse{Username: "sent before"}, nil
			}
			return out, err
		},
	})
	c.send("1|ann|bea|hello", codes.OK)
	if r, err := c.client.UnaryCall(t.Context(), simple("1|ann|bea|hello")); err != nil || r.Username != "sent before" || c.got("bea") != "hello" {
		t.Errorf("%v %v, bea got %q", r, err, c.got("bea"))
	}
}

func output(body string) *grpc_testing.StreamingOutputCallRequest {
	return &grpc_testing.StreamingOutputCallRequest{Payload: &grpc_testing.Payload{Body: []byte(body)}}
}

// TestStreams: each message of a stream is judged. A refusal ends it, where the method does
// not go on.
func TestStreams(t *testing.T) {
	c := serve(t, policy.Config{}, nil)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	upload, err := c.client.StreamingInputCall(t.Context())
	must(err)
	for i := range 3 {
		must(upload.Send(&grpc_testing.StreamingInputCallRequest{Payload: output(fmt.Sprint("u", i, "|ann|bea|", i)).Payload}))
	}
	_, err = upload.CloseAndRecv()
	must(err)
	if c.got("bea") != "0 1 2" {
		t.Errorf("bea got %q", c.got("bea"))
	}

	download, err := c.client.StreamingOutputCall(t.Context(), output("d|ann|vic|hello"))
	must(err)
	_, err = download.Recv()
	must(err)
	before := c.calls.Load()
	download, err = c.client.StreamingOutputCall(t.Context(), output("e|mal|vic|buy"))
	must(err)
	if _, err := download.Recv(); status.Code(err) != codes.PermissionDenied || details(t, err).info.Reason != "SANCTION" || c.got("vic") != "hello" || c.calls.Load() != before+1 {
		t.Errorf("%v, vic got %q, after %d calls", err, c.got("vic"), c.calls.Load()-before)
	}

	for _, c.goOn = range []bool{false, true} {
		talk, err := c.client.FullDuplexCall(t.Context())
		must(err)
		said := func(body string) (string, error) {
			must(talk.Send(output(body)))
			r, err := talk.Recv()
			return string(r.GetPayload().GetBody()), err
		}
		id := fmt.Sprint("x", c.goOn)
		if r, err := said(id + "|ann|bea|so"); err != nil || r != "sent" {
			t.Errorf("%s, %v", r, err)
		}
		r, err := said(id + "|ann|bea|so") // again
		if !c.goOn {
			if status.Code(err) != codes.AlreadyExists {
				t.Errorf("%s, %v", r, err)
			}
			continue
		}
		if err != nil || r != "duplicate "+id {
			t.Errorf("%s, %v", r, err)
		}
		if r, err := said("y|ann|bea|there"); err != nil || r != "sent" {
			t.Errorf("after a refusal: %s, %v", r, err)
		}
		must(talk.CloseSend())
		if _, err := talk.Recv(); err != io.EOF {
			t.Error(err)
		}
	}
	if c.got("bea") != "0 1 2 so so there" {
		t.Errorf("bea got %q", c.got("bea"))
	}
}

// TestAtOnce: many call at once, and each is answered for its own message.
func TestAtOnce(t *testing.T) {
	c := serve(t, policy.Config{}, nil)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 40 {
				_, err := c.client.UnaryCall(t.Context(), simple(fmt.Sprintf("%d|p%d|q%d|hello", i, g, g)))
				if code := status.Code(err); code != codes.OK && (code != codes.ResourceExhausted || i < 20) {
					t.Errorf("%d: %v", i, err)
				}
			}
		})
	}
	all.Wait()
	for g := range 8 {
		if n := len(strings.Fields(c.got(fmt.Sprint("q", g)))); n != 20 {
			t.Errorf("q%d got %d", g, n)
		}
	}
}
