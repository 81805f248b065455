// Package storekit helps to write a policy.Store on a server that many
// processes share. It has what such stores have in common: the last known state
// of each record, the loop that compares and swaps, and an order for calls that
// want more than the server can do.
//
//	Update ─▶ turn ─▶ last known state ─▶ fn ─▶ Server.Swap ─▶ done
//	                        ▲                        │
//	                        └── the current state ◀──┘ another process was faster
//
// A store implements Server, three methods, passes it to New, and hands Update,
// View and Delete to the Records that it gets. It implements All itself. Packages
// redisstore and pgstore are stores of this kind; package storetest checks yours
// (storetest.Shared).
//
// # Round trips
//
// An update of a record that no other process has changed is one round trip: fn
// is given the last known state, and the server swaps if that is the current
// one. Otherwise fn runs again on the current state. What is last known may be
// out of date, never wrong: nothing is written, and no error of fn is returned,
// on the strength of a state that the server does not have.
//
// # Overload
//
// Calls for one record take turns, and Config.AtOnce bounds how many calls are
// at the server. A call that has waited for half of its time is not begun
// (ErrBusy). Otherwise every call would begin late and end too late, and the
// server would work for callers that have left: that state persists after its
// cause has gone. A call without a deadline waits until its turn comes.
//
// # Failure
//
// Errors of the Server are returned as they are. Nothing is tried again. An
// Update whose Swap failed may have been carried out; what is last known then
// is compared with the server's state like any other.
package storekit
