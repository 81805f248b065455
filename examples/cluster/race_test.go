//go:build race

package main

// part is what share of a stream is played: the race detector is slow.
const part = 5
