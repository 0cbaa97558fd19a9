"""What the end-to-end tests share: a running server, a raw signed client, AWS's error texts."""

import contextlib
import datetime
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
import uuid

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("E2E_BINARY", REPOSITORY / "build/release/coffer"))

SERVICE = "secretsmanager"
REGION = "us-east-1"
ACCOUNT = "000000000000"
JSON_TYPE = "application/x-amz-json-1.1"
UUID_PATTERN = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

# AWS's texts. Those recorded from the service are matched to the letter.
NOT_FOUND = "Secrets Manager can't find the specified secret."
INVALID_NAME = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
    "following: -/_+=.@!"
)
MARKED_FOR_DELETION = (
    "You can't perform this operation on the secret because it was marked for deletion."
)
ALREADY_SCHEDULED = (
    "You can't perform this operation on the secret because it was already scheduled for deletion."
)
NAME_SCHEDULED = (
    "You can't create this secret because a secret with this name is already scheduled for "
    "deletion."
)
TOKEN_MISSING = "You must provide a ClientRequestToken value. We recommend a UUID-type value."
BOTH_VALUES = (
    "You can't specify both a binary secret value and a string secret value in the same secret."
)
NO_VALUE = "You must provide either SecretString or SecretBinary."
LABEL_NOT_ON_VERSION = (
    "You provided a VersionStage that is not associated to the provided VersionId."
)
SIGNATURE_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)
UNKNOWN_KEY = "The security token included in the request is invalid."


def version_not_found(version_id):
    return f"Secrets Manager can't find the specified secret value for VersionId: {version_id}"


def label_not_found(label):
    return f"Secrets Manager can't find the specified secret value for staging label: {label}"


def token_in_use(token, arn):
    return (
        f"You can't use ClientRequestToken {token} because that value is already in use for a "
        f"version of secret {arn}."
    )


def secret_exists(name):
    return f"The operation failed because the secret {name} already exists."


def null_member(member):
    return f"Value null at '{member}' failed to satisfy constraint: Member must not be null"


def new_token():
    return str(uuid.uuid4())


def arn_pattern(name, account=ACCOUNT, region=REGION):
    return re.compile(
        rf"arn:aws:secretsmanager:{region}:{account}:secret:{re.escape(name)}-[A-Za-z0-9]{{6}}"
    )


def without_metadata(response):
    """The members of a boto3 response that came over the wire."""
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def assert_text(actual, expected):
    """`expected` is None (anything), an exact text, or a compiled pattern."""
    if isinstance(expected, re.Pattern):
        assert expected.fullmatch(actual or ""), f"{actual!r} does not match {expected.pattern!r}"
    elif expected is not None:
        assert actual == expected


@contextlib.contextmanager
def refused(code, message=None, status=400):
    """Expects a boto3 call to fail with this AWS error."""
    with pytest.raises(ClientError) as caught:
        yield
    response = caught.value.response
    assert response["Error"]["Code"] == code, response["Error"]
    assert_text(response["Error"]["Message"], message)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status


def eventually(condition, seconds=10.0, pause=0.05):
    """The first true result of `condition`, which AWS lets take a moment."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        time.sleep(pause)


def let_the_clock_tick():
    """Dates are kept to the millisecond: what happens next has a later one."""
    time.sleep(0.002)


class Reply:
    """What came back on the wire, undigested."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("__type")

    @property
    def message(self):
        return self.json.get("message", self.json.get("Message"))

    def expect_refusal(self, code, message=None, status=400):
        assert (self.status, self.code) == (status, code), (self.status, self.body)
        assert_text(self.message, message)
        return self

    def expect_success(self):
        assert self.status == 200, (self.status, self.body)
        return self.json if self.body else None

    def __repr__(self):
        return f"Reply({self.status}, {self.body!r})"


class DatedSigV4Auth(SigV4Auth):
    """botocore's signer with a clock of our own."""

    def __init__(self, credentials, service, region, when):
        super().__init__(credentials, service, region)
        self.when = when

    def add_auth(self, request):
        request.context["timestamp"] = self.when.strftime("%Y%m%dT%H%M%SZ")
        self._modify_request_before_signing(request)
        text = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(text, request))


class Raw:
    """Signs with botocore and sends by http.client, past all of the SDK's own checks."""

    def __init__(self, server, key="test", secret="test", region=REGION):
        self.server = server
        self.key = key
        self.secret = secret
        self.region = region

    def signed_headers(self, operation, body, *, key=None, secret=None, token=None, region=None,
                       service=SERVICE, when=None, headers=None, host=None):
        """The headers of a signed request, to be sent as they are or spoiled first."""
        to_sign = {"Content-Type": JSON_TYPE}
        if operation is not None:
            to_sign["X-Amz-Target"] = operation if "." in operation else f"{SERVICE}.{operation}"
        to_sign.update(headers or {})
        to_sign = {name: value for name, value in to_sign.items() if value is not None}
        authority = host or f"localhost:{self.server.port}"
        request = AWSRequest("POST", f"https://{authority}/", to_sign, body)
        credentials = Credentials(key or self.key, secret or self.secret, token)
        when = when or datetime.datetime.now(datetime.timezone.utc)
        DatedSigV4Auth(credentials, service, region or self.region, when).add_auth(request)
        return {"Host": authority, **dict(request.headers.items())}

    def send(self, headers, body=b"", *, method="POST", path="/", plaintext=False):
        """Sends exactly these headers (and a Content-Length) on a connection of its own."""
        connection = self.server.connect(plaintext=plaintext)
        try:
            return exchange(connection, headers, body, method, path)
        finally:
            connection.close()

    def __call__(self, operation, body=None, *, plaintext=False, connection=None, **signing):
        """Calls an operation; `body` is anything JSON can hold, or the bytes themselves."""
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        headers = self.signed_headers(operation, data, **signing)
        if connection:
            return exchange(connection, headers, data)
        return self.send(headers, data, plaintext=plaintext)


def exchange(connection, headers, body=b"", method="POST", path="/"):
    """One request and its reply on an open http.client connection."""
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    if method == "POST" and "content-length" not in {name.lower() for name in headers}:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    response = connection.getresponse()
    return Reply(response.status, response.getheaders(), response.read())


class Server:
    """A Coffer process of our own. Standard output and error go to files beside its data."""

    def __init__(self, folder, *, profile="dev", data=None, ephemeral=False, arguments=(),
                 environment=None, listen="127.0.0.1:0"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = pathlib.Path(data) if data else self.folder / "data"
        self.profile = profile
        self.ephemeral = ephemeral
        self.listen = listen
        self.arguments = list(arguments)
        # COFFER_… variables would be settings of the server, and so would these two.
        inherited = {name: value for name, value in os.environ.items()
                     if not name.startswith("COFFER_")
                     and name not in ("ENFORCE_IAM", "IAM_SOFT_MODE")}
        self.environment = {**inherited, **(environment or {})}
        self.process = None
        self.process_options = {}  # For Popen.
        self.port = None
        self.starts = 0

    @property
    def command(self):
        command = [str(BINARY), self.profile, "--listen", self.listen, "--data", str(self.data)]
        return command + (["--ephemeral"] if self.ephemeral else []) + self.arguments

    def launch(self):
        """Starts the process without waiting for it."""
        self.starts += 1
        self.output_file = self.folder / f"output-{self.starts}.txt"
        self.log_file = self.folder / f"log-{self.starts}.txt"
        with open(self.output_file, "ab") as output, open(self.log_file, "ab") as log:
            options = {"stdin": subprocess.DEVNULL, **self.process_options}
            self.process = subprocess.Popen(self.command, stdout=output, stderr=log,
                                            env=self.environment, **options)
        return self

    def start(self, timeout=20.0):
        """Starts the process and waits for its ready line, with all lines that follow it."""
        self.launch()
        deadline = time.monotonic() + timeout
        while not self._is_ready():
            assert self.process.poll() is None, f"the server ended:\n{self.printed}"
            assert time.monotonic() < deadline, f"no ready line:\n{self.printed}"
            time.sleep(0.01)
        return self

    def _is_ready(self):
        ready = re.search(r"^coffer is ready: https://localhost:(\d+)\s*$", self.output,
                          re.MULTILINE)
        if not ready or (self.profile == "dev" and not self.ca_bundle):
            return False
        self.port = int(ready.group(1))
        return True

    def refuses_to_start(self, timeout=20.0):
        """Starts the process, which must end with an error; answers what it printed."""
        self.launch()
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(f"the server started:\n{self.printed}")
        assert status > 0, f"exit status {status}:\n{self.printed}"
        return self.printed

    @property
    def output(self):
        return self.output_file.read_text(errors="replace")

    @property
    def log(self):
        return self.log_file.read_text(errors="replace")

    @property
    def printed(self):
        return self.output + self.log

    @property
    def ca_bundle(self):
        exported = re.search(r"^export AWS_CA_BUNDLE=(\S+)[ \t]*\n", self.output, re.MULTILINE)
        if exported:
            return exported.group(1).strip("'\"")
        return str(self.data / "tls/ca.pem") if self.profile == "serve" else None

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    @property
    def plain_url(self):
        return f"http://localhost:{self.port}"

    def stop(self, timeout=30.0):
        """SIGTERM; answers the exit status."""
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        """kill -9."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def restart(self):
        assert self.stop() == 0
        return self.start()

    def connect(self, *, plaintext=False, timeout=30.0):
        """An http.client connection."""
        if plaintext:
            return http.client.HTTPConnection("localhost", self.port, timeout=timeout)
        return http.client.HTTPSConnection("localhost", self.port, timeout=timeout,
                                           context=self.tls_context())

    def tls_context(self):
        return ssl.create_default_context(cafile=self.ca_bundle)

    def socket(self, *, plaintext=True, timeout=10.0):
        """A bare socket, for requests that no library would send."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        if plaintext:
            return plain
        return self.tls_context().wrap_socket(plain, server_hostname="localhost")

    def get(self, path):
        return self._fetch(urllib.request.Request(self.url + path))

    def post(self, path, body):
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return self._fetch(urllib.request.Request(self.url + path, data, headers))

    def _fetch(self, request):
        with urllib.request.urlopen(request, context=self.tls_context(), timeout=10) as response:
            return json.loads(response.read())

    def now(self):
        """The server's time by its test clock, in epoch seconds."""
        return self.get("/_coffer/clock")["now"]

    def advance(self, *, days=0, seconds=0):
        self.post("/_coffer/clock", {"advance_seconds": days * 86400 + seconds})

    def raw(self, **credentials):
        return Raw(self, **credentials)

    def client(self, key="test", secret="test", region=REGION, *, service=SERVICE, token=None,
               plaintext=False, retries=1, **options):
        """A boto3 client; by default without retries, so that every refusal is seen."""
        config = Config(retries={"total_max_attempts": retries}, max_pool_connections=32, **options)
        return shared_session().client(
            service, region_name=region, endpoint_url=self.plain_url if plaintext else self.url,
            verify=self.ca_bundle, aws_access_key_id=key, aws_secret_access_key=secret,
            aws_session_token=token, config=config)


_session = None


def shared_session():
    """One boto3 session: its first client reads the service model, the others share it."""
    global _session
    _session = _session or boto3.session.Session()
    return _session


def labels_by_version(client, secret_id, **options):
    """Version id → set of labels, from ListSecretVersionIds."""
    versions = client.list_secret_version_ids(SecretId=secret_id, **options)["Versions"]
    return {version["VersionId"]: set(version.get("VersionStages", [])) for version in versions}


def listed_names(client, **parameters):
    """Names of all pages of ListSecrets, in order."""
    pages = client.get_paginator("list_secrets").paginate(**parameters)
    return [secret["Name"] for page in pages for secret in page["SecretList"]]


def account_with(server, account, secrets):
    """A client of an account that holds just these secrets, created in this order."""
    client = server.client(key=account)
    for secret in secrets:
        client.create_secret(**secret)
    return client
