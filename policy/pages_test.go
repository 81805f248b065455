package policy_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// letters has an account of a class send so many letters to strangers, one every so
// long, of whom one in so many answers; how many went out.
func (w *town) letters(class policy.Class, n int, every time.Duration, answers int, text func(i int) string) (delivered int) {
	w.Helper()
	for i := range n {
		to := fmt.Sprint("stranger ", i)
		d := w.send(policy.Message{ID: fmt.Sprint("letter ", i), Sender: "firm", Class: class, Joined: monday.AddDate(-3, 0, 0), Recipients: stranger(to), Text: text(i)})
		if d.Delivered() {
			delivered++
			if answers > 0 && i%answers == 0 {
				w.send(policy.Message{ID: fmt.Sprint("answer ", i), Sender: to, Recipients: policy.To("firm"), Text: "Yes, please tell me more about that " + prose(uint64(i))})
			}
		}
		w.pass(every)
	}
	return delivered
}

// news has the page write to its followers, in one message or in one to each; whether
// all got it.
func (w *town) news(i, followers int, each bool) (all bool) {
	w.Helper()
	m := policy.Message{ID: fmt.Sprint("news ", i), Sender: "firm", Class: policy.Page, Joined: monday.AddDate(-3, 0, 0), Text: fmt.Sprint("What is new at our works in week ", i)}
	all = true
	for k := range followers {
		to := policy.Recipient{ID: fmt.Sprint("follower ", k), Relation: policy.Follower}
		if m.Recipients = append(m.Recipients, to); each {
			m.ID, m.Recipients = fmt.Sprint("news ", i, " ", k), []policy.Recipient{to}
			all = w.send(m).Verdict == policy.Allow && all
		}
	}
	if !each {
		all = w.send(m).Verdict == policy.Allow
	}
	return all
}

// TestPageToStrangers: to strangers a page is a member within the limits of a verified
// business: of one text as many go out as of a member's, and letters that are answered
// up to the limit, not by the thousand. Its followers get everything, before and after
// and while it is blocked.
func TestPageToStrangers(t *testing.T) {
	raced.Skip(t)
	offer := func(int) string { return spam }
	w, m := newTown(t, policy.Config{}), newTown(t, policy.Config{})
	if !w.news(0, 1000, true) {
		t.Error("news to followers did not go out")
	}
	got, member := w.letters(policy.Page, 3000, 20*time.Second, 0, offer), m.letters(policy.Member, 3000, 20*time.Second, 0, offer)
	t.Logf("one text to 3,000 strangers: %d of a page, %d of a member", got, member)
	if got > member+2 || got > 30 {
		t.Errorf("of one text to 3,000 strangers %d went out from a page, %d from a member", got, member)
	}
	if a := w.account("firm"); len(a.Standing) == 0 {
		t.Errorf("nothing stands against the page: %+v", a)
	}
	if !w.news(1, 1000, true) || !w.news(2, 1000, false) {
		t.Error("news to followers did not go out while the page may not write to strangers")
	}

	// Letters of its own to each, of which a third is answered.
	w = newTown(t, policy.Config{})
	w.news(0, 200, false)
	if got = w.letters(policy.Page, 140, 10*time.Minute, 3, func(i int) string { return "Dear neighbour, " + prose(uint64(i)) }); got != 140 {
		t.Errorf("of 140 letters in a day, of which a third is answered, %d went out", got)
	}
	if a := w.account("firm"); len(a.Standing)+len(a.History) > 0 {
		t.Errorf("a page whose letters are answered: %v, %v", a.Standing, a.History)
	}
	w = newTown(t, policy.Config{})
	got = w.letters(policy.Page, 3000, 20*time.Second, 3, func(i int) string { return "Dear neighbour, " + prose(uint64(i)) })
	if got < 100 || got > 150+3000/200 { // one in 200 is taken for somebody written to before
		t.Errorf("of 3,000 letters in 17 hours %d went out, want up to 150, the limit of a day", got)
	}
	if !w.news(1, 200, true) {
		t.Error("news to followers did not go out at the limit")
	}
}

// TestPageStrangersOff: who wants pages to be free with everybody says so in the policy.
func TestPageStrangersOff(t *testing.T) {
	for _, off := range []func(r *policy.Rules){
		func(r *policy.Rules) { r.Strangers = "" },
		func(r *policy.Rules) { r.Weights.Stranger = .1 },
	} {
		p := policy.Default()
		off(p.Classes[policy.Page])
		w := newTown(t, policy.Config{Policy: p})
		if got := w.letters(policy.Page, 300, 20*time.Second, 0, func(int) string { return spam }); got != 300 {
			t.Errorf("%d of 300 went out", got)
		}
	}
}

// TestStrangersValidate: a class of rules for strangers that is not there, or would go
// round, is refused by name.
func TestStrangersValidate(t *testing.T) {
	for want, change := range map[string]func(p *policy.Policy){
		"is vendor, which the policy has no rules for":        func(p *policy.Policy) { p.Classes[policy.Page].Strangers = "vendor" },
		"must be another class":                               func(p *policy.Policy) { p.Classes[policy.Page].Strangers = policy.Page },
		"is business, which has strangers of its own: member": func(p *policy.Policy) { p.Classes[policy.Business].Strangers = policy.Member },
	} {
		p := policy.Default()
		change(p)
		var f *policy.FieldError
		if err := p.Validate(); !errors.As(err, &f) || f.Field != "classes.page.strangers" || f.Problem != want {
			t.Errorf("%v, want classes.page.strangers: %s", err, want)
		}
	}
}

// TestPageUnknown: where the host tells no relation a page is free, as it was, and what it
// sends there is no evidence against what it sends strangers.
func TestPageUnknown(t *testing.T) {
	w := newTown(t, policy.Config{})
	for i := range 300 {
		d := w.send(policy.Message{ID: fmt.Sprint("notice ", i), Sender: "firm", Class: policy.Page, Recipients: policy.To(fmt.Sprint("someone ", i)), Text: fmt.Sprint("Your parcel is ready at the kiosk, bring the code ", i)})
		if d.Verdict != policy.Allow {
			t.Fatalf("notice %d: %v, %v", i, d.Verdict, d.Reasons)
		}
		w.pass(time.Minute)
	}
	w.pass(36 * time.Hour)
	if got := w.letters(policy.Page, 5, 10*time.Minute, 0, func(int) string { return "Your parcel is ready at the kiosk, bring the code" }); got != 5 {
		t.Errorf("of 5 messages to strangers %d went out", got)
	}
}

// post has the page write once to followers from one number to another, in messages to 500.
func (w *town) post(name string, from, to int) {
	w.Helper()
	for i := from; i < to; {
		m := policy.Message{ID: fmt.Sprint(name, " ", i), Sender: "page", Class: policy.Page, Text: "Our post " + name}
		for ; i < to && len(m.Recipients) < 500; i++ {
			m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprint("follower ", i), Relation: policy.Follower})
		}
		if d := w.evaluate(m); !d.Delivered() {
			w.Fatalf("%s: %v, %v", m.ID, d.Verdict, d.Reasons)
		}
		w.pass(time.Minute)
	}
}

// leave has so many followers complain within three days of a post that they got; after
// how many the page was flagged, warned and restricted, 0 for never.
func (w *town) leave(post string, complaints int) (after [3]int) {
	w.Helper()
	for i := range complaints {
		w.tell(policy.Complaint{From: fmt.Sprint("follower ", i), Against: "page", Message: post + " 0", Category: policy.Fraud})
		w.pass(72 * time.Hour / time.Duration(complaints))
		for g := range w.grade("page") {
			if after[g] == 0 {
				after[g] = i + 1
			}
		}
	}
	return after
}

// TestPagePost: people count once, however much they got within 28 days. So a page that
// always wrote to the same followers is restricted for one bad post to all of them when as
// many complain as of a page that never wrote before: what went before dilutes nothing.
// What goes to a part of them is judged by all of them.
func TestPagePost(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	const followers = 10_000
	first, faithful, part := newTown(t, policy.Config{}), newTown(t, policy.Config{}), newTown(t, policy.Config{})
	for _, w := range []*town{faithful, part} {
		for week := range 4 {
			w.post(fmt.Sprint("week ", week), 0, followers)
			w.now = monday.AddDate(0, 0, 6*(week+1))
		}
	}
	first.post("scam", 0, followers)
	faithful.post("scam", 0, followers)
	part.post("scam", 0, followers/10)
	one, all, tenth := first.leave("scam", 300), faithful.leave("scam", 300), part.leave("scam", 300)
	t.Logf("of %d followers complained until the page was flagged, warned, restricted: the first post %v, after four weeks of posts %v, a post to a tenth of them %v", followers, one, all, tenth)
	for g := range 3 {
		if all[g] == 0 || all[g] > one[g]*6/5 || tenth[g] > all[g]*6/5 {
			t.Errorf("grade %d after %d complaints, of a page that wrote to the same people for four weeks after %d, to a tenth after %d", g+1, one[g], all[g], tenth[g])
		}
	}
	if all[2] < followers/100 || all[2] > followers*15/1000 {
		t.Errorf("restricted after %d complaints of %d people", all[2], followers)
	}
}
