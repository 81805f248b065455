//go:build unix && !aix && !solaris

package boltstore

import (
	"os"
	"syscall"
)

// unlock ends the lock of a file that bbolt left mapped when it stumbled over
// a page while opening it: closing alone does not.
func unlock(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// lock takes the lock that bbolt would take to read a file, or fails at once.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) }
