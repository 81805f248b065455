package memtable

import "unsafe"

// fetches reports whether prefetch does anything.
const fetches = true

// prefetch has the processor fetch what is at p, and does not wait for it.
//
//go:noescape
func prefetch(p unsafe.Pointer)
