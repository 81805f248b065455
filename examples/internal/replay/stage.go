package replay

import (
	"slices"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A stage is where a play is played.
type stage struct {
	*play
	life map[string]*life       // by account
	cast map[string]bool        // everybody in the play
	seen map[string]policy.Kind // Block or worse on others
	mod  *moderator             // nil: there is none
}

// run plays it.
func (p *play) run(o *options, pol *policy.Policy, world actors.World, background []*events.Event, resolution time.Duration) error {
	list := p.role.Play(world, p.seed, 1)
	if len(list) == 0 {
		return nil
	}
	s := &stage{play: p, life: map[string]*life{}, cast: map[string]bool{}, seen: map[string]policy.Kind{}}
	for i := range list {
		s.cast[list[i].From] = true
	}
	for _, id := range world.People {
		delete(s.cast, id)
	}
	r, err := newPlayers(runnerConfig{
		policy: pol, compiler: o.compiler, resolution: resolution, accounts: o.accounts, retry: true, observe: s.decided, imposed: s.imposed,
	}, o.sharding.shards)
	if err != nil {
		return err
	}
	defer r.close()
	if o.zoo.moderator != "" {
		s.mod = &moderator{r: r[0], wrong: o.zoo.moderator == "mistaken", cases: map[uint64]*textCase{}}
		defer func() { p.cases = s.mod.order }()
	}
	// The background up to a while after the play; before it, as far as asked.
	end := list[len(list)-1].At.Add(24 * time.Hour)
	if o.zoo.reach > 0 {
		from := list[0].At.Add(-o.zoo.reach)
		i, _ := slices.BinarySearchFunc(background, from, func(e *events.Event, t time.Time) int { return e.At.Compare(t) })
		background = background[i:]
	}
	if background, err = s.playOver(r, list, background); err != nil {
		return err
	}
	if _, err := r.until(background, end); err != nil {
		return err
	}
	if err := r.tryAgain(end); err != nil {
		return err
	}
	if err := s.mod.until(end); err != nil {
		return err
	}
	return s.remains(r)
}

// playOver plays the events of the play among those of the background, and returns what
// is left of that.
func (s *stage) playOver(r players, list []events.Event, background []*events.Event) (rest []*events.Event, err error) {
	for i := range list {
		e := &list[i]
		if background, err = r.until(background, e.At); err == nil {
			err = s.mod.until(e.At)
		}
		if err == nil {
			err = s.act(r, e)
		}
		if err != nil {
			return nil, err
		}
	}
	return background, nil
}

// remains notes what a moderator who was wrong left on honest accounts.
func (s *stage) remains(r players) error {
	if s.mod == nil || !s.mod.wrong {
		return nil
	}
	s.left = map[string]string{}
	for _, l := range s.lives {
		a, err := r.account(l.name)
		if err != nil {
			return err
		}
		if l.truth == events.Honest && (len(a.Standing) > 0 || a.Strikes > 0) {
			s.left[l.name] = a.String()
		}
	}
	return nil
}

// act plays an event of the play.
func (s *stage) act(r players, e *events.Event) error {
	if e.Truth != events.Unknown && s.life[e.From] == nil {
		l := &life{name: e.From, truth: e.Truth, people: map[string]bool{}, tried: map[string]bool{}, warned: -1, blocked: -1}
		s.life[e.From] = l
		s.lives = append(s.lives, l)
	}
	about := s.life[e.Against]
	if about != nil && e.Kind == events.Complaint {
		about.doubt(e.At)
	}
	if err := r.play(e); err != nil {
		return err
	}
	if l := s.life[e.From]; l != nil && l.back == 0 && e.At.Sub(l.checked) > 3*time.Hour {
		l.checked = e.At
		if a, err := r.account(e.From); err == nil {
			l.back = since(&a)
		}
	}
	if about != nil && e.Kind == events.Review && e.Abusive {
		about.confirmed = about.worst >= policy.Block
	}
	return nil
}

// since is how long ago the newest block ended, if the account has all of its limits
// again; 0: it has not, or had none.
func since(a *policy.Account) (d time.Duration) {
	if a.Probation < 1 || slices.ContainsFunc(a.Standing, func(s policy.Sanction) bool { return s.Kind >= policy.Block }) {
		return 0
	}
	for i := range a.History {
		if h := &a.History[i]; h.Kind == policy.Block {
			d = a.At.Sub(h.Until)
		}
	}
	return max(0, d)
}

// decided notes a decision on a message of the play.
func (s *stage) decided(e *events.Event, d *policy.Decision) {
	if l := s.life[e.From]; l != nil && d != nil && e.Truth != events.Unknown && !d.Repeat {
		l.decided(e, d)
		s.mod.decided(e, d)
	}
}

// imposed notes a sanction: on an account of the play, or on somebody outside.
func (s *stage) imposed(x *policy.Sanction) {
	if l := s.life[x.Account]; l != nil {
		l.imposed(x)
	} else if !s.cast[x.Account] && x.Kind >= policy.Block && s.seen[x.Account] < policy.Block {
		s.seen[x.Account] = x.Kind
		s.other++
	}
}
