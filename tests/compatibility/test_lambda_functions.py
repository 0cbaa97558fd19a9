"""Functions written for AWS Lambda, in several languages, rotate under the executor `runtime`.

The rows are those of the test matrix of rotation, docs/compatibility.md.
"""

import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

import pytest

from lambda_support import (FUNCTIONS, GO_PROGRAM, NODE_MODULES, PASSWORD, RUNTIME_OF_NODE, VALUE,
                            LambdaFunctions, credentials_of)
from rotation_support import MONTH, STEPS, function
from support import REGION, REPOSITORY, eventually
from test_sdks import build, need


def need_node():
    need("Node.js", "node", "20", "--version")
    if not os.path.exists(RUNTIME_OF_NODE):
        pytest.skip(f"aws-lambda-ric is not installed in {NODE_MODULES}: ./dev check does that; it "
                    "is compiled then, with autoconf, automake, libtool, cmake and g++")
    if not os.path.exists(f"{NODE_MODULES}/@aws-sdk/client-secrets-manager"):
        pytest.skip(f"@aws-sdk/client-secrets-manager is not installed in {NODE_MODULES}")


def need_go():
    need("Go", "go", "1.24", "version")
    build("go", "build", "-C", str(REPOSITORY / "tests/compatibility/go"), "-mod=readonly", "-o",
          str(GO_PROGRAM), "./bootstrap", GOTOOLCHAIN="local", GOFLAGS="")


def no_needs():
    pass


# --- Whole rotations ---

@pytest.mark.parametrize("name, needs", [
    ("python", no_needs),
    ("bash", no_needs),
    pytest.param("node", need_node, marks=pytest.mark.slow),
    pytest.param("go", need_go, marks=pytest.mark.slow),
], ids=["python", "bash", "node", "go"])
def test_a_whole_rotation(lambdas, name, needs):
    """rows 26, 28, 40"""
    needs()
    secret = lambdas.created(SecretString=VALUE)

    token = secret.configure(name)
    secret.await_success(token)

    assert secret.steps == STEPS
    proofs = set()
    for call, step in zip(secret.calls, STEPS):
        event = dict(call["event"])
        proofs.add(event.pop("RotationToken"))
        assert event == {"Step": step, "SecretId": secret.arn, "ClientRequestToken": token}
    [proof] = proofs
    assert re.fullmatch(r"[a-zA-Z0-9-]{36,256}", proof)
    assert secret.events == ["RotationStarted", "RotationSucceeded"]
    assert secret.labels == {token: ["AWSCURRENT", "AWSPENDING"], secret.first: ["AWSPREVIOUS"]}
    value = json.loads(secret.value())
    assert value["username"] == "app" and value["password"] not in ("", PASSWORD)
    assert secret.describe()["RotationRules"] == MONTH
    assert "LastRotatedDate" in secret.describe()
    assert value["password"] not in lambdas.server.log


def test_createsecret_sees_a_version_without_a_value(lambdas):
    """row 27: and readers go on with the current one"""
    secret = lambdas.created(SecretString=VALUE)
    secret.hold("createSecret")
    token = secret.configure("python")
    secret.await_step("createSecret")
    function_client = lambdas.server.client(**credentials_of(secret.calls[0]))

    with pytest.raises(function_client.exceptions.ResourceNotFoundException):
        function_client.get_secret_value(SecretId=secret.arn, VersionId=token,
                                         VersionStage="AWSPENDING")
    described = function_client.describe_secret(SecretId=secret.arn)
    assert described["VersionIdsToStages"][token] == ["AWSPENDING"]
    for client in (function_client, secret.client):
        assert client.get_secret_value(SecretId=secret.arn)["SecretString"] == VALUE

    secret.release()
    secret.await_success(token)


def test_one_process_for_the_four_steps(lambdas):
    secret = lambdas.created(SecretString=VALUE)

    secret.await_success(secret.configure("python"))
    [first] = {call["pid"] for call in secret.calls}
    secret.await_success(secret.rotate(), times=2)

    assert len(secret.calls) == 8
    assert {call["pid"] for call in secret.calls[4:]} != {first}
    assert not pathlib.Path(secret.calls[0]["environment"]["HOME"]).exists()


def test_only_the_test(lambdas):
    """row 43: the value is copied, so that testSecret finds one"""
    secret = lambdas.created(SecretString=VALUE)

    secret.configure("python", RotateImmediately=False)
    eventually(lambda: "TestRotationSucceeded" in [event for event, _ in secret.lines])

    assert secret.steps == ["testSecret"]
    assert secret.labels == {secret.first: ["AWSCURRENT"]}
    assert "LastRotatedDate" not in secret.describe()


@pytest.fixture
def passable():
    """A folder that every user can pass through, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="coffer-test-") as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can choose whom a function runs as")
def test_a_user_of_its_own(passable, make_rotations):
    """It finds all that it needs, the server's certificate authority among it."""
    program = shutil.copy(FUNCTIONS / "bootstrap.sh", passable)
    functions = LambdaFunctions(passable / "functions")
    functions.add_runtime("bash", [program], task_root=str(passable), user="nobody")
    secret = make_rotations(functions=functions).created(SecretString=VALUE)
    for folder in (functions.homes, secret.home):
        folder.chmod(0o777)

    secret.await_success(secret.configure("bash"))

    assert secret.steps == STEPS
    assert {call["user"] for call in secret.calls} == {"nobody"}


# --- The environment ---

def test_the_environment(lambdas):
    """row 105: what docs/rotation-functions.md lists, and nothing of the server's own"""
    secret = lambdas.created(SecretString=VALUE)

    token = secret.configure("settled")
    secret.await_success(token)

    call = secret.calls[0]
    environment = dict(call["environment"])
    environment.pop("LC_CTYPE", None)  # Python's own doing.
    taken = {name: environment.pop(name) for name in (
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API", "HOME", "TMPDIR", "PATH")}
    assert re.fullmatch(r"ASIA[A-Z0-9]{16}", taken["AWS_ACCESS_KEY_ID"])
    assert re.fullmatch(r"127\.0\.0\.1:\d{4,5}", taken["AWS_LAMBDA_RUNTIME_API"])
    assert taken["HOME"] == taken["TMPDIR"] != os.environ.get("HOME")
    endpoint = f"https://127.0.0.1:{lambdas.server.port}"
    # A copy that users of their own can read too: they do not get into the data directory.
    authority = environment["AWS_CA_BUNDLE"]
    assert pathlib.Path(authority).read_text() == pathlib.Path(lambdas.server.ca_bundle).read_text()
    assert environment == {
        "_HANDLER": "rotating.handler", "LAMBDA_TASK_ROOT": str(FUNCTIONS),
        "LAMBDA_RUNTIME_DIR": str(pathlib.Path(sys.executable).parent),
        "AWS_LAMBDA_FUNCTION_NAME": "settled", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/settled", "AWS_LAMBDA_LOG_STREAM_NAME": token,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
        "SECRETS_MANAGER_ENDPOINT": endpoint, "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CA_BUNDLE": authority, "SSL_CERT_FILE": authority, "NODE_EXTRA_CA_CERTS": authority,
        "LANG": "en_US.UTF-8", "TZ": "Asia/Tokyo", "AWS_MAX_ATTEMPTS": "3", "PYTHONUNBUFFERED": "1",
        # Of the function's entry.
        "PYTHONDONTWRITEBYTECODE": "1", "HOMES": str(lambdas.functions.homes),
        "EXCLUDE_CHARACTERS": "/@",
    }
    assert call["directory"] == str(FUNCTIONS)
    context = call["context"]
    assert 0 < context.pop("remaining") <= 30_000
    assert context == {"arn": function("settled"), "name": "settled", "version": "$LATEST",
                       "memory": "256"}
