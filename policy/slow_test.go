//go:build !race

package policy

// slowdown divides the sizes of tests; under the race detector they are smaller.
const slowdown = 1
