package similarity

// Obfuscation counts what a text does to look different to a program than to a
// reader. Each count stops at 255. Emoji sequences, right-to-left marks and the
// joiners of Arabic, Hebrew and Indic text are not counted.
//
// The zero value is a text that hides nothing. Obfuscation is a plain value.
type Obfuscation struct {
	Hidden  uint8 // invisible characters between two letters of an alphabet that needs none
	Mixed   uint8 // words that mix Latin, Greek, Cyrillic, Armenian, Cherokee or Coptic letters
	Styled  uint8 // letters taken from mathematical or enclosed forms
	Stacked uint8 // letters with three or more combining marks
	Leet    uint8 // digits and signs that stand for letters inside a word
}
