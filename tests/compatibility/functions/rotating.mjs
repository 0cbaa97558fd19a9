// A rotation function for Node.js, run by aws-lambda-ric. rotating.py says what HOMES is.
import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";

// Modules are found from the folder that is named, not from this file's.
const require = createRequire(`${process.env.NODE_PATH}/`);
const { SecretsManager } = require("@aws-sdk/client-secrets-manager");
const client = new SecretsManager({ endpoint: process.env.SECRETS_MANAGER_ENDPOINT });

const pendingOf = (event) => ({
  SecretId: event.SecretId,
  VersionId: event.ClientRequestToken,
  VersionStage: "AWSPENDING",
});

async function createSecret(event) {
  const { SecretString } = await client.getSecretValue({ SecretId: event.SecretId });
  try {
    await client.getSecretValue(pendingOf(event));
    return;
  } catch (error) {
    if (error.name !== "ResourceNotFoundException") throw error;
  }
  const { RandomPassword: password } = await client.getRandomPassword({ PasswordLength: 24 });
  await client.putSecretValue({
    SecretId: event.SecretId,
    ClientRequestToken: event.ClientRequestToken,
    RotationToken: event.RotationToken,
    SecretString: JSON.stringify({ ...JSON.parse(SecretString), password }),
    VersionStages: ["AWSPENDING"],
  });
}

async function finishSecret(event) {
  const { VersionIdsToStages: versions } = await client.describeSecret({ SecretId: event.SecretId });
  const [current] = Object.entries(versions).find(([, labels]) => labels.includes("AWSCURRENT"));
  await client.updateSecretVersionStage({
    SecretId: event.SecretId,
    VersionStage: "AWSCURRENT",
    MoveToVersionId: event.ClientRequestToken,
    RemoveFromVersionId: current,
  });
}

const readPending = (event) => client.getSecretValue(pendingOf(event));
const steps = { createSecret, setSecret: readPending, testSecret: readPending, finishSecret };

export async function handler(event, context) {
  const name = event.SecretId.split(":")[6].slice(0, -7);
  const call = { step: event.Step, event, arn: context.invokedFunctionArn };
  appendFileSync(`${process.env.HOMES}/${name}/calls.jsonl`, `${JSON.stringify(call)}\n`);
  await steps[event.Step](event);
}
