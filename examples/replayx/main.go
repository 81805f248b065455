// Replayx is examples/replay for policies with rules, and tries a rule on a log; and its
// shards can tell each other what they saw over NATS:
//
//	go -C examples/replayx run . -rule 'to.strangers > 0 && account.age < duration("24h")' EVENTS...
//	go -C examples/replayx run . -shard 1/4 -notes nats://HOST:4222/NAME EVENTS...
//
// It has all flags of examples/replay, whose guide tells of them, and is a module of
// its own because rules are compiled by policy/celrules, and NATS is read by
// policy/natsnotes.
package main

import (
	"os"

	"github.com/decorum-go/decorum/examples/internal/replay"
	"github.com/decorum-go/decorum/policy/celrules"
)

func main() {
	os.Exit(replay.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, extras()))
}

func extras() replay.Extras {
	return replay.Extras{Compiler: celrules.New(), Notes: openStream}
}
