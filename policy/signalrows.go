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
	{judge.Pressure, "pressure", func(s *Signals) *Signal { return &s.Pressure }, shapeShare},
	{judge.TextFast, "text_fast", func(s *Signals) *Signal { return &s.TextFast }, shapeCount},
	{judge.TextSlow, "text_slow", func(s *Signals) *Signal { return &s.TextSlow }, shapeCount},
	{judge.Disguise, "disguise", func(s *Signals) *Signal { return &s.Disguise }, shapeCount},
	{judge.Reach, "reach", func(s *Signals) *Signal { return &s.Reach }, shapeCount},
	{judge.FanFast, "fan_fast", func(s *Signals) *Signal { return &s.FanFast }, shapeCount},
	{judge.FanSlow, "fan_slow", func(s *Signals) *Signal { return &s.FanSlow }, shapeCount},
	{judge.Pestered, "pestered", func(s *Signals) *Signal { return &s.Pestered }, shapeCount},
	{judge.PesteredStranger, "pestered_stranger", func(s *Signals) *Signal { return &s.PesteredStranger }, shapeCount},
	{judge.Persistence, "persistence", func(s *Signals) *Signal { return &s.Persistence }, shapeCount},
	{judge.ComplaintCold, "complaint_cold", func(s *Signals) *Signal { return &s.ComplaintCold }, shapeCount},
	{judge.ReplyLow, "reply_low", func(s *Signals) *Signal { return &s.ReplyLow }, shapeShare},
	{judge.ReplyGood, "reply_good", func(s *Signals) *Signal { return &s.ReplyGood }, shapeGood},
	{judge.Complaint, "complaint", func(s *Signals) *Signal { return &s.Complaint }, shapeCount},
	{judge.ComplaintRate, "complaint_rate", func(s *Signals) *Signal { return &s.ComplaintRate }, shapeShare},
	{judge.Timing, "timing", func(s *Signals) *Signal { return &s.Timing }, shapeLevel},
	{judge.Minute, "minute", func(s *Signals) *Signal { return &s.Minute }, shapeCount},
	{judge.Campaign, "campaign", func(s *Signals) *Signal { return &s.Campaign }, shapeCount},
	{judge.Tainted, "tainted", func(s *Signals) *Signal { return &s.Tainted }, shapeCount},
	{judge.Resumed, "resumed", func(s *Signals) *Signal { return &s.Resumed }, shapeCount},
	{judge.Origin, "origin", func(s *Signals) *Signal { return &s.Origin }, shapeCount},
	{judge.Young, "young", func(s *Signals) *Signal { return &s.Young }, shapeAge},
	{judge.Ignored, "ignored", func(s *Signals) *Signal { return &s.Ignored }, shapeCount},
}
