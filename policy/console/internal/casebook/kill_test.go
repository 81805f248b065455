package casebook

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// child is a process that is killed: it has messages held, as quickly as it can, and
// says of each that its hook has returned.
func child(dir string) {
	db, err := dial(os.Getenv("CASEBOOK_URL"))
	if err != nil {
		panic(err)
	}
	b, err := Open(context.Background(), db, Options{Spool: dir, Tenant: os.Getenv("CASEBOOK_TENANT")})
	if err != nil {
		panic(err)
	}
	var mu sync.Mutex
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprint(os.Getpid(), "-", w, "-", i)
				decide(b, policy.Hold, fmt.Sprint("account", w), id, "text", uint64(1+i%5))
				mu.Lock()
				fmt.Println(id)
				mu.Unlock()
			}
		}()
	}
	select {}
}

// A process that is killed loses no case of which a hook has returned, and makes none
// twice.
func TestKill(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		dir, acked := t.TempDir(), make(map[string]bool)
		p.open(t, Options{}).Close()
		for round := range 4 {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "CASEBOOK_CHILD="+dir, "CASEBOOK_URL="+p.url, "CASEBOOK_TENANT="+p.tenant)
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines, n := bufio.NewScanner(out), 0
			for lines.Scan() {
				if n++; n == 20+round*60 {
					cmd.Process.Kill()
				}
				if strings.Count(lines.Text(), "-") == 2 {
					acked[lines.Text()] = true
				}
			}
			cmd.Wait()
		}
		b := p.open(t, Options{Spool: dir})
		flush(t, b)
		told := make(map[string]int)
		messages := 0
		for _, c := range queue(t, b) {
			messages += c.Messages
			for after := Cursor(""); ; {
				page, err := b.Messages(t.Context(), c.ID, after, mostLimit)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				for _, e := range page {
					told[e.Message]++
				}
				after = page[len(page)-1].Cursor
			}
		}
		for id := range acked {
			if told[id] == 0 {
				t.Errorf("%s was acknowledged, and is lost", id)
			}
		}
		for id, n := range told {
			if n > 1 {
				t.Errorf("%s is there %d times", id, n)
			}
		}
		f, err := b.Figures(t.Context(), t0, t0)
		if err != nil || messages != len(told) || f.Total.N["verdict.hold"] != int64(len(told)) || len(acked) < 300 {
			t.Errorf("%d acknowledged, %d messages, counted %d in cases and %d in figures: %v", len(acked), len(told), messages, f.Total.N["verdict.hold"], err)
		}
		if f.Total.N["opened.held"] != 5 {
			t.Errorf("%d cases were opened, want 5", f.Total.N["opened.held"])
		}
		t.Logf("%d acknowledged, %d there", len(acked), len(told))
	})
}

// Two moderators never hold one case, on two processes.
func TestLease(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		const cases = 60
		one := p.open(t, Options{})
		p.db = p.dial(t)
		two := p.open(t, Options{})
		for i := range cases {
			decide(one, policy.Hold, fmt.Sprint("a", i), "m", "text", 0)
		}
		flush(t, one)
		var mu sync.Mutex
		var wg sync.WaitGroup
		by := make(map[int64]string)
		for i, b := range []*Book{one, two, one, two, one, two} {
			wg.Go(func() {
				me := fmt.Sprint("mod", i)
				for {
					c, err := b.Next(t.Context(), me)
					if err != nil {
						if !isNotFound(err) {
							t.Error(err)
						}
						return
					}
					mu.Lock()
					if by[c.ID] != "" {
						t.Errorf("case %d is %s's and %s's", c.ID, by[c.ID], me)
					}
					by[c.ID] = me
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(by) != cases {
			t.Errorf("%d of %d cases were given", len(by), cases)
		}
		for id, me := range by {
			if err := two.Take(t.Context(), id, "nosy"); err == nil {
				t.Error("nosy took a case that is held")
			}
			if _, err := two.CloseCase(t.Context(), id, "nosy", Fine, ""); err == nil {
				t.Error("nosy closed a case that is held")
			}
			if err := one.Take(t.Context(), id, me); err != nil {
				t.Error(err)
			}
			break
		}
		// A lease ends by itself, also where a clock jumps.
		late := p.open(t, Options{Now: func() time.Time { return time.Now().Add(time.Hour) }})
		if _, err := late.Next(t.Context(), "late"); err != nil {
			t.Error(err)
		}
	})
}

// Two processes never carry out one intent, but where the first that claimed it has ended.
func TestClaim(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		now := newClock(t0)
		one := p.open(t, Options{Now: now.Now})
		p.db = p.dial(t)
		two, ctx := p.open(t, one.o), t.Context()
		in, err := one.Intend(ctx, Intent{Case: 3, Action: "release", By: "mod", Data: `{"messages":["m"]}`, At: t0, Due: t0.Add(10 * time.Second)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := two.Claim(ctx); !isNotFound(err) {
			t.Error("it is not due: ", err)
		}
		now.add(11 * time.Second)
		if got, err := one.Claim(ctx); err != nil || got.ID != in.ID || got.Data != in.Data {
			t.Error(got, err)
		}
		if _, err := two.Claim(ctx); !isNotFound(err) {
			t.Error("it is claimed: ", err)
		}
		if _, err := two.Undo(ctx, in.ID, "mod"); !isNotFound(err) {
			t.Error("it is being carried out: ", err)
		}
		now.add(2 * claim)
		if got, err := two.Claim(ctx); err != nil || got.ID != in.ID {
			t.Error("the process that claimed it has ended: ", got, err)
		}
		if err := two.Done(ctx, in.ID); err != nil {
			t.Error(err)
		}
		if all, err := one.Intents(ctx, 0); err != nil || len(all) > 0 {
			t.Error(all, err)
		}
	})
}
