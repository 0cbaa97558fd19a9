// Consistency: many clients on few secrets, and a checker that knows the contract. See
// docs/reliability.md.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"coffer.test/consistency/wire"
)

type settings struct {
	binary   string
	folder   string
	load     time.Duration
	patience time.Duration
	seed     uint64
	replay   string
}

func readSettings() settings {
	var s settings
	flag.StringVar(&s.binary, "binary", "build/release/coffer", "the server to test")
	flag.StringVar(&s.folder, "folder", "build/consistency", "where data and violations go")
	seconds := flag.Float64("seconds", 20, "how long the load lasts; checking takes its own time")
	flag.DurationVar(&s.patience, "patience", 2*time.Minute, "how long the checker may take for one secret of a phase")
	flag.Uint64Var(&s.seed, "seed", rand.Uint64(), "of all choices")
	flag.StringVar(&s.replay, "replay", "", "judge this history and do nothing else")
	flag.Parse()
	s.load = time.Duration(*seconds * float64(time.Second))
	return s
}

// kind is one kind of run; `share` of the whole time is for it.
type kind struct {
	name    string
	secrets int
	kills   bool
	share   float64
}

var kinds = []kind{
	{"1 secret", 1, false, 0.4},
	{"8 secrets", 8, false, 0.4},
	{"1 secret, killed and started again", 1, true, 0.2},
}

// totals of all phases of one kind.
type totals struct {
	census
	phases         int
	load, checking time.Duration
}

// check answers what is wrong with a phase, or nothing.
func check(p *phase, s settings) []string {
	problems := p.invariants.problems
	for _, part := range bySecret(p.history.operations) {
		secret := part[0].Input.(Call).Secret
		drawing := filepath.Join(s.folder, fmt.Sprintf("violation-%d-%s", s.seed, secret))
		if problem := judge(part, p.invariants.listed, s.patience, drawing); problem != "" {
			problems = append(problems, secret+": "+problem)
		}
	}
	return problems
}

// run makes phases until the load has lasted long enough.
func run(server *wire.Server, s settings, kind kind, firstNumber int) (totals, []string) {
	var all totals
	for all.load.Seconds() < s.load.Seconds()*kind.share {
		p := newPhase(server, firstNumber+all.phases, kind)
		all.load += p.run(s.seed)
		all.phases++
		all.census.add(p.history.census)
		begin := time.Now()
		problems := check(p, s)
		all.checking += time.Since(begin)
		if server.HasEnded() {
			problems = append(problems, "the server ended: see "+s.folder)
		}
		if len(problems) > 0 {
			return all, problems
		}
	}
	return all, nil
}

func test(s settings) error {
	if err := os.RemoveAll(s.folder); err != nil {
		return err
	}
	server, err := wire.Start(s.binary, filepath.Join(s.folder, "server"))
	if err != nil {
		return err
	}
	defer server.Kill()
	number := 0
	for _, kind := range kinds {
		all, problems := run(server, s, kind, number)
		number += all.phases
		result := "linearizable"
		if len(problems) > 0 {
			result = "VIOLATED"
		}
		fmt.Printf("%d clients, %s: %d calls in %.1f s (%d reads, %d changes, %d refused, %d without an "+
			"answer), %d histories checked in %.1f s: %s\n", clients, kind.name, all.calls, all.load.Seconds(),
			all.reads, all.changes, all.refused, all.unknown, all.phases*kind.secrets, all.checking.Seconds(), result)
		for _, problem := range problems {
			fmt.Println("  " + problem)
		}
		if len(problems) > 0 {
			return fmt.Errorf("the contract is violated")
		}
	}
	return server.Stop()
}

func main() {
	s := readSettings()
	if s.replay != "" {
		if err := replay(s.replay, s.patience); err != nil {
			fmt.Fprintln(os.Stderr, "consistency:", err)
			os.Exit(1)
		}
		return
	}
	fmt.Printf("seed %d\n", s.seed)
	if err := test(s); err != nil {
		fmt.Fprintf(os.Stderr, "consistency: %v; -seed %d makes the same choices again\n", err, s.seed)
		os.Exit(1)
	}
}
