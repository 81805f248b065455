package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
)

// BenchmarkReplay is the whole program on JSON lines of ordinary members (and
// nothing but reading them, for comparison): read, parse, sort, judge and
// count. It reports events a second.
func BenchmarkReplay(b *testing.B) {
	roles, err := actors.Parse("member:days=60")
	if err != nil {
		b.Fatal(err)
	}
	var all []events.Event
	for n := range 150 {
		all = append(all, roles[0].Play(actors.World{}, 1, n)...)
	}
	file, total := filepath.Join(b.TempDir(), "members.jsonl"), len(all)
	if err := os.WriteFile(file, lined(all), 0o600); err != nil {
		b.Fatal(err)
	}
	all = nil // 100 MB that the program does not have
	per := func(b *testing.B) {
		b.ReportMetric(float64(total)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		b.ReportMetric(0, "ns/op")
	}
	b.Run(fmt.Sprint("read ", total), func(b *testing.B) {
		for b.Loop() {
			s, err := events.Open([]string{file}, nil)
			if err != nil {
				b.Fatal(err)
			}
			for err == nil {
				_, err = s.Next()
			}
			s.Close()
		}
		per(b)
	})
	b.Run(fmt.Sprint("judge ", total), func(b *testing.B) {
		for b.Loop() {
			if status := run([]string{"-json", file}, nil, io.Discard, io.Discard); status != exitOK {
				b.Fatal(status)
			}
		}
		per(b)
	})
}
