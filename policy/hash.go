package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/decorum-go/decorum/policy/internal/policyfile"
)

// ID returns the name of the policy and the hash of its content,
// "default@0123456789abcdef": what stands in every decision. The hash is the
// first 64 bits of the SHA-256 of the JSON that MarshalJSON writes, so equal
// policies have equal IDs on every machine. It encodes the whole policy (a
// quarter of a millisecond): keep the answer. A policy that cannot be written, which
// Validate refuses, has the ID "name@invalid".
func (p *Policy) ID() string {
	if p == nil {
		return ""
	}
	data, err := json.Marshal(p)
	if err != nil {
		return p.Name + "@invalid"
	}
	sum := sha256.Sum256(data)
	return p.Name + "@" + hex.EncodeToString(sum[:8])
}

// MarshalJSON writes the policy in full, as ReadPolicy reads it: always the
// same bytes for the same content, and again the same after reading them.
func (p Policy) MarshalJSON() ([]byte, error) {
	type plain Policy // without methods
	return json.Marshal(plain(policyfile.Copy(p, true)))
}

// UnmarshalJSON reads a policy file as ReadPolicy does. On an error p is
// unchanged.
func (p *Policy) UnmarshalJSON(data []byte) error {
	q, err := parsePolicy(data)
	if err == nil {
		*p = *q
	}
	return err
}

// Clone returns a deep copy: a policy that may be changed and given to
// SetPolicy while the old one is in force.
func (p *Policy) Clone() *Policy {
	return policyfile.Copy(p, false)
}
