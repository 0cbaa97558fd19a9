package main

import (
	"math"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

// history is what all clients did, with the times at which calls began and were answered.
type history struct {
	mutex      sync.Mutex
	begin      time.Time
	operations []porcupine.Operation
	census     census
}

// census counts what a run was made of: one in which nothing is refused shows little.
type census struct{ calls, reads, changes, refused, unknown int }

func (c *census) count(call Call, answer Answer) {
	c.calls++
	switch {
	case answer.Unknown:
		c.unknown++
	case answer.Error != "":
		c.refused++
	case call.isRead():
		c.reads++
	default:
		c.changes++
	}
}

func (c *census) add(other census) {
	c.calls += other.calls
	c.reads += other.reads
	c.changes += other.changes
	c.refused += other.refused
	c.unknown += other.unknown
}

func (h *history) now() int64 { return int64(time.Since(h.begin)) }

// add notes a call that began at `called` and was answered just now, or never.
func (h *history) add(client int, call Call, answer Answer, called, returned int64) {
	if answer.Unknown {
		if call.isRead() {
			return // It said nothing and changed nothing.
		}
		returned = math.MaxInt64
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.census.count(call, answer)
	h.operations = append(h.operations, porcupine.Operation{
		ClientId: client, Input: call, Output: answer, Call: called, Return: returned})
}

// bySecret splits a history: a call touches one secret.
func bySecret(all []porcupine.Operation) [][]porcupine.Operation {
	places := map[string]int{}
	var parts [][]porcupine.Operation
	for _, operation := range all {
		secret := operation.Input.(Call).Secret
		place, seen := places[secret]
		if !seen {
			place = len(parts)
			places[secret] = place
			parts = append(parts, nil)
		}
		parts[place] = append(parts[place], operation)
	}
	return parts
}

var contract = porcupine.Model{
	Partition: bySecret,
	Init:      func() any { return &State{} },
	Step: func(state, input, output any) (bool, any) {
		return step(state.(*State), input.(Call), output.(Answer))
	},
	Equal: func(a, b any) bool { return same(a.(*State), b.(*State)) },
	Hash:  func(state any) uint64 { return hash(state.(*State)) },
	DescribeOperation: func(input, output any) string {
		return input.(Call).String() + " → " + output.(Answer).String()
	},
	DescribeState: func(state any) string { return state.(*State).String() },
}
