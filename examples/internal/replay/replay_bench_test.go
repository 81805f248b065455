package replay

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
)

// BenchmarkReplay is the whole program on JSON lines (and nothing but reading
// them, for comparison): read, parse, sort, judge and count. It reports events a
// second: of members who chat, of the same without their texts, and of recruiters,
// nearly all of whose messages go to strangers.
func BenchmarkReplay(b *testing.B) {
	for _, c := range []struct {
		what, role string
		actors     int
		texts      bool
	}{
		{"members", "member:days=60", 150, true},
		{"members without texts", "member:days=60", 150, false},
		{"recruiters", "recruiter:days=60", 60, true},
	} {
		file, n := written(b, c.role, c.actors, c.texts)
		per := func(b *testing.B) {
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(0, "ns/op")
		}
		b.Run(fmt.Sprint("read ", c.what, " ", n), func(b *testing.B) {
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
		b.Run(fmt.Sprint("judge ", c.what, " ", n), func(b *testing.B) {
			for b.Loop() {
				if status := Main([]string{"-json", file}, nil, io.Discard, io.Discard, Extras{}); status != exitOK {
					b.Fatal(status)
				}
			}
			per(b)
		})
	}
}

// written writes what some actors of a role do into a file; none of it stays in
// memory, as in the program.
func written(b *testing.B, role string, n int, texts bool) (file string, total int) {
	roles, err := actors.Parse(role)
	if err != nil {
		b.Fatal(err)
	}
	var all []events.Event
	for i := range n {
		all = append(all, roles[0].Play(actors.World{}, 1, i)...)
	}
	for i := range all {
		if !texts {
			all[i].Text = ""
		}
	}
	file = filepath.Join(b.TempDir(), "events.jsonl")
	if err := os.WriteFile(file, lined(all), 0o600); err != nil {
		b.Fatal(err)
	}
	return file, len(all)
}
