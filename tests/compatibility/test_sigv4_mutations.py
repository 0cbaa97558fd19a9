"""Requests that boto3 has signed, changed on the way: every change of what is signed is refused in
AWS's words, in both protocols, and nothing is executed; what is not signed may change."""

import datetime
import re

import pytest

from support import REGION, SIGNATURE_MISMATCH, UNKNOWN_KEY, assert_text, new_token
from wire_support import capture, error_of

# A.4 of the contract in short: code and status of each refusal, in JSON 1.1 and in the query
# protocol.
REFUSALS = {
    "mismatch": (("InvalidSignatureException", 400), ("SignatureDoesNotMatch", 403)),
    "incomplete": (("IncompleteSignatureException", 400), ("IncompleteSignature", 400)),
    "missing": (("MissingAuthenticationTokenException", 400),
                ("MissingAuthenticationToken", 403)),
    "unknown key": (("UnrecognizedClientException", 400), ("InvalidClientTokenId", 403)),
    "malformed query": (("MalformedQueryString", 400), ("MalformedQueryString", 404)),
}
REQUESTS = ["secretsmanager", "secretsmanager with a token", "kms", "sts", "iam"]
STAMP = r"\d{8}T\d{6}Z"


@pytest.fixture
def take(server, account, name):
    """Takes one of REQUESTS, each of which would leave something behind or answer credentials."""
    def take(request):
        service = request.split()[0]
        keys = {"key": account}
        if request.endswith("token"):
            session = server.client(key=account, service="sts").get_session_token()["Credentials"]
            keys = {"key": session["AccessKeyId"], "secret": session["SecretAccessKey"],
                    "token": session["SessionToken"]}
        client = server.client(service=service, **keys)
        operation, parameters = {
            "secretsmanager": ("create_secret", {"Name": name, "SecretString": "grüße",
                                                 "ClientRequestToken": new_token()}),
            "kms": ("create_key", {"Description": name}),
            "sts": ("get_session_token", {"DurationSeconds": 900}),
            "iam": ("create_user", {"UserName": name}),
        }[service]
        return capture(server, client, operation, **parameters)
    return take


@pytest.fixture(autouse=True)
def nothing_is_executed(request, server, account):
    yield
    if "accepted" not in request.node.name:
        assert server.client(key=account).list_secrets()["SecretList"] == []
        assert server.client(key=account, service="kms").list_keys()["Keys"] == []
        assert server.client(key=account, service="iam").list_users()["Users"] == []


def is_query(captured):
    return captured.headers["Content-Type"].startswith("application/x-www-form-urlencoded")


def expect_refusal(captured, reply, refusal, message):
    code, status = REFUSALS[refusal][is_query(captured)]
    found = error_of(reply)
    assert (reply.status, found[0]) == (status, code), reply
    if refusal == "missing" and is_query(captured):
        message = "Request is missing Authentication Token"
    assert_text(found[1], message)
    assert b"AccessKeyId>" not in reply.body


def set_header(name, value):
    return lambda captured: captured.set(name, value)


def edit(pattern, replacement):
    return lambda captured: captured.edit(pattern, replacement)


def set_path(path):
    def change(captured):
        captured.path = path
    return change


def set_body(edit_body):
    def change(captured):
        captured.body = edit_body(captured.body)
    return change


def dated(**difference):
    """Moves the date that was signed."""
    def change(captured):
        sent = datetime.datetime.strptime(captured.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
        moved = sent + datetime.timedelta(**difference)
        captured.set("X-Amz-Date", moved.strftime("%Y%m%dT%H%M%SZ"))
    return change


def extend_content_type(captured):
    captured.set("Content-Type", captured.headers["Content-Type"] + "; x=1")


def reverse_signed_headers(captured):
    captured.edit("SignedHeaders=[^,]*",
                  "SignedHeaders=" + ";".join(reversed(captured.signed_headers)))


def upper_case_signature(captured):
    captured.edit("Signature=.*", "Signature=" + captured.signature.upper())


HOST_NOT_SIGNED = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
REGION_FAULT = re.compile(r"Credential should be scoped to a valid region\. *")
DATE_FAULT = re.compile("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
                        rf"date from HTTP: '20200101' != '\d{{8}}', from '{STAMP}'\.")
PARTS_FAULT = re.compile("Credential must have exactly 5 slash-delimited elements, e.g. "
                         "keyid/date/region/service/term, got '.*'")

MUTATIONS = {
    # Signed headers.
    "content type": (extend_content_type, "mismatch", SIGNATURE_MISMATCH),
    "host": (set_header("Host", "elsewhere.example.com"), "mismatch", SIGNATURE_MISMATCH),
    "port": (set_header("Host", "localhost:1"), "mismatch", SIGNATURE_MISMATCH),
    "a second earlier": (dated(seconds=-1), "mismatch", SIGNATURE_MISMATCH),
    "no date": (set_header("X-Amz-Date", None), "incomplete", re.compile(
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        "Authorization=AWS4-HMAC-SHA256 Credential=.*")),
    "no date but a Date": (set_header("X-Amz-Date", "Thu, 01 Jan 2026 00:00:00 GMT"), "incomplete",
                           "Date must be in ISO-8601 'basic format'. Got 'Thu, 01 Jan 2026 "
                           "00:00:00 GMT'. See http://en.wikipedia.org/wiki/ISO_8601"),
    "a token": (set_header("X-Amz-Security-Token", "made up"), "unknown key", UNKNOWN_KEY),
    # Body.
    "longer body": (set_body(lambda body: body + b" "), "mismatch", SIGNATURE_MISMATCH),
    "one bit": (set_body(lambda body: body[:-2] + bytes([body[-2] ^ 1]) + body[-1:]), "mismatch",
                SIGNATURE_MISMATCH),
    "hash of another body": (set_header("X-Amz-Content-SHA256", "0" * 64), "mismatch",
                             SIGNATURE_MISMATCH),
    "unsigned payload": (set_header("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"), "mismatch",
                         SIGNATURE_MISMATCH),
    # Query.
    "query": (set_path("/?a=b"), "mismatch", SIGNATURE_MISMATCH),
    "query without value": (set_path("/?a"), "mismatch", SIGNATURE_MISMATCH),
    "action in the query": (set_path("/?Action=GetCallerIdentity&Version=2011-06-15"), "mismatch",
                            SIGNATURE_MISMATCH),
    "signed in the query, too": (set_path("/?X-Amz-Algorithm=AWS4-HMAC-SHA256"), "mismatch", None),
    "cut escape": (set_path("/?a=%4"), "malformed query",
                   "Incomplete trailing escape % sequence"),
    "wrong escape": (set_path("/?a=%xx"), "malformed query",
                     "Illegal hex character in escape % pattern: %xx"),
    # Scope.
    "no such key": (edit("Credential=[^/]*", "Credential=AKIAIOSFODNN7EXAMPLE"), "unknown key",
                    UNKNOWN_KEY),
    "day": (edit(r"/\d{8}/", "/20200101/"), "mismatch", DATE_FAULT),
    "another region": (edit(REGION, "eu-central-1"), "mismatch", SIGNATURE_MISMATCH),
    "no such region": (edit(REGION, "moon-north-1"), "mismatch", REGION_FAULT),
    "service": (edit("/[a-z]*/aws4_request", "/s3/aws4_request"), "mismatch", re.compile(
        "Credential should be scoped to correct service: '(secretsmanager|kms|sts|iam)'. *")),
    "terminator": (edit("/aws4_request", "/aws4_reply"), "mismatch", re.compile(
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4_reply'. *"
    )),
    "no terminator": (edit("/aws4_request", ""), "incomplete", PARTS_FAULT),
    "a part more": (edit("/aws4_request", "/aws4_request/x"), "incomplete", PARTS_FAULT),
    # Signature.
    "upper case": (upper_case_signature, "mismatch", SIGNATURE_MISMATCH),
    "short": (edit(".$", ""), "mismatch", SIGNATURE_MISMATCH),
    "long": (edit("$", "0"), "mismatch", SIGNATURE_MISMATCH),
    "empty": (edit("Signature=.*", "Signature="), "mismatch", SIGNATURE_MISMATCH),
    "not hexadecimal": (edit("Signature=.", "Signature=g"), "mismatch", SIGNATURE_MISMATCH),
    # SignedHeaders.
    "host not listed": (edit("host;", ""), "mismatch", HOST_NOT_SIGNED),
    "host in upper case": (edit("host;", "Host;"), "mismatch", HOST_NOT_SIGNED),
    "none listed": (edit("SignedHeaders=[^,]*", "SignedHeaders="), "mismatch", HOST_NOT_SIGNED),
    "content type not listed": (edit("content-type;", ""), "mismatch", SIGNATURE_MISMATCH),
    "one more listed": (edit("SignedHeaders=", "SignedHeaders=accept-encoding;"), "mismatch",
                        SIGNATURE_MISMATCH),
    "an absent one listed": (edit("SignedHeaders=", "SignedHeaders=x-absent;"), "mismatch",
                             SIGNATURE_MISMATCH),
    "one listed twice": (edit("host;", "host;host;"), "mismatch", SIGNATURE_MISMATCH),
    "another order": (reverse_signed_headers, "mismatch", SIGNATURE_MISMATCH),
    # The header itself.
    "not signed": (set_header("Authorization", None), "missing", "Missing Authentication Token"),
    "another algorithm": (edit("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), "incomplete",
                          "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."),
    "no signature": (edit(", Signature=.*", ""), "incomplete", re.compile(
        "Authorization header requires 'Signature' parameter. Authorization=.*")),
    "no equal sign": (edit("Signature=", "Signature "), "incomplete", re.compile(
        r"'Signature \w+' not a valid key=value pair \(missing equal-sign\) in Authorization "
        "header: '.*'.")),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("request_name", REQUESTS)
def test_a_change_is_refused(take, request_name, mutation):
    change, refusal, message = MUTATIONS[mutation]
    captured = take(request_name)
    change(captured)

    expect_refusal(captured, captured.send(), refusal, message)


@pytest.mark.parametrize("request_name, minutes", [
    ("secretsmanager", 5), ("kms", 5), ("sts", 15), ("iam", 15)])
def test_a_moved_date_is_refused(take, request_name, minutes):
    for difference, form in (
            (-minutes - 1, rf"Signature expired: {STAMP} is now earlier than {STAMP} "
                           rf"\({STAMP} - {minutes} min\.\)"),
            (minutes + 1, rf"Signature not yet current: {STAMP} is still later than {STAMP} "
                          rf"\({STAMP} \+ {minutes} min\.\)")):
        captured = take(request_name)
        dated(minutes=difference)(captured)
        expect_refusal(captured, captured.send(), "mismatch", re.compile(form))


@pytest.mark.parametrize("request_name", REQUESTS)
def test_every_character_of_the_signature_counts(server, take, request_name):
    captured = take(request_name)
    before, signature = captured.authorization.split("Signature=")
    connection = server.connect()
    for i, character in enumerate(signature):
        flipped = f"{signature[:i]}{int(character, 16) ^ 8:x}{signature[i + 1:]}"
        captured.set("Authorization", f"{before}Signature={flipped}")
        expect_refusal(captured, captured.send(connection), "mismatch", SIGNATURE_MISMATCH)
    connection.close()


@pytest.mark.parametrize("request_name", REQUESTS)
def test_every_byte_of_the_body_counts(server, take, request_name):
    """A form is taken apart before its signature is looked at: it may be refused for what it
    says."""
    captured = take(request_name)
    body = captured.body
    connection = server.connect()
    for i in range(len(body)):
        captured.body = body[:i] + bytes([body[i] ^ 1]) + body[i + 1:]
        reply = captured.send(connection)
        if is_query(captured):
            assert error_of(reply)[0] in (
                "SignatureDoesNotMatch", "InvalidAction", "MissingAction", "MalformedQueryString")
        else:
            expect_refusal(captured, reply, "mismatch", SIGNATURE_MISMATCH)
    connection.close()


@pytest.mark.parametrize("request_name", ["secretsmanager", "kms", "sts", "iam"])
def test_the_key_of_somebody_else_is_refused(server, take, name, request_name):
    """Known, and with a secret of its own."""
    iam = server.client(key="999988887777", service="iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    captured = take(request_name)
    captured.edit("Credential=[^/]*", f"Credential={key}")

    expect_refusal(captured, captured.send(), "mismatch", SIGNATURE_MISMATCH)


@pytest.mark.parametrize("target", ["secretsmanager.ListSecrets", "secretsmanager.DeleteSecret",
                                    "TrentService.ListKeys"])
def test_another_operation_is_refused(take, target):
    captured = take("secretsmanager")
    captured.set("X-Amz-Target", target)
    reply = captured.send()
    if target.startswith("TrentService"):
        expect_refusal(captured, reply, "mismatch",
                       re.compile("Credential should be scoped to correct service: 'kms'. *"))
    else:
        expect_refusal(captured, reply, "mismatch", SIGNATURE_MISMATCH)
    captured.edit(";x-amz-target", "")
    expect_refusal(captured, captured.send(), "mismatch", None)


def test_a_header_that_was_not_there_can_not_name_another_operation(take):
    """A form with a target would be JSON of another service: it has to be signed."""
    captured = take("sts")
    captured.set("X-Amz-Target", "secretsmanager.GetRandomPassword")

    reply = captured.send()

    assert (reply.status, reply.code) == (400, "InvalidSignatureException")
    assert reply.message == "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."


@pytest.mark.parametrize("header", ["X-Amz-Target", "Content-Type", "X-Amz-Security-Token", "Host"])
def test_without_a_signed_header_it_is_refused(take, header):
    captured = take("secretsmanager with a token")
    captured.set(header, None)
    reply = captured.send()

    assert reply.status == 400
    if header == "X-Amz-Target":
        assert reply.code == "UnknownOperationException"
    elif header == "Content-Type":
        assert (reply.code, reply.message) == ("InvalidSignatureException", SIGNATURE_MISMATCH)
    elif header == "X-Amz-Security-Token":
        assert (reply.code, reply.message) == ("UnrecognizedClientException", UNKNOWN_KEY)


@pytest.mark.parametrize("header", ["X-Amz-Target", "Content-Type", "X-Amz-Security-Token", "Host",
                                    "X-Amz-Date", "Authorization"])
def test_a_signed_header_sent_twice_is_refused(take, header):
    captured = take("secretsmanager with a token")
    captured.headers.add_header(header, captured.headers[header])

    assert captured.send().status == 400


def test_the_token_of_another_session_is_refused(server, account, take):
    captured = take("secretsmanager with a token")
    other = server.client(key=account, service="sts").get_session_token()["Credentials"]
    for token in (other["SessionToken"], captured.headers["X-Amz-Security-Token"][:-4] + "AAAA"):
        captured.set("X-Amz-Security-Token", token)
        expect_refusal(captured, captured.send(), "unknown key", UNKNOWN_KEY)


@pytest.mark.parametrize("path", ["/x", "//", "/./", "/%2F", "/x/.."])
@pytest.mark.parametrize("request_name", REQUESTS)
def test_at_another_path_there_is_nothing(take, request_name, path):
    captured = take(request_name)
    captured.path = path

    assert captured.send().status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("request_name", REQUESTS)
def test_another_method_is_refused(take, request_name, method):
    captured = take(request_name)
    captured.method = method
    if method in ("GET", "HEAD"):
        captured.body = b""

    reply = captured.send()

    assert reply.status in (400, 411)
    if method == "GET":
        assert reply.code == "UnknownOperationException"


@pytest.mark.parametrize("header, value", [
    ("User-Agent", "anything/1.0"), ("User-Agent", None), ("Accept-Encoding", "gzip"),
    ("Accept-Encoding", None), ("amz-sdk-invocation-id", None), ("amz-sdk-request", "attempt=2"),
    ("X-Amzn-Trace-Id", "Root=1-2-3"), ("X-Forwarded-For", "192.0.2.1"), ("Accept", "*/*"),
    ("Date", "Thu, 01 Jan 2026 00:00:00 GMT"),
])
@pytest.mark.parametrize("request_name", REQUESTS)
def test_a_change_of_what_is_not_signed_is_accepted(take, request_name, header, value):
    captured = take(request_name)
    assert header.lower() not in captured.signed_headers

    captured.set(header, value)

    assert captured.send().status == 200


@pytest.mark.parametrize("request_name", REQUESTS)
def test_the_same_written_otherwise_is_accepted(take, request_name):
    captured = take(request_name)
    captured.set("Content-Type", f"  {captured.headers['Content-Type']}\t ")
    captured.edit("SHA256 (Credential=.*), (SignedHeaders=.*), (Signature=.*)",
                  r"SHA256 \3 ,\2,  \1")
    captured.path = "/?"

    assert captured.send().status == 200
