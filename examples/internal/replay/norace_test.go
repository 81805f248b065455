//go:build !race

package replay

// racing is set where the race detector makes everything ten times as slow:
// tests then play less.
const racing = false
