"""Signature Version 4: every refusal, its code and text; accounts and regions are worlds apart."""

import datetime
import re

import pytest

from support import (JSON_TYPE, NOT_FOUND, REGION, SERVICE, SIGNATURE_MISMATCH, UNKNOWN_KEY,
                     arn_pattern, refused)

BODY = b'{"PasswordLength": 8}'
OPERATION = "GetRandomPassword"


def minutes_from_now(minutes):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)


def spoiled(raw, change, **signing):
    """Sends a signed request after `change` has been made to its headers."""
    headers = raw.signed_headers(OPERATION, BODY, **signing)
    change(headers)
    return raw.send(headers, BODY)


def replace(pattern, replacement):
    """A change of the Authorization header."""
    def change(headers):
        headers["Authorization"], count = re.subn(pattern, replacement, headers["Authorization"])
        assert count
    return change


def set_header(name, value):
    def change(headers):
        headers[name] = value
    return change


def test_a_front_end_error_has_a_lower_case_message(raw):
    reply = raw(OPERATION, BODY, key="unknown_key_of_nobody")

    assert reply.status == 400
    assert reply.json == {"__type": "UnrecognizedClientException", "message": UNKNOWN_KEY}
    assert reply.headers["content-type"] == JSON_TYPE
    assert "date" in reply.headers
    assert "x-amzn-requestid" in reply.headers


def test_no_authorization(raw):
    spoiled(raw, lambda headers: headers.pop("Authorization")).expect_refusal(
        "MissingAuthenticationTokenException", "Missing Authentication Token")


@pytest.mark.parametrize("header, algorithm", [
    ("Basic dGVzdDp0ZXN0", "Basic"),
    ("AWS4-ECDSA-P256-SHA256 Credential=a, SignedHeaders=b, Signature=c",
     "AWS4-ECDSA-P256-SHA256"),
    ("aws4-hmac-sha256 Credential=a, SignedHeaders=b, Signature=c", "aws4-hmac-sha256"),
    ("AWS key:signature", "AWS"),
])
def test_another_algorithm(raw, header, algorithm):
    spoiled(raw, set_header("Authorization", header)).expect_refusal(
        "IncompleteSignatureException", f"Unsupported AWS 'algorithm': '{algorithm}'.")


def test_a_piece_without_an_equal_sign(raw):
    header = "AWS4-HMAC-SHA256 Credential=a, nonsense, Signature=c"

    spoiled(raw, set_header("Authorization", header)).expect_refusal(
        "IncompleteSignatureException",
        "'nonsense' not a valid key=value pair (missing equal-sign) in Authorization header: "
        f"'{header}'.")


@pytest.mark.parametrize("missing", [
    {"Credential"}, {"Signature"}, {"SignedHeaders"}, {"Credential", "Signature"},
    {"Credential", "Signature", "SignedHeaders"} - {"SignedHeaders"},
    {"Signature", "SignedHeaders"}, {"X-Amz-Date"}, {"Credential", "X-Amz-Date"}])
def test_missing_parameters_are_all_named_in_order(raw, missing):
    pieces = {"Credential": f"test/20260101/{REGION}/{SERVICE}/aws4_request",
              "SignedHeaders": "host;x-amz-target", "Signature": "0" * 64}
    header = "AWS4-HMAC-SHA256 " + ", ".join(
        f"{name}={value}" for name, value in pieces.items() if name not in missing)
    expected = [f"Authorization header requires '{name}' parameter."
                for name in ("Credential", "Signature", "SignedHeaders") if name in missing]
    if "X-Amz-Date" in missing:
        expected.append("Authorization header requires existence of either a 'X-Amz-Date' or a "
                        "'Date' header.")

    def change(headers):
        headers["Authorization"] = header
        if "X-Amz-Date" in missing:
            del headers["X-Amz-Date"]

    spoiled(raw, change).expect_refusal(
        "IncompleteSignatureException", " ".join(expected) + f" Authorization={header}")


def test_the_host_must_be_signed(raw):
    spoiled(raw, replace("host;", "")).expect_refusal(
        "InvalidSignatureException",
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")


def test_the_target_must_be_signed(raw):
    headers = raw.signed_headers(None, BODY)
    headers["X-Amz-Target"] = f"{SERVICE}.{OPERATION}"

    raw.send(headers, BODY).expect_refusal("InvalidSignatureException")


@pytest.mark.parametrize("date", ["yesterday", "2026-01-01T00:00:00Z", "20261301T000000Z",
                                  "20260230T000000Z", "20260101T250000Z", "20260101T000000",
                                  "Thu, 01 Jan 2026 00:00:00 GMT"])
def test_a_date_that_is_none(raw, date):
    spoiled(raw, set_header("X-Amz-Date", date)).expect_refusal(
        "IncompleteSignatureException",
        f"Date must be in ISO-8601 'basic format'. Got '{date}'. "
        "See http://en.wikipedia.org/wiki/ISO_8601")


STAMP = "%Y%m%dT%H%M%SZ"


@pytest.mark.parametrize("minutes, form, sign", [
    (-6, r"Signature expired: (\w+) is now earlier than (\w+) \((\w+) - 5 min\.\)", -1),
    (-600, r"Signature expired: (\w+) is now earlier than (\w+) \((\w+) - 5 min\.\)", -1),
    (6, r"Signature not yet current: (\w+) is still later than (\w+) \((\w+) \+ 5 min\.\)", 1),
    (600, r"Signature not yet current: (\w+) is still later than (\w+) \((\w+) \+ 5 min\.\)", 1),
])
def test_a_signature_outside_of_five_minutes(raw, minutes, form, sign):
    when = minutes_from_now(minutes)

    reply = raw(OPERATION, BODY, when=when).expect_refusal(
        "InvalidSignatureException", re.compile(form))

    signed, limit, now = (datetime.datetime.strptime(text, STAMP)
                          for text in re.fullmatch(form, reply.message).groups())
    assert signed == when.replace(microsecond=0, tzinfo=None)
    assert limit == now + sign * datetime.timedelta(minutes=5)


@pytest.mark.parametrize("minutes", [-4.8, -1, 0, 1, 4.8])
def test_a_signature_inside_of_five_minutes(raw, minutes):
    raw(OPERATION, BODY, when=minutes_from_now(minutes)).expect_success()


@pytest.mark.parametrize("credential", ["test", f"test/20260101/{REGION}/{SERVICE}",
                                        f"te/st/20260101/{REGION}/{SERVICE}/aws4_request", ""])
def test_a_credential_has_five_parts(raw, credential):
    spoiled(raw, replace("Credential=[^,]*", f"Credential={credential}")).expect_refusal(
        "IncompleteSignatureException",
        "Credential must have exactly 5 slash-delimited elements, e.g. "
        f"keyid/date/region/service/term, got '{credential}'")


# Only the words are sure: AWS has been seen with and without a blank at the end.
REGION_TEXT = r"Credential should be scoped to a valid region\. *"
SERVICE_TEXT = r"Credential should be scoped to correct service: 'secretsmanager'\. *"
WRONG_REGION = re.compile(REGION_TEXT)
WRONG_SERVICE = re.compile(SERVICE_TEXT)
WRONG_BOTH = re.compile(f"{REGION_TEXT} {SERVICE_TEXT}")


@pytest.mark.parametrize("signing, message", [
    ({"region": "moon-north-1"}, WRONG_REGION),
    ({"region": "US-EAST-1"}, WRONG_REGION),
    ({"region": "aws-global"}, WRONG_REGION),
    ({"service": "kms"}, WRONG_SERVICE),
    ({"service": "SecretsManager"}, WRONG_SERVICE),
    ({"region": "moon-north-1", "service": "kms"}, WRONG_BOTH),
])
def test_the_scope_names_region_and_service(raw, signing, message):
    raw(OPERATION, BODY, **signing).expect_refusal("InvalidSignatureException", message)


def test_the_scope_ends_in_aws4_request(raw):
    reply = spoiled(raw, replace("/aws4_request", "/aws4_reply"))

    reply.expect_refusal("InvalidSignatureException")
    assert reply.message.startswith(
        "Credential should be scoped with a valid terminator: 'aws4_request'")


def test_the_scope_has_the_date_of_the_request(raw):
    headers = raw.signed_headers(OPERATION, BODY)
    sent = headers["X-Amz-Date"]
    headers["Authorization"] = re.sub(r"test/\d{8}/", "test/20200101/", headers["Authorization"])

    raw.send(headers, BODY).expect_refusal(
        "InvalidSignatureException",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
        f"HTTP: '20200101' != '{sent[:8]}', from '{sent}'.")


def test_the_key_must_be_known(raw):
    raw(OPERATION, BODY, key="AKIAIOSFODNN7EXAMPLE").expect_refusal(
        "UnrecognizedClientException", UNKNOWN_KEY)


@pytest.mark.parametrize("key", ["TEST", "12345678901", "1234567890123", "00000000000a"])
def test_only_test_and_twelve_digits_are_keys_of_the_development_profile(raw, key):
    raw(OPERATION, BODY, key=key).expect_refusal("UnrecognizedClientException", UNKNOWN_KEY)


@pytest.mark.parametrize("change", [
    replace("Signature=[0-9a-f]{64}", "Signature=" + "0" * 64),
    replace("Signature=([0-9a-f]{63}).", r"Signature=\1"),
    replace("Signature=([0-9a-f]{64})", r"Signature=\g<1>0"),
    replace("Signature=([0-9a-f]{64})", "Signature=" + "g" * 64),
    replace("Signature=([0-9a-f]{64})", "Signature="),
    set_header("X-Amz-Target", f"{SERVICE}.ListSecrets"),
    set_header("Content-Type", "application/json"),
    set_header("Host", "localhost:1"),
], ids=["zeros", "short", "long", "not hexadecimal", "empty", "target", "content type", "host"])
def test_a_signature_that_does_not_match(raw, change):
    spoiled(raw, change).expect_refusal("InvalidSignatureException", SIGNATURE_MISMATCH)


def test_a_signature_in_upper_case(raw):
    def change(headers):
        before, signature = headers["Authorization"].split("Signature=")
        headers["Authorization"] = f"{before}Signature={signature.upper()}"

    spoiled(raw, change).expect_refusal("InvalidSignatureException", SIGNATURE_MISMATCH)


def test_a_wrong_secret(raw):
    raw(OPERATION, BODY, secret="tset").expect_refusal(
        "InvalidSignatureException", SIGNATURE_MISMATCH)


@pytest.mark.parametrize("body", [b"", BODY + b" ", BODY.replace(b"8", b"9")])
def test_the_body_is_signed(raw, body):
    raw.send(raw.signed_headers(OPERATION, BODY), body).expect_refusal(
        "InvalidSignatureException", SIGNATURE_MISMATCH)


@pytest.mark.parametrize("value", ["0" * 64, "UNSIGNED-PAYLOAD",
                                   "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"])
def test_a_wrong_body_hash_is_refused(raw, value):
    reply = raw(OPERATION, BODY, headers={"X-Amz-Content-SHA256": value})

    reply.expect_refusal("InvalidSignatureException", SIGNATURE_MISMATCH)


def test_a_lasting_key_takes_no_session_token(raw):
    raw(OPERATION, BODY, token="any").expect_refusal(
        "UnrecognizedClientException", re.compile(re.escape(UNKNOWN_KEY) + "?"))


@pytest.mark.parametrize("query, code, message", [
    ("a=%4", "MalformedQueryString", "Incomplete trailing escape % sequence"),
    ("a=%zz", "MalformedQueryString", "Illegal hex character in escape % pattern: %zz"),
    ("X-Amz-Algorithm=AWS4-HMAC-SHA256", "InvalidSignatureException", None),
    ("a=b", "InvalidSignatureException", SIGNATURE_MISMATCH),
])
def test_queries(raw, query, code, message):
    raw.send(raw.signed_headers(OPERATION, BODY), BODY, path=f"/?{query}").expect_refusal(
        code, message)


def test_presigned_requests_are_not_for_this_service(raw):
    query = (f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20260101%2F{REGION}%2F"
             f"{SERVICE}%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60"
             f"&X-Amz-SignedHeaders=host&X-Amz-Signature={'0' * 64}")

    for method in ("GET", "POST"):
        reply = raw.send({"Host": "localhost"}, method=method, path=f"/?{query}")
        assert reply.status == 400
        assert reply.code in ("UnknownOperationException", "MissingAuthenticationTokenException")


# Order of A.3: the earlier check speaks.
@pytest.mark.parametrize("signing, code, message", [
    ({"when": -6, "key": "nobody_nobody_nobody"}, "InvalidSignatureException",
     re.compile("Signature expired: .*")),
    ({"when": -6, "region": "moon-north-1"}, "InvalidSignatureException",
     re.compile("Signature expired: .*")),
    ({"region": "moon-north-1", "key": "nobody_nobody_nobody"}, "InvalidSignatureException",
     WRONG_REGION),
    ({"key": "nobody_nobody_nobody", "secret": "wrong"}, "UnrecognizedClientException",
     UNKNOWN_KEY),
])
def test_the_order_of_checks(raw, signing, code, message):
    signing = dict(signing)
    if "when" in signing:
        signing["when"] = minutes_from_now(signing["when"])

    raw(OPERATION, BODY, **signing).expect_refusal(code, message)


# What real clients send, and must be let in.
@pytest.mark.parametrize("change", [
    set_header("User-Agent", "anything/1.0"),
    set_header("amz-sdk-invocation-id", "7d1fc2a6-0000-0000-0000-000000000000"),
    set_header("X-Amzn-Trace-Id", "Root=1-2-3"),
    replace(", ", ","),
    replace(", ", ",  "),
    replace("AWS4-HMAC-SHA256 (Credential=.*), (SignedHeaders=.*), (Signature=.*)",
            r"AWS4-HMAC-SHA256 \3, \2, \1"),
], ids=["user agent", "retry headers", "trace", "no blanks", "two blanks", "another order"])
def test_harmless_differences_are_accepted(raw, change):
    spoiled(raw, change).expect_success()


@pytest.mark.parametrize("headers", [
    {"Amz-Sdk-Invocation-Id": "7d1fc2a6", "Amz-Sdk-Request": "attempt=1; max=3",
     "X-Amz-User-Agent": "aws-sdk-js/3.1162.0"},
    {"X-Custom": "  inner   blanks\tand tabs  "},
    {"X-Quoted": '"a   b"'},
    {"X-Empty": ""},
    {"Content-Type": None},
], ids=["JavaScript", "blanks", "quotes", "empty", "content type not signed"])
def test_signed_headers_of_other_clients(raw, headers):
    raw(OPERATION, BODY, headers=headers).expect_success()


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost", "[::1]:{port}",
                                  "vault.example.com:8443"])
def test_the_host_counts_as_it_was_sent(server, raw, host):
    raw(OPERATION, BODY, host=host.format(port=server.port)).expect_success()


def test_accounts_are_separate_worlds(server, raw, client, name):
    other = server.client(key="111111111111")
    client.create_secret(Name=name, SecretString="mine")

    with refused("ResourceNotFoundException", NOT_FOUND):
        other.get_secret_value(SecretId=name)
    created = other.create_secret(Name=name, SecretString="theirs")

    assert arn_pattern(name, account="111111111111").fullmatch(created["ARN"])
    assert client.get_secret_value(SecretId=name)["SecretString"] == "mine"
    assert other.get_secret_value(SecretId=name)["SecretString"] == "theirs"


def test_test_is_the_root_of_account_zero(server, client, name):
    zero = server.client(key="000000000000")
    client.create_secret(Name=name, SecretString="value")

    assert zero.get_secret_value(SecretId=name)["SecretString"] == "value"


def test_regions_are_separate_worlds(server, client, name):
    elsewhere = server.client(region="eu-central-1")
    here = client.create_secret(Name=name, SecretString="here")["ARN"]

    with refused("ResourceNotFoundException", NOT_FOUND):
        elsewhere.describe_secret(SecretId=name)
    with refused("ResourceNotFoundException", NOT_FOUND):
        elsewhere.describe_secret(SecretId=here)
    created = elsewhere.create_secret(Name=name, SecretString="there")

    assert arn_pattern(name, region="eu-central-1").fullmatch(created["ARN"])
    assert client.get_secret_value(SecretId=name)["SecretString"] == "here"


def test_an_arn_of_another_account_needs_a_policy_there(server, client, name):
    arn = client.create_secret(Name=name, SecretString="mine")["ARN"]
    other = server.client(key="111111111111")

    with refused("AccessDeniedException",
                 "User: arn:aws:iam::111111111111:root is not authorized to perform: "
                 f"secretsmanager:GetSecretValue on resource: {arn} because no resource-based "
                 "policy allows the secretsmanager:GetSecretValue action"):
        other.get_secret_value(SecretId=arn)


@pytest.mark.parametrize("region, partition", [("cn-north-1", "aws-cn"),
                                               ("us-gov-west-1", "aws-us-gov"),
                                               ("ap-southeast-2", "aws")])
def test_the_region_decides_the_partition(server, name, region, partition):
    arn = server.client(region=region).create_secret(Name=name)["ARN"]

    assert arn.startswith(f"arn:{partition}:secretsmanager:{region}:")
