package pgstore

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/decorum-go/decorum/policy/storekit"
)

// Errors to branch on with errors.Is.
var (
	// ErrUnreachable says that the server does not answer, that there is no
	// such database, or that the connection was lost.
	ErrUnreachable = errors.New("pgstore: server unreachable")
	// ErrAuth says that the server refuses the user, the password or the right
	// to do something.
	ErrAuth = errors.New("pgstore: not allowed")
	// ErrVersion says that the server is older than PostgreSQL 12, or that a
	// newer version of this package made the tables.
	ErrVersion = errors.New("pgstore: wrong version")
	// ErrSchema says that there are tables of these names with other columns.
	ErrSchema = errors.New("pgstore: tables of another program")
	// ErrReadOnly says that the server takes no writes: a replica, or
	// default_transaction_read_only.
	ErrReadOnly = errors.New("pgstore: server takes no writes")
	// ErrFull says that the server is short of disk, memory or connections.
	ErrFull = errors.New("pgstore: server out of resources")
	// ErrDamaged says that the checksum of a record does not agree.
	ErrDamaged = errors.New("pgstore: damaged record")
	// ErrClosed says that the Store was closed.
	ErrClosed = errors.New("pgstore: closed")
	// ErrServer says that the server answered with another error.
	ErrServer = errors.New("pgstore: server error")
)

// A ServerError says what the server, or the connection to it, did not do. Its Op
// is "open", "get", "swap", "delete", "all", "load", "acts", "notes" or "sanction", its Kind one of the
// errors of this package.
type ServerError = storekit.ServerError

// kinds goes by the SQLSTATE, or its class, the first two characters.
var kinds = map[string]error{
	"28": ErrAuth, "42501": ErrAuth,
	"08": ErrUnreachable, "3D": ErrUnreachable, "57": ErrUnreachable,
	"25006": ErrReadOnly,
	"53":    ErrFull, "54": ErrFull,
	"42P01": ErrSchema, "42703": ErrSchema, "42804": ErrSchema,
	"XX001": ErrDamaged, "XX002": ErrDamaged,
}

// explain makes an error of the client one of ours.
func explain(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errors.Join(context.DeadlineExceeded, err)
	}
	return &ServerError{Op: op, Kind: kindOf(err), Err: err}
}

func kindOf(err error) error {
	answer, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case !ok && strings.Contains(err.Error(), "closed pool"):
		return ErrClosed
	case !ok:
		return ErrUnreachable
	case kinds[answer.Code] != nil:
		return kinds[answer.Code]
	case len(answer.Code) == 5 && kinds[answer.Code[:2]] != nil:
		return kinds[answer.Code[:2]]
	}
	return ErrServer
}
