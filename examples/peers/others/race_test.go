//go:build race

package main

// racing: the race detector is slow.
const racing = true
