package storekit

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// joined returns Posts all of whose letters reach all of them, by way of post.
func joined(t *testing.T, n int) (all []*Post, heard [][]string, post func()) {
	t.Helper()
	heard = make([][]string, n)
	for i := range n {
		p := new(Post)
		p.Start = func(ctx context.Context) func() { return func() { <-ctx.Done() } }
		t.Cleanup(p.Listen(func(note []byte) { heard[i] = append(heard[i], string(note)) }))
		all = append(all, p)
	}
	return all, heard, func() {
		for _, p := range all {
			for b, ok := p.letter(); ok; b, ok = p.letter() {
				for _, to := range all {
					to.Take(b)
				}
				p.posted()
			}
		}
	}
}

// Every note reaches every other process, in the order in which it was sent.
func TestPost(t *testing.T) {
	all, heard, post := joined(t, 3)
	for i := range 500 {
		for k, p := range all {
			p.Broadcast(fmt.Append(nil, k, " ", i, " ", strings.Repeat("x", i*2)))
		}
		if i%7 == 0 {
			post()
		}
	}
	post()
	for k := range all {
		next := make([]int, 3)
		for _, note := range heard[k] {
			var from, i int
			fmt.Sscanf(note, "%d %d", &from, &i)
			if from == k || i != next[from] {
				t.Fatalf("process %d got %.20q, want the one with number %d", k, note, next[from])
			}
			next[from]++
		}
		if s := all[k].Stats(); s.Heard != 1000 || s.Missed+s.Again+s.Refused+s.Dropped > 0 || s.Sent < 70 {
			t.Errorf("%d: %+v", k, s)
		}
	}
}

// What is missed is counted and said, what comes twice is heard once, what comes late
// is heard, and a number that cannot be makes nobody deaf.
func TestPostMissed(t *testing.T) {
	all, heard, _ := joined(t, 2)
	from, to := all[0], all[1]
	var faults []error
	to.Fault = func(err error) { faults = append(faults, err) }
	var letters [][]byte
	for i := range 8 {
		if i == 5 {
			from.queue.beat()
			from.queue.beat()
		} else {
			from.Broadcast(fmt.Append(nil, i))
		}
		b, ok := from.letter()
		if !ok {
			t.Fatal("no letter", i)
		}
		letters = append(letters, b)
		from.posted()
	}
	from.queue.beat()
	if _, ok := from.letter(); !ok {
		t.Error("no beat where nothing waits")
	}
	forged := bytes.Clone(letters[0])
	binary.LittleEndian.PutUint64(forged[9:], 1<<63)
	for _, b := range [][]byte{letters[0], letters[0], letters[1], letters[4], letters[3], letters[4], forged, letters[5], letters[7]} {
		to.Take(b)
	}
	if want := []string{"0", "1", "4", "3", "4", "0", "7"}; !slices.Equal(heard[1], want) {
		t.Errorf("heard %q, want %q", heard[1], want)
	}
	if s := to.Stats(); s.Missed != 3 || s.Again != 1 || s.Refused != 0 {
		t.Errorf("%+v, want 3 missed and one again", s)
	}
	if len(faults) != 1 {
		t.Errorf("%v, want one fault within a second", faults)
	}
	to.told = time.Time{}
	if to.Said(nil); len(faults) != 2 {
		t.Errorf("%v: what was missed later is not said", faults)
	}
	to.told = time.Time{}
	if to.Said(nil); len(faults) != 2 {
		t.Errorf("%v: said twice", faults)
	}
}

// A server that is away costs notes beyond a megabyte; one that is too long is dropped.
func TestPostFull(t *testing.T) {
	all, _, _ := joined(t, 1)
	p := all[0]
	p.BatchBytes = 5900
	p.queue.limit(5900)
	for range 10_000 {
		p.Broadcast(make([]byte, 300))
	}
	if d := p.Dropped(); d < 6000 || d > 7000 {
		t.Errorf("%d of 10,000 notes were dropped, want two thirds", d)
	}
	for b, ok := p.letter(); ok; b, ok = p.letter() {
		if len(b) > 5900+postHead {
			t.Fatal(len(b), "bytes")
		}
		p.posted()
	}
	before := p.Dropped()
	if p.Broadcast(make([]byte, 6000)); p.Dropped() != before+1 {
		t.Error("a note that no batch has room for was taken")
	}
}

// After Close nobody is called, and nothing is begun.
func TestNotesClosed(t *testing.T) {
	all, _, _ := joined(t, 1)
	p := all[0]
	p.Close()
	p.Close()
	p.Listen(func([]byte) { t.Error("called after Close") })()
	p.Hear([]byte("\x01x"))
}

func FuzzPost(f *testing.F) {
	f.Add([]byte("\x01a\x00\x02bc"))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Add(append([]byte{postVersion, 16: 0}, 1, 'a'))
	f.Fuzz(func(t *testing.T, batch []byte) {
		var q batches
		split(batch, q.put)
		var again [][]byte
		split(q.first(), func(note []byte) { again = append(again, bytes.Clone(note)) })
		i := 0
		split(batch, func(note []byte) {
			if len(batch) < batchBytes/2 && !bytes.Equal(note, again[i]) {
				t.Errorf("note %d became %q", i, again[i])
			}
			i++
		})
		var p Post
		heard := 0
		p.listeners = map[int]func([]byte){0: func([]byte) { heard++ }}
		p.Take(batch)
		p.Take(append([]byte{postVersion, 16: 0}, batch...))
		if s := p.Stats(); int(s.Heard) != heard {
			t.Errorf("%+v, heard %d", s, heard)
		}
	})
}

// TestPostSend: what waits is sent every 80 ms, again after an error, which is said; an
// empty batch after a time without any; the last when all ends.
func TestPostSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []error
		p := &Post{Fault: func(err error) { told = append(told, err) }, Beat: time.Second}
		type letter struct {
			after time.Duration
			bytes int
		}
		var got []letter
		began := time.Now()
		var away atomic.Bool
		away.Store(true)
		p.Start = func(ctx context.Context) func() {
			return func() {
				p.Send(ctx, func(ctx context.Context, b []byte) error {
					if end, ok := ctx.Deadline(); !ok || time.Until(end) > postWait {
						t.Error("no deadline")
					}
					if away.Load() {
						return context.DeadlineExceeded
					}
					got = append(got, letter{time.Since(began), len(b) - postHead})
					return nil
				})
			}
		}
		stop := p.Listen(func([]byte) {})
		p.Broadcast([]byte("one"))
		time.Sleep(100 * time.Millisecond)
		away.Store(false)
		time.Sleep(1500 * time.Millisecond)
		p.Broadcast([]byte("the last"))
		stop()
		if want := []letter{{160 * time.Millisecond, 4}, {1200 * time.Millisecond, 0}, {1600 * time.Millisecond, 9}}; !slices.Equal(got, want) {
			t.Errorf("sent %v, want %v", got, want)
		}
		if len(told) != 1 {
			t.Errorf("told %v, want one error", told)
		}
	})
}
