"""A rotation function in Python, as people write them for AWS Lambda: run by awslambdaric.

HOMES has one folder for each secret, by its name. `calls.jsonl` is what has been done; `STEP.py` is
what a test wants to be done before this step, with the words below.
"""

import json
import os
import pathlib
import sys  # noqa: F401 (for the tests' texts)
import time

import boto3


def handler(event, context):
    home = pathlib.Path(os.environ["HOMES"]) / event["SecretId"].split(":")[6][:-7]
    client = boto3.client("secretsmanager", endpoint_url=os.environ["SECRETS_MANAGER_ENDPOINT"])
    with open(home / "calls.jsonl", "a", encoding="utf-8") as calls:
        print(json.dumps({"step": event["Step"], "event": event, "pid": os.getpid(),
                          "environment": dict(os.environ), "directory": os.getcwd(),
                          "context": facts_of(context)}), file=calls)
    wanted = home / f"{event['Step']}.py"
    words = {"event": event, "context": context, "client": client,
             "wait": lambda: wait(home, event["Step"])}
    if wanted.exists():
        exec(compile(wanted.read_text(), str(wanted), "exec"), {**globals(), **words})
    STEPS[event["Step"]](client, event)


def wait(home, step):
    """Says that this step has begun, and goes on when the test says so."""
    (home / f"reached-{step}").touch()
    while not (home / f"go-{step}").exists():
        time.sleep(0.005)


def facts_of(context):
    return {"arn": context.invoked_function_arn, "name": context.function_name,
            "version": context.function_version, "memory": context.memory_limit_in_mb,
            "remaining": context.get_remaining_time_in_millis()}


def create_secret(client, event):
    """Gives the pending version a value, unless it has one."""
    arn, token = event["SecretId"], event["ClientRequestToken"]
    current = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
    try:
        client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")
    except client.exceptions.ResourceNotFoundException:
        current["password"] = client.get_random_password(PasswordLength=24)["RandomPassword"]
        client.put_secret_value(SecretId=arn, ClientRequestToken=token,
                                RotationToken=event["RotationToken"],
                                SecretString=json.dumps(current), VersionStages=["AWSPENDING"])


def set_secret(client, event):
    """A function with a database would change the password in it."""
    pending(client, event)


def test_secret(client, event):
    """A function with a database would log in."""
    assert pending(client, event)["password"]


def finish_secret(client, event):
    arn, token = event["SecretId"], event["ClientRequestToken"]
    versions = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    current = next(version for version, labels in versions.items() if "AWSCURRENT" in labels)
    client.update_secret_version_stage(SecretId=arn, VersionStage="AWSCURRENT",
                                       MoveToVersionId=token, RemoveFromVersionId=current)


def pending(client, event):
    value = client.get_secret_value(SecretId=event["SecretId"],
                                    VersionId=event["ClientRequestToken"],
                                    VersionStage="AWSPENDING")
    return json.loads(value["SecretString"])


STEPS = {"createSecret": create_secret, "setSecret": set_secret, "testSecret": test_secret,
         "finishSecret": finish_secret}
