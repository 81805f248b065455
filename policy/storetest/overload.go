package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

const (
	loadTimeout = 50 * time.Millisecond // of a call
	loadUsual   = 16                    // callers whose goodput is the measure
	loadWindow  = 250 * time.Millisecond
	loadTrouble = 700 * time.Millisecond
	loadTries   = 3                // of a measurement at most: other programs need the machine, too
	loadBusy    = 0.1              // share of the time that they may take
	loadLong    = 15 * time.Second // after which none begins
)

// A Load says what Overload asks for. The zero Load is what a store should stand.
type Load struct {
	// Callers are how many callers there are, who come back at once whatever came
	// of their call; nil: 1, 16, 64 and 256, one number after the other.
	Callers []int
	// Accounts are how many accounts their calls are about; nil: 8 and 10,000.
	Accounts []int
	// Share is how much must go well of what goes well for 16 callers whom nothing
	// disturbs, or for fewer where there are fewer; 0: 0.7.
	Share float64
	// Within is when that must begin, after the store was opened and after each
	// trouble; 0: a second.
	Within time.Duration
	// Troubles befall the server one after the other, for 0.7 s each.
	Troubles []Trouble
}

// A Trouble is what keeps a server from answering.
type Trouble struct {
	Name string
	Hurt func(t *testing.T, store policy.Store) (heal func())
}

// Overload measures how many calls a second of 50 ms each go well when more come than
// the server can serve, at the store and through an engine, and requires that they
// are hardly fewer than under an ordinary load: a store that begins what it cannot end
// in time serves nobody. Where other programs, or the race detector, leave it too little
// of the machine to tell, it skips what fails. open makes room for a set of records and
// opens a store on them; it also sees to it that the store is closed.
func Overload(t *testing.T, open func(t *testing.T) policy.Store, l Load) {
	if l.Callers == nil {
		l.Callers = []int{1, 16, 64, 256}
	}
	if l.Accounts == nil {
		l.Accounts = []int{8, 10_000}
	}
	if l.Share == 0 {
		l.Share = 0.7
	}
	if l.Within == 0 {
		l.Within = time.Second
	}
	for _, engine := range []bool{false, true} {
		for _, accounts := range l.Accounts {
			for _, callers := range l.Callers {
				name := fmt.Sprintf("engine=%t/accounts=%d/callers=%d", engine, accounts, callers)
				t.Run(name, func(t *testing.T) {
					var err error
					busy := 0.0
					for n, began := 0, time.Now(); n < loadTries && time.Since(began) < loadLong; n++ {
						p := newPulse()
						err = l.measure(t, open, engine, accounts, callers)
						if busy = max(busy, p.stop()); err == nil {
							return
						}
						t.Log(err)
					}
					if busy > loadBusy {
						t.Skipf("NOT CHECKED: the machine keeps this program waiting for %.0f%% of the time", 100*busy)
					}
					t.Error(err)
				})
			}
		}
	}
}

// measure returns an error that says where less went well than should.
func (l Load) measure(t *testing.T, open func(t *testing.T) policy.Store, engine bool, accounts, callers int) error {
	usual := newCrowd(t, open(t), engine, accounts, min(callers, loadUsual))
	fresh := usual.rate(loadWindow)
	time.Sleep(2 * loadWindow)
	can := usual.rate(2 * loadWindow)
	usual.stop()
	if fresh == 0 || can == 0 {
		return fmt.Errorf("nothing goes well of what %d callers call", min(callers, loadUsual))
	}
	store := open(t)
	c := newCrowd(t, store, engine, accounts, callers)
	defer c.stop()
	errs := []error{c.reaches(t, "from the start", fresh, l)}
	for _, trouble := range l.Troubles {
		heal := trouble.Hurt(t, store)
		time.Sleep(loadTrouble)
		heal()
		errs = append(errs, c.reaches(t, trouble.Name, can, l))
	}
	return errors.Join(errs...)
}

// A crowd is callers who come back at once.
type crowd struct {
	good atomic.Int64
	over atomic.Bool
	wg   sync.WaitGroup
	end  func() error
}

func newCrowd(t *testing.T, store policy.Store, engine bool, accounts, callers int) *crowd {
	t.Helper()
	c := &crowd{end: func() error { return nil }}
	call := func(n int) error {
		ctx, cancel := context.WithTimeout(context.Background(), loadTimeout)
		defer cancel()
		return store.Update(ctx, key(n), func([]byte) (policy.Record, error) {
			return policy.Record{Data: text(700, n), Expires: soon()}, nil
		})
	}
	if engine {
		e, err := policy.New(policy.Config{Policy: policy.Observe(), Store: store, Secret: []byte("of the load"), Timeout: loadTimeout})
		if err != nil {
			t.Fatal(err)
		}
		c.end = e.Close
		call = func(n int) error {
			m := policy.Message{Sender: fmt.Sprint("sender", n), Recipients: policy.To(fmt.Sprint("recipient", n)), Reply: true}
			_, err := e.Evaluate(context.Background(), m)
			return err
		}
	}
	for w := range callers {
		c.wg.Go(func() {
			for n := w; !c.over.Load(); n += callers {
				began := time.Now()
				if call(n%accounts) == nil && time.Since(began) <= loadTimeout {
					c.good.Add(1)
				}
			}
		})
	}
	return c
}

// rate returns how many calls a second go well.
func (c *crowd) rate(during time.Duration) float64 {
	before, began := c.good.Load(), time.Now()
	time.Sleep(during)
	return float64(c.good.Load()-before) / time.Since(began).Seconds()
}

// reaches looks for a time in which so many go well as should.
func (c *crowd) reaches(t *testing.T, when string, can float64, l Load) error {
	t.Helper()
	best, after := 0.0, time.Duration(0)
	for began := time.Now(); best < l.Share*can && time.Since(began) <= l.Within; {
		at := time.Since(began)
		if rate := c.rate(loadWindow); rate > best {
			best, after = rate, at
		}
	}
	said := fmt.Sprintf("%s: %.0f/s after %v, %.0f%% of %.0f/s", when, best, after.Round(time.Millisecond), 100*best/can, can)
	if best < l.Share*can {
		return fmt.Errorf("%s, want %.0f%% within %v", said, 100*l.Share, l.Within)
	}
	t.Log(said)
	return nil
}

func (c *crowd) stop() {
	if !c.over.Swap(true) {
		c.wg.Wait()
		_ = c.end() // what it could not keep is no matter here
	}
}

// A pulse wakes every millisecond and notes how late the machine lets it.
type pulse struct {
	over, done chan struct{}
	began      time.Time
	late       time.Duration
}

func newPulse() *pulse {
	p := &pulse{over: make(chan struct{}), done: make(chan struct{}), began: time.Now()}
	go func() {
		defer close(p.done)
		for {
			select {
			case <-p.over:
				return
			default:
			}
			slept := time.Now()
			time.Sleep(time.Millisecond)
			if late := time.Since(slept); late > loadTimeout/10 {
				p.late += late
			}
		}
	}()
	return p
}

// stop returns the share of the time that was lost, as far as a call notices it.
func (p *pulse) stop() float64 {
	close(p.over)
	<-p.done
	return p.late.Seconds() / time.Since(p.began).Seconds()
}
