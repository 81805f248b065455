// Package limiter holds senders to limits that are exact: at most N in any
// window of a length, wherever it starts, and not on average. Token buckets,
// GCRA, fixed windows and weighted pairs of windows let up to twice N pass in
// some window. It judges several limits at once, all or none; it can look
// without counting and give back what was taken; and it keeps the counts of
// one key, over minute, hour, day and week, in 88 bytes.
//
//	try ─▶ Limiter (key) ─▶ Windows ─▶ Result
//	       bounded table    counts     OK, remaining, when to try again
//
// # State
//
// A [Windows] is the counts of one key as a plain value, with a binary form:
// for who keeps records of their own. A [Limiter] is a bounded table of them
// for who does not. Limits are arguments of the one and fixed in the other;
// they are never part of what is stored.
//
// # Time
//
// Time is an argument; only [Limiter.Allow] reads the clock. What happens
// depends on nothing but the calls, in every run and on every machine; in a
// full Limiter it also depends on a random seed, which keys make room for a
// new one.
//
// # Failure
//
// Nothing fails but [Limit.Validate], the text form of a [Limit] and
// [Windows.UnmarshalBinary], and nothing panics (but a Limiter whose keys are of an
// interface type, at one that cannot be compared, as a map does). What errs, errs
// towards refusing: a count is never too low. The exception is a Limiter that is too
// small for its keys, which forgets some; see there.
//
// # Privacy
//
// A Limiter keeps hashes of keys with a seed of the process, not keys.
//
// # Compatibility
//
// The binary form begins with its version. A form once written will be read
// by all later versions of this package.
package limiter
