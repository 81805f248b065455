//go:build !race

package main

const part = 1 // all of a stream
