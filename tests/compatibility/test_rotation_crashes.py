"""Rotations on a server that is killed, or stopped, in the middle of them.

The rows are those of the test matrix of rotation, docs/rotation-tests.md.
"""

import pytest

from rotation_support import VALUE, Functions, Rotations, is_alive
from support import Server, eventually

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
    secret.fail_in("setSecret")
    token = secret.configure()
    secret.await_event("RotationFailed")
    secret.exhaust()

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
