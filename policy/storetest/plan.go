package storetest

// Always is a plan: every call meets with the fault.
func Always(fault Fault) func(Call) Fault {
	return func(Call) Fault { return fault }
}

// On is a plan: every call of op meets with the fault.
func On(op Op, fault Fault) func(Call) Fault {
	return func(c Call) Fault {
		if c.Op != op {
			return Fault{}
		}
		return fault
	}
}

// Times is a plan: that of another until so many calls met with a fault, and
// none from then on.
func Times(n int, plan func(Call) Fault) func(Call) Fault {
	return func(c Call) Fault {
		if n <= 0 {
			return Fault{}
		}
		fault := plan(c)
		if fault != (Fault{}) {
			n--
		}
		return fault
	}
}

// Sometimes is a plan: of all calls that share, 0 to 1, meets with one of the
// faults. Equal seeds make equal choices.
func Sometimes(seed uint64, share float64, faults ...Fault) func(Call) Fault {
	return func(c Call) Fault {
		z := seed + uint64(c.N+1)*0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		if len(faults) == 0 || float64(z>>11)/(1<<53) >= share {
			return Fault{}
		}
		return faults[(z&0x7ff)%uint64(len(faults))]
	}
}
