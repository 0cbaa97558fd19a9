"""Rotations that are cancelled, abandoned or cut off, and what may happen to a secret meanwhile.

The rows are those of the test matrix of rotation, docs/rotation-tests.md.
"""

import time

import pytest

from rotation_support import ASKED, INCOMPLETE, MONTH, NO_FUNCTION, VALUE, function, is_alive
from support import MARKED_FOR_DELETION, eventually, refused, without_metadata

DATES = {"LastRotatedDate", "NextRotationDate"}


def held(rotations, step, name="hook"):
    """A secret whose rotation has come to this step and stays there, and the token."""
    secret = rotations.created()
    secret.hold(step)
    token = secret.configure(name)
    secret.await_step(step)
    return secret, token


def cancel(secret):
    return without_metadata(secret.client.cancel_rotate_secret(SecretId=secret.name))


def remove_pending(secret, token):
    secret.client.update_secret_version_stage(
        SecretId=secret.name, VersionStage="AWSPENDING", RemoveFromVersionId=token)


# --- CancelRotateSecret ---

def test_cancel_in_mid_step(rotations):
    """row 79"""
    secret, token = held(rotations, "setSecret")
    before = secret.labels

    answered = cancel(secret)

    assert answered == {"ARN": secret.arn, "Name": secret.name, "VersionId": token}
    secret.release()
    secret.await_events("RotationStarted", "RotationCancelled")
    described = secret.describe()
    assert described["RotationEnabled"] is False
    assert described["RotationLambdaARN"] == function()
    assert described["RotationRules"] == MONTH
    assert not DATES & described.keys()
    assert described["VersionIdsToStages"] == before == {secret.first: ["AWSCURRENT"],
                                                         token: ["AWSPENDING"]}
    secret.try_again()
    secret.stays(lambda: secret.steps == ["createSecret", "setSecret"])


def test_cancel_between_attempts(rotations):
    """row 79"""
    secret = rotations.created()
    secret.on("testSecret", "fail('no')")
    token = secret.configure()
    secret.await_event("RotationFailed")

    assert cancel(secret)["VersionId"] == token

    secret.try_again()
    secret.stays(lambda: secret.steps == ASKED)


def test_cancel_when_nothing_runs(rotations):
    """row 80"""
    secret = rotations.created()
    token = secret.configure()
    secret.await_success(token)

    for _ in range(2):
        assert cancel(secret) == {"ARN": secret.arn, "Name": secret.name}

    described = secret.describe()
    assert described["RotationEnabled"] is False
    assert described["RotationLambdaARN"] == function()
    assert described["RotationRules"] == MONTH
    assert not DATES & described.keys()
    assert described["VersionIdsToStages"][token] == ["AWSCURRENT", "AWSPENDING"]


def test_cancel_of_what_never_was(rotations):
    """row 80"""
    secret = rotations.created()
    before = secret.describe()

    with refused("InvalidRequestException", NO_FUNCTION):
        cancel(secret)

    assert secret.describe() == before


def test_a_schedule_ends_with_a_cancel(make_rotations):
    """row 80"""
    secret = make_rotations(ephemeral=True).created()
    secret.await_success(secret.configure(rules={"AutomaticallyAfterDays": 1}))
    cancel(secret)

    secret.server.advance(days=3)

    secret.stays(lambda: secret.steps == ASKED)


def test_rotate_after_a_cancel(rotations):
    """row 80: what was configured is used again"""
    secret = rotations.created()
    secret.await_success(secret.configure())
    cancel(secret)

    secret.await_success(secret.rotate(), times=2)

    described = secret.describe()
    assert described["RotationEnabled"] is True
    assert described["RotationRules"] == MONTH
    assert DATES <= described.keys()


def test_rotate_after_a_cancel_that_left_pending(rotations):
    """row 81"""
    secret, token = held(rotations, "setSecret")
    cancel(secret)
    secret.release()

    with refused("InvalidRequestException", INCOMPLETE):
        secret.rotate()
    assert secret.describe()["RotationEnabled"] is False
    secret.stays(lambda: secret.steps == ["createSecret", "setSecret"])

    remove_pending(secret, token)
    again = secret.rotate()
    secret.await_success(again)
    assert secret.describe()["RotationEnabled"] is True


# --- Writes from outside ---

@pytest.mark.parametrize("write", ["update_secret", "put_secret_value"],
                         ids=["row 82 UpdateSecret", "row 82 PutSecretValue"])
def test_a_new_value_in_mid_step(rotations, write):
    """row 82"""
    secret, token = held(rotations, "testSecret", "finisher")

    manual = getattr(secret.client, write)(SecretId=secret.name,
                                           SecretString="by hand")["VersionId"]

    assert secret.labels == {manual: ["AWSCURRENT"], secret.first: ["AWSPREVIOUS"]}
    secret.release()
    secret.await_events("RotationStarted", "RotationAbandoned")
    secret.stays(lambda: secret.steps == ASKED)
    assert secret.value() == "by hand"
    assert token not in secret.labels
    assert "LastRotatedDate" not in secret.describe()


def test_a_version_with_a_label_of_its_own(rotations):
    """row 83"""
    secret, token = held(rotations, "testSecret")

    other = secret.client.put_secret_value(SecretId=secret.name, SecretString="other",
                                           VersionStages=["OTHER"])["VersionId"]
    secret.release()

    secret.await_success(token)
    assert secret.labels == {token: ["AWSCURRENT", "AWSPENDING"], secret.first: ["AWSPREVIOUS"],
                             other: ["OTHER"]}


def test_a_pending_version_from_outside(rotations):
    """row 84"""
    secret, token = held(rotations, "testSecret")

    other = secret.client.put_secret_value(SecretId=secret.name, SecretString="other",
                                           VersionStages=["AWSPENDING"])["VersionId"]
    secret.release()

    secret.await_events("RotationStarted", "RotationAbandoned")
    assert secret.labels == {secret.first: ["AWSCURRENT"], other: ["AWSPENDING"]}
    secret.stays(lambda: secret.steps == ASKED)
    # It is nobody's rotation, and stands in the way of the next one.
    with refused("InvalidRequestException", INCOMPLETE):
        secret.rotate()
    remove_pending(secret, other)
    secret.await_success(secret.rotate())
    assert token not in secret.labels


def keys_by_version(secret):
    versions = secret.client.list_secret_version_ids(SecretId=secret.name)["Versions"]
    return {version["VersionId"]: version.get("KmsKeyIds") for version in versions}


def test_changes_of_no_value(rotations):
    """row 88"""
    secret, token = held(rotations, "setSecret")
    first_key = keys_by_version(secret)[secret.first]

    secret.client.update_secret(SecretId=secret.name, Description="new", KmsKeyId="alias/other")
    secret.client.tag_resource(SecretId=secret.name, Tags=[{"Key": "stage", "Value": "test"}])
    secret.client.put_resource_policy(SecretId=secret.name, ResourcePolicy=(
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*",'
        '"Action":"secretsmanager:DeleteSecret","Resource":"*"}]}'))
    secret.release()

    secret.await_success(token)
    secret.client.delete_resource_policy(SecretId=secret.name)
    described = secret.describe()
    assert (described["Description"], described["KmsKeyId"]) == ("new", "alias/other")
    # The next version is sealed with the key that the secret has now.
    second = secret.rotate()
    secret.await_success(second, times=2)
    assert keys_by_version(secret)[second] not in (None, first_key)


# --- Deletion ---

def test_a_deletion_in_mid_step(rotations):
    """row 85: RestoreSecret leaves rotation off"""
    secret, token = held(rotations, "setSecret")

    secret.client.delete_secret(SecretId=secret.name)
    with refused("InvalidRequestException", MARKED_FOR_DELETION):
        secret.value(VersionId=token)
    secret.release()
    secret.await_events("RotationStarted", "RotationCancelled")
    secret.stays(lambda: secret.steps == ["createSecret", "setSecret"])

    secret.client.restore_secret(SecretId=secret.name)
    described = secret.describe()
    assert described["RotationEnabled"] is False
    assert described["RotationRules"] == MONTH
    assert described["VersionIdsToStages"] == {secret.first: ["AWSCURRENT"],
                                               token: ["AWSPENDING"]}
    remove_pending(secret, token)
    secret.await_success(secret.rotate())


def test_no_schedule_of_a_deleted_secret(make_rotations):
    """row 85"""
    secret = make_rotations(ephemeral=True).created()
    secret.await_success(secret.configure(rules={"AutomaticallyAfterDays": 1}))
    secret.client.delete_secret(SecretId=secret.name)

    secret.server.advance(days=3)

    secret.stays(lambda: secret.steps == ASKED)


def test_a_forced_deletion_in_mid_step(rotations):
    """row 86: what runs is killed"""
    secret, _ = held(rotations, "setSecret")
    pid = secret.calls[-1]["pid"]
    assert is_alive(pid)

    secret.client.delete_secret(SecretId=secret.name, ForceDeleteWithoutRecovery=True)

    eventually(lambda: not is_alive(pid), 5)
    secret.stays(lambda: secret.steps == ["createSecret", "setSecret"], 0.1)
    # Another secret of the same name has nothing to do with it.
    eventually(lambda: secret.client.create_secret(Name=secret.name, SecretString=VALUE))
    assert "RotationEnabled" not in secret.describe()


def test_a_forced_deletion_between_attempts(rotations):
    """row 86"""
    secret = rotations.created()
    secret.on("setSecret", "fail('no')")
    secret.configure()
    secret.await_event("RotationFailed")

    secret.client.delete_secret(SecretId=secret.name, ForceDeleteWithoutRecovery=True)
    secret.try_again()

    secret.stays(lambda: secret.steps == ["createSecret", "setSecret"])


# --- Several at once ---

def test_two_secrets_at_once(rotations):
    """row 87"""
    first, first_token = held(rotations, "setSecret")
    second, second_token = held(rotations, "setSecret")

    first.on("testSecret", "fail('the first alone')")
    first.release()
    first.await_event("RotationFailed")
    second.release()
    second.await_success(second_token)

    assert second.events == ["RotationStarted", "RotationSucceeded"]
    assert first.labels == {first.first: ["AWSCURRENT"], first_token: ["AWSPENDING"]}


def test_a_function_runs_no_more_often_than_it_may(rotations):
    """row 87: concurrency = 1"""
    secrets = [rotations.created() for _ in range(3)]
    for secret in secrets:
        secret.hold("setSecret")
    tokens = [secret.configure("one-by-one") for secret in secrets]
    secrets[0].await_step("setSecret")

    others = rotations.created()
    others.await_success(others.configure())
    secrets[1].stays(lambda: not secrets[1].steps and not secrets[2].steps, 0.1)
    for secret in secrets:
        secret.release()

    for secret, token in zip(secrets, tokens):
        secret.await_success(token)
    spans = sorted((secret.calls[0]["at"], secret.calls[-1]["at"]) for secret in secrets)
    for (_, end), (begin, _) in zip(spans, spans[1:]):
        assert end < begin


def test_a_step_that_outlives_its_lease(rotations):
    """row 89, as far as one process shows it: nobody takes over what is still run"""
    secret, token = held(rotations, "setSecret")

    secret.server.advance(seconds=600)

    secret.stays(lambda: secret.steps == ["createSecret", "setSecret"])
    secret.release()
    secret.await_success(token)
    assert secret.steps == ASKED


def test_readers_never_see_a_gap(rotations):
    """row 89: the label is moved in one piece"""
    secret = rotations.created()
    secret.await_success(secret.configure())
    values, times, deadline = set(), 1, time.monotonic() + 20
    while times < 4 or secret.events.count("RotationSucceeded") < 4:
        assert time.monotonic() < deadline
        if secret.events.count("RotationSucceeded") == times:
            secret.rotate()
            times += 1
        answered = secret.client.get_secret_value(SecretId=secret.name)
        assert "AWSCURRENT" in answered["VersionStages"]
        values.add(answered["SecretString"])
    assert len(values) >= 3
