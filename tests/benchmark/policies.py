"""GetSecretValue by many principals, with policies that decide beside none that do."""

import contextlib
import json
import random
import shutil

import boto3

import data_set
import load
from bench import LOAD_HEADER, READ_SECRETS, load_facts, load_row, say
from signing import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY

PRINCIPALS = 1_000
CASES = {"own": "three policies of ten statements, one of them his own, and the secret's",
         "shared": "three policies of ten statements, the same for all, and the secret's",
         "none": "policies not enforced"}
READS_OF_A_PRINCIPAL = 20
SHARED_POLICIES = 10  # Of each of two kinds, as teams and environments have them.


def measure(bench):
    keys = {}
    for name, variants in {"own": SHARED_POLICIES, "shared": 1}.items():
        with bench.coffer(name) as coffer:
            data_set.create(coffer, bench.signer, READ_SECRETS, say)
            keys[name] = make_principals(coffer, variants)
            protect_secrets(coffer)
    shutil.copytree(bench.disk / "own", bench.disk / "none")
    keys["none"] = keys["own"]

    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(
            bench.coffer(name, *([] if name == "none" else ["--enforce-iam"]))) for name in CASES}
        runs = {name: [] for name in servers}
        for number in range(bench.rounds):
            say(f"GetSecretValue by {PRINCIPALS:,} principals, "
                f"round {number + 1} of {bench.rounds}")
            for name, server in servers.items():
                requests = bench.signer.sign_as(server, "GetSecretValue", reads_of(keys[name]))
                if number == 0:
                    load.once(server, requests, bench.seconds * 4, complete=True)
                runs[name].append(load.uniform(server, requests, bench.seconds))

    ratios = {name: load.ratio(runs[name], runs["none"]) for name in ("own", "shared")}
    bench.report.add(
        "policies",
        f"GetSecretValue over TLS, {PRINCIPALS:,} principals, {READ_SECRETS:,} secrets",
        LOAD_HEADER,
        [load_row(what, runs[name]) for name, what in CASES.items()],
        {name: load_facts(of) for name, of in runs.items()} | {"ratios": ratios},
        [f"with policies / without = {ratio:.2f} by {by} ({CASES[name]})"
         for name, (ratio, by) in ratios.items()])


def reads_of(keys):
    """Every principal reads some secrets, any of them."""
    chosen = random.Random(1)
    return [(key, data_set.get_body(chosen.randrange(READ_SECRETS)))
            for key in keys for _ in range(READS_OF_A_PRINCIPAL)]


def client(server, service):
    return boto3.client(service, endpoint_url=server.url(), region_name=REGION,
                        aws_access_key_id=ACCESS_KEY_ID,
                        aws_secret_access_key=SECRET_ACCESS_KEY, verify=str(server.authority))


def document(statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def statement(effect, actions, resource, **condition):
    made = {"Effect": effect, "Action": [f"secretsmanager:{action}" for action in actions],
            "Resource": resource}
    return made | ({"Condition": condition} if condition else {})


def arn(path):
    return f"arn:aws:secretsmanager:*:*:secret:{path}"


def own_policy(number):
    """Nine statements about other things, and the one that lets the user read."""
    others = [statement("Allow", ["DescribeSecret"], arn(f"team{number}/{part}/*"))
              for part in range(9)]
    return document([*others, statement("Allow", ["GetSecretValue"], arn("benchmark/*"))])


def team_policy(number):
    return document([
        statement("Allow", ["GetSecretValue", "DescribeSecret"], arn(f"team{number}/{part}-*"),
                  StringEquals={"aws:ResourceTag/team": f"team{number}"})
        for part in range(10)])


def guard_policy(number):
    """What nobody may do, which is looked at in every decision."""
    return document([
        statement("Deny", ["*"], arn("*"), Bool={"aws:SecureTransport": "false"}),
        statement("Deny", ["*"], arn("*"), StringNotEquals={"aws:RequestedRegion": REGION}),
        statement("Deny", ["*"], arn("*"), DateGreaterThan={"aws:CurrentTime": "2099-01-01"}),
        *(statement("Deny", ["GetSecretValue"], arn(f"vault{number}/{part}/*"))
          for part in range(7))])


def make_principals(coffer, variants):
    """Users with three policies each; answers their keys. There are so many `variants` of the
    managed policies; with one alone the third policy is managed too."""
    iam = client(coffer, "iam")
    is_shared = variants == 1
    makers = [team_policy, guard_policy] + [own_policy] * is_shared
    shared = [[iam.create_policy(PolicyName=f"{make.__name__}{number}",
                                 PolicyDocument=make(number))["Policy"]["Arn"]
               for number in range(variants)] for make in makers]
    keys = []
    for number in range(PRINCIPALS):
        user = f"user{number:04d}"
        iam.create_user(UserName=user)
        if not is_shared:
            iam.put_user_policy(UserName=user, PolicyName="own",
                                PolicyDocument=own_policy(number))
        for policies in shared:
            iam.attach_user_policy(UserName=user, PolicyArn=policies[number % variants])
        key = iam.create_access_key(UserName=user)["AccessKey"]
        keys.append((key["AccessKeyId"], key["SecretAccessKey"]))
    say(f"{PRINCIPALS:,} users with three policies each")
    return keys


def protect_secrets(coffer):
    """A policy for each secret that keeps all but its account out."""
    secrets = client(coffer, "secretsmanager")
    for number in range(READ_SECRETS):
        secrets.put_resource_policy(SecretId=data_set.name(number), ResourcePolicy=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Sid": f"Outsiders{number}", "Effect": "Deny", "Principal": "*", "Action": "*",
                 "Resource": "*",
                 "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "000000000000"}}},
                {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
                 "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]}))
    say(f"{READ_SECRETS:,} secrets with a policy each")
