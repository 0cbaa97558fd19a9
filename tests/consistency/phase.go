package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"coffer.test/consistency/wire"
)

const (
	clients = 32
	// A phase begins on new secrets and ends when all clients are done. So each history is short
	// enough to be checked, and begins in a state that is known.
	callsPerPhase = 2400
	// Of so many writes one is left without waiting for its answer.
	abandonOneIn = 400
	// Changes of one secret at the same time, beside those that make a version.
	changesAtOnce = 8
)

// phase is one run of all clients against some secrets.
type phase struct {
	server     *wire.Server
	number     int
	kills      bool // The server is killed in the middle and started again.
	boards     []*board
	left       atomic.Int64
	history    history
	invariants *invariants
}

func newPhase(server *wire.Server, number int, kind kind) *phase {
	p := &phase{server: server, number: number, kills: kind.kills, invariants: newInvariants()}
	for index := range kind.secrets {
		name := fmt.Sprintf("phase-%d-secret-%d", number, index)
		p.boards = append(p.boards, &board{name: name, slots: make(chan struct{}, changesAtOnce)})
	}
	return p
}

// run answers how long the load took.
func (p *phase) run(seed uint64) time.Duration {
	p.left.Store(callsPerPhase)
	p.history.begin = time.Now()
	var all sync.WaitGroup
	for client := range clients {
		all.Add(1)
		go func() {
			defer all.Done()
			p.work(client, rand.New(rand.NewPCG(seed, uint64(p.number*clients+client))))
		}()
	}
	p.disturb()
	all.Wait()
	lasted := time.Since(p.history.begin)
	p.listAll()
	return lasted
}

// disturb kills the server once half of the calls are made.
func (p *phase) disturb() {
	for p.kills && p.left.Load() > callsPerPhase/2 {
		time.Sleep(time.Millisecond)
	}
	if !p.kills {
		return
	}
	if err := p.server.Restart(); err != nil {
		p.invariants.problem("the server does not start again: %v", err)
		p.left.Store(0)
	}
}

// listAll asks once more for the versions of each secret: how they ended up, and in which order they
// came.
func (p *phase) listAll() {
	connection := wire.Connection{Address: p.server.Address}
	defer connection.Close()
	for _, board := range p.boards {
		for _, call := range []Call{describe(board), listVersions(board)} {
			p.make(&connection, clients, rand.New(rand.NewPCG(0, 0)), board, call)
		}
	}
}

func (p *phase) work(client int, random *rand.Rand) {
	connection := wire.Connection{Address: p.server.Address}
	defer connection.Close()
	load := workload{random: random, client: client, boards: p.boards, lasting: p.kills, last: notFound}
	for p.left.Add(-1) >= 0 {
		call, board, end := load.next()
		if call.Token != "" {
			board.noteToken(call.Token)
		}
		load.last = p.make(&connection, client, random, board, call)
		end()
	}
}

// make makes a call and notes it; answers the error that it met.
func (p *phase) make(connection *wire.Connection, client int, random *rand.Rand, b *board, call Call) string {
	called := p.history.now()
	answer, err := p.send(connection, random, b, call)
	for p.kills && errors.Is(err, wire.ErrNotSent) && p.left.Load() > 0 {
		time.Sleep(time.Millisecond)
		called = p.history.now()
		answer, err = p.send(connection, random, b, call)
	}
	if err != nil && !p.kills {
		p.invariants.failed(call, err)
	}
	if err != nil && p.kills {
		answer.Until = p.history.now() // The server that had the call is dead.
	}
	if !errors.Is(err, wire.ErrNotSent) {
		p.history.add(client, call, answer, called, p.history.now())
	}
	return answer.Error
}

// send answers an error when there is no answer though somebody waits for one.
func (p *phase) send(connection *wire.Connection, random *rand.Rand, b *board, call Call) (Answer, error) {
	unknown := Answer{Unknown: true}
	body := call.request()
	// Not a creation: nobody would ever know the ARN.
	if !call.isRead() && call.Operation != "CreateSecret" && random.IntN(abandonOneIn) == 0 {
		if err := connection.Abandon(call.Operation, body, pick(random, 0.5, 1, 1, 1)); p.kills {
			return unknown, err
		}
		return unknown, nil
	}
	status, bytes, err := connection.Call(call.Operation, body)
	if err != nil {
		return unknown, err
	}
	parsed, err := parse(bytes)
	if err != nil {
		return unknown, fmt.Errorf("status %d: %w", status, err)
	}
	parsed = parsed.only()
	p.invariants.examine(call, status, parsed)
	if call.Operation == "DescribeSecret" && status == 200 {
		b.noteHolders(parsed.VersionIDsToStages)
	}
	if status >= 500 {
		return unknown, nil
	}
	return parsed.answer(call), nil
}
