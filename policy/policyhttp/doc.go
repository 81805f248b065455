// Package policyhttp speaks HTTP for a [policy.Engine].
//
// [Write] answers a request with a decision, and [Middleware] puts an engine in front of
// a handler that takes messages. [New] makes an [http.Handler] of the whole API, for a
// service that is not in Go and runs decorum beside itself, and for a moderation page.
// The standard library is all that it needs.
//
//	limited := policyhttp.Middleware(engine, read)  // read makes a policy.Message of a request
//	mux.Handle("POST /messages", limited(send))     // send sees those alone that are to be delivered
//
//	api := policyhttp.New(engine, policyhttp.Config{Allow: internal, Who: moderator})
//	http.ListenAndServe("127.0.0.1:8080", api)
//
// # Answers
//
// An Allow or a Flag is 200, and so is a Duplicate, which is not to be delivered again.
// A Hold is 202. A Defer is 429 with Retry-After, a Reject is 403; both, and every error,
// are problem+json (RFC 9457), whose detail is what the sender may be told: no threshold,
// no reporter, no other account.
//
// # Who may call
//
// Allow is trust in your own servers, never in end users: whoever it lets in may have a
// message judged as anybody's, and read or forget any account. Its routes are evaluate,
// preview, learn and events, an account's notice, statements, appeals and export, and
// DELETE of an account. Who is for moderators: an account itself, its reviews and
// override, release and discard, sanctions, rulings, texts, acts, the brake, the policy,
// stats and v1/health. Anybody may have healthz and openapi.json.
//
// Without Config.Who there are no routes for moderators, without Config.Allow none that
// take messages. Both see each request first. The author of an act is who Who says,
// whatever the body says. Requests of more than Config.MaxBody bytes are refused, and so
// is a parameter or a field that a route does not take: put credentials into a header.
//
// GET /openapi.json describes what there is (OpenAPI 3.1).
package policyhttp
