package main

import (
	"hash/maphash"
	"maps"
	"slices"
)

// anything stands for what only the server knows: the ARN and the date that it chose.
const (
	anything     = "*"
	anyDate      = int64(-1)
	maxVersions  = 100
	notFound     = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
	cannotDo     = "InvalidRequestException: You can't perform this operation on the secret because it was "
	beingDeleted = cannotDo + "marked for deletion."
	scheduled    = cannotDo + "already scheduled for deletion."
	nameDeleted  = "InvalidRequestException: You can't create this secret because a secret with this name " +
		"is already scheduled for deletion."
	notOnVersion = "InvalidRequestException: You provided a VersionStage that is not associated to the " +
		"provided VersionId."
	tooManyVersions = "LimitExceededException: The secret has reached its limit of 100 versions. Versions " +
		"that have a staging label or are younger than 24 hours are not removed."
)

func valueNotFound(what, which string) Answer {
	return Answer{Error: "ResourceNotFoundException: Secrets Manager can't find the specified secret value " +
		"for " + what + ": " + which}
}

func failed(text string) Answer { return Answer{Error: text} }

// State is one secret as the contract has it. It is never changed, only replaced; the zero State is a
// secret that does not exist.
type State struct {
	exists      bool
	arn         string
	description string
	deleted     int64 // When deletion was asked for; 0 = active.
	values      map[string]string
	labels      labels
	listed      string // The labels of all versions, made when first asked for.
}

func (s *State) tokenInUse(token string) Answer {
	return Answer{Arn: s.arn, Error: "ResourceExistsException: You can't use ClientRequestToken " + token +
		" because that value is already in use"}
}

// apply is the contract: what a call makes of a secret, and what its answer must be. What the server
// is free to choose is taken from the answer that it gave.
func (s *State) apply(call Call, given Answer) (*State, Answer) {
	if call.Operation == "CreateSecret" {
		return s.create(call, given)
	}
	if !s.exists {
		if call.Operation == "DeleteSecret" && call.Force {
			return s, Answer{Arn: anything, Deleted: anyDate}
		}
		if call.Operation == "ListSecrets" {
			return s, Answer{}
		}
		return s, failed(notFound)
	}
	switch call.Operation {
	case "DescribeSecret", "ListSecrets":
		return s, s.describe()
	case "ListSecretVersionIds":
		return s, Answer{Arn: s.arn, Versions: s.allVersions()}
	case "DeleteSecret":
		return s.delete(call, given)
	case "RestoreSecret":
		after := *s
		after.deleted = 0
		return &after, Answer{Arn: s.arn}
	}
	if s.deleted != 0 {
		return s, failed(beingDeleted)
	}
	switch call.Operation {
	case "GetSecretValue", "BatchGetSecretValue":
		return s, s.read(call)
	case "PutSecretValue":
		return s.put(call)
	case "UpdateSecret":
		return s.update(call)
	case "UpdateSecretVersionStage":
		return s.moveLabel(call)
	}
	panic("no model of " + call.Operation)
}

func (s *State) create(call Call, given Answer) (*State, Answer) {
	if s.exists {
		if s.deleted != 0 {
			return s, failed(nameDeleted)
		}
		present, taken := s.values[call.Token]
		switch {
		case !taken:
			return s, failed("ResourceExistsException: The operation failed because the secret " +
				call.Secret + " already exists.")
		case present != call.Value:
			return s, s.tokenInUse(call.Token)
		}
		return s, Answer{Arn: s.arn, VersionID: call.Token}
	}
	created := &State{exists: true, arn: given.Arn, values: map[string]string{call.Token: call.Value},
		labels: labels{current: call.Token}}
	if created.arn == "" {
		created.arn = anything
	}
	if call.Description != nil {
		created.description = *call.Description
	}
	return created, Answer{Arn: created.arn, VersionID: call.Token}
}

func (s *State) delete(call Call, given Answer) (*State, Answer) {
	if call.Force {
		return &State{}, Answer{Arn: s.arn, Deleted: anyDate}
	}
	if s.deleted != 0 {
		return s, failed(scheduled)
	}
	after := *s
	after.deleted = given.Deleted
	if after.deleted == 0 {
		after.deleted = anyDate
	}
	return &after, Answer{Arn: s.arn, Deleted: after.deleted}
}

func (s *State) describe() Answer {
	labelled := map[string][]string{}
	for label, version := range s.labels {
		labelled[version] = append(labelled[version], label)
	}
	return Answer{Arn: s.arn, Description: s.description, Deleted: s.deleted,
		Labels: labelsByVersion(labelled)}
}

func (s *State) allVersions() string {
	if s.listed == "" {
		all := map[string][]string{}
		for version := range s.values {
			all[version] = nil
		}
		for label, version := range s.labels {
			all[version] = append(all[version], label)
		}
		s.listed = labelsByVersion(all)
	}
	return s.listed
}

func (s *State) read(call Call) Answer {
	version := call.VersionID
	if version == "" {
		label := call.Label
		if label == "" {
			label = current
		}
		holder, held := s.labels[label]
		if !held {
			return valueNotFound("staging label", label)
		}
		version = holder
	}
	value, exists := s.values[version]
	if !exists {
		return valueNotFound("VersionId", version)
	}
	if call.VersionID != "" && call.Label != "" && s.labels[call.Label] != version {
		return failed(notOnVersion)
	}
	return Answer{Arn: s.arn, VersionID: version, Value: value, Labels: labelText(s.labels.of(version))}
}

// withVersion adds a version, or answers why not. Shown again, a token with its value changes nothing.
func (s *State) withVersion(call Call) (*State, Answer) {
	if present, taken := s.values[call.Token]; taken {
		if present != call.Value {
			return s, s.tokenInUse(call.Token)
		}
		return s, Answer{}
	}
	moved, refusal := s.labels.afterPut(call.Token, call.Stages)
	if refusal != "" {
		return s, failed(refusal)
	}
	if len(s.values) >= maxVersions {
		return s, failed(tooManyVersions)
	}
	after := *s
	after.labels = moved
	after.values = maps.Clone(s.values)
	after.values[call.Token] = call.Value
	after.listed = ""
	return &after, Answer{}
}

func (s *State) put(call Call) (*State, Answer) {
	after, refusal := s.withVersion(call)
	if refusal.Error != "" {
		return s, refusal
	}
	return after, Answer{Arn: s.arn, VersionID: call.Token, Labels: labelText(after.labels.of(call.Token))}
}

func (s *State) update(call Call) (*State, Answer) {
	after := s
	if call.Value != "" {
		var refusal Answer
		if after, refusal = s.withVersion(call); refusal.Error != "" {
			return s, refusal
		}
	}
	if call.Description != nil {
		described := *after
		described.description = *call.Description
		after = &described
	}
	answer := Answer{Arn: s.arn}
	if call.Value != "" {
		answer.VersionID = call.Token
	}
	return after, answer
}

func (s *State) moveLabel(call Call) (*State, Answer) {
	for _, version := range []string{call.MoveTo, call.RemoveFrom} {
		if _, exists := s.values[version]; version != "" && !exists {
			return s, valueNotFound("VersionId", version)
		}
	}
	moved, refusal := s.labels.afterMove(call.Label, call.MoveTo, call.RemoveFrom)
	if refusal != "" {
		return s, failed(refusal)
	}
	after := *s
	after.labels = moved
	after.listed = ""
	return &after, Answer{Arn: s.arn}
}

// agrees says whether an answer is the one that the model wants.
func agrees(wanted, given Answer) bool {
	if wanted.Arn == anything {
		given.Arn = anything
	}
	if wanted.Deleted == anyDate {
		given.Deleted = anyDate
	}
	return wanted == given
}

// step is what the checker asks: may this call, on this state, have had this answer?
func step(state *State, call Call, given Answer) (bool, *State) {
	after, wanted := state.apply(call, given)
	return given.Unknown || agrees(wanted, given), after
}

func same(a, b *State) bool {
	return a == b || a.exists == b.exists && a.arn == b.arn && a.deleted == b.deleted &&
		a.description == b.description && maps.Equal(a.labels, b.labels) && maps.Equal(a.values, b.values)
}

var seed = maphash.MakeSeed()

// hash of a state; equal states have equal ones.
func hash(state *State) uint64 {
	sum := maphash.String(seed, state.arn+"\x00"+state.description)
	sum += uint64(state.deleted)<<1 + uint64(len(state.values))
	for label, version := range state.labels {
		sum += maphash.String(seed, label+"\x00"+version)
	}
	return sum
}

func (s *State) String() string {
	if !s.exists {
		return "no secret"
	}
	held := slices.Sorted(maps.Keys(s.labels))
	text := ""
	for _, label := range held {
		text += label + " on " + s.labels[label] + "\n"
	}
	return text + "description " + s.description
}
