package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// TestClassMeant: a class that nearly has the name of a known one is refused, by its
// name, in every call. One that a policy has is the host's own, and so is one that is
// far from all: this is judged as a member.
func TestClassMeant(t *testing.T) {
	own := policy.Default()
	own.Classes["pager"] = own.Clone().Classes[policy.Member]
	tried := policy.Default()
	tried.Name = "tried"
	tried.Classes["stuff"] = tried.Clone().Classes[policy.Member]
	w := newTown(t, policy.Config{Policy: own, Shadow: []*policy.Policy{tried}})
	for class, meant := range map[policy.Class]policy.Class{
		"": "", "member": "", "page": "", "service": "", "staff": "",
		"Staff": "staff", " staff": "staff", "STAFF\n": "staff", "sta ff": "staff", "servce": "service", "serviçe": "service", "Services": "service",
		"members": "member", "membr": "member", "ember": "member", "pag": "page", "pages": "page", "Mage": "page", "\u00a0page": "page",
		"satff": "staff", "Tsaff": "staff", "stafff ": "staff", "servcie": "service", "epage": "page", "pgae": "page", "membre": "member", "memebr": "member",
		"mmeber": "member", "recruiter": "", "mbemer": "", "fstaf": "", "pagers": "", "bot": "", "s": "", "\xff": "", "pager": "", "stuff": "",
	} {
		m := policy.Message{Sender: "sam", Recipients: policy.To("ann"), Class: class}
		_, evaluated := w.e.Evaluate(w.Context(), m)
		_, previewed := w.e.Preview(w.Context(), m)
		var p policy.Prepared
		for call, err := range map[string]error{"Evaluate": evaluated, "Preview": previewed, "Learn": w.e.Learn(w.Context(), m), "Prepare": w.e.Prepare(&p, m)} {
			var f *policy.FieldError
			switch {
			case meant == "" && err != nil:
				t.Errorf("%s, class %q: %v", call, class, err)
			case meant != "" && (!errors.As(err, &f) || f.Field != "class" || !strings.Contains(f.Problem, "is "+string(meant)+" meant")):
				t.Errorf("%s, class %q: %v, want a fault that names %s", call, class, err, meant)
			}
		}
	}
	// What was prepared under a policy that has the class is refused by one that has not.
	var p policy.Prepared
	w.must(w.e.Prepare(&p, policy.Message{Sender: "sam", Recipients: policy.To("ann"), Class: "pager"}))
	w.must(w.e.SetPolicy(policy.Default()))
	if _, err := w.e.EvaluatePrepared(w.Context(), &p); err == nil || !strings.Contains(err.Error(), "is page meant") {
		t.Errorf("EvaluatePrepared under a policy without the class: %v", err)
	}
}

// TestClassAllocs: a class that no policy has costs no allocation.
func TestClassAllocs(t *testing.T) {
	w := newTown(t, policy.Config{})
	allocs := func(class policy.Class) float64 {
		m := policy.Message{Sender: "sam", Recipients: policy.To("sam"), Class: class}
		return testing.AllocsPerRun(100, func() { w.e.Preview(w.Context(), m) })
	}
	if a, b := allocs(""), allocs("recruiter"); a != b && !raced.On() {
		t.Errorf("%v allocations without a class, %v with one", a, b)
	}
}

// TestPolicyClassNames: a policy has no class that differs from a known one by case or
// spaces alone. One that differs by a letter is the host's own.
func TestPolicyClassNames(t *testing.T) {
	for class, want := range map[policy.Class]string{"Page": "differs from page by case", "service ": "name it service", "pager": "", "members": ""} {
		p := policy.Default()
		p.Classes[class] = p.Clone().Classes[policy.Member]
		err := p.Validate()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("class %q: %v, want %q", class, err, want)
		}
	}
}

// removals has an account of a class send one text to 400 people who do not know it, of
// whom one in 20 reports it; the last of its decisions.
func removals(w *town, class policy.Class) (delivered, flagged int) {
	for i := range 400 {
		w.pass(20 * time.Second)
		to := fmt.Sprint("person ", i)
		id := fmt.Sprint("notice ", i)
		d := w.send(policy.Message{ID: id, Sender: "mod", Class: class, Joined: w.now.Add(-time.Hour), Recipients: stranger(to),
			Text: "Your post was removed, because it named a private person. You may appeal within 30 days."})
		if d.Delivered() {
			delivered++
		}
		if d.Verdict == policy.Flag {
			flagged++
		}
		if i%20 == 0 && d.Delivered() {
			w.tell(policy.Complaint{From: to, Against: "mod", Message: id, Category: policy.Harassment})
		}
	}
	return delivered, flagged
}

// TestStaff: those who tell 400 people of their sanctions, and are reported for it, are
// neither held nor flagged; a member is blocked for that. Their messages reach who
// turns many away.
func TestStaff(t *testing.T) {
	w := newTown(t, policy.Config{})
	for i := range 20 {
		w.pass(time.Hour)
		w.send(policy.Message{Sender: fmt.Sprint("troll ", i), Recipients: policy.To("person 7"), Text: fmt.Sprint("you again, ", i)})
		w.tell(policy.BlockedBy{From: "person 7", Against: fmt.Sprint("troll ", i)})
	}
	if d := w.preview(policy.Message{Sender: "ann", Recipients: policy.To("person 7")}); d.Verdict != policy.Hold {
		t.Errorf("%v to a person who is pursued: the test shows nothing", d.Verdict)
	}
	if n, flagged := removals(w, policy.Staff); n != 400 || flagged > 0 {
		t.Errorf("%d of 400 notices delivered, %d flagged", n, flagged)
	}
	if a := w.account("mod"); len(a.Offences)+len(a.Standing)+len(a.History) > 0 {
		t.Errorf("offences %v, standing %v, before %v", a.Offences, a.Standing, a.History)
	}
	other := newTown(t, policy.Config{})
	if n, _ := removals(other, policy.Member); n > 40 || len(other.account("mod").Standing) == 0 {
		t.Errorf("of a member %d notices were delivered: the test shows nothing", n)
	}
}

// TestStaffHijacked: a text that others were sanctioned for is shown to a person when
// staff send it, and waits when many send it. Staff are never sanctioned. So it is
// with an account that one in five reports.
func TestStaffHijacked(t *testing.T) {
	for _, c := range []struct {
		spammers     int
		flagged, out int // at least; at most
	}{{1, 25, 30}, {5, 0, 12}} {
		w := newTown(t, policy.Config{})
		for s := range c.spammers {
			for i := range 30 {
				w.pass(20 * time.Second)
				w.send(policy.Message{Sender: fmt.Sprint("spammer ", s), Recipients: stranger(fmt.Sprint("victim ", s, " ", i)), Text: advert})
			}
			if len(w.account(fmt.Sprint("spammer ", s)).Standing) == 0 {
				t.Fatal("no sanction for the text")
			}
		}
		flagged, out := 0, 0
		for i := range 30 {
			w.pass(time.Minute)
			d := w.send(policy.Message{Sender: "mod", Class: policy.Staff, Recipients: stranger(fmt.Sprint("person ", i)), Text: advert})
			if len(d.Imposed) > 0 {
				t.Fatalf("imposed %v", d.Imposed)
			}
			if _, ok := reasonOf(d, policy.CodePerson); ok && d.Verdict == policy.Flag {
				flagged++
			}
			if d.Delivered() {
				out++
			}
		}
		if flagged < c.flagged || out > c.out {
			t.Errorf("%d spammers before: %d of 30 flagged, want %d; %d delivered, want at most %d", c.spammers, flagged, c.flagged, out, c.out)
		}
	}
	w := newTown(t, policy.Config{})
	flagged := 0
	for i := range 100 {
		w.pass(time.Minute)
		d := w.send(policy.Message{ID: fmt.Sprint(i), Sender: "mod", Class: policy.Staff, Recipients: stranger(fmt.Sprint("person ", i)), Text: fmt.Sprint("Send your code to ", i)})
		if d.Verdict == policy.Flag {
			flagged++
		}
		if i%5 == 0 {
			w.tell(policy.Complaint{From: fmt.Sprint("person ", i), Against: "mod", Message: fmt.Sprint(i), Category: policy.Fraud})
		}
	}
	if a := w.account("mod"); flagged < 50 || len(a.Standing) > 0 {
		t.Errorf("%d of 100 flagged, where one in five reports it; standing %v", flagged, a.Standing)
	}
}
