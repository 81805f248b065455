package main

import (
	"cmp"
	"fmt"
	"net/http"
	"time"
)

// events tells a page when something about its owner changed, as server-sent events: the
// page then fetches itself anew. What another process changed is noticed within two
// seconds; a service with many users has its database, or its queue, tell.
func (s *service) events(w http.ResponseWriter, r *http.Request) {
	name, err := me(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	out := http.NewResponseController(w)
	if err := out.SetWriteDeadline(time.Time{}); err != nil { // it ends when the page does
		http.Error(w, "no events here", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	known := cmp.Or(r.Header.Get("Last-Event-ID"), r.FormValue("version"))
	for {
		changes := s.chat.changes()
		version, _, err := s.standing(r.Context(), name)
		if err != nil {
			return // the browser comes again
		}
		said := ": still here\n\n"
		if version != known {
			known, said = version, fmt.Sprintf("event: change\nid: %s\ndata: \n\n", version)
		}
		if _, err := fmt.Fprint(w, said); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.ending:
			return
		case <-changes:
		case <-time.After(2 * time.Second):
		}
	}
}
