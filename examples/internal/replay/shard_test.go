package replay

import (
	"fmt"
	"io"
	"math"
	"os"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// inShards are actors that show what shards could get wrong: many at one person, campaigns and
// what people want of them, origins, those who complain, what everybody sends.
const inShards = "throwaways,dogpile,swarm,target,campaign:puppets=10,cascade,swapper:complaints=0.03,blaster,evader,sticker"

// TestShardsZoo plays the zoo in one shard and in several: of each abusive actor about as much is
// delivered, and no play has more honest accounts blocked or worse.
func TestShardsZoo(t *testing.T) {
	takesLong(t)
	list, seeds, counts := inShards, 1, []int{4, 16}
	if os.Getenv("DECORUM_LONG") != "" {
		list, seeds = "bars", 20 // six minutes on two idle processors
	}
	o := options{accounts: 1 << 22, resolution: -1, zoo: zooOptions{actors: list, seeds: seeds, first: 1, relations: true, workers: 2}}
	shares := func(n int) (delivered map[string]float64, blocked map[string]int, sent map[string]int) {
		o.sharding.shards = n
		roles, plays, err := playZoo(&o, policy.Default(), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		delivered, blocked, sent = map[string]float64{}, map[string]int{}, map[string]int{}
		for i, role := range roles {
			of := plays[i*len(plays)/len(roles) : (i+1)*len(plays)/len(roles)]
			if role.Abuse {
				out := outcomeOf(of)
				delivered[role.String()], sent[role.String()] = 100*float64(out.delivered)/float64(max(1, out.sent)), out.sent
				continue
			}
			for _, p := range of {
				blocked[fmt.Sprint(role, ", seed ", p.seed)] = outcomeOf([]*play{p}).blocked
			}
		}
		return delivered, blocked, sent
	}
	one, honest, sent := shares(1)
	for _, n := range counts {
		got, harmed, same := shares(n)
		for role, share := range got {
			slack := 3.
			if seeds < 20 {
				slack = 10 // a few accounts are no mean
			}
			if math.Abs(share-one[role]) > slack || same[role] != sent[role] {
				t.Errorf("%s in %d shards: %.1f%% of %d delivered, in one %.1f%% of %d", role, n, share, same[role], one[role], sent[role])
			}
		}
		for play, blocked := range harmed {
			if blocked > honest[play] {
				t.Errorf("%s in %d shards: %d honest accounts blocked, in one %d", play, n, blocked, honest[play])
			}
		}
	}
}
