"""Rotations that succeed: the four steps, what a function sees in each, where the labels end.

The rows are those of the test matrix of rotation, docs/rotation-tests.md.
"""

import json
import re

import pytest

from rotation_support import ASKED, STEPS, VALUE, Functions, unlabelled
from support import (LABEL_NOT_ON_VERSION, label_not_found, let_the_clock_tick, new_token, refused,
                     version_not_found)

def move_current(secret, token, old):
    """What functions do in finishSecret."""
    secret.client.update_secret_version_stage(
        SecretId=secret.name, VersionStage="AWSCURRENT", MoveToVersionId=token,
        RemoveFromVersionId=old)


@pytest.mark.parametrize("function, steps", [("hook", ASKED), ("finisher", STEPS)],
                         ids=["row 26", "row 26 handles_finish"])
def test_the_steps_of_a_rotation(rotations, function, steps):
    """row 26"""
    secret = rotations.created()
    secret.hold("finishSecret")

    token = secret.configure(function)
    if function == "finisher":
        secret.await_step("finishSecret")
        move_current(secret, token, secret.first)
        secret.release()
    secret.await_success(token)

    assert secret.steps == steps
    for call in secret.calls:
        event = call["event"]
        assert event["Step"] == call["step"]
        assert event["SecretId"] == secret.arn
        assert event["ClientRequestToken"] == token


def test_what_each_step_is_told(rotations):
    """row 26: versions and values, as hooks get them"""
    secret = rotations.created()
    first = secret.configure()
    secret.await_success(first)
    second = secret.rotate()
    secret.await_success(second, times=2)

    create, *others = [call["event"] for call in secret.calls[3:]]

    made = secret.value(VersionId=first)
    assert create["Previous"] == {"VersionId": secret.first, "SecretString": VALUE}
    assert create["Current"] == {"VersionId": first, "SecretString": made}
    assert create["Pending"] is None
    assert len(create["NewPassword"]) == 32
    for event in others:
        assert event["Current"] == create["Current"]
        assert event["Previous"] == create["Previous"]
        assert event["Pending"] == {"VersionId": second, "SecretString": secret.value()}
        assert "NewPassword" not in event
    assert json.loads(secret.value()) == {**json.loads(VALUE), "password": create["NewPassword"]}


def test_the_secret_before_create_secret(rotations):
    """row 27: the version is there, and has no value"""
    secret = rotations.created()
    secret.hold("createSecret")
    token = secret.configure()
    secret.await_step("createSecret")

    with refused("ResourceNotFoundException", re.compile(
            rf"{version_not_found(token)}|{label_not_found('AWSPENDING')}")):
        secret.value(VersionId=token, VersionStage="AWSPENDING")
    with refused("ResourceNotFoundException", version_not_found(token)):
        secret.value(VersionId=token)
    with refused("ResourceNotFoundException", label_not_found("AWSPENDING")):
        secret.value(VersionStage="AWSPENDING")

    described = secret.describe()
    assert described["RotationEnabled"] is True
    assert described["VersionIdsToStages"] == {secret.first: ["AWSCURRENT"],
                                               token: ["AWSPENDING"]}
    assert secret.value() == secret.value(VersionStage="AWSCURRENT") == VALUE
    listed = secret.client.list_secret_version_ids(SecretId=secret.name)["Versions"]
    assert {version["VersionId"] for version in listed} == {secret.first, token}


def test_the_secret_between_the_steps(rotations):
    """row 27: what createSecret made can be read by the next steps at once"""
    secret = rotations.created()
    secret.hold("setSecret")
    token = secret.configure()
    secret.await_step("setSecret")

    pending = secret.value(VersionId=token, VersionStage="AWSPENDING")
    assert json.loads(pending)["password"] == secret.calls[0]["event"]["NewPassword"]
    assert secret.value() == VALUE
    with refused("InvalidRequestException", LABEL_NOT_ON_VERSION):
        secret.value(VersionId=secret.first, VersionStage="AWSPENDING")


def test_the_labels_after_a_rotation(rotations):
    """row 28"""
    secret = rotations.created()
    before = secret.describe()
    let_the_clock_tick()

    token = secret.configure()
    secret.await_success(token)

    described = secret.describe()
    assert described["VersionIdsToStages"] == {token: ["AWSCURRENT", "AWSPENDING"],
                                               secret.first: ["AWSPREVIOUS"]}
    assert before["LastChangedDate"] < described["LastChangedDate"] <= described["LastRotatedDate"]
    assert described["LastRotatedDate"] < described["NextRotationDate"]
    assert secret.value(VersionStage="AWSPREVIOUS") == VALUE
    listed, = secret.client.list_secrets(
        Filters=[{"Key": "name", "Values": [secret.name]}])["SecretList"]
    for member in ("RotationEnabled", "RotationLambdaARN", "RotationRules", "LastRotatedDate",
                   "NextRotationDate"):
        assert listed[member] == described[member]
    assert listed["SecretVersionsToStages"] == described["VersionIdsToStages"]


def test_a_function_that_takes_pending_away(rotations):
    """row 29"""
    secret = rotations.created()
    secret.hold("finishSecret")
    token = secret.configure("finisher")
    secret.await_step("finishSecret")

    move_current(secret, token, secret.first)
    secret.client.update_secret_version_stage(
        SecretId=secret.name, VersionStage="AWSPENDING", RemoveFromVersionId=token)
    secret.release()

    secret.await_success(token)
    assert secret.labels == {token: ["AWSCURRENT"], secret.first: ["AWSPREVIOUS"]}
    assert "LastRotatedDate" in secret.describe()


def test_the_third_rotation(rotations):
    """row 30"""
    secret = rotations.created()
    tokens = [secret.configure()]
    secret.await_success(tokens[0])
    for times in (2, 3):
        tokens.append(secret.rotate())
        secret.await_success(tokens[-1], times)

    assert secret.labels == {tokens[2]: ["AWSCURRENT", "AWSPENDING"], tokens[1]: ["AWSPREVIOUS"]}
    shown = secret.client.list_secret_version_ids(SecretId=secret.name)["Versions"]
    assert {version["VersionId"] for version in shown} == set(tokens[1:])
    assert unlabelled(secret.client, secret.name) == {secret.first, tokens[0]}
    assert secret.value(VersionId=secret.first) == VALUE


def test_the_old_token_still_reads_after_the_move(rotations):
    """row 37: the function for keytabs asks for (token, AWSPENDING) once more"""
    secret = rotations.created()
    secret.hold("finishSecret")
    token = secret.configure("finisher")
    secret.await_step("finishSecret")
    pending = secret.value(VersionId=token, VersionStage="AWSPENDING")

    move_current(secret, token, secret.first)

    assert secret.value(VersionId=token, VersionStage="AWSPENDING") == pending
    assert secret.labels[token] == ["AWSCURRENT", "AWSPENDING"]
    secret.release()
    secret.await_success(token)


def test_a_token_of_no_rotation(rotations):
    """row 38: whoever has other rights to write needs no RotationToken, and a wrong one is none"""
    secret = rotations.created()
    secret.hold("createSecret")
    token = secret.configure()
    secret.await_step("createSecret")

    with refused("AccessDeniedException"):
        secret.client.put_secret_value(
            SecretId=secret.name, ClientRequestToken=token, SecretString="forged",
            VersionStages=["AWSPENDING"], RotationToken=new_token())

    secret.release()
    secret.await_success(token)


def test_a_value_that_the_function_puts_itself(rotations):
    """row 28: createSecret of AWS's functions writes by PutSecretValue"""
    secret = rotations.created()
    secret.on("createSecret", "wait(); answer()")
    token = secret.configure()
    secret.await_step("createSecret")
    put = {"SecretId": secret.name, "ClientRequestToken": token, "SecretString": "by the function",
           "VersionStages": ["AWSPENDING"]}

    answered = [secret.client.put_secret_value(**put) for _ in range(2)]

    for answer in answered:
        assert (answer["VersionId"], answer["VersionStages"]) == (token, ["AWSPENDING"])
    with refused("ResourceExistsException"):
        secret.client.put_secret_value(**{**put, "SecretString": "something else"})
    assert "RotationAbandoned" not in secret.events


def test_a_binary_secret(rotations):
    """row 39"""
    secret = rotations.created(SecretBinary=b"\x00old\xff")
    secret.on("createSecret", "answer(SecretBinary='AG5ld/8=')")

    token = secret.configure()
    secret.await_success(token)

    current = secret.client.get_secret_value(SecretId=secret.name)
    assert current["SecretBinary"] == b"\x00new\xff"
    assert "SecretString" not in current
    assert secret.calls[0]["event"]["Current"]["SecretBinary"] == "AG9sZP8="


def test_a_secret_gets_its_first_value(rotations):
    """row 39: the first version that anybody puts is the current one"""
    secret = rotations.created(Description="no value")
    secret.on("createSecret", "answer(SecretString='the first')")

    token = secret.configure()
    secret.await_success(token)

    assert secret.value() == "the first"
    assert "AWSPREVIOUS" not in sum(secret.labels.values(), [])


@pytest.mark.parametrize("value, answer, expected", [
    ("a bare password", "answer()", r"[^/@\"'\\]{32}"),
    ('{"a": 1, "password": "old", "z": [1.50, null, "\\u00e9"]}', "answer()",
     r'\{"a": 1, "password": "[^/@\'\\]{32,}", "z": \[1\.50, null, "\\u00e9"\]\}'),
    (VALUE, "answer(SecretString='grüße \\u0000')", "grüße \0"),
], ids=["row 28 text", "row 28 JSON", "row 28 answered"])
def test_where_the_new_value_comes_from(rotations, value, answer, expected):
    """row 28: a hook may leave the value to the vault"""
    secret = rotations.created(SecretString=value)
    secret.on("createSecret", answer)

    secret.await_success(secret.configure())

    assert re.fullmatch(expected, secret.value()), secret.value()


def test_the_settings_of_passwords(make_rotations, tmp_path):
    """row 28: by the names that AWS's functions have them under"""
    functions = Functions(tmp_path / "settled")
    functions.add("settled", environment={
        "PASSWORD_LENGTH": "20", "EXCLUDE_CHARACTERS": "abcdef", "EXCLUDE_NUMBERS": "TRUE",
        "EXCLUDE_PUNCTUATION": "yes", "EXCLUDE_UPPERCASE": "1", "OTHER": "seen"})
    secret = make_rotations(functions=functions, ephemeral=True).created(SecretString="old")

    secret.await_success(secret.configure("settled"))

    assert re.fullmatch(r"[g-z]{20}", secret.value())
    assert secret.calls[0]["event"]["Settings"]["OTHER"] == "seen"


def test_the_audit_trail(rotations):
    """row 42"""
    secret = rotations.created()
    token = secret.configure()
    secret.await_events("RotationStarted", "RotationSucceeded")

    for event in ("RotationStarted", "RotationSucceeded"):
        assert f"version={token}" in secret.line(event)
    request_id = f"request_id=Rotation-{secret.arn}-{token}"
    assert request_id in secret.line("RotationSucceeded")

    second = secret.rotate()
    secret.await_success(second, times=2)
    assert secret.events == 2 * ["RotationStarted", "RotationSucceeded"]
    assert f"version={second}" in secret.line("RotationSucceeded")
