// A rotation function in Go that speaks the Lambda Runtime API itself. functions/rotating.py says
// what HOMES is.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

type event struct {
	Step, SecretId, ClientRequestToken, RotationToken string
}

type rotator struct {
	client *secretsmanager.Client
}

// The pending version's value; ResourceNotFoundException while it has none.
func (r rotator) pending(ctx context.Context, e event) error {
	_, err := r.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: &e.SecretId, VersionId: &e.ClientRequestToken, VersionStage: aws.String("AWSPENDING")})
	return err
}

func (r rotator) create(ctx context.Context, e event) error {
	var missing *types.ResourceNotFoundException
	if err := r.pending(ctx, e); !errors.As(err, &missing) {
		return err
	}
	current, err := r.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &e.SecretId})
	if err != nil {
		return err
	}
	value := map[string]any{}
	if err := json.Unmarshal([]byte(*current.SecretString), &value); err != nil {
		return err
	}
	password, err := r.client.GetRandomPassword(ctx, &secretsmanager.GetRandomPasswordInput{})
	if err != nil {
		return err
	}
	value["password"] = *password.RandomPassword
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = r.client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &e.SecretId, ClientRequestToken: &e.ClientRequestToken,
		RotationToken: &e.RotationToken, SecretString: aws.String(string(text)),
		VersionStages: []string{"AWSPENDING"}})
	return err
}

func (r rotator) finish(ctx context.Context, e event) error {
	described, err := r.client.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &e.SecretId})
	if err != nil {
		return err
	}
	move := secretsmanager.UpdateSecretVersionStageInput{SecretId: &e.SecretId,
		VersionStage: aws.String("AWSCURRENT"), MoveToVersionId: &e.ClientRequestToken}
	for version, labels := range described.VersionIdsToStages {
		if slices.Contains(labels, "AWSCURRENT") {
			move.RemoveFromVersionId = aws.String(version)
		}
	}
	_, err = r.client.UpdateSecretVersionStage(ctx, &move)
	return err
}

func (r rotator) run(ctx context.Context, text []byte) error {
	var e event
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	if err := record(e, text); err != nil {
		return err
	}
	switch e.Step {
	case "createSecret":
		return r.create(ctx, e)
	case "setSecret", "testSecret":
		return r.pending(ctx, e)
	case "finishSecret":
		return r.finish(ctx, e)
	}
	return fmt.Errorf("unknown step %q", e.Step)
}

func record(e event, text []byte) error {
	parts := strings.Split(e.SecretId, ":")
	name := parts[6][:len(parts[6])-7]
	path := filepath.Join(os.Getenv("HOMES"), name, "calls.jsonl")
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = fmt.Fprintf(file, "{\"step\":%q,\"event\":%s}\n", e.Step, text)
	return err
}

func post(url string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	reply, err := http.Post(url, "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusAccepted {
		return fmt.Errorf("%s: %s", url, reply.Status)
	}
	return nil
}

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	r := rotator{secretsmanager.NewFromConfig(settings)}
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		reply, err := http.Get(api + "next")
		if err != nil {
			log.Fatal(err)
		}
		text, err := io.ReadAll(reply.Body)
		reply.Body.Close()
		if err != nil {
			log.Fatal(err)
		}
		id := api + reply.Header.Get("Lambda-Runtime-Aws-Request-Id")
		if failure := r.run(ctx, text); failure != nil {
			err = post(id+"/error", map[string]string{"errorType": "GoError", "errorMessage": failure.Error()})
		} else {
			err = post(id+"/response", nil)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}
