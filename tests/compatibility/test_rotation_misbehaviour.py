"""Functions that hang, break, hoard and print, and what becomes of their rotations and the server.

The rows are those of the test matrix of rotation, docs/rotation-tests.md.
"""

import json
import os
import re

import pytest

from rotation_support import VALUE, assert_error, is_alive
from support import eventually, labels_by_version, new_token


def test_a_function_that_takes_too_long(rotations):
    """row 60: it ends at its deadline, and so does what it has started"""
    secret = rotations.created()
    secret.on("setSecret", """
import subprocess
child = subprocess.Popen(["/bin/sleep", "100"])
(home / "child").write_text(str(child.pid))
time.sleep(100)
""")

    secret.configure("hurried")
    secret.await_event("RotationFailed")

    line = secret.line("RotationFailed")
    assert_error(line, "Sandbox.Timeout", "timed out after 1")
    eventually(lambda: not is_alive(int((secret.home / "child").read_text())))
    assert not is_alive(secret.calls[-1]["pid"])
    assert "testSecret" not in secret.steps


def test_a_function_that_will_not_end(rotations):
    """row 61: what ignores SIGTERM is killed two seconds later"""
    secret = rotations.created()
    secret.on("createSecret", """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(100)
""")

    secret.configure("hurried")
    secret.await_event("RotationFailed")

    assert "error_type=Sandbox.Timeout" in secret.line("RotationFailed")
    assert not is_alive(secret.calls[0]["pid"])


BROKEN_HOOKS = [
    (62, "import nothing_of_this_name", "Runtime.ExitError", "No module named"),
    (62, "this is no Python", "Runtime.ExitError", "SyntaxError"),
    (63, "os._exit(0)", None, None),
    (63, "os._exit(3)", "Runtime.ExitError", "exit status 3"),
    (63, "fail('the last line')", "Runtime.ExitError", "the last line"),
    (63, "os.kill(os.getpid(), 11)", "Runtime.ExitError", "signal 11"),
    (63, "answer(ErrorType='ValueError', ErrorMessage='no such user')", "ValueError",
     "no such user"),
    (63, "print('{\\\"ErrorType\\\":\\\"A\\\"}'); fail('why', 2)", "A", "why"),
    (64, "print('{} {}'); sys.exit()", "Runtime.InvalidResponse", "JSON"),
    (64, "print('[]'); sys.exit()", "Runtime.InvalidResponse", "JSON object"),
    (64, "answer(Password='x')", "Runtime.InvalidResponse", "member"),
    (64, "answer(SecretString=1)", "Runtime.InvalidResponse", "no string"),
    (64, "answer(SecretString='a', SecretBinary='YQ==')", "Runtime.InvalidResponse", "both"),
    (64, "answer(SecretBinary='not base64!')", "Runtime.InvalidResponse", "base64"),
    (65, "print(' ' * 2_000_000); sys.exit()", "Runtime.InvalidResponse", "1 MiB"),
    (65, "answer(SecretString='x' * 65537)", "Rotation.Refused", "65536"),
]


@pytest.mark.parametrize("row, code, error_type, error", BROKEN_HOOKS,
                         ids=[f"row {row} {code}" for row, code, *_ in BROKEN_HOOKS])
def test_a_function_that_breaks(rotations, row, code, error_type, error):
    """rows 62 to 65, as far as a hook has them"""
    secret = rotations.created()
    secret.on("createSecret", code)

    token = secret.configure()

    if error_type is None:  # Exit 0 without an answer leaves the value to the vault.
        secret.await_success(token)
        return
    secret.await_event("RotationFailed")
    line = secret.line("RotationFailed")
    assert_error(line, error_type, error)
    assert "during createSecret step" in line
    assert secret.labels == {secret.first: ["AWSCURRENT"], token: ["AWSPENDING"]}


def test_a_function_that_needs_too_much_memory(rotations):
    """row 67"""
    secret = rotations.created()
    secret.on("setSecret", "hoard = bytearray(200_000_000)")

    secret.configure("narrow")
    secret.await_event("RotationFailed")

    assert "during setSecret step" in secret.line("RotationFailed")
    assert rotations.created().value() == VALUE

    secret.on("setSecret", "hoard = bytearray(50_000_000)")
    secret.try_again()
    secret.await_event("RotationSucceeded")


@pytest.mark.parametrize("name, error", [
    ("absent", "No such file or directory"), ("unexecutable", "Permission denied"),
    pytest.param("unknown-user", "there-is-no-such-user", marks=pytest.mark.skipif(
        os.geteuid() != 0, reason="only root's functions run as other users")),
], ids=["row 68 missing interpreter", "row 68 no exec bit", "row 68 unknown user"])
def test_a_function_that_cannot_be_started(rotations, name, error):
    """row 68: three tries are no attempts, the fourth is one"""
    secret = rotations.created()

    secret.configure(name)
    for failed in range(1, 5):
        secret.await_event("RotationFailed", failed, or_more=True)
        line = secret.line("RotationFailed")
        assert_error(line, "Rotation.NotStarted", error)
        assert "state=waiting" in line
        secret.server.advance(seconds=5)

    assert "attempt=1 " in secret.line("RotationFailed")
    secret.stays(lambda: secret.events.count("RotationFailed") == 4, 0.1)
    secret.try_again()
    secret.await_event("RotationFailed", 5)


def test_a_function_that_asks_for_patience(rotations):
    """row 68: exit status 75 is no attempt either"""
    secret = rotations.created()
    secret.on("setSecret", "if times() < 2: fail('the database starts', 75)")

    token = secret.configure()
    for failed in (1, 2):
        secret.await_event("RotationFailed", failed, or_more=True)
        secret.server.advance(seconds=5)
    secret.await_success(token)

    assert "attempts=1" in secret.line("RotationSucceeded")


@pytest.mark.parametrize("stream", ["stdout", "stderr"],
                         ids=["row 69 stdout", "row 69 stderr"])
def test_a_function_that_prints_without_end(rotations, stream):
    """row 69"""
    secret = rotations.created()
    secret.on("setSecret", f"""
for _ in range(1000):
    sys.{stream}.write(("x" * 999 + chr(10)) * 100)
sys.{stream}.flush()
""")
    log_before = secret.server.log_file.stat().st_size

    token = secret.configure()

    if stream == "stdout":
        secret.await_event("RotationFailed")
        assert_error(secret.line("RotationFailed"), "Runtime.InvalidResponse", "1 MiB")
    else:
        secret.await_success(token)
    assert secret.server.log_file.stat().st_size - log_before < 4_000_000
    memory = re.search(r"VmRSS:\s+(\d+) kB", open(
        f"/proc/{secret.server.process.pid}/status", encoding="ascii").read())
    assert int(memory.group(1)) < 300_000


def test_a_password_in_what_a_function_prints(rotations):
    """row 76: nowhere but in the secret"""
    secret = rotations.created()
    secret.on("setSecret", """
new = json.loads(event["Pending"]["SecretString"])["password"]
old = json.loads(event["Current"]["SecretString"])["password"]
print("SET PASSWORD = " + new, file=sys.stderr)
print("was " + old, file=sys.stderr)
answer(ErrorType="OperationalError", ErrorMessage="1064: near 'PASSWORD(" + new + ")'")
""")

    token = secret.configure()
    secret.await_event("RotationFailed")

    new = json.loads(secret.value(VersionId=token))["password"]
    log = secret.server.log
    assert new not in log
    assert json.dumps(new)[1:-1] not in log
    assert "old-password" not in log
    assert "error_type=OperationalError" in secret.line("RotationFailed")
    assert new not in json.dumps(secret.describe(), default=str)


def fill_with_versions(secret, labels):
    """As many versions as a secret may have."""
    raw = secret.server.raw()
    connection = secret.server.connect()
    for i in range(99):
        raw("PutSecretValue", {"SecretId": secret.name, "ClientRequestToken": new_token(),
                               "SecretString": VALUE, "VersionStages": [f"L{i % labels}"]},
            connection=connection).expect_success()
    connection.close()
    assert len(labels_by_version(secret.client, secret.name, IncludeDeprecated=True)) == 100


def test_the_quota_of_versions(rotations):
    """row 78"""
    secret = rotations.created()
    fill_with_versions(secret, labels=15)

    token = secret.configure()
    secret.await_event("RotationFailed")

    assert "during createSecret step" in secret.line("RotationFailed")
    assert secret.labels[secret.first] == ["AWSCURRENT"]
    assert secret.labels[token] == ["AWSPENDING"]
    assert secret.value() == VALUE


def test_old_versions_make_room(make_rotations):
    """row 78: what rotations leave behind does not pile up"""
    secret = make_rotations(ephemeral=True).created()
    fill_with_versions(secret, labels=1)
    secret.server.advance(days=2)

    token = secret.configure()
    secret.await_success(token)

    assert len(labels_by_version(secret.client, secret.name, IncludeDeprecated=True)) == 100
