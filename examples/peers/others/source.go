package main

import (
	"errors"
	"io"
	"path/filepath"
	"strings"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
)

// A source is a stream, and of which kind its accounts are.
type source struct {
	list   []*events.Event
	kind   func(*events.Event) kind
	logged bool // its times may be rounded
}

// An opener makes a source when it is its turn.
type opener func() (*source, error)

// zoo plays every actor of examples/simulate so many times, each alone.
func zoo(seeds int) (list []opener) {
	for _, a := range actors.All() {
		for seed := range seeds {
			list = append(list, func() (*source, error) {
				s := &source{kind: ofTruth(a.Name)}
				played := actors.Role{Actor: &a}.Play(actors.World{}, uint64(seed+1), 1)
				for i := range played {
					s.list = append(s.list, &played[i])
				}
				return s, nil
			})
		}
	}
	return list
}

// ofTruth tells kinds by what is known of an account.
func ofTruth(name string) func(*events.Event) kind {
	return func(e *events.Event) kind {
		if e.Truth == events.Unknown {
			return kind{}
		}
		return kind{name, e.Truth == events.Abusive}
	}
}

// background is the kind of the simulated members who live in every stream of reports.
const background = "(members in the background)"

// reports are the streams that are modelled after public reports: what harmed honest
// people, and what abuse got through.
func reports(data string) ([]opener, error) {
	return logs(filepath.Join(data, "reports", "*", "*.jsonl.gz"), func(name string) func(*events.Event) kind {
		of := ofTruth(name)
		return func(e *events.Event) kind {
			if k := of(e); k.name == "" || k.abuse || !strings.HasPrefix(e.From, "sim.") {
				return k
			}
			return kind{background, false}
		}
	})
}

// streams are logs of real people, of whom nobody is known to be abusive.
func streams(data string) ([]opener, error) {
	return logs(filepath.Join(data, "events", "*.jsonl.gz"), func(name string) func(*events.Event) kind {
		return func(*events.Event) kind { return kind{name, false} }
	})
}

// errNone says that there is no data where it was looked for.
var errNone = errors.New("no such data")

func logs(pattern string, of func(name string) func(*events.Event) kind) (list []opener, err error) {
	files, err := filepath.Glob(pattern)
	if err == nil && len(files) == 0 {
		err = errNone
	}
	for _, file := range files {
		name, _, _ := strings.Cut(filepath.Base(file), ".jsonl")
		list = append(list, func() (*source, error) {
			s := &source{kind: of(name), logged: true}
			s.list, err = readAll(file)
			return s, err
		})
	}
	return list, err
}

func readAll(file string) (list []*events.Event, err error) {
	s, err := events.Open([]string{file}, nil)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for {
		e, err := s.Next()
		if err == io.EOF {
			return list, errors.Join(s.Err()...)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
}
