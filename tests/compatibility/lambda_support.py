"""What the tests of Lambda functions share: functions as they are written for AWS, in folders that a
server of Coffer runs them from."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from rotation_support import Functions, Rotations
from support import BINARY, REPOSITORY, Server

FUNCTIONS = pathlib.Path(__file__).with_name("functions")
NODE_MODULES = os.environ.get("E2E_NODE_MODULES") or str(REPOSITORY / "build/node/node_modules")
RUNTIME_OF_NODE = f"{NODE_MODULES}/.bin/aws-lambda-ric"
GO_PROGRAM = REPOSITORY / "build/sdk/go/bootstrap"

PASSWORD = "old-password-0123456789"
VALUE = json.dumps({"username": "app", "password": PASSWORD})


def python_handler(handler, python=sys.executable):
    """The command that runs a handler in Python."""
    return [python, "-m", "awslambdaric", handler]


class LambdaFunctions(Functions):
    """Functions that note their calls where Rotated finds them."""

    def add_runtime(self, name, command, environment=None, **members):
        members.setdefault("task_root", str(FUNCTIONS))
        return self.add(name, kind="runtime", command=[str(part) for part in command],
                        environment={"HOMES": str(self.homes), "PYTHONDONTWRITEBYTECODE": "1",
                                     **(environment or {})}, **members)

    def add_python(self, name, handler="rotating.handler", **members):
        return self.add_runtime(name, python_handler(handler), **members)


def shown(server, secret_id):
    """What `coffer rotation show` prints."""
    data = pathlib.Path(server.ca_bundle).parents[1]  # Where it is, an ephemeral server's too.
    done = subprocess.run([str(BINARY), "rotation", "show", secret_id, "--data", str(data)],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def credentials_of(call):
    """The keys that a function was given, as arguments of Server.client."""
    environment = call["environment"]
    return {"key": environment["AWS_ACCESS_KEY_ID"],
            "secret": environment["AWS_SECRET_ACCESS_KEY"],
            "token": environment["AWS_SESSION_TOKEN"]}


def make_functions(folder):
    functions = LambdaFunctions(folder)
    functions.add_python("python")
    functions.add_python("broken", "broken.handler")
    functions.add_python("related", related_secrets=["arn:aws:secretsmanager:*:*:secret:master-*"])
    functions.add_python("hurried", timeout_seconds=1)
    functions.add_python("settled", environment={"EXCLUDE_CHARACTERS": "/@", "TZ": "Asia/Tokyo",
                                                 "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1",
                                                 "AWS_REGION": "mars-1", "HOME": "/root"})
    functions.add_runtime("bash", [FUNCTIONS / "bootstrap.sh"])
    functions.add_runtime("go", [GO_PROGRAM])
    functions.add_runtime("node", [shutil.which("node") or "/usr/bin/node", RUNTIME_OF_NODE,
                                   "rotating.handler"],
                          {"NODE_PATH": NODE_MODULES})
    return functions


@pytest.fixture(scope="session", params=["open", "enforcing"])
def lambda_server(request, tmp_path_factory):
    """Servers of such functions: one that enforces no policies, as in development, and one that
    does."""
    functions = make_functions(tmp_path_factory.mktemp(request.param))
    policies = ["--enforce-iam"] if request.param == "enforcing" else []
    server = Server(functions.folder / "server", ephemeral=True,
                    arguments=functions.arguments(*policies)).start()
    yield server, functions
    server.stop()


@pytest.fixture
def lambdas(lambda_server):
    """Makes secrets that are rotated by these functions, and removes them after the test."""
    made = Rotations(*lambda_server)
    yield made
    made.clean_up()
