package reception

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

var rules = &judge.CrowdRules{
	Answer: state.Defer, Senders: 4, Doubt: 2, ReplyFloor: .10, ReplyPrior: scoring.Beta{A: 1, B: 6}, Sure: .85, SureOfFew: .90,
	Exposure: 25, Complaints: 2.5, ComplaintShare: .02, Probes: .2, ProbesUnwelcome: .05, ProbeContacts: 7, Retry: 1200, RetryMost: 3600,
}

var dawn = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// An oracle keeps all events and counts anew each time.
type oracle struct {
	copies, answers []time.Time
	complaints      []time.Time
}

func (o *oracle) at(now time.Time) (answers, exposure, complaints float64) {
	half := 14 * 24 * time.Hour
	for _, t := range o.copies {
		exposure += scoring.AnsweredBy(now.Sub(t)) * math.Exp2(-float64(now.Sub(t))/float64(half))
	}
	for _, t := range o.answers {
		answers += math.Exp2(-float64(now.Sub(t)) / float64(half))
	}
	for _, t := range o.complaints {
		complaints += math.Exp2(-float64(now.Sub(t)) / float64(complaintsHalf))
	}
	return answers, exposure, complaints
}

// TestOracle: what a table says of a text is what all events together say.
func TestOracle(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		var table Table
		var o oracle
		now := dawn
		for i := range uint64(400) {
			now = now.Add(time.Duration(r.IntN(90)) * time.Minute).Truncate(time.Second)
			switch k := r.IntN(10); {
			case k < 8:
				table.Delivered(rules, 7, now, 1, 1<<20)
				o.copies = append(o.copies, now)
			case k < 9 && len(o.copies) > 0:
				table.Answered(rules, 7, now, now, Person{Who: i}, 1) // at once: no more than its own exposure
				o.answers = append(o.answers, now)
			case len(o.copies) > 0:
				table.Complained(rules, 7, now, Person{Who: i}, 1)
				o.complaints = append(o.complaints, now)
			}
			got := table.Of(rules, 7, now)
			answers, exposure, complaints := o.at(now)
			if math.Abs(got.Answers-answers) > 1e-6 || math.Abs(got.Exposure-max(exposure, answers)) > 1e-6 || math.Abs(got.Complaints-complaints) > 1e-6 {
				t.Fatalf("seed %d, event %d: %+v, want %v answers, %v exposure, %v complaints", seed, i, got, answers, exposure, complaints)
			}
		}
	}
}

// TestOnce: one person counts once, and three of one origin.
func TestOnce(t *testing.T) {
	var table Table
	table.Delivered(rules, 7, dawn, 30, 1<<20)
	for range 5 {
		table.Answered(rules, 7, dawn, dawn, Person{Who: 1}, 1)
		table.Complained(rules, 7, dawn, Person{Who: 1}, 1)
	}
	for who := range uint64(10) {
		table.Answered(rules, 7, dawn, dawn, Person{Who: 100 + who, Origin: 9}, 1)
	}
	if r := table.Of(rules, 7, dawn); math.Abs(r.Answers-4) > 1e-9 || math.Abs(r.Complaints-1) > 1e-9 {
		t.Errorf("%v answers and %v complaints, want 4 and 1", r.Answers, r.Complaints)
	}
	table.Answered(rules, 8, dawn, dawn, Person{Who: 1}, 1)
	table.Delivered(rules, 0, dawn, 1, 1<<20)
	table.Delivered(rules, 8, dawn, 0, 1<<20)
	if len(table.texts) != 1 {
		t.Errorf("%d texts, want 1: an answer makes none, nor a copy to nobody", len(table.texts))
	}
}

// TestFewPeople: what a hundred people write to eleven offices counts as twice eleven
// copies at most, and six who answer are a quarter.
func TestFewPeople(t *testing.T) {
	var table Table
	for i := range 100 {
		table.Delivered(rules, 7, dawn.Add(time.Duration(i)*time.Minute), 11, 11)
	}
	for who := range uint64(6) {
		table.Answered(rules, 7, dawn, dawn.Add(time.Hour), Person{Who: who}, 1)
	}
	if r := table.Of(rules, 7, dawn.AddDate(0, 0, 2)); r.Copies > 22 || r.Crowd != judge.Welcome {
		t.Errorf("%+v, want at most 22 copies, and welcome", r)
	}
}

// TestBounded: a flood of texts does not push out those of which something is known.
func TestBounded(t *testing.T) {
	var table Table
	table.Delivered(rules, 1, dawn, 10, 1<<20)
	for who := range uint64(5) {
		table.Answered(rules, 1, dawn, dawn, Person{Who: who}, 1)
	}
	for id := uint64(2); id < 5*maxTexts; id++ {
		table.Delivered(rules, id, dawn.Add(time.Duration(id)*time.Second), 2, 1<<20)
	}
	if n := len(table.texts); n > maxTexts {
		t.Errorf("%d texts, at most %d", n, maxTexts)
	}
	if r := table.Of(rules, 1, dawn); r.Crowd != judge.Welcome {
		t.Errorf("a welcome text is forgotten: %+v", r)
	}
}

func lived(seed uint64) *Table {
	var table Table
	r := rand.New(rand.NewPCG(seed, 2))
	now := dawn
	for range 300 {
		now = now.Add(time.Duration(r.IntN(600)) * time.Second)
		id := 1 + r.Uint64N(20)
		switch r.IntN(4) {
		case 0:
			table.Answered(rules, id, now.Add(-time.Hour), now, Person{r.Uint64(), r.Uint32N(9)}, r.Float64())
		case 1:
			table.Complained(rules, id, now, Person{Who: r.Uint64()}, r.Float64())
		default:
			table.Delivered(rules, id, now, 1+r.IntN(5), 1<<20)
		}
	}
	return &table
}

// TestSnapshot: a table that was written and read goes on as the one that was not.
func TestSnapshot(t *testing.T) {
	for seed := range uint64(20) {
		one, two := lived(seed), new(Table)
		var s State
		data := one.Append(nil)
		if !s.Parse(data) {
			t.Fatal("refused")
		}
		two.Restore(&s)
		later := dawn.Add(100 * time.Hour)
		for _, x := range []*Table{one, two} {
			x.Delivered(rules, 3, later, 4, 1<<20)
			x.Answered(rules, 3, later, later, Person{Who: 77}, 1)
		}
		if !bytes.Equal(one.Append(nil), two.Append(nil)) || one.Of(rules, 3, later) != two.Of(rules, 3, later) {
			t.Errorf("seed %d: it goes on otherwise", seed)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(lived(1).Append(nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var s State
		if !s.Parse(data) {
			return
		}
		var table Table
		table.Restore(&s)
		for id := range s.texts {
			r := table.Of(rules, id, dawn)
			if math.IsNaN(r.Answers) || math.IsNaN(r.Exposure) || math.IsNaN(r.Complaints) || r.Complaints < 0 {
				t.Errorf("%+v", r)
			}
			table.Delivered(rules, id, dawn, 3, 1<<20)
		}
		table.Append(nil)
	})
}
