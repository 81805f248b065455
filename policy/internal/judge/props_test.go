package judge

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// A world is one account to which random things happen, as its record in a store
// sees them: encoded after each.
type world struct {
	*testing.T
	*rand.Rand
	now  time.Time
	data []byte
	n    int
	seen map[string]int

	scratch Scratch // used for all
}

// A known is what a look would find out, and what the budget would say.
type known struct {
	wrote, waits []bool
	cluster      similarity.Cluster
	origin       float64
	grant        ladder.Grant
}

func (w *world) one(in int) bool { return w.IntN(in) == 0 }

// message makes up a message, and what is to be known of it.
func (w *world) message(p *Policy, shadows []*Policy, tracks []state.Shadow) (in Input, k known) {
	w.n++
	in = Input{
		Message: true, At: w.now, Key: state.Key{1}, Me: 1, Account: "sam", ID: fmt.Sprint("m", w.n), Subject: uint32(w.n), Content: 7,
		Group: w.one(12), Reply: w.one(8), Learn: w.one(25), Static: w.one(40), Policy: p, Shadows: shadows, Tracks: tracks,
	}
	if w.one(10) && w.n > 3 { // a retry
		in.Subject -= uint32(w.IntN(3))
		in.ID = fmt.Sprint("m", in.Subject)
	}
	if w.one(9) {
		in.Channel, in.ChannelHash = "request", 5
	}
	if w.one(3) {
		in.Origin = state.Key{9, byte(w.IntN(3))}
	}
	if w.one(5) {
		in.Joined = w.now.Add(-time.Duration(w.IntN(200)) * time.Hour)
	}
	if !w.one(6) {
		text := "you have been selected for an exclusive investment opportunity that doubles your savings within a week"
		if w.one(3) {
			text = fmt.Sprint("what ", w.Uint64(), " we said about ", w.Uint64(), " was not quite ", w.Uint64(), " so")
		}
		testHasher.Sketch(&in.Sketch, text)
	}
	if w.one(4) {
		in.Evidence = []scoring.Evidence{{Code: "host.links", Family: scoring.Content, LogOdds: 3 * w.Float64(), Value: 1, N: 1}, {Code: "host.net", Family: scoring.Network, LogOdds: 3 * w.Float64()}}
	}
	to := 1
	if w.one(6) && !in.Group {
		to += w.IntN(40)
	}
	for range to {
		in.To = append(in.To, Recipient{Who: uint64(10 + w.IntN(120)), Relation: Relation(w.IntN(5))})
	}
	in.To = Distinct(in.To)
	for range in.To {
		k.wrote, k.waits = append(k.wrote, w.one(8)), append(k.waits, w.one(9))
	}
	if w.one(3) {
		k.cluster = similarity.Cluster{ID: 1 + uint64(w.IntN(3)), Messages: 40, Senders: w.IntN(20), Recipients: w.IntN(300), Flagged: w.IntN(3)}
	}
	k.origin, k.grant = w.Float64()*float64(w.IntN(2)), ladder.Granted
	if w.one(5) {
		k.grant = ladder.Denied
	}
	return in, k
}

// tell fills in what a look found out.
func (in *Input) tell(k *known) {
	in.Looked, in.Cluster, in.OriginMass = true, k.cluster, k.origin
	for i := range in.To {
		in.To[i].Wrote, in.To[i].Waits = k.wrote[i], k.waits[i]
	}
}

// judged is what came of a judgement, in a form that outlives its Scratch.
func judged(r *state.Record, out *Output) string {
	o := *out
	var shadows []string
	for _, s := range o.Shadows {
		shadows = append(shadows, fmt.Sprintf("%s %d %v %+v %+v", s.Policy.ID, s.Verdict, s.Score, s.Causes, s.Imposed))
	}
	o.Shadows = nil
	return fmt.Sprintf("%+v\n%q\n%x", o, shadows, r.Encode(nil))
}

// onlyNeed reports what is set beside a Need.
func (w *world) onlyNeed(out *Output) {
	w.Helper()
	if want := (Output{Need: out.Need, Now: out.Now}); !reflect.DeepEqual(*out, want) || out.Now.IsZero() {
		w.Fatalf("message %d: beside need %d there is %+v", w.n, out.Need, *out)
	}
}

// asStore judges as a store has it: what is needed is asked for, and the record is
// read anew, or, after a look, used again where again says so.
func (w *world) asStore(in Input, k known, again bool) (string, *state.Record, Output) {
	w.Helper()
	in.To = append([]Recipient(nil), in.To...)
	var r state.Record
	var out Output
	scratch := &Scratch{}
	if again {
		scratch = &w.scratch
	}
	fresh := true
	for range 4 {
		if fresh {
			if err := r.Decode(w.data); err != nil {
				w.Fatal(err)
			}
		}
		Message(&r, &in, scratch, &out)
		switch out.Need {
		case Lookup:
			w.onlyNeed(&out)
			w.seen["looks"]++
			in.tell(&k)
			fresh = !again
			continue
		case Budget:
			w.onlyNeed(&out)
			w.seen["asks"]++
			in.Grant = k.grant
			fresh = true
			continue
		}
		return judged(&r, &out), &r, out
	}
	w.Fatalf("message %d: it asks again and again", w.n)
	return "", nil, out
}

// atOnce judges with everything known from the start.
func (w *world) atOnce(in Input, k known, looked bool) string {
	in.To = append([]Recipient(nil), in.To...)
	in.Looked, in.Grant = true, k.grant
	if looked {
		in.tell(&k)
	}
	var r state.Record
	if err := r.Decode(w.data); err != nil {
		w.Fatal(err)
	}
	var out Output
	Message(&r, &in, &Scratch{}, &out)
	if out.Need != Nothing {
		w.Fatalf("message %d: all is known, and it needs %d", w.n, out.Need)
	}
	return judged(&r, &out)
}

// TestAsked: a judgement that lacks something says that and nothing else, and its
// record can be dropped: asking, and judging again, is the same as having known all
// at once. The same inputs make the same outputs. After a look the record may be
// used again: judging had changed nothing but its age.
func TestAsked(t *testing.T) {
	raced.Skip(t)
	policies := []*Policy{testPolicy("enforced", .20, .35), testPolicy("strict", .05, .1), testPolicy("lax", .8, .95)}
	tracks := []state.Shadow{{Policy: 11, Ladder: &policies[1].Member.Ladder}, {Policy: 12, Ladder: &policies[2].Member.Ladder}}
	seen := map[string]int{}
	for seed := range uint64(12) {
		w := &world{T: t, Rand: rand.New(rand.NewPCG(seed, 33)), now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), seen: seen}
		for range 400 {
			gap := []time.Duration{time.Minute, time.Hour, 20 * time.Hour}[w.IntN(3)]
			if w.one(60) {
				gap = 60 * 24 * time.Hour
			}
			w.now = w.now.Add(time.Duration(w.Float64() * float64(gap)))
			if w.one(12) {
				w.event(policies[0], policies[1:], tracks)
				continue
			}
			if w.one(50) { // another account
				w.data = nil
			}
			in, k := w.message(policies[0], policies[1:], tracks)
			before := seen["looks"]
			got, r, out := w.asStore(in, k, false)
			looked := seen["looks"] > before
			if again, _, _ := w.asStore(in, k, false); again != got {
				t.Fatalf("seed %d, message %d: the same inputs make\n%s\nand\n%s", seed, w.n, got, again)
			}
			if again, _, _ := w.asStore(in, k, true); again != got {
				t.Fatalf("seed %d, message %d: with the record used again\n%s\nread anew\n%s", seed, w.n, again, got)
			}
			if at := w.atOnce(in, k, looked); at != got {
				t.Fatalf("seed %d, message %d: asked at once\n%s\nafter asking\n%s", seed, w.n, at, got)
			}
			seen[fmt.Sprint("verdict ", out.Verdict)]++
			if len(out.Imposed) > 0 {
				seen["imposed"]++
			}
			if out.Repeat {
				seen["repeats"]++
			}
			if out.Changed {
				w.data = r.Encode(nil)
			}
		}
	}
	for _, what := range []string{"looks", "asks", "imposed", "repeats", "verdict 1", "verdict 2", "verdict 3", "verdict 4", "verdict 5", "events", "event asks"} {
		if seen[what] < 5 {
			t.Errorf("%s: %d times only: the test shows little (%v)", what, seen[what], seen)
		}
	}
}

// event does the same with an event: a complaint, an answer, a finding.
func (w *world) event(p *Policy, shadows []*Policy, tracks []state.Shadow) {
	w.Helper()
	kind, who, weight := w.IntN(4), uint64(10+w.IntN(120)), uint8(w.IntN(150))
	change := func(r *state.Record, now time.Time) Effect {
		switch kind {
		case 0, 1:
			for i := range uint64(weight % 8) {
				// Of fraud, over days: reports of other kinds alone bring a Warning.
				at := stamp.Of(now.Add(-time.Duration(i) * 9 * time.Hour))
				r.AddReport(state.Report{Who: who + i, At: at, Weight: weight, About: 3 | state.ReportStranger | state.ReportContact})
			}
			return Suspect
		case 2:
			if r.Answer(who, now, 1, false) {
				return Kept
			}
			return Idle
		}
		if w.n%7 == 0 {
			return Severe
		}
		return Durable
	}
	in := Input{At: w.now, Key: state.Key{1}, Me: 1, Account: "sam", ID: fmt.Sprint("e", w.n), Policy: p, Shadows: shadows, Tracks: tracks}
	run := func(grant ladder.Grant) (string, Need, []byte) {
		var r state.Record
		if err := r.Decode(w.data); err != nil {
			w.Fatal(err)
		}
		in := in
		in.Grant = grant
		var out Output
		Event(&r, change, &in, &Scratch{}, &out)
		if out.Need != Nothing {
			w.onlyNeed(&out)
			return "", out.Need, nil
		}
		if !out.Changed {
			return judged(&r, &out), Nothing, w.data
		}
		return judged(&r, &out), Nothing, r.Encode(nil)
	}
	w.seen["events"]++
	got, need, data := run(ladder.Unasked)
	if need == Budget {
		w.seen["event asks"]++
		got, _, data = run(ladder.Granted)
	}
	known, _, other := run(ladder.Granted)
	if known != got || !bytes.Equal(data, other) {
		w.Fatalf("an event after message %d: asked at once\n%s\nafter asking\n%s", w.n, known, got)
	}
	w.data = data
}
