"""The secrets that are measured, and the requests about them, all of a kind equally long."""

import json

import boto3

from load import once
from signing import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY

CREATED_AT_ONCE = 50_000
CREATION = 0  # The round whose tokens the first versions have.


def name(number):
    return f"benchmark/{number:07d}"


def value(number, version=CREATION):
    """About 100 bytes, in the form that most secrets have."""
    return json.dumps({"username": f"user{number:07d}", "host": "database.internal",
                       "password": f"{number * 2654435761 + version:040x}"})


def token(round_number, number):
    """A version id that no other request of the run has."""
    return f"{round_number:08x}-0000-4000-8000-{number:012x}"


def create_body(number):
    return json.dumps({"Name": name(number), "ClientRequestToken": token(CREATION, number),
                       "SecretString": value(number)})


def get_body(number):
    return json.dumps({"SecretId": name(number)})


def put_body(number, round_number, request):
    return json.dumps({"SecretId": name(number), "ClientRequestToken": token(round_number, request),
                       "SecretString": value(number, request)})


def label_body(number, label):
    return json.dumps({"SecretId": name(number), "VersionStage": label,
                       "MoveToVersionId": token(CREATION, number)})


def create(server, signer, count, say):
    """Creates the secrets 0 to `count` - 1; answers the measurements of the runs."""
    runs = []
    for first in range(0, count, CREATED_AT_ONCE):
        last = min(first + CREATED_AT_ONCE, count)
        requests = signer.sign(server, "CreateSecret", map(create_body, range(first, last)))
        runs.append(once(server, requests, seconds=280, complete=True))
        say(f"{last:,} of {count:,} secrets created, {runs[-1].rate:,.0f} a second")
    return runs


def sign_gets(server, signer, count, region=REGION):
    return signer.sign(server, "GetSecretValue", map(get_body, range(count)), region)


def check_with_boto3(server, number):
    """An independent client, over TLS, trusting the server's authority, reads the right value."""
    client = boto3.client("secretsmanager", endpoint_url=server.url(), region_name=REGION,
                          aws_access_key_id=ACCESS_KEY_ID,
                          aws_secret_access_key=SECRET_ACCESS_KEY, verify=str(server.authority))
    reply = client.get_secret_value(SecretId=name(number))
    if reply["SecretString"] != value(number):
        raise RuntimeError(f"{name(number)} has the value of another secret")
