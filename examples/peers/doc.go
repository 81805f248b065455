// Package peers compares packages limiter and similarity with others for Go, by tests and
// benchmarks only. Command others, below it, compares what is decided. See README.md.
package peers
