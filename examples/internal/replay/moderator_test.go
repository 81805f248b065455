package replay

import (
	"io"
	"slices"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// moderatedZoo plays actors with a moderator, or with none, and by the same seeds.
func moderatedZoo(t *testing.T, moderator, list string, seeds int) []*play {
	t.Helper()
	o := &options{accounts: 1 << 16, resolution: -1, zoo: zooOptions{on: true, seeds: seeds, first: 1, actors: list, relations: true, workers: 2, moderator: moderator}}
	_, plays, err := playZoo(o, policy.Default(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return plays
}

// sums are what became of all accounts of some plays.
type sums struct{ sent, delivered, warned, blocked int }

func sumUp(plays ...*play) (s sums) {
	for _, p := range plays {
		for _, l := range p.lives {
			s.sent, s.delivered = s.sent+l.sent, s.delivered+l.delivered
			if l.worst >= policy.Warning {
				s.warned++
			}
			if l.worst >= policy.Block {
				s.blocked++
			}
		}
	}
	return s
}

// TestModeratorCampaign: with a moderator who finds a campaign's text abusive after an hour
// at most half as much of it goes out as without, and who sent five copies is blocked: at once, or by
// the fifth.
func TestModeratorCampaign(t *testing.T) {
	if racing {
		t.Skip("takes too long under the race detector, which other plays of the zoo run under")
	}
	const campaigns = "campaign,campaign:days=1,campaign:days=7"
	without, with := moderatedZoo(t, "", campaigns, 4), moderatedZoo(t, "truth", campaigns, 4)
	if a, b := sumUp(without...), sumUp(with...); 2*b.delivered > a.delivered || b.blocked < a.blocked {
		t.Errorf("%+v with a moderator, %+v without", b, a)
	}
	for _, p := range with {
		if len(p.cases) == 0 || p.cases[0].finding != policy.TextAbusive {
			t.Fatalf("%s, seed %d: nothing was ruled on", p.role, p.seed)
		}
		for _, l := range p.lives {
			if l.worst < policy.Block && l.sent >= 5 {
				t.Errorf("%s, seed %d: %s sent %d copies and has a %v", p.role, p.seed, l.name, l.sent, l.worst)
			}
		}
		for _, c := range p.cases {
			for _, name := range c.effect.Accounts {
				i := slices.IndexFunc(p.lives, func(l *life) bool { return l.name == name })
				if p.lives[i].worst < policy.Block {
					t.Errorf("%s, seed %d: %s answers for the text, and has a %v", p.role, p.seed, name, p.lives[i].worst)
				}
			}
		}
	}
}

const crowdsOfMany = "cascade,constituents,button,button:long=1"

// TestModeratorCrowds: with a moderator who finds what is true everything that a crowd of
// honest people sends is delivered, and nobody is sanctioned.
func TestModeratorCrowds(t *testing.T) {
	ruled := 0
	for _, p := range moderatedZoo(t, "truth", crowdsOfMany, 4) {
		ruled += len(p.cases)
		if s := sumUp(p); s.delivered != s.sent || s.warned > 0 {
			t.Errorf("%s, seed %d: %+v", p.role, p.seed, s)
		}
	}
	if ruled == 0 {
		t.Error("nothing was ruled on")
	}
}

// TestModeratorMistaken: a text of honest people that is found abusive by mistake, which is
// taken back an hour later, warns at most; then nothing is left, and all of it goes out.
func TestModeratorMistaken(t *testing.T) {
	takesLong(t)
	answered := 0
	for _, p := range moderatedZoo(t, "mistaken", crowdsOfMany, 4) {
		if s := sumUp(p); s.delivered != s.sent || s.blocked > 0 {
			t.Errorf("%s, seed %d: %+v", p.role, p.seed, s)
		}
		for _, c := range p.cases {
			answered += len(c.effect.Sanctions)
			if len(c.effect.Sanctions) != c.reversed.Lifted {
				t.Errorf("%s, seed %d: %d sanctions, of which %d are taken back", p.role, p.seed, len(c.effect.Sanctions), c.reversed.Lifted)
			}
		}
		for name, left := range p.left {
			t.Errorf("%s, seed %d: %s is left with %s", p.role, p.seed, name, left)
		}
	}
	if answered == 0 {
		t.Error("nobody was warned by mistake: nothing is tried")
	}
}
