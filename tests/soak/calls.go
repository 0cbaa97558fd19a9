package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
)

const (
	readSecrets    = 500
	writtenSecrets = 40 // Few, so that each soon has as many versions as a secret may have.
	rotatedSecrets = 10
	valueBytes     = 400
)

type members map[string]any

// world is what the load knows of the secrets: which version it wrote last, which secrets come and go.
type world struct {
	mutex   sync.Mutex
	current [writtenSecrets]string // The version that was put last; others may be later.
	blue    [writtenSecrets]string // The version that has the label blue.
	living  []string               // Secrets that come and go, oldest first.
	deleted []string
	made    int
	value   string
}

func newWorld() *world {
	value := make([]byte, valueBytes)
	for n := range value {
		value[n] = 'a' + byte(n%26)
	}
	return &world{value: string(value)}
}

func token(random *rand.Rand) string {
	return fmt.Sprintf("%016x-%016x", random.Uint64(), random.Uint64())
}

// kind is one kind of call: how many of a hundred, whether it writes, and how one is made. What a call
// changes in the world is noted when it is made: the world is a hint, and a refusal no error.
type kind struct {
	name   string
	weight int
	writes bool
	draw   func(*world, *rand.Rand) (string, members)
}

// Together 100. What is created and restored is also deleted, so that the number of secrets stays.
var kinds = []kind{
	{"read by label", 50, false, drawRead},
	{"read by id", 6, false, drawReadOfVersion},
	{"read ten", 2, false, drawBatch},
	{"describe", 5, false, drawDescribe},
	{"list", 2, false, drawList},
	{"list versions", 2, false, drawListVersions},
	{"put", 10, true, drawPut},
	{"put with a label", 4, true, drawPutWithLabel},
	{"move a label", 5, true, drawMove},
	{"describe anew", 3, true, drawUpdate},
	{"create", 4, true, drawCreate},
	{"delete", 6, true, drawDelete},
	{"restore", 1, true, drawRestore},
}

func drawKind(random *rand.Rand) *kind {
	number := random.IntN(100)
	for n := range kinds {
		if number -= kinds[n].weight; number < 0 {
			return &kinds[n]
		}
	}
	panic("the weights are not 100 in all")
}

func readName(random *rand.Rand) string { return fmt.Sprintf("read/%d", random.IntN(readSecrets)) }

func writtenName(n int) string { return fmt.Sprintf("written/%d", n) }

func rotatedName(n int) string { return fmt.Sprintf("rotated/%d", n) }

func drawRead(_ *world, random *rand.Rand) (string, members) {
	name := readName(random)
	switch random.IntN(10) {
	case 0:
		name = writtenName(random.IntN(writtenSecrets))
	case 1:
		name = rotatedName(random.IntN(rotatedSecrets))
	}
	return "GetSecretValue", members{"SecretId": name}
}

func drawReadOfVersion(w *world, random *rand.Rand) (string, members) {
	n := random.IntN(writtenSecrets)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.current[n] == "" {
		return "GetSecretValue", members{"SecretId": writtenName(n)}
	}
	return "GetSecretValue", members{"SecretId": writtenName(n), "VersionId": w.current[n]}
}

func drawBatch(_ *world, random *rand.Rand) (string, members) {
	var names []string
	for range 10 {
		names = append(names, readName(random))
	}
	return "BatchGetSecretValue", members{"SecretIdList": names}
}

func drawDescribe(_ *world, random *rand.Rand) (string, members) {
	return "DescribeSecret", members{"SecretId": writtenName(random.IntN(writtenSecrets))}
}

func drawList(_ *world, random *rand.Rand) (string, members) {
	return "ListSecrets", members{"MaxResults": 50, "IncludePlannedDeletion": random.IntN(2) == 0}
}

func drawListVersions(_ *world, random *rand.Rand) (string, members) {
	return "ListSecretVersionIds", members{"SecretId": writtenName(random.IntN(writtenSecrets)),
		"IncludeDeprecated": true}
}

func drawPut(w *world, random *rand.Rand) (string, members) {
	n := random.IntN(writtenSecrets)
	made := token(random)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.current[n] = made
	return "PutSecretValue", members{"SecretId": writtenName(n), "ClientRequestToken": made,
		"SecretString": w.value}
}

func drawPutWithLabel(w *world, random *rand.Rand) (string, members) {
	n := random.IntN(writtenSecrets)
	made := token(random)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.blue[n] = made
	return "PutSecretValue", members{"SecretId": writtenName(n), "ClientRequestToken": made,
		"SecretString": w.value, "VersionStages": []string{"blue"}}
}

func drawMove(w *world, random *rand.Rand) (string, members) {
	n := random.IntN(writtenSecrets)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.current[n] == "" || w.blue[n] == "" {
		return "UpdateSecret", members{"SecretId": writtenName(n)}
	}
	call := members{"SecretId": writtenName(n), "VersionStage": "blue", "MoveToVersionId": w.current[n],
		"RemoveFromVersionId": w.blue[n]}
	w.blue[n] = w.current[n]
	return "UpdateSecretVersionStage", call
}

func drawUpdate(_ *world, random *rand.Rand) (string, members) {
	return "UpdateSecret", members{"SecretId": readName(random),
		"Description": fmt.Sprintf("described %d", random.Uint32())}
}

func drawCreate(w *world, random *rand.Rand) (string, members) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.made++
	name := fmt.Sprintf("passing/%d", w.made)
	w.living = append(w.living, name)
	return "CreateSecret", members{"Name": name, "ClientRequestToken": token(random), "SecretString": w.value}
}

// Some secrets are left between creation and deletion, so that the two do not meet on the way.
const leftBetween = 50

func drawDelete(w *world, random *rand.Rand) (string, members) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if len(w.living) < leftBetween {
		return "GetSecretValue", members{"SecretId": readName(random)}
	}
	name := w.living[0]
	w.living = w.living[1:]
	w.deleted = append(w.deleted, name)
	if len(w.deleted) > leftBetween {
		w.deleted = w.deleted[1:]
	}
	return "DeleteSecret", members{"SecretId": name, "RecoveryWindowInDays": 7}
}

func drawRestore(w *world, random *rand.Rand) (string, members) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if len(w.deleted) == 0 {
		return "GetSecretValue", members{"SecretId": readName(random)}
	}
	last := len(w.deleted) - 1
	name := w.deleted[last]
	w.deleted = w.deleted[:last]
	w.living = append(w.living, name)
	return "RestoreSecret", members{"SecretId": name}
}

func encode(call members) []byte {
	body, err := json.Marshal(call)
	if err != nil {
		panic(err)
	}
	return body
}
