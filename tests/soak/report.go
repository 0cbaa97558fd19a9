package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// line is one row of the report: a quantity in the first and the last quarter of the time after the
// warm-up, and how it grows in between.
type line struct {
	Name    string  `json:"name"`
	First   float64 `json:"first_quarter"`
	Last    float64 `json:"last_quarter"`
	PerHour float64 `json:"slope_per_hour"`
	Problem string  `json:"problem,omitempty"`
}

type point struct{ seconds, value float64 }

// bounds are what is asked of a run.
type bounds struct {
	growthMiB   float64 // Of anonymous memory, from the first quarter to the last.
	descriptors float64
	threads     float64
	ratio       float64 // Of the 99th percentiles.
}

func median(values []float64) float64 { return quantile(values, 0.5) }

func quantile(values []float64, share float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

// slope of the straight line that fits best, for an hour.
func slope(points []point) float64 {
	var seconds, values, products, squares float64
	for _, p := range points {
		seconds += p.seconds
		values += p.value
		products += p.seconds * p.value
		squares += p.seconds * p.seconds
	}
	count := float64(len(points))
	below := count*squares - seconds*seconds
	if below == 0 {
		return 0
	}
	return (count*products - seconds*values) / below * 3600
}

// period is the time that counts: what follows the warm-up.
type period struct{ begin, end float64 }

func (p period) quarter() float64 { return (p.end - p.begin) / 4 }

func (p period) inFirst(seconds float64) bool {
	return seconds >= p.begin && seconds < p.begin+p.quarter()
}

func (p period) inLast(seconds float64) bool {
	return seconds >= p.end-p.quarter() && seconds < p.end
}

// compare makes a line from points; `middle` says what stands for a quarter.
func (p period) compare(name string, points []point, middle func([]float64) float64) line {
	var first, last []float64
	var counted []point
	for _, one := range points {
		if one.seconds < p.begin || one.seconds >= p.end {
			continue
		}
		counted = append(counted, one)
		if p.inFirst(one.seconds) {
			first = append(first, one.value)
		} else if p.inLast(one.seconds) {
			last = append(last, one.value)
		}
	}
	return line{Name: name, First: middle(first), Last: middle(last), PerHour: slope(counted)}
}

func (l *line) mayGrow(by float64) {
	if !(l.Last-l.First <= by) {
		l.Problem = fmt.Sprintf("grows by more than %g", by)
	}
}

func (l *line) mustBeFlat(within float64) {
	if !(math.Abs(l.Last-l.First) <= within) {
		l.Problem = fmt.Sprintf("is not flat within %g", within)
	}
}

func (l *line) mustKeepRatio(ratio float64) {
	if !(l.Last <= l.First*ratio) {
		l.Problem = fmt.Sprintf("more than %g times that of the first quarter", ratio)
	}
}

func lines(samples []sample, latencies []latency, p period, b bounds) []line {
	of := func(name string, value func(sample) float64) line {
		var points []point
		for _, taken := range samples {
			points = append(points, point{taken.Seconds, value(taken)})
		}
		return p.compare(name, points, median)
	}
	resident := of("resident memory, MiB", func(s sample) float64 { return s.ResidentMiB })
	anonymous := of("anonymous memory, MiB", func(s sample) float64 { return s.AnonMiB })
	descriptors := of("descriptors", func(s sample) float64 { return s.Descriptors })
	threads := of("threads", func(s sample) float64 { return s.Threads })
	anonymous.mayGrow(b.growthMiB)
	descriptors.mustBeFlat(b.descriptors)
	threads.mustBeFlat(b.threads)
	all := []line{resident, anonymous, descriptors, threads,
		of("database, MiB", func(s sample) float64 { return s.DatabaseMiB }),
		of("write-ahead log, MiB", func(s sample) float64 { return s.LogMiB })}
	for _, writes := range []bool{false, true} {
		all = append(all, latencyLines(latencies, writes, p, b)...)
	}
	return all
}

// latencyLines: the quantiles of a quarter are those of all its calls; the slope is that of the
// quantiles of every ten seconds.
func latencyLines(latencies []latency, writes bool, p period, b bounds) []line {
	what := map[bool]string{false: "reads", true: "writes"}[writes]
	var points []point
	windows := map[int][]float64{}
	for _, one := range latencies {
		if one.writes == writes {
			milliseconds := float64(one.took) / float64(time.Millisecond)
			points = append(points, point{one.at.Seconds(), milliseconds})
			window := int(one.at.Seconds() / sampleEvery.Seconds())
			windows[window] = append(windows[window], milliseconds)
		}
	}
	var all []line
	for _, percent := range []int{50, 99} {
		share := float64(percent) / 100
		one := p.compare(fmt.Sprintf("%s, p%d, ms", what, percent), points,
			func(values []float64) float64 { return quantile(values, share) })
		var trend []point
		for window, values := range windows {
			at := float64(window) * sampleEvery.Seconds()
			if at >= p.begin && at < p.end {
				trend = append(trend, point{at, quantile(values, share)})
			}
		}
		one.PerHour = slope(trend)
		if percent == 99 {
			one.mustKeepRatio(b.ratio)
		}
		all = append(all, one)
	}
	return all
}

func table(all []line) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%-24s %14s %14s %14s\n", "", "first quarter", "last quarter", "an hour")
	for _, one := range all {
		fmt.Fprintf(&text, "%-24s %14.2f %14.2f %+14.2f  %s\n", one.Name, one.First, one.Last, one.PerHour,
			one.Problem)
	}
	return text.String()
}
