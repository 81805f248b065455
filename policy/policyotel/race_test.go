//go:build race

package policyotel_test

const race = true // allocations are not those of a release
