"""Functions that run elsewhere, behind Lambda's Invoke over HTTP.

The rows are those of the test matrix of rotation, docs/rotation-tests.md.
"""

import http.server
import json
import threading

import pytest

from rotation_support import STEPS, VALUE, Functions, Rotations, assert_error
from support import Server

INVOKE = "/2015-03-31/functions/function/invocations"


class Endpoint(http.server.ThreadingHTTPServer):
    """Answers events as a test says, and keeps them."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}{INVOKE}"
        self.begin()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def begin(self):
        self.calls = []
        # Takes the event; answers a status, headers and a body.
        self.answer = lambda event: (200, {}, b"null")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls.append((self.path, dict(self.headers), event))
        status, headers, body = self.server.answer(event)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Such an endpoint, and rotations by it."""
    endpoint = Endpoint()
    functions = Functions(tmp_path_factory.mktemp("http"))
    functions.add("elsewhere", kind="http", command=None, url=endpoint.url)
    functions.add("nowhere", kind="http", command=None, url="http://127.0.0.1:1/")
    server = Server(functions.folder / "server", ephemeral=True,
                    arguments=functions.arguments()).start()
    yield endpoint, Rotations(server, functions)
    server.stop()
    endpoint.shutdown()


@pytest.fixture
def secret(elsewhere):
    endpoint, rotations = elsewhere
    endpoint.begin()
    yield rotations.created()
    rotations.clean_up()


def test_a_function_that_runs_elsewhere(elsewhere, secret):
    """row 106: it calls the API with keys of its own, and shows that it acts for the rotation"""
    endpoint, _ = elsewhere

    def perform(event):
        if event["Step"] == "createSecret":
            secret.client.put_secret_value(
                SecretId=event["SecretId"], ClientRequestToken=event["ClientRequestToken"],
                SecretString="made elsewhere", VersionStages=["AWSPENDING"],
                RotationToken=event["RotationToken"])
        elif event["Step"] == "finishSecret":
            secret.client.update_secret_version_stage(
                SecretId=event["SecretId"], VersionStage="AWSCURRENT",
                MoveToVersionId=event["ClientRequestToken"], RemoveFromVersionId=secret.first)
        return 200, {}, b"null"

    endpoint.answer = perform
    token = secret.configure("elsewhere")
    secret.await_success(token)

    assert [event["Step"] for _, _, event in endpoint.calls] == STEPS
    for path, headers, event in endpoint.calls:
        assert path == INVOKE
        assert headers["X-Amz-Invocation-Type"] == "RequestResponse"
        assert event.keys() == {"Step", "SecretId", "ClientRequestToken", "RotationToken"}
        assert (event["SecretId"], event["ClientRequestToken"]) == (secret.arn, token)
    assert secret.value() == "made elsewhere"


ERROR = b'{"errorMessage": "no such user", "errorType": "ValueError", "stackTrace": []}'
REPLIES = [
    ("Lambda's own", 200, {"X-Amz-Function-Error": "Unhandled"}, ERROR, "ValueError",
     "no such user"),
    ("the emulator's", 200, {}, ERROR, "ValueError", "no such user"),
    ("the emulator's timeout", 200, {}, b"Task timed out after 3.00 seconds", "Sandbox.Timeout",
     "timed out"),
    ("no JSON", 200, {}, b"<html>", "Runtime.InvalidResponse", "JSON"),
    ("too busy", 429, {}, b"", "Lambda.Unavailable", "429"),
    ("broken", 502, {}, b"", "Lambda.Unavailable", "502"),
    ("not there", 404, {}, b"", "Lambda.Misconfigured", "404"),
    ("elsewhere again", 307, {"Location": "/other"}, b"", "Lambda.Misconfigured", "307"),
    ("too much", 200, {}, b" " * 6_500_000, "Function.ResponseSizeTooLarge", "6 MiB"),
]


@pytest.mark.parametrize("status, headers, body, error_type, error",
                         [reply[1:] for reply in REPLIES],
                         ids=[f"row 106 {name}" for name, *_ in REPLIES])
def test_replies_that_are_errors(elsewhere, secret, status, headers, body, error_type, error):
    """row 106"""
    endpoint, _ = elsewhere
    endpoint.answer = lambda event: (status, headers, body)

    token = secret.configure("elsewhere")
    secret.await_event("RotationFailed", or_more=True)

    line = secret.line("RotationFailed")
    assert_error(line, error_type, error)
    assert "during createSecret step" in line
    assert {path for path, *_ in endpoint.calls} == {INVOKE}  # Redirects are not followed.
    assert secret.labels == {secret.first: ["AWSCURRENT"], token: ["AWSPENDING"]}
    assert secret.value() == VALUE


def test_an_endpoint_that_is_not_there(secret):
    """row 106: it is no attempt"""
    secret.configure("nowhere")
    secret.await_event("RotationFailed", or_more=True)

    assert_error(secret.line("RotationFailed"), "Lambda.Unavailable", "")
    assert "attempt=0 " in secret.line("RotationFailed")
