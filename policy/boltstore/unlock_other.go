//go:build !unix || aix || solaris

package boltstore

import "os"

// unlock leaves the lock to the end of the process, where it cannot be told
// apart from bbolt's own way of keeping it.
func unlock(*os.File) {}
