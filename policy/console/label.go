package console

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/decorum-go/decorum/policy/console/internal/casebook"
)

// A labelView is the body of sample-and-label.
type labelView struct {
	ID           int64
	Left         int
	At           time.Time
	Recipients   string
	Text, Before string
}

// mostLeft is how far the page counts what waits for a label.
const mostLeft = 500

// sampleLabel shows the next message that was drawn, without what the machine said.
func (c *Console) sampleLabel(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	all, err := c.book.Unlabelled(r.Context(), 0, mostLeft)
	if err != nil {
		return nil, err
	}
	v := labelView{Left: len(all), Before: r.URL.Query().Get("before")}
	switch v.Before {
	case "allow", "flag", "defer", "hold", "reject":
		v.Before = "The machine's verdict on the last one was: " + v.Before + "."
	default:
		v.Before = ""
	}
	if len(all) > 0 {
		e := all[0]
		v.ID, v.At, v.Text, v.Recipients = e.ID, e.At, e.Text, fmt.Sprintf("%s people", thousands(e.Recipients))
		if e.Recipients == 1 {
			v.Recipients = "1 person"
		}
	}
	return &page{name: "label", Title: "Label a sample", Body: v}, nil
}

// label notes what a moderator says of a message that was drawn.
func (c *Console) label(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	labels := map[string]casebook.Label{"abusive": casebook.LabelAbusive, "harmless": casebook.LabelFine, "unsure": casebook.LabelUnsure}
	l, id := labels[r.PostFormValue("action")], number(r.PostFormValue("message"))
	if l == 0 {
		http.Error(w, "there is no such label", http.StatusBadRequest)
		return nil, nil
	}
	before := ""
	if all, err := c.book.Unlabelled(r.Context(), id-1, 1); err == nil && len(all) == 1 && all[0].ID == id {
		before = all[0].Verdict.String()
	}
	switch err := c.book.Label(r.Context(), id, m.ID, l); {
	case errors.Is(err, casebook.ErrHeld): // both were shown it
		return c.back(w, r, "/label")
	case err != nil:
		return nil, err
	}
	return c.back(w, r, "/label?before="+before)
}
