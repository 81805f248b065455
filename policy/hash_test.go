package policy_test

import (
	"bytes"
	"math"
	"reflect"
	"regexp"
	"testing"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/scoring"
	"github.com/google/go-cmp/cmp"
)

// eachLeaf calls f with every settable value of a policy that holds no other.
func eachLeaf(v reflect.Value, path string, f func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		eachLeaf(v.Elem(), path, f)
	case reflect.Struct:
		for i := range v.NumField() {
			name := policyfile.Name(v.Type().Field(i))
			switch v.Interface().(type) {
			case limiter.Limit:
				eachLeaf(v.Field(i), path, f)
			case scoring.Point:
				eachLeaf(v.Field(i), policyfile.Index(path, i), f)
			default:
				eachLeaf(v.Field(i), policyfile.Join(path, name), f)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachLeaf(v.Index(i), policyfile.Index(path, i), f)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			elem := reflect.New(it.Value().Type()).Elem() // settable; slices and pointers are shared with the map
			elem.Set(it.Value())
			eachLeaf(elem, policyfile.Join(path, it.Key().String()), f)
		}
	default:
		f(path, v)
	}
}

// Changing anything in a clone changes nothing in the policy.
func TestClone(t *testing.T) {
	t.Parallel()
	p := policy.Default()
	before := encode(t, p)
	q := p.Clone()
	if diff := cmp.Diff(p, q); diff != "" {
		t.Fatal(diff)
	}
	n := 0
	eachLeaf(reflect.ValueOf(q), "", func(_ string, v reflect.Value) {
		v.SetZero()
		n++
	})
	q.Classes["new"] = q.Classes[policy.Member]
	q.Classes[policy.Member].Channels["new"] = nil
	if !bytes.Equal(before, encode(t, p)) || n < 500 {
		t.Errorf("the policy changed with its clone (%d values)", n)
	}
	if (*policy.Policy)(nil).Clone() != nil {
		t.Error("clone of nil")
	}
	if diff := cmp.Diff(new(policy.Policy), new(policy.Policy).Clone()); diff != "" {
		t.Error(diff)
	}
}

func TestID(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	p := policy.Default()
	id := p.ID()
	if !regexp.MustCompile(`^default@[0-9a-f]{16}$`).MatchString(id) {
		t.Error(id)
	}
	for range 20 { // map order
		if again := policy.Default().ID(); again != id {
			t.Fatalf("%s, then %s", id, again)
		}
	}
	if policy.Observe().ID() == id {
		t.Error("Observe has the ID of Default")
	}
	// Every value counts.
	eachLeaf(reflect.ValueOf(p), "", func(path string, v reflect.Value) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		switch v.Kind() {
		case reflect.String:
			v.SetString(v.String() + "x")
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Float64:
			v.SetFloat(math.Nextafter(v.Float(), math.Inf(1)))
		case reflect.Int, reflect.Int64:
			v.SetInt(v.Int() + 1)
		case reflect.Uint8:
			v.SetUint(v.Uint()%2 + 1)
			if v.Equal(old) {
				v.SetUint(3)
			}
		default:
			t.Fatal(v.Kind())
		}
		if p.ID() == id {
			t.Errorf("%s changed and the ID did not", path)
		}
		v.Set(old)
		if path == "strikes.half_life" && p.ID() != id {
			t.Fatal("not restored")
		}
	})
	// What means the same is the same.
	a, b := policy.Default(), policy.Default()
	a.Classes[policy.Member].Channels, b.Classes[policy.Member].Channels = nil, map[string][]limiter.Limit{}
	a.Classes[policy.Member].SevereCategories, b.Classes[policy.Member].SevereCategories = nil, []policy.Category{}
	a.Classes[policy.Member].Ladder, b.Classes[policy.Member].Ladder = nil, []policy.Step{}
	a.Classes[policy.Page].Signals.Reach.Curve, b.Classes[policy.Page].Signals.Reach.Curve = nil, scoring.Curve{}
	a.Strikes.Hysteresis, b.Strikes.Hysteresis = 0, math.Copysign(0, -1)
	if a.ID() != b.ID() || a.ID() == id {
		t.Errorf("%s, %s", a.ID(), b.ID())
	}
	roundTrip(t, a)
	roundTrip(t, b)

	p.Strikes.Warned = math.NaN()
	if got := p.ID(); got != "default@invalid" {
		t.Error(got)
	}
	if got := (*policy.Policy)(nil).ID(); got != "" {
		t.Error(got)
	}
}

func BenchmarkID(b *testing.B) {
	p := policy.Default()
	for b.Loop() {
		p.ID()
	}
}
