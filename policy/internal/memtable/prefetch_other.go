//go:build !amd64

package memtable

import "unsafe"

// fetches reports whether prefetch does anything.
const fetches = false

// prefetch does nothing: what is needed is fetched when it is needed.
func prefetch(unsafe.Pointer) {}
