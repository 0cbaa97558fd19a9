"""GetSecretValue of secrets under a customer key, and of replicas, beside those under the default key."""

import contextlib
import json

import boto3

import data_set
import load
from bench import LOAD_HEADER, READ_SECRETS, load_facts, load_row, say
from signing import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY

REPLICA_REGION = "us-west-2"
CASES = {"default": "the default key", "customer": "a customer key",
         "replica": "replicas in another region"}


def measure(bench):
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(bench.coffer(f"keys-{name}", "--enforce-iam"))
                   for name in CASES}
        for name, server in servers.items():
            create(bench, name, server)
        runs = {name: [] for name in servers}
        for number in range(bench.rounds):
            say(f"keys, round {number + 1} of {bench.rounds}")
            for name, server in servers.items():
                region = REPLICA_REGION if name == "replica" else REGION
                requests = data_set.sign_gets(server, bench.signer, READ_SECRETS, region)
                runs[name].append(load.uniform(server, requests, bench.seconds))

    ratios = {name: load.ratio(runs[name], runs["default"]) for name in ("customer", "replica")}
    bench.report.add(
        "keys", f"GetSecretValue over TLS by key, {READ_SECRETS:,} secrets, policies enforced",
        LOAD_HEADER,
        [load_row(what, runs[name]) for name, what in CASES.items()],
        {name: load_facts(of) for name, of in runs.items()} | {"ratios": ratios},
        [f"{CASES[name]} / {CASES['default']} = {ratio:.2f} by {by}"
         for name, (ratio, by) in ratios.items()])


def create(bench, name, server):
    """The secrets of one case; a test call shows that they are what is to be measured."""
    more = {}
    if name == "customer":
        key = client(server, "kms", REGION).create_key()["KeyMetadata"]["Arn"]
        more = {"KmsKeyId": key}
    if name == "replica":
        more = {"AddReplicaRegions": [{"Region": REPLICA_REGION}]}
    bodies = (json.dumps(json.loads(data_set.create_body(number)) | more)
              for number in range(READ_SECRETS))
    load.once(server, bench.signer.sign(server, "CreateSecret", bodies), bench.seconds * 20,
              complete=True)
    secrets = client(server, "secretsmanager", REPLICA_REGION if name == "replica" else REGION)
    secret = secrets.describe_secret(SecretId=data_set.name(7))
    if name == "customer" and secret["KmsKeyId"] != key:
        raise RuntimeError("the secrets are under another key")
    if name == "replica" and secret["PrimaryRegion"] != REGION:
        raise RuntimeError("the secrets are no replicas")
    if secrets.get_secret_value(SecretId=data_set.name(7))["SecretString"] != data_set.value(7):
        raise RuntimeError("a secret has another value")


def client(server, service, region):
    return boto3.client(service, endpoint_url=server.url(), region_name=region,
                        aws_access_key_id=ACCESS_KEY_ID,
                        aws_secret_access_key=SECRET_ACCESS_KEY, verify=str(server.authority))
