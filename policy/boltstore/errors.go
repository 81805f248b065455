package boltstore

import "errors"

// Errors to branch on with errors.Is.
var (
	// ErrFormat says that the file is no database of boltstore, or that it is
	// damaged: see Salvage.
	ErrFormat = errors.New("boltstore: not a decorum database")
	// ErrVersion says that a newer version wrote the file or the record.
	ErrVersion = errors.New("boltstore: written by a newer version")
	// ErrLocked says that another process, or another Store, has the file open.
	ErrLocked = errors.New("boltstore: in use by another process")
	// ErrDamaged says that the checksum of a record does not agree.
	ErrDamaged = errors.New("boltstore: damaged record")
	// ErrClosed says that the Store was closed.
	ErrClosed = errors.New("boltstore: closed")
)

// A DiskError says that the file could not be read or written. An Update or
// Delete that returns one has changed nothing.
type DiskError struct {
	Op  string // "open", "read", "commit", "save", "salvage"
	Err error
}

// Error implements error.
func (e *DiskError) Error() string { return "boltstore: " + e.Op + ": " + e.Err.Error() }

// Unwrap returns the error of the system.
func (e *DiskError) Unwrap() error { return e.Err }
