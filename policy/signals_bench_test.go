package policy

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/scoring"
)

func idle(i, k int) string {
	return fmt.Sprintf("Hi, this is message %d of %d about the thing that we talked about at %d", k, i, i*k%97)
}

// ordinary prepares the judgement of a message to a stranger by a member with
// some days of ordinary life: 14 messages, 7 contacts, some answers.
func ordinary(tb testing.TB) *judgement {
	tb.Helper()
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	e, err := New(Config{Secret: []byte("signals"), Now: func() time.Time { return now }})
	if err != nil {
		tb.Fatal(err)
	}
	for i := range 14 {
		friend := fmt.Sprint("friend", i%7)
		for _, m := range []Message{
			{Sender: "ann", Recipients: To(friend), Text: idle(i, 3)},
			{Sender: friend, Recipients: To("ann"), Text: idle(i, 5)},
		} {
			now = now.Add(time.Duration(7+i*i) * time.Minute)
			if m.Sender != "ann" && i%3 == 0 {
				continue
			}
			if _, err := e.Evaluate(tb.Context(), m); err != nil {
				tb.Fatal(err)
			}
		}
	}
	m := Message{Sender: "ann", Recipients: To("new"), Text: idle(99, 7)}
	s, err := e.open(tb.Context(), &m)
	if err != nil {
		tb.Fatal(err)
	}
	j := &s.j
	j.f.looked = true
	err = e.store.View(tb.Context(), j.f.key, func(data []byte) error { return j.r.decode(data) })
	if err != nil {
		tb.Fatal(err)
	}
	rules := j.e.policy.rules(Member)
	j.begin(j.e.policy)
	j.f.relate(&j.r, &rules.Weights)
	j.l = j.r.tryText(&j.f, rules)
	j.r.tryPeople(&j.f)
	return j
}

// signals runs all signals and the score.
func (j *judgement) signals(rules *Rules) scoring.Score {
	s := measurer{r: &j.r, f: &j.f, c: &j.r.course, p: j.e.policy, rules: rules, l: j.l, dst: j.ev[:0]}
	j.ev = s.measure()
	return j.weigh(rules)
}

func TestSignalsDoNotAllocate(t *testing.T) {
	j := ordinary(t)
	rules := j.e.policy.rules(Member)
	score := j.signals(rules)
	if n := testing.AllocsPerRun(1000, func() { j.signals(rules) }); n != 0 {
		t.Errorf("signals and score allocate %v times", n)
	}
	if score.Probability >= rules.Score.Warn {
		t.Errorf("an ordinary member scores %v: %v", score.Probability, score.Evidence)
	}
}

// BenchmarkSignals is all signals and the score of one message to a stranger.
func BenchmarkSignals(b *testing.B) {
	j := ordinary(b)
	rules := j.e.policy.rules(Member)
	b.ReportAllocs()
	for b.Loop() {
		j.signals(rules)
	}
}
