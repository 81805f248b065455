// Simulate writes events of people and programs that are known to be honest or
// not, alone or over a real background, for examples/replay to judge.
//
//	go run ./examples/simulate -list
//	go run ./examples/simulate -actors blaster,filler:rate=30 -count 5 -background college.jsonl.gz -o mixed.jsonl.gz
//
// The same flags make the same bytes.
package main

import (
	"bufio"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("simulate", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintln(stderr, "usage: simulate [flags]")
		fs.PrintDefaults()
	}
	var (
		roles      = fs.String("actors", "recruiter,greeter,victim,blaster,filler,drip", "`LIST` of actors with parameters, such as blaster:rate=50:hours=2,filler; all, honest, abusive")
		seed       = fs.Uint64("seed", 1, "seed")
		number     = fs.Int("count", 1, "plays of each actor")
		background = fs.String("background", "", "event `FILE` to play over: strangers are drawn from its people, times from its span")
		from       = fs.String("from", "2026-01-05", "`DATE` on which the world begins, without a background")
		days       = fs.Int("days", 120, "days of the world, without a background")
		relations  = fs.Bool("relations", true, "say who is a connection or a follower, where a host would know")
		output     = fs.String("o", "", "write to `FILE`, packed if it ends in .gz; without it, standard output")
		listing    = fs.Bool("list", false, "describe the actors and their parameters")
	)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	fail := func(status int, err error) int {
		fmt.Fprintln(stderr, "simulate:", err)
		return status
	}
	if fs.NArg() > 0 {
		return fail(2, fmt.Errorf("%q is no flag", fs.Arg(0)))
	}
	if *listing {
		if err := describe(stdout); err != nil {
			return fail(1, err)
		}
		return 0
	}
	cast, err := actors.Parse(*roles)
	if err != nil {
		return fail(2, err)
	}
	begin, err := time.Parse(time.DateOnly, *from)
	if err != nil || *days < 1 || *number < 1 {
		return fail(2, errors.New("-from wants a date such as 2026-01-05, -days and -count at least 1"))
	}
	if *background != "" && *output != "" && events.Same(*background, *output) {
		return fail(2, fmt.Errorf("-o %s would overwrite the background", *output))
	}
	world := actors.World{NoRelations: !*relations, From: begin, Until: begin.AddDate(0, 0, *days)}
	if err := survey(&world, *background, stderr); err != nil {
		return fail(1, err)
	}
	played := play(cast, world, *seed, *number)
	if err := write(*output, stdout, func(w io.Writer) error { return merge(w, *background, played, stderr) }); err != nil {
		return fail(1, err)
	}
	return 0
}

// play plays each role so many times, and returns the events in order of time.
func play(cast []actors.Role, world actors.World, seed uint64, number int) (played []events.Event) {
	for _, role := range cast {
		for n := range number {
			played = append(played, role.Play(world, seed, n+1)...)
		}
	}
	slices.SortStableFunc(played, func(a, b events.Event) int { return a.At.Compare(b.At) })
	return played
}

// survey takes people and span of a world from its background, if it has one.
func survey(w *actors.World, background string, stderr io.Writer) error {
	if background == "" {
		return nil
	}
	err := read(background, stderr, func(all func(yield func(*events.Event) bool)) {
		w.From, w.Until, w.People = actors.Survey(all)
	})
	if err == nil && len(w.People) == 0 {
		err = fmt.Errorf("no messages in %s", background)
	}
	return err
}

// describe lists the actors.
func describe(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, a := range actors.All() {
		truth := "honest"
		if a.Abuse {
			truth = "abusive"
		}
		var params []string
		for _, p := range a.Params {
			params = append(params, p.Name+"="+strconv.FormatFloat(math.Round(p.Value*1e4)/1e4, 'f', -1, 64))
		}
		fmt.Fprintf(w, "%s\t%s\t%s (%s)\n", a.Name, truth, a.About, strings.Join(params, " "))
	}
	return w.Flush()
}

// read hands the events of a file to f; broken lines are named and left out.
func read(name string, stderr io.Writer, f func(func(yield func(*events.Event) bool))) error {
	if name == "-" {
		return errors.New("a background is read twice: it cannot be standard input")
	}
	stream, err := events.Open([]string{name}, nil)
	if err != nil {
		return err
	}
	defer stream.Close()
	broken := 0
	stream.Fault = func(f *events.Fault) {
		if broken++; broken <= 10 {
			fmt.Fprintln(stderr, f)
		}
	}
	var failed error
	f(func(yield func(*events.Event) bool) {
		for {
			e, err := stream.Next()
			if err != nil {
				if err != io.EOF {
					failed = err
				}
				return
			}
			if !yield(e) {
				return
			}
		}
	})
	return errors.Join(append(stream.Err(), failed)...)
}

// merge writes what was played and the background in order of time; of equal
// times the background comes first.
func merge(out io.Writer, background string, played []events.Event, stderr io.Writer) error {
	var line []byte
	var failed error
	put := func(e *events.Event) bool {
		line = events.AppendLine(line[:0], e)
		_, failed = out.Write(line)
		return failed == nil
	}
	if background != "" {
		err := read(background, io.Discard, func(all func(yield func(*events.Event) bool)) {
			for e := range all {
				for len(played) > 0 && played[0].At.Before(e.At) {
					if !put(&played[0]) {
						return
					}
					played = played[1:]
				}
				if !put(e) {
					return
				}
			}
		})
		if err != nil || failed != nil {
			return errors.Join(failed, err)
		}
	}
	for i := range played {
		if !put(&played[i]) {
			break
		}
	}
	return failed
}

// write opens the output, packs it if its name says so, and closes it.
func write(name string, stdout io.Writer, f func(io.Writer) error) (err error) {
	out := stdout
	if name != "" {
		file, err := os.Create(name)
		if err != nil {
			return err
		}
		defer func() {
			if cerr := file.Close(); err == nil {
				err = cerr
			}
		}()
		out = file
	}
	b := bufio.NewWriterSize(out, 1<<20)
	if strings.HasSuffix(name, ".gz") {
		z := gzip.NewWriter(b)
		if err := f(z); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
	} else if err := f(b); err != nil {
		return err
	}
	return b.Flush()
}
