// Scale measures how the cost of a message and of an account grows with the number
// of accounts: time, memory, pauses of the garbage collector, and a snapshot that is
// written while messages are judged.
//
//	go run ./examples/scale
//	go run ./examples/scale -accounts 10000,100000,1000000,10000000 -svg scale.svg
//
// Ten million accounts need 3 GB and some minutes; they are kept in memory. Each
// account has a conversation with one other. Figures are of one run on this machine:
// take the least of several, and compare only what was measured in one run.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("scale", flag.ContinueOnError)
	flags.SetOutput(stderr)
	sizes := flags.String("accounts", "1000,10000", "numbers of accounts, ascending, separated by commas")
	messages := flags.Int("messages", 50_000, "messages of each kind that are timed")
	svg := flags.String("svg", "", "draw time and memory into this file")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	all, err := numbers(*sizes)
	switch {
	case flags.NArg() > 0:
		err = fmt.Errorf("%q: there are flags alone", flags.Arg(0))
	case err == nil && *messages < 1000:
		err = errors.New("-messages: at least 1000")
	}
	if err != nil {
		fmt.Fprintln(stderr, "scale:", err)
		return 2
	}
	if err := measureAll(all, *messages, *svg, stdout); err != nil {
		fmt.Fprintln(stderr, "scale:", err)
		return 1
	}
	return 0
}

func numbers(s string) (all []int, err error) {
	for part := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1000 || n > 50_000_000 || len(all) > 0 && n <= all[len(all)-1] {
			return nil, fmt.Errorf("-accounts: %q: numbers from 1000 to 50000000 in digits alone, ascending", part)
		}
		all = append(all, n)
	}
	return all, nil
}

func measureAll(sizes []int, messages int, svg string, stdout io.Writer) error {
	fmt.Fprintln(stdout, "| accounts | to fill, s | conversation, µs: mean, p50, p99, p99.9 | stranger, µs: the same | heap, B an account | longest GC pause, ms | snapshot, s | longest call meanwhile, ms |")
	fmt.Fprintln(stdout, "|---|---|---|---|---|---|---|---|")
	var rows []row
	for _, n := range sizes {
		r, err := measure(n, messages)
		if err != nil {
			return fmt.Errorf("%d accounts: %w", n, err)
		}
		rows = append(rows, r)
		fmt.Fprintf(stdout, "| %d | %.1f | %s | %s | %.0f | %.2f | %.1f | %.1f |\n", n, r.fill.Seconds(), r.conversation, r.stranger, r.heap, r.pause*1000, r.snapshot.Seconds(), r.longest.Seconds()*1000)
	}
	if svg == "" {
		return nil
	}
	f, err := os.Create(svg)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, draw(rows))
	return errors.Join(err, f.Close())
}
