package redisstore

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy/storekit"
)

// Errors to branch on with errors.Is.
var (
	// ErrUnreachable says that the server does not answer, or that the
	// connection was lost.
	ErrUnreachable = errors.New("redisstore: server unreachable")
	// ErrAuth says that the server refuses the user, the password or a command.
	ErrAuth = errors.New("redisstore: not allowed")
	// ErrVersion says that the server is older than Redis 6.2, or that a newer
	// version of this package wrote the record or the records of this prefix.
	ErrVersion = errors.New("redisstore: wrong version")
	// ErrEviction says that the server drops records with sanctions when memory
	// is short: maxmemory-policy is allkeys-…. Set noeviction or volatile-ttl there.
	ErrEviction = errors.New("redisstore: server evicts sanctions")
	// ErrMemory says that the server refuses writes for want of memory.
	ErrMemory = errors.New("redisstore: server out of memory")
	// ErrReadOnly says that the server is a replica, or may not write for want
	// of replicas or of its disk.
	ErrReadOnly = errors.New("redisstore: server takes no writes")
	// ErrBusy says that the server is loading, moving slots or failing over.
	ErrBusy = errors.New("redisstore: server not ready")
	// ErrDamaged says that what is under a key is no record.
	ErrDamaged = errors.New("redisstore: damaged record")
	// ErrClosed says that the Store was closed.
	ErrClosed = errors.New("redisstore: closed")
	// ErrServer says that the server answered with another error.
	ErrServer = errors.New("redisstore: server error")
)

// A ServerError says what the server, or the connection to it, did not do. Its Op
// is "open", "get", "swap", "delete", "all" or "keep", its Kind one of the errors
// of this package.
type ServerError = storekit.ServerError

var kinds = []struct {
	prefix string
	kind   error
}{
	{"NOAUTH", ErrAuth}, {"WRONGPASS", ErrAuth}, {"NOPERM", ErrAuth}, {"ERR invalid password", ErrAuth},
	{"ERR AUTH", ErrAuth}, {"DENIED", ErrAuth},
	{"OOM", ErrMemory}, {"READONLY", ErrReadOnly}, {"NOREPLICAS", ErrReadOnly}, {"MISCONF", ErrReadOnly}, {"MASTERDOWN", ErrReadOnly},
	{"LOADING", ErrBusy}, {"CLUSTERDOWN", ErrBusy}, {"TRYAGAIN", ErrBusy}, {"BUSY", ErrBusy}, {"MOVED", ErrBusy}, {"ASK", ErrBusy},
	{"WRONGTYPE", ErrDamaged},
}

// explain makes an error of the client one of ours.
func explain(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = context.DeadlineExceeded
	}
	return &ServerError{Op: op, Kind: kindOf(err), Err: err}
}

func kindOf(err error) error {
	answer, ok := rueidis.IsRedisErr(err)
	switch {
	case errors.Is(err, rueidis.ErrClosing):
		return ErrClosed
	case !ok:
		return ErrUnreachable
	}
	text := strings.TrimPrefix(answer.Error(), "-")
	for _, k := range kinds {
		// An error within a script may be quoted after the script's name.
		if strings.HasPrefix(text, k.prefix) || strings.Contains(text, "-"+k.prefix+" ") || strings.Contains(text, ": "+k.prefix+" ") {
			return k.kind
		}
	}
	return ErrServer
}
