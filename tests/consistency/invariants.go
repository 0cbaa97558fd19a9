package main

import (
	"fmt"
	"strings"
	"sync"
)

// invariants hold for each answer alone or for two of them, whatever order the calls took effect in.
// The model does not know these dates and orders: they would only give it more to try.
type invariants struct {
	mutex    sync.Mutex
	created  map[string]float64  // By secret and version: the date of a version never changes.
	listed   map[string][]string // By secret: versions are only ever added, at the end.
	problems []string
}

func newInvariants() *invariants {
	return &invariants{created: map[string]float64{}, listed: map[string][]string{}}
}

func (i *invariants) problem(format string, arguments ...any) {
	const enough = 20
	if len(i.problems) < enough {
		i.problems = append(i.problems, fmt.Sprintf(format, arguments...))
	}
}

func (i *invariants) examine(call Call, status int, r reply) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if status >= 500 {
		i.problem("%s: status %d, %s: %s", call, status, r.Type, r.Message)
		return
	}
	if r.Type != "" {
		return
	}
	switch call.Operation {
	case "DescribeSecret", "ListSecrets":
		if r.ARN != "" {
			i.oneCurrent(call, r.VersionIDsToStages)
		}
	case "ListSecretVersionIds":
		stages := map[string][]string{}
		for _, version := range r.Versions {
			stages[version.VersionID] = version.VersionStages
		}
		i.oneCurrent(call, stages)
		i.onlyAdded(call, r)
	}
}

// oneCurrent: AWSCURRENT is on one version, and no label is on two.
func (i *invariants) oneCurrent(call Call, versions map[string][]string) {
	holders := map[string]int{}
	for _, stages := range versions {
		for _, label := range stages {
			holders[label]++
		}
	}
	if holders[current] != 1 {
		i.problem("%s: AWSCURRENT is on %d versions: %v", call, holders[current], versions)
	}
	for label, count := range holders {
		if count > 1 {
			i.problem("%s: %s is on %d versions: %v", call, label, count, versions)
		}
	}
}

func (i *invariants) onlyAdded(call Call, r reply) {
	var order []string
	for _, version := range r.Versions {
		order = append(order, version.VersionID)
		key := r.ARN + " " + version.VersionID
		if before, seen := i.created[key]; seen && before != version.CreatedDate {
			i.problem("%s: version %s was made at %f and at %f", call, version.VersionID, before,
				version.CreatedDate)
		}
		i.created[key] = version.CreatedDate
	}
	shorter, longer := i.listed[r.ARN], order
	if len(shorter) > len(longer) {
		shorter, longer = longer, shorter
	}
	for n, version := range shorter {
		if longer[n] != version {
			i.problem("%s: versions in two orders:\n%s\n%s", call, strings.Join(shorter, " "),
				strings.Join(longer, " "))
			break
		}
	}
	i.listed[r.ARN] = longer
}

// failed: the server is not under attack here, it has no reason to leave a call without an answer.
func (i *invariants) failed(call Call, err error) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.problem("%s: %v", call, err)
}
