package policy

// crowd checks what is done with texts that many send. Nothing at all is none of it.
func (v checker) crowd(path string, c *Crowd) {
	if *c == (Crowd{}) {
		return
	}
	if c.Answer < Allow || c.Answer > Hold {
		v.fault(path+".answer", "must be allow, flag, defer or hold: a crowd rejects nothing; is %v", c.Answer)
	}
	v.count(path+".senders", c.Senders, 2, maxCrowd)
	v.within(path+".doubt", c.Doubt, 0, maxNumber)
	v.probability(path+".reply_floor", c.ReplyFloor)
	v.beta(path+".reply_prior", c.ReplyPrior)
	v.within(path+".sure", c.Sure, .5, .9999)
	v.within(path+".sure_of_few", c.SureOfFew, .5, .9999)
	if c.SureOfFew < c.Sure && !v.Broken(path+".sure") {
		v.fault(path+".sure_of_few", "must be at least sure (%s), is %s", formatFloat(c.Sure), formatFloat(c.SureOfFew))
	}
	v.within(path+".exposure", c.Exposure, 1, maxNumber)
	v.above(path+".complaints", c.Complaints, 0, maxNumber)
	v.within(path+".complaint_share", c.ComplaintShare, 0, 1)
	v.above(path+".probes", c.Probes, 0, 1)
	v.within(path+".probes_unwelcome", c.ProbesUnwelcome, 0, 1)
	v.within(path+".probe_contacts", c.ProbeContacts, 0, maxNumber)
	v.length(path+".retry", c.Retry, minRetry, day)
	v.length(path+".retry_most", c.RetryMost, minRetry, day)
	if c.RetryMost < c.Retry && !v.Broken(path+".retry") {
		v.fault(path+".retry_most", "must be at least retry (%v), is %v", c.Retry, c.RetryMost)
	}
}

// maxCrowd bounds how many accounts are a crowd.
const maxCrowd = 1_000_000
