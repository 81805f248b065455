//go:build unix && !aix && !solaris

package boltstore

import (
	"os"
	"syscall"
)

// unlock ends the lock of a file that bbolt left mapped when it stumbled over
// a page while opening it: closing alone does not.
func unlock(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
