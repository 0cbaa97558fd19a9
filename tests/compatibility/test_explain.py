"""Why was I denied? `coffer explain`, and what the log says of a denied call."""

import json
import subprocess

import pytest
from botocore.exceptions import ClientError

from iam_support import Account
from support import BINARY, Server, new_token


def statement(action, resource="*", effect="Allow", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("explain"), arguments=["--enforce-iam"]).start()
    yield server
    server.stop()


@pytest.fixture
def owner(vault, account):
    return Account(vault, account)


def explain(server, principal, action, resource, *more):
    command = [str(BINARY), "explain", "--data", str(server.data), "--principal", principal,
               "--action", action, "--resource", resource, *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


def denied_lines(server, request_id):
    return [line for line in server.log.splitlines()
            if "access.denied" in line and f"request_id={request_id}" in line]


def test_names_the_statement_that_allows(vault, owner):
    arn = owner.secrets.create_secret(Name="app/db", SecretString="value")["ARN"]
    owner.add_user("alice")
    owner.iam.put_user_policy(UserName="alice", PolicyName="read", PolicyDocument=document(
        statement("secretsmanager:ListSecrets"),
        {"Sid": "ReadApp", **statement("secretsmanager:GetSecretValue",
                                       f"arn:aws:secretsmanager:*:{owner.id}:secret:app/*")}))

    asked = explain(vault, owner.arn("user", "alice"), "secretsmanager:GetSecretValue", "app/db")

    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert asked.stdout.startswith("allowed\n")
    assert f"secretsmanager:GetSecretValue on {arn}\n" in asked.stdout
    assert "user_alice_read, statement 1 (Allow) is about other actions\n" in asked.stdout
    assert 'user_alice_read, statement 2 "ReadApp" (Allow) applies  <- decides\n' in asked.stdout


def test_shows_the_condition_that_failed_and_takes_context(vault, owner):
    owner.secrets.create_secret(Name="app/db", SecretString="value",
                                Tags=[{"Key": "team", "Value": "red"}])
    owner.add_user("alice")
    owner.iam.put_user_policy(UserName="alice", PolicyName="read", PolicyDocument=document(
        statement("secretsmanager:GetSecretValue", Condition={
            "StringEquals": {"aws:ResourceTag/team": "blue"},
            "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})))
    question = owner.arn("user", "alice"), "secretsmanager:GetSecretValue", "app/db"

    denied = explain(vault, *question)
    assert denied.returncode == 1
    assert denied.stdout.startswith("denied: User: ")
    assert ('StringEquals aws:ResourceTag/team "blue", where the request has "red"\n'
            in denied.stdout)
    assert ('IpAddress aws:SourceIp "10.0.0.0/8", where the request has nothing\n'
            in denied.stdout)

    allowed = explain(vault, *question, "--context", "aws:ResourceTag/team=blue",
                      "--context", "aws:SourceIp=10.1.2.3")
    assert allowed.returncode == 0, allowed.stdout


def test_takes_the_decisions_that_the_call_takes(vault, owner):
    """Explained and called give the same answer, for every layer that can have a say."""
    client = owner.secrets
    arn = client.create_secret(Name="app/db", SecretString="value")["ARN"]
    key = vault.client(key=owner.id, service="kms").create_key(Policy=json.dumps({
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{owner.id}:root"},
            "Action": "kms:*", "Resource": "*"}]}))["KeyMetadata"]["Arn"]
    client.create_secret(Name="app/sealed", SecretString="value", KmsKeyId=key)
    owner.add_policy("limits", document(statement(["secretsmanager:GetSecretValue", "kms:*"])))
    read = statement("secretsmanager:*")
    for user, statements in {
            "reader": [read], "keyless": [read], "denied": [read], "nobody": [],
            "keyed": [read, statement("kms:Decrypt", key)]}.items():
        owner.add_user(user)
        if statements:
            owner.iam.put_user_policy(UserName=user, PolicyName="p",
                                      PolicyDocument=document(*statements))
    owner.add_user("bounded", PermissionsBoundary=owner.arn("policy", "limits"))
    owner.iam.put_user_policy(UserName="bounded", PolicyName="p", PolicyDocument=document(read))
    client.put_resource_policy(SecretId="app/db", ResourcePolicy=json.dumps({
        "Version": "2012-10-17", "Statement": [{
            "Sid": "NotHim", "Effect": "Deny", "Action": "*", "Resource": "*",
            "Principal": {"AWS": owner.arn("user", "denied")}}]}))

    calls = {"secretsmanager:GetSecretValue": lambda c, s: c.get_secret_value(SecretId=s),
             "secretsmanager:DescribeSecret": lambda c, s: c.describe_secret(SecretId=s)}
    seen = set()
    for user in ("reader", "keyless", "denied", "nobody", "keyed", "bounded"):
        caller = owner.client_of(user)
        for secret in (arn, "app/sealed"):
            for action, call in calls.items():
                asked = explain(vault, owner.arn("user", user), action, secret)
                try:
                    call(caller, secret)
                    really = 0
                except ClientError as error:
                    assert error.response["Error"]["Code"] == "AccessDeniedException"
                    really = 1
                assert asked.returncode == really, (user, secret, action, asked.stdout)
                seen.add((user, secret == arn, action.split(":")[1], really))
    assert ("keyless", False, "GetSecretValue", 1) in seen  # The key's policy leaves it to IAM.
    assert ("keyed", False, "GetSecretValue", 0) in seen
    assert ("denied", True, "DescribeSecret", 1) in seen
    assert ("bounded", True, "DescribeSecret", 1) in seen
    assert ("bounded", True, "GetSecretValue", 0) in seen


def test_roles_keys_and_root_can_be_asked_about(vault, owner):
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": owner.arn("user", "alice")},
        "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "x"}}}]})
    owner.add_user("alice")
    owner.add_user("nothing")
    owner.iam.put_user_policy(UserName="nothing", PolicyName="no", PolicyDocument=document(
        statement("*", effect="Deny")))
    role = owner.iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    owner.iam.put_role_policy(RoleName="reader", PolicyName="p",
                              PolicyDocument=document(statement("secretsmanager:ListSecrets")))
    session = f"arn:aws:sts::{owner.id}:assumed-role/reader/s"
    key = vault.client(key=owner.id, service="kms").create_key()["KeyMetadata"]["Arn"]
    rows = [
        (role, "secretsmanager:ListSecrets", "*", [], 0),
        (session, "secretsmanager:ListSecrets", "*", [], 0),
        (session, "secretsmanager:GetSecretValue", "app/db", [], 1),
        (owner.arn("user", "alice"), "sts:AssumeRole", role, [], 1),
        (owner.arn("user", "alice"), "sts:AssumeRole", role, ["--context", "sts:ExternalId=x"], 0),
        (owner.arn("user", "alice"), "sts:AssumeRole", role.replace("/reader", "/x/reader"),
         ["--context", "sts:ExternalId=x"], 1),
        (owner.arn("user", "alice"), "sts:AssumeRole", role.replace("/reader", "/READER"),
         ["--context", "sts:ExternalId=x"], 1),
        (owner.arn("user", "nothing"), "sts:GetCallerIdentity", "*", [], 0),
        (owner.arn("user", "alice"), "kms:DescribeKey", key, [], 1),
        (f"arn:aws:iam::{owner.id}:root", "kms:DescribeKey", key, [], 0),
        (owner.arn("user", "alice"), "iam:CreateUser", owner.arn("user", "bob"), [], 1),
    ]
    for principal, action, resource, more, expected in rows:
        asked = explain(vault, principal, action, resource, *more)
        assert asked.returncode == expected, (principal, action, asked.stdout, asked.stderr)
        assert asked.stdout.startswith("denied: " if expected else "allowed\n")


def test_what_cannot_be_answered_is_said(vault, owner):
    ghost = explain(vault, owner.arn("user", "ghost"), "secretsmanager:GetSecretValue", "x")
    assert ghost.returncode == 1 and "There is no principal" in ghost.stderr
    other = explain(vault, f"arn:aws:iam::{owner.id}:root", "s3:GetObject", "x")
    assert other.returncode == 1 and "must be one of Secrets Manager" in other.stderr
    context = explain(vault, f"arn:aws:iam::{owner.id}:root", "kms:ListKeys", "*",
                      "--context", "aws:SourceIp")
    assert context.returncode == 1 and "KEY=VALUE" in context.stderr


def test_a_denied_call_is_explained_in_the_log_and_not_in_the_reply(vault, owner):
    owner.secrets.create_secret(Name="app/db", SecretString="value")
    owner.add_user("alice")
    owner.iam.put_user_policy(UserName="alice", PolicyName="read", PolicyDocument=document(
        statement("secretsmanager:GetSecretValue",
                  Condition={"StringEquals": {"secretsmanager:VersionStage": "AWSPREVIOUS"}})))
    with pytest.raises(ClientError) as caught:
        owner.client_of("alice").get_secret_value(SecretId="app/db", VersionStage="AWSCURRENT")

    response = caught.value.response
    (line,) = denied_lines(vault, response["ResponseMetadata"]["RequestId"])
    for part in (owner.arn("user", "alice"), "action=secretsmanager:GetSecretValue",
                 "statement 1 (Allow) of the identity-based policy user_alice_read",
                 r'StringEquals secretsmanager:VersionStage \"AWSPREVIOUS\"',
                 r'where the request has \"AWSCURRENT\"'):
        assert part in line, line
    assert "user_alice_read" not in str(response)


def test_the_explanation_holds_no_value(vault, owner):
    marker = f"needle-{new_token()}"
    owner.secrets.create_secret(Name="app/db", SecretString=marker)
    owner.add_user("alice")
    with pytest.raises(ClientError):
        owner.client_of("alice").put_secret_value(SecretId="app/db", SecretString=marker)
    asked = explain(vault, owner.arn("user", "alice"), "secretsmanager:GetSecretValue", "app/db")
    assert marker not in vault.log + asked.stdout + asked.stderr
