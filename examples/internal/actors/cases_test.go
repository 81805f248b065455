package actors

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// census counts what an actor's accounts do, and what is done about them.
type census struct {
	accounts, sent, people, blocks, complaints, repeated int
	texts                                                map[string]int // by how many accounts
	first, last                                          time.Time
}

func count(list []events.Event) census {
	c := census{texts: map[string]int{}}
	accounts, people, said, ids := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range list {
		e := &list[i]
		switch {
		case e.Kind == events.Blocked:
			c.blocks++
		case e.Kind == events.Complaint:
			c.complaints++
		case e.Kind == events.Message && e.Truth != events.Unknown:
			if len(accounts) == 0 {
				c.first = e.At
			}
			c.last = e.At
			accounts[e.From] = true
			c.sent++
			if ids[e.ID] {
				c.repeated++
			}
			ids[e.ID] = true
			for _, to := range e.To {
				people[to] = true
			}
			if key := e.From + " " + e.Text; !said[key] {
				said[key] = true
				c.texts[e.Text]++
			}
		}
	}
	c.accounts, c.people = len(accounts), len(people)
	return c
}

// TestCases holds the actors that are modelled after reports to the figures that
// their lines state, over 10 seeds.
func TestCases(t *testing.T) {
	alone(t)
	w := world()
	w.People = nil
	w.Until = w.From.Add(200 * day)
	for spec, ok := range map[string]func(c *census) bool{
		"cascade": func(c *census) bool {
			return c.accounts == 80 && peak(c.texts) > 50 && peak(c.texts) < 80 && c.complaints < 6
		},
		"constituents": func(c *census) bool { return c.accounts == 40 && peak(c.texts) < 10 && c.blocks+c.complaints == 0 },
		"button":       func(c *census) bool { return c.accounts == 50 && peak(c.texts) == 50 && c.people <= 300 },
		"school":       func(c *census) bool { return c.accounts == 26 && c.complaints >= 2 && c.people <= 27 },
		"feast":        func(c *census) bool { return c.accounts == 25 && peak(c.texts) == 25 && c.people == 25*45 },
		"teachers": func(c *census) bool {
			return c.accounts == 4 && c.sent == 4*27 && c.people == 4*27 && c.last.Sub(c.first) < 8*time.Hour
		},
		"joiners":    func(c *census) bool { return c.accounts == 25 && c.sent >= 25*8 && c.people <= 14 },
		"bulletin":   func(c *census) bool { return c.sent >= 2998 && c.people == 1000 && c.blocks+c.complaints == 1 },
		"codes":      func(c *census) bool { return c.sent == 1200 && c.blocks+c.complaints < 12 },
		"moderators": func(c *census) bool { return c.accounts == 6 && c.sent == 480 && c.blocks+c.complaints > 8 },
		"outage":     func(c *census) bool { return c.repeated == 80 && c.people == 8 },
		"completer":  func(c *census) bool { return c.accounts == 3 && c.sent == 42 && c.repeated == 39 && c.people == 3 },
		"editor": func(c *census) bool {
			return c.accounts == 8 && c.sent == 8*24 && c.repeated == 8*12 && peak(c.texts) == 8 && c.complaints > 5
		},
		"roomer":    func(c *census) bool { return c.accounts == 6 && c.people == 24 && c.sent == 6*96 && c.complaints > 12 },
		"inviter":   func(c *census) bool { return c.accounts == 4 && c.sent == 600 && c.people == 600 && c.blocks > 3 },
		"mentioner": func(c *census) bool { return c.accounts == 5 && c.sent == 40 && c.people == 40*35 && c.complaints > 3 },
		"switcher":  func(c *census) bool { return c.sent > 150 && c.sent < 220 && c.complaints == 0 },
		"hawker":    func(c *census) bool { return c.sent == 3000 && c.blocks+c.complaints == 0 },
		"nuisance":  func(c *census) bool { return c.sent == 3000 && c.blocks+c.complaints == 30 },
		"flyers":    func(c *census) bool { return c.accounts == 100 && c.sent == 600 && c.people == 600 && c.complaints > 3 },
		"sticker": func(c *census) bool {
			return c.accounts == 40 && c.sent == 40*(5+20+5) && c.complaints+c.blocks == 0
		},
		"hijacker":   func(c *census) bool { return c.accounts == 3 && c.sent == 150 && c.people == 150 && c.complaints > 15 },
		"throwaways": func(c *census) bool { return c.accounts == 30 && c.people == 1 && c.blocks == 30 && c.sent > 80 },
		"dogpile":    func(c *census) bool { return c.accounts == 70 && c.people == 1 && c.blocks > 20 && c.blocks < 50 },
		"swarm":      func(c *census) bool { return c.accounts == 500 && c.people == 1 && c.last.Sub(c.first) < time.Hour },
		"networker":  func(c *census) bool { return c.accounts == 1 && c.sent > 300 && c.people > 300 },
		"collector":  func(c *census) bool { return c.accounts == 1 && c.sent > 300 && c.people > 300 },
		"popular":    func(c *census) bool { return c.accounts == 420 && c.sent == 420 && c.people == 1 },
		"paraphraser": func(c *census) bool {
			return c.accounts == 1 && peak(c.texts) == 1 && c.sent > 600 && c.complaints+c.blocks > 1
		},
		"reformed":  func(c *census) bool { return c.accounts == 2 && c.sent > 200 && c.complaints+c.blocks == 0 },
		"socks":     func(c *census) bool { return c.accounts == 1 && c.sent > 200 && c.complaints+c.blocks == 0 },
		"sextorter": func(c *census) bool { return c.accounts == 1 && c.people == 60 && c.complaints == c.blocks },
		"pesterer":  func(c *census) bool { return c.accounts == 1 && c.sent == 2+2*250 && c.blocks+c.complaints == 0 },
		"penfriend": func(c *census) bool { return c.accounts == 1 && c.people == 9 && c.sent > 9*70 },
		"reminder":  func(c *census) bool { return c.accounts == 1 && c.people == 30 && c.sent == 30+30*40 },
		"stalker":   func(c *census) bool { return c.sent == 2*(8+40) && c.people == 2+6 && c.complaints == 2 },
		"impostor":  func(c *census) bool { return c.sent == 36 && c.people == 36 && c.complaints == 1 },
		"furnisher": func(c *census) bool { return c.accounts == 3 && c.people == 3*36 && len(c.texts) > 95 },
		"guest":     func(c *census) bool { return c.accounts == 4 && c.people == 80 && c.last.Sub(c.first) < 3*day },
		"askers": func(c *census) bool {
			return c.accounts == 50 && peak(c.texts) > 5 && peak(c.texts) < 30 && c.people > 25 && c.complaints == 0
		},
		"caller": func(c *census) bool {
			return c.accounts == 2 && c.people >= 150 && c.people <= 300 && len(c.texts) <= 16
		},
		"scribe":  func(c *census) bool { return c.accounts == 4 && c.people == 4*36 && c.sent == 4*36 },
		"cheerer": func(c *census) bool { return c.accounts == 3 && c.people == 3*48 && len(c.texts) <= 13 },
		"clerk":   func(c *census) bool { return c.accounts == 3 && c.people == 180 },
		"mover":   func(c *census) bool { return c.accounts == 1 && c.people == 60 && c.complaints == 1 },
		"appeal": func(c *census) bool {
			return c.accounts == 30 && peak(c.texts) > 8 && c.people > 250 && c.complaints < 8 && c.last.Sub(c.first) < 12*day
		},
		"clickers":   func(c *census) bool { return c.accounts == 200 && c.people == 1 && peak(c.texts) == 200 },
		"confirmers": func(c *census) bool { return c.accounts == 150 && c.people == 1 },
		"wardens":    func(c *census) bool { return c.accounts == 3 && c.people == 3*(26+3) },
		"announcer":  func(c *census) bool { return c.accounts == 3 && c.sent == 3*3*36 && c.people == 6 },
		"chatterers": func(c *census) bool { return c.accounts == 25 && c.sent == 1800 && c.people == 1 },
		"carrier":    func(c *census) bool { return c.accounts == 30 && c.people >= 30*9 },
		"agents":     func(c *census) bool { return c.accounts == 3 && c.people == 360 },
		"salon":      func(c *census) bool { return c.accounts == 1 && c.sent >= 120 && c.people < c.sent },
		"welcomer":   func(c *census) bool { return c.sent == 800 && c.people == 800 && c.complaints+c.blocks < 30 },
		"siren":      func(c *census) bool { return c.sent == 1000 && c.people == 200 },
		"fixer":      func(c *census) bool { return c.accounts == 8 && c.sent > 8*92 && c.repeated > 150 },
		"walker":     func(c *census) bool { return c.accounts == 2 && c.repeated == 2*2*160 },
		"comeback":   func(c *census) bool { return c.accounts == 1 && c.people > 50 },
		"farm":       func(c *census) bool { return c.accounts == 12 && c.people == 360 },
		"barker":     func(c *census) bool { return c.accounts == 5 && c.sent == 300 && c.people <= 60 && c.complaints > 10 },
		"swapper": func(c *census) bool {
			return c.accounts == 5 && c.people == 400 && c.repeated == 400 && peak(c.texts) == 5 && c.complaints > 15
		},
		"eraser":  func(c *census) bool { return c.accounts == 1 && len(c.texts) == 3 },
		"phisher": func(c *census) bool { return c.accounts == 3 && c.sent == 270 && c.people == 135 && c.complaints > 5 },
		"waver":   func(c *census) bool { return c.sent > 500 && c.sent < 700 && c.blocks > 10 },
	} {
		for seed := range uint64(10) {
			if c := count(role(t, spec).Play(w, seed, 1)); !ok(&c) {
				t.Errorf("%s, seed %d: %d accounts sent %d messages (%d again) to %d people, one text from %d at most; %d blocks, %d complaints; %v to %v",
					spec, seed, c.accounts, c.sent, c.repeated, c.people, peak(c.texts), c.blocks, c.complaints, c.first, c.last)
			}
		}
	}
}

// A button says the same in each of twelve languages, and in each another text.
func TestLanguages(t *testing.T) {
	for _, texts := range buttons {
		seen := map[string]bool{}
		for _, text := range texts {
			seen[text] = true
		}
		if len(seen) != len(languages) || len(texts) != len(languages) {
			t.Errorf("%d texts for %d languages", len(seen), len(languages))
		}
	}
	for i, language := range languages {
		spec := "button:language=" + string(rune('0'+(i+1)/10)) + string(rune('0'+(i+1)%10))
		c := count(role(t, spec).Play(World{}, 1, 1))
		if c.texts[buttons[0][i]] != c.accounts {
			t.Errorf("%s: %v", language, c.texts)
		}
	}
}

// Letters in words of their own are as different as talk is.
func TestPitches(t *testing.T) {
	var sets []map[string]bool
	for _, e := range role(t, "paraphraser:nudges=0").Play(world(), 3, 1) {
		if e.Truth != events.Unknown && len(sets) < 80 {
			sets = append(sets, grams(e.Text))
		}
	}
	sum, n := 0.0, 0
	for i := range sets {
		for j := range i {
			sum += jaccard(sets[i], sets[j])
			n++
		}
	}
	if mean := sum / float64(n); mean > .12 {
		t.Errorf("mean likeness %.2f", mean)
	} else {
		t.Logf("mean likeness %.3f", mean)
	}
}
