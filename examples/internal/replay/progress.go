package replay

import (
	"fmt"
	"io"
	"os"
	"time"
)

// A progress tells on a terminal, or in a log, how far a long replay is.
type progress struct {
	w        io.Writer
	what     string // of which pass
	read     func() (read, total int64)
	begin    time.Time
	next     time.Time
	every    time.Duration
	terminal bool
	shown    bool
}

// quiet is how long a replay says nothing.
const quiet = 2 * time.Second

func newProgress(w io.Writer, what string, read func() (int64, int64)) *progress {
	p := &progress{w: w, what: what, read: read, begin: time.Now(), every: 10 * time.Second}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.terminal, p.every = true, time.Second/2
		}
	}
	p.next = p.begin.Add(quiet)
	return p
}

// step is called now and then.
func (p *progress) step(messages int) {
	now := time.Now()
	if now.Before(p.next) {
		return
	}
	p.next = now.Add(p.every)
	p.shown = true
	fmt.Fprint(p.w, p.line(messages, now.Sub(p.begin)))
}

func (p *progress) line(messages int, took time.Duration) string {
	s := p.what + fmt.Sprintf("%s messages, %s a second", thousands(messages), thousands(int(float64(messages)/took.Seconds())))
	if read, total := p.read(); total > 0 && read > 0 {
		share := min(1, float64(read)/float64(total))
		s += fmt.Sprintf(", %.0f%%", 100*share)
		if left := time.Duration(float64(took) * (1 - share) / share).Round(time.Second); left > 0 {
			s += fmt.Sprintf(", %v left", left)
		}
	}
	if p.terminal {
		return "\r\x1b[K" + s
	}
	return "replay: " + s + "\n"
}

func (p *progress) end() {
	if p.shown && p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
