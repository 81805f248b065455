package policyfile

import (
	"fmt"
	"strings"
)

// MaxFaults of one file are named; the rest is counted.
const MaxFaults = 1000

// A Fault is what is wrong at one path of a file: "classes.member.ladder[2].kind".
type Fault struct{ Path, Problem string }

// Faults collects what is wrong with a file. The zero Faults is empty; it is not
// safe for concurrent use.
type Faults struct {
	list []Fault
	seen map[string]bool // paths
	more int
}

// skip reports that enough faults are named: this one is counted only.
func (f *Faults) skip() bool {
	full := len(f.list) >= MaxFaults
	if full {
		f.more++
	}
	return full
}

// Add reports a fault, and that the value means nothing.
func (f *Faults) Add(path, format string, args ...any) {
	if f.skip() {
		return
	}
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	f.seen[path] = true
	f.list = append(f.list, Fault{path, fmt.Sprintf(format, args...)})
}

// note reports a fault beside which the value is still looked at.
func (f *Faults) note(path, format string, args ...any) {
	if !f.skip() {
		f.list = append(f.list, Fault{path, fmt.Sprintf(format, args...)})
	}
}

// Broken reports whether path or what holds it was reported already: then its
// value means nothing.
func (f *Faults) Broken(path string) bool {
	for path != "" && len(f.seen) > 0 {
		if f.seen[path] {
			return true
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return false
}

// All returns the faults in the order in which they were found, the last one
// saying how many there are beyond those.
func (f *Faults) All() []Fault {
	if f.more > 0 {
		return append(f.list, Fault{"file", fmt.Sprintf("has %d more faults", f.more)})
	}
	return f.list
}
