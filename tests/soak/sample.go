package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"coffer.test/consistency/wire"
)

// sample is the server at one moment.
type sample struct {
	Seconds     float64 `json:"seconds"`
	ResidentMiB float64 `json:"resident_mib"`
	AnonMiB     float64 `json:"anonymous_mib"`
	Descriptors float64 `json:"descriptors"`
	Threads     float64 `json:"threads"`
	DatabaseMiB float64 `json:"database_mib"`
	LogMiB      float64 `json:"write_ahead_log_mib"`
}

func take(server *wire.Server, at time.Duration) (sample, error) {
	taken := sample{Seconds: at.Seconds()}
	folder := fmt.Sprintf("/proc/%d/", server.Pid())
	status, err := os.ReadFile(folder + "status")
	if err != nil {
		return taken, err
	}
	for _, line := range strings.Split(string(status), "\n") {
		name, rest, _ := strings.Cut(line, ":")
		number, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
		switch name {
		case "VmRSS":
			taken.ResidentMiB = number / 1024
		case "RssAnon":
			taken.AnonMiB = number / 1024
		case "Threads":
			taken.Threads = number
		}
	}
	descriptors, err := os.ReadDir(folder + "fd")
	taken.Descriptors = float64(len(descriptors))
	taken.DatabaseMiB = fileMiB(server.Database())
	taken.LogMiB = fileMiB(server.Database() + "-wal")
	return taken, err
}

func fileMiB(path string) float64 {
	found, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return float64(found.Size()) / (1 << 20)
}

// watch takes samples until it is told to stop.
func watch(server *wire.Server, every time.Duration, begin time.Time, stop <-chan struct{}) []sample {
	var all []sample
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		select {
		case <-stop:
			return all
		case <-ticks.C:
			if taken, err := take(server, time.Since(begin)); err == nil {
				all = append(all, taken)
			}
		}
	}
}

// The test clock goes a day further every few seconds: all schedules are due then, and what was deleted
// is purged after half a minute.
const (
	clockEvery = 5 * time.Second
	clockStep  = 24 * 60 * 60
)

func moveClock(server *wire.Server, stop <-chan struct{}) {
	ticks := time.NewTicker(clockEvery)
	defer ticks.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticks.C:
			body := strings.NewReader(fmt.Sprintf(`{"advance_seconds": %d}`, clockStep))
			reply, err := http.Post("http://"+server.Address+"/_coffer/clock", "application/json", body)
			if err == nil {
				_ = reply.Body.Close()
			}
		}
	}
}
