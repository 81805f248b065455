package main

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html/charset"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// Bounds on a letter: of its head, of what is read of its text, and of how deep
// its parts lie in each other.
const (
	maxHead  = 1 << 20
	maxBody  = 256 << 10
	maxParts = 100
	maxDepth = 8
)

// letter reads one letter; by is when it was delivered, if it does not say. torn
// says that it has no end: what there is of it was read.
func (j *job) letter(in io.Reader, by time.Time, place string) (torn, err error) {
	r := bufio.NewReader(in)
	head, err := readHead(r)
	if errors.Is(err, errCut) {
		return &placed{place, err}, nil
	}
	if err != nil {
		j.report.fault(place, err)
		return nil, nil
	}
	if strings.Contains(head.Get("X-Gmail-Labels"), "Draft") {
		j.report.leave("drafts")
		return nil, nil
	}
	id := idOf(head.Get("Message-ID"))
	if id != "" {
		place += ", message " + id
	}
	e := &events.Event{At: head.time(by), ID: id}
	if e.At.IsZero() {
		j.report.fault(place, errors.New("no date: neither Received nor Date can be read"))
		return nil, nil
	}
	if from := head.people("From", "Sender"); len(from) > 0 {
		e.From = from[0]
	}
	e.Message = idOf(head.Get("In-Reply-To"))
	e.Thread = cmp.Or(idOf(head.Get("References")), e.Message, id)
	head.address(e)
	var t letterText
	switch err := t.part(textproto.MIMEHeader(head), r, 0); {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		torn = &placed{place, fmt.Errorf("%w of a part", errCut)}
	case err != nil:
		j.report.fault(place, fmt.Errorf("the text was not read to its end: %w", err))
	}
	if e.Text = t.String(); e.Message == "" {
		e.Text = strings.TrimSpace(decoded(head.Get("Subject")) + "\n\n" + e.Text)
	}
	if id != "" && !j.once(e) {
		j.report.leave("letters that are in several folders")
		return torn, nil
	}
	return torn, j.emit(e, place)
}

// once reports whether a letter was not there before. It keeps 16 bytes of each.
func (j *job) once(e *events.Event) bool {
	if j.letters == nil {
		j.letters = map[[16]byte]struct{}{}
	}
	sum := sha256.Sum256([]byte(e.From + "\x00" + e.ID + "\x00" + e.Text))
	key := [16]byte(sum[:16])
	_, known := j.letters[key]
	j.letters[key] = struct{}{}
	return !known
}

// A head is what stands before the text of a letter.
type head textproto.MIMEHeader

// Get returns the first value of a field.
func (h head) Get(key string) string { return textproto.MIMEHeader(h).Get(key) }

// readHead reads fields up to a blank line. Lines that are none are left out: old
// mail has them.
func readHead(r *bufio.Reader) (head, error) {
	h := head{}
	key, size := "", 0
	for {
		line, err := readLine(r, maxHead-size)
		if size += len(line); size > maxHead {
			return nil, fmt.Errorf("a head of more than %d MB", maxHead>>20)
		}
		text := strings.TrimRight(line, "\r\n")
		switch name, value, ok := strings.Cut(text, ":"); {
		case text == "" && err == nil:
			return h, nil
		case text != "" && (text[0] == ' ' || text[0] == '\t'):
			if list := h[key]; len(list) > 0 {
				list[len(list)-1] += " " + strings.TrimSpace(text)
			}
		case ok && !strings.ContainsAny(name, " \t"):
			key = textproto.CanonicalMIMEHeaderKey(name)
			h[key] = append(h[key], strings.TrimSpace(value))
		}
		if err == io.EOF {
			if len(h) == 0 {
				return nil, errors.New("empty: no letter")
			}
			return nil, errCut
		}
		if err != nil {
			return nil, err
		}
	}
}

// readLine reads a line; of one that is longer than most, not the rest.
func readLine(r *bufio.Reader, most int) (string, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) || len(line) > most {
			return string(line), err
		}
	}
}

// time is when the last server got the letter, as it says; else when the sender
// says that it was written; else by.
func (h head) time(by time.Time) time.Time {
	if list := h["Received"]; len(list) > 0 {
		if i := strings.LastIndexByte(list[0], ';'); i >= 0 {
			if at, err := mail.ParseDate(strings.TrimSpace(list[0][i+1:])); err == nil {
				return at.UTC()
			}
		}
	}
	if at, err := mail.ParseDate(h.Get("Date")); err == nil {
		return at.UTC()
	}
	return by
}

var (
	addresses = &mail.AddressParser{WordDecoder: words}
	words     = &mime.WordDecoder{CharsetReader: charset.NewReaderLabel}
	address   = regexp.MustCompile(`[^\s<>(),;:"]+@[^\s<>(),;:"]+`)
	bracketed = regexp.MustCompile(`<([^<>\s]+)>`)
)

// people are the addresses in fields, in small letters. Fields that do not keep to
// the rules are searched for what looks like one.
func (h head) people(keys ...string) (all []string) {
	const most = 10_000 // recipients that the engine takes
	for _, key := range keys {
		for _, value := range h[key] {
			var found []string
			if list, err := addresses.ParseList(value); err == nil {
				for _, a := range list {
					found = append(found, a.Address)
				}
			} else {
				found = address.FindAllString(value, most)
			}
			for _, a := range found {
				if len(all) < most {
					all = append(all, strings.ToLower(strings.ToValidUTF8(a, "\ufffd")))
				}
			}
		}
	}
	return all
}

// address says to whom a letter goes, and of what class its sender is. A list to
// which one can write is a room; one to which one cannot is a page's.
func (h head) address(e *events.Event) {
	list := idOf(h.Get("List-Id"))
	post := h.Get("List-Post")
	if auto, _, _ := strings.Cut(strings.ToLower(h.Get("Auto-Submitted")), ";"); auto != "" && strings.TrimSpace(auto) != "no" {
		e.Class = "service"
	}
	if list != "" && post != "" && !strings.EqualFold(post, "NO") {
		room(e, list)
		return
	}
	if bulk := strings.ToLower(h.Get("Precedence")); e.Class == "" && (list != "" || h.Get("List-Unsubscribe") != "" || bulk == "bulk" || bulk == "list") {
		e.Class = "page"
	}
	if e.To = h.people("To", "Cc", "Bcc"); len(e.To) == 0 {
		e.To = h.people("Delivered-To", "X-Original-To", "Envelope-To")
	}
}

// idOf returns the first of the identifiers in a field, without brackets.
func idOf(value string) string {
	if m := bracketed.FindStringSubmatch(value); m != nil {
		return strings.ToValidUTF8(m[1], "\ufffd")
	}
	id, _, _ := strings.Cut(strings.TrimSpace(value), " ")
	return strings.ToValidUTF8(id, "\ufffd")
}

// decoded reads =?utf-8?q?…?=.
func decoded(s string) string {
	if text, err := words.DecodeHeader(s); err == nil {
		s = text
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// A letterText collects the text of a letter.
type letterText struct {
	plain, html string
	parts       int
}

// part reads a part of a letter, and those in it.
func (t *letterText) part(h textproto.MIMEHeader, body io.Reader, depth int) error {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || !strings.Contains(kind, "/") {
		kind, params = "text/plain", nil
	}
	if how, _, _ := mime.ParseMediaType(h.Get("Content-Disposition")); how == "attachment" {
		return nil
	}
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		return t.multipart(multipart.NewReader(body, params["boundary"]), depth)
	}
	into := &t.plain
	switch {
	case kind == "text/html":
		into = &t.html
	case kind != "text/plain":
		return nil
	}
	if *into != "" {
		return nil // of a list that adds its own part, and of forwarded letters, the first
	}
	*into, err = text(h, params["charset"], body)
	return err
}

func (t *letterText) multipart(r *multipart.Reader, depth int) error {
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if t.parts++; t.parts > maxParts || depth == maxDepth {
			return fmt.Errorf("more than %d parts, or %d in each other", maxParts, maxDepth)
		}
		if err := t.part(p.Header, p, depth+1); err != nil {
			return err
		}
	}
}

// text decodes a text, as far as it is looked at.
func text(h textproto.MIMEHeader, label string, body io.Reader) (string, error) {
	switch strings.ToLower(strings.TrimSpace(h.Get("Content-Transfer-Encoding"))) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	body = io.LimitReader(body, maxBody)
	if label != "" && !strings.EqualFold(label, "utf-8") {
		if r, err := charset.NewReaderLabel(label, body); err == nil {
			body = r
		}
	}
	all, err := io.ReadAll(body)
	return strings.ToValidUTF8(string(all), "\ufffd"), err
}

// String is the text without what it quotes: an answer is no copy of what it
// answers.
func (t *letterText) String() string {
	all := t.plain
	if strings.TrimSpace(all) == "" {
		all = fromHTML(t.html)
	}
	return unquoted(all)
}
