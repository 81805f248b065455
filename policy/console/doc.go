// Package console is the page on which people decide what automation left to them: cases
// of a [policy.Engine], one a campaign or an account, with all that was sent, what the
// sender was told, and what came before.
//
// [Open] makes a [Console] on a database, which takes the engine's hooks; it is an
// [http.Handler] to mount under a path of the host's service:
//
//	c, err := console.Open(ctx, console.Config{DB: db, Who: who, Deliver: deliver, Base: "/moderation"})
//	engine, err := policy.New(policy.Config{Secret: secret, Hooks: c.Hooks()})
//	c.Use(engine)
//	http.Handle("/moderation/", c)
//
// Pages are made by the server, work without script, and ask nothing of any other host. A
// small script adds keys (? lists them), and brings the queue up to date as it changes.
//
// # Who may do what
//
// The host authenticates: Config.Who sees each request first, and says who it is from and
// what role they have. A [Reader] reads, a [Mod] decides, a [Lead] suspends, reads the
// audit and the figures, and changes the policy's rules. What changes something is a POST of a form that this console made
// for this moderator and this session, from a page of the same origin. Nothing is in a
// cookie, and nothing in an address but what is looked at. Texts and names of others are
// shown as text, cut, with what hides or turns around its surroundings named (⟨202E⟩).
//
// A case that a moderator opens, or is given with Next, is theirs for ten minutes
// (Config.Lease): nobody else is given it, or can decide it.
//
// # Undo
//
// An action is not done at once: it is written down, with a time ten seconds ahead
// (Config.Undo). Until then its author can take it back, and it has never been: nothing was
// delivered, nobody was told, no offence was counted. Then a goroutine of [Console.Use]
// carries it out, in whichever process comes first, for exactly the messages that the
// moderator saw. What came to the case since stays open. A crash between decision and case
// loses nothing: what is written down is done after the next start, and all of it may be
// done twice. What fails is tried again, and the moderator is told; what can't succeed waits
// for them to dismiss it.
//
// An action that needs another person's word (Config.FourEyes) waits for that instead; that
// person agrees, or declines, and it has never been.
//
// # What an action does
//
//	release   Engine.Release and Deliver, for all messages that wait
//	discard   Engine.Discard, for all messages that wait
//	harmless  a Review of each message, and release; of a campaign of several accounts RuleText, too
//	abusive   a Review of each message, and discard; of a campaign of several accounts RuleText, too
//	ban, fine Engine.SetText with TextReject, TextFine, of the copy that stands first on the page
//	lift      Engine.Lift
//	uphold, reduce, overturn  Engine.Resolve
//	suspend   Engine.Impose
//
// # Rules
//
// With Config.Compiler and Config.Apply a Lead writes rules of the policy, checks them,
// runs them in shadow, and turns them on and off. Each change is an act in the audit.
//
// # What is kept
//
// Cases, stories and figures lie in the host's database; texts stay 30 days, closed cases
// 180. Call [Console.Erase] beside Engine.Forget. While the database is away the hooks'
// records wait, in a file if Config.Spool names a folder; pages say so.
package console
