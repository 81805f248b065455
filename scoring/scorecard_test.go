package scoring

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// plainScore is the formula of Scorecard, family by family, without the grid.
func plainScore(prior, limit, floor float64, all []Evidence) (logOdds float64, byFamily [NumFamilies + 1]float64, families int) {
	logOdds = math.Log(prior / (1 - prior))
	for f := range byFamily {
		var pro, con []float64
		for _, e := range all {
			g := int(e.Family)
			if g > NumFamilies {
				g = 0
			}
			if g != f || math.IsNaN(e.LogOdds) {
				continue
			}
			v := max(-limit, min(limit, e.LogOdds))
			if v > 0 {
				pro = append(pro, v)
			} else if v < 0 {
				con = append(con, -v)
			}
		}
		p, n := 0., 0.
		if len(pro) > 0 {
			p = slices.Max(pro)
			rest := -p
			for _, v := range pro {
				rest += v
			}
			p = min(limit, p+.3*rest)
		}
		if len(con) > 0 {
			n = slices.Max(con)
		}
		byFamily[f] = p - n*(1-p/limit)
		logOdds += byFamily[f]
		if f >= int(Content) && f <= int(Network) && byFamily[f] >= floor {
			families++
		}
	}
	return logOdds, byFamily, families
}

func randomEvidence(r *rand.Rand, n int) []Evidence {
	all := make([]Evidence, n)
	for i := range all {
		v := r.NormFloat64() * 1.5
		switch r.IntN(20) {
		case 0:
			v = math.Inf(1)
		case 1:
			v = math.Inf(-1)
		case 2:
			v = math.NaN()
		case 3:
			v = 0
		case 4:
			v = math.Round(v) // ties
		}
		all[i] = Evidence{Code: Code(string(rune('a' + r.IntN(6)))), Family: Family(r.IntN(NumFamilies + 2)), LogOdds: v, N: r.IntN(3)}
	}
	return all
}

func TestScoreAgainstFormula(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for range 30_000 {
		all := randomEvidence(r, r.IntN(20))
		c := Scorecard{}
		prior, limit, floor := .01, 3., .5
		if r.IntN(2) == 0 {
			c = Scorecard{Prior: r.Float64(), Cap: r.Float64() * 50, Floor: r.Float64()}
			prior, limit, floor = c.Prior, c.Cap, c.Floor
		}
		wantL, wantF, wantN := plainScore(prior, limit, floor, all)
		got := c.Score(slices.Clone(all))
		if math.Abs(got.LogOdds-wantL) > 1e-12 {
			t.Fatalf("log-odds %v, want %v of %v", got.LogOdds, wantL, all)
		}
		near := false // to the floor
		for f := range wantF {
			if math.Abs(got.ByFamily[f]-wantF[f]) > 1e-12 {
				t.Fatalf("family %v: %v, want %v of %v", Family(f), got.ByFamily[f], wantF[f], all)
			}
			near = near || math.Abs(wantF[f]-floor) < 1e-12
		}
		if !near && got.Families != wantN {
			t.Fatalf("%d families, want %d of %v", got.Families, wantN, all)
		}
		if p := 1 / (1 + math.Exp(-wantL)); math.Abs(got.Probability-p) > 1e-12 {
			t.Fatalf("probability %v, want %v", got.Probability, p)
		}
	}
}

func TestScorePartsAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2))
	for range 30_000 {
		var c Scorecard
		if r.IntN(2) == 0 {
			c = Scorecard{Prior: r.Float64(), Cap: r.Float64() * 60}
		}
		s := c.Score(randomEvidence(r, r.IntN(40)))
		r.Shuffle(len(s.Evidence), func(i, j int) { s.Evidence[i], s.Evidence[j] = s.Evidence[j], s.Evidence[i] })
		sum := s.Prior
		var families [NumFamilies + 1]float64
		for _, e := range s.Evidence {
			sum += e.Share
			families[e.family()] += e.Share
			if e.Share*e.LogOdds < 0 || math.IsNaN(e.Share) {
				t.Fatalf("share %v of evidence of %v nats", e.Share, e.LogOdds)
			}
		}
		if sum != s.LogOdds {
			t.Fatalf("parts add up to %v, the score is %v", sum, s.LogOdds)
		}
		if families != s.ByFamily {
			t.Fatalf("parts add up to %v, the families are %v", families, s.ByFamily)
		}
	}
}

// More evidence for abuse never lowers the score, more against never raises it,
// whether it is added or grows. The same holds family by family.
func TestScoreIsMonotone(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 3))
	for range 50_000 {
		c := Scorecard{Cap: float64(r.IntN(2)) * r.Float64() * 5}
		all := randomEvidence(r, 1+r.IntN(12))
		old := c.Score(slices.Clone(all))
		more := slices.Clone(all)
		step := math.Abs(r.NormFloat64())
		if r.IntN(3) == 0 {
			step = math.Inf(1)
		}
		if r.IntN(2) == 0 {
			step = -step
		}
		at := r.IntN(len(more) + 1)
		if at == len(more) {
			more = append(more, Evidence{Code: "new", Family: Family(r.IntN(NumFamilies + 1)), LogOdds: step})
		} else if v := more[at].LogOdds; !math.IsNaN(v) && !math.IsInf(v, 0) {
			more[at].LogOdds += step
		}
		now := c.Score(more)
		if step > 0 && (now.LogOdds < old.LogOdds || now.Probability < old.Probability || now.Families < old.Families) ||
			step < 0 && (now.LogOdds > old.LogOdds || now.Probability > old.Probability || now.Families > old.Families) {
			t.Fatalf("a step of %v nats moved the score from %v to %v\n%v\n%v", step, old.LogOdds, now.LogOdds, all, more)
		}
	}
}

func TestScoreOrder(t *testing.T) {
	alone(t)
	r := rand.New(rand.NewPCG(5, 4))
	var c Scorecard
	for range 5_000 {
		all := randomEvidence(r, r.IntN(50))
		want := c.Score(slices.Clone(all))
		if !slices.IsSortedFunc(want.Evidence, func(a, b Evidence) int {
			return cmp.Compare(math.Abs(b.Share), math.Abs(a.Share))
		}) {
			t.Fatalf("not weightiest first: %v", want.Evidence)
		}
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		got := c.Score(all)
		if len(all) > 0 && &got.Evidence[0] != &all[0] {
			t.Fatal("Score did not work in place")
		}
		if d := gocmp.Diff(want, got, gocmp.Comparer(same)); d != "" {
			t.Fatalf("the order of evidence matters (-first +shuffled):\n%s", d)
		}
	}
}

func same(a, b float64) bool { return a == b || a != a && b != b }

func TestScoreTable(t *testing.T) {
	one := func(f Family, v float64) Evidence { return Evidence{Code: "x", Family: f, LogOdds: v} }
	for _, c := range []struct {
		name        string
		all         []Evidence
		probability float64
		families    int
	}{
		{"nothing", nil, .01, 0},
		{"one family at its cap", []Evidence{one(Content, 9)}, .16867, 1},
		{"six weak pieces of one family", []Evidence{one(Content, .4), one(Content, .4), one(Content, .4), one(Content, .4), one(Content, .4), one(Content, .4)}, 0.02672, 1},
		{"two families", []Evidence{one(Content, 3), one(Reception, 1)}, .35547, 2},
		{"volume and standing are no families", []Evidence{one(Volume, 3), one(Standing, 3)}, .80296, 0},
		{"below the floor", []Evidence{one(Contact, .49), one(Network, .5)}, .02646, 1},
		{"good answers", []Evidence{one(Reception, -1.5)}, .00225, 0},
		{"complaints silence good answers", []Evidence{one(Reception, -1.5), one(Reception, 3)}, .16867, 1},
		{"half silenced", []Evidence{one(Reception, -1.5), one(Reception, 1.5)}, .02094, 1},
		{"NaN says nothing", []Evidence{one(Content, math.NaN())}, .01, 0},
		{"no family", []Evidence{one(0, 99), one(200, 99)}, .16867, 0},
	} {
		s := new(Scorecard).Score(c.all)
		if math.Abs(s.Probability-c.probability) > 1e-4 || s.Families != c.families {
			t.Errorf("%s: %.5f and %d families, want %.5f and %d", c.name, s.Probability, s.Families, c.probability, c.families)
		}
	}
}

func TestScoreNilAndOutOfRange(t *testing.T) {
	want := new(Scorecard).Score(nil).LogOdds
	for _, c := range []*Scorecard{nil, {Prior: math.NaN(), Cap: math.NaN(), Floor: math.NaN()}, {Prior: -1, Cap: -1, Floor: -1}, {Prior: 1}, {Prior: DefaultPrior, Cap: DefaultCap, Floor: DefaultFloor}} {
		if got := c.Score(nil).LogOdds; got != want {
			t.Errorf("%+v: %v, want the defaults' %v", c, got, want)
		}
		if c != nil && c.Prior != DefaultPrior && c.Validate() == nil {
			t.Errorf("%+v passed Validate", c)
		}
	}
	for _, c := range []Scorecard{{}, {Prior: .5, Cap: 50, Floor: 1}} {
		if err := c.Validate(); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestScoreDoesNotAllocate(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, n := range []int{0, 14, 100} {
		all := randomEvidence(r, n)
		var c Scorecard
		if allocs := testing.AllocsPerRun(100, func() { c.Score(all) }); allocs != 0 {
			t.Errorf("%d pieces: %v allocations", n, allocs)
		}
	}
}

// Whatever the evidence is, the parts add up and stay in range.
func FuzzScore(f *testing.F) {
	f.Add([]byte{2, 200, 2, 10, 4, 100}, .01, 3., .5)
	f.Add([]byte{0, 255, 9, 255, 1, 128, 3, 127}, math.NaN(), math.Inf(1), -1.)
	f.Fuzz(func(t *testing.T, data []byte, prior, limit, floor float64) {
		var all []Evidence
		for ; len(data) >= 2; data = data[2:] {
			v := float64(int8(data[1])) / 16
			switch int8(data[1]) {
			case 127:
				v = math.Inf(1)
			case -127:
				v = math.Inf(-1)
			case -128:
				v = math.NaN()
			}
			all = append(all, Evidence{Family: Family(data[0]), LogOdds: v, N: len(data)})
		}
		c := Scorecard{prior, limit, floor}
		n := len(all)
		s := c.Score(all)
		sum := s.Prior
		for _, e := range s.Evidence {
			sum += e.Share
		}
		if sum != s.LogOdds || len(s.Evidence) != n || !(s.Probability >= 0 && s.Probability <= 1) || s.Families < 0 || s.Families > 5 {
			t.Errorf("%+v: parts %v, score %+v", c, sum, s)
		}
		for i := 1; i < n; i++ {
			if math.Abs(s.Evidence[i].Share) > math.Abs(s.Evidence[i-1].Share) {
				t.Errorf("share %v comes after %v", s.Evidence[i].Share, s.Evidence[i-1].Share)
			}
		}
	})
}

func BenchmarkScore(b *testing.B) {
	var all [14]Evidence
	for i := range all {
		all[i] = Evidence{Code: Code(string(rune('a' + i))), Family: Family(i%7 + 1), LogOdds: 2 * math.Sin(float64(i*i)), N: i}
	}
	var c Scorecard
	for name, prepare := range map[string]func(dst *[14]Evidence){
		"shuffled": func(dst *[14]Evidence) { *dst = all },
		"sorted":   func(dst *[14]Evidence) {},
	} {
		b.Run(name, func(b *testing.B) {
			dst := all
			b.ReportAllocs()
			for b.Loop() {
				prepare(&dst)
				c.Score(dst[:])
			}
		})
	}
	b.Run("five", func(b *testing.B) { // what an account that is looked at has
		dst := all
		for b.Loop() {
			dst = all
			c.Score(dst[:5])
		}
	})
	b.Run("copy", func(b *testing.B) { // to be taken off shuffled
		dst := all
		for b.Loop() {
			dst = all
		}
		_ = dst
	})
}
