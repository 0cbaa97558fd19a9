"""Rotations that fail: attempts and their end, what clears a stuck one, functions that misbehave.

The rows are those of the test matrix of rotation, docs/compatibility.md.
"""

import json
import os
import re

import pytest

from rotation_support import (ASKED, ATTEMPTS_WITHIN, INCOMPLETE, RETRY_DELAY, STEPS, VALUE,
                              Functions, Rotations, function)
from support import Server, eventually, labels_by_version, new_token, refused


def fail_always(secret, step):
    secret.on(step, "fail('it does not work')")


def exhaust(secret):
    """Lets attempts pass until the rotation is stuck."""
    failed = secret.events.count("RotationFailed")
    while "state=stuck" not in secret.line("RotationFailed"):
        secret.server.advance(seconds=ATTEMPTS_WITHIN)
        failed += 1
        secret.await_event("RotationFailed", failed)


def assert_error(line, error_type, text):
    """What is said of a failure. The text may be kept back, as it can hold a password."""
    assert f"error_type={error_type} " in line, line
    assert text in line or "(not shown)" in line, line


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# --- Failing steps ---

@pytest.mark.parametrize("step", STEPS, ids=[f"row {48 + i} {s}" for i, s in enumerate(STEPS)])
def test_a_step_that_fails(rotations, step):
    """rows 48 to 51"""
    secret = rotations.created()
    fail_always(secret, step)

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
    fail_always(secret, "setSecret")

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
    fail_always(secret, "testSecret")
    secret.configure()
    secret.await_event("RotationFailed", 1)

    secret.server.advance(seconds=RETRY_DELAY * 0.75)
    secret.stays(lambda: secret.events.count("RotationFailed") == 1)
    secret.server.advance(seconds=RETRY_DELAY * 0.5)
    secret.await_event("RotationFailed", 2)


def test_attempts_end(rotations):
    """row 53"""
    secret = rotations.created()
    fail_always(secret, "setSecret")
    token = secret.configure()
    secret.await_event("RotationFailed")

    exhaust(secret)

    attempts = secret.steps.count("setSecret")
    secret.server.advance(seconds=2 * ATTEMPTS_WITHIN)
    secret.stays(lambda: secret.steps.count("setSecret") == attempts)
    assert secret.labels == {secret.first: ["AWSCURRENT"], token: ["AWSPENDING"]}
    assert secret.describe()["RotationEnabled"] is True


def test_rotate_secret_on_a_stuck_rotation(rotations):
    """row 54"""
    secret = rotations.created()
    fail_always(secret, "setSecret")
    token = secret.configure()
    secret.await_event("RotationFailed")
    exhaust(secret)
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
    fail_always(secret, "setSecret")
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


# --- Functions that misbehave ---

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
    ("unknown-user", "there-is-no-such-user"),
], ids=["row 68 missing interpreter", "row 68 no exec bit", "row 68 unknown user"])
def test_a_function_that_cannot_be_started(rotations, name, error):
    """row 68: three tries are no attempts, the fourth is one"""
    secret = rotations.created()

    secret.configure(name)
    for failed in range(1, 5):
        secret.await_event("RotationFailed", failed)
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
        secret.await_event("RotationFailed", failed)
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


# --- The server dies ---

CRASHES = ["createSecret", "setSecret", "testSecret", "finishSecret before the move",
           "finishSecret after the move"]


@pytest.fixture(scope="module")
def crashing(tmp_path_factory):
    """A server that keeps its data when it is killed."""
    functions = Functions(tmp_path_factory.mktemp("crashing"))
    functions.add("finisher", handles_finish=True)
    server = Server(functions.folder / "server", arguments=functions.arguments()).start()
    yield Rotations(server, functions)
    server.stop()


def move_current(secret, token):
    secret.client.update_secret_version_stage(
        SecretId=secret.name, VersionStage="AWSCURRENT", MoveToVersionId=token,
        RemoveFromVersionId=secret.first)


@pytest.mark.parametrize("point", CRASHES, ids=[f"row 70 {point}" for point in CRASHES])
def test_a_crash_in_mid_step(crashing, point):
    """row 70"""
    secret = crashing.created()
    step = point.split()[0]
    secret.hold(step)
    token = secret.configure("finisher" if step == "finishSecret" else "hook")
    secret.await_step(step)
    if point.endswith("after the move"):
        move_current(secret, token)
    pending = None if step == "createSecret" else secret.value(VersionId=token)
    pid = secret.calls[-1]["pid"]

    crashing.server.kill()
    eventually(lambda: not is_alive(pid))
    secret.forget(step)
    if point.endswith("before the move"):
        secret.hold("finishSecret")
        (secret.home / "reached-finishSecret").unlink()
    crashing.server.start()
    if point.endswith("before the move"):
        secret.await_step("finishSecret")
        move_current(secret, token)
        secret.release()
    secret.await_event("RotationSucceeded")

    assert secret.labels == {token: ["AWSCURRENT", "AWSPENDING"], secret.first: ["AWSPREVIOUS"]}
    assert secret.tokens == {token}
    assert pending is None or secret.value() == pending
    assert secret.value() != VALUE


def test_a_stuck_rotation_is_taken_up_at_a_start(crashing):
    """row 70, row 53"""
    secret = crashing.created()
    fail_always(secret, "setSecret")
    token = secret.configure()
    secret.await_event("RotationFailed")
    exhaust(secret)

    secret.forget("setSecret")
    crashing.server.restart()

    secret.await_success(token)


def test_a_stop_does_not_count_against_a_rotation(crashing):
    """row 70: a server that is told to stop lets steps end, or begins them again"""
    secret = crashing.created()
    secret.on("setSecret", "wait(); time.sleep(0.1)")
    token = secret.configure()
    secret.await_step("setSecret")
    secret.release()

    crashing.server.restart()

    eventually(lambda: "AWSCURRENT" in secret.labels[token])
    assert "RotationFailed" not in secret.events
    assert secret.steps.count("createSecret") == 1
