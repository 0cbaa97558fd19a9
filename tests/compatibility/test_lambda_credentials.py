"""What the credentials are good for that a Lambda function gets, also where policies decide nothing.

The rows are those of the test matrix of rotation, docs/compatibility.md.
"""

import json
import os
import re

import pytest
from botocore.exceptions import ClientError

from iam_support import Account, document
from lambda_support import VALUE, credentials_of
from support import ACCOUNT, UNKNOWN_KEY, eventually, new_token, refused

FOREIGN_TOKEN = "The RotationToken is not that of a running rotation of this secret and version."


@pytest.fixture
def held(lambdas):
    """A secret whose rotation waits in setSecret, and its version."""
    secret = lambdas.created(SecretString=VALUE)
    secret.hold("setSecret")
    secret.token = secret.configure("python")
    secret.await_step("setSecret")
    return secret


def put(client, secret, token, rotation_token, value=None):
    client.put_secret_value(SecretId=secret.arn, ClientRequestToken=token,
                            RotationToken=rotation_token, VersionStages=["AWSPENDING"],
                            SecretString=value or secret.value(VersionId=token))


def test_the_rotation_token(lambdas, held):
    """row 38: that of the running attempt is taken, from whomever; another is refused"""
    proof = held.calls[0]["event"]["RotationToken"]
    other = lambdas.created(SecretString=VALUE)
    other.hold("setSecret")
    other.token = other.configure("python")
    other.await_step("setSecret")
    foreign = other.calls[0]["event"]["RotationToken"]
    function_client = lambdas.server.client(**credentials_of(held.calls[0]))

    for client in (function_client, held.client):
        put(client, held, held.token, proof)
        for wrong in (foreign, new_token(), proof[:-1] + ("a" if proof[-1] != "a" else "b")):
            with refused("AccessDeniedException", FOREIGN_TOKEN):
                put(client, held, held.token, wrong)
    with refused("AccessDeniedException", FOREIGN_TOKEN):
        put(held.client, held, new_token(), proof, "x")
    assert held.events == ["RotationStarted"]

    for secret in (held, other):
        secret.release()
        secret.await_success(secret.token)
    with refused("AccessDeniedException", FOREIGN_TOKEN):
        put(held.client, held, held.token, proof)


def test_the_rotation_token_of_a_failed_attempt(lambdas):
    secret = lambdas.created(SecretString=VALUE)
    secret.on("setSecret", "raise ValueError('cannot')")
    token = secret.configure("python")
    secret.await_event("RotationFailed")

    with refused("AccessDeniedException", FOREIGN_TOKEN):
        put(secret.client, secret, token, secret.calls[0]["event"]["RotationToken"])
    with refused("UnrecognizedClientException", UNKNOWN_KEY):
        lambdas.server.client(**credentials_of(secret.calls[0])).describe_secret(
            SecretId=secret.arn)


def forbidden_calls(secret, other):
    """What a rotation's credentials do not allow: operation and members."""
    arn, pending = {"SecretId": secret.arn}, {"VersionStages": ["AWSPENDING"]}
    mine, foreign = {"ClientRequestToken": secret.token}, {"ClientRequestToken": new_token()}
    text = {"SecretString": "x"}
    return [
        ("get_secret_value", {"SecretId": other.arn}),
        ("describe_secret", {"SecretId": other.arn}),
        ("batch_get_secret_value", {"SecretIdList": [other.arn]}),
        ("list_secrets", {}),
        ("list_secret_version_ids", arn),
        ("create_secret", {"Name": "new", **text}),
        ("put_secret_value", {"SecretId": other.arn, **mine, **text, **pending}),
        ("put_secret_value", {**arn, **foreign, **text, **pending}),
        ("put_secret_value", {**arn, **mine, **text}),
        ("put_secret_value", {**arn, **mine, **text, "VersionStages": ["AWSCURRENT"]}),
        ("put_secret_value", {**arn, **mine, **text, "VersionStages": ["AWSPENDING", "mine"]}),
        ("update_secret", {**arn, **mine, **text}),
        ("update_secret_version_stage", {**arn, "VersionStage": "AWSCURRENT",
                                         "MoveToVersionId": secret.first}),
        ("update_secret_version_stage", {**arn, "VersionStage": "AWSPENDING",
                                         "MoveToVersionId": secret.first,
                                         "RemoveFromVersionId": secret.token}),
        ("update_secret_version_stage", {**arn, "VersionStage": "mine",
                                         "MoveToVersionId": secret.token}),
        ("rotate_secret", arn),
        ("cancel_rotate_secret", arn),
        ("delete_secret", arn),
        ("get_resource_policy", arn),
        ("put_resource_policy", {**arn, "ResourcePolicy": "{}"}),
        ("tag_resource", {**arn, "Tags": [{"Key": "k", "Value": "v"}]}),
    ]


def test_the_credentials_do_nothing_else(lambdas, held):
    """row 100"""
    other = lambdas.created(SecretString=VALUE)
    credentials = credentials_of(held.calls[0])
    client = lambdas.server.client(**credentials)

    for operation, members in forbidden_calls(held, other):
        with pytest.raises(ClientError) as caught:
            getattr(client, operation)(**members)
        error = caught.value.response["Error"]
        assert error["Code"] == "AccessDeniedException", (operation, members, error)
    for service, operation, code, status in (
            ("sts", "get_caller_identity", "InvalidClientTokenId", 403),
            ("iam", "list_users", "InvalidClientTokenId", 403),
            ("iam", "create_access_key", "InvalidClientTokenId", 403),
            ("kms", "list_keys", "UnrecognizedClientException", 400)):
        foreign = lambdas.server.client(**credentials, service=service)
        with refused(code, UNKNOWN_KEY, status=status):
            getattr(foreign, operation)()
    # The session token belongs to the key.
    with refused("UnrecognizedClientException"):
        lambdas.server.client(credentials["key"], credentials["secret"]).describe_secret(
            SecretId=held.arn)

    assert other.labels == {other.first: ["AWSCURRENT"]}
    held.release()
    held.await_success(held.token)
    assert held.events == ["RotationStarted", "RotationSucceeded"]


def test_the_credentials_end_with_the_rotation(lambdas):
    """row 104"""
    secret = lambdas.created(SecretString=VALUE)
    secret.await_success(secret.configure("python"))

    client = lambdas.server.client(**credentials_of(secret.calls[0]))
    for operation in ("describe_secret", "get_secret_value"):
        with refused("UnrecognizedClientException", UNKNOWN_KEY):
            getattr(client, operation)(SecretId=secret.arn)


def test_the_credentials_end_with_the_secret(lambdas, held):
    """row 86: and the process with them"""
    client = lambdas.server.client(**credentials_of(held.calls[0]))

    held.client.delete_secret(SecretId=held.arn, ForceDeleteWithoutRecovery=True)

    with pytest.raises(ClientError):
        client.get_secret_value(SecretId=held.arn)
    ended = f"/proc/{held.calls[0]['pid']}"
    eventually(lambda: not os.path.exists(ended))


# --- Related secrets ---

def with_master(lambdas, client=None):
    """A secret that names another, which is made too."""
    master = lambdas.new(f"master-{new_token()[:12]}")
    master.first = master.create(SecretString=VALUE)
    secret = lambdas.new(client=client)
    return secret, master, json.dumps({**json.loads(VALUE), "masterarn": master.arn})


def read_in_rotation(secret, name):
    """Begins a rotation; answers a client with its credentials, which it still has."""
    secret.hold("setSecret")
    secret.configure(name)
    secret.await_step("setSecret")
    return secret.server.client(**credentials_of(secret.calls[0]))


def test_the_current_value_of_a_related_secret(lambdas):
    """No more of it than that, and of no other secret."""
    secret, master, value = with_master(lambdas)
    secret.create(SecretString=value)
    other = lambdas.created(SecretString=VALUE)

    client = read_in_rotation(secret, "python")

    for members in ({}, {"VersionStage": "AWSCURRENT"}):
        assert client.get_secret_value(SecretId=master.arn, **members)["SecretString"] == VALUE
    assert client.describe_secret(SecretId=master.arn)["Name"] == master.name
    for secret_id, members in ((master.arn, {"VersionStage": "AWSPREVIOUS"}),
                               (master.arn, {"VersionId": master.first}), (other.arn, {})):
        with refused("AccessDeniedException", re.compile(".*GetSecretValue.*")):
            client.get_secret_value(SecretId=secret_id, **members)
    with refused("AccessDeniedException", re.compile(".*PutSecretValue.*")):
        client.put_secret_value(SecretId=master.arn, SecretString="x")


@pytest.mark.parametrize("name, is_readable", [("python", False), ("related", True)])
def test_a_related_secret_that_the_caller_may_not_read(lambdas, name, is_readable):
    """row 101: then the function's entry has to list it"""
    if "--enforce-iam" not in lambdas.server.arguments:
        pytest.skip("where policies decide nothing, whoever calls may read it")
    account = Account(lambdas.server, ACCOUNT)
    user = f"writer-{new_token()[:12]}"
    account.add_user(user)
    account.iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document(
        "secretsmanager:*", resource="arn:aws:secretsmanager:*:*:secret:rotated-*"))
    secret, master, value = with_master(lambdas, account.client_of(user))
    secret.create(SecretString=value)

    client = read_in_rotation(secret, name)

    if is_readable:
        assert client.get_secret_value(SecretId=master.arn)["SecretString"] == VALUE
    else:
        with refused("AccessDeniedException", re.compile(".*GetSecretValue.*")):
            client.get_secret_value(SecretId=master.arn)
