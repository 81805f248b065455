package similarity

import (
	"strings"
	"testing"
)

// TestWording: what is equal but for names and numbers has one wording, and what says
// something else, or leads elsewhere, another.
func TestWording(t *testing.T) {
	h := NewHasher([]byte("wording"))
	const text = "Hi Anna, you are invited to the summer party of our chess club on 12 July. Call +44 7911 123456 or see https://chess.example.org/party?y=1 and bring a cake. Best regards, Bob"
	for _, same := range []string{
		"Hi Chidi Okafor, you are invited to the summer party of our chess club on 13 July. Call +44 7911 123456 or see https://chess.example.org/party?y=1 and bring a cake. Best regards, Zoe",
		"Hi Jean-Pierre (O'Neil), you are invited to the summer party of our chess club on 1.8.2026 July. Call +44 7911 123456 or see https://chess.example.org/party?y=1 and bring a cake 🎂🎉. Best regards, (Bob)!",
		"Dear Anna! you are invited to the SUMMER party of our chess club on 7 July. Call +44 7911 123456 or see https://chess.example.org/party?y=1, and bring a cake! Best regards, Bob Smith",
	} {
		if h.Wording(same) != h.Wording(text) {
			t.Errorf("another wording: %s", same)
		}
	}
	for _, other := range []string{
		"",
		"Hi Anna, you are invited to the winter party of our chess club on 12 July. Call +44 7911 123456 or see https://chess.example.org/party?y=1 and bring a cake. Best regards, Bob",
		"Hi Anna, you are invited to the summer party of our chess club on 12 July. Call +44 7911 123457 or see https://chess.example.org/party?y=1 and bring a cake. Best regards, Bob",
		"Hi Anna, you are invited to the summer party of our chess club on 12 July. Call +44 7911 123456 or see https://chess.example.com/party?y=1 and bring a cake. Best regards, Bob",
		"Hi Anna, you are invited to the summer party of our chess club on 12 July. Call +44 7911 123456 or see https://chess.example.org/party?y=2 and bring a cake. Best regards, Bob",
		"Hi Anna, you are invited to the summer party of our chess club on 12 July. Call +44 7911 123456 or see https://chess.example.org/party?y=1 and bring a cake. Best regards, Scam․com",
		"Hi Anna, you are invited to the summer party of our chess club on 12 July. Call +44 7911 123456 or see https://chess.example.org/party?y=1 and bring a cake. Best regards, Insta:Scamqueen",
		"Hi Anna, you are invited to the summer party of our chess club on 12 July. Call +44 7911 123456 or see https://chess.example.org/party?y=1 and bring a cake. Best regards, Scamking77",
		"Hi Anna, you are invited to the summer party of our chess club on 80888 July. Call +44 7911 123456 or see https://chess.example.org/party?y=1 and bring a cake. Best regards, Bob",
		"Hi Anna, you are invited to the summer party of our chess club on 10-20-30 July. Call +44 7911 123456 or see https://chess.example.org/party?y=1 and bring a cake. Best regards, Bob",
		text + strings.Repeat("\n█▀▄ █▄▀", 12),
		text + " P.S. Buy cheap watches at https://watches.example.com",
		"Buy cheap watches. " + text,
	} {
		if h.Wording(other) == h.Wording(text) {
			t.Errorf("the same wording: %s", other)
		}
	}
	long := text
	for len(long) < 5000 {
		long += " and another word"
	}
	if h.Wording(long+" x") == h.Wording(long+" y") {
		t.Error("what stands at the end of a long text is not in its wording")
	}
	if h.Wording("... !!") != 0 || NewHasher(nil).Wording(text) == h.Wording(text) {
		t.Error("no words have a wording, or it is not keyed")
	}
}

// TestSketchAll: it is SketchBoth, and makes the whole in any case.
func TestSketchAll(t *testing.T) {
	h := NewHasher([]byte("key"))
	common := learned(h, 3, 800)
	for i, s := range append([]string{"", "hey"}, bases(t, 50)...) {
		for _, s := range []string{s, benchASCII + s} {
			var a, b, whole, both Sketch
			cut := h.SketchAll(&a, &whole, s, common)
			if c := h.SketchBoth(&b, &both, s, common); c != cut || a != b || c && both != whole {
				t.Errorf("%d: %v, %v", i, c, cut)
			}
			if want := *sketch(h, s); whole != want {
				t.Errorf("%d: the whole of %q is another sketch: %+v, want %+v", i, s, whole, want)
			}
		}
	}
}
