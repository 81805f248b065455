//go:build !unix

package peers

import "time"

// processorTime is not known here.
func processorTime() time.Duration { return 0 }
