package main

import (
	"strings"
	"testing"
	"time"
)

var asked = bounds{growthMiB: 4, descriptors: 4, threads: 2, ratio: 1.5}

// steady is an hour of a server that does not change.
func steady() ([]sample, []latency) {
	var samples []sample
	var latencies []latency
	for second := 10; second < 3600; second += 10 {
		samples = append(samples, sample{Seconds: float64(second), ResidentMiB: 30, AnonMiB: 20,
			Descriptors: 90, Threads: 15, DatabaseMiB: 10, LogMiB: 4})
		for n := range 200 {
			at := time.Duration(second)*time.Second + time.Duration(n)*time.Millisecond
			latencies = append(latencies, latency{at, time.Duration(n+1) * 10 * time.Microsecond, n%2 == 0})
		}
	}
	return samples, latencies
}

func problems(samples []sample, latencies []latency) string {
	var found []string
	for _, one := range lines(samples, latencies, period{600, 3600}, asked) {
		if one.Problem != "" {
			found = append(found, one.Name)
		}
	}
	return strings.Join(found, "; ")
}

func TestWhatIsAProblem(t *testing.T) {
	const late = 3000 // Seconds; in the last quarter.
	for _, one := range []struct {
		name   string
		sample func(*sample)
		call   func(*latency)
		want   string
	}{
		{"nothing", nil, nil, ""},
		{"a leak of memory", func(s *sample) { s.AnonMiB += s.Seconds / 3600 * 8 }, nil, "anonymous memory, MiB"},
		{"a little growth", func(s *sample) { s.AnonMiB += s.Seconds / 3600 * 4 }, nil, ""},
		{"growth in the warm-up", func(s *sample) { s.AnonMiB += min(s.Seconds, 600) }, nil, ""},
		{"a leak of descriptors", func(s *sample) { s.Descriptors += s.Seconds / 360 }, nil, "descriptors"},
		{"threads that end", func(s *sample) { s.Threads -= s.Seconds / 600 }, nil, "threads"},
		{"a growing database", func(s *sample) { s.DatabaseMiB += s.Seconds }, nil, ""},
		{"slow reads", nil, func(l *latency) {
			if l.at.Seconds() > late && !l.writes {
				l.took *= 2
			}
		}, "reads, p99, ms"},
		{"a few slow writes", nil, func(l *latency) {
			if l.at.Seconds() > late && l.writes && l.at%time.Second < 3*time.Millisecond {
				l.took = time.Second
			}
		}, "writes, p99, ms"},
		{"slow calls in the middle", nil, func(l *latency) {
			if l.at.Seconds() > 2000 && l.at.Seconds() < 2500 {
				l.took *= 9
			}
		}, ""},
	} {
		t.Run(one.name, func(t *testing.T) {
			samples, latencies := steady()
			for n := range samples {
				if one.sample != nil {
					one.sample(&samples[n])
				}
			}
			for n := range latencies {
				if one.call != nil {
					one.call(&latencies[n])
				}
			}
			if found := problems(samples, latencies); found != one.want {
				t.Errorf("%q instead of %q", found, one.want)
			}
		})
	}
}

func TestNothingMeasuredIsAProblem(t *testing.T) {
	if found := problems(nil, nil); !strings.Contains(found, "anonymous memory") || !strings.Contains(found, "writes, p99") {
		t.Errorf("only %q", found)
	}
}

func TestSlope(t *testing.T) {
	if found := slope([]point{{0, 1}, {1800, 2}, {3600, 3}}); found != 2 {
		t.Errorf("%f an hour instead of 2", found)
	}
}
