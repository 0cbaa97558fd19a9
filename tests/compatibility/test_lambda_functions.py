"""Functions written for AWS Lambda, in several languages, rotate under the executor `runtime`.

The rows are those of the test matrix of rotation, docs/compatibility.md.
"""

import json
import os
import pathlib
import re
import shutil
import sys

import pytest
from botocore.exceptions import ClientError

from lambda_support import FUNCTIONS, LambdaFunctions, credentials_of, shown
from rotation_support import MONTH, STEPS, Rotations, function
from support import REGION, REPOSITORY, UNKNOWN_KEY, Server, eventually, new_token, refused
from test_sdks import build, need

NODE_MODULES = os.environ.get("E2E_NODE_MODULES") or str(REPOSITORY / "build/node/node_modules")
RUNTIME_OF_NODE = f"{NODE_MODULES}/aws-lambda-ric/bin/index.mjs"
GO_PROGRAM = REPOSITORY / "build/sdk/go/bootstrap"
PASSWORD = "old-password-0123456789"
VALUE = json.dumps({"username": "app", "password": PASSWORD})
FOREIGN_TOKEN = "The RotationToken is not that of a running rotation of this secret and version."


def make_functions(folder):
    functions = LambdaFunctions(folder)
    functions.add_python("python")
    functions.add_python("broken", "broken.handler")
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


@pytest.fixture(scope="module", params=["open", "enforcing"])
def lambdas(request, tmp_path_factory):
    """Servers with these functions: one that enforces no policies, as in development, and one that
    does."""
    functions = make_functions(tmp_path_factory.mktemp(request.param))
    policies = ["--enforce-iam"] if request.param == "enforcing" else []
    server = Server(functions.folder / "server", arguments=functions.arguments(*policies)).start()
    yield server, functions
    server.stop()


@pytest.fixture
def rotations(lambdas):
    """Makes secrets that are rotated, and removes them after the test."""
    made = Rotations(*lambdas)
    yield made
    made.clean_up()


def need_node():
    need("Node.js", "node", "20", "--version")
    if not os.path.exists(RUNTIME_OF_NODE):
        pytest.skip(f"aws-lambda-ric is not installed in {NODE_MODULES}: its npm package is "
                    "compiled when it is installed, which needs autoconf, automake, libtool, cmake "
                    "and g++")


def need_go():
    need("Go", "go", "1.24", "version")
    build("go", "build", "-C", str(REPOSITORY / "tests/compatibility/go"), "-mod=readonly", "-o",
          str(GO_PROGRAM), "./bootstrap", GOTOOLCHAIN="local", GOFLAGS="")


def no_needs():
    pass


# --- Whole rotations ---

@pytest.mark.parametrize("name, needs", [
    ("python", no_needs),
    ("bash", no_needs),
    pytest.param("node", need_node, marks=pytest.mark.slow),
    pytest.param("go", need_go, marks=pytest.mark.slow),
], ids=["python", "bash", "node", "go"])
def test_a_whole_rotation(rotations, name, needs):
    """rows 26, 28, 40"""
    needs()
    secret = rotations.created(SecretString=VALUE)

    token = secret.configure(name)
    secret.await_success(token)

    assert secret.steps == STEPS
    proofs = set()
    for call, step in zip(secret.calls, STEPS):
        event = dict(call["event"])
        proofs.add(event.pop("RotationToken"))
        assert event == {"Step": step, "SecretId": secret.arn, "ClientRequestToken": token}
    [proof] = proofs
    assert re.fullmatch(r"[a-zA-Z0-9-]{36,256}", proof)
    assert secret.events == ["RotationStarted", "RotationSucceeded"]
    assert secret.labels == {token: ["AWSCURRENT", "AWSPENDING"], secret.first: ["AWSPREVIOUS"]}
    value = json.loads(secret.value())
    assert value["username"] == "app" and value["password"] not in ("", PASSWORD)
    assert secret.describe()["RotationRules"] == MONTH
    assert "LastRotatedDate" in secret.describe()
    assert value["password"] not in rotations.server.log


def test_createsecret_sees_a_version_without_a_value(rotations):
    """row 27: and readers go on with the current one"""
    secret = rotations.created(SecretString=VALUE)
    secret.hold("createSecret")
    token = secret.configure("python")
    secret.await_step("createSecret")
    function_client = rotations.server.client(**credentials_of(secret.calls[0]))

    with pytest.raises(function_client.exceptions.ResourceNotFoundException):
        function_client.get_secret_value(SecretId=secret.arn, VersionId=token,
                                         VersionStage="AWSPENDING")
    described = function_client.describe_secret(SecretId=secret.arn)
    assert described["VersionIdsToStages"][token] == ["AWSPENDING"]
    for client in (function_client, secret.client):
        assert client.get_secret_value(SecretId=secret.arn)["SecretString"] == VALUE

    secret.release()
    secret.await_success(token)


def test_one_process_for_the_four_steps(rotations):
    secret = rotations.created(SecretString=VALUE)

    secret.await_success(secret.configure("python"))
    [first] = {call["pid"] for call in secret.calls}
    secret.await_success(secret.rotate(), times=2)

    assert len(secret.calls) == 8
    assert {call["pid"] for call in secret.calls[4:]} != {first}
    assert not pathlib.Path(secret.calls[0]["environment"]["HOME"]).exists()


def test_only_the_test(rotations):
    """row 43: the value is copied, so that testSecret finds one"""
    secret = rotations.created(SecretString=VALUE)

    secret.configure("python", RotateImmediately=False)
    eventually(lambda: "TestRotationSucceeded" in [event for event, _ in secret.lines])

    assert secret.steps == ["testSecret"]
    assert secret.labels == {secret.first: ["AWSCURRENT"]}
    assert "LastRotatedDate" not in secret.describe()


# --- The environment ---

def test_the_environment(rotations):
    """row 105: what docs/rotation-functions.md lists, and nothing of the server's own"""
    secret = rotations.created(SecretString=VALUE)

    token = secret.configure("settled")
    secret.await_success(token)

    call = secret.calls[0]
    environment = dict(call["environment"])
    environment.pop("LC_CTYPE", None)  # Python's own doing.
    taken = {name: environment.pop(name) for name in (
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API", "HOME", "TMPDIR", "PATH")}
    assert re.fullmatch(r"ASIA[A-Z0-9]{16}", taken["AWS_ACCESS_KEY_ID"])
    assert re.fullmatch(r"127\.0\.0\.1:\d{4,5}", taken["AWS_LAMBDA_RUNTIME_API"])
    assert taken["HOME"] == taken["TMPDIR"] != os.environ.get("HOME")
    endpoint = f"https://127.0.0.1:{rotations.server.port}"
    authority = rotations.server.ca_bundle
    assert environment == {
        "_HANDLER": "rotating.handler", "LAMBDA_TASK_ROOT": str(FUNCTIONS),
        "LAMBDA_RUNTIME_DIR": str(pathlib.Path(sys.executable).parent),
        "AWS_LAMBDA_FUNCTION_NAME": "settled", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/settled", "AWS_LAMBDA_LOG_STREAM_NAME": token,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
        "SECRETS_MANAGER_ENDPOINT": endpoint, "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CA_BUNDLE": authority, "SSL_CERT_FILE": authority, "NODE_EXTRA_CA_CERTS": authority,
        "LANG": "en_US.UTF-8", "TZ": "Asia/Tokyo", "AWS_MAX_ATTEMPTS": "3", "PYTHONUNBUFFERED": "1",
        # Of the function's entry.
        "PYTHONDONTWRITEBYTECODE": "1", "HOMES": str(rotations.functions.homes),
        "EXCLUDE_CHARACTERS": "/@",
    }
    assert call["directory"] == str(FUNCTIONS)
    context = call["context"]
    assert 0 < context.pop("remaining") <= 30_000
    assert context == {"arn": function("settled"), "name": "settled", "version": "$LATEST",
                       "memory": "256"}


# --- Its credentials ---

@pytest.fixture
def held(rotations):
    """A secret whose rotation waits in setSecret, and its version."""
    secret = rotations.created(SecretString=VALUE)
    secret.hold("setSecret")
    secret.token = secret.configure("python")
    secret.await_step("setSecret")
    return secret


def put(client, secret, token, rotation_token, value=None):
    client.put_secret_value(SecretId=secret.arn, ClientRequestToken=token,
                            RotationToken=rotation_token, VersionStages=["AWSPENDING"],
                            SecretString=value or secret.value(VersionId=token))


def test_the_rotation_token(rotations, held):
    """row 38: that of the running attempt is taken, from whomever; another is refused"""
    proof = held.calls[0]["event"]["RotationToken"]
    other = rotations.created(SecretString=VALUE)
    other.hold("setSecret")
    other.token = other.configure("python")
    other.await_step("setSecret")
    foreign = other.calls[0]["event"]["RotationToken"]
    function_client = rotations.server.client(**credentials_of(held.calls[0]))

    for client in (function_client, held.client):
        put(client, held, held.token, proof)
        for wrong in (foreign, new_token(), proof[:-1] + ("a" if proof[-1] != "a" else "b")):
            with refused("AccessDeniedException", FOREIGN_TOKEN):
                put(client, held, held.token, wrong)
    with refused("AccessDeniedException", FOREIGN_TOKEN):
        put(held.client, held, new_token(), proof, "x")
    assert held.events == ["RotationStarted"]

    for secret in (held, other):
        secret.release()
        secret.await_success(secret.token)
    with refused("AccessDeniedException", FOREIGN_TOKEN):
        put(held.client, held, held.token, proof)


def test_the_rotation_token_of_a_failed_attempt(rotations):
    secret = rotations.created(SecretString=VALUE)
    secret.on("setSecret", "raise ValueError('cannot')")
    token = secret.configure("python")
    secret.await_event("RotationFailed")

    with refused("AccessDeniedException", FOREIGN_TOKEN):
        put(secret.client, secret, token, secret.calls[0]["event"]["RotationToken"])
    with refused("UnrecognizedClientException", UNKNOWN_KEY):
        rotations.server.client(**credentials_of(secret.calls[0])).describe_secret(
            SecretId=secret.arn)


def forbidden_calls(secret, other):
    """What a rotation's credentials do not allow: operation and members."""
    arn, pending = {"SecretId": secret.arn}, {"VersionStages": ["AWSPENDING"]}
    mine, foreign = {"ClientRequestToken": secret.token}, {"ClientRequestToken": new_token()}
    text = {"SecretString": "x"}
    return [
        ("get_secret_value", {"SecretId": other.arn}),
        ("describe_secret", {"SecretId": other.arn}),
        ("batch_get_secret_value", {"SecretIdList": [other.arn]}),
        ("list_secrets", {}),
        ("list_secret_version_ids", arn),
        ("create_secret", {"Name": "new", **text}),
        ("put_secret_value", {"SecretId": other.arn, **mine, **text, **pending}),
        ("put_secret_value", {**arn, **foreign, **text, **pending}),
        ("put_secret_value", {**arn, **mine, **text}),
        ("put_secret_value", {**arn, **mine, **text, "VersionStages": ["AWSCURRENT"]}),
        ("put_secret_value", {**arn, **mine, **text, "VersionStages": ["AWSPENDING", "mine"]}),
        ("update_secret", {**arn, **mine, **text}),
        ("update_secret_version_stage", {**arn, "VersionStage": "AWSCURRENT",
                                         "MoveToVersionId": secret.first}),
        ("update_secret_version_stage", {**arn, "VersionStage": "AWSPENDING",
                                         "MoveToVersionId": secret.first,
                                         "RemoveFromVersionId": secret.token}),
        ("update_secret_version_stage", {**arn, "VersionStage": "mine",
                                         "MoveToVersionId": secret.token}),
        ("rotate_secret", arn),
        ("cancel_rotate_secret", arn),
        ("delete_secret", arn),
        ("get_resource_policy", arn),
        ("put_resource_policy", {**arn, "ResourcePolicy": "{}"}),
        ("tag_resource", {**arn, "Tags": [{"Key": "k", "Value": "v"}]}),
    ]


def test_the_credentials_do_nothing_else(rotations, held):
    """row 100"""
    other = rotations.created(SecretString=VALUE)
    credentials = credentials_of(held.calls[0])
    client = rotations.server.client(**credentials)

    for operation, members in forbidden_calls(held, other):
        with pytest.raises(ClientError) as caught:
            getattr(client, operation)(**members)
        error = caught.value.response["Error"]
        assert error["Code"] == "AccessDeniedException", (operation, members, error)
    for service, operation, code, status in (
            ("sts", "get_caller_identity", "InvalidClientTokenId", 403),
            ("iam", "list_users", "InvalidClientTokenId", 403),
            ("iam", "create_access_key", "InvalidClientTokenId", 403),
            ("kms", "list_keys", "UnrecognizedClientException", 400)):
        foreign = rotations.server.client(**credentials, service=service)
        with refused(code, UNKNOWN_KEY, status=status):
            getattr(foreign, operation)()
    # The session token belongs to the key.
    with refused("UnrecognizedClientException"):
        rotations.server.client(credentials["key"], credentials["secret"]).describe_secret(
            SecretId=held.arn)

    assert other.labels == {other.first: ["AWSCURRENT"]}
    held.release()
    held.await_success(held.token)
    assert held.events == ["RotationStarted", "RotationSucceeded"]


def test_the_credentials_end_with_the_rotation(rotations):
    """row 104"""
    secret = rotations.created(SecretString=VALUE)
    secret.await_success(secret.configure("python"))

    client = rotations.server.client(**credentials_of(secret.calls[0]))
    for operation in ("describe_secret", "get_secret_value"):
        with refused("UnrecognizedClientException", UNKNOWN_KEY):
            getattr(client, operation)(SecretId=secret.arn)


def test_the_credentials_end_with_the_secret(rotations, held):
    """row 86: and the process with them"""
    client = rotations.server.client(**credentials_of(held.calls[0]))

    held.client.delete_secret(SecretId=held.arn, ForceDeleteWithoutRecovery=True)

    with pytest.raises(ClientError):
        client.get_secret_value(SecretId=held.arn)
    ended = f"/proc/{held.calls[0]['pid']}"
    eventually(lambda: not os.path.exists(ended))


# --- What goes wrong ---

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
def test_a_failure(rotations, name, step, code, reason):
    """rows 48–51, 60, 62, 63, 76: AWSCURRENT stays, and what happened can be read"""
    secret = rotations.created(SecretString=VALUE)
    if code:
        secret.on(step, code)

    token = secret.configure(name)
    secret.await_event("RotationFailed", seconds=15)

    assert secret.labels == {secret.first: ["AWSCURRENT"], token: ["AWSPENDING"]}
    assert secret.value() == VALUE
    assert "LastRotatedDate" not in secret.describe()
    printed = shown(rotations.server, secret.name)
    assert re.search(f"failed in {step}: ({reason})", printed), printed
    assert f"during {step} step" in secret.line("RotationFailed")
    assert secret.steps == ([] if name == "broken" else STEPS[:STEPS.index(step) + 1])
    passwords = [PASSWORD]
    if step != "createSecret":
        passwords.append(json.loads(secret.value(VersionId=token))["password"])
    for password in passwords:
        for form in (password, json.dumps(password)[1:-1]):
            assert form not in rotations.server.log
            assert form not in printed


def test_a_failure_heals(rotations):
    """row 52: the next attempt begins anew, with the same version and its value"""
    secret = rotations.created(SecretString=VALUE)
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
