package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

// search looks for an order of the calls on one secret that agrees with the contract (Wing and Gong,
// with Lowe's memory of what was tried). Porcupine does the same for any model, and so tries reads in
// all their orders too: with 32 clients on one secret it finds no end. What it cannot know is that a
// read, or a refused call, changes nothing, and can be put down as soon as its answer is right.
//
// An order found here is only a proposal; porcupine judges it (see verdict.go).
type search struct {
	known   []porcupine.Operation // By the time of the call.
	unknown []porcupine.Operation // Those that nobody heard of again.
	ranks   ranks
	marks   []uint64 // A random number for each call; those of a set, combined, stand for the set.
	done    []bool
	order   []int // Into known, and behind it into unknown.
	tried   map[uint64]struct{}
	ends    time.Time
	deepest stuck
}

// stuck is how far a search has come: what had to come next and could not.
type stuck struct {
	placed    int
	state     *State
	operation porcupine.Operation
}

func newSearch(all []porcupine.Operation, versions ranks, patience time.Duration) *search {
	s := &search{ranks: versions, tried: map[uint64]struct{}{}, ends: time.Now().Add(patience)}
	for _, operation := range all {
		call, answer := operation.Input.(Call), operation.Output.(Answer)
		if answer.Unknown {
			if call.Operation == "CreateSecret" {
				answer.Arn = versions.arnOf(call.Token)
				operation.Output = answer
			}
			s.unknown = append(s.unknown, operation)
		} else {
			s.known = append(s.known, operation)
		}
	}
	sort.SliceStable(s.known, func(a, b int) bool { return s.known[a].Call < s.known[b].Call })
	random := rand.New(rand.NewPCG(1, 2))
	s.marks = make([]uint64, len(all))
	for n := range s.marks {
		s.marks[n] = random.Uint64()
	}
	s.done = make([]bool, len(all))
	return s
}

func (s *search) at(place int) porcupine.Operation {
	if place < len(s.known) {
		return s.known[place]
	}
	return s.unknown[place-len(s.known)]
}

// isInert: a read, or a call that was refused, leaves every state as it is.
func isInert(operation porcupine.Operation) bool {
	answer := operation.Output.(Answer)
	return operation.Input.(Call).isRead() || answer.Error != ""
}

// position is a place in the search.
type position struct {
	state *State
	set   uint64 // Stands for the calls that are placed.
	first int    // All known calls before this one are placed.
	begun int64  // The latest beginning of a call that is placed: all that follow are later.
}

// candidates are the known calls that may come next: those that began before any other one ended.
func (s *search) candidates(p *position) ([]int, int64) {
	for p.first < len(s.known) && s.done[p.first] {
		p.first++
	}
	var found []int
	firstEnd := int64(math.MaxInt64)
	for place := p.first; place < len(s.known) && s.known[place].Call <= firstEnd; place++ {
		if !s.done[place] {
			found = append(found, place)
			firstEnd = min(firstEnd, s.known[place].Return)
		}
	}
	return found, firstEnd
}

func (s *search) place(p *position, place int) {
	s.done[place] = true
	s.order = append(s.order, place)
	p.set ^= s.marks[place]
	p.begun = max(p.begun, s.at(place).Call)
}

func (s *search) takeBack(length int) {
	for _, place := range s.order[length:] {
		s.done[place] = false
	}
	s.order = s.order[:length]
}

// lastChance is until when some unknown call must have taken effect, if it ever does.
func (s *search) lastChance(p *position) int64 {
	chance := int64(math.MaxInt64)
	for place := range s.unknown {
		if s.mayFollow(p, place) && s.unknown[place].Output.(Answer).Until != 0 {
			chance = min(chance, s.unknown[place].Output.(Answer).Until)
		}
	}
	return chance
}

// mayFollow: an unknown call that is not placed, and for which it is not too late.
func (s *search) mayFollow(p *position, place int) bool {
	until := s.unknown[place].Output.(Answer).Until
	return !s.done[len(s.known)+place] && (until == 0 || until >= p.begun)
}

// placeInert places whatever changes nothing and is answered as this state wants it. It cannot be
// wrong to do so now, as later states are the same without it, unless it is too late then for a call
// that is unknown.
func (s *search) placeInert(p *position) ([]int, int64) {
	for {
		open, firstEnd := s.candidates(p)
		chance := s.lastChance(p)
		placed := false
		for _, place := range open {
			operation := s.known[place]
			if !isInert(operation) || operation.Call > chance {
				continue
			}
			if ok, _ := step(p.state, operation.Input.(Call), operation.Output.(Answer)); ok {
				s.place(p, place)
				placed = true
			}
		}
		if !placed {
			return open, firstEnd
		}
	}
}

// explore answers whether the rest can be placed behind what is placed.
func (s *search) explore(p position) bool {
	length := len(s.order)
	open, firstEnd := s.placeInert(&p)
	if len(open) == 0 {
		return true
	}
	s.note(p, open, firstEnd)
	key := p.set ^ hash(p.state)
	if _, seen := s.tried[key]; !seen && time.Now().Before(s.ends) {
		s.tried[key] = struct{}{}
		for place, operation := range s.unknown {
			if operation.Call <= firstEnd && s.mayFollow(&p, place) {
				open = append(open, len(s.known)+place)
			}
		}
		if slices.ContainsFunc(open, func(place int) bool { return s.follow(p, place) }) {
			return true
		}
	}
	s.takeBack(length)
	return false
}

// follow tries one call as the next.
func (s *search) follow(p position, place int) bool {
	operation := s.at(place)
	if place < len(s.known) && isInert(operation) && operation.Call <= s.lastChance(&p) {
		return false
	}
	call, answer := operation.Input.(Call), operation.Output.(Answer)
	ok, after := step(p.state, call, answer)
	if !ok || !s.ranks.allow(p.state, after, call.Token) {
		return false
	}
	if answer.Unknown && same(p.state, after) {
		return false // It might as well never happen.
	}
	length := len(s.order)
	s.place(&p, place)
	p.state = after
	if s.explore(p) {
		return true
	}
	s.takeBack(length)
	return false
}

func (s *search) note(p position, open []int, firstEnd int64) {
	if len(s.order) < s.deepest.placed {
		return
	}
	for _, place := range open {
		if s.known[place].Return == firstEnd {
			s.deepest = stuck{len(s.order), p.state, s.known[place]}
		}
	}
}

func (s *search) run() bool { return s.explore(position{state: &State{}}) }

// proposal is the order that was found, as a history in which no two calls overlap: each call is one
// moment between its beginning and its end. Unknown calls that are not in it never took effect.
func (s *search) proposal() ([]porcupine.Operation, error) {
	const finer = 4096 // More calls than this do not take effect in one nanosecond.
	var moment int64
	moments := make([]porcupine.Operation, 0, len(s.order))
	for _, place := range s.order {
		operation := s.at(place)
		moment = max(moment+1, operation.Call*finer)
		if operation.Return != math.MaxInt64 && moment > operation.Return*finer+finer-1 {
			return nil, fmt.Errorf("the search has put a call after its end: %v", operation.Input)
		}
		operation.Call, operation.Return = moment, moment
		moments = append(moments, operation)
	}
	return moments, nil
}

func (s stuck) String() string {
	call, answer := s.operation.Input.(Call), s.operation.Output.(Answer)
	_, wanted := s.state.apply(call, answer)
	return fmt.Sprintf("%d calls can be put in order; then client %d's\n    %s\n  was answered\n    %s\n"+
		"  and in this order the contract wants\n    %s", s.placed, s.operation.ClientId, call, answer, wanted)
}
