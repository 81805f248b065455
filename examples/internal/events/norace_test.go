//go:build !race

package events

// racing is set where the race detector makes everything ten times as slow.
const racing = false
