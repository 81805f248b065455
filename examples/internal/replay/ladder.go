package replay

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/decorum-go/decorum/examples/internal/ladderpage"
	"github.com/decorum-go/decorum/policy"
)

// builtin are the policies that are known by name.
var builtin = map[string]func() *policy.Policy{"default": policy.Default, "strict": policy.Strict, "observe": policy.Observe}

// checkLadder refuses flags that do not go with -ladder.
func (o *options) checkLadder(files []string) error {
	switch {
	case !o.ladder && o.svg != "":
		return errors.New("-svg draws what -ladder prints: give -ladder")
	case !o.ladder:
		return nil
	case len(files) > 1, len(files) == 1 && o.policy != "":
		return errors.New("-ladder prints one policy: a file, default, strict or observe")
	case o.zoo.on || o.against+o.html+o.fit+o.senders+o.decisions != "" || o.sample > 0 || o.json:
		return errors.New("-ladder reads a policy and no events: only -policy and -svg go with it")
	case slices.Contains(append(files, o.policy), o.svg) && o.svg != "":
		return fmt.Errorf("-svg %s would overwrite what is read from it", o.svg)
	}
	return nil
}

// printLadder prints what brings what under a policy, or draws it.
func (o *options) printLadder(files []string, p *policy.Policy, stdout io.Writer) error {
	if len(files) == 1 {
		var err error
		switch p, err = readPolicy(files[0]); {
		case errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("%w; without a file it is one of default, strict, observe", err)
		case err != nil:
			return err
		}
	}
	page := ladderpage.Of(p)
	switch o.svg {
	case "":
		return page.WriteText(stdout)
	case "-":
		return page.WriteSVG(stdout)
	}
	f, err := os.Create(o.svg)
	if err != nil {
		return err
	}
	return errors.Join(page.WriteSVG(f), f.Close())
}
