"""Lambda functions that fail: AWSCURRENT stays, and what happened can be read.

The rows are those of the test matrix of rotation, docs/compatibility.md.
"""

import json
import re

import pytest

from lambda_support import PASSWORD, VALUE, shown
from rotation_support import STEPS

PENDING = ("json.loads(client.get_secret_value(SecretId=event['SecretId'], "
           "VersionId=event['ClientRequestToken'])['SecretString'])['password']")


@pytest.mark.parametrize("name, step, code, reason", [
    ("python", "setSecret", "raise ValueError('cannot do it')", "ValueError cannot do it"),
    ("python", "testSecret", "sys.exit(0)", "Runtime.ExitError Runtime exited: exit status 0"),
    ("python", "setSecret", "sys.exit(3)", "Runtime.ExitError Runtime exited: exit status 3"),
    ("python", "setSecret", "os.kill(os.getpid(), 11)", "Runtime.ExitError .*signal"),
    ("hurried", "setSecret", "time.sleep(60)", "Sandbox.Timeout .*1"),
    ("broken", "createSecret", None, "Runtime.ImportModuleError .*there_is_no_such_module"),
    ("python", "setSecret", f"print({PENDING}); raise ValueError('near ' + {PENDING})",
     r"ValueError near \*\*\*"),
    ("python", "finishSecret", f"print(json.dumps({{'p': {PENDING}}})); client.get_secret_value("
     "SecretId='another')", "AccessDeniedException|ClientError"),
], ids=["raises", "exits", "fails", "crashes", "hangs", "import", "tells the password", "denied"])
def test_a_failure(lambdas, name, step, code, reason):
    """rows 48–51, 60, 62, 63, 76: AWSCURRENT stays, and what happened can be read"""
    secret = lambdas.created(SecretString=VALUE)
    if code:
        secret.on(step, code)

    token = secret.configure(name)
    secret.await_event("RotationFailed", seconds=15)

    assert secret.labels == {secret.first: ["AWSCURRENT"], token: ["AWSPENDING"]}
    assert secret.value() == VALUE
    assert "LastRotatedDate" not in secret.describe()
    printed = shown(lambdas.server, secret.name)
    assert re.search(f"failed in {step}: ({reason})", printed), printed
    assert f"during {step} step" in secret.line("RotationFailed")
    assert secret.steps == ([] if name == "broken" else STEPS[:STEPS.index(step) + 1])
    passwords = [PASSWORD]
    if step != "createSecret":
        passwords.append(json.loads(secret.value(VersionId=token))["password"])
    for password in passwords:
        for form in (password, json.dumps(password)[1:-1]):
            assert form not in lambdas.server.log
            assert form not in printed


def test_a_failure_heals(lambdas):
    """row 52: the next attempt begins anew, with the same version and its value"""
    secret = lambdas.created(SecretString=VALUE)
    secret.on("setSecret", "raise ValueError('not yet')")
    token = secret.configure("python")
    secret.await_event("RotationFailed")
    value = secret.value(VersionId=token)

    secret.forget("setSecret")
    secret.try_again()
    secret.await_success(token)

    assert secret.steps == STEPS[:2] + STEPS
    assert secret.tokens == {token} and secret.value() == value
    assert len({call["event"]["RotationToken"] for call in secret.calls}) == 2
