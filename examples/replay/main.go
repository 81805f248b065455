// Replay reads a log of messages and prints what a policy would have done.
//
//	go run ./examples/replay [flags] EVENTS...
//
// EVENTS are files of JSON lines, gzip or not, or "-" for standard input; they
// are read in order of time across files, and need not fit in memory. The
// package events describes a line. Nothing is sent anywhere.
//
// A log tells what happened, not what would have happened: an answer to, or a
// complaint about, a message that the policy would not have delivered is left
// out where the event names that message.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // something could not be read, or written, or -strict found a broken line
	exitUsage  = 2 // a flag is wrong
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// options are the flags.
type options struct {
	policy     string
	json       bool
	decisions  string
	strict     bool
	resolution time.Duration
	accounts   int
	snapshotAt int
	zoo        zooOptions
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var o options
	fs := flag.NewFlagSet("replay", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintln(stderr, "usage: replay [flags] EVENTS...     (JSON lines, gzip or not; - for standard input)\n       replay -zoo [flags]           (simulated actors, in process)")
		fs.PrintDefaults()
	}
	fs.StringVar(&o.policy, "policy", "", "`FILE` of the policy to judge by; without it, the default")
	fs.BoolVar(&o.json, "json", false, "print one JSON object instead of a summary")
	fs.StringVar(&o.decisions, "decisions", "", "write one JSON line a message to `FILE`; - is standard output, and the summary goes to standard error")
	fs.BoolVar(&o.strict, "strict", false, "exit with status 1 if a line is broken or out of order")
	fs.DurationVar(&o.resolution, "resolution", -1, "resolution of the times; without it, whole minutes, hours and days are noticed")
	fs.IntVar(&o.accounts, "accounts", 1<<22, "accounts that the memory holds")
	fs.IntVar(&o.snapshotAt, "snapshot-at", 0, "after `N` messages take a snapshot and go on from it in a new engine; for tests: it changes nothing")
	o.zoo.flags(fs)
	var files []string
	for { // flags may stand between files
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return exitOK
			}
			return exitUsage
		}
		if fs.NArg() == 0 {
			break
		}
		files = append(files, fs.Arg(0))
		args = fs.Args()[1:]
	}
	fail := func(status int, err error) int {
		fmt.Fprintln(stderr, "replay:", err)
		return status
	}
	p := policy.Default()
	if o.policy != "" {
		var err error
		if p, err = readPolicy(o.policy); err != nil {
			return fail(exitFailed, err)
		}
	}
	if o.zoo.on {
		if len(files) > 0 {
			return fail(exitUsage, errors.New("-zoo makes its own events; give a background with -background"))
		}
		if err := runZoo(&o, p, stdout, stderr); err != nil {
			return fail(exitFailed, err)
		}
		return exitOK
	}
	if len(files) == 0 {
		fs.Usage()
		return exitUsage
	}
	return replay(&o, p, files, stdin, stdout, stderr)
}

func readPolicy(name string) (*policy.Policy, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := policy.ReadPolicy(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// replay judges files and prints the result.
func replay(o *options, p *policy.Policy, files []string, stdin io.Reader, stdout, stderr io.Writer) (status int) {
	failed := false
	complain := func(err error) {
		failed = true
		fmt.Fprintln(stderr, "replay:", err)
	}
	stream, err := events.Open(files, stdin)
	if err != nil {
		complain(err)
		return exitFailed
	}
	defer stream.Close()
	broken := &faults{w: stderr}
	stream.Fault = broken.add

	ahead, err := lookAhead(stream)
	if err != nil {
		complain(err)
		return exitFailed
	}
	if o.resolution < 0 {
		if o.resolution = resolutionOf(ahead.events); o.resolution > 0 {
			fmt.Fprintf(stderr, "replay: the first %s times are whole multiples of %v: taken as the resolution (-resolution 0 says otherwise)\n", thousands(len(ahead.events)), o.resolution)
		}
	}
	var decisions *decisionWriter
	if o.decisions != "" {
		w := stdout
		if o.decisions == "-" {
			stdout = stderr
		} else {
			if i := slices.IndexFunc(files, func(name string) bool { return events.Same(name, o.decisions) }); i >= 0 {
				complain(fmt.Errorf("-decisions %s would overwrite the events in it", o.decisions))
				return exitUsage
			}
			f, err := os.Create(o.decisions)
			if err != nil {
				complain(err)
				return exitFailed
			}
			defer func() {
				if err := f.Close(); err != nil && status == exitOK {
					complain(err)
					status = exitFailed
				}
			}()
			w = f
		}
		decisions = &decisionWriter{w: bufio.NewWriterSize(w, 1<<20)}
	}
	r, err := newRunner(runnerConfig{policy: p, resolution: o.resolution, accounts: o.accounts, snapshotAt: o.snapshotAt, decisions: decisions})
	if err != nil {
		complain(err)
		return exitFailed
	}
	progress := newProgress(stderr, stream.Read)
	for {
		e, err := ahead.next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = r.play(e)
		}
		if field, ok := errors.AsType[*policy.FieldError](err); ok {
			broken.add(&events.Fault{File: stream.Name(e.File), Line: e.Line, Err: fmt.Errorf("%s: %s", field.Field, field.Problem)})
		} else if err != nil {
			complain(err)
			break
		}
		progress.step(r.tally.messages)
	}
	progress.end()
	result := r.result(time.Since(progress.begin))
	if err := r.close(); err != nil {
		complain(err)
	}
	for _, err := range stream.Err() {
		complain(err)
	}
	broken.end()
	if r.tally.messages == 0 {
		complain(errors.New("no messages in " + list(files)))
	}
	if o.json {
		err = writeJSON(stdout, result)
	} else {
		err = writeSummary(stdout, result)
	}
	if err != nil {
		complain(err)
	}
	if failed || o.strict && broken.n > 0 {
		return exitFailed
	}
	return exitOK
}

// list names files in a message.
func list(files []string) string {
	switch len(files) {
	case 1:
		return files[0]
	case 2:
		return files[0] + " and " + files[1]
	}
	return fmt.Sprintf("%s and %d other files", files[0], len(files)-1)
}

// faults prints the first broken lines and counts the rest.
type faults struct {
	w io.Writer
	n int
}

const faultsShown = 10

func (f *faults) add(fault *events.Fault) {
	if f.n++; f.n <= faultsShown {
		fmt.Fprintln(f.w, fault)
	}
}

func (f *faults) end() {
	if f.n > faultsShown {
		fmt.Fprintf(f.w, "… and %d more; %d lines in all are broken or out of order\n", f.n-faultsShown, f.n)
	}
}
