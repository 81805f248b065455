// Effects prints what moving each number of the default policy by a third does to the
// actors of the zoo and to reported cases: a line for each number and direction, after a
// head that says what was measured. It is for a release, and takes half an hour:
//
//	go run ./examples/internal/effects DIR... >policy/testdata/effects.tsv
//	go test ./policy -run Reference -update
//
// A DIR holds streams and a file bars.json, which says what is to become of their senders.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/decorum-go/decorum/examples/internal/replay"
)

func main() {
	seeds := flag.Int("seeds", 2, "plays of each actor")
	of := flag.String("of", "", "`LIST` of what is moved, such as limits,signals.text_fast; without it, every number of the policy")
	flag.Parse()
	only := strings.FieldsFunc(*of, func(r rune) bool { return r == ',' })
	if err := replay.Effects(os.Stdout, os.Stderr, *seeds, only, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "effects:", err)
		os.Exit(1)
	}
}
