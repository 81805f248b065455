package similarity_test

import (
	"bytes"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/similarity"
)

// Two texts are compared by their sketches.
func Example() {
	h := similarity.NewHasher([]byte("a secret of this deployment"))
	var a, b, c similarity.Sketch
	h.Sketch(&a, "Hi Anna, I saw your profile and would love to show you how we cut cloud costs by half. Do you have ten minutes this week?")
	h.Sketch(&b, "Hi Bob, I sаw yоur prоfile and would l0ve to show you how we cut C L O U D costs by half!! Do you have ten minutes this week?")
	h.Sketch(&c, "Could you send me the minutes of the meeting that we had with the board on Thursday? I need them for the auditors.")
	fmt.Println("copy:     ", a.Jaccard(&b) > 0.35, b.Obfuscation.Mixed, "words of mixed alphabets")
	fmt.Println("unrelated:", a.Jaccard(&c) > 0.35)
	// Output:
	// copy:      true 3 words of mixed alphabets
	// unrelated: false
}

// An Index finds copies in a stream of messages.
func ExampleIndex() {
	h := similarity.NewHasher([]byte("a secret of this deployment"))
	index := similarity.NewIndex(similarity.IndexConfig{})
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for i, name := range []string{"Anna", "Bob", "Chidi", "Dolores"} {
		text := "Hi " + name + ", I saw your profile and would love to show you how we cut cloud costs by half. Do you have ten minutes this week?"
		var s similarity.Sketch
		h.Sketch(&s, text)
		sender, recipient := uint64(i%2), uint64(100+i)
		c := index.Observe(now.Add(time.Duration(i)*time.Minute), &s, sender, recipient)
		fmt.Println(c.Messages, "messages of", c.Senders, "senders to", c.Recipients)
	}
	// Output:
	// 1 messages of 1 senders to 1
	// 2 messages of 2 senders to 2
	// 3 messages of 2 senders to 3
	// 4 messages of 2 senders to 4
}

// A Template shows what near-copies have in common.
func ExampleTemplate() {
	var t similarity.Template
	t.Add("Hi Anna, I came across your profile at Acme and was impressed. See https://a.example/1")
	t.Add("Hi Bob, I came across your profile at Globex Ltd and was impressed. See https://b.example/2")
	t.Add("Hi Chidi, I came across your profile at Initech and was impressed. See https://c.example/3")
	fmt.Println(t.Valid())
	fmt.Println(&t)
	fmt.Println(t.Detail())
	// Output:
	// true
	// Hi {name}, I came across your profile at {free} and was impressed. See {url}
	// Hi {name·3}, I came across your profile at {free·3} and was impressed. See {url·3}
}

// An Index keeps templates as hashes; a message of the cluster gives the words.
func ExampleIndex_Template() {
	h := similarity.NewHasher([]byte("a secret of this deployment"))
	index := similarity.NewIndex(similarity.IndexConfig{})
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for i, name := range []string{"Anna", "Bob", "Chidi", "Dolores"} {
		text := "Hi " + name + ", I saw your profile and would love to show you how we cut cloud costs by half."
		var s similarity.Sketch
		h.Sketch(&s, text)
		c := index.Observe(now, &s, 1, uint64(i))
		if c.Messages > 1 {
			index.AddText(h, c.ID, text)
		}
		if t, ok := index.Template(c.ID, text); ok {
			fmt.Println(t)
		}
	}
	// Output:
	// Hi {name}, I saw your profile and would love to show you how we cut cloud costs by half.
}

func ExampleFold() {
	fmt.Printf("%s\n", similarity.Fold(nil, "Ｆr33 𝗺𝗼𝗻𝗲𝘆, Раураl!"))
	fmt.Printf("%q\n", similarity.Fold(nil, "call +44 7911 123456 or see https://example.com/x"))
	// Output:
	// freernoneypaypai
	// "caii\x13orsee\x11"
}

// A Compact is what to keep of a sender's last messages.
func ExampleSketch_Compact() {
	h := similarity.NewHasher([]byte("a secret of this deployment"))
	var last, next similarity.Sketch
	h.Sketch(&last, "Hello Anna, we met at the fair, would you like a demo?")
	h.Sketch(&next, "Hello Bob, we met at the fair, would you like a demo?")
	c := last.Compact()
	b, _ := c.AppendBinary(nil)
	fmt.Println(len(b), "bytes; a copy:", c.Jaccard(&next) >= 0.18)
	// Output: 74 bytes; a copy: true
}

// What an Index knows survives a restart.
func ExampleIndex_Snapshot() {
	h := similarity.NewHasher([]byte("a secret of this deployment"))
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var s similarity.Sketch
	h.Sketch(&s, "Hi Anna, I saw your profile and would love to show you how we cut cloud costs by half.")

	index := similarity.NewIndex(similarity.IndexConfig{})
	index.Observe(now, &s, 1, 2)
	var file bytes.Buffer
	if err := index.Snapshot(&file); err != nil {
		fmt.Println(err)
	}

	restored := similarity.NewIndex(similarity.IndexConfig{})
	if err := restored.Restore(&file); err != nil {
		fmt.Println(err)
	}
	c, _ := restored.Preview(now.Add(time.Hour), &s, 3, 4)
	fmt.Println(c.Messages, "messages of", c.Senders, "senders")
	// Output: 2 messages of 2 senders
}

// A Boilerplate learns what everybody writes.
func ExampleBoilerplate() {
	h := similarity.NewHasher([]byte("a secret of this deployment"))
	var b similarity.Boilerplate
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for sender := range uint64(256) {
		b.Learn(now.Add(time.Duration(sender)*time.Minute), h, fmt.Sprintf("I hope this message finds you well! %x", sender*sender*sender*977), sender, 0)
	}
	var with, without similarity.Sketch
	const text = "I hope this message finds you well! May I borrow your ladder?"
	h.Sketch(&with, text)
	h.SketchWithout(&without, text, &b)
	fmt.Println(with.Grams, without.Grams)
	// Output: 48 21
}

// A moderator's samples find what is disguised.
func ExampleSamples() {
	h := similarity.NewHasher([]byte("a secret key"))
	var samples similarity.Samples
	var s similarity.Sketch
	h.Sketch(&s, "You have won a prize of 1,000 dollars! Call us now and tell us your bank account.")
	scam := samples.Add(&s)

	h.Sketch(&s, "Dear Anna, y0u have w0n a prize 0f 5,000 d0llars!! Call us n0w and tell us your b@nk account")
	samples.Near(&s, func(id uint64, alike float64) {
		fmt.Println(id == scam, alike > .5)
	})
	// Output: true true
}
