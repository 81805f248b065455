// Package celrules compiles the rules of a policy, which are expressions in CEL.
//
//	engine, err := policy.New(policy.Config{Policy: &p, Compiler: celrules.New(), …})
//
// CEL is the Common Expression Language (cel.dev). An expression is typed and checked when
// the policy is read: everything that is wrong with it is said at once, with line and
// column and with what would be right, and nothing of the policy is taken then.
//
//	account.age < duration('24h') && size(attr.links) > 0 && to.strangers > 0
//
// What an expression can read is in [rulekit.Variables], beside the attributes, lists and
// counters of the policy; what it can call is in [Functions]. There is no clock but now,
// the time of the message, nothing by chance, nothing with an effect, no map and no
// message of CEL: equal facts give equal answers on every machine.
//
// # Unlike CEL in general
//
//   - A double can be compared with an int by < <= > >=: account.approached > 3. For ==, !=
//     and arithmetic both must be of one type.
//   - duration(…), timestamp(…), the pattern of matches(…) and the name in text.like(…)
//     must stand there as texts, so that they are checked when the policy is read.
//   - An attribute that a message does not have is the zero of its type; has(attr.NAME)
//     tells whether it has one.
//   - now is to be compared with timestamp(…), or shifted by a duration.
//   - What fails on a message, such as a division by zero, makes the rule false. As CEL
//     has it, false && failure is false and true || failure is true.
//
// # Bounds
//
// An expression has at most rulekit.MaxWhen bytes, is nested at most 32 deep, and costs at
// most rulekit.MaxCost steps on any message, by the estimate of cel-go, which knows how
// long texts and lists can be. A pattern of matches has at most 200 bytes, and its cost
// follows from its program. So a hostile policy is refused when it is read; a rule of the
// highest cost that is taken may still take a millisecond, and the benchmarks say what
// ordinary ones take.
//
// # Speed
//
// Numbers, flags, texts, durations, comparisons, arithmetic, in, size, startsWith,
// endsWith and contains are compiled to closures that allocate nothing, and so are exists
// and all where they compare the entries with texts and lists; a text that is joined
// allocates. What is left, patterns above all, is evaluated by cel-go, and only that part
// of the rule.
package celrules
