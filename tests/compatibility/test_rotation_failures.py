"""Rotations that fail: attempts and their end, and what clears one that is stuck.

The rows are those of the test matrix of rotation, docs/rotation-tests.md.
"""

import pytest

from rotation_support import (ASKED, ATTEMPTS_WITHIN, INCOMPLETE, RETRY_DELAY, STEPS, VALUE,
                              function)
from support import eventually, refused


# --- Failing steps ---

@pytest.mark.parametrize("step", STEPS, ids=[f"row {48 + i} {s}" for i, s in enumerate(STEPS)])
def test_a_step_that_fails(rotations, step):
    """rows 48 to 51"""
    secret = rotations.created()
    secret.fail_in(step)

    token = secret.configure("finisher")
    secret.await_events("RotationStarted", "RotationFailed")

    until_it = STEPS[:STEPS.index(step) + 1]
    assert secret.steps == until_it
    assert secret.labels == {secret.first: ["AWSCURRENT"], token: ["AWSPENDING"]}
    assert secret.value() == VALUE
    line = secret.line("RotationFailed")
    assert (f"Error when executing lambda {function('finisher')} during {step} step" in line), line
    assert f"request_id=Rotation-{secret.arn}-{token}" in line
    assert "LastRotatedDate" not in secret.describe()

    secret.try_again()
    secret.await_event("RotationFailed", 2)
    # createSecret is not asked again for what it has made.
    assert secret.steps == until_it + (until_it if step == "createSecret" else until_it[1:])
    assert secret.tokens == {token}


def test_next_rotation_date_stays_after_a_failure(rotations):
    """row 48: only what succeeds moves the dates"""
    secret = rotations.created()
    secret.await_success(secret.configure())
    before = secret.describe()
    secret.fail_in("setSecret")

    secret.rotate()
    secret.await_event("RotationFailed")

    after = secret.describe()
    for date in ("LastRotatedDate", "NextRotationDate"):
        assert after[date] == before[date]


def test_a_function_that_heals(rotations):
    """row 52"""
    secret = rotations.created()
    secret.on("setSecret", "if times() < 2: fail('not yet')")

    token = secret.configure()
    secret.await_event("RotationFailed", 1)
    secret.stays(lambda: secret.steps == ["createSecret", "setSecret"], 0.1)
    secret.try_again()
    secret.await_event("RotationFailed", 2)
    secret.try_again()
    secret.await_success(token)

    assert secret.tokens == {token}
    assert secret.steps.count("createSecret") == 1
    assert secret.steps.count("setSecret") == 3
    made, = {call["event"]["Pending"]["SecretString"] for call in secret.calls[1:]}
    assert secret.value() == made
    assert "attempts=3" in secret.line("RotationSucceeded")
    assert secret.labels[secret.first] == ["AWSPREVIOUS"]


def test_an_attempt_waits_for_its_time(rotations):
    """row 52: delays are spread over 80 to 120 %"""
    secret = rotations.created()
    secret.fail_in("testSecret")
    secret.configure()
    secret.await_event("RotationFailed", 1)

    secret.server.advance(seconds=RETRY_DELAY * 0.75)
    secret.stays(lambda: secret.events.count("RotationFailed") == 1)
    secret.server.advance(seconds=RETRY_DELAY * 0.5)
    secret.await_event("RotationFailed", 2)


def test_attempts_end(rotations):
    """row 53"""
    secret = rotations.created()
    secret.fail_in("setSecret")
    token = secret.configure()
    secret.await_event("RotationFailed")

    secret.exhaust()

    attempts = secret.steps.count("setSecret")
    secret.server.advance(seconds=2 * ATTEMPTS_WITHIN)
    secret.stays(lambda: secret.steps.count("setSecret") == attempts)
    assert secret.labels == {secret.first: ["AWSCURRENT"], token: ["AWSPENDING"]}
    assert secret.describe()["RotationEnabled"] is True


def test_rotate_secret_on_a_stuck_rotation(rotations):
    """row 54"""
    secret = rotations.created()
    secret.fail_in("setSecret")
    token = secret.configure()
    secret.await_event("RotationFailed")
    secret.exhaust()
    secret.forget("setSecret")

    with refused("InvalidRequestException", INCOMPLETE):
        secret.rotate()

    secret.await_success(token)
    assert secret.tokens == {token}


def test_rotate_secret_between_attempts(rotations):
    """row 54: the next attempt need not wait"""
    secret = rotations.created()
    secret.on("testSecret", "if times() < 1: fail('not yet')")
    token = secret.configure()
    secret.await_event("RotationFailed")

    with refused("InvalidRequestException", INCOMPLETE):
        secret.rotate()

    secret.await_success(token)


# --- What clears a rotation that does not end ---

def failing(rotations):
    """A secret whose rotation waits for its next attempt, and the token."""
    secret = rotations.created()
    secret.fail_in("setSecret")
    token = secret.configure()
    secret.await_event("RotationFailed")
    return secret, token


def check_is_over(secret, token):
    """No further attempt, and a new rotation runs."""
    secret.try_again()
    secret.stays(lambda: secret.tokens == {token} and secret.steps.count("setSecret") == 1)
    secret.forget("setSecret")
    again = secret.rotate()
    secret.await_success(again)


def test_cleared_by_removing_pending(rotations):
    """row 55"""
    secret, token = failing(rotations)

    secret.client.update_secret_version_stage(
        SecretId=secret.name, VersionStage="AWSPENDING", RemoveFromVersionId=token)

    secret.await_event("RotationAbandoned")
    assert secret.labels == {secret.first: ["AWSCURRENT"]}
    check_is_over(secret, token)


@pytest.mark.parametrize("write", ["put_secret_value", "update_secret"],
                         ids=["row 56 PutSecretValue", "row 56 UpdateSecret"])
def test_cleared_by_a_new_value(rotations, write):
    """row 56"""
    secret, token = failing(rotations)

    manual = getattr(secret.client, write)(
        SecretId=secret.name, SecretString='{"password": "by hand"}')["VersionId"]

    secret.await_event("RotationAbandoned")
    assert secret.labels == {manual: ["AWSCURRENT"], secret.first: ["AWSPREVIOUS"]}
    assert "LastRotatedDate" not in secret.describe()
    check_is_over(secret, token)


def test_a_function_that_does_nothing(rotations):
    """row 57"""
    secret = rotations.created()

    token = secret.configure("idle")
    secret.await_event("RotationFailed")

    assert "during finishSecret step" in secret.line("RotationFailed")
    labels = secret.labels
    assert labels[secret.first] == ["AWSCURRENT"]
    assert labels[token] == ["AWSPENDING"]
    with refused("InvalidRequestException", INCOMPLETE):
        secret.rotate()


def test_a_function_that_never_moves_current(rotations):
    """row 57: the last step succeeds, the rotation does not"""
    secret = rotations.created()

    token = secret.configure("finisher")
    secret.await_event("RotationFailed")

    assert secret.steps == STEPS
    assert "during finishSecret step" in secret.line("RotationFailed")
    secret.hold("finishSecret")
    secret.try_again()
    secret.await_step("finishSecret")
    secret.client.update_secret_version_stage(
        SecretId=secret.name, VersionStage="AWSCURRENT", MoveToVersionId=token,
        RemoveFromVersionId=secret.first)
    secret.release()
    secret.await_success(token)


def test_a_function_that_withdraws(rotations):
    """row 58"""
    secret = rotations.created()
    secret.hold("testSecret")
    token = secret.configure()
    secret.await_step("testSecret")

    secret.client.update_secret_version_stage(
        SecretId=secret.name, VersionStage="AWSPENDING", RemoveFromVersionId=token)
    secret.release()

    eventually(lambda: {"RotationAbandoned", "RotationFailed"} & set(secret.events))
    secret.try_again()
    secret.stays(lambda: secret.steps == ASKED)
    assert secret.labels == {secret.first: ["AWSCURRENT"]}
    assert "LastRotatedDate" not in secret.describe()


def test_a_function_that_moves_current_elsewhere(rotations):
    """row 59"""
    secret = rotations.created()
    other = secret.client.put_secret_value(SecretId=secret.name, SecretString="third",
                                           VersionStages=["OTHER"])["VersionId"]
    secret.hold("finishSecret")
    token = secret.configure("finisher")
    secret.await_step("finishSecret")

    secret.client.update_secret_version_stage(
        SecretId=secret.name, VersionStage="AWSCURRENT", MoveToVersionId=other,
        RemoveFromVersionId=secret.first)
    secret.release()

    secret.await_event("RotationFailed")
    assert "RotationSucceeded" not in secret.events
    assert secret.labels[other] == ["AWSCURRENT", "OTHER"]
    assert secret.labels[token] == ["AWSPENDING"]
