package policy

import (
	"errors"
	"fmt"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// Errors to branch on with errors.Is. The error that a call returns wraps one of
// these and says more.
var (
	// ErrNotFound says that there is no such account, sanction, appeal, remembered
	// message, or text in the bank.
	ErrNotFound = errors.New("policy: not found")
	// ErrSettled says that the appeal was ruled on otherwise, that the sanction has
	// ended or was lifted by somebody else, or that it had its appeal. The same ruling
	// or lifting again is no error.
	ErrSettled = errors.New("policy: settled already")
	// ErrClosed says that the Engine was closed before the call. The Decision
	// beside it does not deliver, whatever Config.OnFault says.
	ErrClosed = errors.New("policy: the engine is closed")
	// ErrSnapshot says that a snapshot, or what a Keeper kept, is damaged, of a
	// newer version, or was taken under another Secret. The wrapping error says
	// which.
	ErrSnapshot = errors.New("policy: snapshot refused")
	// ErrHistory says that Engine.Learn was given a message from before what is known
	// of its sender. It was not counted.
	ErrHistory = errors.New("policy: history from before what is known of the account")
	// ErrConflict says that an appeal against the sanction is open already, or that
	// as many appeals are open, or sanctions stand, on the account as can be; or that
	// the bank of texts is full.
	ErrConflict = errors.New("policy: conflict")
	// ErrRecord says that a record is damaged or was written by a newer
	// version. It stays as it is, and is never taken for an empty one.
	ErrRecord = errors.New("policy: record refused")
	// ErrSecret says that the records of an outside store were written under
	// another Config.Secret: with this one the engine would find none of them, and
	// enforce no sanction. Configure the Secret that the store was filled with, the one
	// that it was changed to (Config.Secrets), or another store. The engine has read and changed nothing in it.
	ErrSecret = errors.New("policy: the store was filled under another Secret")
	// ErrChanging says that Config.Secrets begin with a new one while records in the
	// store still lie under the one before that of the store: Rekey must be done first.
	// Nothing has changed.
	ErrChanging = errors.New("policy: another change of the Secret is under way")
	// ErrEmptied says that an outside store is not the one that this engine knew,
	// or that Config.ExpectRecords tells of: it was emptied, or an empty or another
	// one took its place. The engine neither reads nor writes it: it goes on with
	// what it last knew, Degraded, until a backup is restored, or until somebody
	// calls Engine.AcceptEmptied.
	ErrEmptied = errors.New("policy: the store was emptied or replaced: restore it, or call AcceptEmptied")
	// ErrNotEmpty says that Copy was to write into a store with records in it, which
	// are not what an earlier Copy from the same source left there, or have been used
	// since. Nothing has changed.
	ErrNotEmpty = errors.New("policy: the store to copy into is not empty")
	// ErrSame says that Copy was to copy a store into itself. Nothing has changed.
	ErrSame = errors.New("policy: a store cannot be copied into itself")
	// ErrUnfinished says that a Copy into the store has not ended: what it holds is not
	// whole, and no engine uses it. Call Copy with the same stores again.
	ErrUnfinished = errors.New("policy: a copy into the store is not finished: call Copy again")
	// ErrCopy says that Copy found a record in the store that it wrote to missing, one
	// too many, or one that differs. The store stays unfinished: no engine uses it.
	ErrCopy = errors.New("policy: the copy is not what was copied")
	// ErrOverload is what the error of an outside store wraps that is there, but had
	// no time for the call, which has changed nothing. Other calls go on: the engine
	// takes it for load, not for an outage.
	ErrOverload = errors.New("policy: too many calls for the store")
	// ErrClock says, to Hooks.Fault, that a clock is wrong, or was: this machine's clock
	// has moved by over a minute beside the time that it counts by itself, or a record
	// was ahead of Now by more than Config.MaxSkew and was brought back. Set the clocks
	// of all processes, by NTP. Accounts heal by themselves: see docs/clocks.md.
	ErrClock = errors.New("policy: a clock is wrong, or was")
)

// errUnchanged, of a function that a store runs, says that there is nothing to
// change.
var errUnchanged = guard.ErrUnchanged

// because says in the words of an error what it is about. It names nobody.
func because(err error, why string) error { return fmt.Errorf("%w: %s", err, why) }

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// A FieldError says which field of an argument is wrong, and how. Nothing has
// changed.
type FieldError struct {
	Field   string // path of the field, as in the policy file: "ladder[2].strikes"
	Problem string // what is wrong, and what would be right
}

// Error implements error.
func (e *FieldError) Error() string { return "policy: " + e.Field + ": " + e.Problem }

// A FaultError says that the store failed during Op. Err is the store's own error,
// or context.DeadlineExceeded where it did not answer in time.
type FaultError struct {
	Op  string // "view", "update", "delete", "all"; "kept", "keep": the state beside the records; "note": of another process; "clock": of the machine
	Err error
}

// Error implements error.
func (e *FaultError) Error() string {
	if e.Op == "clock" {
		return e.Err.Error()
	}
	return "policy: store: " + e.Op + ": " + e.Err.Error()
}

// Unwrap returns the store's own error.
func (e *FaultError) Unwrap() error { return e.Err }

// decode reads a record. The error wraps ErrRecord.
func decode(r *state.Record, data []byte) error { return decoded(r.Decode(data)) }

func decoded(err error) error {
	if err == nil {
		return nil
	}
	if m, ok := err.(*state.Malformed); ok && m.Want != 0 {
		return fmt.Errorf("%w: it has version %d, this program reads %d", ErrRecord, m.Got, m.Want)
	}
	return fmt.Errorf("%w: %w", ErrRecord, err)
}

// asFault makes a fault of a record that cannot be read. It stays as it is.
func asFault(op string, err error) error {
	if err == nil || err == errUnchanged || !errors.Is(err, ErrRecord) {
		return err
	}
	if _, ok := errors.AsType[*FaultError](err); ok {
		return err
	}
	return &FaultError{Op: op, Err: err}
}
