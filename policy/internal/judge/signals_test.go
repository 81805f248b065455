package judge

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

var testHasher = similarity.NewHasher([]byte("judge"))

// ordinary is the judgement of a message to a stranger by a member with some days
// of ordinary life, ready for the signals: 14 messages, 7 contacts, some answers.
func ordinary(tb testing.TB) *call {
	tb.Helper()
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	var r state.Record
	in := &Input{Message: true, Policy: testPolicy("test", .20, .35), Me: 1, Account: "ann"}
	w, out := &Scratch{}, &Output{}
	say := func(i, to int) {
		in.At, in.ID, in.Subject, in.Looked = now, fmt.Sprint(i), uint32(i+1), true
		in.To = []Recipient{{Who: uint64(100 + to)}}
		testHasher.Sketch(&in.Sketch, fmt.Sprintf("Hi, this is message %d of %d about the thing that we talked about at %d", to, i, i*to%97))
		Message(&r, in, w, out)
		if out.Need != Nothing {
			tb.Fatalf("message %d needs %d", i, out.Need)
		}
	}
	for i := range 14 {
		now = now.Add(time.Duration(7+i*i) * time.Minute)
		say(i, i%7)
		if i%3 != 0 {
			now = now.Add(time.Duration(7+i*i) * time.Minute)
			r.Answer(uint64(100+i%7), now, 1, false)
		}
	}
	say(99, 50)
	return &w.call
}

// signals runs all signals and the score.
func (c *call) signals() scoring.Score {
	s := c.measure(&c.r.Enforced, c.rules, c.evidence[:0])
	c.evidence = c.weigh(s.dst)
	return c.rules.Score.Score(c.evidence)
}

func TestSignalsAllocNothing(t *testing.T) {
	c := ordinary(t)
	score := c.signals()
	if n := testing.AllocsPerRun(1000, func() { c.signals() }); n != 0 {
		t.Errorf("signals and score allocate %v times", n)
	}
	if score.Probability >= c.rules.Warn || len(c.to) != 1 || !c.outreach() || c.match.Slot < 0 {
		t.Errorf("an ordinary member scores %v: %v", score.Probability, score.Evidence)
	}
}

// BenchmarkSignals is all signals and the score of one message to a stranger.
func BenchmarkSignals(b *testing.B) {
	c := ordinary(b)
	b.ReportAllocs()
	for b.Loop() {
		c.signals()
	}
}
