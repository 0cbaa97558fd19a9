"""The wire protocol: AWS JSON 1.1, its envelope, its errors and constraint validation."""

import email.utils
import json
import re
import time

import pytest

from support import (ACCOUNT, INVALID_NAME, JSON_TYPE, NOT_FOUND, SERVICE, SIGNATURE_MISMATCH,
                     TOKEN_MISSING, UUID_PATTERN, exchange, new_token, null_member)

LONG_ID = "v" * 32


def test_health(server):
    assert server.get("/health")["status"] == "ok"


def test_a_success_has_the_protocols_headers(raw):
    reply = raw("GetRandomPassword")

    assert reply.status == 200
    assert reply.headers["content-type"] == JSON_TYPE
    assert int(reply.headers["content-length"]) == len(reply.body)
    assert re.fullmatch(UUID_PATTERN, reply.headers["x-amzn-requestid"])
    assert_is_now(reply.headers["date"])


def test_a_refusal_has_the_protocols_headers(raw):
    reply = raw("GetSecretValue", {"SecretId": "missing"})

    assert reply.status == 400
    assert reply.headers["content-type"] == JSON_TYPE
    assert re.fullmatch(UUID_PATTERN, reply.headers["x-amzn-requestid"])
    assert_is_now(reply.headers["date"])


def assert_is_now(date):
    assert date.endswith(" GMT")
    assert abs(email.utils.parsedate_to_datetime(date).timestamp() - time.time()) < 60


def test_request_ids_differ(raw):
    ids = {raw("GetRandomPassword").headers["x-amzn-requestid"] for _ in range(5)}

    assert len(ids) == 5


def test_a_modelled_error_is_a_bare_type_and_a_message(raw):
    reply = raw("GetSecretValue", {"SecretId": "missing"})

    assert reply.json == {"__type": "ResourceNotFoundException", "Message": NOT_FOUND}


def test_a_validation_error_has_a_lower_case_message(raw):
    reply = raw("GetSecretValue", {})

    assert reply.code == "ValidationException"
    assert reply.json["message"] == f"1 validation error detected: {null_member('secretId')}"


@pytest.mark.parametrize("plaintext", [False, True], ids=["tls", "plaintext"])
def test_one_port_speaks_tls_and_plaintext(raw, plaintext):
    assert raw("GetRandomPassword", plaintext=plaintext).status == 200


@pytest.mark.parametrize("content_type", [JSON_TYPE, JSON_TYPE + "; charset=utf-8",
                                          "application/json", None])
def test_the_content_type_is_taken_leniently(raw, content_type):
    assert raw("GetRandomPassword", headers={"Content-Type": content_type}).status == 200


def test_an_empty_body_is_an_empty_object(raw):
    assert raw("GetRandomPassword", b"").status == 200


def test_a_connection_is_kept_for_the_next_request(server, raw):
    connection = server.connect()
    for _ in range(3):
        headers = raw.signed_headers("GetRandomPassword", b"{}")
        assert exchange(connection, headers, b"{}").status == 200
    connection.close()


def test_unknown_members_are_ignored(raw, name):
    body = {"Name": name, "ClientRequestToken": new_token(), "SecretString": "value",
            "Colour": "red", "Nested": {"list": [1, 2.5, None, {"x": True}]}}

    assert set(raw("CreateSecret", body).expect_success()) == {"ARN", "Name", "VersionId"}


def test_null_members_count_as_absent(raw, name):
    body = {"Name": name, "ClientRequestToken": new_token(), "SecretString": None,
            "SecretBinary": None, "Description": None, "Tags": None, "KmsKeyId": None}

    assert set(raw("CreateSecret", body).expect_success()) == {"ARN", "Name"}
    assert raw("DescribeSecret", {"SecretId": None}).message == (
        f"1 validation error detected: {null_member('secretId')}")


def test_no_reply_holds_null(client, raw, name):
    client.create_secret(Name=name)
    client.put_secret_value(SecretId=name, SecretString="value")

    for operation in ("DescribeSecret", "GetSecretValue", "ListSecretVersionIds",
                      "GetResourcePolicy"):
        assert b"null" not in raw(operation, {"SecretId": name}).body
    assert b"null" not in raw("ListSecrets").body


def test_timestamps_are_epoch_seconds_with_milliseconds(client, raw, name):
    client.create_secret(Name=name, SecretString="value")

    body = raw("DescribeSecret", {"SecretId": name}).body.decode()

    for member in ("CreatedDate", "LastChangedDate"):
        text = re.search(rf'"{member}"\s*:\s*([^,}}\s]+)', body).group(1)
        seconds = float(text)
        assert abs(seconds - time.time()) < 60
        assert abs(seconds * 1000 - round(seconds * 1000)) < 1e-3
        assert not re.fullmatch(r"\d+\.\d*0", text), "trailing zeros of the fraction"


def test_the_fraction_of_a_timestamp_is_kept(client, raw, name):
    moments = set()
    for i in range(5):
        client.create_secret(Name=f"{name}-{i}")
        created = raw("DescribeSecret", {"SecretId": f"{name}-{i}"}).json["CreatedDate"]
        moments.add(round(created * 1000) % 1000)

    assert moments != {0}


@pytest.mark.parametrize("operation", ["TagResource", "UntagResource"])
def test_tag_operations_answer_an_empty_body(client, raw, name, operation):
    client.create_secret(Name=name)
    member = {"TagResource": {"Tags": [{"Key": "a", "Value": "b"}]},
              "UntagResource": {"TagKeys": ["a"]}}[operation]

    reply = raw(operation, {"SecretId": name, **member})

    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["content-length"] == "0"


@pytest.mark.parametrize("target", [
    None, "secretsmanager.Nope", "secretsmanager.getsecretvalue", "SecretsManager.GetSecretValue",
    "secretsmanager.", "secretsmanager.GetSecretValue.", "kms.GetSecretValue", ".",
    "secretsmanager.GetSecretValueX"])
def test_an_unknown_target_is_an_unknown_operation(raw, target):
    reply = raw(target, {"SecretId": "x"})

    assert reply.status in (400, 404)
    assert reply.code == "UnknownOperationException"


@pytest.mark.parametrize("body", [
    b"{", b"}", b"not json", b"[]", b'"text"', b"1", b"null", b'{"SecretId": "a"} x',
    b'{"SecretId": "a",}', b"{'SecretId': 'a'}", b'{"SecretId": 1}', b'{"SecretId": true}',
    b'{"SecretId": {}}', b'{"SecretId": ["a"]}', b'{"SecretId": "\xff"}', b'{"SecretId": "\n"}',
    b'{"SecretId": "\\ud800"}', b'{"SecretId": "a"', b'{"SecretId"}', b"\x00", b"\xef\xbb\xbf{}"])
def test_a_body_that_is_not_the_json_expected(raw, body):
    raw("GetSecretValue", body).expect_refusal("SerializationException")


@pytest.mark.parametrize("operation, members", [
    ("PutSecretValue", {"SecretBinary": "not base64!"}),
    ("PutSecretValue", {"SecretBinary": "Zm9"}),
    ("PutSecretValue", {"SecretString": 5}),
    ("PutSecretValue", {"VersionStages": "AWSCURRENT"}),
    ("PutSecretValue", {"VersionStages": [1]}),
    ("DeleteSecret", {"ForceDeleteWithoutRecovery": "true"}),
    ("DeleteSecret", {"RecoveryWindowInDays": "7"}),
    ("TagResource", {"Tags": {"Key": "a", "Value": "b"}}),
    ("TagResource", {"Tags": ["a"]}),
])
def test_a_member_of_the_wrong_type(raw, operation, members):
    body = {"SecretId": "missing", "ClientRequestToken": new_token(), **members}

    raw(operation, body).expect_refusal("SerializationException")


def at_least(member, value, length):
    return (f"Value '{value}' at '{member}' failed to satisfy constraint: "
            f"Member must have length greater than or equal to {length}")


def at_most(member, value, length):
    return (f"Value '{value}' at '{member}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {length}")


def hidden(member, relation, length):
    return (f"Value at '{member}' failed to satisfy constraint: "
            f"Member must have length {relation} than or equal to {length}")


@pytest.mark.parametrize("operation, body, details", [
    ("GetSecretValue", {}, [null_member("secretId")]),
    ("DescribeSecret", {}, [null_member("secretId")]),
    ("DeleteSecret", {"ForceDeleteWithoutRecovery": True}, [null_member("secretId")]),
    ("CreateSecret", {"ClientRequestToken": LONG_ID}, [null_member("name")]),
    ("UpdateSecretVersionStage", {}, [null_member("secretId"), null_member("versionStage")]),
    ("TagResource", {}, [null_member("secretId"), null_member("tags")]),
    ("UntagResource", {}, [null_member("secretId"), null_member("tagKeys")]),
    ("PutResourcePolicy", {}, [null_member("secretId"), null_member("resourcePolicy")]),
    ("GetSecretValue", {"SecretId": ""}, [at_least("secretId", "", 1)]),
    ("GetSecretValue", {"SecretId": "s" * 2049}, [at_most("secretId", "s" * 2049, 2048)]),
    ("CreateSecret", {"Name": "", "ClientRequestToken": LONG_ID}, [at_least("name", "", 1)]),
    ("CreateSecret", {"Name": "n" * 513, "ClientRequestToken": LONG_ID},
     [at_most("name", "n" * 513, 512)]),
    ("GetSecretValue", {"SecretId": "s", "VersionId": "short"},
     [at_least("versionId", "short", 32)]),
    ("GetSecretValue", {"SecretId": "s", "VersionId": "v" * 65},
     [at_most("versionId", "v" * 65, 64)]),
    ("GetSecretValue", {"SecretId": "s", "VersionStage": ""}, [at_least("versionStage", "", 1)]),
    ("GetSecretValue", {"SecretId": "s", "VersionStage": "l" * 257},
     [at_most("versionStage", "l" * 257, 256)]),
    ("CreateSecret", {"Name": "n", "ClientRequestToken": "short"},
     [at_least("clientRequestToken", "short", 32)]),
    ("CreateSecret", {"Name": "n", "ClientRequestToken": LONG_ID, "Description": "d" * 2049},
     [at_most("description", "d" * 2049, 2048)]),
    ("CreateSecret", {"Name": "n", "ClientRequestToken": LONG_ID, "SecretString": ""},
     [hidden("secretString", "greater", 1)]),
    ("CreateSecret", {"Name": "n", "ClientRequestToken": LONG_ID, "SecretString": "x" * 65537},
     [hidden("secretString", "less", 65536)]),
    ("CreateSecret", {"Name": "n", "ClientRequestToken": LONG_ID, "SecretBinary": ""},
     [hidden("secretBinary", "greater", 1)]),
    ("PutSecretValue", {"SecretId": "s", "ClientRequestToken": LONG_ID, "SecretString": "x",
                        "VersionStages": []}, [at_least("versionStages", "[]", 1)]),
    ("PutSecretValue", {"SecretId": "s", "ClientRequestToken": LONG_ID, "SecretString": "x",
                        "RotationToken": "short"}, [hidden("rotationToken", "greater", 36)]),
    ("GetSecretValue", {"VersionId": "short"},
     [null_member("secretId"), at_least("versionId", "short", 32)]),
    ("PutSecretValue", {"ClientRequestToken": "short", "SecretString": ""},
     [null_member("secretId"), at_least("clientRequestToken", "short", 32),
      hidden("secretString", "greater", 1)]),
    ("BatchGetSecretValue", {"SecretIdList": []}, [at_least("secretIdList", "[]", 1)]),
    ("BatchGetSecretValue", {"SecretIdList": ["a"] * 21},
     [at_most("secretIdList", "[" + ", ".join(["a"] * 21) + "]", 20)]),
    ("ListSecrets", {"NextToken": ""}, [at_least("nextToken", "", 1)]),
    ("PutResourcePolicy", {"SecretId": "s", "ResourcePolicy": ""},
     [at_least("resourcePolicy", "", 1)]),
])
def test_all_violations_of_constraints_come_in_one_message(raw, operation, body, details):
    message = raw(operation, body).expect_refusal("ValidationException").message

    count = f"{len(details)} validation error{'s' if len(details) > 1 else ''} detected: "
    assert message.startswith(count)
    assert sorted(shortened(message.removeprefix(count)).split("; ")) == sorted(map(shortened,
                                                                                    details))


def shortened(text):
    """A server may cut a very long value that it echoes."""
    return re.sub(r"(.)\1{500,}(\.\.\.)?", r"\1…", text)


@pytest.mark.parametrize("operation, body, detail", [
    ("GetRandomPassword", {"PasswordLength": 5555},
     "Value '5555' at 'passwordLength' failed to satisfy constraint: "
     "Member must have value less than or equal to 4096"),
    ("GetRandomPassword", {"PasswordLength": 0},
     "Value '0' at 'passwordLength' failed to satisfy constraint: "
     "Member must have value greater than or equal to 1"),
    ("ListSecrets", {"MaxResults": 0},
     "Value '0' at 'maxResults' failed to satisfy constraint: "
     "Member must have value greater than or equal to 1"),
    ("ListSecrets", {"MaxResults": 101},
     "Value '101' at 'maxResults' failed to satisfy constraint: "
     "Member must have value less than or equal to 100"),
    ("BatchGetSecretValue", {"MaxResults": 21, "Filters": [{"Key": "name", "Values": ["a"]}]},
     "Value '21' at 'maxResults' failed to satisfy constraint: "
     "Member must have value less than or equal to 20"),
    ("ListSecrets", {"SortOrder": "up"},
     "Value 'up' at 'sortOrder' failed to satisfy constraint: "
     "Member must satisfy enum value set: [asc, desc]"),
])
def test_numbers_and_enumerations_are_checked(raw, operation, body, detail):
    raw(operation, body).expect_refusal("ValidationException",
                                        f"1 validation error detected: {detail}")


def test_a_sensitive_value_is_never_echoed(raw):
    body = {"SecretId": "s", "ClientRequestToken": "short", "SecretString": "hunter2" * 10000,
            "RotationToken": "tell no one"}

    reply = raw("PutSecretValue", body).expect_refusal("ValidationException")

    assert b"hunter2" not in reply.body
    assert b"tell no one" not in reply.body


# Which refusal wins when several apply.
@pytest.mark.parametrize("operation, body, code, message", [
    ("GetSecretValue", {"SecretId": "bad name", "VersionId": "short"}, "ValidationException",
     "1 validation error detected: " + at_least("versionId", "short", 32)),
    ("GetSecretValue", {"SecretId": "bad name"}, "ValidationException", INVALID_NAME),
    ("PutSecretValue", {"SecretId": "missing", "SecretString": "x"}, "InvalidRequestException",
     TOKEN_MISSING),
    ("DeleteSecret", {"SecretId": "missing", "RecoveryWindowInDays": 6},
     "InvalidParameterException",
     "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."),
    ("GetSecretValue", {"SecretId": "missing"}, "ResourceNotFoundException", NOT_FOUND),
])
def test_the_order_of_checks_inside_a_call(raw, operation, body, code, message):
    raw(operation, body).expect_refusal(code, message)


def test_the_target_is_looked_at_before_the_signature(raw):
    reply = raw("Nope", {}, secret="wrong")

    assert reply.code == "UnknownOperationException"


def test_the_signature_is_looked_at_before_the_body(raw):
    raw("GetSecretValue", b"{", secret="wrong").expect_refusal(
        "InvalidSignatureException", SIGNATURE_MISMATCH)


def test_members_of_a_reply_are_plain_json(client, raw, name):
    arn = client.create_secret(Name=name, SecretString="value")["ARN"]

    body = raw("GetSecretValue", {"SecretId": arn}).json

    assert isinstance(body["CreatedDate"], (int, float))
    assert (body["ARN"], body["Name"], body["SecretString"]) == (arn, name, "value")
    assert body["VersionStages"] == ["AWSCURRENT"]
    assert f":{SERVICE}:us-east-1:{ACCOUNT}:secret:" in json.dumps(body)
