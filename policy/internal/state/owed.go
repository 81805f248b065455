package state

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/wire"
)

// Owed are acts on the account, each as a line, of which nobody was told yet. They are
// written with what they did, and go once they were told: so a crash between the two
// loses none.

// maxOwed bounds the bytes of the lines that wait, some eight acts. More than one wait
// only where the process crashed, or the store failed, again and again.
const maxOwed = 3000

// besideBank is that of a page of the bank, which is nearly as long as a record can be.
const besideBank = 1200

// Owe adds a line. Where there is no room the oldest go.
func (r *Record) Owe(line string) {
	r.Owed = append(r.Owed, line)
	size, most := 0, maxOwed
	if len(r.Bank) > 0 {
		most = besideBank
	}
	for i := len(r.Owed) - 1; i >= 0; i-- {
		if size += len(r.Owed[i]); size > most && i < len(r.Owed)-1 {
			r.Owed = slices.Delete(r.Owed, 0, i+1)
			return
		}
	}
}

// Owing is how many bytes the lines have.
func (r *Record) Owing() (n int) {
	for _, s := range r.Owed {
		n += len(s)
	}
	return n
}

// Told takes lines out that were told, and reports whether there were any.
func (r *Record) Told(lines []string) bool {
	n := len(r.Owed)
	r.Owed = slices.DeleteFunc(r.Owed, func(s string) bool { return slices.Contains(lines, s) })
	return len(r.Owed) < n
}

// Clean empties the record, but for the acts that it owes.
func (r *Record) Clean() {
	owed := slices.Clone(r.Owed)
	r.Reset()
	r.Owed = owed
}

// Bare reports whether the record holds nothing but its times. What a shadow policy would
// have done keeps no record.
func (r *Record) Bare() bool {
	shadows := r.NShadows
	r.NShadows = 0
	bare := len(r.encode(nil)) == headerSize
	r.NShadows = shadows
	return bare
}

func putOwed(r *Record, b []byte) []byte {
	for _, s := range r.Owed {
		b = append(wire.Put16(b, uint16(len(s))), s...)
	}
	return b
}

func getOwed(r *Record, d *wire.Reader) {
	for len(d.B) > 0 && !d.Bad {
		n := int(d.U16())
		if d.Bad = d.Bad || n == 0; !d.Bad {
			r.Owed = append(r.Owed, string(d.Take(n)))
		}
	}
}
