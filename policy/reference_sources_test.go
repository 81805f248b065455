package policy_test

// A source is where a number of the default policy comes from, and since when it is so.
type source struct {
	since string // the day, and the commit
	why   string
}

// sources are those of the signals, and of the numbers beside them. By judgement means
// that no log and no publication stands behind it: it was set so that the zoo and the
// reported cases come out as they do.
var sources = map[string]source{
	"refused":             {"2026-11-24 (b6c0914)", "by judgement: 1 point at most, which adds to other evidence and is never one of the two families"},
	"text_fast":           {"2026-11-24 (b6c0914)", "real logs: 99% of honest senders stay under 4.0 (staff mail) and 8.6 (SMS, 34 senders)"},
	"text_slow":           {"2026-11-24 (b6c0914)", "the zoo's drip and job seeker: what takes a month never fills two hours, and one letter a day to each of eight must not bring a block"},
	"text_echo":           {"2026-11-28 (65d0fc8)", "by judgement, on reports of accounts in other hands that send a bait to all friends"},
	"text_match":          {"2026-11-24 (b6c0914)", "texts of public corpora, changed at random: a filled template is worth about half a copy, which parts a recruiter from a spammer"},
	"text_match_slow":     {"2026-11-24 (bad369d)", "the zoo's drip, which words each sentence anew: 81 messages before the first block until then, 62 from then on"},
	"text_answered":       {"2026-11-24 (b6c0914)", "the zoo's blaster: with fewer than three answers one lucky answer let 25 messages out in place of 13"},
	"slow_gate":           {"2026-11-24 (bad369d)", "the zoo's job seeker: 17 of 100 were blocked before, 2 of 200 from then on"},
	"disguise":            {"2026-11-24 (b6c0914)", "by judgement: half a point at most, beside a text that many got"},
	"reach":               {"2026-11-24 (b6c0914)", "as text_fast, over all accounts"},
	"outreach_fast":       {"2026-11-28 (14d6629)", "real logs: 95% of senders stay under 7 (a student network), 5 (staff mail) and 14 (SMS); the last knot from reports of openers sent at speed"},
	"outreach_slow":       {"2026-11-25 (7b3abc9)", "real logs: 99% of senders of a student network stay under 42; the last knot from the zoo's rotator, which was never stopped before"},
	"follow_ups":          {"2026-11-24 (b6c0914)", "real logs: honest people have runs of 3 to 115 at the median where answers are not in the log, so it says next to nothing, and weighs half a point"},
	"follow_ups_stranger": {"2026-11-24 (bad369d)", "the zoo's harasser, who was never sanctioned before"},
	"persistence":         {"2026-11-24 (bad369d)", "the zoo's harasser: what a family cannot say, for one is capped"},
	"deceived":            {"2026-11-28 (c102af0)", "reports of extortion and of brigades, and the zoo's scammer: three grave complaints over a day"},
	"reply_low":           {"2026-11-24 (b6c0914)", "reply_prior: without data the probability is .15, so a curve from .50 on says nothing then; real logs: 5% of active people are answered less than one time in ten"},
	"reply_good":          {"2026-11-24 (b6c0914)", "as reply_low, the other way, from three answers on"},
	"reply_floor":         {"2026-11-24 (b6c0914)", "real logs: first letters are answered by 51% at the median, 5% of active people are under 10%; paid letters to strangers have a published floor of 13% on 100 sent"},
	"reply_floor_busy":    {"2026-11-25 (237ea19)", "the published floor of paid letters to strangers, 13% on 100 sent in 14 days"},
	"reply_prior":         {"2026-11-24 (b6c0914)", "by judgement: two answers of eight, which says nothing for or against"},
	"complaint_outreach":  {"2026-11-28 (14d6629)", "by judgement, on reports: complaints are one family, whoever was approached how"},
	"complaint":           {"2026-11-24 (b6c0914)", "by judgement: three credible complaints by people who do not know each other are as much as a family can say"},
	"complaint_rate":      {"2026-11-28 (14d6629)", "published rates of mail: 0.1% is looked at, 0.3% never to be reached, 0.5% pauses sending; off for members, where one complaint of 100 exceeds all of them"},
	"complaint_floor":     {"2026-11-24 (b6c0914)", "published rates of mail: 0.3% is never to be reached"},
	"complaint_prior":     {"2026-11-24 (b6c0914)", "3 complaints of 30 people reached are then certain to be too many (.996), 3 of 1,000 are not (.43); a prior as wide as mail's never said anything"},
	"complaint_reach":     {"2026-11-24 (b6c0914)", "the published rates of mail are of 1,000 sent and more"},
	"timing":              {"2026-11-24 (b6c0914)", "real logs: the most regular person is at .33"},
	"clock":               {"2026-11-24 (f7b3665)", "the zoo's cron: one in a million by chance, and full at one in a billion"},
	"campaign":            {"2026-11-24 (b6c0914)", "real logs: the most senders of one text to strangers are 3"},
	"flagged":             {"2026-11-24 (b6c0914)", "by judgement: one sanctioned account is less than a warning, three are as much as a family can say"},
	"shared_contacts":     {"2026-11-24 (e5045cb)", "a petition that people with friends pass on: 20 of 20 were blocked before"},
	"repeat_offence":      {"2026-11-24 (b6c0914)", "by judgement: less than a warning by itself"},
	"origin":              {"2026-11-24 (b6c0914)", "by judgement: .9 is the weight from which the ladder blocks; less than a warning by itself"},
	"young":               {"2026-11-24 (b6c0914)", "by judgement: an account of the first day"},
	"ignored":             {"2026-11-24 (b6c0914)", "by judgement: five people approached after a warning bring the block within minutes"},
	"strikes":             {"2026-11-28 (c102af0)", "by judgement, on reports of people who come back from a block and go on"},
	"cleared":             {"2026-11-29 (ef5e8df)", "the zoo's organiser: each finding holds for at least six more messages of the kind; 22 of them cleared one by one ended in a block before"},
}
