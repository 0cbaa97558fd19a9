package main

import (
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
	boards     []*board
	left       atomic.Int64
	history    history
	invariants *invariants
}

func newPhase(server *wire.Server, number, secrets int) *phase {
	p := &phase{server: server, number: number, invariants: newInvariants()}
	for index := range secrets {
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
	all.Wait()
	lasted := time.Since(p.history.begin)
	p.listAll()
	return lasted
}

// listAll asks once more for the versions of each secret: how they ended up, and in which order they
// came.
func (p *phase) listAll() {
	connection := wire.Connection{Address: p.server.Address}
	defer connection.Close()
	for _, board := range p.boards {
		for _, call := range []Call{describe(board), listVersions(board)} {
			called := p.history.now()
			answer := p.send(&connection, rand.New(rand.NewPCG(0, 0)), board, call)
			p.history.add(clients, call, answer, called, p.history.now())
		}
	}
}

func (p *phase) work(client int, random *rand.Rand) {
	connection := wire.Connection{Address: p.server.Address}
	defer connection.Close()
	load := workload{random: random, client: client, boards: p.boards, last: notFound}
	for p.left.Add(-1) >= 0 {
		call, board, end := load.next()
		if call.Token != "" {
			board.noteToken(call.Token)
		}
		called := p.history.now()
		answer := p.send(&connection, random, board, call)
		p.history.add(client, call, answer, called, p.history.now())
		load.last = answer.Error
		end()
	}
}

func (p *phase) send(connection *wire.Connection, random *rand.Rand, b *board, call Call) Answer {
	body := call.request()
	// Not a creation: nobody would ever know the ARN.
	if !call.isRead() && call.Operation != "CreateSecret" && random.IntN(abandonOneIn) == 0 {
		_ = connection.Abandon(call.Operation, body, pick(random, 0.5, 1, 1, 1))
		return Answer{Unknown: true}
	}
	status, bytes, err := connection.Call(call.Operation, body)
	if err != nil {
		p.invariants.failed(call, err)
		return Answer{Unknown: true}
	}
	parsed, err := parse(bytes)
	if err != nil {
		p.invariants.failed(call, fmt.Errorf("status %d: %w", status, err))
		return Answer{Unknown: true}
	}
	p.invariants.examine(call, status, parsed)
	if call.Operation == "DescribeSecret" && status == 200 {
		b.noteHolders(parsed.VersionIDsToStages)
	}
	if status >= 500 {
		return Answer{Unknown: true}
	}
	return parsed.answer(call)
}
