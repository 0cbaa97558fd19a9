"""AWS's own rotation functions, unmodified, under the executor `runtime`.

They are not part of this repository. To run these tests:

    git clone https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas /tmp/functions
    AWS_ROTATION_FUNCTIONS=/tmp/functions ./dev test -k aws_functions

What the functions import is installed into build/aws-functions the first time: PyGreSQL is compiled,
which needs gcc and libpq-dev. The rows are those of the test matrix of rotation,
docs/compatibility.md.
"""

import json
import os
import pathlib
import sys

import pytest

from lambda_support import LambdaFunctions, python_handler, shown
from rotation_support import Rotations, unlabelled
from support import REPOSITORY, Server, eventually
from test_sdks import build

FOLDER = os.environ.get("AWS_ROTATION_FUNCTIONS") or None
ENVIRONMENT = REPOSITORY / "build/aws-functions"
PACKAGES = ["PyGreSQL>=5.1", "PyMySQL>=1.1", "boto3>=1.43", "awslambdaric>=4"]
ENGINES = {"postgresql": ("postgres", "PostgreSQL"), "mariadb": ("mariadb", "MariaDB")}
NAMES = [f"SecretsManagerRDS{engine}Rotation{strategy}User" for _, engine in ENGINES.values()
         for strategy in ("Single", "Multi")]
CA_FILE = pathlib.Path("/etc/pki/tls/cert.pem")
OLD = "Old-password-0123456789"

pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="AWS_ROTATION_FUNCTIONS does not name a clone of "
    "https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas; the first run also needs "
    "gcc and libpq-dev, and pip installs PyGreSQL, PyMySQL, boto3 and awslambdaric")


@pytest.fixture(scope="module")
def python():
    """An interpreter that has what the functions import."""
    stamp = ENVIRONMENT / ".installed"
    interpreter = str(ENVIRONMENT / "bin/python")
    if not stamp.exists() or stamp.read_text() != "\n".join(PACKAGES):
        build(sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT))
        build(interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
              *PACKAGES)
        stamp.write_text("\n".join(PACKAGES))
    return interpreter


@pytest.fixture(scope="module")
def aws_server(tmp_path_factory, python):
    """A server with AWS's functions under AWS's names, which so are no longer the built-in ones."""
    functions = LambdaFunctions(tmp_path_factory.mktemp("aws"))
    for name in NAMES:
        folder = pathlib.Path(FOLDER) / name
        assert (folder / "lambda_function.py").exists(), folder
        functions.add_runtime(name, python_handler("lambda_function.lambda_handler", python),
                              task_root=str(folder))
    server = Server(functions.folder / "server", ephemeral=True,
                    arguments=functions.arguments()).start()
    yield server, functions
    server.stop()


@pytest.fixture
def rotations(aws_server):
    rotations = Rotations(*aws_server)
    yield rotations
    rotations.clean_up()


@pytest.fixture(params=ENGINES)
def database(request):
    """A database server, once of each kind."""
    server = request.getfixturevalue(request.param)
    server.engine, server.function = ENGINES[request.param]
    return server


def function_name(database, strategy):
    return f"SecretsManagerRDS{database.function}Rotation{strategy}User"


@pytest.fixture
def user(database, name):
    user = name.replace("test-", "u")
    database.create_user(user, OLD)
    return user


def created(rotations, database, user, **members):
    return rotations.created(SecretString=json.dumps(
        database.secret(database.engine, user, OLD, **members)))


def value(secret, **version):
    return json.loads(secret.value(**version))


def logs_in(database, value):
    return database.accepts(value["username"], value["password"])


def said(secret, text, times=1):
    """Whether the function itself printed this so often. All texts of a secret are hidden."""
    return times == sum(event == "rotation.output" and text in rest
                        for event, rest in secret.lines)


def test_single_user(rotations, database, user):
    """rows 31, 33, 34"""
    secret = created(rotations, database, user, ssl=False, note="kept", list=[1, {"two": 2.5}])
    old = value(secret)

    token = secret.configure(function_name(database, "Single"))
    secret.await_success(token)

    new = value(secret)
    assert new["password"] != OLD and len(new["password"]) == 32
    assert {**new, "password": OLD} == old
    assert logs_in(database, new)
    assert not database.accepts(user, OLD)
    assert secret.labels == {token: ["AWSCURRENT", "AWSPENDING"], secret.first: ["AWSPREVIOUS"]}
    described = secret.describe()
    assert 0 <= (described["LastRotatedDate"] - described["LastChangedDate"]).total_seconds() < 5
    assert described["NextRotationDate"] > described["LastRotatedDate"]
    assert secret.events == ["RotationStarted", "RotationSucceeded"]
    # AWS's function has done it, not the built-in rotator of that name.
    assert said(secret, "setSecret: Successfully set password for user *** in")
    for password in (OLD, new["password"]):
        assert password not in rotations.server.log

    # And once more, by itself.
    token = secret.rotate()
    secret.await_success(token, times=2)
    assert logs_in(database, value(secret)) and not logs_in(database, new)
    assert len(unlabelled(secret.client, secret.name)) == 1


def test_alternating_users(rotations, database, user):
    """rows 32, 33: the users take turns, and both of the last two logins work"""
    master = rotations.created(SecretString=json.dumps(
        database.secret(database.engine, database.admin, "Admin-pass-0123456789", ssl=False)))
    secret = created(rotations, database, user, ssl=False, masterarn=master.arn, note="kept")
    labels = {secret.first: ["AWSPREVIOUS"]}

    for times, expected in enumerate((f"{user}_clone", user, f"{user}_clone"), 1):
        old = value(secret)
        token = secret.configure(function_name(database, "Multi"))
        secret.await_success(token, times)

        new = value(secret)
        assert new["username"] == expected
        assert {**new, "username": user, "password": OLD} == {**old, "username": user,
                                                              "password": OLD}
        assert logs_in(database, new) and logs_in(database, old)
        assert said(secret, "setSecret: Successfully set password for *** in", times)
        assert value(secret, VersionStage="AWSPREVIOUS") == old
        assert secret.labels == {token: ["AWSCURRENT", "AWSPENDING"], **labels}
        labels = {token: ["AWSPREVIOUS"]}
        assert new["password"] not in rotations.server.log
    described = secret.describe()
    assert described["NextRotationDate"] > described["LastRotatedDate"]
    assert master.labels == {master.first: ["AWSCURRENT"]}
    if database.engine == "postgres":
        [[member]] = database.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", f"{user}_clone", user)
        assert member


def test_only_the_test(rotations, database, user):
    """row 45: what testSecret logs in with is a copy of the current value"""
    secret = created(rotations, database, user, ssl=False)

    secret.configure(function_name(database, "Single"), RotateImmediately=False)

    eventually(lambda: [event for event, _ in secret.lines if event.startswith("TestRotation")] ==
               ["TestRotationStarted", "TestRotationSucceeded"])
    assert secret.labels == {secret.first: ["AWSCURRENT"]}
    assert database.accepts(user, OLD)


def test_another_password_in_the_database(rotations, database, user):
    """row 71: nothing that the function knows works; AWSCURRENT stays"""
    secret = created(rotations, database, f"{user}x", ssl=False)

    token = secret.configure(function_name(database, "Single"))
    secret.await_event("RotationFailed")

    assert secret.labels == {secret.first: ["AWSCURRENT"], token: ["AWSPENDING"]}
    assert "failed in setSecret: ValueError Unable to log into database" in shown(
        rotations.server, secret.name)


def test_postgresql_without_ssl_in_the_secret(rotations, postgresql, name):
    """The function tries TLS, then goes without."""
    postgresql.engine, postgresql.function = ENGINES["postgresql"]
    user = name.replace("test-", "u")
    postgresql.create_user(user, OLD)
    secret = created(rotations, postgresql, user)

    secret.await_success(secret.configure(function_name(postgresql, "Single")))

    assert logs_in(postgresql, value(secret)) and not postgresql.accepts(user, OLD)


@pytest.mark.skipif(CA_FILE.exists(), reason=f"{CA_FILE} exists")
def test_mariadb_without_ssl_in_the_secret(rotations, mariadb, name):
    """row 77: it opens a file that only Amazon Linux has"""
    mariadb.engine, mariadb.function = ENGINES["mariadb"]
    user = name.replace("test-", "u")
    mariadb.create_user(user, OLD)
    secret = created(rotations, mariadb, user)

    secret.configure(function_name(mariadb, "Single"))
    secret.await_event("RotationFailed")

    assert "FileNotFoundError" in shown(rotations.server, secret.name)
    assert mariadb.accepts(user, OLD)
