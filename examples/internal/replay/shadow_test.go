package replay

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// shadowed are shadow policies: one that suspends for hardly anything, and two at
// once, of which one is stricter and one laxer.
func shadowed() map[string][]*policy.Policy {
	each := func(name string, fn func(*policy.Rules)) *policy.Policy {
		p := policy.Default()
		p.Name = name
		for _, r := range p.Classes {
			fn(r)
		}
		return p
	}
	strict := each("strict", func(r *policy.Rules) {
		r.Score.Warn, r.Score.Act, r.Limits.FollowUpGap = .02, .05, policy.Duration(time.Second)
	})
	lax := each("lax", func(r *policy.Rules) { r.Score.Warn, r.Score.Act = .97, .99 })
	walled := each("walled", func(r *policy.Rules) {
		r.Score.Prior, r.Score.Warn, r.Score.Act = .01, .0101, .0102
		r.Ladder = []policy.Step{{Strikes: .1, Kind: policy.Suspension, Scope: policy.WholeAccount, For: policy.Duration(90 * 24 * time.Hour)}}
	})
	return map[string][]*policy.Policy{"suspends all": {walled}, "two": {lax, strict}}
}

// TestShadowsOverTheZoo: with every actor in one town, what is decided is the same,
// to the last figure, whatever shadow policies judge beside.
func TestShadowsOverTheZoo(t *testing.T) {
	takesLong(t)
	roles, err := actors.Parse("all")
	if err != nil {
		t.Fatal(err)
	}
	var list []events.Event
	world := actors.World{From: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)}
	world.Until = world.From.AddDate(0, 0, 5)
	for _, role := range roles {
		list = append(list, role.Play(world, 1, 1)...)
	}
	slices.SortStableFunc(list, func(a, b events.Event) int { return a.At.Compare(b.At) })
	want, _ := besides(t, list)
	for name, shadow := range shadowed() {
		got, differs := besides(t, list, shadow...)
		if differs == 0 {
			t.Errorf("%s: no shadow says anything else: it shows nothing", name)
		}
		for i := range want {
			if !reflect.DeepEqual(want[i], got[i]) {
				t.Fatalf("%s: decision %d of %d differs", name, i, len(want))
			}
		}
	}
}

// besides plays events beside shadow policies. It returns what was decided, and how
// often a shadow would have decided otherwise.
func besides(t *testing.T, list []events.Event, shadow ...*policy.Policy) (decided []policy.Decision, differs int) {
	t.Helper()
	r, err := newRunner(runnerConfig{policy: policy.Default(), observe: func(_ *events.Event, d *policy.Decision) {
		if d == nil {
			return
		}
		e := *d
		for _, s := range e.Shadow {
			if s.Verdict != e.Verdict {
				differs++
			}
		}
		e.Shadow = nil
		decided = append(decided, e)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.engine.Close()
	if err := r.engine.SetPolicy(policy.Default(), shadow...); err != nil {
		t.Fatal(err)
	}
	for i := range list {
		if err := r.play(&list[i]); err != nil {
			t.Fatal(err)
		}
	}
	return decided, differs
}
