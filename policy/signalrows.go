package policy

import (
	"github.com/decorum-go/decorum/policy/internal/judge"
)

// A signalRow is one signal of a policy: where its knobs are, and what shape they
// must have.
type signalRow struct {
	signal judge.Signal
	field  string // in the policy file
	knob   func(*Signals) *Signal
	shape  curveShape
}

// signalRows is the table of signals, in the order of the policy file.
var signalRows = [...]signalRow{
	{judge.Refused, "refused", func(s *Signals) *Signal { return &s.Refused }, shapeShare},
	{judge.TextFast, "text_fast", func(s *Signals) *Signal { return &s.TextFast }, shapeCount},
	{judge.TextSlow, "text_slow", func(s *Signals) *Signal { return &s.TextSlow }, shapeCount},
	{judge.Disguise, "disguise", func(s *Signals) *Signal { return &s.Disguise }, shapeCount},
	{judge.Reach, "reach", func(s *Signals) *Signal { return &s.Reach }, shapeCount},
	{judge.OutreachFast, "outreach_fast", func(s *Signals) *Signal { return &s.OutreachFast }, shapeCount},
	{judge.OutreachSlow, "outreach_slow", func(s *Signals) *Signal { return &s.OutreachSlow }, shapeCount},
	{judge.FollowUps, "follow_ups", func(s *Signals) *Signal { return &s.FollowUps }, shapeCount},
	{judge.FollowUpsStranger, "follow_ups_stranger", func(s *Signals) *Signal { return &s.FollowUpsStranger }, shapeCount},
	{judge.Persistence, "persistence", func(s *Signals) *Signal { return &s.Persistence }, shapeCount},
	{judge.ComplaintOutreach, "complaint_outreach", func(s *Signals) *Signal { return &s.ComplaintOutreach }, shapeCount},
	{judge.ReplyLow, "reply_low", func(s *Signals) *Signal { return &s.ReplyLow }, shapeShare},
	{judge.ReplyGood, "reply_good", func(s *Signals) *Signal { return &s.ReplyGood }, shapeGood},
	{judge.Complaint, "complaint", func(s *Signals) *Signal { return &s.Complaint }, shapeCount},
	{judge.ComplaintRate, "complaint_rate", func(s *Signals) *Signal { return &s.ComplaintRate }, shapeShare},
	{judge.Timing, "timing", func(s *Signals) *Signal { return &s.Timing }, shapeLevel},
	{judge.Clock, "clock", func(s *Signals) *Signal { return &s.Clock }, shapeCount},
	{judge.Campaign, "campaign", func(s *Signals) *Signal { return &s.Campaign }, shapeCount},
	{judge.Flagged, "flagged", func(s *Signals) *Signal { return &s.Flagged }, shapeCount},
	{judge.RepeatOffence, "repeat_offence", func(s *Signals) *Signal { return &s.RepeatOffence }, shapeCount},
	{judge.Origin, "origin", func(s *Signals) *Signal { return &s.Origin }, shapeCount},
	{judge.Young, "young", func(s *Signals) *Signal { return &s.Young }, shapeAge},
	{judge.Ignored, "ignored", func(s *Signals) *Signal { return &s.Ignored }, shapeCount},
}
