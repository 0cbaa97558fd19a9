package main

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
)

// Call is one call of the API: the members that its operation has.
type Call struct {
	Operation   string
	Secret      string
	Token       string
	Value       string
	VersionID   string
	Label       string
	Stages      []string
	MoveTo      string
	RemoveFrom  string
	Description *string
	Days        int
	Force       bool
	isFresh     bool // The token is one that no call before had.
}

// Answer is what came back, in one form for all operations: the model makes the same and compares.
type Answer struct {
	Unknown     bool   // The call may take effect at any later time, or never.
	Until       int64  // If unknown: it cannot take effect later than this; 0 = no bound.
	Error       string // Code and text; the other members are empty then.
	Arn         string
	VersionID   string
	Value       string
	Labels      string // Of the version that the answer is about, or of all versions that have some.
	Versions    string // All versions and their labels.
	Description string
	Deleted     int64 // When deletion was asked for, in milliseconds.
}

func (c Call) isRead() bool {
	switch c.Operation {
	case "GetSecretValue", "BatchGetSecretValue", "DescribeSecret", "ListSecrets", "ListSecretVersionIds":
		return true
	}
	return false
}

// request is the body on the wire.
func (c Call) request() []byte {
	members := map[string]any{}
	put := func(name, value string) {
		if value != "" {
			members[name] = value
		}
	}
	switch c.Operation {
	case "CreateSecret":
		put("Name", c.Secret)
	case "BatchGetSecretValue":
		members["SecretIdList"] = []string{c.Secret}
	case "ListSecrets":
		members["Filters"] = []any{map[string]any{"Key": "name", "Values": []string{c.Secret}}}
		members["IncludePlannedDeletion"] = true
	default:
		put("SecretId", c.Secret)
	}
	put("ClientRequestToken", c.Token)
	put("SecretString", c.Value)
	put("VersionId", c.VersionID)
	put("VersionStage", c.Label)
	put("MoveToVersionId", c.MoveTo)
	put("RemoveFromVersionId", c.RemoveFrom)
	if c.Stages != nil {
		members["VersionStages"] = c.Stages
	}
	if c.Description != nil {
		members["Description"] = *c.Description
	}
	if c.Days != 0 {
		members["RecoveryWindowInDays"] = c.Days
	}
	if c.Force {
		members["ForceDeleteWithoutRecovery"] = true
	}
	if c.Operation == "ListSecretVersionIds" {
		members["IncludeDeprecated"] = true
	}
	body, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return body
}

// reply has the members of all replies.
type reply struct {
	Type               string `json:"__type"`
	Message            string
	ARN                string
	VersionID          string `json:"VersionId"`
	SecretString       string
	VersionStages      []string
	VersionIDsToStages map[string][]string `json:"VersionIdsToStages"`
	ListedStages       map[string][]string `json:"SecretVersionsToStages"`
	ErrorCode          string              // Of one secret, where a call is about several.
	Description        string
	DeletionDate       float64
	DeletedDate        float64
	Versions           []listedVersion
	SecretValues       []reply
	Errors             []reply
	SecretList         []reply
}

type listedVersion struct {
	VersionID     string `json:"VersionId"`
	VersionStages []string
	CreatedDate   float64
}

func milliseconds(seconds float64) int64 { return int64(math.Round(seconds * 1000)) }

func parse(body []byte) (reply, error) {
	var parsed reply
	err := json.Unmarshal(body, &parsed)
	return parsed, err
}

// only: what a call about several secrets says of the one that it was asked about.
func (r reply) only() reply {
	for _, several := range [][]reply{r.SecretValues, r.Errors, r.SecretList} {
		for _, one := range several {
			one.Type = one.ErrorCode
			if one.ListedStages != nil {
				one.VersionIDsToStages = one.ListedStages
			}
			return one
		}
	}
	return r
}

// The text of a refusal that holds an ARN, which is compared like that of any other answer.
const namesSecret = " for a version of secret "

// answer brings a reply into the form that the model compares.
func (r reply) answer(call Call) Answer {
	if r.Type != "" {
		text, arn, _ := strings.Cut(r.Message, namesSecret)
		return Answer{Error: r.Type + ": " + text, Arn: strings.TrimSuffix(arn, ".")}
	}
	answer := Answer{Arn: r.ARN, VersionID: r.VersionID, Value: r.SecretString,
		Description: r.Description, Labels: labelText(r.VersionStages),
		Deleted: milliseconds(r.DeletedDate)}
	if call.Operation == "DescribeSecret" || call.Operation == "ListSecrets" {
		answer.Labels = labelsByVersion(r.VersionIDsToStages)
	}
	if call.Operation == "ListSecretVersionIds" {
		all := map[string][]string{}
		for _, version := range r.Versions {
			all[version.VersionID] = version.VersionStages
		}
		answer.Versions = labelsByVersion(all)
	}
	if call.Operation == "DeleteSecret" && !call.Force {
		// The wire says when it will be gone; DescribeSecret says when that was asked for.
		answer.Deleted = milliseconds(r.DeletionDate) - int64(call.Days)*24*60*60*1000
	}
	return answer
}

func labelText(labels []string) string {
	sorted := slices.Sorted(slices.Values(labels))
	return strings.Join(sorted, ",")
}

func labelsByVersion(versions map[string][]string) string {
	lines := make([]string, 0, len(versions))
	for version, labels := range versions {
		lines = append(lines, version+"="+labelText(labels))
	}
	sort.Strings(lines)
	return strings.Join(lines, ";")
}

func (c Call) String() string {
	body := c.request()
	return fmt.Sprintf("%s %s", c.Operation, body)
}

func (a Answer) String() string {
	switch {
	case a.Unknown:
		return "unknown"
	case a.Error != "":
		return a.Error
	}
	return fmt.Sprintf("%+v", struct {
		Arn, VersionID, Value, Labels, Versions, Description string
		Deleted                                              int64
	}{a.Arn, a.VersionID, a.Value, a.Labels, a.Versions, a.Description, a.Deleted})
}
