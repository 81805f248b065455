package replay

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/decorum-go/decorum/policy"
)

// effectsHead are the columns of what Effects writes. Bars are those that are missed, in
// the zoo with the slack of -check.
const effectsHead = "number\tmoved\thonest warned\thonest blocked\thonest delivered\tabuse delivered\tbars of actors missed\tbars of cases missed"

// Effects writes what moving each number of the default policy by a third does to the zoo,
// and to the cases in folders.
func Effects(out, progress io.Writer, seeds int, only, folders []string) error {
	p := policy.Default()
	paths, err := movable(p, only)
	if err != nil {
		return err
	}
	m, err := newMeasure(seeds, folders)
	if err != nil {
		return err
	}
	return m.write(out, progress, p, paths)
}

func (m *measure) write(out, progress io.Writer, p *policy.Policy, paths []string) error {
	base, err := m.of(p)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%s%s\n%s\n", m.head(p), effectsHead, base.row("", "")); err != nil {
		return err
	}
	for i, path := range paths {
		for _, by := range []struct {
			name string
			by   float64
		}{{"2/3", down}, {"4/3", up}} {
			row := path + "\t" + by.name + strings.Repeat("\t–", strings.Count(effectsHead, "\t")-1) // it cannot be moved so far
			if q, ok := moved(p, path, by.by); ok {
				e, err := m.of(q)
				if err != nil {
					return fmt.Errorf("%s x %s: %w", path, by.name, err)
				}
				row = e.row(path, by.name)
			}
			if _, err := fmt.Fprintln(out, row); err != nil {
				return err
			}
		}
		fmt.Fprintf(progress, "%d of %d: %s\n", i+1, len(paths), path)
	}
	return nil
}

// A measure is what policies are measured with.
type measure struct {
	zoo              *zoo
	cases            []*reported
	honest, accounts int // actors, and their accounts
	abusive          int // actors
	hash             string
	commit           string
}

// commit is that of the tree at the beginning: it may be another one an hour later.
func commit() string {
	b, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	name := strings.TrimSpace(string(b))
	if b, err := exec.Command("git", "status", "--porcelain", "--untracked-files=no").Output(); err != nil || len(b) > 0 {
		name += " and changes"
	}
	return name
}

// A reported is a stream of what people reported, and what is to become of its senders.
type reported struct {
	folder    string
	File      string   `json:"file"`
	Senders   []string `json:"senders"`
	AtLeast   bound    `json:"at_least"`
	AtMost    bound    `json:"at_most"`
	Share     float64  `json:"share"`      // of the senders that must come to AtLeast; 0: all
	OverShare float64  `json:"over_share"` // that may be over AtMost
	Delivered int      `json:"max_delivered"`
	InAll     bool     `json:"in_all"`
	Least     float64  `json:"min_delivered_share"`
	Contested bool     `json:"contested"` // experts could argue: not counted
}

// A bound is a kind of sanction, or none, that a sender must come to, or must not go beyond.
// The zero bound bounds nothing.
type bound struct {
	set  bool
	kind policy.Kind // 0: none
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *bound) UnmarshalText(text []byte) error {
	if *b = (bound{set: true}); string(text) == "none" {
		return nil
	}
	return b.kind.UnmarshalText(text)
}

func (c *reported) name() string { return filepath.Base(c.folder) + "/" + c.File }

func newMeasure(seeds int, folders []string) (m *measure, err error) {
	m = &measure{commit: commit()}
	o := new(options)
	fs := flag.NewFlagSet("effects", flag.ContinueOnError)
	o.flags(fs)
	if err := fs.Parse([]string{"-zoo", fmt.Sprint("-seeds=", seeds)}); err != nil {
		return nil, err
	}
	if err := o.check(nil); err != nil {
		return nil, err
	}
	if m.zoo, err = openZoo(o, io.Discard); err != nil {
		return nil, err
	}
	sum := sha256.New()
	for _, folder := range folders {
		data, err := os.ReadFile(filepath.Join(folder, "bars.json"))
		if err != nil {
			return nil, err
		}
		var list []*reported
		if err := json.Unmarshal(data, &list); err != nil {
			return nil, fmt.Errorf("%s: %w", folder, err)
		}
		sum.Write(data)
		for _, c := range list {
			c.folder = folder
			stream, err := os.ReadFile(filepath.Join(folder, c.File))
			if err != nil {
				return nil, err
			}
			sum.Write(stream)
			if !c.Contested {
				m.cases = append(m.cases, c)
			}
		}
	}
	m.hash = fmt.Sprintf("%x", sum.Sum(nil)[:8])
	return m, nil
}

// head says what was measured, with what.
func (m *measure) head(p *policy.Policy) string {
	folders := map[string]int{}
	for _, c := range m.cases {
		folders[filepath.Base(c.folder)]++
	}
	var b strings.Builder
	for _, line := range [][2]any{
		{"commit", m.commit}, {"policy", p.ID()}, {"data", m.hash}, {"seeds", m.zoo.o.zoo.seeds},
		{"honest actors", m.honest}, {"honest accounts", m.accounts}, {"abusive actors", m.abusive},
	} {
		fmt.Fprintf(&b, "# %s\t%v\n", line[0], line[1])
	}
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		fmt.Fprintf(&b, "# cases of %s\t%d\n", name, folders[name])
	}
	return b.String()
}

// An effect is what a policy does.
type effect struct {
	warned, blocked  int     // honest accounts
	delivered, abuse float64 // mean over actors, as a share of what they sent
	actors, cases    []string
}

func (e *effect) row(path, by string) string {
	return fmt.Sprintf("%s\t%s\t%d\t%d\t%.4f\t%.4f\t%s\t%s", path, by, e.warned, e.blocked, e.delivered, e.abuse, strings.Join(e.actors, " "), strings.Join(e.cases, " "))
}

// of measures a policy.
func (m *measure) of(p *policy.Policy) (*effect, error) {
	e := new(effect)
	if err := m.actors(p, e); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "effects*.json")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	err = json.NewEncoder(file).Encode(p)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	met, failed := make([]bool, len(m.cases)), make([]error, len(m.cases))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				met[i], failed[i] = m.cases[i].met(file.Name())
			}
		})
	}
	for i := range m.cases {
		next <- i
	}
	close(next)
	wg.Wait()
	for i, ok := range met {
		if !ok {
			e.cases = append(e.cases, m.cases[i].name())
		}
	}
	return e, errors.Join(failed...)
}

// actors plays the zoo.
func (m *measure) actors(p *policy.Policy, e *effect) error {
	roles := m.zoo.roles
	plays, err := m.zoo.play(p, roles, m.zoo.o.zoo.seeds)
	if err != nil {
		return err
	}
	m.honest, m.abusive, m.accounts = 0, 0, 0
	for i, role := range roles {
		o := outcomeOf(plays[i*len(plays)/len(roles) : (i+1)*len(plays)/len(roles)])
		if bar, ok := m.zoo.bars[role.String()]; ok && !bar.met(o, clearly) {
			e.actors = append(e.actors, role.String())
		}
		share := float64(o.delivered) / float64(max(1, o.sent))
		if role.Abuse {
			m.abusive, e.abuse = m.abusive+1, e.abuse+share
			continue
		}
		m.honest, m.accounts = m.honest+1, m.accounts+o.accounts
		e.warned, e.blocked, e.delivered = e.warned+o.warned, e.blocked+o.blocked, e.delivered+share
	}
	e.abuse, e.delivered = e.abuse/float64(m.abusive), e.delivered/float64(m.honest)
	slices.Sort(e.actors)
	return nil
}

// met judges the stream, and reports whether its senders came to what they should.
func (c *reported) met(policyFile string) (bool, error) {
	var senders, complaints bytes.Buffer
	if Main([]string{"-policy", policyFile, "-senders", "-", filepath.Join(c.folder, c.File)}, nil, &senders, &complaints, Extras{}) != exitOK {
		return false, fmt.Errorf("%s: %s", c.name(), complaints.String())
	}
	seen := map[string]*senderLine{}
	for d := json.NewDecoder(&senders); ; {
		var l senderLine
		err := d.Decode(&l)
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
		seen[string(l.From)] = &l
	}
	for _, name := range c.Senders {
		if seen[name] == nil {
			return false, fmt.Errorf("%s: no sender %s", c.name(), name)
		}
	}
	return c.metBy(seen), nil
}

// metBy is met of what became of the senders.
func (c *reported) metBy(seen map[string]*senderLine) bool {
	var reached, over, most, total, sent int
	for _, name := range c.Senders {
		l := seen[name]
		most, total, sent = max(most, l.Delivered), total+l.Delivered, sent+l.Messages
		var gravest policy.Kind // 0 of ""
		_ = gravest.UnmarshalText([]byte(l.Gravest))
		if gravest >= c.AtLeast.kind {
			reached++
		}
		if c.AtMost.set && gravest > c.AtMost.kind {
			over++
		}
	}
	if c.InAll {
		most = total
	}
	n := float64(len(c.Senders))
	least := c.Share
	if least == 0 {
		least = 1
	}
	const ε = 1e-9
	return float64(over) <= c.OverShare*n+ε && float64(reached) >= least*n-ε &&
		(c.Delivered == 0 || most <= c.Delivered) && float64(total) >= c.Least*float64(sent)-ε
}
