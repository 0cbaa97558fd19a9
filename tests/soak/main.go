// Soak: a mixed load at a fixed rate for a long time, and what becomes of memory, descriptors, threads,
// files and latencies. See docs/reliability.md.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"coffer.test/consistency/wire"
)

const sampleEvery = 10 * time.Second

// The vault itself makes the new value, when a function says nothing.
const functions = `[[rotation_functions]]
match = "function:cheap"
kind = "exec"
command = ["/bin/sh", "-c", "exec cat >/dev/null"]
`

type settings struct {
	binary, folder, json string
	minutes, rate        float64
	seed                 uint64
	bounds               bounds
}

func readSettings() settings {
	var s settings
	flag.StringVar(&s.binary, "binary", "build/release/coffer", "the server to test")
	flag.StringVar(&s.folder, "folder", "build/soak", "where its data goes")
	flag.StringVar(&s.json, "json", "", "file for all figures")
	flag.Float64Var(&s.minutes, "minutes", 60, "how long; the first sixth, and three minutes at least, is warm-up")
	flag.Float64Var(&s.rate, "rate", 300, "calls a second")
	flag.Uint64Var(&s.seed, "seed", rand.Uint64(), "of all choices")
	flag.Float64Var(&s.bounds.growthMiB, "growth-mib", 4, "anonymous memory may grow by this")
	flag.Float64Var(&s.bounds.descriptors, "descriptors", 8, "their number may change by this")
	flag.Float64Var(&s.bounds.threads, "threads", 2, "their number may change by this")
	flag.Float64Var(&s.bounds.ratio, "ratio", 1.5, "of the last quarter's 99th percentile to the first's")
	flag.Parse()
	return s
}

func (s settings) lasts() time.Duration { return time.Duration(s.minutes * float64(time.Minute)) }

// period: until the secrets have as many versions as they may have, the database grows, and with it
// what SQLite keeps of it in memory.
func (s settings) period() period {
	const filled = 180
	whole := s.lasts().Seconds()
	return period{min(max(whole/6, filled), whole/2), whole}
}

// report is what a run has found.
type report struct {
	Minutes   float64        `json:"minutes"`
	Rate      float64        `json:"calls_a_second"`
	Seed      uint64         `json:"seed"`
	Calls     map[string]int `json:"calls"`
	Refused   map[string]int `json:"refused"`
	Rotations int            `json:"rotations"`
	Purges    int            `json:"purges"`
	Lines     []line         `json:"lines"`
	Problems  []string       `json:"problems"`
	Samples   []sample       `json:"samples"`
}

func start(s settings) (*wire.Server, error) {
	if err := os.RemoveAll(s.folder); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return nil, err
	}
	config := filepath.Join(s.folder, "functions.toml")
	if err := os.WriteFile(config, []byte(functions), 0o600); err != nil {
		return nil, err
	}
	return wire.Start(s.binary, filepath.Join(s.folder, "server"), "--config", config)
}

func run(s settings) (report, error) {
	result := report{Minutes: s.minutes, Rate: s.rate, Seed: s.seed}
	server, err := start(s)
	if err != nil {
		return result, err
	}
	defer server.Kill()
	load := newLoad(server)
	if err := load.prepare(); err != nil {
		return result, err
	}
	stop := make(chan struct{})
	watched := make(chan []sample)
	go func() { watched <- watch(server, sampleEvery, time.Now(), stop) }()
	go moveClock(server, stop)
	err = load.run(s.rate, s.lasts(), s.seed)
	close(stop)
	result.Samples = <-watched
	if err != nil {
		return result, err
	}
	if err := server.Stop(); err != nil {
		load.problem(err.Error())
	}
	result.add(s, load)
	return result, nil
}

// add draws the conclusions.
func (r *report) add(s settings, load *load) {
	r.Calls, r.Refused, r.Problems = load.calls, load.refused, load.problems
	if load.unseen > 0 {
		r.Problems = append(r.Problems, fmt.Sprintf("%d further calls failed", load.unseen))
	}
	log, _ := os.ReadFile(filepath.Join(s.folder, "server", "log.txt"))
	count := func(event string) int { return len(regexp.MustCompile(" "+event+" ").FindAll(log, -1)) }
	r.Rotations, r.Purges = count("RotationSucceeded"), count("secret.purged")
	r.Lines = lines(r.Samples, load.latencies, s.period(), s.bounds)
	for _, one := range r.Lines {
		if one.Problem != "" {
			r.Problems = append(r.Problems, one.Name+" "+one.Problem)
		}
	}
	if r.Rotations == 0 || r.Purges == 0 {
		r.Problems = append(r.Problems, "nothing was rotated, or nothing purged: the run shows too little")
	}
}

func (r report) print() {
	for _, name := range slices.Sorted(maps.Keys(r.Calls)) {
		fmt.Printf("%-24s %8d calls, %6d refused\n", name, r.Calls[name], r.Refused[name])
	}
	fmt.Printf("%d rotations, %d purges\n\n%s", r.Rotations, r.Purges, table(r.Lines))
	for _, problem := range r.Problems {
		fmt.Println("PROBLEM: " + problem)
	}
}

func main() {
	s := readSettings()
	if s.minutes < 2 {
		fmt.Fprintln(os.Stderr, "soak: two minutes are the least in which anything can be seen")
		os.Exit(2)
	}
	fmt.Printf("%g minutes, %g calls a second, seed %d\n", s.minutes, s.rate, s.seed)
	result, err := run(s)
	if err == nil && s.json != "" {
		var text []byte
		if text, err = json.MarshalIndent(result, "", " "); err == nil {
			err = os.WriteFile(s.json, text, 0o600)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
	result.print()
	if len(result.Problems) > 0 {
		os.Exit(1)
	}
}
