"""GetSecretValue, PutSecretValue and UpdateSecret: values, tokens and selectors."""

import base64
import datetime
import json

import pytest

from support import (BOTH_VALUES, LABEL_NOT_ON_VERSION, NO_VALUE, NOT_FOUND, TOKEN_MISSING,
                     eventually, label_not_found, labels_by_version, let_the_clock_tick,
                     new_token, refused, token_in_use, version_not_found, without_metadata)


def test_get_a_string(client, name):
    created = client.create_secret(Name=name, SecretString="value")

    reply = without_metadata(client.get_secret_value(SecretId=name))

    assert set(reply) == {"ARN", "CreatedDate", "Name", "SecretString", "VersionId",
                          "VersionStages"}
    assert reply["ARN"] == created["ARN"]
    assert reply["VersionId"] == created["VersionId"]
    assert reply["SecretString"] == "value"
    assert reply["VersionStages"] == ["AWSCURRENT"]


def test_get_a_binary(client, raw, name):
    client.create_secret(Name=name, SecretBinary=b"footest")

    reply = without_metadata(client.get_secret_value(SecretId=name))

    assert reply["SecretBinary"] == b"footest"
    assert "SecretString" not in reply
    assert raw("GetSecretValue", {"SecretId": name}).json["SecretBinary"] == "Zm9vdGVzdA=="


STRINGS = {
    "json": '{"username": "admin", "password": "P@ssw0rd"}',
    "one character": "x",
    "controls": "".join(map(chr, range(32))) + "\x7f",
    "escapes": '"quotes" \\backslash\\ /slash/ \b\f\n\r\t',
    "unicode": "grüße – Ω ≈ 中文 \U0001f511 \u2028\u2029\ufeff",
    "key": "-----BEGIN KEY-----\nAAAA\nBBBB==\n-----END KEY-----\n",
    "blanks": "  leading and trailing  ",
    "longest": "x" * 65536,
    "longest in bytes": "€" * 21845 + "x",
}


@pytest.mark.parametrize("text", STRINGS.values(), ids=STRINGS)
def test_a_string_comes_back_exactly(client, name, text):
    client.create_secret(Name=name, SecretString=text)
    client.put_secret_value(SecretId=name, SecretString=text)

    assert client.get_secret_value(SecretId=name)["SecretString"] == text


@pytest.mark.parametrize("escaped", ["\\u0000", "\\ud83d\\udd11", "\\/", "\\u00FC", "a\\nb"])
def test_escapes_of_a_request_are_understood(client, raw, name, escaped):
    body = (f'{{"Name":"{name}","ClientRequestToken":"{new_token()}",'
            f'"SecretString":"{escaped}"}}').encode()

    raw("CreateSecret", body).expect_success()

    assert client.get_secret_value(SecretId=name)["SecretString"] == json.loads(f'"{escaped}"')


@pytest.mark.parametrize("value", [bytes(range(256)), b"\x00", b"\xff" * 3, bytes(65536),
                                   b"not base64 text"],
                         ids=["all bytes", "zero", "ones", "longest", "text"])
def test_binary_comes_back_exactly(client, name, value):
    client.create_secret(Name=name, SecretBinary=value)

    assert client.get_secret_value(SecretId=name)["SecretBinary"] == value


@pytest.mark.parametrize("operation", ["CreateSecret", "PutSecretValue", "UpdateSecret"])
@pytest.mark.parametrize("value", [{"SecretString": "x" * 65537},
                                   {"SecretString": "€" * 21846},
                                   {"SecretBinary": base64.b64encode(bytes(65537)).decode()}],
                         ids=["characters", "bytes", "binary"])
def test_one_byte_more_is_refused(client, raw, name, operation, value):
    if operation != "CreateSecret":
        client.create_secret(Name=name, SecretString="value")
    key = "Name" if operation == "CreateSecret" else "SecretId"

    reply = raw(operation, {key: name, "ClientRequestToken": new_token(), **value})

    member = "secretString" if "SecretString" in value else "secretBinary"
    reply.expect_refusal(
        "ValidationException",
        f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
        "Member must have length less than or equal to 65536")


def test_the_kind_of_value_may_change_with_each_version(client, name):
    client.create_secret(Name=name, SecretBinary=b"bytes")
    client.put_secret_value(SecretId=name, SecretString="text")
    client.update_secret(SecretId=name, SecretBinary=b"more")

    reply = client.get_secret_value(SecretId=name)
    previous = client.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")

    assert reply["SecretBinary"] == b"more" and "SecretString" not in reply
    assert previous["SecretString"] == "text" and "SecretBinary" not in previous


@pytest.fixture
def three_versions(client, name):
    """v1 without label, v2 AWSPREVIOUS, v3 AWSCURRENT."""
    tokens = [new_token() for _ in range(3)]
    client.create_secret(Name=name, SecretString="1", ClientRequestToken=tokens[0])
    for number in (1, 2):
        let_the_clock_tick()
        client.put_secret_value(SecretId=name, SecretString=str(number + 1),
                                ClientRequestToken=tokens[number])
    return tokens


@pytest.mark.parametrize("selector, expected", [
    ({}, "3"), ({"VersionStage": "AWSCURRENT"}, "3"), ({"VersionStage": "AWSPREVIOUS"}, "2"),
    ({"VersionId": 0}, "1"), ({"VersionId": 1}, "2"), ({"VersionId": 2}, "3"),
    ({"VersionId": 1, "VersionStage": "AWSPREVIOUS"}, "2")])
def test_selectors(client, name, three_versions, selector, expected):
    if "VersionId" in selector:
        selector = {**selector, "VersionId": three_versions[selector["VersionId"]]}

    assert client.get_secret_value(SecretId=name, **selector)["SecretString"] == expected


def test_a_version_without_labels_has_no_stages(client, name, three_versions):
    reply = client.get_secret_value(SecretId=name, VersionId=three_versions[0])

    assert "VersionStages" not in reply


def test_the_created_date_is_the_versions(client, name, three_versions):
    moments = [client.get_secret_value(SecretId=name, VersionId=token)["CreatedDate"]
               for token in three_versions]
    listed = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]

    assert moments == sorted(moments)
    assert {v["VersionId"]: v["CreatedDate"] for v in listed} == dict(zip(three_versions, moments))


def test_selectors_that_find_nothing(client, name, three_versions):
    unknown = new_token()

    with refused("ResourceNotFoundException", version_not_found(unknown)):
        client.get_secret_value(SecretId=name, VersionId=unknown)
    with refused("ResourceNotFoundException", label_not_found("AWSPENDING")):
        client.get_secret_value(SecretId=name, VersionStage="AWSPENDING")
    for label in ("AWSCURRENT", "nowhere"):
        with refused("InvalidRequestException", LABEL_NOT_ON_VERSION):
            client.get_secret_value(SecretId=name, VersionId=three_versions[1],
                                    VersionStage=label)


def test_a_secret_without_value(client, name):
    client.create_secret(Name=name)

    with refused("ResourceNotFoundException", label_not_found("AWSCURRENT")):
        client.get_secret_value(SecretId=name)
    with refused("ResourceNotFoundException", label_not_found("AWSPREVIOUS")):
        client.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")


def test_put_answers_the_labels_of_the_version(client, name):
    client.create_secret(Name=name)
    token = new_token()

    first = without_metadata(client.put_secret_value(SecretId=name, SecretString="1",
                                                     ClientRequestToken=token))
    second = client.put_secret_value(SecretId=name, SecretString="2",
                                     VersionStages=["AWSPENDING", "blue"])

    assert set(first) == {"ARN", "Name", "VersionId", "VersionStages"}
    assert (first["VersionId"], first["VersionStages"]) == (token, ["AWSCURRENT"])
    assert set(second["VersionStages"]) == {"AWSPENDING", "blue"}


def test_the_first_version_is_always_current(client, name):
    client.create_secret(Name=name)

    reply = client.put_secret_value(SecretId=name, SecretString="1", VersionStages=["AWSPENDING"])

    assert set(reply["VersionStages"]) == {"AWSPENDING", "AWSCURRENT"}


def test_the_same_value_makes_a_new_version(client, name):
    first = client.create_secret(Name=name, SecretString="value")["VersionId"]
    before = client.describe_secret(SecretId=name)["LastChangedDate"]
    let_the_clock_tick()

    second = client.put_secret_value(SecretId=name, SecretString="value")["VersionId"]
    third = client.update_secret(SecretId=name, SecretString="value")["VersionId"]

    assert len({first, second, third}) == 3
    assert labels_by_version(client, name) == {second: {"AWSPREVIOUS"}, third: {"AWSCURRENT"}}
    assert client.describe_secret(SecretId=name)["LastChangedDate"] > before


@pytest.mark.parametrize("operation", ["PutSecretValue", "UpdateSecret"])
class TestTokens:
    def call(self, client, operation, **arguments):
        method = {"PutSecretValue": client.put_secret_value, "UpdateSecret": client.update_secret}
        return method[operation](**arguments)

    @pytest.mark.parametrize("value", [{"SecretString": "new"}, {"SecretBinary": b"\x00new"}])
    def test_the_same_call_again_changes_nothing(self, client, name, operation, value):
        client.create_secret(Name=name, SecretString="value")
        token = new_token()
        arguments = {"SecretId": name, "ClientRequestToken": token, **value}
        first = without_metadata(self.call(client, operation, **arguments))
        described = without_metadata(client.describe_secret(SecretId=name))

        again = without_metadata(self.call(client, operation, **arguments))

        assert again == first
        assert again["VersionId"] == token
        assert without_metadata(client.describe_secret(SecretId=name)) == described

    @pytest.mark.parametrize("value", [{"SecretString": "another"}, {"SecretBinary": b"new"}])
    def test_the_same_token_with_another_value(self, client, name, operation, value):
        arn = client.create_secret(Name=name, SecretString="value")["ARN"]
        token = new_token()
        self.call(client, operation, SecretId=name, ClientRequestToken=token, SecretString="new")

        with refused("ResourceExistsException", token_in_use(token, arn)):
            self.call(client, operation, SecretId=name, ClientRequestToken=token, **value)

        assert client.get_secret_value(SecretId=name)["SecretString"] == "new"

    def test_the_token_of_the_creation_counts_too(self, client, name, operation):
        token = new_token()
        arn = client.create_secret(Name=name, SecretString="value",
                                   ClientRequestToken=token)["ARN"]

        reply = self.call(client, operation, SecretId=name, ClientRequestToken=token,
                          SecretString="value")

        assert reply["VersionId"] == token
        with refused("ResourceExistsException", token_in_use(token, arn)):
            self.call(client, operation, SecretId=name, ClientRequestToken=token,
                      SecretString="other")

    @pytest.mark.parametrize("exists", [True, False])
    def test_the_token_is_required_on_the_wire(self, client, raw, name, operation, exists):
        if exists:
            client.create_secret(Name=name, SecretString="value")

        raw(operation, {"SecretId": name, "SecretString": "new"}).expect_refusal(
            "InvalidRequestException", TOKEN_MISSING)

    def test_both_kinds_of_value_are_refused(self, client, name, operation):
        client.create_secret(Name=name, SecretString="value")

        with refused("InvalidParameterException", BOTH_VALUES):
            self.call(client, operation, SecretId=name, SecretString="a", SecretBinary=b"b")


def test_a_replayed_put_answers_the_labels_of_now(client, name):
    token = new_token()
    client.create_secret(Name=name, SecretString="value", ClientRequestToken=token)

    reply = client.put_secret_value(SecretId=name, SecretString="value", ClientRequestToken=token,
                                    VersionStages=["ignored"])

    assert reply["VersionStages"] == ["AWSCURRENT"]
    assert labels_by_version(client, name) == {token: {"AWSCURRENT"}}


def test_put_needs_a_value(client, name):
    client.create_secret(Name=name, SecretString="value")

    with refused("InvalidRequestException", NO_VALUE):
        client.put_secret_value(SecretId=name)


def test_put_refuses_a_rotation_token_of_no_rotation(client, name):
    client.create_secret(Name=name, SecretString="value")

    with refused("AccessDeniedException"):
        client.put_secret_value(SecretId=name, SecretString="new", RotationToken=new_token())

    assert client.get_secret_value(SecretId=name)["SecretString"] == "value"


def test_update_without_a_value_makes_no_version(client, name):
    token = client.create_secret(Name=name, SecretString="value")["VersionId"]

    for change in ({"Description": "new"}, {}):
        reply = without_metadata(client.update_secret(SecretId=name, **change))
        assert set(reply) == {"ARN", "Name"}

    assert labels_by_version(client, name, IncludeDeprecated=True) == {token: {"AWSCURRENT"}}


def test_update_without_a_value_needs_no_token(client, raw, name):
    client.create_secret(Name=name, SecretString="value")

    reply = raw("UpdateSecret", {"SecretId": name, "Description": "d"}).expect_success()

    assert set(reply) == {"ARN", "Name"}


def test_update_with_a_value(client, name):
    client.create_secret(Name=name, SecretString="value", Description="kept")

    reply = without_metadata(client.update_secret(SecretId=name, SecretString="new"))

    assert set(reply) == {"ARN", "Name", "VersionId"}
    assert client.get_secret_value(SecretId=name)["SecretString"] == "new"
    assert client.describe_secret(SecretId=name)["Description"] == "kept"


def test_update_replaces_and_clears_the_description(client, name):
    client.create_secret(Name=name, Description="first")

    client.update_secret(SecretId=name, Description="second")
    assert client.describe_secret(SecretId=name)["Description"] == "second"

    client.update_secret(SecretId=name, Description="")
    assert "Description" not in client.describe_secret(SecretId=name)


def test_update_fills_an_empty_secret(client, name):
    client.create_secret(Name=name)

    version = client.update_secret(SecretId=name, SecretString="filled")["VersionId"]

    assert labels_by_version(client, name) == {version: {"AWSCURRENT"}}


def test_the_last_access_is_kept_to_the_day(client, raw, name):
    version = client.create_secret(Name=name, SecretString="value")["VersionId"]
    client.put_secret_value(SecretId=name, SecretString="new")
    assert "LastAccessedDate" not in client.describe_secret(SecretId=name)

    client.get_secret_value(SecretId=name, VersionId=version)

    described = eventually(lambda: last_access(raw("DescribeSecret", {"SecretId": name}).json), 3)
    today = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0,
                                                                 microsecond=0)
    assert described == today.timestamp()
    versions = raw("ListSecretVersionIds", {"SecretId": name}).json["Versions"]
    assert {v["VersionId"]: v.get("LastAccessedDate") for v in versions}[version] == described
    assert [last_access(v) for v in versions].count(None) == 1


def last_access(shown):
    return shown.get("LastAccessedDate")


def test_a_read_does_not_change_the_secret(client, name):
    client.create_secret(Name=name, SecretString="value")
    before = client.describe_secret(SecretId=name)["LastChangedDate"]

    client.get_secret_value(SecretId=name)

    assert client.describe_secret(SecretId=name)["LastChangedDate"] == before


def test_a_missing_secret(client, name):
    for selector in ({}, {"VersionStage": "AWSCURRENT"}, {"VersionId": new_token()}):
        with refused("ResourceNotFoundException", NOT_FOUND):
            client.get_secret_value(SecretId=name, **selector)
