package main

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

const (
	arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:s-AbCdEf"
	v1  = "version-1"
	v2  = "version-2"
	v3  = "version-3"
)

// did is a call and its answer; calls of one story follow each other, unless they say otherwise.
type did struct {
	call   Call
	answer Answer
	// How many of the following calls begin before this one ends.
	overlaps int
}

func after(operation string, change func(*Call)) Call {
	call := Call{Operation: operation, Secret: "s"}
	if change != nil {
		change(&call)
	}
	return call
}

func put(token string, stages ...string) Call {
	return after("PutSecretValue", func(c *Call) { c.Token, c.Value, c.Stages = token, valueOf(token), stages })
}

func move(label, to, from string) Call {
	return after("UpdateSecretVersionStage", func(c *Call) { c.Label, c.MoveTo, c.RemoveFrom = label, to, from })
}

func stored(token, labels string) Answer { return Answer{Arn: arn, VersionID: token, Labels: labels} }

func value(token, labels string) Answer {
	return Answer{Arn: arn, VersionID: token, Value: valueOf(token), Labels: labels}
}

func shown(labels string) Answer { return Answer{Arn: arn, Labels: labels} }

var (
	created = did{call: after("CreateSecret", func(c *Call) { c.Token, c.Value = v1, valueOf(v1) }),
		answer: Answer{Arn: arn, VersionID: v1}}
	read             = after("GetSecretValue", nil)
	readV1           = after("GetSecretValue", func(c *Call) { c.VersionID = v1 })
	look             = after("DescribeSecret", nil)
	scheduleDeletion = after("DeleteSecret", func(c *Call) { c.Days = 7 })
	force            = after("DeleteSecret", func(c *Call) { c.Force = true })
	s                = &board{name: "s"}
	batch            = after("BatchGetSecretValue", nil)
	listVersionsOfS  = listVersions(s)
	restore          = after("RestoreSecret", nil)
	done             = Answer{Arn: arn}
	lost             = Answer{Unknown: true}
)

func say(text string) Call { return after("UpdateSecret", func(c *Call) { c.Description = &text }) }

// story makes a history of calls, each by a client of its own.
func story(calls []did) []porcupine.Operation {
	var all []porcupine.Operation
	for n, one := range calls {
		begin := int64(n * 10)
		end := begin + 5 + int64(one.overlaps*10)
		if one.answer.Unknown {
			end = math.MaxInt64
		}
		all = append(all, porcupine.Operation{ClientId: n, Input: one.call, Output: one.answer,
			Call: begin, Return: end})
	}
	return all
}

var stories = []struct {
	name  string
	good  bool
	calls []did
}{
	{"a value is read", true, []did{{read, failed(notFound), 0}, created, {read, value(v1, current), 0}}},
	{"a put moves AWSCURRENT", true, []did{created, {put(v2), stored(v2, current), 0},
		{read, value(v2, current), 0}, {readV1, value(v1, previous), 0},
		{look, shown(v1 + "=" + previous + ";" + v2 + "=" + current), 0}}},
	{"a read during a put sees either", true, []did{created, {put(v2), stored(v2, current), 2},
		{read, value(v2, current), 0}, {read, value(v2, current), 0}}},
	{"but not first the new value and then the old", false, []did{created, {put(v2), stored(v2, current), 2},
		{read, value(v2, current), 0}, {read, value(v1, current), 0}}},
	{"a stale read", false, []did{created, {put(v2), stored(v2, current), 0}, {read, value(v1, current), 0}}},
	{"a stale description", false, []did{created, {say("new"), done, 0}, {look, shown(v1 + "=" + current), 0}}},
	{"a lost update", false, []did{created, {put(v2), stored(v2, current), 1}, {put(v3), stored(v3, current), 0},
		{look, shown(v1 + "=" + previous + ";" + v3 + "=" + current), 0}}},
	{"an update lost later", false, []did{created, {put(v2), stored(v2, current), 0},
		{read, value(v2, current), 0}, {read, value(v1, current), 0}}},
	{"two current versions", false, []did{created, {put(v2), stored(v2, current), 0},
		{look, shown(v1 + "=" + current + ";" + v2 + "=" + current), 0}}},
	{"two puts that both believe to follow the first", false, []did{created,
		{put(v2), stored(v2, current), 1}, {put(v3), stored(v3, current), 0},
		{look, shown(v1 + "=" + previous + ";" + v2 + "=" + current + ";" + v3 + "=" + current), 0}}},
	{"a label on two versions", false, []did{created, {put(v2, "blue"), stored(v2, "blue"), 0},
		{move("blue", v1, v2), done, 0},
		{look, shown(v1 + "=" + current + ",blue;" + v2 + "=blue"), 0}}},
	{"a label that two moves took from the same version", false, []did{created,
		{put(v2, "blue"), stored(v2, "blue"), 0}, {put(v3, "green"), stored(v3, "green"), 0},
		{move("blue", v1, v2), done, 1}, {move("blue", v3, v2), done, 0}}},
	{"one of the two is refused", true, []did{created,
		{put(v2, "blue"), stored(v2, "blue"), 0}, {put(v3, "green"), stored(v3, "green"), 0},
		{move("blue", v1, v2), done, 1},
		{move("blue", v3, v2), failed("InvalidParameterException: When you move staging label blue, if you " +
			"specify RemoveFromVersionId, it must be set to the version that currently has the staging label " +
			"blue."), 0}}},
	{"a read of a deleted secret", false, []did{created, {scheduleDeletion, Answer{Arn: arn, Deleted: 5}, 0},
		{read, value(v1, current), 0}}},
	{"a read of a restored one", true, []did{created, {scheduleDeletion, Answer{Arn: arn, Deleted: 5}, 0},
		{read, failed(beingDeleted), 0}, {scheduleDeletion, failed(scheduled), 0}, {restore, done, 0},
		{read, value(v1, current), 0}}},
	{"a read of one that is gone", false, []did{created, {force, Answer{Arn: arn, Deleted: 5}, 0},
		{read, value(v1, current), 0}}},
	{"another date than that of the deletion", false, []did{created,
		{scheduleDeletion, Answer{Arn: arn, Deleted: 5}, 0},
		{look, Answer{Arn: arn, Labels: v1 + "=" + current, Deleted: 6}, 0}}},
	{"the ARN of one that is gone", false, []did{created, {force, Answer{Arn: arn, Deleted: 5}, 0},
		{created.call, Answer{Arn: arn + "2", VersionID: v1}, 0}, {look, shown(v1 + "=" + current), 0}}},
	{"a list that shows what is gone", false, []did{created, {force, Answer{Arn: arn, Deleted: 5}, 0},
		{list(s), shown(v1 + "=" + current), 0}}},
	{"a list without it", true, []did{created, {list(s), shown(v1 + "=" + current), 0},
		{force, Answer{Arn: arn, Deleted: 5}, 0}, {list(s), Answer{}, 0}}},
	{"a batch that reads what is deleted", false, []did{created,
		{scheduleDeletion, Answer{Arn: arn, Deleted: 5}, 0}, {batch, value(v1, current), 0}}},
	{"half of an update", false, []did{created, {after("UpdateSecret", func(c *Call) {
		c.Token, c.Value, c.Description = v1, "another value", &c.Operation
	}), Answer{Arn: arn, Error: (&State{}).tokenInUse(v1).Error}, 0},
		{look, Answer{Arn: arn, Labels: v1 + "=" + current, Description: "UpdateSecret"}, 0}}},
	{"a lost call that took effect", true, []did{created, {put(v2), lost, 0}, {read, value(v1, current), 0},
		{read, value(v2, current), 0}}},
	{"a lost call that did not", true, []did{created, {put(v2), lost, 0}, {read, value(v1, current), 0}}},
	{"a lost call that took effect and then not", false, []did{created, {put(v2), lost, 0},
		{read, value(v2, current), 0}, {read, value(v1, current), 0}}},
	{"a call that was refused and took effect", false, []did{created,
		{put(v2), failed(tooManyVersions), 0}, {read, value(v2, current), 0}}},
}

// Porcupine alone, and the search with porcupine behind it, tell good histories from bad ones.
func TestStories(t *testing.T) {
	for _, one := range stories {
		t.Run(one.name, func(t *testing.T) {
			history := story(one.calls)
			if porcupine.CheckOperations(contract, history) != one.good {
				t.Errorf("porcupine says %v", !one.good)
			}
			search := newSearch(history, ranks{}, time.Minute)
			if search.run() != one.good {
				t.Errorf("the search says %v", !one.good)
			}
			if moments, err := search.proposal(); one.good && (err != nil || !porcupine.CheckOperations(contract, moments)) {
				t.Errorf("the order proposed is no order: %v", err)
			}
		})
	}
}

// What a dead server had begun took effect before it died, or never.
func TestUnknownUntil(t *testing.T) {
	gone := Answer{Arn: arn, Deleted: 5}
	for _, one := range []struct {
		name  string
		until int64
		then  []did
		good  bool
	}{
		{"it took effect", 25, []did{{listVersionsOfS, Answer{Arn: arn, Versions: v1 + "=" + current}, 0},
			{read, value(v1, current), 0}}, true},
		{"it did not", 25, []did{{read, failed(beingDeleted), 0}}, true},
		{"it took effect after the death", 25, []did{{read, failed(beingDeleted), 0}, {read, value(v1, current), 0}}, false},
		{"the server lives", 0, []did{{read, failed(beingDeleted), 0}, {read, value(v1, current), 0}}, true},
	} {
		calls := append([]did{created, {scheduleDeletion, gone, 0}, {restore, Answer{Unknown: true, Until: one.until}, 0}},
			one.then...)
		if newSearch(story(calls), ranks{}, time.Minute).run() != one.good {
			t.Errorf("%s: the search says %v", one.name, !one.good)
		}
	}
}

func TestLabelsAfterPut(t *testing.T) {
	before := labels{current: v1, previous: "v0", pending: "v0", "blue": v1}
	for _, one := range []struct {
		stages []string
		want   string
	}{
		{nil, "AWSCURRENT:version-2 AWSPREVIOUS:version-1 blue:version-1"},
		{[]string{current, pending}, "AWSCURRENT:version-2 AWSPENDING:version-2 AWSPREVIOUS:version-1 blue:version-1"},
		{[]string{"blue"}, "AWSCURRENT:version-1 AWSPENDING:v0 AWSPREVIOUS:v0 blue:version-2"},
		{[]string{previous, current}, "AWSCURRENT:version-2 AWSPREVIOUS:version-1 blue:version-1"},
	} {
		found, refusal := before.afterPut(v2, one.stages)
		text := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprint(map[string]string(found)), "map["), "]")
		if refusal != "" || text != one.want {
			t.Errorf("%v: %s %s", one.stages, text, refusal)
		}
	}
}

func TestInvariants(t *testing.T) {
	version := func(id string, date float64, stages ...string) listedVersion {
		return listedVersion{VersionID: id, CreatedDate: date, VersionStages: stages}
	}
	list := after("ListSecretVersionIds", nil)
	first := reply{ARN: arn, Versions: []listedVersion{version(v1, 1, current), version(v2, 2)}}
	for name, second := range map[string]reply{
		"another date":    {ARN: arn, Versions: []listedVersion{version(v1, 1, current), version(v2, 3)}},
		"another order":   {ARN: arn, Versions: []listedVersion{version(v2, 2), version(v1, 1, current)}},
		"none is current": {ARN: arn, Versions: []listedVersion{version(v1, 1)}},
		"two are current": {ARN: arn, Versions: []listedVersion{version(v1, 1, current), version(v2, 2, current)}},
		"a label on two":  {ARN: arn, Versions: []listedVersion{version(v1, 1, current, "a"), version(v2, 2, "a")}},
		"an error of 5xx": {},
	} {
		i := newInvariants()
		i.examine(list, 200, first)
		status := 200
		if second.ARN == "" {
			status = 500
		}
		i.examine(list, status, second)
		if len(i.problems) == 0 {
			t.Errorf("%s: %v", name, i.problems)
		}
	}
}

// Calls about several secrets answer for the one that they were asked about.
func TestOnly(t *testing.T) {
	for _, one := range []struct {
		call Call
		body string
		want Answer
	}{
		{batch, `{"SecretValues":[{"ARN":"` + arn + `","VersionId":"version-1","SecretString":"value of version-1",` +
			`"VersionStages":["AWSCURRENT"]}],"Errors":[]}`, value(v1, current)},
		{batch, `{"SecretValues":[],"Errors":[{"SecretId":"s","ErrorCode":"ResourceNotFoundException",` +
			`"Message":"Secrets Manager can't find the specified secret."}]}`, failed(notFound)},
		{list(s), `{"SecretList":[]}`, Answer{}},
		{list(s), `{"SecretList":[{"ARN":"` + arn + `","SecretVersionsToStages":{"version-1":["AWSCURRENT"]}}]}`,
			shown(v1 + "=" + current)},
	} {
		parsed, err := parse([]byte(one.body))
		if found := parsed.only().answer(one.call); err != nil || found != one.want {
			t.Errorf("%s: %v %v", one.body, found, err)
		}
	}
}
