package policy_test

import (
	"bytes"
	"container/heap"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// A square is a town in which many pass on one text. What is deferred is tried again
// when RetryAfter says so; some of those who get it answer.
type square struct {
	*town
	*rand.Rand
	due                dues
	seq                int
	answers            float64 // share of those reached who answer
	delay              time.Duration
	sent, delivered    int
	warned, sanctioned map[string]bool
}

type due struct {
	at  time.Time
	seq int
	do  func()
}

type dues []due

func (d dues) Len() int { return len(d) }
func (d dues) Less(i, j int) bool {
	return d[i].at.Before(d[j].at) || d[i].at.Equal(d[j].at) && d[i].seq < d[j].seq
}
func (d dues) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d *dues) Push(x any)   { *d = append(*d, x.(due)) }
func (d *dues) Pop() any     { x := (*d)[len(*d)-1]; *d = (*d)[:len(*d)-1]; return x }

func newSquare(tb testing.TB, seed uint64, answers float64) *square {
	return &square{
		town: newTown(tb, policy.Config{}), Rand: rand.New(rand.NewPCG(seed, 31)), answers: answers, delay: 40 * time.Minute,
		warned: map[string]bool{}, sanctioned: map[string]bool{},
	}
}

func (s *square) after(d time.Duration, do func()) {
	s.seq++
	heap.Push(&s.due, due{s.now.Add(d), s.seq, do})
}

// run lets what is due happen until then.
func (s *square) run(until time.Time) {
	for len(s.due) > 0 && !s.due[0].at.After(until) {
		d := heap.Pop(&s.due).(due)
		s.now = d.at
		d.do()
	}
	s.now = until
}

func (s *square) pass(m policy.Message, tries int) {
	d := s.evaluate(m)
	for _, x := range d.Imposed {
		if harsh(x.Kind) {
			s.sanctioned[m.Sender] = true
		}
		s.warned[m.Sender] = true
	}
	switch {
	case d.Delivered() && !d.Repeat:
		s.delivered++
		if s.Float64() < s.answers {
			s.after(time.Duration(s.ExpFloat64()*float64(s.delay)), func() { s.say(m.Recipients[0].ID, m.Sender, "thank you, I shall look") })
		}
	case d.Verdict == policy.Defer && tries < 12:
		s.after(max(d.RetryAfter, time.Minute), func() { s.pass(m, tries+1) })
	}
}

// copies has senders send a text to so many strangers each, within a time.
func (s *square) copies(senders, each int, within time.Duration, text func(sender, to int) string) {
	for i := range senders {
		begin := time.Duration(s.Float64() * float64(within))
		for k := range each {
			s.sent++
			n := s.sent
			s.after(begin+time.Duration(k)*time.Duration(20+s.IntN(200))*time.Second, func() {
				s.pass(policy.Message{
					ID: fmt.Sprint("n", n), Sender: fmt.Sprint("sender ", i), Text: text(i, k),
					Recipients: []policy.Recipient{{ID: fmt.Sprint("neighbour ", n), Relation: policy.Stranger}},
				}, 0)
			})
		}
	}
}

var notices = []string{
	"Vermisst: Jana, elf Jahre, rote Jacke, blauer Ranzen, zuletzt gesehen um drei am Weiher hinter der Turnhalle. Bitte schaut in Garagen und Schuppen nach und ruft die Wache am Markt an.",
	"LOST since noon: our grey parrot Otis, answers to whistling, last seen in the elms by the allotments. Please look up, leave a window open if he comes, and write to the vet in Mill Lane.",
	"今天下午三点在旧码头附近走失一位老人，穿灰色外套，拄着一根竹拐杖，说话很轻，请大家留意街口和公园，看到请马上联系社区值班室，谢谢大家帮忙转告",
}

// TestCascade: a notice that people pass on to each other, and that is answered,
// harms nobody who passes it on.
func TestCascade(t *testing.T) {
	for seed := range seeds(6, 60) {
		s := newSquare(t, seed, .3)
		notice := notices[seed%3]
		s.copies(100, 4+int(seed%4), 2*time.Hour, func(int, int) string { return notice })
		s.run(dawn.Add(24 * time.Hour))
		if n := len(s.warned); n > 2 {
			t.Errorf("seed %d: %d of 100 are warned", seed, n)
		}
		if len(s.sanctioned) > 0 {
			t.Errorf("seed %d: %d of 100 are sanctioned", seed, len(s.sanctioned))
		}
		if 10*s.delivered < 9*s.sent {
			t.Errorf("seed %d: %d of %d are delivered", seed, s.delivered, s.sent)
		}
	}
}

const scheme = "You were recommended to our desk: a part-time post, two hours a day, four hundred a week and paid in advance. Answer YES and our manager sends you the link to the group, only this week."

// TestCampaignOfMany: nobody answers a campaign, so most of it does not go out, and
// its accounts are stopped for their own copies.
func TestCampaignOfMany(t *testing.T) {
	sent, delivered, sanctioned, n := 0, 0, 0, 0
	for seed := range seeds(6, 60) {
		s := newSquare(t, seed, .01)
		s.copies(80, 8, 30*time.Hour, func(int, int) string { return scheme })
		s.run(dawn.Add(100 * time.Hour))
		sent, delivered, sanctioned, n = sent+s.sent, delivered+s.delivered, sanctioned+len(s.sanctioned), n+80
		if 10*s.delivered > 3*s.sent {
			t.Errorf("seed %d: %d of %d are delivered", seed, s.delivered, s.sent)
		}
	}
	if 5*delivered > sent || 10*sanctioned < 8*n {
		t.Errorf("%d of %d are delivered, at most a fifth should be; %d of %d accounts are sanctioned, at least four fifths should be", delivered, sent, sanctioned, n)
	}
}

// TestCampaignPuppets: young accounts that answer a campaign do not make it welcome.
func TestCampaignPuppets(t *testing.T) {
	raced.Skip(t)
	sent, delivered := 0, 0
	for seed := range seeds(16, 40) {
		s := newSquare(t, seed, .01)
		s.copies(60, 6, 72*time.Hour, func(int, int) string { return scheme })
		for puppet := range 10 {
			for range 6 { // of those sixty senders
				from, to := fmt.Sprint("sender ", s.IntN(60)), fmt.Sprint("puppet ", puppet)
				s.after(time.Duration(s.Float64()*float64(72*time.Hour)), func() {
					if d := s.say(from, to, scheme); !d.Delivered() {
						return
					}
					s.after(5*time.Minute, func() {
						s.evaluate(policy.Message{Sender: to, Recipients: policy.To(from), Text: "YES, tell me more", Joined: s.now.Add(-60 * time.Hour)})
					})
				})
			}
		}
		s.run(dawn.Add(140 * time.Hour))
		sent, delivered = sent+s.sent, delivered+s.delivered
	}
	if 4*delivered > sent {
		t.Errorf("%d of %d are delivered, at most a quarter should be", delivered, sent)
	}
}

// TestCrowdEnemy: a few who complain about a notice that is answered do not stop it.
func TestCrowdEnemy(t *testing.T) {
	for seed := range seeds(3, 30) {
		s := newSquare(t, seed, .3)
		s.copies(100, 5, 2*time.Hour, func(int, int) string { return notices[1] })
		for i := range 6 {
			s.after(time.Duration(30+i*5)*time.Minute, func() {
				s.must(s.e.Record(s.Context(), policy.Complaint{ID: fmt.Sprint("c", i), From: fmt.Sprint("neighbour ", 3+40*i), Against: fmt.Sprint("sender ", (2+40*i)/5), Category: policy.Spam}))
			})
		}
		s.run(dawn.Add(24 * time.Hour))
		if len(s.sanctioned) > 0 || 10*s.delivered < 9*s.sent {
			t.Errorf("seed %d: %d sanctioned, %d of %d delivered", seed, len(s.sanctioned), s.delivered, s.sent)
		}
	}
}

// TestCrowdSnapshot: a snapshot in the middle changes nothing of what follows.
func TestCrowdSnapshot(t *testing.T) {
	outcome := func(restart bool) string {
		s := newSquare(t, 9, .3)
		s.copies(80, 5, 3*time.Hour, func(int, int) string { return notices[0] })
		s.run(dawn.Add(90 * time.Minute))
		if restart {
			var b bytes.Buffer
			s.must(s.e.Snapshot(t.Context(), &b))
			fresh := newTown(t, policy.Config{Now: func() time.Time { return s.now }})
			s.must(fresh.e.Restore(t.Context(), &b))
			s.e, s.store = fresh.e, fresh.store
		}
		s.run(dawn.Add(24 * time.Hour))
		return fmt.Sprint(s.delivered, len(s.warned))
	}
	if a, b := outcome(false), outcome(true); a != b {
		t.Errorf("%s without a restart, %s with one", a, b)
	}
}

// TestPursued: many accounts write to one person, who turns each away. From the fourth
// on new accounts wait for a person, from the eighth or so all whom they do not know;
// friends, and others' messages, do not.
func TestPursued(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.befriend("vic", 3)
	old := w.now.AddDate(-1, 0, 0)
	held := 0
	for i := range 30 {
		from := fmt.Sprint("throwaway ", i)
		d := w.send(policy.Message{Sender: from, Recipients: policy.To("vic"), Text: fmt.Sprint("you again, number ", i, ", answer me"), Joined: w.now.Add(-time.Hour)})
		if d.Verdict == policy.Hold {
			held++
			if r, ok := reasonOf(d, policy.CodeTurnedAway); !ok || r.Value < 3 {
				t.Errorf("message %d is held for %v", i, d.Reasons)
			}
			continue
		}
		w.tell(policy.BlockedBy{From: "vic", Against: from, At: w.now})
		w.pass(40 * time.Minute)
	}
	if held < 25 {
		t.Errorf("%d of 30 are held", held)
	}
	if d := w.send(policy.Message{Sender: "elder", Recipients: policy.To("vic"), Joined: old}); d.Verdict != policy.Allow {
		t.Errorf("an old account: %v", d.Verdict)
	}
	for i := range 8 {
		from := fmt.Sprint("elder ", i)
		w.send(policy.Message{Sender: from, Recipients: policy.To("vic"), Joined: old})
		w.tell(policy.Complaint{ID: fmt.Sprint("c", i), From: "vic", Against: from, Category: policy.Harassment, At: w.now})
	}
	if d := w.send(policy.Message{Sender: "another elder", Recipients: policy.To("vic"), Joined: old}); d.Verdict != policy.Hold {
		t.Errorf("an old account whom they do not know: %v", d.Verdict)
	}
	if d := w.send(policy.Message{Sender: "log-in", Class: policy.Service, Recipients: policy.To("vic"), Text: "Your code is 442190", Joined: w.now.Add(-time.Hour)}); d.Verdict != policy.Allow {
		t.Errorf("a service: %v", d.Verdict)
	}
	if d := w.say("vic friend 1", "vic", "are you well?"); d.Verdict != policy.Allow {
		t.Errorf("a friend: %v", d.Verdict)
	}
	w.pass(30 * 24 * time.Hour)
	if d := w.send(policy.Message{Sender: "newcomer", Recipients: policy.To("vic"), Joined: w.now.Add(-time.Hour)}); d.Verdict != policy.Allow {
		t.Errorf("a month later: %v", d.Verdict)
	}
}

// TestEcho: one link to all friends is news, until friends complain about it. So is one
// picture, whatever is written beside it, and one link, whatever is shown beside it.
func TestEcho(t *testing.T) {
	const link = "please vote for my niece in the drawing contest, it takes a second and means the world to her: contest.example/vote"
	for name, m := range map[string]func(i int) policy.Message{
		"link":                 func(int) policy.Message { return policy.Message{Text: link} },
		"picture":              func(int) policy.Message { return policy.Message{Media: []string{"drawing"}} },
		"picture and captions": func(i int) policy.Message { return policy.Message{Text: caption(i), Media: []string{"drawing"}} },
		"link and pictures": func(i int) policy.Message {
			return policy.Message{Text: link, Media: []string{fmt.Sprint("other ", i)}}
		},
	} {
		for complaints, want := range map[int]policy.Verdict{1: policy.Allow, 4: policy.Reject} {
			w := newTown(t, policy.Config{})
			w.befriend("own", 50)
			for i := range 50 {
				m := m(i)
				m.Sender, m.Recipients = "own", policy.To(fmt.Sprint("own friend ", i))
				w.send(m)
				w.pass(time.Duration(4+i*i%37) * time.Second)
			}
			for i := range complaints {
				w.tell(policy.Complaint{ID: fmt.Sprint("c", i), From: fmt.Sprint("own friend ", i), Against: "own", Category: policy.Spam, At: w.now})
				w.pass(15 * time.Minute)
			}
			if d := w.say("own", "somebody new", "hello, is this still free?"); d.Verdict != want {
				t.Errorf("%s, after %d complaints: %v, want %v (%v)", name, complaints, d.Verdict, want, d.Reasons)
			}
		}
	}
}
