// Replay reads a log of messages and prints what a policy would have done.
//
//	go run ./examples/replay [flags] EVENTS...
//
// EVENTS are files of JSON lines or CSV, gzip or not, or "-" for standard
// input; they are read in order of time across files, and need not fit in
// memory. The package events describes a line. Nothing is sent anywhere.
//
//	-html report.html   one page to read and to show; with -zoo, of the zoo
//	-senders FILE       one line a sender, for programs and spreadsheets
//	-against FILE       what a second policy changes, sender by sender
//	-sample N           senders for people to label, as CSV: near misses, and some by chance
//	-labels FILE        how many of those with a sanction are honest, by what people found
//	-fit LABELS         move a level or a weight, within bounds, to what people found
//	-shards N           judge in N shards; -shard i/n and -merge: in n processes
//	-zoo                simulated people and programs instead of a log
//	-ladder [FILE]      what brings what under a policy, in words or, with -svg, drawn
//
// The guide beside this file goes from a table of messages to enforcement.
//
// A log tells what happened, not what would have happened: an answer to, or a
// complaint about, a message that the policy would not have delivered is left
// out where the event names that message. What is deferred is tried once more when
// its RetryAfter has passed.
package main

import (
	"os"

	"github.com/decorum-go/decorum/examples/internal/replay"
)

func main() { os.Exit(replay.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, replay.Extras{})) }
