"""What a rotation may do, and what the process of a function can see.

The rows are those of the test matrix of rotation, docs/rotation-tests.md. Keys for functions that
sign their own calls, and the Lambda Runtime API, are not seen by hooks and tested elsewhere.
"""

import json
import os
import pathlib
import pwd
import tempfile

import pytest

from iam_support import Account, document
from rotation_support import CANNOT_INVOKE, MONTH, VALUE, Functions, function, is_alive
from support import eventually, new_token, refused


# --- Other secrets ---

@pytest.fixture
def owner(enforcing_rotations, account):
    return Account(enforcing_rotations.server, account)


@pytest.fixture
def bob(owner):
    """A user who may write and rotate all secrets, and read none."""
    owner.add_user("bob")
    owner.iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=document(
        "secretsmanager:PutSecretValue", "secretsmanager:RotateSecret"))
    return owner.client_of("bob")


@pytest.fixture
def child(enforcing_rotations, owner):
    """A secret in an account of its own; `naming` gives it a master secret."""
    secret = enforcing_rotations.new(client=owner.secrets)
    secret.create()

    def naming(member, arn, client=owner.secrets):
        client.put_secret_value(SecretId=secret.name, SecretString=json.dumps(
            {**json.loads(VALUE), member: arn}))
        return secret

    return naming


@pytest.fixture
def master(owner):
    """The ARN of another secret of that account."""
    return owner.secrets.create_secret(Name=f"master-{new_token()[:8]}",
                                       SecretString="of the master")["ARN"]


def rotate(secret, client, account, name="hook"):
    """A rotation that `client` asks for; answers what its steps were told of other secrets."""
    token = new_token()
    done = secret.events.count("RotationSucceeded")
    client.rotate_secret(SecretId=secret.name, ClientRequestToken=token, RotationRules=MONTH,
                         RotationLambdaARN=function(name, account=account))
    secret.await_event("RotationSucceeded", done + 1)
    return [call["event"]["Related"] for call in secret.calls
            if call["event"]["ClientRequestToken"] == token]


@pytest.mark.parametrize("member", ["masterarn", "adminSecretArn"],
                         ids=["row 101 masterarn", "row 101 adminSecretArn"])
def test_a_master_secret_that_the_caller_can_read(owner, child, master, member):
    """row 101: the counterpart"""
    secret = child(member, master)

    for related in rotate(secret, owner.secrets, owner.id):
        assert related == {master: {"SecretString": "of the master"}}


def test_a_master_secret_that_the_caller_cannot_read(owner, child, master, bob):
    """row 101: whoever may write and rotate a secret reads no other one by that"""
    secret = child("masterarn", master, client=bob)

    for related in rotate(secret, bob, owner.id):
        assert related.keys() == {master}
        assert related[master].keys() == {"ErrorMessage"}
        assert "not authorized" in related[master]["ErrorMessage"]
    record = (secret.home / "calls.jsonl").read_text()
    assert "of the master" not in record


def test_a_master_secret_that_was_put_in_later(owner, child, master, bob):
    """row 101: what the owner allowed at configuration is that one secret"""
    secret = child("masterarn", master)
    rotate(secret, owner.secrets, owner.id)
    other = owner.secrets.create_secret(Name="other", SecretString="of another")["ARN"]

    child("masterarn", other, client=bob)
    secret.hold("setSecret")
    secret.server.advance(days=31)  # The schedule asks, nobody else.
    secret.await_step("setSecret")

    for call in secret.calls[-2:]:
        assert call["event"]["Related"][other].keys() == {"ErrorMessage"}
    secret.release()
    secret.await_event("RotationSucceeded", 2)


def test_a_master_secret_that_the_operator_allows(owner, child, bob):
    """row 101: by related_secrets of the registry"""
    shared = owner.secrets.create_secret(Name=f"shared-{new_token()[:8]}",
                                         SecretString="of all")["ARN"]
    secret = child("masterarn", shared, client=bob)

    for related in rotate(secret, bob, owner.id, "trusted"):
        assert related == {shared: {"SecretString": "of all"}}


@pytest.mark.parametrize("arn", ["no ARN at all", "there-is-none",
                                 "arn:aws:secretsmanager:us-east-1:999999999999:secret:x-abcdef"],
                         ids=["row 101 malformed", "row 101 unknown", "row 101 another account's"])
def test_a_master_secret_that_is_not_there(owner, child, arn):
    """row 101: what a secret names cannot stop its rotation by itself"""
    secret = child("masterarn", arn)

    for related in rotate(secret, owner.secrets, owner.id):
        assert related[arn].keys() == {"ErrorMessage"}


@pytest.mark.parametrize("action, step", [
    ("GetSecretValue", "createSecret"), ("PutSecretValue", "createSecret"),
    ("UpdateSecretVersionStage", "finishSecret"),
], ids=lambda value: f"row 100 {value}")
def test_a_resource_policy_decides_over_rotations_too(owner, child, master, action, step):
    """row 100: a rotation is a principal among others"""
    secret = child("masterarn", master)
    owner.secrets.put_resource_policy(SecretId=secret.name, ResourcePolicy=json.dumps({
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Principal": "*", "Resource": "*",
            "Action": f"secretsmanager:{action}"}]}))

    token = new_token()
    owner.secrets.rotate_secret(
        SecretId=secret.name, ClientRequestToken=token, RotationRules=MONTH,
        RotationLambdaARN=function(account=owner.id))
    secret.await_event("RotationFailed")

    line = secret.line("RotationFailed")
    assert f"during {step} step" in line
    assert "error_type=Rotation.Refused" in line
    assert secret.labels[token] == ["AWSPENDING"]


# --- Processes ---

EXPOSED = """
import stat
home_folder = os.environ["HOME"]
facts = {
    "environment": dict(os.environ),
    "arguments": sys.argv,
    "command_line": pathlib.Path("/proc/self/cmdline").read_bytes().decode(),
    "descriptors": sorted(int(fd) for fd in os.listdir("/proc/self/fd")),
    "folder": os.getcwd(),
    "folder_mode": stat.S_IMODE(os.stat(home_folder).st_mode),
    "folder_files": os.listdir(home_folder),
    "umask": os.umask(0),
    "group": os.getpgrp() == os.getpid(),
    "limits": {name: __import__("resource").getrlimit(getattr(__import__("resource"), name))
               for name in ("RLIMIT_CORE", "RLIMIT_NOFILE", "RLIMIT_FSIZE")},
    "status": pathlib.Path("/proc/self/status").read_text(),
}
(home / f"exposed-{step}.json").write_text(json.dumps(facts))
pathlib.Path(home_folder, "left-behind").write_text("x")
"""


@pytest.fixture
def exposed(rotations):
    """What the process of each step saw, and the secret."""
    secret = rotations.created()
    for step in ("createSecret", "setSecret"):
        secret.on(step, EXPOSED)
    secret.await_success(secret.configure("settings"))
    seen = [json.loads((secret.home / f"exposed-{step}.json").read_text())
            for step in ("createSecret", "setSecret")]
    return secret, seen


def test_the_environment_of_a_function(exposed):
    """row 105: exactly what is meant for it, nothing of the server's own"""
    _, seen = exposed

    for facts in seen:
        assert facts["environment"].keys() - {"LC_CTYPE"} == {
            "PATH", "LANG", "TZ", "HOME", "TMPDIR", "GREETING"}
        assert facts["environment"]["GREETING"] == "hello"
        assert facts["environment"]["TZ"] == "UTC"
        assert facts["environment"]["HOME"] == facts["environment"]["TMPDIR"] == facts["folder"]


def test_the_descriptors_of_a_function(exposed):
    """row 105: standard input, output and error, and the one that lists them"""
    _, seen = exposed

    for facts in seen:
        assert facts["descriptors"] == [0, 1, 2, 3]


def test_no_secret_where_others_can_look(exposed):
    """row 102"""
    secret, seen = exposed
    new = json.loads(secret.value())["password"]

    for facts in seen:
        text = json.dumps([facts["environment"], facts["arguments"], facts["command_line"],
                           facts["folder_files"]])
        for password in (new, json.dumps(new)[1:-1], "old-password"):
            assert password not in text
    for file in pathlib.Path(secret.server.data).rglob("*"):
        if file.is_file() and not file.is_socket():
            assert b"old-password" not in file.read_bytes(), file


def test_the_private_folder_of_a_function(exposed):
    """row 102: closed to others, and gone afterwards with all that is in it"""
    _, seen = exposed

    for facts in seen:
        assert facts["folder_mode"] == 0o700
        assert facts["umask"] == 0o077
        assert facts["folder_files"] == []
        assert not os.path.exists(facts["folder"])
    assert seen[0]["folder"] != seen[1]["folder"]


def test_the_bounds_of_a_function(exposed):
    """row 102: no core, no new rights, a process group of its own"""
    _, seen = exposed

    for facts in seen:
        assert facts["group"]
        assert facts["limits"]["RLIMIT_CORE"][1] <= 1
        assert facts["limits"]["RLIMIT_NOFILE"][1] <= 256
        assert facts["limits"]["RLIMIT_FSIZE"][1] <= 64 * 1024 * 1024
        assert "NoNewPrivs:\t1" in facts["status"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a function as another user")
def test_a_function_that_runs_as_another_user(make_rotations, tmp_path):
    """row 102: it has that user's rights alone, and nothing to change its own program by"""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to other users.
        os.chmod(folder, 0o777)
        own = pathlib.Path(folder, "own")
        own.write_text("#!/bin/sh\n")
        own.chmod(0o777)
        functions = Functions(tmp_path / "users")
        functions.add("other-user", user="nobody", command=[
            "/bin/sh", "-c", f'echo "$(id -u) $(id -G)" >> {folder}/ids'])
        functions.add("own-program", user="nobody", command=[str(own)])
        rotations = make_rotations(functions=functions, ephemeral=True)
        nobody = pwd.getpwnam("nobody")

        secret = rotations.created()
        secret.await_success(secret.configure("other-user"))
        assert set(pathlib.Path(folder, "ids").read_text().splitlines()) == {
            f"{nobody.pw_uid} {nobody.pw_gid}"}

        secret = rotations.created()
        secret.configure("own-program")
        secret.await_event("RotationFailed", or_more=True)
        assert "error_type=Rotation.NotStarted" in secret.line("RotationFailed")


def test_the_end_of_the_server_is_that_of_its_functions(make_rotations):
    """row 60: nothing goes on running without the server"""
    rotations = make_rotations(ephemeral=True)
    secret = rotations.created()
    secret.hold("setSecret")
    secret.configure()
    secret.await_step("setSecret")
    pid = secret.calls[-1]["pid"]

    rotations.server.kill()

    eventually(lambda: not is_alive(pid))


# --- Names of functions ---

HOSTILE = [
    "/bin/sh", "../../bin/sh", "http://127.0.0.1:1/", "file:///etc/passwd", "function:hook", "hook",
    "*", function("*"), function("hoo*"), function("ho?k"), function("hook' OR '1'='1"),
    function("hook\";"), function("hook\n"), function("hook\x00"), function("hök"),
    function("../hook"), function("hook/../../x"), function("hook "), " " + function(),
    function("hook:"), function("hook:a b"), function(account="12345"), function(region=""),
    function().replace("lambda", "s3"), function().replace("arn:", "urn:"), function("x" * 141),
]


@pytest.mark.parametrize("arn", HOSTILE, ids=[f"row 107 {arn[:60]!r}" for arn in HOSTILE])
def test_a_name_that_is_no_function(rotations, arn):
    """row 107: whatever it looks like, it is only looked up"""
    secret = rotations.created()
    before = secret.describe()

    with refused("AccessDeniedException", CANNOT_INVOKE):
        secret.rotate(RotationLambdaARN=arn, RotationRules=MONTH)

    assert secret.describe() == before
    assert not secret.calls


@pytest.mark.parametrize("qualifier", ["1", "$LATEST", "live"], ids=lambda q: f"row 107 {q}")
def test_a_qualified_name(rotations, qualifier):
    """row 107: the counterpart"""
    secret = rotations.created()

    secret.await_success(secret.configure(f"hook:{qualifier}"))

    assert secret.describe()["RotationLambdaARN"] == function(f"hook:{qualifier}")
