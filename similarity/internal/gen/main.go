// Command gen writes the rune table of package similarity.
//
//	go -C internal/gen run . -o ../../table.go
//
// Sources, none of which is in the core module:
//
//   - UTS #39 confusables.txt, Unicode 17.0, as go.mau.fi/util/confusable carries it;
//   - compatibility decompositions, golang.org/x/text/unicode/norm;
//   - character names, golang.org/x/text/unicode/runenames, for letters that are
//     styled Latin by name and have no decomposition (small capitals, negative circled);
//   - categories, case and scripts, package unicode of the Go release.
//
// The last three follow the Unicode version of the Go release, so the program
// refuses a release whose version is not the one that the table in the
// repository was made with: the same input then gives the same bytes.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// wantUnicode is the version that the checked-in table was made with.
const wantUnicode = "15.0.0"

func main() {
	log.SetFlags(0)
	log.SetPrefix("gen: ")
	out := flag.String("o", "", "file to write; empty: standard output")
	flag.Parse()
	if unicode.Version != wantUnicode || norm.Version != wantUnicode {
		log.Fatalf("the table is made with Unicode %s; this Go release has %s, x/text %s: run with GOTOOLCHAIN=go1.26.8", wantUnicode, unicode.Version, norm.Version)
	}
	src, err := generate()
	if err != nil {
		log.Fatal(err)
	}
	if *out == "" {
		_, err = os.Stdout.Write(src)
	} else {
		err = os.WriteFile(*out, src, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func generate() ([]byte, error) {
	t, err := build()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	t.write(&b)
	src, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("format: %w", err)
	}
	return src, nil
}
