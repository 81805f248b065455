package storetest

import (
	"fmt"
	"hash/fnv"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A Simulation says what Simulate plays. The zero Simulation is one seed on stores
// of the simulation's own.
type Simulation struct {
	// Seed is the first one; they count up from it.
	Seed uint64
	// Seeds is how many are played; 0: one, or as many as For has time for.
	Seeds int
	// For is how long to go on, if Seeds is 0.
	For time.Duration
	// Steps is the length of a seed; 0: 100.
	Steps int
	// Open makes an empty store to be tested, one for each seed, on which engines
	// work under the faults of the simulation, and sees to it that the store is
	// closed (t.Cleanup); nil: stores of the simulation's own, and Memory. It runs
	// in a bubble of package synctest: the store may use files, but no network. A
	// crash, an emptied store and an older copy are then played by Update and Delete.
	Open func(t *testing.T) policy.Store
	// Calm leaves out all faults of stores and clocks.
	Calm bool
	// Replay plays one seed again, or some steps of it, and says what is done: the
	// text that a failure prints.
	Replay string

	careless bool // its own store forgets in a crash what was to be durable
}

// Simulate plays random histories of engines under one seed each: every call of an
// Engine, restarts, moves to other stores, changes of policy; stores that are late,
// lose what was written, are away, were emptied, or are suddenly an older copy;
// clocks that are wrong. All of it follows from the seed, and so does the time that
// passes. Throughout it checks that
//
//  1. a reply to somebody who wrote first passes an Outreach block,
//  2. trying lengthens nothing,
//  3. a shadow policy changes nothing that is enforced,
//  4. Preview says what an Evaluate at the same time does,
//  5. a restart, a snapshot or a move changes nothing that follows where the store is
//     a Memory or a Keeper, and nothing known of an account elsewhere,
//  6. no sanction, strike, report, appeal or ruling that was acknowledged is lost, or
//     ends before its time,
//  8. every sanction has a way out,
//  9. memory is bounded,
//  10. no message is delivered against a sanction that the process knows, unless the
//     Decision is Degraded,
//  11. a sanction that is overturned is as if it had not been.
//
// Each seed is played twice, the second time without shadow policies (3) or with
// restarts (5), and the same must come out. A failure prints the shortest history
// that fails, and the Replay that plays it again.
func Simulate(t *testing.T, s Simulation) Report {
	t.Helper()
	all := newReport()
	if s.Replay != "" {
		s.replay(t, &all)
		return all
	}
	var mu sync.Mutex
	next, failed, start := s.Seed, false, time.Now()
	take := func() (seed uint64, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		n := next - s.Seed
		next++
		if s.Seeds == 0 && s.For > 0 {
			return s.Seed + n, !failed && time.Since(start) < s.For
		}
		return s.Seed + n, !failed && n < uint64(max(1, s.Seeds))
	}
	t.Run("seeds", func(t *testing.T) {
		for range runtime.GOMAXPROCS(0) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for seed, ok := take(); ok; seed, ok = take() {
					report, broken := s.both(t, seed, s.steps(), nil)
					mu.Lock()
					all.add(&report)
					failed = failed || broken != ""
					mu.Unlock()
					if broken != "" {
						s.show(t, seed, s.shortest(t, seed, broken), broken)
						return
					}
				}
			})
		}
	})
	return all
}

func (s *Simulation) steps() []int {
	n := s.Steps
	if n <= 0 {
		n = 100
	}
	steps := make([]int, n)
	for i := range steps {
		steps[i] = i
	}
	return steps
}

// play plays a seed once, in a bubble of virtual time.
func (s *Simulation) play(t *testing.T, seed uint64, v variant, steps []int) *walk {
	w := &walk{sim: s, seed: seed, variant: v}
	synctest.Test(t, func(t *testing.T) {
		w.t = t
		w.run(steps)
	})
	return w
}

// both plays a seed in both variants, and returns what is broken, "" for nothing.
func (s *Simulation) both(t *testing.T, seed uint64, steps []int, history *[]string) (Report, string) {
	first := s.play(t, seed, asItIs, steps)
	if history != nil {
		*history = first.history
	}
	r := first.report
	r.Seeds = 1
	h := fnv.New64a()
	for _, out := range first.outs {
		h.Write([]byte(out))
	}
	r.Trace = h.Sum64()
	if first.broken != "" {
		return r, first.broken
	}
	second := s.play(t, seed, first.second, steps)
	if second.broken != "" {
		return r, second.broken
	}
	r.Checks[second.compares().String()]++
	return r, compare(first, second)
}

// shortest returns the fewest steps of a seed that break the same.
func (s *Simulation) shortest(t *testing.T, seed uint64, broken string) []int {
	t.Helper()
	kind := func(broken string) string {
		kind, _, _ := strings.Cut(broken, ":")
		return kind
	}
	return shrink(s.steps(), 300, func(steps []int) bool {
		_, b := s.both(t, seed, steps, nil)
		return kind(b) == kind(broken)
	})
}

// show fails with the history of some steps of a seed that broke something.
func (s *Simulation) show(t *testing.T, seed uint64, steps []int, once string) {
	t.Helper()
	var history []string
	_, broken := s.both(t, seed, steps, &history)
	if broken == "" {
		t.Errorf("seed %d broke once, but not again: something is not decided by the seed. It was %s", seed, once)
		return
	}
	numbers := make([]string, len(steps))
	for i, n := range steps {
		numbers[i] = strconv.Itoa(n)
	}
	t.Errorf("seed %d breaks %s\nhistory:\n%s\nagain: storetest.Simulation{Replay: \"%d: %s\"}", seed, broken, strings.Join(history, "\n"), seed, strings.Join(numbers, " "))
}

// replay plays what a failure printed.
func (s *Simulation) replay(t *testing.T, all *Report) {
	t.Helper()
	first, rest, _ := strings.Cut(s.Replay, ":")
	seed, err := strconv.ParseUint(first, 10, 64)
	steps := s.steps()
	if rest = strings.TrimSpace(rest); rest != "" {
		steps = nil
	}
	for f := range strings.FieldsSeq(rest) {
		n, e := strconv.Atoi(f)
		if e != nil {
			err = e
		}
		steps = append(steps, n)
	}
	if err != nil {
		t.Fatalf("storetest: Replay is %q, must be a seed, or a seed, a colon and numbers of steps: %v", s.Replay, err)
	}
	r, broken := s.both(t, seed, steps, nil)
	all.add(&r)
	if broken != "" {
		s.show(t, seed, steps, broken)
		return
	}
	fmt.Fprintln(t.Output(), "nothing is broken")
}

// A Report says what a simulation did.
type Report struct {
	Seeds, Steps int
	Calls        map[string]int // of the engine, by method; of Record, by event
	Faults       map[string]int // by kind
	Checks       map[string]int // how often it mattered whether an invariant holds
	// Trace is a hash of all that came out: the same for the same seeds.
	Trace uint64
}

func newReport() Report {
	return Report{Calls: map[string]int{}, Faults: map[string]int{}, Checks: map[string]int{}}
}

func (r *Report) add(o *Report) {
	r.Seeds += o.Seeds
	r.Steps += o.Steps
	r.Trace += o.Trace
	for _, m := range []struct{ to, from map[string]int }{{r.Calls, o.Calls}, {r.Faults, o.Faults}, {r.Checks, o.Checks}} {
		for k, n := range m.from {
			m.to[k] += n
		}
	}
}

// String lists how often each fault was met, and each invariant was at stake.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d seeds, %d steps, trace %016x", r.Seeds, r.Steps, r.Trace)
	for _, m := range []map[string]int{r.Faults, r.Checks} {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			fmt.Fprintf(&b, "\n%9d  %s", m[k], k)
		}
	}
	return b.String()
}
