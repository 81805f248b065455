package policy

import (
	"context"
	"fmt"
	"iter"
	"regexp"

	"github.com/decorum-go/decorum/policy/internal/keys"
)

const (
	knownOfTenant    = 1 << 11 // last known records
	clustersOfTenant = 1 << 12 // of texts
)

var tenantForm = regexp.MustCompile(`^[A-Za-z0-9._:@/-]{1,128}$`)

// errTenants says that a store belongs to tenants, or to an engine of none.
var errTenants = fmt.Errorf("%w: it is shared by engines with a Config.Tenant, and this one has none, or the other way round; configure another store", ErrSecret)

// proofs are of a Secret, for one store or for tenants that share it.
type proofs struct{ mine, other Key }

func proofsOf(root *keys.Keyer, tenant string) proofs {
	p := proofs{root.Key(keys.Seed, "store"), root.Key(keys.Seed, "tenants")}
	if tenant != "" {
		p.mine, p.other = p.other, p.mine
	}
	return p
}

// entries is the store's All for what the engine has in it, by its own keys.
func (e *Engine) entries(ctx context.Context, listed bool) iter.Seq2[Entry, error] {
	prefix := e.keys.Prefix()
	if prefix == nil {
		return e.store.All(ctx, listed)
	}
	return func(yield func(Entry, error) bool) {
		for entry, err := range within(ctx, e.store, prefix, listed) {
			ours := err != nil && entry.Key == Key{}
			if !ours {
				entry.Key, ours = e.keys.Placed(entry.Key)
			}
			if ours && !yield(entry, err) {
				return
			}
		}
	}
}

// within is the store's All for those whose keys begin with prefix, and maybe others.
func within(ctx context.Context, s Store, prefix []byte, listed bool) iter.Seq2[Entry, error] {
	if r, ok := s.(Ranger); ok && len(prefix) > 0 {
		return r.Range(ctx, prefix, listed)
	}
	return s.All(ctx, listed)
}
