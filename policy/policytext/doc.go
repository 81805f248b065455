// Package policytext says notices, statements of reasons, and the reasons themselves of
// package policy in the languages of people: it chooses among tables of messages by what a person or a browser
// asks for, and counts and writes numbers as the language does (CLDR, golang.org/x/text).
// English and Spanish are there; [WriteTable] writes what another one needs.
//
// # Use
//
//	set, err := policytext.New(nil)
//	…
//	l, err := set.Language(r.Header.Get("Accept-Language"))
//	l.Location = theirs
//	tell(d.Notice().In(l))
//
// Tables are plain [policy.Messages]: without this module, too, a host can make a
// [policy.Language] of one.
package policytext
