package celrules

// A Function is one that expressions can call.
type Function struct {
	Name string // "startsWith"
	Form string // how it is written, with what it takes in capitals
	Doc  string // one sentence
}

// Functions returns what expressions can call, beside the operators ! && || ?: == != <
// <= > >= + - * / % and in. The slice is the caller's.
func Functions() []Function {
	return []Function{
		{"text.like", "text.like('LIST')", "How much the text of the message is like one on the list, 0 to 1."},
		{"has", "has(attr.NAME)", "Whether the message has the attribute."},
		{"size", "size(TEXT or LIST)", "How many characters the text has, or how many entries the list."},
		{"contains", "TEXT.contains(TEXT)", "Whether the other text stands in it."},
		{"startsWith", "TEXT.startsWith(TEXT)", "Whether it begins with the other text."},
		{"endsWith", "TEXT.endsWith(TEXT)", "Whether it ends with the other text."},
		{"matches", "TEXT.matches('PATTERN')", "Whether the pattern (RE2) is found in it."},
		{"duration", "duration('36h')", "A length of time, in h, m, s and ms."},
		{"timestamp", "timestamp('2026-12-07T00:00:00Z')", "A time."},
		{"int", "int(NUMBER or TEXT)", "A whole number; what is none fails."},
		{"double", "double(NUMBER or TEXT)", "A number; what is none fails."},
		{"string", "string(NUMBER or FLAG)", "A text."},
		{"exists", "LIST.exists(x, CONDITION)", "Whether the condition holds for an entry x."},
		{"all", "LIST.all(x, CONDITION)", "Whether it holds for every one."},
		{"exists_one", "LIST.exists_one(x, CONDITION)", "Whether it holds for exactly one."},
		{"filter", "LIST.filter(x, CONDITION)", "The entries that it holds for."},
		{"map", "LIST.map(x, VALUE)", "A list of the values, one for each entry."},
	}
}

func functionNamed(name string) *Function {
	all := Functions()
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	return nil
}

func functionNames() (names []string) {
	for _, f := range Functions() {
		names = append(names, f.Name)
	}
	return names
}
