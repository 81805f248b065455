package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/comparer"
	"github.com/decorum-go/decorum/similarity"
)

// A walk plays a seed. Everything is decided by the seed and the number of a step,
// so that steps can be left out and the rest stays what it was.
type walk struct {
	setup
	t       *testing.T
	sim     *Simulation
	seed    uint64
	variant variant
	ctx     context.Context

	now       time.Time
	clocks    sync.Mutex // while now, or a skew or jump of a process, changes
	policies  []*policy.Policy
	mem       *policy.Memory
	store     *simStore
	processes []*process
	older     *copied // of the store, to be swapped in
	model     model

	step     int // its number
	played   int // steps so far
	r        *rand.Rand
	weather  *weather
	awayTill int // step played, until which the store is away
	messages int
	sent     []policy.Message
	dealings dealings
	told     int             // complaints that were said to be taken
	acts     map[string]bool // sanctions that acts were about

	report  Report
	history []string // what was done, a line a step
	outs    []string // what came out, step by step
	full    int      // how many of those a Memory dropped nobody before
	broken  string   // the invariant, and how
}

// A process has an engine, and a clock.
type process struct {
	engine  *policy.Engine
	n       int // of its store's simProcess
	skew    time.Duration
	jump    time.Duration
	jumpEnd int // step played
	policy  int
	shadows []*policy.Policy
	refuses bool // the store was emptied, and that is not accepted yet
}

// A copied is a store, and what was known of it, some time ago.
type copied struct {
	contents map[policy.Key]policy.Record
	kept     []byte
	model    model
}

var simStart = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

const (
	simSkew    = 2 * time.Minute // of a clock; the engines' MaxSkew is 5
	simTimeout = 50 * time.Millisecond
)

// run plays the steps with these numbers.
func (w *walk) run(steps []int) {
	defer func() {
		if v := recover(); v != nil {
			if _, ok := v.(violation); !ok {
				w.broken = fmt.Sprintf("panic: %v", v)
			}
		}
		for _, p := range w.processes {
			_ = p.engine.Close()
		}
		time.Sleep(2 * time.Second) // calls that are under way end
	}()
	w.setUp()
	for _, n := range steps {
		w.step, w.messages, w.r = n, 0, rand.New(rand.NewPCG(w.seed, uint64(n)+1))
		w.history = append(w.history, "")
		w.outs = append(w.outs, "")
		w.say("")
		w.play()
		w.played++
		w.report.Steps++
	}
}

// A violation ends a walk.
type violation struct{}

// fail ends the walk: an invariant does not hold.
func (w *walk) fail(i invariant, format string, args ...any) {
	w.broken = fmt.Sprintf("%v: %s", i, fmt.Sprintf(format, args...))
	if differs := w.weather.differs.Load(); differs != nil { // and that is why
		w.broken = *differs
	}
	panic(violation{})
}

// say adds to the line of the step in the history.
func (w *walk) say(format string, args ...any) {
	h := &w.history[len(w.history)-1]
	if *h == "" {
		*h = fmt.Sprintf("%4d %s ", w.step, w.now.Format("2006-01-02 15:04:05"))
	}
	if format != "" {
		*h += fmt.Sprintf(format, args...) + "; "
	}
}

// came takes down what came out of a call, for the comparison with the other
// variant: as JSON, without what shadows said. It reports whether there was no error.
func (w *walk) came(call string, v any, err error) bool {
	w.count(call)
	b, jerr := json.Marshal(v)
	if jerr != nil {
		w.fail(invAnswer, "%s: what came out is no JSON: %v", call, jerr)
	}
	line := fmt.Sprintf("%s %s", call, b)
	if err != nil {
		// At a deadline the caller and the one that works for it leave at one moment.
		line += " " + strings.ReplaceAll(err.Error(), "no answer in time: ", "")
	}
	w.outs[len(w.outs)-1] += line + "\n"
	if _, field := errors.AsType[*policy.FieldError](err); field {
		w.fail(invAnswer, "%s: %v", call, err)
	}
	return err == nil
}

// count counts a call, and waits until nothing goes on that it began: the next one
// must not run beside it.
func (w *walk) count(call string) {
	synctest.Wait()
	w.report.Calls[call]++
}

func (w *walk) hit(fault string) { w.weather.hit(fault, 1) }

// calm reports whether calls of a process cannot fail in this step, nor mislead.
func (w *walk) calm(p *process) bool {
	return !w.weather.away && w.weather.trouble == 0 && p.jump == 0 && !p.refuses
}

// refused reports whether a process does not take the store for its own.
func (w *walk) refused() bool {
	return slices.ContainsFunc(w.processes, func(p *process) bool { return p.refuses })
}

// advance lets time pass, for the guards of the engines too: at least until they try
// again whether a store is back.
func (w *walk) advance(d time.Duration) {
	time.Sleep(min(d, 11*time.Second) + 200*time.Millisecond)
	w.pass(d)
}

// pass lets time go on.
func (w *walk) pass(d time.Duration) { w.setClock(func() { w.now = w.now.Add(d) }) }

// setClock changes what the clocks say, which calls that were left to the store may
// ask still.
func (w *walk) setClock(fn func()) {
	w.clocks.Lock()
	defer w.clocks.Unlock()
	fn()
}

func (w *walk) clockOf(p *process) time.Time {
	w.clocks.Lock()
	defer w.clocks.Unlock()
	return w.now.Add(p.skew + p.jump)
}

func (w *walk) play() {
	r := w.r
	gaps := []time.Duration{0, time.Second, 20 * time.Second, 3 * time.Minute, time.Hour, 7 * time.Hour, 26 * time.Hour, 5 * 24 * time.Hour, 40 * 24 * time.Hour}
	w.advance(gaps[min(r.IntN(len(gaps)), r.IntN(len(gaps)+1))])
	for _, p := range w.processes {
		if w.played >= p.jumpEnd {
			w.setClock(func() { p.jump = 0 })
		}
	}
	trouble := 0
	if w.faulty && r.IntN(4) == 0 {
		trouble = 5 + r.IntN(50)
	}
	w.weather.begin(w.step, trouble, w.played < w.awayTill, w.now)
	if o := anyOp(r); !o.faults || w.faulty {
		o.do(w)
	}
	if w.variant == moved && w.calm(w.processes[0]) && r.IntN(8) == 0 {
		w.move()
	}
	if broken := w.weather.differs.Load(); broken != nil {
		w.broken = *broken
		panic(violation{})
	}
	w.checkMemory()
}

// any is one of the processes.
func (w *walk) any() *process { return w.processes[w.r.IntN(len(w.processes))] }

// fork is an engine in memory that knows what the store holds: to see what would
// follow, and nothing does.
func (w *walk) fork() *policy.Engine {
	mem := policy.NewMemory(1 << 11)
	contents := map[policy.Key]policy.Record{}
	if w.mem != nil {
		for e, err := range w.mem.All(w.ctx, false) {
			if err != nil {
				w.fail(invAnswer, "All of a Memory: %v", err)
			}
			contents[e.Key] = policy.Record{Data: e.Data}
		}
	} else {
		contents = w.store.contents()
	}
	for key, rec := range contents {
		if strings.HasPrefix(string(key[:]), "decorum proof") {
			continue
		}
		if err := mem.Update(w.ctx, key, func([]byte) (policy.Record, error) { return rec, nil }); err != nil {
			w.fail(invAnswer, "Update of a Memory: %v", err)
		}
	}
	now := w.now
	e, err := policy.New(policy.Config{
		Store: mem, Secret: []byte("of the simulation, 32 bytes long"), Tenant: w.tenant(), Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		Policy: w.processes[0].engine.Policy(), Compiler: comparer.Compiler{}, Index: similarity.IndexConfig{MaxClusters: 64},
	})
	if err != nil {
		w.fail(invStart, "New: %v", err)
	}
	return e
}

func brief1(text string) string { return text[:min(len(text), 12)] }

func marshal(v any) []byte {
	b, _ := json.Marshal(v)
	return b
}
