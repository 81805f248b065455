// Package storekit helps to write a policy.Store on a server that many processes
// share. It holds what such stores have in common: the last known state of each
// record, the loop that compares and swaps, and an order for calls when there are
// more than the server can serve.
//
//	type Store struct{ *storekit.Records[int64] } // Update, View, Delete
//
//	func Open(…) *Store { return &Store{storekit.New(table{…}, storekit.Config{AtOnce: connections})} }
//
// A store implements the three methods of Server and passes it to New. It
// implements All itself. Packages redisstore and pgstore are stores of this kind;
// storetest.Shared checks yours.
//
//	Update ─▶ turn ─▶ last known state ─▶ fn ─▶ Server.Swap ─▶ done
//	                        ▲                        │
//	                        └── the current state ◀──┘ another process was faster
//
// # Round trips
//
// An update of a record that no other process has changed is one round trip: fn
// gets the last known state, and the server swaps if that is the current one.
// Otherwise fn runs again on the current state. What is last known may be out of
// date, but has no effect then: Update writes nothing, and returns no error of fn,
// on the strength of a state that the server does not have.
//
// # Overload
//
// Calls for one record take turns, and Config.AtOnce bounds how many calls are at
// the server. A call that would begin too late to end in time does not begin
// (ErrOverload). Otherwise every call would begin late and end too late, and the server
// would work for callers that have left; that goes on when its cause is long gone.
// For the same reason the last to come goes first as soon as others have waited for
// most of their time: a call that begins at its last moment does not outlast the
// next pause of the server. A call without a deadline waits until its turn comes.
//
// An engine does not take ErrOverload for an outage. Where the server has answered
// nobody for as long as a call had in all, the error is that of a deadline.
//
// # Failure
//
// Records return the errors of the Server as they are, and repeat nothing. An
// Update whose Swap failed may have been carried out; the next one finds out, for it
// compares what it knows with what the server has.
//
// # Saving, and notes
//
// Saver is for a store that is a policy.Keeper, too. Notes is for one that is a
// policy.Broadcaster: it gathers notes into batches and hands on what was heard. Post
// numbers the batches, so that what was missed is known.
//
// # History
//
// Buffer writes records into another store thousands at a time: for Engine.Learn.
package storekit
