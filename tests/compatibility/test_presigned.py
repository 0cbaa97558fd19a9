"""Presigned requests: GetCallerIdentity of STS, as EKS's tokens hold it, and nothing else."""

import datetime
import re
import urllib.parse

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from support import REGION, SIGNATURE_MISMATCH, UNKNOWN_KEY, DatedSigV4Auth, Server, assert_text
from wire_support import error_of, fetch, identity_of

QUERY = "Action=GetCallerIdentity&Version=2011-06-15"
EXPIRED_TOKEN = "The security token included in the request is expired"


class DatedSigV4QueryAuth(DatedSigV4Auth, SigV4QueryAuth):
    """botocore's signer of queries with a clock of our own."""

    def __init__(self, credentials, service, region, when, expires):
        SigV4QueryAuth.__init__(self, credentials, service, region, expires=expires)
        self.when = when


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("presigned"), ephemeral=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def sts(server):
    return server.client(service="sts")


def presign(server, *, key="test", secret="test", token=None, service="sts", region=REGION,
            minutes=0, expires=60, query=QUERY, headers=None):
    """The path and query of a presigned URL."""
    request = AWSRequest("GET", f"{server.url}/?{query}", headers or {})
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    DatedSigV4QueryAuth(Credentials(key, secret, token), service, region, when,
                        expires).add_auth(request)
    return request.url.removeprefix(server.url)


def path_of(server, url):
    return url.removeprefix(server.url)


def expect_refusal(reply, code, message, status):
    found = error_of(reply)
    assert (reply.status, found[0]) == (status, code), reply
    assert_text(found[1], message)


def expect_mismatch(reply):
    expect_refusal(reply, "SignatureDoesNotMatch", SIGNATURE_MISMATCH, 403)


@pytest.mark.parametrize("method, parameters", [("GET", {"HttpMethod": "GET"}), ("POST", {})])
def test_what_boto3_presigns(server, sts, method, parameters):
    """Signed for a POST by default: the method of the operation's model."""
    path = path_of(server, sts.generate_presigned_url("get_caller_identity", **parameters))

    reply = fetch(server, path, method=method)

    assert identity_of(reply) == {"Account": "000000000000", "UserId": "000000000000",
                                  "Arn": "arn:aws:iam::000000000000:root"}
    assert "date" in reply.headers and "x-amzn-requestid" in reply.headers
    expect_mismatch(fetch(server, path, method={"GET": "POST", "POST": "GET"}[method]))


def test_a_token_of_eks(server, sts):
    """What `aws eks get-token` wraps: a URL for a minute, with a header that names the cluster."""
    def sign_the_header(request, **_):
        request.headers["x-k8s-aws-id"] = "my-cluster"

    sts.meta.events.register_first("before-sign.sts.GetCallerIdentity", sign_the_header)
    try:
        path = path_of(server, sts.generate_presigned_url("get_caller_identity", ExpiresIn=60,
                                                          HttpMethod="GET"))
    finally:
        sts.meta.events.unregister("before-sign.sts.GetCallerIdentity", sign_the_header)
    assert "X-Amz-SignedHeaders=host%3Bx-k8s-aws-id" in path

    assert identity_of(fetch(server, path, {"x-k8s-aws-id": "my-cluster"}))["Account"]
    expect_mismatch(fetch(server, path, {"x-k8s-aws-id": "other-cluster"}))
    expect_mismatch(fetch(server, path))


def test_a_session_presigns_with_its_token(server, sts):
    session = sts.get_session_token(DurationSeconds=900)["Credentials"]
    other = sts.get_session_token()["Credentials"]
    keys = {"key": session["AccessKeyId"], "secret": session["SecretAccessKey"]}
    path = presign(server, token=session["SessionToken"], **keys)
    assert "X-Amz-Security-Token=" in path

    assert identity_of(fetch(server, path))["Arn"] == "arn:aws:iam::000000000000:root"
    # Added after signing, as IoT's clients do.
    late = presign(server, **keys) + "&" + urllib.parse.urlencode(
        {"X-Amz-Security-Token": session["SessionToken"]})
    assert identity_of(fetch(server, late))
    for token in (None, other["SessionToken"], "x" + session["SessionToken"][1:]):
        expect_refusal(fetch(server, presign(server, token=token, **keys)),
                       "InvalidClientTokenId", UNKNOWN_KEY, 403)
    expect_refusal(fetch(server, presign(server, token=session["SessionToken"])),
                   "InvalidClientTokenId", UNKNOWN_KEY, 403)
    # In the header it is no part of a presigned request.
    expect_refusal(fetch(server, presign(server, **keys),
                         {"X-Amz-Security-Token": session["SessionToken"]}),
                   "InvalidClientTokenId", UNKNOWN_KEY, 403)


def test_a_session_of_a_role_presigns(server, sts, name):
    iam = server.client(service="iam", key="111122223333")
    user = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="""{"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                       "Principal": {"AWS": "%s"}}]}""" % user)["Role"]
    session = server.client(key["AccessKeyId"], key["SecretAccessKey"], service="sts").assume_role(
        RoleArn=role["Arn"], RoleSessionName="pod")["Credentials"]
    client = server.client(session["AccessKeyId"], session["SecretAccessKey"], service="sts",
                           token=session["SessionToken"])

    url = client.generate_presigned_url("get_caller_identity", HttpMethod="GET")

    assert identity_of(fetch(server, path_of(server, url))) == {
        "Account": "111122223333", "UserId": f"{role['RoleId']}:pod",
        "Arn": f"arn:aws:sts::111122223333:assumed-role/{name}/pod"}


STAMP = r"\d{8}T\d{6}Z"


@pytest.mark.parametrize("minutes, expires, limit", [
    (-14.8, 60, None), (-14.8, 1, None), (14.8, 60, None), (-59.8, 3600, None),
    (-10079, 604800, None),
    (-15.1, 60, "15"), (-15.1, 900, "15"), (-60.1, 3600, "60"), (-10081, 604800, "10080"),
])
def test_how_long_it_holds(server, minutes, expires, limit):
    reply = fetch(server, presign(server, minutes=minutes, expires=expires))

    if limit is None:
        assert identity_of(reply)
    else:
        expect_refusal(reply, "SignatureDoesNotMatch", re.compile(
            rf"Signature expired: {STAMP} is now earlier than {STAMP} \({STAMP} - {limit} min\.\)"),
            403)


def test_it_is_not_valid_before_its_time(server):
    expect_refusal(fetch(server, presign(server, minutes=15.2, expires=3600)),
                   "SignatureDoesNotMatch", re.compile(
        rf"Signature not yet current: {STAMP} is still later than {STAMP} \({STAMP} \+ 15 min\.\)"),
        403)


@pytest.mark.parametrize("expires", [0, -1, 604801, "", "1h", 10**30])
def test_a_lifetime_is_one_second_to_a_week(server, expires):
    expect_refusal(fetch(server, presign(server, expires=expires)), "IncompleteSignature",
                   "X-Amz-Expires must be a number of seconds from 1 to 604800. "
                   f"Got '{expires}'. Re-examine the query-string parameters.", 400)


@pytest.mark.parametrize("missing", [
    ["X-Amz-Credential"], ["X-Amz-Signature"], ["X-Amz-SignedHeaders"], ["X-Amz-Date"],
    ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"]])
def test_missing_parameters_are_all_named_in_order(server, missing):
    path = presign(server)
    for name in missing:
        path, count = re.subn(rf"&{name}=[^&]*", "", path)
        assert count == 1
    sentences = [f"AWS query-string parameters must include '{name}'." for name in missing]

    expect_refusal(fetch(server, path), "IncompleteSignature",
                   " ".join([*sentences, "Re-examine the query-string parameters."]), 400)


SCOPE = rf"test%2F\d{{8}}%2F{REGION}%2Fsts%2Faws4_request"


@pytest.mark.parametrize("pattern, replacement, code, message, status", [
    ("X-Amz-Expires=60", "X-Amz-Expires=61", "SignatureDoesNotMatch", SIGNATURE_MISMATCH, 403),
    ("Version=", "version=&Version=", "SignatureDoesNotMatch", SIGNATURE_MISMATCH, 403),
    ("$", "&more=1", "SignatureDoesNotMatch", SIGNATURE_MISMATCH, 403),
    ("$", "&Action=ListUsers", "SignatureDoesNotMatch", SIGNATURE_MISMATCH, 403),
    ("$", "&X-Amz-Signature=" + "0" * 64, "SignatureDoesNotMatch", SIGNATURE_MISMATCH, 403),
    ("Signature=.", "Signature=g", "SignatureDoesNotMatch", SIGNATURE_MISMATCH, 403),
    (".$", "", "SignatureDoesNotMatch", SIGNATURE_MISMATCH, 403),
    ("Signature=.*", "Signature=", "SignatureDoesNotMatch", SIGNATURE_MISMATCH, 403),
    ("SignedHeaders=host", "SignedHeaders=host%3Buser-agent", "SignatureDoesNotMatch",
     SIGNATURE_MISMATCH, 403),
    ("SignedHeaders=host", "SignedHeaders=", "SignatureDoesNotMatch",
     "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.", 403),
    ("Credential=test", "Credential=nobody_of_this_name", "InvalidClientTokenId", UNKNOWN_KEY, 403),
    ("Credential=test", "Credential=te%2Fst", "IncompleteSignature", re.compile(
        "Credential must have exactly 5 slash-delimited elements, .*, got 'te/st/.*'"), 400),
    (REGION, "moon-north-1", "SignatureDoesNotMatch", re.compile(
        r"Credential should be scoped to a valid region\. *"), 403),
    ("%2Fsts%2F", "%2Fsecretsmanager%2F", "SignatureDoesNotMatch",
     "Credential should be scoped to correct service: 'sts'.", 403),
    ("aws4_request", "aws4_reply", "SignatureDoesNotMatch",
     "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4_reply'.", 403),
    (r"test%2F\d{8}", "test%2F20200101", "SignatureDoesNotMatch", re.compile(
        "Date in Credential scope does not match YYYYMMDD .*: '20200101' != .*"), 403),
    ("X-Amz-Date=[^&]*", "X-Amz-Date=now", "IncompleteSignature",
     "Date must be in ISO-8601 'basic format'. Got 'now'. "
     "See http://en.wikipedia.org/wiki/ISO_8601", 400),
    ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512", "MissingAuthenticationToken",
     "Request is missing Authentication Token", 403),
    ("$", "&a=%4", "MalformedQueryString", "Incomplete trailing escape % sequence", 404),
    ("$", "&a=%zz", "MalformedQueryString", "Illegal hex character in escape % pattern: %zz", 404),
])
def test_mutations(server, pattern, replacement, code, message, status):
    path = presign(server)
    assert identity_of(fetch(server, path))
    path, count = re.subn(pattern, replacement, path, count=1)
    assert count

    expect_refusal(fetch(server, path), code, message, status)


def test_every_character_of_the_signature_counts(server):
    path = presign(server)
    start = path.index("X-Amz-Signature=") + len("X-Amz-Signature=")
    for i in range(start, len(path)):
        flipped = f"{int(path[i], 16) ^ 1:x}"
        expect_mismatch(fetch(server, path[:i] + flipped + path[i + 1:]))
    expect_mismatch(fetch(server, path[:start] + path[start:].upper()))


@pytest.mark.parametrize("path", ["/x", "//", "/./", "/%2F"])
def test_another_path_is_not_found(server, path):
    assert fetch(server, presign(server).replace("/", path, 1)).status == 404


def test_another_host_or_method_is_refused(server):
    path = presign(server)
    expect_mismatch(fetch(server, path, {"Host": "elsewhere.example.com"}))
    for method in ("HEAD", "PUT", "DELETE", "OPTIONS"):
        assert fetch(server, path, method=method).status == 400
    expect_mismatch(fetch(server, path, method="POST"))


def test_a_presigned_request_has_no_body(server, sts):
    path = path_of(server, sts.generate_presigned_url("get_caller_identity"))
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    reply = fetch(server, path, form, "POST", QUERY.encode())

    expect_refusal(reply, "MissingAuthenticationToken", "Request is missing Authentication Token",
                   403)
    assert identity_of(fetch(server, path, form, "POST"))


def test_what_is_not_signed_may_differ(server):
    assert identity_of(fetch(server, presign(server), {
        "User-Agent": "kube-apiserver", "Accept": "application/json", "X-Amz-Date": "today",
        "X-Forwarded-For": "192.0.2.1"}))


def test_signed_in_both_places_is_refused(server):
    headers = server.raw().signed_headers(None, b"", service="sts")

    expect_refusal(fetch(server, presign(server), {"Authorization": headers["Authorization"]}),
                   "SignatureDoesNotMatch", None, 403)


@pytest.mark.parametrize("service, query, action", [
    ("sts", "Action=GetSessionToken&Version=2011-06-15", "GetSessionToken"),
    ("sts", "Action=AssumeRole&Version=2011-06-15&RoleSessionName=s", "AssumeRole"),
    ("iam", "Action=ListUsers&Version=2010-05-08", "ListUsers"),
    ("iam", "Action=CreateUser&Version=2010-05-08&UserName=presigned", "CreateUser"),
])
def test_other_operations_are_not_presigned(server, service, query, action):
    expect_refusal(fetch(server, presign(server, service=service, query=query)), "InvalidAction",
                   f"Only GetCallerIdentity can be presigned. Sign {action} in the Authorization "
                   "header of a POST.", 400)
    assert server.client(service="iam").list_users()["Users"] == []


@pytest.mark.parametrize("service, operation, parameters", [
    ("secretsmanager", "get_secret_value", {"SecretId": "presigned"}),
    ("secretsmanager", "create_secret", {"Name": "presigned", "SecretString": "x"}),
    ("kms", "list_keys", {}),
    ("iam", "create_user", {"UserName": "presigned"}),
])
def test_what_boto3_presigns_of_other_services(server, service, operation, parameters):
    client = server.client(service=service)
    path = path_of(server, client.generate_presigned_url(operation, parameters, HttpMethod="GET"))

    for headers in ({}, {"X-Amz-Target": "secretsmanager.GetSecretValue",
                         "Content-Type": "application/x-amz-json-1.1"}):
        reply = fetch(server, path, headers)
        assert reply.status == 400
        assert b"UnknownOperationException" in reply.body or b"InvalidAction" in reply.body
    assert server.client().list_secrets()["SecretList"] == []
    assert server.client(service="iam").list_users()["Users"] == []


def test_an_expired_session_is_refused(server, sts):
    """By the server's clock, which also dates sessions; the last test here, since it moves it."""
    session = sts.get_session_token(DurationSeconds=900)["Credentials"]
    path = presign(server, key=session["AccessKeyId"], secret=session["SecretAccessKey"],
                   token=session["SessionToken"], expires=3600)
    assert identity_of(fetch(server, path))

    server.advance(seconds=901)

    expect_refusal(fetch(server, path), "ExpiredToken", EXPIRED_TOKEN, 403)
