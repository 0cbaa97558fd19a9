"""Functions elsewhere, which are invoked over HTTP as Lambda is: the executor `http`.

The row is that of the test matrix of rotation, docs/compatibility.md.
"""

import http.server
import json
import re
import threading

import pytest

from functions.rotating import STEPS as STEP_FUNCTIONS
from lambda_support import PASSWORD, VALUE, shown
from rotation_support import STEPS, Functions, Rotations
from support import Server

PATH = "/2015-03-31/functions/function/invocations"
RIE_ERROR = {"errorMessage": f"cannot use {PASSWORD}", "errorType": "ValueError",
             "requestId": "", "stackTrace": ["  File ..."]}


class Host:
    """A host of Lambda functions. They rotate; a test may have it answer otherwise."""

    def __init__(self):
        host = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802 (http.server's name)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                event = json.loads(body)
                host.calls.append((self.path, dict(self.headers.items()), event))
                status, headers, text = host.answer(event)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.client = None
        self.forget()

    def forget(self):
        self.calls = []
        self.answers = {}  # Step → answers, the first of which is given first.

    def answer(self, event):
        if self.answers.get(event["Step"]):
            return self.answers[event["Step"]].pop(0)
        STEP_FUNCTIONS[event["Step"]](self.client, event)
        return 200, {}, b"null"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    """A host, and a server that knows it."""
    host = Host()
    functions = Functions(tmp_path_factory.mktemp("http"))
    functions.add("elsewhere", kind="http", command=None, url=host.url + PATH)
    functions.add("closed", kind="http", command=None, url="http://127.0.0.1:9" + PATH)
    server = Server(functions.folder / "server", ephemeral=True,
                    arguments=functions.arguments()).start()
    host.client = server.client()
    yield host, server, functions
    server.stop()
    host.stop()


@pytest.fixture
def host(remote):
    remote[0].forget()
    return remote[0]


@pytest.fixture
def secret(remote):
    rotations = Rotations(*remote[1:])
    yield rotations.created(SecretString=VALUE)
    rotations.clean_up()


def answer(body, status=200, **headers):
    text = body if isinstance(body, str) else json.dumps(body)
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, text.encode()


def test_a_whole_rotation(host, secret):
    token = secret.configure("elsewhere")
    secret.await_success(token)

    assert [event["Step"] for _, _, event in host.calls] == STEPS
    proofs = {event["RotationToken"] for _, _, event in host.calls}
    assert len(proofs) == 1 and re.fullmatch(r"[a-zA-Z0-9-]{36,256}", proofs.pop())
    for path, headers, event in host.calls:
        assert path == PATH
        assert (event["SecretId"], event["ClientRequestToken"]) == (secret.arn, token)
        assert event.keys() == {"Step", "SecretId", "ClientRequestToken", "RotationToken"}
        assert headers["Content-Type"] == "application/json"
        assert headers["X-Amz-Invocation-Type"] == "RequestResponse"
        assert headers["X-Amz-Log-Type"] == "None"
        assert "Authorization" not in headers
    assert secret.events == ["RotationStarted", "RotationSucceeded"]
    assert secret.value() != VALUE


@pytest.mark.parametrize("body", ["", "null", "{}", '"done"', '{"errorMessage": "but no trace"}',
                                  " [1, 2]\n"])
def test_answers_that_are_a_success(host, secret, body):
    host.answers["setSecret"] = [answer(body)]

    secret.await_success(secret.configure("elsewhere"))


@pytest.mark.parametrize("reply, reason", [
    (answer(RIE_ERROR), r"ValueError cannot use \*\*\*"),
    (answer({"errorType": "Error"}), "Error"),
    (answer({"errorMessage": "no", "stackTrace": []}), "Unhandled no"),
    (answer({"errorMessage": "no", "errorType": "ValueError"}, X_Amz_Function_Error="Unhandled"),
     "ValueError no"),
    (answer({"errorMessage": "no"}, X_Amz_Function_Error="Handled"), "Handled no"),
    (answer("null", X_Amz_Function_Error="Unhandled"), "Unhandled"),
    (answer("Task timed out after 3.00 seconds"), "Sandbox.Timeout Task timed out after 3.00 sec"),
    (answer("<html>"), "Runtime.InvalidResponse"),
], ids=["of the RIE", "type", "message and trace", "unhandled", "handled", "no body", "timeout",
        "no JSON"])
def test_a_failure(host, secret, reply, reason):
    """row 106"""
    host.answers["setSecret"] = [reply]

    token = secret.configure("elsewhere")
    secret.await_event("RotationFailed")

    assert secret.labels == {secret.first: ["AWSCURRENT"], token: ["AWSPENDING"]}
    assert secret.value() == VALUE
    printed = shown(secret.server, secret.name)
    assert re.search(f"failed in setSecret: {reason}", printed), printed
    assert [event["Step"] for _, _, event in host.calls] == STEPS[:2]
    assert PASSWORD not in secret.server.log and PASSWORD not in printed


@pytest.mark.parametrize("reply", [
    answer({"errorMessage": "busy", "errorType": "ServiceException"}, 500),
    answer("", 429), answer("bad gateway", 502),
    # No redirect is followed: that would take events to another server.
    answer("", 307, Location="http://127.0.0.1:9/"),
    answer({"Message": "no such function"}, 404),
], ids=lambda reply: str(reply[0]))
def test_what_a_function_never_saw(host, secret, reply):
    """It is tried again soon, without an attempt being counted."""
    host.answers["createSecret"] = [reply]

    token = secret.configure("elsewhere")
    secret.await_success(token)

    assert [event["Step"] for _, _, event in host.calls] == STEPS[:1] + STEPS
    assert "attempt 1" in shown(secret.server, secret.name)


def test_nobody_listens(secret):
    token = secret.configure("closed")

    secret.await_event("RotationFailed", seconds=20)

    assert secret.labels == {secret.first: ["AWSCURRENT"], token: ["AWSPENDING"]}
    assert "createSecret: Lambda.Unavailable" in shown(secret.server, secret.name)
