// Package replay is the body of the programs examples/replay and examples/replayx: it
// judges a log of messages, and tells what a policy would have done. Its documents are in
// examples/replay.
package replay

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/rulekit"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // something could not be read, or written, or -strict found a broken line, or -check a missed bar
	exitUsage  = 2 // a flag is wrong
)

// Extras are what a program brings that examples/replay has not. The zero Extras brings
// nothing.
type Extras struct {
	Compiler rulekit.Compiler // of the rules of policies; nil: a policy with rules is refused
	Notes    Opener           // of notes at an address with ://; nil: they are directories
}

// Main runs the program, and returns its exit status.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer, extras Extras) int {
	// Whoever reads the summary may go away, as head does: the files are written all the
	// same, and the copy of standard input is removed.
	signal.Ignore(syscall.SIGPIPE)
	o := options{compiler: extras.Compiler, sharding: shardOptions{opener: extras.Notes}}
	fs := flag.NewFlagSet("replay", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {} // an error is a line, not a line above all flags
	usage := func() {
		fmt.Fprintln(stderr, "usage: replay [flags] EVENTS...     (JSON lines or CSV, gzip or not; - for standard input)\n       replay -zoo [flags]           (simulated actors, in process)\n       replay -merge NOTES [flags]   (what shards found)\n       replay -ladder [POLICY]       (what brings what under a policy)")
		fs.PrintDefaults()
	}
	o.flags(fs)
	var files []string
	for { // flags may stand between files
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				usage()
				return exitOK
			}
			fmt.Fprintln(stderr, "replay -h lists the flags")
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
	if err := o.check(files); err != nil {
		return fail(exitUsage, err)
	}
	p, against := policy.Default(), (*policy.Policy)(nil)
	for _, file := range []struct {
		name string
		into **policy.Policy
	}{{o.policy, &p}, {o.against, &against}} {
		if file.name == "" {
			continue
		}
		var err error
		if *file.into, err = readPolicy(file.name); err != nil {
			return fail(exitFailed, err)
		}
	}
	if o.ladder || o.zoo.on {
		if err := o.withoutEvents(files, p, stdout, stderr); err != nil {
			return fail(exitFailed, err)
		}
		return exitOK
	}
	if o.sharding.merge != "" {
		files = []string{o.sharding.merge}
	}
	if len(files) == 0 {
		usage()
		return exitUsage
	}
	var tried *trial
	if o.rule != "" {
		p, tried = tryRule(p, o.rule)
	}
	s := &session{options: &o, policy: p, against: against, trial: tried, files: files, stdin: stdin, stdout: stdout, stderr: stderr}
	return s.run()
}

// withoutEvents does what needs no log.
func (o *options) withoutEvents(files []string, p *policy.Policy, stdout, stderr io.Writer) error {
	if o.ladder {
		return o.printLadder(files, p, stdout)
	}
	met, err := runZoo(o, p, stdout, stderr)
	if err == nil && !met && o.zoo.check {
		err = errors.New("-check: a bar was missed clearly")
	}
	return err
}

// readPolicy reads a policy file, each of whose faults is a line, or returns a built-in
// policy by its name.
func readPolicy(name string) (*policy.Policy, error) {
	if known := builtin[name]; known != nil {
		return known(), nil
	}
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
	if fault.Line == 0 { // what the file looks like
		fmt.Fprintln(f.w, fault)
		return
	}
	if f.n++; f.n <= faultsShown {
		fmt.Fprintln(f.w, fault)
	}
}

func (f *faults) end() {
	if f.n > faultsShown {
		fmt.Fprintf(f.w, "… and %d more; %d lines in all are broken or out of order\n", f.n-faultsShown, f.n)
	}
}
