// A tour of Coffer with the AWS SDK for JavaScript, version 3. Prints one line of JSON.
// E2E_NODE_MODULES: the folder of the installed SDK. ENDPOINT: where Coffer listens. NAME: a
// name that is free.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(path.resolve(process.env.E2E_NODE_MODULES), "tour.js"));
const sdk = require("@aws-sdk/client-secrets-manager");

const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const client = new sdk.SecretsManagerClient({
  region: "us-east-1", endpoint: process.env.ENDPOINT, credentials, maxAttempts: 1,
});
const Name = process.env.NAME;
const SecretId = Name;
const send = (operation, input) => client.send(new sdk[`${operation}Command`](input));

async function storeAndRetrieve() {
  const created = await send("CreateSecret", {
    Name, SecretString: "grüße \u{1F511}", Description: "a tour", Tags: [{ Key: "a", Value: "b" }],
  });
  const value = await send("GetSecretValue", { SecretId });

  assert.equal(value.SecretString, "grüße \u{1F511}");
  assert.equal(value.ARN, created.ARN);
  assert.equal(value.VersionId, created.VersionId);
  assert.ok(value.CreatedDate instanceof Date);
  assert.ok(Math.abs(value.CreatedDate.getTime() - Date.now()) < 60_000);
}

async function storeBinary() {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  await send("PutSecretValue", { SecretId, SecretBinary: bytes });
  const value = await send("GetSecretValue", { SecretId });

  assert.deepEqual(new Uint8Array(value.SecretBinary), bytes);
  assert.equal(value.SecretString, undefined);
}

async function pageThroughVersions() {
  const pages = [];
  const input = { SecretId, IncludeDeprecated: true };
  for await (const page of sdk.paginateListSecretVersionIds({ client, pageSize: 1 }, input)) {
    pages.push(page.Versions);
  }

  assert.equal(pages.flat().length, 2);
}

async function pageThroughSecrets() {
  const names = [];
  const input = { Filters: [{ Key: "name", Values: [Name] }] };
  for await (const page of sdk.paginateListSecrets({ client, pageSize: 1 }, input)) {
    names.push(...page.SecretList.map((secret) => secret.Name));
  }

  assert.deepEqual(names, [Name]);
}

async function readABatch() {
  const batch = await send("BatchGetSecretValue", { SecretIdList: [Name, `${Name}-missing`] });

  assert.equal(batch.SecretValues.length, 1);
  assert.equal(batch.Errors[0].ErrorCode, "ResourceNotFoundException");
}

async function meetErrors() {
  await assert.rejects(send("GetSecretValue", { SecretId: `${Name}-missing` }), (error) =>
    error instanceof sdk.ResourceNotFoundException
    && error.message === "Secrets Manager can't find the specified secret."
    && error.$metadata.httpStatusCode === 400);
  await assert.rejects(send("CreateSecret", { Name }), sdk.ResourceExistsException);
  await assert.rejects(send("GetSecretValue", { SecretId: "bad name" }),
    { name: "ValidationException" });
}

async function tagAndDelete() {
  await send("TagResource", { SecretId, Tags: [{ Key: "c", Value: "d" }] });
  await send("UntagResource", { SecretId, TagKeys: ["a"] });
  const described = await send("DescribeSecret", { SecretId });
  assert.deepEqual(described.Tags, [{ Key: "c", Value: "d" }]);

  const deleted = await send("DeleteSecret", { SecretId, RecoveryWindowInDays: 7 });
  assert.ok(deleted.DeletionDate.getTime() > Date.now() + 6 * 86_400_000);
  await assert.rejects(send("GetSecretValue", { SecretId }), sdk.InvalidRequestException);
  await send("RestoreSecret", { SecretId });
  await send("DeleteSecret", { SecretId, ForceDeleteWithoutRecovery: true });
}

const steps = [storeAndRetrieve, storeBinary, pageThroughVersions, pageThroughSecrets, readABatch,
  meetErrors, tagAndDelete];
for (const step of steps) {
  await step();
}
console.log(JSON.stringify({ passed: steps.map((step) => step.name) }));
