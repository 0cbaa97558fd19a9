"""What the tests of Lambda functions share: functions as they are written for AWS, in folders that a
server of Coffer runs them from."""

import pathlib
import subprocess
import sys

from rotation_support import Functions
from support import BINARY

FUNCTIONS = pathlib.Path(__file__).with_name("functions")


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
    done = subprocess.run([str(BINARY), "rotation", "show", secret_id, "--data", str(server.data)],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def credentials_of(call):
    """The keys that a function was given, as arguments of Server.client."""
    environment = call["environment"]
    return {"key": environment["AWS_ACCESS_KEY_ID"],
            "secret": environment["AWS_SECRET_ACCESS_KEY"],
            "token": environment["AWS_SESSION_TOKEN"]}
