"""RotateSecret and the passwords of real databases, with the built-in rotators and nothing set up."""

import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import threading

import pytest

from iam_support import Account, document
from support import BINARY, eventually, new_token

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:SecretsManager{}Rotation{}"
ENGINES = {"postgresql": ("postgres", "RDSPostgreSQL"), "mariadb": ("mariadb", "RDSMariaDB")}
OLD = "Old-password-0123456789"


@pytest.fixture(params=ENGINES)
def database(request):
    """A database server, once of each kind."""
    server = request.getfixturevalue(request.param)
    server.engine, server.function = ENGINES[request.param]
    return server


def function(database, strategy):
    return FUNCTION.format(database.function, strategy)


def value_of(client, secret_id, **version):
    return json.loads(client.get_secret_value(SecretId=secret_id, **version)["SecretString"])


def logs_in(database, value):
    return database.accepts(value["username"], value["password"])


def labels(client, secret_id):
    return client.describe_secret(SecretId=secret_id)["VersionIdsToStages"]


def is_over(client, secret_id, token):
    return "AWSCURRENT" in labels(client, secret_id).get(token, [])


def rotate(client, secret_id, **members):
    """Rotates and waits until that is over; answers the new version's id."""
    token = new_token()
    client.rotate_secret(SecretId=secret_id, ClientRequestToken=token, **members)
    eventually(lambda: is_over(client, secret_id, token), 20)
    # LastRotatedDate comes a moment after the label.
    eventually(lambda: "LastRotatedDate" in client.describe_secret(SecretId=secret_id))
    return token


def user_name(name):
    return name.replace("test-", "u")


@pytest.fixture
def app(client, database, name):
    """A secret for a user of the database, and that user."""
    user = user_name(name)
    database.create_user(user, OLD)
    value = database.secret(database.engine, user, OLD, ssl=False, note="kept")
    arn = client.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]
    return {"user": user, "arn": arn, "name": name}


@pytest.fixture
def app_with_master(client, database, name):
    user = user_name(name)
    database.create_user(user, OLD)
    master = database.secret(database.engine, database.admin, "Admin-pass-0123456789", ssl=False)
    master_arn = client.create_secret(Name=f"{name}-master",
                                      SecretString=json.dumps(master))["ARN"]
    value = database.secret(database.engine, user, OLD, ssl=False, masterarn=master_arn)
    client.create_secret(Name=name, SecretString=json.dumps(value))
    return {"user": user, "name": name, "master": f"{name}-master"}


def test_single_user(client, database, app):
    """Rows 31, 33, 34: the password changes in the database and in the secret."""
    first = next(iter(labels(client, app["name"])))
    token = rotate(client, app["name"], RotationLambdaARN=function(database, "SingleUser"),
                   RotationRules={"AutomaticallyAfterDays": 30})

    new = value_of(client, app["name"])
    assert new["password"] != OLD and len(new["password"]) == 32
    assert {**new, "password": OLD} == database.secret(database.engine, app["user"], OLD, ssl=False,
                                                       note="kept")
    assert logs_in(database, new)
    assert not database.accepts(app["user"], OLD)
    assert labels(client, app["name"]) == {token: ["AWSCURRENT", "AWSPENDING"],
                                           first: ["AWSPREVIOUS"]}
    described = client.describe_secret(SecretId=app["name"])
    assert 0 <= (described["LastRotatedDate"] - described["LastChangedDate"]).total_seconds() < 5
    assert described["NextRotationDate"] > described["LastRotatedDate"]


@pytest.mark.parametrize("password, event", [(OLD, "TestRotationSucceeded"),
                                             ("wrong", "TestRotationFailed")])
def test_the_login_alone(client, server, database, app, password, event):
    """Row 45: without RotateImmediately the current value is tried, and nothing changes."""
    if password != OLD:
        client.put_secret_value(SecretId=app["name"], SecretString=json.dumps(
            {**value_of(client, app["name"]), "password": password}))
    before = labels(client, app["name"])

    client.rotate_secret(SecretId=app["name"], RotateImmediately=False,
                         RotationLambdaARN=function(database, "SingleUser"))
    eventually(lambda: re.search(rf" {event} .*{app['arn']}", server.log), 20)

    assert labels(client, app["name"]) == before
    assert database.accepts(app["user"], OLD)


def test_ten_rotations_in_a_row(client, database, app):
    seen = {OLD}
    for _ in range(10):
        rotate(client, app["name"], RotationLambdaARN=function(database, "SingleUser"))
        new = value_of(client, app["name"])
        assert logs_in(database, new)
        seen.add(new["password"])
    assert len(seen) == 11


def test_alternating_users(client, database, app_with_master):
    """Rows 32, 33: the users take turns, and both of the last two logins work."""
    name, user = app_with_master["name"], app_with_master["user"]
    for expected in (f"{user}_clone", user, f"{user}_clone"):
        rotate(client, name, RotationLambdaARN=function(database, "MultiUser"))
        new = value_of(client, name)
        assert new["username"] == expected
        assert logs_in(database, new)
        assert logs_in(database, value_of(client, name, VersionStage="AWSPREVIOUS"))


def test_a_reader_sees_no_failed_login_with_alternating_users(client, database, app_with_master):
    name = app_with_master["name"]
    failed, logins, stop = [], [], threading.Event()

    def read_and_log_in():
        while not stop.is_set():
            value = value_of(client, name)
            (logins if logs_in(database, value) else failed).append(value["username"])

    reader = threading.Thread(target=read_and_log_in)
    reader.start()
    try:
        for _ in range(4):
            rotate(client, name, RotationLambdaARN=function(database, "MultiUser"))
    finally:
        stop.set()
        reader.join()
    assert failed == [] and len(set(logins)) == 2


def test_no_password_is_in_any_log(client, server, database, app):
    rotate(client, app["name"], RotationLambdaARN=function(database, "SingleUser"))
    passwords = [value_of(client, app["name"])["password"], OLD]
    rotate(client, app["name"])
    passwords.append(value_of(client, app["name"])["password"])
    for password in passwords:
        assert password not in server.log
    if database.engine == "postgres":  # It logs every statement, and was sent verifiers alone.
        for password in passwords[:1] + passwords[2:]:
            assert password not in database.log()


def test_a_failed_test_leaves_the_old_password_working(make_server, database, name):
    """The database goes on with what AWSCURRENT says."""
    server = make_server(ephemeral=True).start()
    client = server.client()
    user = user_name(name)
    database.create_user(user, OLD)
    # A database of that name is not there, so nobody can log in.
    value = database.secret(database.engine, user, OLD, ssl=False, dbname="missing")
    client.create_secret(Name=name, SecretString=json.dumps(value))
    client.rotate_secret(SecretId=name, RotationLambdaARN=function(database, "SingleUser"))

    eventually(lambda: "RotationFailed" in server.log)

    assert value_of(client, name)["password"] == OLD
    assert database.accepts(user, OLD)
    assert OLD not in server.log


def test_rolling_back(client, database, app_with_master):
    """With alternating users the former version still works, and can be made current again."""
    name = app_with_master["name"]
    rotate(client, name, RotationLambdaARN=function(database, "MultiUser"))
    token = rotate(client, name)
    previous = {stage: version for version, stages in labels(client, name).items()
                for stage in stages}["AWSPREVIOUS"]

    client.update_secret_version_stage(SecretId=name, VersionStage="AWSCURRENT",
                                       MoveToVersionId=previous, RemoveFromVersionId=token)

    assert logs_in(database, value_of(client, name))


def test_a_master_secret_that_the_caller_may_not_read(enforcing_server, account, database, name):
    """Row 101: whoever writes the secret cannot borrow the rotation's rights."""
    owner = Account(enforcing_server, account)
    root = enforcing_server.client(key=account)
    master = database.secret(database.engine, database.admin, "Admin-pass-0123456789", ssl=False)
    master_arn = root.create_secret(Name=f"{name}-m", SecretString=json.dumps(master))["ARN"]
    user = user_name(name)
    database.create_user(user, OLD)
    value = database.secret(database.engine, user, OLD, ssl=False, masterarn=master_arn)
    arn = root.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]
    owner.add_user("writer")
    owner.iam.put_user_policy(UserName="writer", PolicyName="p",
                              PolicyDocument=document("secretsmanager:*", resource=arn))
    writer = owner.client_of("writer")

    writer.rotate_secret(SecretId=name, RotationLambdaARN=function(database, "MultiUser"))

    eventually(lambda: "RotationFailed" in enforcing_server.log and arn in enforcing_server.log)
    assert database.accepts(user, OLD)
    assert not database.accepts(f"{user}_clone", OLD)


@pytest.mark.parametrize("step", ["createSecret", "setSecret", "testSecret", "finishSecret"])
def test_killed_in_a_step(make_server, database, name, step):
    """kill -9 while the step runs: after a restart the rotation ends, with the same token."""
    server = make_server(arguments=["--rotation-retry-delays-seconds", "1"]).start()
    client = server.client()
    user = user_name(name)
    database.create_user(user, OLD)
    value = database.secret(database.engine, user, OLD, ssl=False)
    client.create_secret(Name=name, SecretString=json.dumps(value))
    token = new_token()
    client.rotate_secret(SecretId=name, ClientRequestToken=token,
                         RotationLambdaARN=function(database, "SingleUser"))

    def reached():
        shown = client.describe_secret(SecretId=name)["VersionIdsToStages"]
        if step == "createSecret":
            return True
        if step == "finishSecret":
            return "AWSCURRENT" in shown[token]
        try:
            client.get_secret_value(SecretId=name, VersionId=token)
        except client.exceptions.ResourceNotFoundException:
            return False
        return step == "setSecret" or not database.accepts(user, OLD)

    eventually(reached, pause=0.0)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.start()
    client = server.client()

    eventually(lambda: is_over(client, name, token), 20)
    eventually(lambda: "LastRotatedDate" in client.describe_secret(SecretId=name), 20)
    new = value_of(client, name)
    assert logs_in(database, new) and not database.accepts(user, OLD)
    versions = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    assert {version["VersionId"] for version in versions} >= {token} and len(versions) == 2


def test_a_scheduled_rotation(make_server, database, name):
    server = make_server(ephemeral=True).start()
    client = server.client()
    user = user_name(name)
    database.create_user(user, OLD)
    value = database.secret(database.engine, user, OLD, ssl=False)
    client.create_secret(Name=name, SecretString=json.dumps(value))
    rotate(client, name, RotationLambdaARN=function(database, "SingleUser"),
           RotationRules={"AutomaticallyAfterDays": 1})
    first = value_of(client, name)["password"]

    server.advance(days=1, seconds=1000)

    eventually(lambda: value_of(client, name)["password"] != first)
    assert logs_in(database, value_of(client, name))


@pytest.mark.skipif(shutil.which("aws") is None, reason="the AWS CLI is not installed")
def test_the_lines_of_the_documentation(make_server, postgresql):
    """From the secret on; PostgreSQL itself is the test's."""
    page = pathlib.Path(__file__).parents[2] / "docs/rotation.md"
    [block] = re.findall(r"```\n(apt-get install.*?)```", page.read_text(), re.DOTALL)
    lines = block.replace("\\\n", "").replace("5432", str(postgresql.port)).splitlines()
    assert [line.split()[0] for line in lines] == ["apt-get", "pg_ctlcluster", "su", "aws", "aws",
                                                   "sleep", "aws", "./build/release/coffer"]
    postgresql.create_user("app", "first")
    server = make_server().start()
    environment = {**os.environ, "AWS_ENDPOINT_URL": server.plain_url, "AWS_PAGER": "",
                   "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test",
                   "AWS_SECRET_ACCESS_KEY": "test"}
    printed = []
    for line in lines[3:]:
        command = shlex.split(line)
        if command[0] == "sleep":
            eventually(lambda: "RotationSucceeded" in server.log)
            continue
        if command[0] == "aws":
            command[1:1] = ["--endpoint-url", server.plain_url]
        else:
            command = [str(BINARY), *command[1:], "--data", str(server.data)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)

    password = json.loads(printed[-2])["password"]
    assert password != "first" and postgresql.accepts("app", password)
    assert not postgresql.accepts("app", "first")
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret", "succeeded"):
        assert step in printed[-1]
    assert password not in printed[-1]
