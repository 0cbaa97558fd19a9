// A tour of Coffer with the AWS SDK for Go, version 2. Prints the name of each step that passed.
// AWS_ENDPOINT_URL, AWS_CA_BUNDLE, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: as every SDK
// has them. NAME: a name that is free. ROLE_ARN: a role that may read secrets.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

const text = "grüße \U0001F511"

type tour struct {
	client *secretsmanager.Client
	config aws.Config
	name   *string
}

func expect(condition bool, what string, found any) error {
	if condition {
		return nil
	}
	return fmt.Errorf("%s: %v", what, found)
}

func (t tour) read(ctx context.Context, client *secretsmanager.Client) (*secretsmanager.GetSecretValueOutput, error) {
	return client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: t.name})
}

func (t tour) createAndRead(ctx context.Context) error {
	created, err := t.client.CreateSecret(ctx, &secretsmanager.CreateSecretInput{
		Name: t.name, SecretString: aws.String(text),
	})
	if err != nil {
		return err
	}
	value, err := t.read(ctx, t.client)
	if err != nil {
		return err
	}
	return errors.Join(
		expect(aws.ToString(value.SecretString) == text, "value", aws.ToString(value.SecretString)),
		expect(*value.ARN == *created.ARN, "ARN", *value.ARN),
		expect(*value.VersionId == *created.VersionId, "version", *value.VersionId))
}

func (t tour) putAndReadBytes(ctx context.Context) error {
	value := make([]byte, 256)
	for i := range value {
		value[i] = byte(i)
	}
	_, err := t.client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: t.name, SecretBinary: value,
	})
	if err != nil {
		return err
	}
	stored, err := t.read(ctx, t.client)
	if err != nil {
		return err
	}
	return errors.Join(
		expect(bytes.Equal(stored.SecretBinary, value), "bytes", stored.SecretBinary),
		expect(stored.SecretString == nil, "text", stored.SecretString))
}

func (t tour) describe(ctx context.Context) error {
	described, err := t.client.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: t.name})
	if err != nil {
		return err
	}
	return errors.Join(
		expect(*described.Name == *t.name, "name", *described.Name),
		expect(len(described.VersionIdsToStages) == 2, "versions", described.VersionIdsToStages),
		expect(described.CreatedDate != nil, "date", nil))
}

func (t tour) meetAnError(ctx context.Context) error {
	_, err := t.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: aws.String(*t.name + "-missing"),
	})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) {
		return fmt.Errorf("not a ResourceNotFoundException: %w", err)
	}
	return expect(missing.ErrorMessage() == "Secrets Manager can't find the specified secret.",
		"message", missing.ErrorMessage())
}

func (t tour) getCallerIdentity(ctx context.Context) error {
	identity, err := sts.NewFromConfig(t.config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return err
	}
	return expect(strings.Contains(*identity.Arn, ":user/"), "identity", *identity.Arn)
}

func (t tour) presignCallerIdentity(ctx context.Context) error {
	presigner := sts.NewPresignClient(sts.NewFromConfig(t.config))
	request, err := presigner.PresignGetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return err
	}
	fmt.Println("presigned", request.Method, request.URL)
	return nil
}

func (t tour) readInARole(ctx context.Context) error {
	session := t.config.Copy()
	session.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(
		sts.NewFromConfig(t.config), os.Getenv("ROLE_ARN")))
	client := secretsmanager.NewFromConfig(session)
	value, err := t.read(ctx, client)
	if err != nil {
		return err
	}
	_, err = client.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: t.name})
	var refused smithy.APIError
	return errors.Join(
		expect(len(value.SecretBinary) == 256, "bytes", value.SecretBinary),
		expect(errors.As(err, &refused) && refused.ErrorCode() == "AccessDeniedException", "refusal", err))
}

func (t tour) delete(ctx context.Context) error {
	deleted, err := t.client.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{
		SecretId: t.name, RecoveryWindowInDays: aws.Int64(7),
	})
	if err != nil {
		return err
	}
	_, err = t.read(ctx, t.client)
	var invalid *types.InvalidRequestException
	return errors.Join(
		expect(deleted.DeletionDate != nil, "date", nil),
		expect(errors.As(err, &invalid), "refusal", err))
}

func main() {
	ctx := context.Background()
	configuration, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	t := tour{secretsmanager.NewFromConfig(configuration), configuration, aws.String(os.Getenv("NAME"))}
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"create and read", t.createAndRead},
		{"put and read bytes", t.putAndReadBytes},
		{"describe", t.describe},
		{"meet an error", t.meetAnError},
		{"get caller identity", t.getCallerIdentity},
		{"presign caller identity", t.presignCallerIdentity},
		{"read in a role", t.readInARole},
		{"delete", t.delete},
	} {
		if err := step.run(ctx); err != nil {
			log.Fatalf("%s: %v", step.name, err)
		}
		fmt.Println(step.name)
	}
}
