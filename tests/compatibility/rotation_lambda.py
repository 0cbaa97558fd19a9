"""A Lambda function behind the Runtime API that does what AWS's do, or what a test tells it to.

Its argument is a folder with one folder for each secret, by its name: in it, `STEP.py` is what a
test wants to be done in this step instead, and calls.jsonl what has been done. The words that it
may use are `event`, `client` (of this server, with the credentials that the function was given),
`step()` for what it would do by itself, `note(name, value)`, which the test finds again, and
`wait()` for the test, with what it would do by itself afterwards.
"""

import functools
import http.client
import json
import os
import pathlib
import sys
import time

import boto3

folder = pathlib.Path(sys.argv[1])
runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


@functools.cache
def make_client(service="secretsmanager"):
    return boto3.client(service, endpoint_url=os.environ["SECRETS_MANAGER_ENDPOINT"])


def call_runtime(method, path, body=None):
    runtime.request(method, f"/2018-06-01/runtime/invocation/{path}", body)
    reply = runtime.getresponse()
    return reply, reply.read()


def create_secret(client, secret_id, token):
    current = json.loads(client.get_secret_value(SecretId=secret_id,
                                                 VersionStage="AWSCURRENT")["SecretString"])
    try:
        client.get_secret_value(SecretId=secret_id, VersionId=token, VersionStage="AWSPENDING")
    except client.exceptions.ResourceNotFoundException:
        current["password"] = client.get_random_password(PasswordLength=32)["RandomPassword"]
        client.put_secret_value(SecretId=secret_id, ClientRequestToken=token,
                                SecretString=json.dumps(current), VersionStages=["AWSPENDING"])


def finish_secret(client, secret_id, token):
    stages = client.describe_secret(SecretId=secret_id)["VersionIdsToStages"]
    holder, = [version for version, labels in stages.items() if "AWSCURRENT" in labels]
    client.update_secret_version_stage(SecretId=secret_id, VersionStage="AWSCURRENT",
                                       MoveToVersionId=token, RemoveFromVersionId=holder)


def usual_step(event):
    """What AWS's functions do, those that have nothing to do outside of the vault."""
    client, secret_id, token = make_client(), event["SecretId"], event["ClientRequestToken"]
    described = client.describe_secret(SecretId=secret_id)
    assert described["RotationEnabled"]
    stages = described["VersionIdsToStages"][token]
    if "AWSCURRENT" in stages:
        return
    assert "AWSPENDING" in stages
    if event["Step"] == "createSecret":
        create_secret(client, secret_id, token)
    elif event["Step"] == "finishSecret":
        finish_secret(client, secret_id, token)


def handle(event):
    home = folder / event["SecretId"].split(":")[6][:-7]
    with open(home / "calls.jsonl", "a", encoding="utf-8") as calls:
        calls.write(json.dumps({"step": event["Step"], "event": event, "pid": os.getpid(),
                                "at": time.time()}) + "\n")
    wanted = home / f"{event['Step']}.py"
    if not wanted.exists():
        return usual_step(event)
    def wait():
        (home / f"reached-{event['Step']}").touch()
        while not (home / f"go-{event['Step']}").exists():
            time.sleep(0.005)
        usual_step(event)

    words = {"event": event, "client": make_client(), "make_client": make_client, "os": os,
             "json": json, "step": lambda: usual_step(event), "wait": wait,
             "note": lambda name, value: (home / name).write_text(json.dumps(value))}
    return exec(compile(wanted.read_text(), str(wanted), "exec"), words)


while True:
    answer, body = call_runtime("GET", "next")
    request_id = answer.getheader("Lambda-Runtime-Aws-Request-Id")
    try:
        handle(json.loads(body))
        call_runtime("POST", f"{request_id}/response", "null")
    except Exception as error:  # As Lambda does.
        call_runtime("POST", f"{request_id}/error", json.dumps(
            {"errorType": type(error).__name__, "errorMessage": str(error)}))
