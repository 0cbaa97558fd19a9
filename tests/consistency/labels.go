package main

import (
	"fmt"
	"maps"
	"slices"
)

const (
	current   = "AWSCURRENT"
	previous  = "AWSPREVIOUS"
	pending   = "AWSPENDING"
	maxLabels = 20
)

// labels says which version has which label. It is never changed, only replaced.
type labels map[string]string

func (l labels) of(version string) []string {
	var found []string
	for label, holder := range l {
		if holder == version {
			found = append(found, label)
		}
	}
	return found
}

// makeCurrent gives AWSCURRENT to a version and AWSPREVIOUS to the one that had it.
func (l labels) makeCurrent(version string) {
	if holder, held := l[current]; held && holder != version {
		l[previous] = holder
	}
	l[current] = version
}

func tooManyLabels(l labels) string {
	if len(l) <= maxLabels {
		return ""
	}
	return fmt.Sprintf("LimitExceededException: You can't attach more than %d staging labels across "+
		"all versions of a secret.", maxLabels)
}

// afterPut is what a new version does to labels: AWSCURRENT moves with AWSPREVIOUS behind it, any
// other label is taken from its holder, and a write that becomes current ends a pending rotation.
func (l labels) afterPut(version string, stages []string) (labels, string) {
	if stages == nil {
		stages = []string{current}
	}
	after := labels(maps.Clone(l))
	if after == nil {
		after = labels{}
	}
	for _, label := range stages {
		if label != current {
			after[label] = version
		}
	}
	isFirst := len(l) == 0
	if isFirst || slices.Contains(stages, current) {
		if !slices.Contains(stages, pending) {
			delete(after, pending)
		}
		after.makeCurrent(version)
	}
	return after, tooManyLabels(after)
}

func refused(text string, arguments ...any) (labels, string) {
	return nil, "InvalidParameterException: " + fmt.Sprintf(text, arguments...)
}

// afterMove is the table of UpdateSecretVersionStage; both versions exist where they are given.
func (l labels) afterMove(label, moveTo, removeFrom string) (labels, string) {
	holder := l[label]
	switch {
	case moveTo == "" && removeFrom == "":
		return refused("You must provide MoveToVersionId, RemoveFromVersionId or both.")
	case moveTo == "" && holder != removeFrom:
		return refused("Version stage %s not found in version %s", label, removeFrom)
	case moveTo == "" && label == current:
		return refused("You can only move staging label AWSCURRENT to a different secret version. " +
			"It can't be completely removed.")
	case moveTo != "" && removeFrom != "" && holder != removeFrom:
		return refused("When you move staging label %[1]s, if you specify RemoveFromVersionId, it must "+
			"be set to the version that currently has the staging label %[1]s.", label)
	case moveTo != "" && removeFrom == "" && holder != "" && holder != moveTo:
		return refused("The parameter RemoveFromVersionId can't be empty. Staging label %s is currently "+
			"attached to version %s, so you must explicitly reference that version in "+
			"RemoveFromVersionId.", label, holder)
	}
	after := labels(maps.Clone(l))
	switch {
	case moveTo == "":
		delete(after, label)
	case label == current:
		after.makeCurrent(moveTo)
	default:
		after[label] = moveTo
	}
	return after, tooManyLabels(after)
}
