package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// caption is a text that has next to nothing in common with that of another number.
func caption(i int) string {
	words := strings.Fields("harbour lantern walnut ferry orchard copper violin thunder meadow pepper saddle chimney anchor velvet pigeon marble ribbon candle tunnel basket")
	var b strings.Builder
	for k := range 9 {
		fmt.Fprint(&b, words[(i*(2*k+3)+k*k)%len(words)], (i*31+k*17)%97, " ")
	}
	return b.String()
}

// shown has an account send n messages to a stranger each, minute by minute; how many
// are delivered.
func (w *town) shown(from string, n int, message func(i int) policy.Message) (delivered int) {
	for i := range n {
		w.pass(time.Minute)
		m := message(i)
		m.Sender, m.Recipients = from, stranger(fmt.Sprint(from, " to ", i))
		if d := w.send(m); d.Delivered() {
			delivered++
		}
	}
	return delivered
}

// TestMedia: one picture to many is one text to many, with whatever caption, alone or
// among others; nor does a picture hide a text.
func TestMedia(t *testing.T) {
	const n = 40
	other := func(i, k int) string { return fmt.Sprint("other ", i, ".", k) }
	run := func(message func(i int) policy.Message) int {
		return newTown(t, policy.Config{}).shown("sam", n, message)
	}
	text := run(func(int) policy.Message { return policy.Message{Text: advert} })
	words := run(func(i int) policy.Message { return policy.Message{Text: caption(i)} })
	if text > 14 || words < text+6 {
		t.Fatalf("%d copies and %d other texts delivered: the test shows nothing", text, words)
	}
	for name, message := range map[string]func(i int) policy.Message{
		"alone":         func(int) policy.Message { return policy.Message{Media: []string{"flyer"}} },
		"with captions": func(i int) policy.Message { return policy.Message{Media: []string{"flyer"}, Text: caption(i)} },
		"with short ones": func(i int) policy.Message {
			return policy.Message{Media: []string{"flyer"}, Text: fmt.Sprint("hi ", i)}
		},
		"now and then": func(i int) policy.Message {
			return policy.Message{Media: []string{"flyer"}, Text: strings.Repeat(caption(i), i%2)}
		},
		"among others": func(i int) policy.Message {
			return policy.Message{Media: []string{other(i, 1), "flyer", other(i, 2)}, Text: caption(i)}
		},
		"two pictures":   func(i int) policy.Message { return policy.Message{Media: []string{"flyer", "map"}, Text: caption(i)} },
		"a text, unlike": func(i int) policy.Message { return policy.Message{Media: []string{other(i, 0)}, Text: advert} },
		"a text, much more": func(i int) policy.Message {
			return policy.Message{Media: []string{other(i, 0), other(i, 1), other(i, 2)}, Text: advert}
		},
		"both": func(int) policy.Message { return policy.Message{Media: []string{"flyer"}, Text: advert} },
	} {
		if got := run(message); got > text+2 {
			t.Errorf("%s: %d of %d delivered, of a text %d", name, got, n, text)
		}
	}
	unlike := run(func(i int) policy.Message { return policy.Message{Media: []string{other(i, 0)}, Text: caption(i)} })
	if unlike < words-1 {
		t.Errorf("%d delivered with a picture each, %d without", unlike, words)
	}
}

// TestMediaWave: one picture from many new accounts goes out to few, with a caption of
// each message's own.
func TestMediaWave(t *testing.T) {
	wave := func(media ...string) (delivered int) {
		w := newTown(t, policy.Config{})
		for k := range 360 {
			w.pass(2 * time.Minute)
			m := policy.Message{Sender: fmt.Sprint("new ", k%60), Text: caption(k), Media: media, Joined: w.now.Add(-6 * time.Hour), Recipients: stranger(fmt.Sprint("person ", k))}
			if d := w.send(m); d.Delivered() {
				delivered++
			}
		}
		return delivered
	}
	if with, without := wave("flyer"), wave(); with > 360*35/100 || without < 300 {
		t.Errorf("%d of 360 delivered, %d without the picture", with, without)
	}
}

// answered has so many accounts with friends show a picture to 3 strangers each, who
// answer.
func (w *town) answered(from string, accounts int, picture string) {
	for i := range accounts {
		w.pass(3 * time.Minute)
		a := fmt.Sprint(from, " ", i)
		for k := range 3 {
			to := fmt.Sprint(a, " asks ", k)
			w.send(policy.Message{Sender: a, Recipients: stranger(to), Text: caption(3*i + k), Media: []string{picture}})
			w.pass(time.Minute)
			w.say(to, a, "yes, thank you")
		}
	}
}

// TestMediaWelcome: a picture that people like is delivered, whoever sends it, and clears
// no text or picture that comes with it.
func TestMediaWelcome(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.answered("friendly", 30, "kitten")
	n := w.shown("ann", 12, func(i int) policy.Message {
		return policy.Message{Text: fmt.Sprint("hi ", i), Media: []string{"kitten"}}
	})
	if a := w.account("ann"); n != 12 || len(a.Offences) > 0 {
		t.Errorf("%d of 12 delivered with a welcome picture, offences %v", n, a.Offences)
	}
	for name, m := range map[string]policy.Message{
		"text": {Text: advert, Media: []string{"kitten"}}, "short text": {Text: "cheap watches", Media: []string{"kitten"}}, "picture": {Media: []string{"kitten", "flyer"}},
	} {
		alone := m
		if alone.Media = alone.Media[1:]; len(alone.Media) == 0 {
			alone.Media = nil
		}
		want := newTown(t, policy.Config{}).shown("sam "+name, 40, func(int) policy.Message { return alone })
		if got := w.shown("sam "+name, 40, func(int) policy.Message { return m }); got > want+2 {
			t.Errorf("%s: %d of 40 delivered beside a welcome picture, %d without", name, got, want)
		}
	}
}

// TestMediaEverybodys: a picture that everybody sends to their friends says nothing, also
// where none of them has answered yet, and the host alone knows that they are friends; one
// that people of one origin send each other is not everybody's, nor one that goes to
// people who may be anybody.
func TestMediaEverybodys(t *testing.T) {
	raced.Skip(t)
	for _, c := range []struct {
		origins  int
		relation policy.Relation
		answers  bool
		free     bool
	}{
		{40, policy.Connection, true, true}, {40, policy.UnknownRelation, true, true}, {1, policy.Connection, true, false},
		{40, policy.Connection, false, true}, {1, policy.Connection, false, false},
		{40, policy.UnknownRelation, false, false}, {40, policy.Follower, false, false}, {40, policy.SecondDegree, false, false},
	} {
		w := newTown(t, policy.Config{})
		at := func(i int) string { return fmt.Sprint("device ", i%c.origins) }
		for day := range 9 {
			for i := range 40 {
				w.pass(20 * time.Minute)
				for k := range 4 {
					a, b := fmt.Sprint("user ", i), fmt.Sprint("user ", i, " friend ", k)
					w.send(policy.Message{Sender: a, Recipients: []policy.Recipient{{ID: b, Relation: c.relation}}, Origin: at(i), Text: caption(day*100 + k), Media: []string{"sticker"}})
					if day == 0 && c.answers {
						w.send(policy.Message{Sender: b, Recipients: []policy.Recipient{{ID: a, Relation: policy.Connection}}, Origin: fmt.Sprint("phone ", i, k), Text: "ok"})
					}
				}
			}
		}
		with := w.shown("sam", 25, func(i int) policy.Message { return policy.Message{Text: caption(i), Media: []string{"sticker"}} })
		without := newTown(t, policy.Config{}).shown("sam", 25, func(i int) policy.Message { return policy.Message{Text: caption(i)} })
		if c.free && with < without || !c.free && with >= without {
			t.Errorf("%+v: %d of 25 delivered, %d without the sticker", c, with, without)
		}
	}
}

// TestMediaRetry: the same ID with other pictures is another message; their order means
// nothing.
func TestMediaRetry(t *testing.T) {
	w := newTown(t, policy.Config{})
	m := policy.Message{ID: "m", Sender: "sam", Recipients: policy.To("ann"), Text: "look", Media: []string{"a", "b"}}
	for _, c := range []struct {
		media  []string
		repeat bool
	}{{[]string{"a", "b"}, false}, {[]string{"b", "a"}, true}, {[]string{"a"}, false}, {nil, false}, {[]string{"a", "b", "a"}, false}, {[]string{"ann"}, false}} {
		m.Media = c.media
		if d := w.evaluate(m); d.Repeat != c.repeat {
			t.Errorf("%q: a repetition: %v", c.media, d.Repeat)
		}
	}
	m.ID = "n"
	w.evaluate(policy.Message{ID: "n", Sender: "sam", Recipients: policy.To("ann"), Media: []string{"bea"}})
	if d := w.evaluate(policy.Message{ID: "n", Sender: "sam", Recipients: policy.To("ann", "bea")}); d.Repeat {
		t.Error("a picture is a recipient")
	}
	m.ID, m.Media = "m", []string{"a", "b"}
	var p policy.Prepared
	w.must(w.e.Prepare(&p, m))
	if d, err := w.e.EvaluatePrepared(w.Context(), &p); err != nil || !d.Repeat {
		t.Errorf("prepared: %v, a repetition: %v", err, d.Repeat)
	}
}

// TestMediaAllocs: pictures cost no allocation.
func TestMediaAllocs(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.shown("ann", 3, func(int) policy.Message { return policy.Message{Text: advert, Media: []string{"a"}} })
	allocs := func(m policy.Message) float64 {
		m.Sender, m.Recipients = "sam", stranger("vic")
		return testing.AllocsPerRun(100, func() { w.e.Preview(w.Context(), m) })
	}
	if a, b := allocs(policy.Message{Text: advert}), allocs(policy.Message{Text: advert, Media: []string{"a", "b", "c"}}); b > a && !raced.On() {
		t.Errorf("%v allocations without pictures, %v with three", a, b)
	}
}

// TestMediaSocks: neither accounts that answer a picture, nor lines beside it that others
// sent before, hide it: what people say of a message is of all that is in it.
func TestMediaSocks(t *testing.T) {
	raced.Skip(t)
	const n, accounts = 600, 60
	for _, c := range []struct {
		socks, complaints, lines, most int
	}{
		{0, 0, 0, 90}, {0, 0, 40, 90}, {5, 0, 0, 200}, {5, 0, 40, 200}, {5, 20, 0, 110}, {10, 20, 0, 110},
	} {
		w := newTown(t, policy.Config{})
		line := func(i int) string {
			if c.lines > 0 {
				i = 1000 + i%c.lines
			}
			return caption(i)
		}
		for i := range c.lines {
			w.pass(time.Hour)
			w.send(policy.Message{Sender: fmt.Sprint("somebody ", i), Recipients: stranger(fmt.Sprint("anybody ", i)), Text: line(i)})
		}
		show := func(i int, to string) bool {
			d := w.send(policy.Message{Sender: fmt.Sprint("account ", i%accounts), Recipients: stranger(to), Text: line(i), Media: []string{"flyer"}})
			return d.Delivered()
		}
		for i := range c.socks {
			w.pass(5 * time.Minute)
			sock := fmt.Sprint("sock ", i)
			show(i, sock)
			w.pass(time.Minute)
			w.say(sock, fmt.Sprint("account ", i), "yes, thank you")
		}
		delivered := 0
		for i := range n {
			w.pass(3 * time.Minute)
			to := fmt.Sprint("person ", i)
			if !show(i, to) {
				continue
			}
			if delivered++; c.complaints > 0 && delivered%c.complaints == 0 {
				w.tell(policy.Complaint{From: to, Against: fmt.Sprint("account ", i%accounts), Category: policy.Spam})
			}
		}
		if delivered > c.most {
			t.Errorf("%+v: %d of %d delivered", c, delivered, n)
		}
	}
}
