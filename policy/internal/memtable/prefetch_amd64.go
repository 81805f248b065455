package memtable

import "unsafe"

// prefetch has the processor fetch what is at p, and does not wait for it.
//
//go:noescape
func prefetch(p unsafe.Pointer)
