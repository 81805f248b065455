//go:build !amd64

package memtable

import "unsafe"

// prefetch does nothing: what is needed is fetched when it is needed.
func prefetch(unsafe.Pointer) {}
