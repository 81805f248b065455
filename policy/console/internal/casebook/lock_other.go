//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package casebook

import "os"

// lockFile does nothing where files can't be locked: see that no two processes have one
// folder.
func lockFile(*os.File) error { return nil }
