package main

import (
	"fmt"
	"math/rand/v2"
	"sync"
)

// board is what all clients know of one secret, so that they ask for versions that exist and name the
// right holders of labels often, though never surely: others work on the secret at the same time.
type board struct {
	name    string
	mutex   sync.Mutex
	tokens  []string
	holders map[string]string
	slots   chan struct{}
	making  int // Calls on their way that make a version.
	ending  int // Clients that are about to delete it for good.
}

const remembered = 30

func (b *board) noteToken(token string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.tokens = append(b.tokens, token)
	if len(b.tokens) > remembered {
		b.tokens = b.tokens[1:]
	}
}

func (b *board) noteHolders(versions map[string][]string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.holders = map[string]string{}
	for version, labels := range versions {
		for _, label := range labels {
			b.holders[label] = version
		}
	}
}

func (b *board) holder(label string) string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.holders[label]
}

func (b *board) token(random *rand.Rand) string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if len(b.tokens) == 0 || random.IntN(25) == 0 {
		return fmt.Sprintf("a-version-that-nobody-made-%010d", random.IntN(1e9))
	}
	return b.tokens[random.IntN(len(b.tokens))]
}

var customLabels = []string{"blue", "green", "canary", "frozen"}

// begin answers whether a change may begin, and what to do at its end. A call that makes a version always
// may: the list of versions shows the order of those. Of other changes nobody shows the order, and the
// checker has to try all orders of those that were on their way at the same time.
func (b *board) begin(call Call) (bool, func()) {
	if call.isRead() || call.Force || call.Operation == "CreateSecret" {
		return true, func() {} // Of many creations at once, one is not refused.
	}
	if call.isFresh && b.makeVersion() {
		return true, func() { b.change(func() { b.making-- }) }
	}
	select {
	case b.slots <- struct{}{}:
		return true, func() { <-b.slots }
	default:
		return false, nil
	}
}

func (b *board) change(how func()) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	how()
}

// makeVersion: versions made while the secret goes for good may be in no list, and so they are changes
// like any other.
func (b *board) makeVersion() bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.ending > 0 {
		return false
	}
	b.making++
	return true
}

func (b *board) isMaking() bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.making > 0
}

// workload draws the calls of one client. All its choices follow from its random numbers and from what
// the boards have learned.
type workload struct {
	random *rand.Rand
	client int
	calls  int
	boards []*board
	// Nothing is deleted for good. With a server that is killed in the middle of it, there would be too
	// many ways in which it may have gone.
	lasting bool
	last    string // The error of the call before.
	ending  *board // The secret that this client is about to delete for good.
	listed  bool   // It has listed its versions.
}

func pick[T any](random *rand.Rand, from ...T) T { return from[random.IntN(len(from))] }

func (w *workload) freshToken() string {
	w.calls++
	return fmt.Sprintf("client-%03d-call-%06d-%08x-padding", w.client, w.calls, w.random.Uint32())
}

func valueOf(token string) string { return "value of " + token }

func (w *workload) anyLabel() string {
	return pick(w.random, current, current, previous, previous, pending, pick(w.random, customLabels...))
}

// next is the next call, the secret it is about, and what to do once it is answered.
func (w *workload) next() (Call, *board, func()) {
	if w.ending != nil {
		return w.endSecret(w.ending)
	}
	b := pick(w.random, w.boards...)
	call := w.draw(b)
	if may, end := b.begin(call); may {
		return call, b, end
	}
	return w.read(b), b, func() {}
}

// endSecret deletes a secret for good, after a list of all its versions.
func (w *workload) endSecret(b *board) (Call, *board, func()) {
	switch {
	case w.listed:
		w.ending, w.listed = nil, false
		call := Call{Operation: "DeleteSecret", Secret: b.name, Force: true}
		return call, b, func() { b.change(func() { b.ending-- }) }
	case b.isMaking():
		return describe(b), b, func() {}
	}
	w.listed = true
	return listVersions(b), b, func() {}
}

// draw: whoever finds the secret gone or deleted often brings it back, so that most of the run is spent
// on a living one.
func (w *workload) draw(b *board) Call {
	if w.last == notFound && w.random.IntN(2) == 0 {
		return w.create(b)
	}
	if w.last == beingDeleted && w.random.IntN(3) == 0 {
		return w.restore(b)
	}
	choices := []struct {
		weight int
		draw   func(*board) Call
	}{
		{24, w.read}, {8, describe}, {2, list}, {5, listVersions}, {24, w.put}, {12, w.update}, {18, w.moveLabel},
		{2, w.delete}, {3, w.restore}, {2, w.create},
	}
	number := w.random.IntN(100)
	for _, choice := range choices {
		if number -= choice.weight; number < 0 {
			return choice.draw(b)
		}
	}
	panic("the weights are not 100 in all")
}

func describe(b *board) Call { return Call{Operation: "DescribeSecret", Secret: b.name} }

func list(b *board) Call { return Call{Operation: "ListSecrets", Secret: b.name} }

func listVersions(b *board) Call { return Call{Operation: "ListSecretVersionIds", Secret: b.name} }

func (w *workload) restore(b *board) Call { return Call{Operation: "RestoreSecret", Secret: b.name} }

func (w *workload) read(b *board) Call {
	call := Call{Operation: "GetSecretValue", Secret: b.name}
	switch w.random.IntN(6) {
	case 0, 1:
	case 5:
		call.Operation = "BatchGetSecretValue"
	case 2:
		call.Label = w.anyLabel()
	case 3:
		call.VersionID = b.token(w.random)
	case 4:
		call.Label = w.anyLabel()
		call.VersionID = pick(w.random, b.token(w.random), b.holder(call.Label))
	}
	return call
}

// aValue fills in token and value: mostly of a new version, sometimes those of an old one again, and
// sometimes another value for an old token.
func (w *workload) aValue(b *board, call Call) Call {
	call.Token, call.isFresh = w.freshToken(), true
	if w.random.IntN(5) == 0 {
		call.Token, call.isFresh = b.token(w.random), false
	}
	call.Value = valueOf(call.Token)
	if w.random.IntN(12) == 0 {
		call.Value = "another value"
	}
	return call
}

func (w *workload) put(b *board) Call {
	call := w.aValue(b, Call{Operation: "PutSecretValue", Secret: b.name})
	if w.random.IntN(2) == 0 {
		for range 1 + w.random.IntN(3) {
			call.Stages = append(call.Stages, w.anyLabel())
		}
	}
	return call
}

func (w *workload) update(b *board) Call {
	call := Call{Operation: "UpdateSecret", Secret: b.name}
	kind := w.random.IntN(4)
	if kind != 0 {
		text := fmt.Sprintf("by client %d after %d calls", w.client, w.calls)
		call.Description = &text
	}
	if kind != 1 {
		call = w.aValue(b, call)
	}
	return call
}

func (w *workload) moveLabel(b *board) Call {
	call := Call{Operation: "UpdateSecretVersionStage", Secret: b.name, Label: w.anyLabel()}
	if w.random.IntN(5) != 0 {
		call.MoveTo = b.token(w.random)
	}
	switch w.random.IntN(6) {
	case 0:
	case 1:
		call.RemoveFrom = b.token(w.random)
	default:
		call.RemoveFrom = b.holder(call.Label)
	}
	return call
}

func (w *workload) delete(b *board) Call {
	if !w.lasting && w.random.IntN(5) == 0 {
		b.change(func() { b.ending++ })
		w.ending = b
		return describe(b)
	}
	return Call{Operation: "DeleteSecret", Secret: b.name, Days: 7 + w.random.IntN(24)}
}

func (w *workload) create(b *board) Call {
	token := w.freshToken()
	text := "made by client " + fmt.Sprint(w.client)
	return Call{Operation: "CreateSecret", Secret: b.name, Token: token, Value: valueOf(token),
		Description: &text}
}
