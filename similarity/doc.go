// Package similarity finds near-duplicates of messages: the same text with other
// names, links and numbers, the same text disguised, the same text from many
// accounts. It works online, in bounded memory, in any language, and keeps no text.
//
//	hasher := similarity.NewHasher(key)
//	index := similarity.NewIndex(similarity.IndexConfig{})
//
//	var s similarity.Sketch
//	hasher.Sketch(&s, text)
//	c := index.Observe(time.Now(), &s, sender, recipient)
//	fmt.Println(c.Messages, "copies by", c.Senders, "senders")
//
// # The parts
//
//	text ─▶ Fold ─▶ Hasher ─▶ Sketch ─▶ Index ─▶ Cluster ─▶ Template
//	        plain    grams     248 B     copies   how many   what they
//	        letters  keyed     of them   online   by how     have in
//	                                              many       common
//
// [Fold] reduces a text to what a reader of it sees. A [Hasher] makes a [Sketch] of
// it, a random sample of its grams of four letters (two or three characters where
// words are not separated). Two sketches tell how much two texts have in common; a
// [Compact] is the short form for a sender's own last messages. An [Index] groups a
// stream of messages into clusters of near-duplicates and counts messages, senders
// and recipients of each. A [Template] says what the messages of a cluster have in
// common and where they differ. A [Boilerplate] learns phrases that everybody uses,
// which are then left out.
//
// # How much text says how much
//
// "Happy birthday!" is sent by everybody, and hardly ever a copy of anything. What
// similarity means depends on what the text says, [Sketch.Information]: its different
// grams, where a Chinese character counts for three letters, and one of kana, Thai,
// Hebrew, Arabic or a script of India for one and a half. Translations of one text say
// about as much in all of them.
//
//	to 12       says nothing across senders        "Happy birthday!"
//	12 to 18    more with each letter              [Sketch.WeightAcross]
//	from 18     in full; to 32 copies must be more alike
//
// A sender's own repetitions say something from the first letter on, and in full from
// 18 as well: [Sketch.Weight].
//
// Within one sender's own messages a Jaccard similarity of 0.18 is a copy. Across
// senders 0.35 is: among 50,000 texts in the index the most similar unrelated one
// comes far closer than a random one does.
//
// # Adversaries
//
// All hashes are keyed. Which grams are in the sample, which bins they fall into and
// what fingerprints they have depends on the key of the Hasher alone. So knowing the
// code does not help: without the key a text joins a cluster only by being similar,
// gram by gram, to the first message of that cluster. To frame somebody is to send
// what they sent.
//
// Equal fingerprints by chance are one in 255 a bin, and are subtracted.
// [Sketch.Exact] is made of xxhash, which can be made to collide whatever its seed;
// it is therefore never believed without all bins being equal ([Sketch.Same]). An
// answer tells an attacker one bit or two about the sample: keep the similarity to
// yourself.
//
// A sender starts only so many clusters a day, so that nobody can flush an Index
// alone, and texts that share a phrase with a cluster that was flagged, or that has
// three senders, do not make it unfindable.
//
// A phrase becomes boilerplate by the number of its senders, never of messages, one
// from each origin, and is forgotten after 15 to 30 days without use. Somebody with
// ten accounts of some standing can teach a phrase all the same: so a third of a
// text's grams, up to 48, is kept whatever is boilerplate, and [Index.Flagged] tells
// by the whole text what was flagged before. What that leaves: a text that says
// less than 72 and was taught before it was flagged is not compared across senders, and
// copies that each have as many letters of their own as are kept are hardly alike.
//
// # State
//
// An Index and a Boilerplate are all the state there is. Both are bounded, and both
// can be written and restored. A cluster is named after the sketch of the message
// that started it, so that several processes speak of the same one. The same calls
// in the same order give the same answers, byte for byte, on every machine, wherever
// a snapshot was taken and restored in between.
//
// # Time
//
// Time is an argument. It may go back a little from call to call; a cluster's Last
// never does. A Boilerplate survives a clock that jumps and comes back. Times that cannot be told in nanoseconds are clamped.
//
// # Failure
//
// No text is refused: invalid UTF-8 reads as U+FFFD, control characters are dropped,
// a megabyte of one letter is one gram. Cost is linear in the length of the text.
// Only decoders return errors, and then change nothing.
//
// # Privacy
//
// No text is kept. A Sketch cannot be turned back into a text, but with the key a
// guess can be tested. An Index keeps, for templates, keyed hashes of words, in
// memory, and writes them only if [IndexConfig].SnapshotText is set; the words that
// a shown template has are those of the message it is shown for. A Template of one's
// own does keep the words that its texts have in common, and never what was in its
// slots.
//
// # Compatibility
//
// The binary forms are versioned and will be read by later versions. A sketch of a
// text may change when the rune table follows a new version of Unicode, for texts
// with the runes concerned.
package similarity
