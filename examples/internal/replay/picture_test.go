package replay

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// reportPicture is the picture of the page in README.md.
const reportPicture = "../../../policy/docs/report.png"

// TestPicture takes the picture of the page for README.md: -update writes it. Else
// it sees to it that the page can still be taken in that size, and is not blank.
func TestPicture(t *testing.T) {
	all := played(t, "member:days=10,recruiter:days=2,jobseeker,blaster:hours=1,filler:days=1,harasser,disguiser:hours=1", 3)
	html := filepath.Join(t.TempDir(), "report.html")
	must(t, "-html", html, "-sensitivity=false", write(t, "log.jsonl", lined(all)))
	b := openBrowser(t)
	const width, height = 1000, 720
	b.open(html, width, "light")
	var shot struct{ Data string }
	b.call("Page.captureScreenshot", map[string]any{"format": "png",
		"clip": map[string]any{"x": 0, "y": 0, "width": width, "height": height, "scale": 1}}, &shot)
	taken, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(reportPicture, taken, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(reportPicture)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"taken": taken, "committed": committed} {
		picture, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if size := picture.Bounds().Size(); size.X != width || size.Y != height {
			t.Errorf("%s: the picture is %v", name, size)
		}
		inks := map[any]bool{}
		for y := range height {
			inks[picture.At(width/3, y)] = true
		}
		if len(inks) < 5 || len(data) > 150<<10 {
			t.Errorf("%s: %d inks, %d bytes", name, len(inks), len(data))
		}
	}
}
