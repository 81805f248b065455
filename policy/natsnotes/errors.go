package natsnotes

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/decorum-go/decorum/policy/storekit"
)

// Errors to branch on with errors.Is.
var (
	// ErrUnreachable says that the server does not answer, that the connection was
	// lost, or that nobody keeps the stream.
	ErrUnreachable = errors.New("natsnotes: server unreachable")
	// ErrFull says that the server, the account or the stream has no room.
	ErrFull = errors.New("natsnotes: server full")
	// ErrStream says that there is a stream of this name with other subjects.
	ErrStream = errors.New("natsnotes: stream of another program")
	// ErrClosed says that the connection was closed, or gave up.
	ErrClosed = errors.New("natsnotes: connection closed")
	// ErrServer says that the server answered with another error.
	ErrServer = errors.New("natsnotes: server error")
	// ErrLost says that entries which were not read yet are no more there.
	ErrLost = errors.New("natsnotes: entries lost")
	// ErrEmptied says that the log was begun anew: its positions start at 1 again.
	ErrEmptied = errors.New("natsnotes: log begun anew")
)

// A ServerError says what the server, or the connection to it, did not do. Its Op is
// "open", "append", "read", "end" or "delete", its Kind one of the errors of this
// package.
type ServerError = storekit.ServerError

// explain makes an error of the client one of ours.
func explain(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &ServerError{Op: op, Kind: kindOf(err), Err: err}
}

// full are the codes of the server for want of room: of the account, of memory or
// disk, of the stream's own bounds.
var full = map[jetstream.ErrorCode]bool{10002: true, 10023: true, 10026: true, 10028: true, 10047: true, 10077: true, 10120: true}

func kindOf(err error) error {
	answer, ok := errors.AsType[*jetstream.APIError](err)
	switch {
	case errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, jetstream.ErrConnectionClosed):
		return ErrClosed
	case ok && full[answer.ErrorCode]:
		return ErrFull
	case ok && answer.ErrorCode != jetstream.JSErrCodeStreamNotFound && answer.Code != 503:
		return ErrServer
	case errors.Is(err, nats.ErrMaxPayload):
		return ErrServer
	}
	return ErrUnreachable
}

// lost is ErrLost with how many.
func lost(from, to uint64) error {
	return fmt.Errorf("%w: %d, from position %d on", ErrLost, to-from, from)
}
