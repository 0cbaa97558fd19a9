package main

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"coffer.test/consistency/wire"
)

const (
	workers = 64
	// Connections are made anew now and then: what a connection costs must come back, too.
	callsPerConnection = 500
	mayWait            = 100_000
)

// latency is that of one call, counted from when it should have been sent: a server that stands still
// keeps later calls waiting, and those count too.
type latency struct {
	at     time.Duration // Since the load began.
	took   time.Duration
	writes bool
}

// load sends calls at a fixed rate, whatever becomes of those before (an open loop).
type load struct {
	server    *wire.Server
	world     *world
	begin     time.Time
	mutex     sync.Mutex
	latencies []latency
	calls     map[string]int
	refused   map[string]int
	problems  []string
	unseen    int // Problems beyond those that are kept.
}

func newLoad(server *wire.Server) *load {
	return &load{server: server, world: newWorld(), calls: map[string]int{}, refused: map[string]int{}}
}

// run answers when the time is over and all calls are answered.
func (l *load) run(rate float64, lasts time.Duration, seed uint64) error {
	trust, err := l.server.Trust()
	if err != nil {
		return err
	}
	l.begin = time.Now()
	due := make(chan time.Duration, mayWait)
	var all sync.WaitGroup
	for n := range workers {
		all.Add(1)
		go func() {
			defer all.Done()
			connection := wire.Connection{Address: l.server.Address}
			if n%2 == 0 {
				connection.Trust = trust
			}
			l.work(&connection, due, rand.New(rand.NewPCG(seed, uint64(n))))
		}()
	}
	for n := 0; ; n++ {
		at := time.Duration(float64(n) / rate * float64(time.Second))
		if at >= lasts || l.server.HasEnded() {
			break
		}
		time.Sleep(time.Until(l.begin.Add(at)))
		due <- at
	}
	close(due)
	all.Wait()
	return nil
}

func (l *load) work(connection *wire.Connection, due <-chan time.Duration, random *rand.Rand) {
	defer connection.Close()
	calls := 0
	for at := range due {
		kind := drawKind(random)
		operation, body := kind.draw(l.world, random)
		status, answer, err := connection.Call(operation, encode(body))
		took := time.Since(l.begin.Add(at))
		l.note(kind, operation, status, answer, err, latency{at, took, kind.writes})
		if calls++; calls%callsPerConnection == 0 {
			connection.Close()
		}
	}
}

func (l *load) note(kind *kind, operation string, status int, answer []byte, err error, took latency) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.calls[kind.name]++
	switch {
	case err != nil:
		l.problem(fmt.Sprintf("%s: %v", operation, err))
	case status >= 500:
		l.problem(fmt.Sprintf("%s: status %d: %s", operation, status, answer))
	case status != 200:
		l.refused[kind.name]++
	}
	if err == nil {
		l.latencies = append(l.latencies, took)
	}
}

func (l *load) problem(text string) {
	const enough = 10
	if len(l.problems) < enough {
		l.problems = append(l.problems, text)
	} else {
		l.unseen++
	}
}

// prepare makes the secrets that stay, and has some of them rotated by a schedule.
func (l *load) prepare() error {
	connection := wire.Connection{Address: l.server.Address}
	defer connection.Close()
	random := rand.New(rand.NewPCG(1, 1))
	call := func(operation string, body members) error {
		body["ClientRequestToken"] = token(random)
		status, answer, err := connection.Call(operation, encode(body))
		if err == nil && status != 200 {
			err = fmt.Errorf("status %d: %s", status, answer)
		}
		return err
	}
	var names []string
	for n := range readSecrets {
		names = append(names, fmt.Sprintf("read/%d", n))
	}
	for n := range writtenSecrets {
		names = append(names, writtenName(n))
	}
	for n := range rotatedSecrets {
		names = append(names, rotatedName(n))
	}
	for _, name := range names {
		if err := call("CreateSecret", members{"Name": name, "SecretString": l.world.value}); err != nil {
			return err
		}
	}
	for n := range rotatedSecrets {
		err := call("RotateSecret", members{"SecretId": rotatedName(n),
			"RotationLambdaARN": "arn:aws:lambda:us-east-1:000000000000:function:cheap",
			"RotationRules":     members{"ScheduleExpression": "rate(1 day)"}})
		if err != nil {
			return err
		}
	}
	return nil
}
