module github.com/decorum-go/decorum/similarity/internal/gen

go 1.26.0

require (
	go.mau.fi/util v0.9.4
	golang.org/x/text v0.43.0
)

require github.com/decorum-go/decorum v0.0.0-00010101000000-000000000000

require github.com/cespare/xxhash/v2 v2.3.0 // indirect

replace github.com/decorum-go/decorum => ../../..
