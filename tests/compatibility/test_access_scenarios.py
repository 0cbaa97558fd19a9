"""Who gets in, as people set it up: each scenario with boto3 and with the AWS CLI."""

import json
import os
import shutil
import subprocess

import pytest
from botocore.exceptions import ClientError

from iam_support import Account
from support import Server

AWS = shutil.which("aws")
DENIED = "AccessDeniedException"
EXPIRED = "ExpiredTokenException"
UNKNOWN = "UnrecognizedClientException"
CENTRAL_READER = "central-reader"


def statement(actions, resource="*", effect="Allow", **more):
    return {"Effect": effect, "Action": actions, "Resource": resource, **more}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusting(*principals, **condition):
    return document({"Effect": "Allow", "Principal": {"AWS": list(principals)},
                     "Action": "sts:AssumeRole", **condition})


READ = "secretsmanager:GetSecretValue"


class WithBoto3:
    """Reads and assumes roles with the keys it is given; refusals come back as their codes."""

    def __init__(self, server):
        self.server = server

    def read(self, keys, secret_id, **options):
        client = self.server.client(*keys[:2], token=keys[2] if len(keys) > 2 else None)
        try:
            return client.get_secret_value(SecretId=secret_id, **options)["SecretString"]
        except ClientError as error:
            return error.response["Error"]["Code"]

    def assume(self, keys, role, **options):
        client = self.server.client(*keys[:2], service="sts")
        made = client.assume_role(RoleArn=role, RoleSessionName="session", **options)["Credentials"]
        return made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]


class WithCli:
    def __init__(self, server):
        self.server = server

    def run(self, keys, *arguments):
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": keys[0], "AWS_SECRET_ACCESS_KEY": keys[1],
                       "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "",
                       "AWS_CA_BUNDLE": self.server.ca_bundle}
        if len(keys) > 2:
            environment["AWS_SESSION_TOKEN"] = keys[2]
        return subprocess.run([AWS, "--endpoint-url", self.server.url, *arguments],
                              env=environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60)

    def read(self, keys, secret_id, VersionStage=None):
        stage = ["--version-stage", VersionStage] if VersionStage else []
        result = self.run(keys, "secretsmanager", "get-secret-value", "--secret-id", secret_id,
                          "--query", "SecretString", "--output", "text", *stage)
        if result.returncode == 0:
            return result.stdout.removesuffix("\n")
        return result.stderr.partition("(")[2].partition(")")[0]

    def assume(self, keys, role, Policy=None):
        policy = ["--policy", Policy] if Policy else []
        result = self.run(keys, "sts", "assume-role", "--role-arn", role,
                          "--role-session-name", "session", *policy)
        assert result.returncode == 0, result.stderr
        made = json.loads(result.stdout)["Credentials"]
        return made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("access"), ephemeral=True,
                    arguments=["--enforce-iam"]).start()
    yield server
    server.stop()


@pytest.fixture(params=[WithBoto3, pytest.param(WithCli, marks=pytest.mark.skipif(
    AWS is None, reason="the AWS CLI is not installed"))], ids=["boto3", "cli"])
def caller(request, vault):
    return request.param(vault)


@pytest.fixture
def owner(vault, account):
    return Account(vault, account)


@pytest.fixture
def other(vault, account):
    """A second account."""
    return Account(vault, str((int(account) + 1) % 10**12).zfill(12))


def keys_of(account, user, *statements, **options):
    """A new user with one inline policy; answers his keys."""
    account.add_user(user, **options)
    if statements:
        account.iam.put_user_policy(UserName=user, PolicyName="p",
                                    PolicyDocument=document(*statements))
    key = account.iam.create_access_key(UserName=user)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def test_a_user_with_one_arn(caller, owner):
    arn = owner.secrets.create_secret(Name="app/db", SecretString="value")["ARN"]
    owner.secrets.create_secret(Name="app/other", SecretString="value")
    keys = keys_of(owner, "alice", statement(READ, arn))
    assert caller.read(keys, "app/db") == "value"
    assert caller.read(keys, "app/other") == DENIED
    assert caller.read(keys, "app/none") == DENIED


def test_a_role_assumed_across_accounts_with_a_session_policy(caller, owner, other):
    owner.secrets.create_secret(Name="app/db", SecretString="value")
    owner.secrets.create_secret(Name="app/key", SecretString="key")
    keys = keys_of(other, "bob", statement("sts:AssumeRole", owner.arn("role", "reader")))
    role = owner.iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trusting(
        other.arn("user", "bob")))["Role"]["Arn"]
    owner.iam.put_role_policy(RoleName="reader", PolicyName="p",
                              PolicyDocument=document(statement(READ)))

    assert caller.read(keys, "app/db") == DENIED
    whole = caller.assume(keys, role)
    assert [caller.read(whole, name) for name in ("app/db", "app/key")] == ["value", "key"]
    limited = caller.assume(keys, role, Policy=document(
        statement(READ, "arn:aws:secretsmanager:*:*:secret:app/db-*")))
    assert [caller.read(limited, name) for name in ("app/db", "app/key")] == ["value", DENIED]


def test_a_central_account_keeps_the_secrets_of_others(caller, vault, owner, other):
    """AWS: access secrets from a different account: key policy, resource policy, identity policy."""
    reader = other.arn("user", CENTRAL_READER)
    keys = keys_of(other, CENTRAL_READER)
    key = vault.client(key=owner.id, service="kms").create_key(Policy=document(
        {"Effect": "Allow", "Principal": {"AWS": owner.arn("root", "", path="")},
         "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": reader}, "Resource": "*",
         "Action": ["kms:Decrypt", "kms:DescribeKey"]}))["KeyMetadata"]["Arn"]
    arn = owner.secrets.create_secret(Name="shared/db", SecretString="value", KmsKeyId=key)["ARN"]

    assert caller.read(keys, arn) == DENIED
    owner.secrets.put_resource_policy(SecretId=arn, ResourcePolicy=document(
        {"Effect": "Allow", "Principal": {"AWS": reader}, "Action": READ, "Resource": "*"}))
    assert caller.read(keys, arn) == DENIED
    other.iam.put_user_policy(UserName=CENTRAL_READER, PolicyName="read",
                              PolicyDocument=document(statement(READ, arn)))
    assert caller.read(keys, arn) == DENIED  # The key is still missing.
    other.iam.put_user_policy(UserName=CENTRAL_READER, PolicyName="open",
                              PolicyDocument=document(statement("kms:Decrypt", key)))
    assert caller.read(keys, arn) == "value"


def test_conditions_on_the_stage_and_on_the_account(caller, owner):
    owner.secrets.create_secret(Name="app/db", SecretString="old")
    owner.secrets.put_secret_value(SecretId="app/db", SecretString="new")
    current = {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}
    keys = keys_of(owner, "alice", statement(READ, Condition=current))
    assert caller.read(keys, "app/db", VersionStage="AWSCURRENT") == "new"
    assert caller.read(keys, "app/db", VersionStage="AWSPREVIOUS") == DENIED
    assert caller.read(keys, "app/db") == DENIED  # What is not sent is not there.

    account = {"StringEquals": {"aws:PrincipalAccount": owner.id}}
    own = keys_of(owner, "bob", statement(READ, Condition=account))
    assert caller.read(own, "app/db") == "new"
    foreign = keys_of(owner, "carol", statement(READ, Condition={
        "StringEquals": {"aws:PrincipalAccount": "111122223333"}}))
    assert caller.read(foreign, "app/db") == DENIED


def test_deny_overrides(caller, owner):
    owner.secrets.create_secret(Name="app/db", SecretString="value")
    owner.secrets.create_secret(Name="app/root", SecretString="value")
    keys = keys_of(owner, "alice", statement("secretsmanager:*"),
                   statement("*", "arn:aws:secretsmanager:*:*:secret:app/root-*", "Deny"))
    assert caller.read(keys, "app/db") == "value"
    assert caller.read(keys, "app/root") == DENIED
    owner.secrets.put_resource_policy(SecretId="app/db", ResourcePolicy=document(
        {"Effect": "Deny", "Principal": "*", "Action": READ, "Resource": "*",
         "Condition": {"ArnLike": {"aws:PrincipalArn": owner.arn("user", "al*")}}}))
    assert caller.read(keys, "app/db") == DENIED


def test_access_by_tag(caller, owner):
    for team in ("red", "blue"):
        owner.secrets.create_secret(Name=f"app/{team}", SecretString=team,
                                    Tags=[{"Key": "team", "Value": team}])
    keys = keys_of(owner, "alice", statement(READ, Condition={
        "StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
        Tags=[{"Key": "team", "Value": "red"}])
    assert caller.read(keys, "app/red") == "red"
    assert caller.read(keys, "app/blue") == DENIED
    owner.iam.tag_user(UserName="alice", Tags=[{"Key": "team", "Value": "blue"}])
    assert caller.read(keys, "app/blue") == "blue"


def test_a_key_that_is_inactive_or_deleted(caller, owner):
    owner.secrets.create_secret(Name="app/db", SecretString="value")
    keys = keys_of(owner, "alice", statement(READ))
    assert caller.read(keys, "app/db") == "value"
    owner.iam.update_access_key(UserName="alice", AccessKeyId=keys[0], Status="Inactive")
    assert caller.read(keys, "app/db") == UNKNOWN
    owner.iam.update_access_key(UserName="alice", AccessKeyId=keys[0], Status="Active")
    assert caller.read(keys, "app/db") == "value"
    owner.iam.delete_access_key(UserName="alice", AccessKeyId=keys[0])
    assert caller.read(keys, "app/db") == UNKNOWN


def test_a_session_that_has_expired(caller, vault, owner):
    """By the server's clock; the last test here, since it moves it."""
    owner.secrets.create_secret(Name="app/db", SecretString="value")
    keys = keys_of(owner, "alice", statement("sts:AssumeRole"))
    role = owner.iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trusting(
        owner.arn("user", "alice")))["Role"]["Arn"]
    owner.iam.put_role_policy(RoleName="reader", PolicyName="p",
                              PolicyDocument=document(statement(READ)))
    session = caller.assume(keys, role)
    assert caller.read(session, "app/db") == "value"
    vault.advance(seconds=3601)
    assert caller.read(session, "app/db") == EXPIRED
