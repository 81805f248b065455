package replay

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// TestCrowdAnswers: who answers one person ten times has answered one.
func TestCrowdAnswers(t *testing.T) {
	var c crowds
	for i := range 5 {
		c.wrote(fmt.Sprint("stranger", i), []string{"star"}, monday)
	}
	for range 10 {
		c.wrote("star", []string{"stranger0"}, monday)
	}
	if !c.around("star", monday) {
		t.Error("one answer of ten messages ended a crowd of five")
	}
	for i := range 3 {
		c.wrote("star", []string{fmt.Sprint("stranger", i+1)}, monday)
	}
	if c.around("star", monday) {
		t.Error("four of five were answered, and it is a crowd still")
	}
}

// TestCrowdsMany: where there are more crowds than are looked through at first, not every message
// looks through them.
func TestCrowdsMany(t *testing.T) {
	c := crowds{of: map[uint32]*throng{}, most: leastCrowds}
	one := &throng{day: dayOf(monday), n: inACrowd}
	for i := range uint32(leastCrowds) {
		c.of[i] = one
	}
	c.wrote("a", []string{"b"}, monday)
	if c.most != 2*leastCrowds || len(c.of) < leastCrowds {
		t.Errorf("%d are known, looked through at %d", len(c.of), c.most)
	}
	c.wrote("c", []string{"d"}, monday)
	if c.of[shortHash("b")] == nil {
		t.Error("the next message looked through them again")
	}
}

// shardOf returns the second of two shards.
func shardOf(t *testing.T) *runner {
	t.Helper()
	r, err := newRunner(runnerConfig{policy: policy.Default(), accounts: 1 << 10, retry: true, place: &place{1, 2, &seat{newHub(2), 1}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.close() })
	return r
}

// TestEditRefused: an edit that is refused takes nothing back of the message that it edits.
func TestEditRefused(t *testing.T) {
	r, refused := shardOf(t), &policy.Decision{Verdict: policy.Reject}
	edit := events.Event{From: "a", To: []string{"b"}, ID: "1", Edit: true, At: monday}
	r.tell(&edit, edit.ID, refused, false)
	r.lose(&edit, refused)
	if len(r.shard.lost) > 0 || r.lost.has("a", "1") {
		t.Error("the message is lost")
	}
	edit.Edit = false
	r.tell(&edit, edit.ID, refused, false)
	r.lose(&edit, refused)
	if len(r.shard.lost) == 0 || !r.lost.has("a", "1") {
		t.Error("a message that was refused is not")
	}
}

// TestDroppedOnce: that another shard's message is not tried again is counted there.
func TestDroppedOnce(t *testing.T) {
	r := shardOf(t)
	r.waiting = make(queue, maxWaiting)
	e, deferred := events.Event{At: monday}, &policy.Decision{Verdict: policy.Defer, RetryAfter: time.Minute}
	r.wait(&e, nil, deferred)
	if n := r.tally.retries.dropped; n != 0 {
		t.Errorf("another's: %d", n)
	}
	r.wait(&e, &sender{}, deferred)
	if n := r.tally.retries.dropped; n != 1 {
		t.Errorf("its own: %d", n)
	}
}

// TestLearnedRound: what was learned in a round can be taken back in it, however much there was.
func TestLearnedRound(t *testing.T) {
	r := shardOf(t)
	from, to := "", ""
	for i := 0; from == "" || to == ""; i++ {
		if name := fmt.Sprint("account", i); r.shard.own(name) {
			to = name
		} else {
			from = name
		}
	}
	r.now = monday
	const messages = maxUndelivered + 10
	for i := range messages {
		e := events.Event{From: from, To: []string{to}, ID: fmt.Sprint(i), At: monday}
		if err := r.learn(&e, e.ID, e.At, true); err != nil {
			t.Fatal(err)
		}
	}
	lost := note{kind: noteLost, event: events.Event{From: from, ID: "0"}}
	if err := r.take(&lost); err != nil || len(r.shard.learned) != messages-1 {
		t.Errorf("%d are left of %d, %v", len(r.shard.learned), messages, err)
	}
}

// TestTornTail: the last frame, of which the size was there before the data, is half a frame; one
// before the last is damaged.
func TestTornTail(t *testing.T) {
	one, two := []byte("header"), []byte("notes of a round")
	for name, spoil := range map[string]func(b []byte) []byte{
		"the frame is zeros": func(b []byte) []byte { clear(b[len(b)-5:]); return b },
		"the head too":       func(b []byte) []byte { clear(b[frameHead+len(one):]); return b },
		"zeros and more":     func(b []byte) []byte { clear(b[frameHead+len(one):]); return append(b, make([]byte, 500)...) },
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, fileOf(0, 2))
		open := func(i int) *folder {
			log, err := openFolder(dir, i, 2, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { log.Close() })
			return log.(*folder)
		}
		f := open(0)
		whole := errors.Join(f.Append(one), f.Append(two))
		b := []byte(read(t, file))
		if err := errors.Join(whole, os.WriteFile(file, spoil(bytes.Clone(b)), 0o600)); err != nil {
			t.Fatal(err)
		}
		reads, again := open(1), open(0)
		if _, err := reads.next(0); err != nil {
			t.Fatal(name, err)
		}
		if _, err := reads.next(0); err != io.EOF {
			t.Errorf("%s: %v", name, err)
		}
		if err := errors.Join(again.Append(one), again.Append(two)); err != nil || read(t, file) != string(b) {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := reads.next(0); !bytes.Equal(got, two) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
