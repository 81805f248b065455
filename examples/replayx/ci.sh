#!/usr/bin/env bash
# Called by .ci/run in this folder: a rule is tried on a log, as the README does it.
set -euo pipefail
cd "$(dirname "$0")"
go -C ../.. run ./examples/simulate -actors recruiter,blaster,filler,member -days 5 |
	go run . -rule 'to.strangers > 0 && account.messages > 20' - | grep 'is true of 121 messages'
