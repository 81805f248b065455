package storekit

// A ServerError says what a server, or the connection to it, did not do.
type ServerError struct {
	Op   string // such as "get", "swap", "delete", "all", "open"
	Kind error  // one of the errors of the store's package, to branch on
	Err  error  // what was answered
}

// Error implements error.
func (e *ServerError) Error() string { return e.Kind.Error() + ": " + e.Op + ": " + e.Err.Error() }

// Unwrap returns Kind and Err.
func (e *ServerError) Unwrap() []error { return []error{e.Kind, e.Err} }
