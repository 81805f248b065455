package similarity

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	benchASCII = "Hi Anna, I came across your profile at Acme Corp and was impressed by your work "
	benchMasks = "Hi Anna, call +44 7911 123456 or see https://www.example.com/x?y=1, code 48201, fr33 @bob joe@example.org. "
	benchCyr   = "Привет Анна, я нашла ваш профиль и была впечатлена вашей работой, напишите мне "
	benchMixed = "Hi Аnnа, I саme асross your рrofile аt 𝐀𝐜𝐦𝐞 Ｃｏｒｐ and wаs im\u200bpressed by your work "
	benchHan   = "您好我在网上看到您的资料对您的工作印象非常深刻想和您聊聊我们公司的新产品"
	benchKor   = "안녕하세요 프로필을 보고 연락드립니다 잠시 이야기 나눌 수 있을까요 감사합니다"
	benchArab  = "مرحبا لقد اطلعت على ملفك الشخصي وأعجبت بعملك هل يمكننا التحدث قليلا هذا الأسبوع"
)

func BenchmarkSketch(b *testing.B) {
	h := NewHasher([]byte("key"))
	for _, c := range []struct{ name, text string }{
		{"ASCII", benchASCII}, {"masks", benchMasks}, {"Cyrillic", benchCyr}, {"disguised", benchMixed},
		{"Han", benchHan}, {"Hangul", benchKor}, {"Arabic", benchArab},
	} {
		for _, size := range []int{80, 160, 700, 64 << 10} {
			text := strings.ToValidUTF8(strings.Repeat(c.text, size/len(c.text)+1)[:size], "")
			b.Run(fmt.Sprintf("%s/%d", c.name, size), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				var s Sketch
				for b.Loop() {
					h.Sketch(&s, text)
				}
			})
		}
	}
}

// BenchmarkSketchWithout is Sketch where what everybody writes is known, as it is
// in a service after its first days.
func BenchmarkSketchWithout(b *testing.B) {
	h := NewHasher([]byte("key"))
	common := learned(h, 3, 800)
	for _, size := range []int{80, 700} {
		text := strings.Repeat(benchASCII, size/len(benchASCII)+1)[:size]
		b.Run(fmt.Sprint("ASCII/", size), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var s Sketch
			for b.Loop() {
				h.SketchWithout(&s, text, common)
			}
		})
		b.Run(fmt.Sprint("learn/", size), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				common.Learn(t0, h, text, 1, 0)
			}
		})
	}
}

func BenchmarkFold(b *testing.B) {
	for _, c := range []struct{ name, text string }{{"ASCII", benchASCII}, {"masks", benchMasks}, {"Cyrillic", benchCyr}} {
		text := strings.ToValidUTF8(strings.Repeat(c.text, 9)[:700], "")
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			dst := make([]byte, 0, 2000)
			for b.Loop() {
				dst = Fold(dst[:0], text)
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	h := NewHasher([]byte("key"))
	x, y := sketch(h, benchASCII), sketch(h, benchMixed)
	c := x.Compact()
	b.Run("Sketch", func(b *testing.B) {
		for b.Loop() {
			x.Jaccard(y)
		}
	})
	b.Run("Compact", func(b *testing.B) {
		for b.Loop() {
			c.Jaccard(y)
		}
	})
}

func BenchmarkTemplate(b *testing.B) {
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		var t Template
		for _, name := range []string{"Anna", "Bob", "Chidi", "Dolores"} {
			t.Add(pitch(name, "Acme"))
		}
		i++
	}
}

// BenchmarkIndexMany previews and observes from all processors, with the work of a
// message in between, as a program does. With two, half the time is the best there is.
func BenchmarkIndexMany(b *testing.B) {
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{Quota: 1 << 15})
	text := prose(1)
	texts := make([]string, 1<<16)
	for i := range texts {
		texts[i] = text(20)
	}
	var next atomic.Uint64
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		var s, other Sketch
		for p.Next() {
			i := next.Add(1)
			at := t0.Add(time.Duration(i) * time.Millisecond)
			h.Sketch(&s, texts[i%uint64(len(texts))])
			x.Preview(at, &s, i, i)
			for k := range uint64(3) {
				h.Sketch(&other, texts[(i+k)%uint64(len(texts))])
			}
			x.Observe(at, &s, i, i)
		}
	})
}
