// Package peers compares package limiter with other rate limiters for Go, by
// tests and benchmarks only; see README.md.
package peers
