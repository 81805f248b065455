// Command others shows what decorum, and what would be taken in its place, do with the
// same events: the actors of examples/simulate, streams that are modelled after public
// reports, and logs of real people.
//
//	go run ./others
//
// It prints the tables of ../README.md, which says what each system is.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
)

func main() {
	seeds := flag.Int("seeds", 20, "plays of each actor")
	data := flag.String("data", cmp.Or(os.Getenv("DECORUM_DATA"), "../../../shared/data"), "`FOLDER` with events and reports; what is not there is left out")
	flag.Parse()
	if err := show(os.Stdout, *seeds, *data); err != nil {
		fmt.Fprintln(os.Stderr, "others:", err)
		os.Exit(1)
	}
}

// show plays all there is, and writes tables.
func show(w io.Writer, seeds int, data string) error {
	fmt.Fprintf(w, "## The zoo, %d seeds\n\n", seeds)
	if err := labelled(w, zoo(seeds)); err != nil {
		return err
	}
	fmt.Fprint(w, "## Streams after public reports\n\n")
	list, err := reports(data)
	if err == nil {
		err = labelled(w, list)
	}
	if errors.Is(err, errNone) {
		fmt.Fprintf(w, "NOT CHECKED: they are not in %s\n\n", data)
	} else if err != nil {
		return err
	}
	fmt.Fprint(w, "## Real people: senders blocked, and messages not delivered\n\n")
	if list, err = streams(data); err == nil {
		var runs []run
		if runs, err = playAll(makers(), list); err == nil {
			real(w, runs)
		}
	}
	if errors.Is(err, errNone) {
		fmt.Fprintf(w, "NOT CHECKED: they are not in %s\n\n", data)
		return nil
	}
	return err
}

// labelled plays sources whose truth is known.
func labelled(w io.Writer, list []opener) error {
	all := makers()
	n := len(all)
	runs, err := playAll(slices.Concat(all, deafened(all)), list)
	if err != nil {
		return err
	}
	runs, deaf := runs[:n], runs[n:]
	sums(w, runs)
	abusive(w, runs)
	honest(w, runs)
	byComplaints(w, runs, deaf)
	return nil
}
