package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/anishathalye/porcupine"
)

// judge answers "" when a history of one secret agrees with the contract, or what is wrong with it.
func judge(part []porcupine.Operation, versions ranks, patience time.Duration, drawing string) string {
	proposer := newSearch(part, versions, patience)
	if proposer.run() {
		moments, err := proposer.proposal()
		if err != nil {
			return err.Error()
		}
		if porcupine.CheckOperations(contract, moments) {
			return ""
		}
		return "the search has proposed an order that porcupine refuses"
	}
	text := "no order of the calls agrees with the contract"
	if time.Now().After(proposer.ends) {
		text = "the search did not come to an end"
	}
	return fmt.Sprintf("%s; %s\n  %s\n  %s", text, proposer.deepest, draw(part, proposer.deepest, drawing+".html"),
		keep(part, versions, drawing+".json"))
}

// kept is a history on disk, to be judged again with -replay.
type kept struct {
	Ranks ranks
	Calls []keptCall
}

type keptCall struct {
	Client           int
	Called, Returned int64
	Call             Call
	Answer           Answer
}

func keep(part []porcupine.Operation, versions ranks, path string) string {
	history := kept{Ranks: versions}
	for _, o := range part {
		history.Calls = append(history.Calls, keptCall{o.ClientId, o.Call, o.Return, o.Input.(Call), o.Output.(Answer)})
	}
	text, err := json.MarshalIndent(history, "", " ")
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return fmt.Sprintf("it could not be kept: %v", err)
	}
	return "-replay " + path + " judges it again"
}

// replay judges a kept history.
func replay(path string, patience time.Duration) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var history kept
	if err := json.Unmarshal(text, &history); err != nil {
		return err
	}
	var part []porcupine.Operation
	for _, one := range history.Calls {
		part = append(part, porcupine.Operation{ClientId: one.Client, Input: one.Call, Output: one.Answer,
			Call: one.Called, Return: one.Returned})
	}
	if problem := judge(part, history.Ranks, patience, path+".again"); problem != "" {
		return errors.New(problem)
	}
	fmt.Println("linearizable")
	return nil
}

// draw has porcupine look at the calls up to the one that cannot be explained, and draw what it finds.
func draw(part []porcupine.Operation, until stuck, path string) string {
	const drawnWithin = 20 * time.Second
	var first []porcupine.Operation
	for _, operation := range part {
		if operation.Call <= until.operation.Return {
			first = append(first, operation)
		}
	}
	result, found := porcupine.CheckOperationsVerbose(contract, first, drawnWithin)
	path, err := filepath.Abs(path)
	if err == nil {
		err = porcupine.VisualizePath(contract, found, path)
	}
	if err != nil {
		return fmt.Sprintf("it could not be drawn: %v", err)
	}
	return fmt.Sprintf("porcupine says %s of these and drew %s", result, path)
}
