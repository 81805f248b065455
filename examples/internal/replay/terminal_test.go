package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// TestTerminal: nothing that is made of a log makes a terminal do more than show it,
// and nothing of a sender's name is lost: what people found in the sample fits.
func TestTerminal(t *testing.T) {
	const evil = "\x1b[2J\x1b]0;owned\x07\r\u009b31m\u202egnp.exe\u2028\x7f"
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var log []byte
	for i := range 60 {
		at = at.Add(time.Minute)
		log = events.AppendLine(log, &events.Event{
			At: at, ID: fmt.Sprint("m", evil, i), From: "sam" + evil, To: []string{fmt.Sprint(evil, i)}, Class: evil, Channel: evil,
			Text: evil + " You can double your income with one simple trick, but only today!",
		})
	}
	log = events.AppendLine(log, &events.Event{At: at, Kind: events.Complaint, From: evil + "1", Against: "sam" + evil, Message: "m" + evil + "1"})
	log = append(log, `{"at":"`+strings.ReplaceAll(evil, "\x1b", `\u001b`)+`","from":"a","to":["b"]}`+"\n"...)
	dir := t.TempDir()
	file, sample := write(t, "log.jsonl", log), filepath.Join(dir, "sample.csv")
	outputs := map[string]string{}
	for _, args := range [][]string{
		{file}, {"-json", file}, {"-strict", file}, {"-sample", "5", "-sample-to", "-", file}, {"-senders", "-", file},
		{"-senders", filepath.Join(dir, "senders.csv"), "-decisions", filepath.Join(dir, "decisions"), "-html", filepath.Join(dir, "report.html"), "-sample", "5", "-sample-to", sample, file},
		{"-map", "x", write(t, "log.csv", []byte(evil+",b\n1,2\n"))},
	} {
		_, stdout, stderr := command("", args...)
		outputs[fmt.Sprint("stdout of ", args)], outputs[fmt.Sprint("stderr of ", args)] = stdout, stderr
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		outputs[f.Name()] = read(t, filepath.Join(dir, f.Name()))
	}
	_, err = readLabels(write(t, "header.csv", []byte(evil+",owned\n")))
	outputs["an error of labels"] = fmt.Sprint(err)
	found := 0
	for name, text := range outputs {
		if strings.Contains(text, "owned") {
			found++
		}
		page := name == "report.html" // where Arabic may turn the direction of writing
		i := strings.IndexFunc(text, func(r rune) bool {
			return obeyed(r) && (!page || unicode.IsControl(r)) || r == utf8.RuneError && !page
		})
		if i >= 0 {
			t.Errorf("%s: %q is obeyed, in %q", name, text[i:i+1], text[max(0, i-30):min(len(text), i+30)])
		}
	}
	if found < 7 {
		t.Errorf("only %d outputs have what the log says: the test shows little", found)
	}
	labels, err := readLabels(write(t, "labels.csv", []byte(strings.Replace(outputs["sample.csv"], `",,"estimate`, `",yes,"estimate`, 1))))
	if err != nil || len(labels) != 1 || !labels["sam"+evil].abusive {
		t.Errorf("the finding is read as %+v, %v", labels, err)
	}
}
