"""Functions that call the API themselves, with the keys that each rotation gives them.

The rows are those of the test matrix of rotation, docs/rotation-tests.md.
"""

import json
import re

import pytest
from botocore.exceptions import ClientError

from iam_support import Account
from rotation_support import INCOMPLETE, STEPS, VALUE, function, is_alive
from support import eventually, new_token, refused

# Words of the steps below.
TRY = """
results = {}

def attempt(name, operation, service="secretsmanager", **members):
    try:
        getattr(make_client(service), operation)(**members)
        results[name] = "allowed"
    except Exception as error:
        response = getattr(error, "response", {"Error": {"Code": repr(error)}})
        results[name] = response["Error"]["Code"]

own, token = event["SecretId"], event["ClientRequestToken"]
"""
KEYS = """
note(f"keys-{event['Step']}", [os.environ[f"AWS_{name}"] for name in (
    "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")])
"""


def noted(secret, name):
    return json.loads((secret.home / name).read_text())


def client_with(secret, keys):
    key, secret_key, token = keys
    return secret.server.client(key, secret_key, token=token)


def check_dead(secret, keys):
    """Keys that are good for nothing any more."""
    client = client_with(secret, keys)
    for call in (client.describe_secret, client.get_secret_value):
        with pytest.raises(ClientError) as caught:
            call(SecretId=secret.name)
        assert 400 <= caught.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500


def test_what_functions_of_aws_do(rotations):
    """rows 26 and 28"""
    secret = rotations.created()

    token = secret.configure("lambda")
    secret.await_success(token)

    assert secret.steps == STEPS
    for call in secret.calls:
        event = dict(call["event"])
        assert re.fullmatch(r"[a-zA-Z0-9-]{36,256}", event.pop("RotationToken"))
        assert event == {"Step": call["step"], "SecretId": secret.arn,
                         "ClientRequestToken": token}
    assert secret.labels == {token: ["AWSCURRENT", "AWSPENDING"], secret.first: ["AWSPREVIOUS"]}
    old, new = json.loads(VALUE), json.loads(secret.value())
    assert new.pop("password") != old.pop("password")
    assert new == old


def test_a_function_tests_a_configuration(rotations):
    """row 43"""
    secret = rotations.created()

    secret.configure("lambda", RotateImmediately=False)

    secret.await_events("TestRotationStarted", "TestRotationSucceeded")
    assert secret.steps == ["testSecret"]


def test_the_last_words_of_a_function(rotations):
    """rows 29 and 37: it reads (token, AWSPENDING) after the move, and then takes the label away"""
    secret = rotations.created()
    secret.on("finishSecret", TRY + """
step()
note("read", client.get_secret_value(SecretId=own, VersionId=token,
                                     VersionStage="AWSPENDING")["SecretString"])
client.update_secret_version_stage(SecretId=own, VersionStage="AWSPENDING",
                                   RemoveFromVersionId=token)
""")

    token = secret.configure("lambda")
    secret.await_success(token)

    assert noted(secret, "read") == secret.value()
    assert secret.labels == {token: ["AWSCURRENT"], secret.first: ["AWSPREVIOUS"]}


def test_a_function_that_withdraws(rotations):
    """row 58"""
    secret = rotations.created()
    secret.on("finishSecret", TRY + """
client.update_secret_version_stage(SecretId=own, VersionStage="AWSPENDING",
                                   RemoveFromVersionId=token)
""")

    secret.configure("lambda")
    secret.await_events("RotationStarted", "RotationFailed")

    secret.try_again()
    secret.stays(lambda: secret.steps == STEPS)
    assert secret.labels == {secret.first: ["AWSCURRENT"]}
    secret.forget("finishSecret")
    secret.await_success(secret.rotate())


# --- RotationToken ---

def test_the_token_of_the_rotation(rotations):
    """row 38"""
    secret = rotations.created()
    secret.on("createSecret", TRY + """
put = {"SecretId": own, "ClientRequestToken": token, "SecretString": "new",
       "VersionStages": ["AWSPENDING"]}
attempt("wrong", "put_secret_value", **put, RotationToken="0" * 36)
attempt("right", "put_secret_value", **put, RotationToken=event["RotationToken"])
attempt("none", "put_secret_value", **put)
note("results", results)
""")

    secret.await_success(secret.configure("lambda"))

    assert noted(secret, "results") == {"wrong": "AccessDeniedException", "right": "allowed",
                                        "none": "allowed"}
    # It is over with the rotation.
    last = secret.calls[-1]["event"]
    with refused("AccessDeniedException"):
        secret.client.put_secret_value(
            SecretId=secret.name, ClientRequestToken=last["ClientRequestToken"],
            SecretString="later", RotationToken=last["RotationToken"])
    assert secret.value() == "new"


def test_the_token_of_another_attempt(rotations):
    """row 38"""
    secret = rotations.created()
    secret.on("setSecret", "raise RuntimeError('not yet')")
    secret.configure("lambda")
    secret.await_event("RotationFailed")
    before = secret.calls[-1]["event"]["RotationToken"]
    secret.on("setSecret", TRY + f"""
attempt("before", "put_secret_value", SecretId=own, ClientRequestToken=token, SecretString="x",
        VersionStages=["AWSPENDING"], RotationToken={before!r})
note("results", results)
""")

    secret.try_again()
    secret.await_event("RotationSucceeded")

    assert noted(secret, "results") == {"before": "AccessDeniedException"}
    assert len({call["event"]["RotationToken"] for call in secret.calls}) == 2


# --- Rights ---

OVERREACH = TRY + """
other, first = OTHER
attempt("read itself", "get_secret_value", SecretId=own)
attempt("read the new version", "get_secret_value", SecretId=own, VersionId=token)
attempt("describe itself", "describe_secret", SecretId=own)
attempt("draw a password", "get_random_password")
attempt("put its version again", "put_secret_value", SecretId=own, ClientRequestToken=token,
        SecretString=client.get_secret_value(SecretId=own, VersionId=token)["SecretString"],
        VersionStages=["AWSPENDING"])
attempt("read another secret", "get_secret_value", SecretId=other)
attempt("describe another secret", "describe_secret", SecretId=other)
attempt("read many", "batch_get_secret_value", SecretIdList=[other])
attempt("list secrets", "list_secrets")
attempt("list versions", "list_secret_version_ids", SecretId=own)
attempt("put another token", "put_secret_value", SecretId=own, SecretString="x",
        ClientRequestToken="0" * 32, VersionStages=["AWSPENDING"])
attempt("put as current", "put_secret_value", SecretId=own, SecretString="x",
        ClientRequestToken=token, VersionStages=["AWSCURRENT"])
attempt("put without a stage", "put_secret_value", SecretId=own, SecretString="x",
        ClientRequestToken=token)
attempt("put into another secret", "put_secret_value", SecretId=other, SecretString="x",
        ClientRequestToken=token, VersionStages=["AWSPENDING"])
attempt("move another label", "update_secret_version_stage", SecretId=own, VersionStage="OTHER",
        MoveToVersionId=token)
attempt("move current elsewhere", "update_secret_version_stage", SecretId=own,
        VersionStage="AWSCURRENT", MoveToVersionId=first[1], RemoveFromVersionId=first[0])
attempt("move pending elsewhere", "update_secret_version_stage", SecretId=own,
        VersionStage="AWSPENDING", MoveToVersionId=first[1], RemoveFromVersionId=token)
attempt("take previous away", "update_secret_version_stage", SecretId=own,
        VersionStage="OTHER", RemoveFromVersionId=first[1])
attempt("update", "update_secret", SecretId=own, SecretString="x")
attempt("delete", "delete_secret", SecretId=own)
attempt("tag", "tag_resource", SecretId=own, Tags=[{"Key": "k", "Value": "v"}])
attempt("write the policy", "put_resource_policy", SecretId=own, ResourcePolicy="{}")
attempt("rotate", "rotate_secret", SecretId=own)
attempt("cancel", "cancel_rotate_secret", SecretId=own)
attempt("create", "create_secret", Name="created-by-a-function")
attempt("make a key", "create_access_key", service="iam", UserName="anyone")
attempt("list users", "list_users", service="iam")
attempt("ask who it is", "get_caller_identity", service="sts")
attempt("list keys", "list_keys", service="kms")
note("results", results)
"""
ALLOWED = {"read itself", "read the new version", "describe itself", "draw a password",
           "put its version again"}


@pytest.mark.parametrize("enforced", [False, True],
                         ids=["row 100 development", "row 100 enforced"])
def test_a_function_reaches_its_own_secret_alone(rotations, enforcing_rotations, account, enforced):
    """row 100"""
    rotations = enforcing_rotations if enforced else rotations
    secret = rotations.new(client=rotations.server.client(key=account))
    first = secret.create()
    second = secret.client.put_secret_value(SecretId=secret.name, SecretString="second",
                                            VersionStages=["OTHER"])["VersionId"]
    other = secret.client.create_secret(Name="another", SecretString="value")["ARN"]
    before = secret.client.describe_secret(SecretId=other)
    secret.on("setSecret", OVERREACH.replace("OTHER\n", f"{(other, (first, second))!r}\n", 1))

    token = new_token()
    secret.client.rotate_secret(SecretId=secret.name, ClientRequestToken=token,
                                RotationLambdaARN=function("lambda", account=account))
    secret.await_success(token)

    results = noted(secret, "results")
    assert {name for name, result in results.items() if result == "allowed"} == ALLOWED
    denied = {name: result for name, result in results.items() if name not in ALLOWED}
    # Other services do not know the keys at all.
    assert set(denied.values()) <= {"AccessDeniedException", "InvalidClientTokenId",
                                    "UnrecognizedClientException"}, denied
    assert secret.labels == {token: ["AWSCURRENT", "AWSPENDING"], first: ["AWSPREVIOUS"],
                             second: ["OTHER"]}
    after = secret.client.describe_secret(SecretId=other)
    assert after["VersionIdsToStages"] == before["VersionIdsToStages"]


def test_a_function_and_its_master_secret(enforcing_rotations, account):
    """row 101: what the caller can read, the function can; nothing else"""
    owner = Account(enforcing_rotations.server, account)
    master = owner.secrets.create_secret(Name="master", SecretString="of the master")["ARN"]
    other = owner.secrets.create_secret(Name="other", SecretString="of another")["ARN"]
    secret = enforcing_rotations.new(client=owner.secrets)
    secret.create(SecretString=json.dumps({**json.loads(VALUE), "masterarn": master}))
    secret.on("setSecret", TRY + f"""
attempt("master", "get_secret_value", SecretId={master!r})
attempt("other", "get_secret_value", SecretId={other!r})
attempt("write", "put_secret_value", SecretId={master!r}, ClientRequestToken=token,
        SecretString="x", VersionStages=["AWSPENDING"])
note("results", results)
""")

    token = new_token()
    owner.secrets.rotate_secret(SecretId=secret.name, ClientRequestToken=token,
                                RotationLambdaARN=function("lambda", account=account))
    secret.await_success(token)

    assert noted(secret, "results") == {"master": "allowed", "other": "AccessDeniedException",
                                        "write": "AccessDeniedException"}


# --- The life of keys ---

def test_keys_end_with_the_rotation(rotations):
    """row 104"""
    secret = rotations.created()
    secret.on("finishSecret", KEYS + "step()")

    secret.await_success(secret.configure("lambda"))

    check_dead(secret, noted(secret, "keys-finishSecret"))


def test_keys_end_with_the_attempt(rotations):
    """row 104"""
    secret = rotations.created()
    secret.on("setSecret", KEYS + "raise RuntimeError('no')")

    secret.configure("lambda")
    secret.await_event("RotationFailed")
    keys = noted(secret, "keys-setSecret")
    check_dead(secret, keys)

    secret.forget("setSecret")
    secret.hold("testSecret")
    secret.try_again()
    secret.await_step("testSecret")
    check_dead(secret, keys)
    secret.release()
    secret.await_event("RotationSucceeded")


@pytest.mark.parametrize("end", ["row 79 cancelled", "row 82 abandoned", "row 86 deleted"])
def test_keys_end_with_what_ends_a_rotation(rotations, end):
    """row 104, rows 79, 82 and 86"""
    secret = rotations.created()
    secret.on("createSecret", KEYS + "step()")
    secret.hold("setSecret")
    secret.configure("lambda")
    secret.await_step("setSecret")
    keys = noted(secret, "keys-createSecret")
    assert client_with(secret, keys).get_secret_value(SecretId=secret.name)

    if end == "row 79 cancelled":
        secret.client.cancel_rotate_secret(SecretId=secret.name)
    elif end == "row 82 abandoned":
        secret.client.update_secret(SecretId=secret.name, SecretString="by hand")
    else:
        secret.client.delete_secret(SecretId=secret.name, ForceDeleteWithoutRecovery=True)

    check_dead(secret, keys)
    secret.release()
    secret.stays(lambda: secret.steps == ["createSecret", "setSecret"], 0.1)


# --- Errors ---

def test_the_error_of_a_function(rotations):
    """rows 49 and 62: its type and what it says, but no password"""
    secret = rotations.created()
    secret.on("setSecret", TRY + """
pending = client.get_secret_value(SecretId=own, VersionId=token)["SecretString"]
raise PermissionError("access denied for app with " + json.loads(pending)["password"])
""")

    token = secret.configure("lambda")
    secret.await_event("RotationFailed")

    line = secret.line("RotationFailed")
    assert "error_type=PermissionError" in line
    assert "during setSecret step" in line
    password = json.loads(secret.value(VersionId=token))["password"]
    assert password not in secret.server.log
    with refused("InvalidRequestException", INCOMPLETE):
        secret.rotate()


def test_a_function_that_dies(rotations):
    """row 63"""
    secret = rotations.created()
    secret.on("setSecret", "os._exit(0)")

    secret.configure("lambda")
    secret.await_event("RotationFailed")

    assert "error_type=Runtime.ExitError" in secret.line("RotationFailed")


def test_one_process_for_all_steps(rotations):
    """row 40: and none of it is left"""
    secret = rotations.created()

    secret.await_success(secret.configure("lambda"))

    pid, = {call["pid"] for call in secret.calls}
    eventually(lambda: not is_alive(pid))
