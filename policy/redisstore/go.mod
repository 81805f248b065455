module github.com/decorum-go/decorum/policy/redisstore

go 1.26

require github.com/decorum-go/decorum v0.0.0

require (
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/redis/rueidis v1.0.79 // indirect
	golang.org/x/sys v0.47.0 // indirect
)

replace github.com/decorum-go/decorum => ../..
