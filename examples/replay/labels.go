package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A label is what people found about a sender.
type label struct {
	abusive bool
	weight  float64 // how many senders it stands for
}

// readLabels reads CSV with the columns sender and abusive, and weight if it is
// there. Rows without a finding are left out.
func readLabels(name string) (map[string]label, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	labels, err := parseLabels(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return labels, nil
}

func parseLabels(in io.Reader) (map[string]label, error) {
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("no header with sender and abusive: %w", err)
	}
	column := func(name string) int {
		return slices.IndexFunc(header, func(s string) bool {
			return strings.EqualFold(strings.Trim(s, " \ufeff"), name)
		})
	}
	sender, abusive, weight := column("sender"), column("abusive"), column("weight")
	if sender < 0 || abusive < 0 {
		return nil, fmt.Errorf("needs columns sender and abusive; it has %s", plain(strings.Join(header, ", ")))
	}
	labels := map[string]label{}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return labels, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if len(row) <= max(sender, abusive) {
			return nil, fmt.Errorf("line %d: %d fields, fewer than the header has", line, len(row))
		}
		if strings.TrimSpace(row[abusive]) == "" {
			continue
		}
		text := ""
		if weight >= 0 && weight < len(row) {
			text = row[weight]
		}
		l, err := parseLabel(row[abusive], text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		name := bare(row[sender])
		if old, ok := labels[name]; ok && old.abusive != l.abusive {
			return nil, fmt.Errorf("line %d: %s was found to be both", line, shorten(name))
		}
		labels[name] = l
	}
}

// parseLabel reads a finding and what it weighs; "" is 1.
func parseLabel(finding, weight string) (l label, err error) {
	l.weight = 1
	if l.abusive, err = parseFinding(finding); err != nil || weight == "" {
		return l, err
	}
	if l.weight, err = strconv.ParseFloat(weight, 64); err != nil || !(l.weight > 0 && l.weight < 1e9) {
		return l, fmt.Errorf("weight %q is no number above 0", weight)
	}
	return l, nil
}

var errFinding = errors.New("is neither yes nor no")

func parseFinding(s string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "yes", "y", "true", "t", "1", "abusive", "spam", "x":
		return true, nil
	case "no", "n", "false", "f", "0", "honest", "ham":
		return false, nil
	}
	return false, fmt.Errorf("abusive %q %w", s, errFinding)
}
