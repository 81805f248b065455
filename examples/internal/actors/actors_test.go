package actors

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// world is a background's: a month and a half, 600 people.
func world() World {
	w := World{From: time.Date(2004, 4, 15, 14, 56, 1, 0, time.UTC)}
	w.Until = w.From.Add(60 * day)
	for i := range 600 {
		w.People = append(w.People, fmt.Sprint(i))
	}
	return w
}

func role(t *testing.T, spec string) Role {
	t.Helper()
	roles, err := Parse(spec)
	if err != nil || len(roles) != 1 {
		t.Fatalf("Parse(%q) = %v, %v", spec, roles, err)
	}
	return roles[0]
}

func lines(list []events.Event) []byte {
	var b []byte
	for i := range list {
		b = events.AppendLine(b, &list[i])
	}
	return b
}

// again are the actors that use an ID twice: to send again, or to edit.
var again = map[string]bool{"retries": true, "outage": true, "completer": true, "editor": true, "fixer": true, "walker": true, "swapper": true}

// TestPlay holds every actor to what all promise: the same seed, the same
// bytes; another seed, others; lines that read back; times in order within the
// world; unique IDs; a truth on what the actor is about.
func TestPlay(t *testing.T) {
	alone(t)
	for _, a := range All() {
		t.Run(a.Name, func(t *testing.T) {
			spec := a.Name
			if spec == "keyflood" {
				spec += ":accounts=500"
			}
			r := role(t, spec)
			w := world()
			first := lines(r.Play(w, 7, 1))
			if !bytes.Equal(first, lines(r.Play(w, 7, 1))) {
				t.Error("the same seed made other events")
			}
			if bytes.Equal(first, lines(r.Play(w, 8, 1))) {
				t.Error("another seed made the same events")
			}
			list := r.Play(w, 7, 2)
			ids := map[string]events.Event{}
			labelled := 0
			for i := range list {
				e := &list[i]
				if i > 0 && e.At.Before(list[i-1].At) {
					t.Fatalf("event %d is before the one before", i)
				}
				if e.At.Before(w.From) || e.At.After(w.Until) {
					t.Fatalf("event %d at %v is outside the world", i, e.At)
				}
				if other, ok := ids[e.ID]; ok && e.ID != "" && !again[a.Name] {
					t.Fatalf("ID twice: %v\n%v", other, e)
				}
				ids[e.ID] = *e
				if e.Truth != events.Unknown {
					labelled++
					if e.Truth != events.TruthOf(a.Abuse) || e.Actor != a.Name || !strings.HasPrefix(e.From, "sim."+a.Name+".2") {
						t.Fatalf("label of %v", e)
					}
				}
				if e.Message != "" && e.Kind == events.Message {
					if _, ok := ids[e.Message]; !ok {
						t.Fatalf("answers what was not sent: %v", e)
					}
				}
				if strings.ContainsAny(e.Text, "{}") {
					t.Fatalf("a slot is left in %q", e.Text)
				}
				var back events.Event
				if err := events.Parse(string(events.AppendLine(nil, e)), &back); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(*e, back); diff != "" {
					t.Fatalf("read back (-want +got)\n%s", diff)
				}
			}
			if labelled == 0 {
				t.Error("no message carries the truth")
			}
		})
	}
}

// first approaches of the main accounts: to whom nothing was sent before.
type figures struct {
	sent, strangers, answered int
	perDay                    map[string]int // messages, by account and day
	perHour                   map[string]int
	first, last               time.Time
	relations                 map[string]int
	texts                     map[string]int
}

func figure(list []events.Event) figures {
	f := figures{perDay: map[string]int{}, perHour: map[string]int{}, relations: map[string]int{}, texts: map[string]int{}}
	seen, waiting := map[string]bool{}, map[string]bool{}
	for _, e := range list {
		if e.Kind == events.Message && e.Message != "" {
			if waiting[e.Message] {
				f.answered++
			}
			continue
		}
		if e.Kind != events.Message || e.Truth == events.Unknown {
			continue
		}
		if f.sent == 0 {
			f.first = e.At
		}
		f.last = e.At
		f.sent++
		f.relations[e.Relation]++
		for _, to := range e.To {
			if pair := e.From + " " + to; !seen[pair] {
				seen[pair], waiting[e.ID] = true, true
				f.strangers++
				f.perDay[e.From+e.At.Format("0102")]++
				f.perHour[e.From+e.At.Format("010215")]++
				f.texts[e.Text]++
			}
		}
	}
	return f
}

func peak(counts map[string]int) (n int) {
	for _, c := range counts {
		n = max(n, c)
	}
	return n
}

// TestFigures holds each actor to the figures that its line states, over 20
// seeds.
func TestFigures(t *testing.T) {
	alone(t)
	w := world()
	w.Until = w.From.Add(200 * day) // so that answers arrive
	for spec, check := range map[string]func(f figures) error{
		"recruiter": func(f figures) error {
			return cond(f.strangers == 250 && peak(f.perDay) == 25 && len(f.perDay) == 10 && len(f.texts) == 250, f)
		},
		"greeter": func(f figures) error {
			return cond(f.sent == 80 && f.strangers == 80 && f.last.Sub(f.first) <= time.Hour && f.relations["connection"] == 80, f)
		},
		"organiser": func(f figures) error { return cond(f.strangers >= 150, f) },
		"jobseeker": func(f figures) error { return cond(f.strangers == 120 && peak(f.perDay) == 8, f) },
		"newcomer":  func(f figures) error { return cond(f.strangers >= 18 && f.strangers <= 18+3, f) },
		"page":      func(f figures) error { return cond(f.sent == 12_000 && len(f.texts) <= 6 && peak(f.perHour) < 5000, f) },
		"blaster": func(f figures) error {
			return cond(len(f.texts) == 1 && f.sent > 270 && f.sent < 330 && f.strangers == f.sent, f)
		},
		"filler":   func(f figures) error { return cond(f.sent > 350 && f.sent < 620 && f.strangers == f.sent, f) },
		"drip":     func(f figures) error { return cond(f.sent == 360 && peak(f.perDay) == 12 && len(f.perDay) == 30, f) },
		"campaign": func(f figures) error { return cond(f.sent == 360 && f.last.Sub(f.first) <= 3*day, f) },
		"harasser": func(f figures) error {
			return cond(f.sent == 60 && f.strangers == 1 && f.last.Sub(f.first) <= 3*day && f.relations["stranger"] == 60, f)
		},
		"cron":                    func(f figures) error { return cond(f.sent == 120, f) },
		"blaster:rate=50:hours=1": func(f figures) error { return cond(f.sent > 40 && f.sent < 60, f) },
	} {
		for seed := range uint64(20) {
			if err := check(figure(role(t, spec).Play(w, seed, 1))); err != nil {
				t.Errorf("%s, seed %d: %v", spec, seed, err)
			}
		}
	}
}

func cond(ok bool, f figures) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%d sent to %d people by %d texts, at most %d a day on %d days, %d an hour, %v to %v, %v",
		f.sent, f.strangers, len(f.texts), peak(f.perDay), len(f.perDay), peak(f.perHour), f.first, f.last, f.relations)
}

// TestAnswers compares the shares that answer with those stated, over 20 seeds.
func TestAnswers(t *testing.T) {
	w := world()
	w.Until = w.From.Add(400 * day)
	for name, want := range map[string]float64{"recruiter": 1.0 / 3, "jobseeker": .15, "filler": .03, "drip": .03, "blaster": .01} {
		n, answered := 0, 0
		for seed := range uint64(20) {
			f := figure(role(t, name).Play(w, seed, 1))
			n += f.strangers
			answered += f.answered
		}
		sd := (want * (1 - want) / float64(n))
		if got := float64(answered) / float64(n); (got-want)*(got-want) > 16*sd {
			t.Errorf("%s: %d of %d answered, want %.3f", name, answered, n, want)
		}
	}
}

// TestVictim counts what the brigade had received.
func TestVictim(t *testing.T) {
	for seed := range uint64(20) {
		list := role(t, "victim").Play(world(), seed, 1)
		got := map[string]bool{}
		var complaints, reached, young int
		var from, until time.Time
		for _, e := range list {
			for _, to := range e.To {
				got[e.From+" "+to] = true
			}
			if e.Kind != events.Complaint {
				continue
			}
			if complaints++; complaints == 1 {
				from = e.At
			}
			until = e.At
			if got[e.Against+" "+e.From] {
				reached++
			}
			if e.At.Sub(e.Joined) < 7*day {
				young++
			}
		}
		if complaints != 40 || reached != 2 || young != 40 || until.Sub(from) > 20*time.Minute {
			t.Errorf("seed %d: %d complaints, %d young, %d had a message, within %v", seed, complaints, young, reached, until.Sub(from))
		}
	}
}

// grams are the distinct groups of 4 letters, the measure of likeness.
func grams(s string) map[string]bool {
	set := map[string]bool{}
	s = strings.Join(strings.Fields(strings.ToLower(s)), "")
	for i := 0; i+4 <= len(s); i++ {
		set[s[i:i+4]] = true
	}
	return set
}

func jaccard(a, b map[string]bool) float64 {
	both := 0
	for g := range a {
		if b[g] {
			both++
		}
	}
	if both == 0 {
		return 0
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// TestTexts measures how alike the texts are: honest talk is different,
// letters on a pattern are alike in part, templates in most, spam in all.
func TestTexts(t *testing.T) {
	for _, test := range []struct {
		actor        string
		least, most  float64 // bounds of the mean over pairs of first approaches
		alike        float64 // share of pairs over .18
		allowedAlike float64
	}{
		{"member", 0, .08, .18, .06},
		{"recruiter", .20, .50, 0, 1},
		{"jobseeker", .60, .95, 0, 1},
		{"filler", .45, .90, 0, 1},
		{"drip", .08, .40, 0, 1},
		{"disguiser", .35, .80, 0, 1},
		{"blaster", 1, 1, 0, 1},
	} {
		sum, alike, n := 0.0, 0, 0
		for seed := range uint64(10) {
			var sets []map[string]bool
			for _, e := range role(t, test.actor).Play(world(), seed, 1) {
				if e.Truth != events.Unknown && e.Kind == events.Message && len(e.Text) >= 40 && len(sets) < 60 {
					sets = append(sets, grams(e.Text))
				}
			}
			for i := range sets {
				for j := range i {
					v := jaccard(sets[i], sets[j])
					sum += v
					n++
					if v >= .18 {
						alike++
					}
				}
			}
		}
		mean, share := sum/float64(n), float64(alike)/float64(n)
		t.Logf("%-10s mean likeness of pairs %.2f, %.3f of them at .18 or over", test.actor, mean, share)
		if mean < test.least || mean > test.most || share > test.allowedAlike {
			t.Errorf("%s: mean likeness %.2f outside %.2f to %.2f, or share alike %.3f over %.3f", test.actor, mean, test.least, test.most, share, test.allowedAlike)
		}
	}
}

func TestRelations(t *testing.T) {
	w := world()
	w.NoRelations = true
	for _, e := range role(t, "greeter").Play(w, 1, 1) {
		if e.Relation != "" {
			t.Fatalf("a relation in %v", e)
		}
	}
}

// TestNames: accounts of two plays never share a name, nor one with the
// background.
func TestNames(t *testing.T) {
	roles, err := Parse("blaster,blaster:rate=50,blaster")
	if err != nil {
		t.Fatal(err)
	}
	w := world()
	w.People = append(w.People, "sim.blaster.1", "sim.blaster-2.1.friend3")
	seen := map[string]bool{"sim.blaster.1": true}
	for _, r := range roles {
		name := ""
		for _, e := range r.Play(w, 1, 1) {
			if e.Truth == events.Unknown {
				continue
			}
			if seen[e.From] || name != "" && e.From != name {
				t.Fatalf("%s is somebody else's", e.From)
			}
			name = e.From
		}
		seen[name] = true
	}
}

func TestParse(t *testing.T) {
	roles, err := Parse("honest,blaster:rate=50:hours=2")
	if err != nil {
		t.Fatal(err)
	}
	if got := roles[len(roles)-1].String(); got != "blaster:hours=2:rate=50" {
		t.Errorf("the last role is %s", got)
	}
	for spec, want := range map[string]string{
		"": `no actor ""`, "nobody": `no actor "nobody"`, "blaster:speed=3": `no parameter "speed"; it has rate, hours`,
		"blaster:rate=x": "no name=number", "blaster:rate=-1": "no name=number", "blaster:rate=nan": "no name=number",
	} {
		if _, err := Parse(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q): %v, want %s", spec, err, want)
		}
	}
}
