package main

// ranks say in which order the versions of each secret were made, as ListSecretVersionIds shows them,
// by ARN: a secret that is made anew has a new one. They spare the search most wrong turns.
type ranks map[string][]string

// arnOf is the secret whose first version is this one, if any was listed.
func (r ranks) arnOf(first string) string {
	for arn, listed := range r {
		if len(listed) > 0 && listed[0] == first {
			return arn
		}
	}
	return ""
}

// allow says whether a call that makes a version has its turn.
func (r ranks) allow(before, after *State, token string) bool {
	if after == before || len(after.values) <= len(before.values) {
		return true
	}
	listed := r[after.arn]
	turn := len(after.values) - 1
	if turn < len(listed) {
		return listed[turn] == token
	}
	for _, earlier := range listed {
		if earlier == token {
			return false
		}
	}
	return true
}
