package policy

import "encoding/json"

// What the tags of the fields cannot say: durations as text, and the sentence of a
// reason. The plain types are the same without these methods.
type (
	plainReason   Reason
	plainDecision Decision
	plainMessage  Message
)

// MarshalJSON implements json.Marshaler. Beside the fields it writes String as
// "sentence".
func (r Reason) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainReason
		Sentence string `json:"sentence"`
	}{plainReason(r), r.String()})
}

// UnmarshalJSON implements json.Unmarshaler. It leaves out the sentence, which
// follows from the fields.
func (r *Reason) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, (*plainReason)(r)) }

// MarshalJSON implements json.Marshaler. RetryAfter is written as a Duration.
func (d Decision) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainDecision
		RetryAfter Duration `json:"retry_after,omitzero"`
	}{plainDecision(d), Duration(d.RetryAfter)})
}

// UnmarshalJSON implements json.Unmarshaler. It reads what MarshalJSON wrote.
func (d *Decision) UnmarshalJSON(b []byte) error {
	x := struct {
		*plainDecision
		RetryAfter Duration `json:"retry_after"`
	}{(*plainDecision)(d), Duration(d.RetryAfter)}
	err := json.Unmarshal(b, &x)
	d.RetryAfter = x.RetryAfter.D()
	return err
}

// MarshalJSON implements json.Marshaler. Composed is written as a Duration.
func (m Message) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainMessage
		Composed Duration `json:"composed,omitzero"`
	}{plainMessage(m), Duration(m.Composed)})
}

// UnmarshalJSON implements json.Unmarshaler. It reads what MarshalJSON wrote.
func (m *Message) UnmarshalJSON(b []byte) error {
	x := struct {
		*plainMessage
		Composed Duration `json:"composed"`
	}{(*plainMessage)(m), Duration(m.Composed)}
	err := json.Unmarshal(b, &x)
	m.Composed = x.Composed.D()
	return err
}
