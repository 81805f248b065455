package stamp

// Day is a day in seconds.
const Day = 24 * 3600

// graceDays is for how many days the clock must have gone on before what ended at
// the first of them is over: 7, one by which
// it may be ahead unnoticed, and one that a jump adds.
const graceDays = 9

// Days is a clock that nothing is removed by in a hurry: the newest days on which
// somebody told it the time, in rising order and each at least a day after the one
// before. What ended before the first of them, a week ago or longer, is over.
//
// A clock that is wrong for an hour, however far ahead, adds one day, which goes
// again as soon as the clock is right. One that was silent for long, or is new, takes
// nothing more for over until it has been heard on some days. The zero Days has
// heard nothing.
type Days [graceDays + 1]uint32

// See tells the time, in seconds. It reports whether that changed anything.
func (d *Days) See(now uint32) (changed bool) {
	last := len(d) - 1
	for d[last] > After(now, Day) { // it was ahead
		copy(d[1:], d[:last])
		d[0], changed = 0, true
	}
	if now == 0 || now < After(d[last], Day) && d[last] != 0 {
		return changed
	}
	copy(d[:last], d[1:])
	d[last] = now
	return true
}

// Over is the time before which what ended is over; 0: nothing is.
func (d *Days) Over() uint32 { return d[0] }

// Next is the range of times, from one up to before the other, that change nothing.
func (d *Days) Next() (from, to uint32) {
	newest := d[len(d)-1]
	if newest == 0 {
		return 0, 0
	}
	return newest - min(newest, Day), After(newest, Day)
}
