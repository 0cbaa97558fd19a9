"""Fixtures of the end-to-end tests. E2E_BINARY names the program to test."""

import random
import uuid

import pytest

from databases import mariadb, mariadb_tls, postgresql, postgresql_tls  # noqa: F401 (fixtures)
from iam_support import Account
from lambda_support import lambda_server, lambdas  # noqa: F401 (fixtures)
from rotation_support import Functions, Rotations
from support import BINARY, Server


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes long; left out with -m 'not slow'")


@pytest.fixture(scope="session", autouse=True)
def clean_environment():
    """No credentials, endpoint or configuration of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER",
                     "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy",
                     "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_CONFIG_FILE", "/nonexistent/config")
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="session", autouse=True)
def binary(clean_environment):
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is missing: build it first or set E2E_BINARY", returncode=2)
    return BINARY


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for all tests that need nothing special, in memory and over TLS."""
    server = Server(tmp_path_factory.mktemp("server"), ephemeral=True).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def client(server):
    return server.client()


@pytest.fixture(scope="session")
def raw(server):
    return server.raw()


@pytest.fixture
def name():
    """A name that no other test uses."""
    return f"test-{uuid.uuid4().hex[:12]}"


def new_account():
    return str(random.randrange(10**11, 10**12))


@pytest.fixture
def account():
    """An account of its own, for tests that look at all secrets of an account."""
    return new_account()


@pytest.fixture
def lone_client(server, account):
    return server.client(key=account)


@pytest.fixture
def lone_account(server, account):
    """An account of its own on the server that all share, where policies do not decide."""
    return Account(server, account)


@pytest.fixture(scope="session")
def enforcing_server(tmp_path_factory):
    """A server whose policies decide."""
    server = Server(tmp_path_factory.mktemp("enforcing"), ephemeral=True,
                    arguments=["--enforce-iam"]).start()
    yield server
    server.stop()


@pytest.fixture
def strict_account(enforcing_server, account):
    """An account of its own where policies decide."""
    return Account(enforcing_server, account)


@pytest.fixture
def make_server(tmp_path):
    """Makes servers with their own data, not started yet; ends them after the test."""
    servers = []

    def make(**options):
        server = Server(tmp_path / f"server-{len(servers)}", **options)
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def rotation_server(tmp_path_factory):
    """One server, and its functions, for all tests of rotation that need nothing special."""
    functions = Functions(tmp_path_factory.mktemp("rotation"))
    functions.add_lambda("lambda")
    functions.add("finisher", handles_finish=True)
    functions.add("idle", command=["/bin/true"], handles_finish=True)
    functions.add("hurried", timeout_seconds=1)
    functions.add("narrow", memory_mebibytes=128)
    functions.add("one-by-one", concurrency=1)
    functions.add("settings", environment={"GREETING": "hello", "HOME": "/elsewhere"})
    functions.add("disabled", enabled=False)
    functions.add("choosy", secrets=["arn:aws:secretsmanager:*:*:secret:chosen-*"])
    functions.add("absent", command=["/nonexistent/interpreter"])
    functions.add("unexecutable", command=["/etc/passwd"])
    functions.add("unknown-user", user="there-is-no-such-user")
    server = Server(functions.folder / "server", ephemeral=True,
                    arguments=functions.arguments()).start()
    yield server, functions
    server.stop()


@pytest.fixture
def rotations(rotation_server):
    """Makes secrets that are rotated, and removes them after the test."""
    rotations = Rotations(*rotation_server)
    yield rotations
    rotations.clean_up()


@pytest.fixture(scope="session")
def enforcing_rotations(tmp_path_factory):
    """Rotations on a server whose policies decide; `trusted` may read secrets named shared-…"""
    functions = Functions(tmp_path_factory.mktemp("enforcing-rotation"))
    functions.add_lambda("lambda")
    functions.add("trusted", related_secrets=["arn:aws:secretsmanager:*:*:secret:shared-*"])
    server = Server(functions.folder / "server", ephemeral=True,
                    arguments=functions.arguments("--enforce-iam")).start()
    yield Rotations(server, functions)
    server.stop()


@pytest.fixture
def make_rotations(make_server, tmp_path):
    """Makes servers of a test's own that rotate; each has its own functions."""
    made = []

    def make(*arguments, functions=None, **options):
        functions = functions or Functions(tmp_path / f"rotation-{len(made)}")
        server = make_server(arguments=functions.arguments(*arguments), **options).start()
        made.append(Rotations(server, functions))
        return made[-1]

    yield make
    for rotations in made:
        for secret in rotations.made:
            secret.release()
