"""Functions written for AWS Lambda, in several languages, rotate under the executor `runtime`.

The rows are those of the test matrix of rotation, docs/compatibility.md.
"""

import json
import os
import re
import shutil

import pytest

from lambda_support import FUNCTIONS, LambdaFunctions, python_handler
from rotation_support import MONTH, STEPS, Rotations, function
from support import REPOSITORY, Server
from test_sdks import build, need

NODE_MODULES = os.environ.get("E2E_NODE_MODULES") or str(REPOSITORY / "build/node/node_modules")
RUNTIME_OF_NODE = f"{NODE_MODULES}/aws-lambda-ric/bin/index.mjs"
GO_PROGRAM = REPOSITORY / "build/sdk/go/bootstrap"
PASSWORD = "old-password"


def make_functions(folder):
    functions = LambdaFunctions(folder)
    functions.add_python("python")
    functions.add_python("qualified")
    functions.add_runtime("bash", [FUNCTIONS / "bootstrap.sh"])
    functions.add_runtime("go", [GO_PROGRAM])
    functions.add_runtime("node", [shutil.which("node") or "/usr/bin/node", RUNTIME_OF_NODE,
                                   "rotating.handler"],
                          {"NODE_PATH": NODE_MODULES}, memory_mebibytes=4096)
    return functions


@pytest.fixture(scope="module", params=["open", "enforcing"])
def lambdas(request, tmp_path_factory):
    """Servers with these functions: one that enforces no policies, as in development, and one that
    does."""
    functions = make_functions(tmp_path_factory.mktemp(request.param))
    policies = ["--enforce-iam"] if request.param == "enforcing" else []
    server = Server(functions.folder / "server", arguments=functions.arguments(*policies)).start()
    yield server, functions
    server.stop()


@pytest.fixture
def rotations(lambdas):
    """Makes secrets that are rotated, and removes them after the test."""
    made = Rotations(*lambdas)
    yield made
    made.clean_up()


def need_node():
    need("Node.js", "node", "20", "--version")
    if not os.path.exists(RUNTIME_OF_NODE):
        pytest.skip(f"aws-lambda-ric is not installed in {NODE_MODULES}: its npm package is "
                    "compiled when it is installed, which needs autoconf, automake, libtool, cmake "
                    "and g++")


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
    ("node", need_node),
    pytest.param("go", need_go, marks=pytest.mark.slow),
])
def test_a_whole_rotation(rotations, name, needs):
    """rows 26, 28, 40"""
    needs()
    secret = rotations.created(SecretString=json.dumps({"username": "app", "password": PASSWORD}))

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
    assert value["password"] not in rotations.server.log
