package events

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestDates: dates that can be read in one way only, and are.
func TestDates(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	date := func(y, mo, d, h, m, s, ns int) time.Time {
		return time.Date(y, time.Month(mo), d, h, m, s, ns, time.UTC)
	}
	for _, test := range []struct {
		s    string
		zone *time.Location
		want time.Time // zero: none
	}{
		{"2024-02-01T10:00:00Z", time.UTC, date(2024, 2, 1, 10, 0, 0, 0)},
		{"2024-02-01T10:00:00.123456789+01:00", time.UTC, date(2024, 2, 1, 9, 0, 0, 123456789)},
		{"2024-02-01 10:00:00,5 +0530", time.UTC, date(2024, 2, 1, 4, 30, 0, 5e8)},
		{"2024-02-01 10:00:00+01", time.UTC, date(2024, 2, 1, 9, 0, 0, 0)},
		{"2024-02-01 10:00:00-0800", time.UTC, date(2024, 2, 1, 18, 0, 0, 0)},
		{"2024-02-01 10:00:00 UTC", berlin, date(2024, 2, 1, 10, 0, 0, 0)},
		{"2024-02-01T10:00+01:00[Europe/Berlin]", time.UTC, date(2024, 2, 1, 9, 0, 0, 0)},
		{"2024-02-01 10:00", berlin, date(2024, 2, 1, 9, 0, 0, 0)},
		{"2024-02-01 10:00 CET", berlin, date(2024, 2, 1, 9, 0, 0, 0)},
		{"2024-10-27 02:30:00 CEST", berlin, date(2024, 10, 27, 0, 30, 0, 0)},
		{"2024-10-27 02:30:00 CET", berlin, date(2024, 10, 27, 1, 30, 0, 0)},
		{"2024-02-01 10:00 EST", berlin, time.Time{}},
		{"2024-02-01 10:00 CET", time.UTC, time.Time{}},
		{"2024/2/1", time.UTC, date(2024, 2, 1, 0, 0, 0, 0)},
		{"2024-02", time.UTC, time.Time{}},
		{"23.02.2024 10:00", time.UTC, date(2024, 2, 23, 10, 0, 0, 0)},
		{"23. 2. 2024, 9.05", time.UTC, date(2024, 2, 23, 9, 5, 0, 0)},
		{"2/23/24, 12:05\u202fAM", time.UTC, date(2024, 2, 23, 0, 5, 0, 0)},
		{"2/23/2024 12:05:06 p.m.", time.UTC, date(2024, 2, 23, 12, 5, 6, 0)},
		{"2/23/2024 11 PM", time.UTC, date(2024, 2, 23, 23, 0, 0, 0)},
		{"1 Feb 2024 10:00", time.UTC, date(2024, 2, 1, 10, 0, 0, 0)},
		{"February 1, 2024 at 10:00:07 AM", time.UTC, date(2024, 2, 1, 10, 0, 7, 0)},
		{"01-Feb-24", time.UTC, date(2024, 2, 1, 0, 0, 0, 0)},
		{"Thu, 01 Feb 2024 10:00:00 -0000 (UTC)", time.UTC, date(2024, 2, 1, 10, 0, 0, 0)},
		{"Thu Feb  1 10:00:00 2024", time.UTC, date(2024, 2, 1, 10, 0, 0, 0)},
		{"Thu Feb 01 10:00:00 +0000 2024", time.UTC, date(2024, 2, 1, 10, 0, 0, 0)},
		{"Thu Feb 01 2024 10:00:00 GMT+0100 (Central European Standard Time)", time.UTC, date(2024, 2, 1, 9, 0, 0, 0)},
		{"20240201T100000Z", time.UTC, date(2024, 2, 1, 10, 0, 0, 0)},
		{"20240201100000", berlin, date(2024, 2, 1, 9, 0, 0, 0)},
		{"1706781600", berlin, date(2024, 2, 1, 10, 0, 0, 0)},
		{"1706781600.000200", time.UTC, date(2024, 2, 1, 10, 0, 0, 200000)},
		{"1706781600123", time.UTC, date(2024, 2, 1, 10, 0, 0, 123e6)},
		{"1706781600123456", time.UTC, date(2024, 2, 1, 10, 0, 0, 123456e3)},
		{"1706781600123456789", time.UTC, date(2024, 2, 1, 10, 0, 0, 123456789)},
		{"0", time.UTC, date(1970, 1, 1, 0, 0, 0, 0)},
		{"86399", time.UTC, date(1970, 1, 1, 23, 59, 59, 0)},
		{"10000-01-01", time.UTC, time.Time{}},
		{"2024-13-01", time.UTC, time.Time{}},
		{"2023-02-29", time.UTC, time.Time{}},
		{"2024-02-01 24:00", time.UTC, time.Time{}},
		{"2024-02-01 13:00 PM", time.UTC, time.Time{}},
		{"31/31/2024", time.UTC, time.Time{}},
		{"1.2", time.UTC, date(1970, 1, 1, 0, 0, 1, 2e8)},
		{"1.2.3", time.UTC, time.Time{}},
		{"10:00", time.UTC, time.Time{}},
		{"yesterday", time.UTC, time.Time{}},
		{"NULL", time.UTC, time.Time{}},
		{"", time.UTC, time.Time{}},
	} {
		d := dates{zone: test.zone}
		got, err := d.time(test.s)
		if (err != nil) != test.want.IsZero() || err == nil && !got.Equal(test.want) {
			t.Errorf("%s: %v, %v, want %v", test.s, got, err, test.want)
		}
	}
	for said, want := range map[string]time.Time{
		"dmy": date(2024, 2, 1, 0, 0, 0, 0), "mdy": date(2024, 1, 2, 0, 0, 0, 0), "ymd": date(2001, 2, 24, 0, 0, 0, 0), "02.01.06": date(2024, 2, 1, 0, 0, 0, 0),
	} {
		d, err := newDates(said, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.time("01.02.24"); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v, want %v", said, got, err, want)
		}
	}
	for said, want := range map[string]time.Time{
		"s": date(1970, 1, 1, 12, 35, 23, 5e8), "ms": date(1970, 1, 1, 0, 0, 45, 323_500_000), "us": date(1970, 1, 1, 0, 0, 0, 45_323_500), "ns": date(1970, 1, 1, 0, 0, 0, 45323), "excel": date(2024, 2, 1, 12, 0, 0, 0),
	} {
		d, _ := newDates(said, time.UTC)
		if got, err := d.time("45323.5"); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v, want %v", said, got, err, want)
		}
	}
	if d, _ := newDates("excel", berlin); true {
		if got, err := d.time("45323,4236111111"); err != nil || !got.Equal(date(2024, 2, 1, 9, 10, 0, 0)) {
			t.Errorf("in Berlin: %v, %v", got, err)
		}
	}
}

// TestDatesAsTime holds the reader of dates to package time, in every layout that people
// use.
func TestDatesAsTime(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, layout := range []string{
		time.RFC3339Nano, time.RFC3339, time.DateTime, time.DateOnly, time.ANSIC, time.RubyDate, time.RFC1123, time.RFC1123Z, time.RFC850, "2006-01-02 15:04:05.999999999 -0700",
		"2006-01-02T15:04:05.000-0700", "2006/01/02 15:04", "02.01.2006 15:04:05", "2.1.06 15:04", "02/01/2006, 15:04:05", "01/02/2006 03:04:05 PM", "1/2/06 3:04 pm", "01-02-2006 15:04",
		"Jan 2, 2006 3:04:05 PM", "2 January 2006 15:04", "02-Jan-06 15:04:05.000", "20060102T150405Z0700", "20060102 150405", "20060102150405", "Monday, January 2, 2006 at 3:04 PM",
	} {
		r := dayFirst
		if strings.HasPrefix(layout, "01") || strings.HasPrefix(layout, "1/2") {
			r = monthFirst
		}
		if layout == "20060102150405" {
			r = yearFirst
		}
		d := dates{zone: time.UTC, reading: r}
		for range 200 {
			s := time.Unix(rng.Int64N(2e9), rng.Int64N(1e9)).UTC().Format(layout)
			want, err := time.Parse(layout, s)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := d.time(s); err != nil || !got.Equal(want) {
				t.Fatalf("%s as %s: %v, %v, want %v", s, layout, got, err, want)
			}
		}
	}
}

// TestDatesAreAsked: what two readings fit is asked and not guessed, by all of the file.
func TestDatesAreAsked(t *testing.T) {
	table := func(dates ...string) [2]string {
		var text strings.Builder
		text.WriteString("at,from,to,joined\n")
		for _, d := range dates {
			at, joined, _ := strings.Cut(d, "|")
			text.WriteString(`"` + at + `",a,b,"` + joined + "\"\n")
		}
		return [2]string{"m.csv", text.String()}
	}
	long := make([]string, 5000) // far beyond the sample
	for i := range long {
		long[i] = "01.02.2024 10:00"
	}
	long[4999] = "13.02.2024 10:00"
	for _, test := range []struct {
		file [2]string
		maps []string
		says string // the error, or the note
		last string // the last date, RFC 3339
	}{
		{table("01.02.2024", "03.02.2024"), nil, `m.csv: at: "01.02.2024" can be 1 February 2024 (-dates dmy) or 2 January 2024 (-dates mdy), and nothing in the file tells: say which`, ""},
		{table("01.02.2024", "03.02.2024"), []string{"dates:=mdy"}, "dates are read as month.day.year, UTC; -dates and -zone change that", "2024-03-02T00:00:00Z"},
		{table("01.02.2024", "03.02.2024"), []string{"m.csv:dates:=dmy"}, "day.month.year", "2024-02-03T00:00:00Z"},
		{table("01.02.2024", "13.02.2024"), nil, "dates are read as day.month.year, UTC; -dates and -zone change that", "2024-02-13T00:00:00Z"},
		{table(long...), nil, "day.month.year hour:minute, UTC", "2024-02-13T10:00:00Z"},
		{table(long[:4000]...), nil, "can be 1 February 2024", ""},
		{table("01.02.2024", "13.02.2024", "02.13.2024"), nil, `"13.02.2024" has the day first and "02.13.2024" the month`, ""},
		{table("01-02-03"), nil, "can be 1 February 2003 (-dates dmy), 2 January 2003 (-dates mdy) or 3 February 2001 (-dates ymd)", ""},
		{table("45323.42", "45324"), nil, `"45323.42" can be 1 January 1970 (-dates unix) or 1 February 2024 (-dates excel)`, ""},
		{table("45323.42", "45324"), []string{"dates:=excel"}, "the days of Excel, UTC", "2024-02-02T00:00:00Z"},
		{table("45323", "945324"), nil, "Unix times in seconds", "1970-01-11T22:35:24Z"},
		{table("20240201"), nil, "can be 1 February 2024 (-dates ymd) or 23 August 1970 (-dates unix)", ""},
		{table("2024-02-01 10:00:00|01/02/2020", "2024-02-01 10:00:00|"), nil, `joined: "01/02/2020" can be`, ""},
		{table("02/13/2024|01/02/2020"), nil, "month/day/year", "2024-02-13T00:00:00Z"}, // dates of one file are written alike
		{table("1706781600|01/02/2020"), []string{"dates:=dmy"}, "Unix times in seconds", "2024-02-01T10:00:00Z"},
		{table("2024-02-01 10:00:00"), nil, "year-month-day hour:minute:second, UTC; -zone changes that", "2024-02-01T10:00:00Z"},
		{table("2024-02-01T10:00:00Z"), nil, "", "2024-02-01T10:00:00Z"},
	} {
		got, faults, notes, err := readFiles(t, mapped(t, test.maps...), test.file)
		said := fmt.Sprint(notes)
		if err != nil {
			said = err.Error()
		}
		last := ""
		if len(got) > 0 {
			last = got[len(got)-1].At.Format(time.RFC3339)
		}
		if len(faults) > 0 || !strings.Contains(said, test.says) || last != test.last || test.says == "" && notes != nil {
			t.Errorf("%.60s: %s, %v, the last is %s; want %s, %s", test.file[1][18:], said, faults, last, test.says, test.last)
		}
	}
}

// FuzzDates: reading a date ends, in one time at most for each reading, and what one
// reading reads is no other day when it is written anew.
func FuzzDates(f *testing.F) {
	for _, s := range []string{"01.02.2024 10:00", "2024-02-01T10:00:00.5Z", "Thu Feb 01 10:00:00 +0000 2018", "1706781600.5", "45323,5", "2/23/24, 12:05\u202fAM", "20240201T100000+01", "31-12-99 10.30", "2024-10-27 02:30 CEST", "9223372036854775807", "00/00/0000 00:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var e evidence
		e.add(s)
		_ = e.readings()
		w := scanDate(s)
		for r := range laidOut {
			d := dates{reading: r, zone: time.UTC}
			at, err := d.time(s)
			if err != nil {
				continue
			}
			_ = w.shape(r, time.UTC)
			if y := at.Year(); y < 0 || y > 9999 {
				continue
			}
			back := dates{zone: time.UTC}
			if again, err := back.time(at.Format(time.RFC3339Nano)); err != nil || !again.Equal(at) {
				t.Fatalf("%q as %s: %v, read back %v, %v", s, readingNames[r], at, again, err)
			}
		}
	})
}
