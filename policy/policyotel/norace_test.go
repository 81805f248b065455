//go:build !race

package policyotel_test

const race = false
