// Package limiter is a rate limiter that is exact: at most N events in any window
// of a length, wherever it starts, and not on average. Token buckets, GCRA, fixed
// windows and weighted pairs of windows let up to twice N pass in some window.
//
// It asks several limits at once, all or none. It can look without counting, and
// give back what was taken. It keeps the counts of one key, over minute, hour, day
// and week, in 88 bytes, and over 31 days in 24 more where a limit is for that long.
//
//	limits := limiter.New[string](100_000, limiter.Limit{N: 20, Per: time.Minute})
//	if res := limits.Take(time.Now(), user, 1); !res.OK {
//		return tooMany(res.RetryAfter)
//	}
//
// # State
//
//	try ─▶ Limiter (key) ─▶ Windows ─▶ Result
//	       bounded table    counts     OK, remaining, when to try again
//
// A [Limiter] is a bounded table of [Windows], one for each key. A program that
// keeps a record for each key puts a Windows into it instead: it is a plain value
// with a binary form. Limits are fixed in a Limiter and arguments of a Windows;
// they are never part of what is stored.
//
// # Time
//
// Time is an argument; only [Limiter.Allow] reads the clock. What happens depends
// on nothing but the calls, in every run and on every machine. In a full Limiter it
// also depends on a random seed: which keys make room for a new one.
//
// # Failure
//
// Only [Limit.Validate], the text form of a [Limit] and [Windows.UnmarshalBinary]
// return errors. Nothing panics, but for a Limiter whose keys are of an interface
// type, at one that cannot be compared, as a map does.
//
// Errors of counting are towards refusing: a count is never too low. The exception
// is a Limiter that is too small for its keys, which forgets some; see there.
//
// # Privacy
//
// A Limiter keeps hashes of keys with a seed of the process, not keys.
//
// # Compatibility
//
// The binary form begins with its version. A form once written will be read by all
// later versions of this package. Version 2, of a Windows that keeps a month, is not
// read by the versions before; [Windows.AppendMonth] keeps that part apart.
package limiter
