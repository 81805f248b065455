module github.com/decorum-go/decorum/examples/import

go 1.26.0

replace github.com/decorum-go/decorum => ../..

require github.com/decorum-go/decorum v0.0.0

require (
	golang.org/x/net v0.62.0
	golang.org/x/text v0.43.0 // indirect
)
