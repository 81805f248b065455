package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// FuzzWalk: of JSON that is right, a walker reads the elements that package json
// reads; of any other it ends without a panic.
func FuzzWalk(f *testing.F) {
	for _, s := range []string{`[]`, `[1,"a\"]",{"b":[true,{}]},null]`, ` [ {"a" : 1 } , 2 ] `, `[1,]`, `[1 2]`, `[`, `["a`, `[{]`, `]`, "\ufeff[1]", `[{"a":1}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var want []json.RawMessage
		valid := json.Unmarshal(in, &want) == nil && want != nil
		var got []string
		w := newWalker("x", iotest.OneByteReader(bytes.NewReader(in)))
		err := w.array(func() error {
			raw, err := w.value()
			got = append(got, string(raw))
			return err
		})
		if w.off > int64(len(in)) {
			t.Errorf("%q: at byte %d of %d", in, w.off, len(in))
		}
		if !valid {
			return
		}
		if err != nil || len(got) != len(want) {
			t.Fatalf("%q: %d elements, want %d; %v", in, len(got), len(want), err)
		}
		for i := range want {
			if got[i] != string(want[i]) {
				t.Errorf("%q: element %d is %q, want %q", in, i, got[i], want[i])
			}
		}
	})
}

// FuzzUnescape: what Telegram Desktop escapes as \x0F becomes blanks, wherever a
// read ends; all else stays as it is.
func FuzzUnescape(f *testing.F) {
	f.Add([]byte(`"a\x0Fb\\x0F\n\"\x1`))
	f.Add([]byte(`\`))
	f.Fuzz(func(t *testing.T, in []byte) {
		want := bytes.Clone(in)
		for i := 0; i < len(want); i++ {
			if want[i] != '\\' {
				continue
			}
			if i+4 <= len(want) && want[i+1] == 'x' {
				copy(want[i:], "    ")
			}
			i++
		}
		for _, r := range []io.Reader{bytes.NewReader(in), iotest.OneByteReader(bytes.NewReader(in)), iotest.DataErrReader(bytes.NewReader(in))} {
			u := &unescaper{r: r}
			var got []byte
			for p := make([]byte, 9); ; {
				n, err := u.Read(p)
				got = append(got, p[:n]...)
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("%q becomes %q, want %q", in, got, want)
			}
		}
	})
}

// TestLong: a message that is too long is named, and the next one is read.
func TestLong(t *testing.T) {
	var errs strings.Builder
	in := `["` + strings.Repeat("x", maxValue) + "\",\n7]"
	var got []int
	w := newWalker("long", strings.NewReader(in))
	err := each(w, &report{w: &errs}, func(n *int, _ string) error { got = append(got, *n); return nil })
	if err != nil || len(got) != 1 || got[0] != 7 || !strings.Contains(errs.String(), "long:1 (byte 1): a message of more than 16 MB") {
		t.Errorf("%v, %v: %s", got, err, errs.String())
	}
}
