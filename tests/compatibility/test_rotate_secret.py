"""RotateSecret itself: what it refuses, what it stores, and RotateImmediately=false.

The rows are those of the test matrix of rotation, docs/rotation-tests.md.
"""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from iam_support import Account, document
from rotation_support import (ASKED, BOTH_RULES, CANNOT_INVOKE, INCOMPLETE, MONTH, NO_FUNCTION,
                              VALUE, constraint, expression, function, unlabelled)
from support import (INVALID_NAME, MARKED_FOR_DELETION, NOT_FOUND, TOKEN_MISSING, new_token,
                     refused, token_in_use)

ROTATION_FIELDS = {"RotationEnabled", "RotationLambdaARN", "RotationRules", "LastRotatedDate",
                   "NextRotationDate"}


def rotation_fields(description):
    return ROTATION_FIELDS & description.keys()


# --- 4.1 Configuration ---

def test_the_first_call_configures_and_begins(rotations):
    """row 1"""
    secret = rotations.created()
    secret.hold("createSecret")
    token = new_token()

    answered = secret.client.rotate_secret(
        SecretId=secret.name, ClientRequestToken=token, RotationLambdaARN=function(),
        RotationRules=MONTH)

    described = secret.describe()
    assert (answered["ARN"], answered["Name"], answered["VersionId"]) == (
        secret.arn, secret.name, token)
    assert described["RotationEnabled"] is True
    assert described["RotationLambdaARN"] == function()
    assert described["RotationRules"] == MONTH
    assert described["VersionIdsToStages"] == {secret.first: ["AWSCURRENT"],
                                               token: ["AWSPENDING"]}
    assert "LastRotatedDate" not in described
    assert described["NextRotationDate"] > described["LastChangedDate"]


def test_without_a_function_nothing_is_stored(rotations):
    """row 2"""
    secret = rotations.created()
    before = secret.describe()

    with refused("InvalidRequestException", NO_FUNCTION):
        secret.rotate(RotationRules=MONTH)
    with refused("InvalidRequestException", NO_FUNCTION):
        secret.rotate(RotationLambdaARN="", RotationRules=MONTH)

    assert secret.describe() == before
    assert not rotation_fields(before)


@pytest.mark.parametrize("arn", [
    function("unmapped"), function("disabled"), function("choosy"), function("hook2"),
], ids=["row 3 unmapped", "row 3 disabled", "row 3 another secret's", "row 3 longer name"])
def test_a_function_that_cannot_be_invoked(rotations, arn):
    """row 3"""
    secret = rotations.created()
    before = secret.describe()

    with refused("AccessDeniedException", CANNOT_INVOKE):
        secret.rotate(RotationLambdaARN=arn, RotationRules=MONTH)

    assert secret.describe() == before
    assert not unlabelled(secret.client, secret.name)


def test_a_secret_on_the_list_may_use_the_function(rotations):
    """row 3: the counterpart of a refusal"""
    secret = rotations.new(f"chosen-{new_token()[:8]}")
    secret.create()
    token = secret.configure("choosy")
    secret.await_success(token)


def test_a_function_that_cannot_be_invoked_replaces_none(rotations):
    """row 4"""
    secret = rotations.created()
    secret.await_success(secret.configure())
    before = secret.describe()

    with refused("AccessDeniedException", CANNOT_INVOKE):
        secret.rotate(RotationLambdaARN=function("unmapped"), RotationRules={
            "AutomaticallyAfterDays": 7})

    assert secret.describe() == before


def test_a_missing_token(rotations):
    """row 5"""
    secret = rotations.created()
    raw = secret.server.raw()
    members = {"RotationLambdaARN": function(), "RotationRules": MONTH}

    raw("RotateSecret", {"SecretId": secret.name, **members}).expect_refusal(
        "InvalidParameterException", TOKEN_MISSING)
    raw("RotateSecret", {"SecretId": "there-is-none"}).expect_refusal(
        "InvalidParameterException", TOKEN_MISSING)
    raw("CreateSecret", {"Name": f"{secret.name}-2"}).expect_refusal(
        "InvalidRequestException", TOKEN_MISSING)
    assert not rotation_fields(secret.describe())


@pytest.mark.parametrize("length, rule", [
    (31, "have length greater than or equal to 32"), (32, None), (40, None), (64, None),
    (65, "have length less than or equal to 64"),
], ids=lambda value: f"row 6 {value}" if isinstance(value, int) else "")
def test_the_length_of_a_token(rotations, length, rule):
    """row 6"""
    secret = rotations.created()
    token = "terraform-2026_not.a=uuid "[:26].ljust(length, "x")
    body = {"SecretId": secret.name, "ClientRequestToken": token,
            "RotationLambdaARN": function(), "RotationRules": MONTH}

    reply = secret.server.raw()("RotateSecret", body)

    if rule:
        reply.expect_refusal("ValidationException", constraint(token, "clientRequestToken", rule))
    else:
        assert reply.expect_success()["VersionId"] == token
        secret.await_success(token)


@pytest.mark.parametrize("secret_id, code, message", [
    ("there-is-no-such-secret", "ResourceNotFoundException", NOT_FOUND),
    ("bad name", "ValidationException", INVALID_NAME),
], ids=["row 7 unknown", "row 7 malformed"])
def test_a_secret_that_cannot_be(rotations, secret_id, code, message):
    """row 7"""
    for call in (rotations.client.rotate_secret, rotations.client.cancel_rotate_secret):
        with refused(code, message):
            call(SecretId=secret_id)


def test_a_deleted_secret(rotations):
    """row 7"""
    secret = rotations.created()
    secret.client.delete_secret(SecretId=secret.name)

    with refused("InvalidRequestException", MARKED_FOR_DELETION):
        secret.configure()
    with refused("InvalidRequestException", MARKED_FOR_DELETION):
        secret.client.cancel_rotate_secret(SecretId=secret.name)


def test_a_second_call_uses_what_is_stored(rotations):
    """row 19"""
    secret = rotations.created()
    first = secret.configure()
    secret.await_success(first)

    second = secret.rotate()
    secret.await_success(second, times=2)

    assert secret.labels == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT", "AWSPENDING"]}
    assert secret.describe()["RotationRules"] == MONTH
    assert secret.steps == 2 * ASKED


def test_each_part_of_the_configuration_is_replaced_alone(rotations):
    """row 20"""
    secret = rotations.created()
    secret.await_success(secret.configure("hook", {**MONTH, "Duration": "2h"}))

    shown = {**expression("rate(10 days)"), "AutomaticallyAfterDays": 10}
    secret.await_success(secret.rotate(RotationRules=expression("rate(10 days)")), times=2)
    described = secret.describe()
    assert described["RotationLambdaARN"] == function()
    # Neither the days nor the duration of before.
    assert described["RotationRules"] == shown

    secret.await_success(secret.rotate(RotationLambdaARN=function("one-by-one")), times=3)
    described = secret.describe()
    assert described["RotationLambdaARN"] == function("one-by-one")
    assert described["RotationRules"] == shown

    # What Describe shows cannot be sent back whole.
    with refused("InvalidParameterException", BOTH_RULES):
        secret.rotate(RotationRules=described["RotationRules"])


def test_the_same_token_begins_nothing_anew(rotations):
    """row 21"""
    secret = rotations.created()
    secret.hold("setSecret")
    token = secret.configure()
    secret.await_step("setSecret")

    during = secret.client.rotate_secret(SecretId=secret.name, ClientRequestToken=token)
    secret.release()
    secret.await_success(token)
    after = secret.client.rotate_secret(SecretId=secret.name, ClientRequestToken=token)

    assert during["VersionId"] == after["VersionId"] == token
    secret.stays(lambda: secret.steps == ASKED and secret.events.count("RotationStarted") == 1)


def test_the_token_of_another_version(rotations):
    """row 22"""
    secret = rotations.created()
    other = secret.client.put_secret_value(SecretId=secret.name, SecretString="other",
                                           VersionStages=["OTHER"])["VersionId"]

    with refused("InvalidRequestException", token_in_use(other, secret.arn)):
        secret.configure(ClientRequestToken=other)

    assert not rotation_fields(secret.describe())

    first = secret.configure()
    secret.await_success(first)
    secret.await_success(secret.rotate(), times=2)
    with refused("InvalidRequestException", token_in_use(first, secret.arn)):
        secret.rotate(ClientRequestToken=first)


def test_two_calls_at_once(rotations):
    """row 23"""
    secret = rotations.created()
    secret.await_success(secret.configure())
    secret.hold("createSecret")

    def rotate(token):
        body = {"SecretId": secret.name, "ClientRequestToken": token}
        return secret.server.raw()("RotateSecret", body)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(rotate, [new_token() for _ in range(8)]))

    accepted = [reply for reply in replies if reply.status == 200]
    assert len(accepted) == 1
    for reply in replies:
        if reply not in accepted:
            reply.expect_refusal("InvalidRequestException", INCOMPLETE)
    secret.release()
    secret.await_success(accepted[0].json["VersionId"], times=2)


def test_what_terraform_calls(rotations):
    """row 25: aws_secretsmanager_secret_rotation with a function that does nothing"""
    secret = rotations.created()

    def apply(**wanted):
        """Terraform sends all it knows and reads it back; no difference may be left."""
        failed = secret.events.count("RotationFailed")
        secret.configure("idle", wanted)
        secret.await_event("RotationFailed", failed + 1)
        described = secret.describe()
        assert described["RotationEnabled"] is True
        assert described["RotationLambdaARN"] == function("idle")
        shown = described["RotationRules"]
        assert {name: shown[name] for name in wanted} == wanted
        # What its own acceptance tests do to leave the rotation that never ends.
        secret.client.put_secret_value(SecretId=secret.name, SecretString=new_token())

    apply(AutomaticallyAfterDays=7)
    apply(ScheduleExpression="rate(10 days)")
    apply(AutomaticallyAfterDays=7)
    assert secret.describe()["RotationRules"] == {"AutomaticallyAfterDays": 7}

    secret.client.cancel_rotate_secret(SecretId=secret.name)
    assert secret.describe()["RotationEnabled"] is False
    secret.client.delete_secret(SecretId=secret.name, RecoveryWindowInDays=7)


# --- 4.1 Permissions ---

@pytest.fixture
def owned(enforcing_rotations, account):
    """A secret in an account of its own, and that account."""
    owner = Account(enforcing_rotations.server, account)
    secret = enforcing_rotations.new(client=owner.secrets)
    secret.create()
    owner.add_user("alice")
    return secret, owner


def test_a_caller_without_permission(owned):
    """row 24"""
    secret, owner = owned
    owner.iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(
        "secretsmanager:PutSecretValue", "secretsmanager:DescribeSecret"))
    alice = owner.client_of("alice")

    for action, call in (("RotateSecret", alice.rotate_secret),
                         ("CancelRotateSecret", alice.cancel_rotate_secret)):
        with refused("AccessDeniedException", re.compile(
                rf"User: {owner.arn('user', 'alice')} is not authorized to perform: "
                rf"secretsmanager:{action} on resource: .*")):
            call(SecretId=secret.name)

    assert not rotation_fields(secret.describe())


@pytest.mark.parametrize("by", ["row 24 own policy", "row 24 resource policy"])
def test_a_caller_with_permission(owned, account, by):
    """row 24"""
    secret, owner = owned
    if by == "row 24 own policy":
        owner.iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(
            "secretsmanager:RotateSecret", resource=secret.arn))
    else:
        secret.client.put_resource_policy(SecretId=secret.name, ResourcePolicy=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "secretsmanager:RotateSecret",
                           "Principal": {"AWS": owner.arn("user", "alice")}, "Resource": "*"}]}))
    token = new_token()

    owner.client_of("alice").rotate_secret(
        SecretId=secret.name, ClientRequestToken=token, RotationRules=MONTH,
        RotationLambdaARN=function(account=account))

    # The function needs no right of the caller's to read and write the secret.
    secret.await_success(token)
    assert secret.value() != VALUE


# --- 4.3 RotateImmediately=false ---

def test_a_configuration_without_rotation_is_tested(rotations):
    """row 43"""
    secret = rotations.created()
    secret.hold("testSecret")
    token = new_token()

    answered = secret.client.rotate_secret(
        SecretId=secret.name, ClientRequestToken=token, RotationLambdaARN=function(),
        RotationRules=MONTH, RotateImmediately=False)
    secret.await_step("testSecret")

    assert "VersionId" not in answered
    assert secret.labels == {secret.first: ["AWSCURRENT"], token: ["AWSPENDING"]}
    assert secret.value(VersionId=token, VersionStage="AWSPENDING") == VALUE
    secret.release()
    secret.await_events("TestRotationStarted", "TestRotationSucceeded")
    described = secret.describe()
    assert described["VersionIdsToStages"] == {secret.first: ["AWSCURRENT"]}
    assert "LastRotatedDate" not in described
    assert described["NextRotationDate"] > described["LastChangedDate"]
    assert secret.steps == ["testSecret"]


def test_a_binary_value_is_tested(rotations):
    """row 43: the copy of a binary value is binary"""
    secret = rotations.created(SecretBinary=b"\x00\xff")

    secret.configure(RotateImmediately=False)

    secret.await_events("TestRotationStarted", "TestRotationSucceeded")
    pending, = [call["event"]["Pending"] for call in secret.calls]
    assert pending["SecretBinary"] == "AP8="


def test_a_failed_test_undoes_nothing(rotations):
    """row 44"""
    secret = rotations.created()
    secret.on("testSecret", "fail('cannot log in')")

    secret.configure(RotateImmediately=False)

    secret.await_events("TestRotationStarted", "TestRotationFailed")
    described = secret.describe()
    assert described["RotationEnabled"] is True
    assert described["RotationRules"] == MONTH
    assert described["VersionIdsToStages"] == {secret.first: ["AWSCURRENT"]}
    assert "LastRotatedDate" not in described
    secret.try_again()
    secret.stays(lambda: secret.steps == ["testSecret"])


def test_a_call_during_the_test(rotations):
    """row 46"""
    secret = rotations.created()
    secret.hold("testSecret")
    secret.configure(RotateImmediately=False)
    secret.await_step("testSecret")

    with refused("InvalidRequestException", INCOMPLETE):
        secret.rotate()
    secret.release()
    secret.await_events("TestRotationStarted", "TestRotationSucceeded")

    secret.await_success(secret.rotate())


def test_a_secret_without_a_value_cannot_be_tested(rotations):
    """row 43: there is nothing to copy"""
    secret = rotations.created(Description="no value")

    secret.configure(RotateImmediately=False)

    secret.await_events("TestRotationStarted", "TestRotationFailed")
    assert "VersionIdsToStages" not in secret.describe()


def test_the_first_value_is_current_after_a_test_of_nothing(rotations):
    """row 43: the version that the test left has no value"""
    secret = rotations.created(Description="no value")
    secret.configure(RotateImmediately=False)
    secret.await_event("TestRotationFailed")
    token = new_token()

    secret.client.put_secret_value(SecretId=secret.name, ClientRequestToken=token,
                                   SecretString="first", VersionStages=["custom"])

    assert secret.labels == {token: ["AWSCURRENT", "custom"]}
    assert secret.value() == "first"
