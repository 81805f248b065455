package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// mbox reads a file of letters, or the zip or folder of many.
func (j *job) mbox(name string) error {
	return j.within(name, isMbox, func(name string, open opener) error {
		in, err := open()
		if err != nil {
			return err
		}
		defer in.Close()
		m := &mboxReader{r: bufio.NewReaderSize(in, 1<<16), blank: true}
		var torn error // of the last letter: if no other follows, the file is cut off
		for {
			begin, err := m.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return fmt.Errorf("%s:%d: %w", name, m.line, err)
			}
			if torn != nil {
				j.report.broken(torn)
			}
			if torn, err = j.letter(m, begin, fmt.Sprintf("%s:%d", name, m.line)); err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, m); err != nil {
				return fmt.Errorf("%s:%d: %w", name, m.line, err)
			}
		}
		if torn != nil {
			return torn
		}
		if m.torn {
			return fmt.Errorf("%s:%d: %w of a line", name, m.line, errCut)
		}
		return nil
	})
}

func isMbox(base string) bool { return strings.EqualFold(path.Ext(base), ".mbox") || base == "mbox" }

// A mboxReader parts letters from each other, and is the reader of the one at hand.
// A line of a text that looks like the beginning of a letter has a > before it,
// which is taken away (mboxrd; in mboxo a > may go that was there before).
type mboxReader struct {
	r     *bufio.Reader
	line  int    // of what was read last
	rest  []byte // of a line, not yet given out
	blank bool   // the line before is blank
	inner bool   // in the middle of a line
	torn  bool   // the file ends so
}

// begins is the line before a letter: From, who sent it, and the time as C writes
// it.
var begins = regexp.MustCompile(`^From .*(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} \d\d:\d\d`)

// next goes to the next letter, and returns the time in the line before it.
func (m *mboxReader) next() (time.Time, error) {
	for {
		head, err := m.r.Peek(5)
		if len(head) == 0 {
			return time.Time{}, err
		}
		line, err := m.r.ReadSlice('\n')
		for m.line++; err == bufio.ErrBufferFull; {
			_, err = m.r.ReadSlice('\n')
		}
		if bytes.HasPrefix(line, []byte("From ")) {
			return fromTime(string(line)), nil
		}
		if len(bytes.TrimSpace(line)) > 0 {
			return time.Time{}, errors.New("no line that begins with \"From \": is this an mbox?")
		}
	}
}

// fromTime reads the time of such a line; zero: there is none.
func fromTime(line string) time.Time {
	for _, layout := range []string{"Mon Jan _2 15:04:05 2006", "Mon Jan _2 15:04:05 -0700 2006", "Mon Jan _2 15:04:05 MST 2006", "Mon Jan _2 15:04 2006"} {
		for i := strings.IndexByte(line, ' '); i >= 0 && i < len(line); i++ {
			if line[i] != ' ' {
				continue
			}
			if at, err := time.Parse(layout, strings.TrimSpace(line[i:])); err == nil {
				return at.UTC()
			}
		}
	}
	return time.Time{}
}

// Read implements io.Reader: the letter at hand.
func (m *mboxReader) Read(p []byte) (int, error) {
	if len(m.rest) == 0 {
		if m.blank && !m.inner {
			if head, _ := m.r.Peek(256); begins.Match(head) {
				return 0, io.EOF
			}
		}
		line, err := m.r.ReadSlice('\n')
		if len(line) == 0 {
			return 0, err
		}
		if !m.inner {
			m.line++
			m.blank = len(bytes.TrimRight(line, "\r\n")) == 0
			if bare := bytes.TrimLeft(line, ">"); len(bare) < len(line) && bytes.HasPrefix(bare, []byte("From ")) {
				line = line[1:]
			}
		}
		m.inner = line[len(line)-1] != '\n'
		m.torn = m.inner && err == io.EOF
		m.rest = line
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

// draft is the end of the name of a letter that was not sent: :2, and flags, or
// another sign where names cannot have colons.
var draft = regexp.MustCompile(`[:;!]2,[A-Za-z]*D[A-Za-z]*$`)

// maildir reads a folder with cur and new in it, and those below.
func (j *job) maildir(name string) error {
	return j.within(name, func(string) bool { return true }, func(file string, open opener) error {
		if dir := path.Base(path.Dir(file)); dir != "cur" && dir != "new" || strings.HasPrefix(path.Base(file), ".") {
			return nil
		}
		if draft.MatchString(path.Base(file)) {
			j.report.leave("drafts")
			return nil
		}
		in, err := open()
		if err != nil {
			return err
		}
		defer in.Close()
		torn, err := j.letter(in, delivered(path.Base(file)), file)
		return cmp.Or(err, torn)
	})
}

// delivered is when a letter was delivered, by the name of its file; zero: it does
// not say.
func delivered(base string) time.Time {
	digits, _, _ := strings.Cut(base, ".")
	sec, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || sec <= 0 {
		return time.Time{}
	}
	return time.Unix(sec, 0).UTC()
}
