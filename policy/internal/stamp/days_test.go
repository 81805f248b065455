package stamp

import "testing"

// TestDays has a clock run, jump, stand still and go back.
func TestDays(t *testing.T) {
	const start = 1_700_000_000
	var d Days
	at := uint32(start)
	run := func(days int) {
		for range days * 24 {
			at += 3600
			d.See(at)
		}
	}
	over := func(when string, want uint32) {
		t.Helper()
		if got := d.Over(); got != want {
			t.Fatalf("%s: over is what ended before %d, want %d", when, got, want)
		}
	}
	run(9)
	over("after 9 days", 0)
	run(1)
	over("after 10 days", start+3600)
	run(100)
	before := d
	over("after 110 days", at-9*Day-23*3600) // the newest day began 23 hours ago
	for _, jump := range []uint32{3600, 8 * Day, 365 * Day} {
		for i := range uint32(3600) {
			d.See(at + jump + i)
		}
		if d.Over() > at-7*Day {
			t.Fatalf("an hour at %d seconds ahead: what ended %d seconds ago is over", jump, at-d.Over())
		}
		d.See(at)
		if jump > 2*Day && d.Over() > before.Over() {
			t.Fatalf("after %d seconds ahead more is over than before", jump)
		}
	}
	run(11)
	over("healed within 11 days", at-9*Day-(at-d[9]))
	at += 200 * Day // silence
	d.See(at)
	if at-d.Over() < 200*Day {
		t.Fatal("one call after 200 days of silence ends what ended meanwhile")
	}
	run(10)
	if at-d.Over() > 11*Day {
		t.Fatalf("10 days after the silence only what ended %d days ago is over", (at-d.Over())/Day)
	}
	at -= 365 * Day // wrong for long
	run(10)
	if d.Over() > at {
		t.Fatal("a clock that went back: what has not ended is over")
	}
}

// TestDaysNext has See change nothing within Next, and something outside.
func TestDaysNext(t *testing.T) {
	var d Days
	for at := uint32(0); at < 40*Day; at += 1800 {
		for _, now := range []uint32{at, at + 3*Day, at} {
			from, to := d.Next()
			was := d
			if changed := d.See(now); changed != (d != was) || changed && from <= now && now < to || !changed && now > 0 && (now < from || now >= to) {
				t.Fatalf("See(%d) after %v: changed %t; Next said %d to %d", now, was, changed, from, to)
			}
		}
	}
}
