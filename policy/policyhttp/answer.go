package policyhttp

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/decorum-go/decorum/policy"
)

// A Problem is an answer that says what is wrong (RFC 9457).
type Problem struct {
	Type   string `json:"type"`   // always "about:blank": the status says what it is
	Title  string `json:"title"`  // of the status
	Status int    `json:"status"` // of HTTP
	Detail string `json:"detail,omitempty"`

	Field  string         `json:"field,omitempty"` // of the request, where one is wrong
	Notice *policy.Notice `json:"notice,omitempty"`
}

// Status is the status that a decision is answered with: 200 for Allow, Flag and
// Duplicate, 202 for Hold, 429 for Defer, 403 for Reject, and 503 where there is none.
func Status(d *policy.Decision) int {
	switch d.Verdict {
	case policy.Allow, policy.Flag, policy.Duplicate:
		return http.StatusOK
	case policy.Hold:
		return http.StatusAccepted
	case policy.Defer:
		return http.StatusTooManyRequests
	case policy.Reject:
		return http.StatusForbidden
	}
	return http.StatusServiceUnavailable
}

// Write answers a sender whose message was not delivered, or waits: with the status of
// the decision, Retry-After where it may be tried again, and a problem that says what the
// Notice says. It does nothing if d.Delivered(). After a Duplicate it writes 200 and
// nothing else: the message went out before.
func Write(w http.ResponseWriter, d *policy.Decision) { WriteIn(w, d, policy.Language{}) }

// WriteIn is Write in a language.
func WriteIn(w http.ResponseWriter, d *policy.Decision, l policy.Language) {
	if d.Delivered() {
		return
	}
	status := Status(d)
	if status == http.StatusOK {
		w.WriteHeader(status)
		return
	}
	retryAfter(w, d)
	n := d.Notice()
	writeProblem(w, Problem{Status: status, Detail: n.In(l), Notice: &n})
}

// retryAfter sets when to try again, in whole seconds, rounded up; also as the RateLimit
// field of the IETF's draft, without the quota, which would be a threshold.
func retryAfter(w http.ResponseWriter, d *policy.Decision) {
	if d.RetryAfter > 0 {
		seconds := strconv.FormatInt(int64(math.Ceil(d.RetryAfter.Seconds())), 10)
		w.Header().Set("Retry-After", seconds)
		w.Header().Set("RateLimit", `"messages";r=0;t=`+seconds)
	}
}

func writeProblem(w http.ResponseWriter, p Problem) {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller has gone
}

// problemOf is the problem that an error of the engine is answered with.
func problemOf(err error) Problem {
	p := Problem{Detail: err.Error()}
	field, isField := errors.AsType[*policy.FieldError](err)
	_, isFault := errors.AsType[*policy.FaultError](err)
	switch {
	case isField:
		p.Status, p.Field = http.StatusUnprocessableEntity, field.Field
	case errors.Is(err, policy.ErrNotFound):
		p.Status = http.StatusNotFound
	case errors.Is(err, policy.ErrConflict), errors.Is(err, policy.ErrSettled), errors.Is(err, policy.ErrHistory):
		p.Status = http.StatusConflict
	case isFault, errors.Is(err, policy.ErrClosed):
		p.Status, p.Detail = http.StatusServiceUnavailable, "The store of records is out of reach, or the engine was closed." // not where it is
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		p.Status = http.StatusRequestTimeout
	default:
		p.Status = http.StatusInternalServerError
	}
	return p
}

// A MessageFunc reads the message that a request wants to send. An error is answered
// with 400, or with 422 if it is a *policy.FieldError; a nil message passes unjudged.
type MessageFunc func(*http.Request) (*policy.Message, error)

// An Evaluator judges messages: a *policy.Engine, or what is around one.
type Evaluator interface {
	Evaluate(context.Context, policy.Message) (policy.Decision, error)
}

// Middleware judges the messages of requests: what is delivered goes on to the next
// handler, with the Decision in its context (see DecisionOf), and all else is answered by
// Write. A fault of the store changes nothing about that: the Decision follows
// Config.OnFault of the engine. read must leave the body readable for the next handler.
// in is the language of whoever makes a request; without it they are answered in English.
//
// The message must have an ID that a retry of the request has, too: then the retry is
// a Duplicate, and sends nothing twice.
func Middleware(e Evaluator, read MessageFunc, in ...func(*http.Request) policy.Language) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			m, err := read(r)
			if err != nil {
				p := problemOf(err)
				if p.Status == http.StatusInternalServerError {
					p.Status = http.StatusBadRequest
				}
				writeProblem(w, p)
				return
			}
			if m == nil {
				next.ServeHTTP(w, r)
				return
			}
			d, err := e.Evaluate(r.Context(), *m)
			switch _, fault := errors.AsType[*policy.FaultError](err); {
			case err != nil && !fault:
				writeProblem(w, problemOf(err))
			case d.Delivered():
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), decisionKey{}, &d)))
			case len(in) > 0:
				WriteIn(w, &d, in[0](r))
			default:
				Write(w, &d)
			}
		})
	}
}

type decisionKey struct{}

// DecisionOf is the decision on the message of a request that Middleware let pass; nil
// if there is none.
func DecisionOf(ctx context.Context) *policy.Decision {
	d, _ := ctx.Value(decisionKey{}).(*policy.Decision)
	return d
}
