// Replayx is examples/replay for policies with rules, and tries a rule on a log:
//
//	go -C examples/replayx run . -rule 'to.strangers > 0 && account.age < duration("24h")' EVENTS...
//
// It has all flags of examples/replay, whose guide tells of them, and is a module of
// its own because rules are compiled by policy/celrules.
package main

import (
	"os"

	"github.com/decorum-go/decorum/examples/internal/replay"
	"github.com/decorum-go/decorum/policy/celrules"
)

func main() {
	os.Exit(replay.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, replay.Extras{Compiler: celrules.New()}))
}
