package celrules

import (
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// cost bounds what the expression costs on any message, and refuses what costs too much.
func (x *compilation) cost() int {
	root := x.ast.Expr()
	c, err := cost.Cost(x.ast, estimator{x})
	if err != nil {
		x.fault(0, "its cost is not known: %v", err)
		return 0
	}
	if c.Max <= rulekit.MaxCost {
		return int(c.Max)
	}
	steps := "more than a million steps"
	if c.Max <= 1e6 {
		steps = itoa(int(c.Max)) + " steps"
	}
	where := root.ID()
	walk(root, func(e ast.Expr) bool {
		if e.Kind() == ast.ComprehensionKind {
			where = e.ID()
			return false
		}
		return true
	})
	x.fault(where, "could cost %s on a message, at most %d may be: go over fewer lists at once, take shorter ones, or write TEXT in LIST", steps, rulekit.MaxCost)
	return 0
}

// An estimator tells cel-go how long things can be.
type estimator struct{ x *compilation }

func size(least, most int) *cost.SizeEstimate {
	s := cost.RangedSizeEstimate(uint64(least), uint64(most))
	return &s
}

// EstimateSize implements cost.Estimator.
func (s estimator) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	path := n.Path()
	if len(path) == 0 {
		return nil
	}
	if list, ok := strings.CutPrefix(path[0], "lists."); ok {
		i := s.x.list(list)
		if i < 0 {
			return nil
		}
		if len(path) > 1 {
			return size(1, maxEntry)
		}
		n := len(s.x.d.Lists[i].Entries)
		return size(n, n)
	}
	if path[0] == "attr" && len(path) == 2 {
		if i := s.x.attribute(path[1]); i >= 0 && s.x.d.Attributes[i].Type == rulekit.Texts {
			return size(0, rulekit.MaxEntries)
		}
	}
	if n.Type().IsExactType(types.StringType) {
		return size(0, rulekit.MaxText)
	}
	return nil
}

// maxEntry is how long an entry of a list in a policy may be, in bytes.
const maxEntry = 1 << 10

// EstimateCallCost implements cost.Estimator.
func (s estimator) EstimateCallCost(function, _ string, target *cost.AstNode, args []cost.AstNode) *cost.CallEstimate {
	switch function {
	case operators.In:
		// lists.NAME is halved, whatever it is long.
		if p := args[1].Path(); len(p) == 1 && strings.HasPrefix(p[0], "lists.") {
			return &cost.CallEstimate{CostEstimate: cost.RangedCostEstimate(1, 4)}
		}
	case "matches":
		// Each byte of the text can be at each step of the program.
		if target == nil || args[0].Expr().Kind() != ast.LiteralKind {
			return nil
		}
		text := uint64(rulekit.MaxText)
		if of := cost.EstimateSize(s, *target); of.Max > text {
			text = of.Max
		}
		pattern, _ := args[0].Expr().AsLiteral().(types.String)
		steps := cost.SafeMultiply(text, patternSize(string(pattern)))
		return &cost.CallEstimate{CostEstimate: cost.RangedCostEstimate(1, steps/8+1)}
	}
	return nil
}
