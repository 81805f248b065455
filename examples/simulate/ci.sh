#!/usr/bin/env bash
# Called by .ci/run in this folder: every actor is described and plays, twice
# the same, and packed the same as not.
set -euo pipefail
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

go build -o "$tmp/simulate" .
"$tmp/simulate" -list
"$tmp/simulate" -actors all,keyflood:accounts=100 -days 60 -o "$tmp/a.jsonl"
"$tmp/simulate" -actors all,keyflood:accounts=100 -days 60 -o "$tmp/b.jsonl.gz"
gunzip "$tmp/b.jsonl.gz"
cmp "$tmp/a.jsonl" "$tmp/b.jsonl"
"$tmp/simulate" -actors blaster -background "$tmp/a.jsonl" -o "$tmp/c.jsonl"
[ "$(wc -l <"$tmp/c.jsonl")" -gt "$(wc -l <"$tmp/a.jsonl")" ]
