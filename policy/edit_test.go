package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

const advert = "Cheap watches and handbags, only today, write to the seller at watches dot example"

// used is how much of the limits an account used, and how many people it approached.
func used(w *town, account string) string {
	w.Helper()
	a := w.account(account)
	var b strings.Builder
	for _, u := range a.Limits {
		fmt.Fprint(&b, u.What, " ", u.Used, ", ")
	}
	fmt.Fprint(&b, a.Approached, " approached, ", a.Reached, " reached")
	return b.String()
}

// TestEdit: a message that is edited a hundred times is one message and no follow-up; as
// a message each time the limits refuse it.
func TestEdit(t *testing.T) {
	live := func(send, edit bool) (refused int, use string) {
		w := newTown(t, policy.Config{})
		m := policy.Message{ID: "list", Sender: "sam", Recipients: stranger("vic"), Text: "Bread"}
		w.send(m)
		m.Edit = edit
		for i := range 100 {
			w.pass(10 * time.Minute)
			m.Text = fmt.Sprint("Bread, and ", i, " apples")
			if !send {
				continue
			}
			if d := w.send(m); !d.Delivered() {
				refused++
			}
		}
		return refused, used(w, "sam")
	}
	_, never := live(false, false)
	if n, use := live(true, true); n > 0 || use != never {
		t.Errorf("%d edits refused; %s, without them %s", n, use, never)
	}
	if n, use := live(true, false); n == 0 || use == never {
		t.Errorf("%d messages refused; %s: the test shows nothing", n, use)
	}
}

// TestEditIntoAdvert: harmless messages that are edited into one advert are seen as what
// one text to so many is.
func TestEditIntoAdvert(t *testing.T) {
	w := newTown(t, policy.Config{})
	list := make([]policy.Message, 14)
	for i := range list {
		list[i] = policy.Message{ID: fmt.Sprint("m", i), Sender: "sam", Recipients: stranger(fmt.Sprint("person", i)), Text: strings.Repeat(fmt.Sprint("word", i*i, " "), 4)}
		w.pass(4 * time.Minute)
		if d := w.send(list[i]); !d.Delivered() {
			t.Fatal(i, d)
		}
	}
	seen := 0
	for i, m := range list {
		w.pass(time.Minute)
		m.Edit, m.Text = true, advert
		d := w.send(m)
		if slices.ContainsFunc(d.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodeDuplicate && r.Share > 0 }) {
			seen++
		}
		if i%6 == 4 {
			w.tell(policy.Complaint{From: m.Recipients[0].ID, Against: "sam", Message: m.ID, Category: policy.Spam})
		}
	}
	if all := w.sanctionsOf("sam"); seen == 0 || len(all) == 0 {
		t.Errorf("the advert was a reason %d times; %+v", seen, all)
	}
}

// TestEditOfNothing: an edit of what was not delivered to the same people is judged as
// the message that it is.
func TestEditOfNothing(t *testing.T) {
	first := policy.Message{ID: "m", Sender: "sam", Recipients: stranger("vic"), Text: "Bread"}
	for name, c := range map[string]struct {
		prior []policy.Message
		then  func(*town, *policy.Message)
	}{
		"never sent":        {nil, func(*town, *policy.Message) {}},
		"of another sender": {[]policy.Message{first}, func(_ *town, m *policy.Message) { m.Sender = "tom" }},
		"another ID":        {[]policy.Message{first}, func(_ *town, m *policy.Message) { m.ID = "n" }},
		"somebody new":      {[]policy.Message{first}, func(_ *town, m *policy.Message) { m.Recipients = append(stranger("vic"), stranger("una")...) }},
		"somebody later": {[]policy.Message{first, {ID: "n", Sender: "sam", Recipients: stranger("una"), Text: "Milk"}},
			func(_ *town, m *policy.Message) { m.Recipients = stranger("una") }},
		"a day ago":  {[]policy.Message{first}, func(w *town, _ *policy.Message) { w.pass(25 * time.Hour) }},
		"taken back": {[]policy.Message{first}, func(w *town, _ *policy.Message) { w.tell(policy.Retraction{Sender: "sam", Message: "m"}) }},
		"not let out": {nil, func(w *town, m *policy.Message) {
			w.must(w.e.Override(w.Context(), policy.Override{Account: "sam", Verdict: policy.Hold, By: "moderator"}))
			w.send(first)
			w.must(w.e.ClearOverride(w.Context(), "sam"))
		}},
	} {
		var said [2]string
		for i, edit := range []bool{true, false} {
			w := newTown(t, policy.Config{})
			for _, m := range c.prior {
				w.pass(10 * time.Minute)
				w.send(m)
			}
			m := first
			m.Text = "Bread and butter"
			w.pass(10 * time.Minute)
			c.then(w, &m)
			m.Edit = edit
			before := used(w, m.Sender)
			d := w.send(m)
			said[i] = fmt.Sprint(d.Verdict, d.Score, used(w, m.Sender))
			if used(w, m.Sender) == before {
				t.Errorf("%s: edit %v counts nothing: %s", name, edit, before)
			}
		}
		if said[0] != said[1] {
			t.Errorf("%s: as an edit %s, as a message %s", name, said[0], said[1])
		}
	}
}

// TestEditRetry: the text that the message has is a retry; the text that it had is an
// edit like any other. What is taken back is the message, whatever was refused since.
func TestEditRetry(t *testing.T) {
	w := newTown(t, policy.Config{})
	m := policy.Message{ID: "m", Sender: "sam", Recipients: stranger("vic"), Text: "Bread"}
	never := used(w, "sam")
	w.send(m)
	m.Edit = true
	for i, c := range []struct {
		text string
		want policy.Verdict
	}{
		{"Bread", policy.Duplicate}, {"Butter", policy.Allow}, {"Butter", policy.Duplicate}, {"Bread", policy.Allow}, {"Butter", policy.Allow},
	} {
		w.pass(time.Minute)
		m.Text = c.text
		if d := w.send(m); d.Verdict != c.want {
			t.Errorf("%d: %s is answered %v, want %v", i, c.text, d.Verdict, c.want)
		}
	}
	w.must(w.e.Override(w.Context(), policy.Override{Account: "sam", Verdict: policy.Hold, By: "moderator"}))
	m.Text = "Cheese"
	if d := w.send(m); d.Verdict != policy.Hold {
		t.Fatal(d)
	}
	w.must(w.e.ClearOverride(w.Context(), "sam"))
	w.tell(policy.Retraction{Sender: "sam", Message: "m"})
	if now := used(w, "sam"); !strings.Contains(now, "messages 0") {
		t.Errorf("after the retraction %s; before all %s", now, never)
	}
}

// TestInvited: one letter to offices that ask for letters is no outreach, to as many
// strangers it is; in a room the stranger decides, and of one person named twice the
// nearest relation; the sender is no recipient.
func TestInvited(t *testing.T) {
	delivered := func(to func(i int) policy.Message) (n int) {
		w := newTown(t, policy.Config{})
		for i := range 30 {
			w.pass(5 * time.Minute)
			m := to(i)
			m.Sender, m.Text = "sam", advert
			if d := w.send(m); d.Delivered() {
				n++
			}
		}
		return n
	}
	office := func(i int, r policy.Relation) policy.Recipient {
		return policy.Recipient{ID: fmt.Sprint("office", i), Relation: r}
	}
	for name, c := range map[string]struct {
		all bool
		to  func(i int) policy.Message
	}{
		"invited": {true, func(i int) policy.Message {
			return policy.Message{Recipients: []policy.Recipient{office(i, policy.Invited)}}
		}},
		"strangers": {false, func(i int) policy.Message {
			return policy.Message{Recipients: []policy.Recipient{office(i, policy.Stranger)}}
		}},
		"the sender": {true, func(int) policy.Message {
			return policy.Message{Recipients: []policy.Recipient{{ID: "sam", Relation: policy.Invited}}}
		}},
		"nearer as well": {true, func(i int) policy.Message {
			return policy.Message{Recipients: []policy.Recipient{office(i, policy.Stranger), office(i, policy.Invited)}}
		}},
		"a room of both": {false, func(i int) policy.Message {
			return policy.Message{Group: fmt.Sprint("room", i), Recipients: []policy.Recipient{office(i, policy.Stranger), office(i+99, policy.Invited)}}
		}},
		"a room of these": {true, func(i int) policy.Message {
			return policy.Message{Group: fmt.Sprint("room", i), Recipients: []policy.Recipient{office(i, policy.Invited), office(i+99, policy.UnknownRelation)}}
		}},
		"a room of nearer": {true, func(i int) policy.Message {
			return policy.Message{Group: fmt.Sprint("room", i), Recipients: []policy.Recipient{office(i, policy.Invited), office(i+99, policy.Follower)}}
		}},
	} {
		if n := delivered(c.to); (n == 30) != c.all {
			t.Errorf("%s: %d of 30 delivered", name, n)
		}
	}
}

// TestRetryAfterEdit: a late retry of the text that an edit has replaced is a Duplicate:
// what people see is not undone. Whoever edits back says so.
func TestRetryAfterEdit(t *testing.T) {
	w := newTown(t, policy.Config{})
	m := policy.Message{ID: "m", Sender: "ann", Recipients: policy.To("bea"), Text: "the train leaves at nine"}
	w.send(m)
	w.pass(time.Minute)
	edit := m
	edit.Edit, edit.Text = true, "the train leaves at ten"
	if d := w.send(edit); d.Verdict != policy.Allow {
		t.Fatal("an edit:", d.Verdict)
	}
	w.pass(time.Minute)
	if d := w.send(m); d.Verdict != policy.Duplicate {
		t.Error("a retry of the old text:", d.Verdict)
	}
	back := m
	back.Edit = true
	if d := w.send(back); d.Verdict != policy.Allow {
		t.Error("an edit back:", d.Verdict)
	}
}
