package guides

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

var update = flag.Bool("update", false, "draw the pictures of policy/docs anew")

// TestPictures: the drawings of how-it-decides.md are made of the policy and of what
// the engine decides, as they are now.
func TestPictures(t *testing.T) {
	for name, want := range map[string]string{"curves.svg": curves(), "score.svg": scores(t)} {
		file := filepath.Join(root, "policy/docs", name)
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s is not what the code draws (%v): go test ./examples/internal/guides -update, and look at it", name, err)
		}
	}
}

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">
<style>text{font:13px system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1b1f24}.faint{fill:#57606a}.ground{fill:#fff}.axis{stroke:#8c959f}.line{stroke:#0550ae;stroke-width:2.5;fill:none}.dot{fill:#0550ae}.warn{stroke:#9a6700;stroke-dasharray:5 4}.act{stroke:#cf222e;stroke-dasharray:5 4}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.faint{fill:#9da7b1}.ground{fill:#0d1117}.axis{stroke:#6e7681}.line{stroke:#79c0ff}.dot{fill:#79c0ff}.warn{stroke:#e3b341}.act{stroke:#ff7b72}}</style>
<rect class="ground" width="100%%" height="100%%"/>
`

// curves draws what four signals of members weigh.
func curves() string {
	const wide, high, left, top = 330, 170, 40, 34
	var b strings.Builder
	fmt.Fprintf(&b, drawing, 2*wide+20, 2*high+20, "Points of four signals under the default policy")
	s := policy.Default().Classes[policy.Member].Signals
	for i, c := range []struct {
		title, unit string
		curve       scoring.Curve
		to          float64
	}{
		{"One text to people who do not answer", "people within hours", s.TextFast.Curve, 20},
		{"Strangers approached", "people within hours", s.OutreachFast.Curve, 60},
		{"Complaints about cold outreach", "complaints, by credibility", s.ComplaintOutreach.Curve, 5},
		{"Few people answer", "certainty", s.ReplyLow.Curve, 1},
	} {
		x0, y0 := float64(i%2*wide+left), float64(i/2*high+top)
		const w, h, most = 260, 90, 3
		x := func(v float64) float64 { return x0 + v/c.to*w }
		y := func(v float64) float64 { return y0 + h - v/most*h }
		fmt.Fprintf(&b, `<text x="%.0f" y="%.0f">%s</text>`+"\n", x0, y0-12, c.title)
		fmt.Fprintf(&b, `<path class="axis" fill="none" d="M%.1f %.1fV%.1fH%.1f"/>`+"\n", x0, y0, y0+h, x0+w)
		for _, v := range []float64{0, 1, 2, 3} {
			fmt.Fprintf(&b, `<text class="faint" x="%.1f" y="%.1f" text-anchor="end">%g</text>`+"\n", x0-6, y(v)+4, v)
		}
		last := 0.
		var path strings.Builder
		fmt.Fprintf(&path, "M%.1f %.1f", x(0), y(c.curve[0].Y))
		for _, p := range c.curve {
			fmt.Fprintf(&path, "L%.1f %.1f", x(p.X), y(p.Y))
			fmt.Fprintf(&b, `<circle class="dot" cx="%.1f" cy="%.1f" r="3.5"/>`+"\n", x(p.X), y(p.Y))
			if p.X > 0 && p.X-last > c.to/20 { // else the figures lie on each other
				last = p.X
				fmt.Fprintf(&b, `<text class="faint" x="%.1f" y="%.1f" text-anchor="middle">%g</text>`+"\n", x(p.X), y0+h+15, p.X)
			}
		}
		fmt.Fprintf(&b, `<path class="line" d="%sL%.1f %.1f"/>`+"\n", path.String(), x(c.to), y(c.curve[len(c.curve)-1].Y))
		fmt.Fprintf(&b, `<text class="faint" x="%.0f" y="%.1f">points, by %s</text>`+"\n", x0, y0+h+32, c.unit)
	}
	return b.String() + "</svg>\n"
}

// scores draws the score of Sam, who is that of examples/quickstart, message by message.
func scores(t *testing.T) string {
	now := time.Date(2026, 11, 23, 9, 21, 0, 0, time.UTC)
	engine, err := policy.New(policy.Config{Secret: []byte("a picture is the same each time"), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	const left, top, wide, high, step = 40, 30, 600, 180, 56
	levels := policy.Default().Classes[policy.Member].Score
	x := func(n int) float64 { return left + float64(n)*step }
	y := func(score float64) float64 { return top + high - score/.5*high }
	var b strings.Builder
	fmt.Fprintf(&b, drawing, left+wide+20, top+high+62, "The score of each message of one spammer")
	fmt.Fprintf(&b, `<path class="axis" fill="none" d="M%d %dV%dH%d"/>`+"\n", left, top, top+high, left+wide)
	for _, l := range []struct {
		class, says string
		at          float64
	}{{"warn", "warned", levels.Warn}, {"act", "an offence", levels.Act}} {
		fmt.Fprintf(&b, `<path class="%s" d="M%d %.1fH%d"/><text class="faint" x="%d" y="%.1f" text-anchor="end">%.2f</text><text class="faint" x="%d" y="%.1f">%s</text>`+"\n",
			l.class, left, y(l.at), left+wide, left-4, y(l.at)+4, l.at, left+8, y(l.at)-5, l.says)
	}
	var path strings.Builder
	for n := 1; n <= 10; n++ {
		now = now.Add(3 * time.Minute)
		to := fmt.Sprint("member", n)
		d, err := engine.Evaluate(context.Background(), policy.Message{Sender: "sam", Recipients: policy.To(to), Text: "Hi " + to + "! I saw your profile. You can double your income with one simple trick, but only today!"})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", map[bool]string{true: "M", false: "L"}[path.String() == ""], x(n), y(d.Score))
		fmt.Fprintf(&b, `<circle class="dot" cx="%.1f" cy="%.1f" r="4"/><text class="faint" x="%.1f" y="%d" text-anchor="middle">%d</text><text class="faint" x="%.1f" y="%d" text-anchor="middle">%v</text>`+"\n",
			x(n), y(d.Score), x(n), top+high+16, n, x(n), top+high+32, d.Verdict)
		if n == 4 || n == 6 {
			if err := engine.Record(context.Background(), policy.Complaint{From: to, Against: "sam", Category: policy.Spam}); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, `<text class="faint" x="%.1f" y="%.1f" text-anchor="middle">complains</text>`+"\n", x(n), y(d.Score)-14)
		}
	}
	fmt.Fprintf(&b, `<path class="line" d="%s"/><text class="faint" x="%d" y="%d">one text to ten strangers, three minutes apart</text>`+"\n", path.String(), left, top+high+52)
	return b.String() + "</svg>\n"
}
