package scoring

import (
	"encoding/json"
	"testing"
)

func TestFamilyText(t *testing.T) {
	names := []string{"", "volume", "content", "contact", "reception", "automation", "network", "standing"}
	for i, name := range names {
		f := Family(i)
		data, err := json.Marshal(f)
		if err != nil || f.String() != name || string(data) != `"`+name+`"` {
			t.Errorf("%d: %q, %s, %v", i, f, data, err)
		}
		var back Family
		if err := json.Unmarshal(data, &back); err != nil || back != f {
			t.Errorf("%s came back as %v, %v", data, back, err)
		}
		if want := i >= 2 && i <= 6; f.Independent() != want {
			t.Errorf("%v is independent: %v", f, !want)
		}
	}
	if len(names) != NumFamilies+1 {
		t.Errorf("%d families", NumFamilies)
	}
	if _, err := Family(8).MarshalText(); err == nil || Family(8).String() != "Family(8)" || Family(255).Independent() {
		t.Error("family 8")
	}
	f := Content
	if err := f.UnmarshalText([]byte("Volume")); err == nil || f != Content {
		t.Errorf("%v, %v", f, err)
	}
}
