// Package policygrpc speaks gRPC for a [policy.Engine].
//
// [UnaryServerInterceptor] and [StreamServerInterceptor] put an engine in front of the
// methods of a server that take messages. [Err] is the error that a method of its own
// answers a decision with. It is to gRPC what policyhttp is to HTTP.
//
// # Answers
//
//	verdict      code                 policyhttp  details
//	allow, flag  OK                   200         the method is called
//	duplicate    AlreadyExists        200         ErrorInfo
//	defer        ResourceExhausted    429         ErrorInfo, LocalizedMessage, RetryInfo; QuotaFailure where it is a rate, or a limit of requests or of the recipient
//	hold         FailedPrecondition   202         ErrorInfo, LocalizedMessage
//	reject       PermissionDenied     403         ErrorInfo, LocalizedMessage; RetryInfo where it ends
//	none         Unavailable          503         ErrorInfo, LocalizedMessage
//
// HTTP has 200 and 202 for what is no failure, and is not delivered now. gRPC has OK alone,
// with a response that only the method could make, and that clients take for "delivered".
// So a message that waits for a person is FailedPrecondition, which no client tries again
// by itself, and a retry of one that went out is AlreadyExists, which a client of a method
// with request IDs takes for success. Where the response of a method can say more, say it
// in an interceptor around these: the error is a [*Refusal] there, with the Decision.
// A message that is held is kept by nobody: Hooks.Decided has it.
//
// # Details
//
// The message of a status is in English, LocalizedMessage in the language that was asked
// for. Both are what the sender may be told: no threshold, no reporter, no other account.
// ErrorInfo has the [Domain], the code of the Notice in capitals as its reason (RATE, LATER,
// BUSY, REQUESTS, HELD, REFUSED, WARNING, SANCTION, UNDECIDED; DUPLICATE has no notice), and
// the other fields of the Notice, as in JSON, as its metadata: kind, scope, until, per_day,
// appeal and so on. Of a retry of what a rate deferred the reason is LATER, without a
// QuotaFailure. RetryInfo is for people and their clients: the gRPC library must not try
// again by itself, for who is refused and goes on gives evidence against themselves. So a
// refused call says in grpc-retry-pushback-ms that it is not to be tried again.
//
// # Errors
//
// A fault of the store changes nothing: the Decision follows Config.OnFault of the engine,
// and DecisionOf says that it is Degraded. What else goes wrong is answered as [Convert]
// says.
package policygrpc
