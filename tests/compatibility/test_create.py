"""CreateSecret, names, ARNs and how a SecretId is resolved."""

import pytest

from support import (BOTH_VALUES, INVALID_NAME, NOT_FOUND, TOKEN_MISSING, arn_pattern, new_token,
                     refused, secret_exists, token_in_use, without_metadata)


def test_create_with_a_value(client, name):
    token = new_token()

    reply = without_metadata(
        client.create_secret(Name=name, SecretString="value", ClientRequestToken=token))

    assert set(reply) == {"ARN", "Name", "VersionId"}
    assert arn_pattern(name).fullmatch(reply["ARN"])
    assert (reply["Name"], reply["VersionId"]) == (name, token)


def test_create_without_a_value(client, name):
    reply = without_metadata(client.create_secret(Name=name))

    assert set(reply) == {"ARN", "Name"}


GOOD_NAMES = ["Valid/_+=.@-Name", "plain", "a", "with-a1b2", "with-a1b2c3", "with-a1b2c3-",
              "/leading/and/trailing/", "rds!db-1234", "0123456789", "UPPER", "..", "a//b",
              "x" * 400]


@pytest.mark.parametrize("good", GOOD_NAMES)
def test_names_that_are_valid(client, name, good):
    full = f"{name}{good}"

    created = client.create_secret(Name=full, SecretString="value")

    assert arn_pattern(full).fullmatch(created["ARN"])
    assert client.get_secret_value(SecretId=full)["Name"] == full
    assert client.get_secret_value(SecretId=created["ARN"])["Name"] == full


def test_a_name_of_512_characters(client, name):
    longest = name + "x" * (512 - len(name))

    client.create_secret(Name=longest, SecretString="value")

    assert client.describe_secret(SecretId=longest)["Name"] == longest


BAD_NAMES = [" leading", "in ner", "trailing ", "*", "?", "a]", "a\\b", "a*b", "a,b", "a:b", "a#b",
             "a%b", "tab\t", "ünïcode", "new\nline"]


@pytest.mark.parametrize("bad", BAD_NAMES)
def test_names_that_are_not(raw, bad):
    body = {"Name": bad, "ClientRequestToken": new_token(), "SecretString": "value"}

    raw("CreateSecret", body).expect_refusal("ValidationException", INVALID_NAME)


BY_SECRET_ID = [
    ("GetSecretValue", {}),
    ("DescribeSecret", {}),
    ("ListSecretVersionIds", {}),
    ("PutSecretValue", {"SecretString": "x"}),
    ("UpdateSecret", {"SecretString": "x"}),
    ("UpdateSecretVersionStage", {"VersionStage": "AWSCURRENT"}),
    ("DeleteSecret", {}),
    ("DeleteSecret", {"ForceDeleteWithoutRecovery": True}),
    ("RestoreSecret", {}),
    ("TagResource", {"Tags": []}),
    ("UntagResource", {"TagKeys": []}),
    ("GetResourcePolicy", {}),
    ("PutResourcePolicy", {"ResourcePolicy": "{}"}),
    ("DeleteResourcePolicy", {}),
]
WITH_TOKEN = {"PutSecretValue", "UpdateSecret"}


def by_id(operation, members, secret_id):
    body = {"SecretId": secret_id, **members}
    if operation in WITH_TOKEN:
        body["ClientRequestToken"] = new_token()
    return body


@pytest.mark.parametrize("bad", [" leading", "in ner", "a*", "a?", "a]", "a\\b"])
@pytest.mark.parametrize("operation, members", BY_SECRET_ID)
def test_every_operation_refuses_a_bad_name(raw, operation, members, bad):
    raw(operation, by_id(operation, members, bad)).expect_refusal(
        "ValidationException", INVALID_NAME)


@pytest.mark.parametrize("operation, members", [
    case for case in BY_SECRET_ID if not case[1].get("ForceDeleteWithoutRecovery")])
def test_every_operation_reports_a_missing_secret(raw, name, operation, members):
    if operation in ("TagResource", "UntagResource"):
        members = {"Tags": [{"Key": "a", "Value": "b"}], "TagKeys": ["a"]}
    if operation == "PutResourcePolicy":
        members = {"ResourcePolicy": '{"Version":"2012-10-17","Statement":{"Effect":"Allow",'
                                     '"Principal":"*","Action":"*","Resource":"*"}}'}

    raw(operation, by_id(operation, members, name)).expect_refusal(
        "ResourceNotFoundException", NOT_FOUND)


def test_lookups_accept_the_exclamation_mark(client, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.get_secret_value(SecretId=f"rds!{name}")


@pytest.mark.parametrize("suffix", ["", "-a1b2", "-a1b2c3-", "/deep/er", "!x"])
def test_a_partial_arn_finds_the_secret(client, name, suffix):
    full = client.create_secret(Name=name + suffix, SecretString="value")["ARN"]

    found = client.get_secret_value(SecretId=full[:-7])

    assert (found["ARN"], found["Name"]) == (full, name + suffix)


def test_a_partial_arn_that_looks_complete_finds_nothing(client, name):
    full = client.create_secret(Name=f"{name}/_+=.@-Name-a1b2c3", SecretString="value")["ARN"]

    assert client.get_secret_value(SecretId=full)["ARN"] == full
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.get_secret_value(SecretId=full[:-7])


def test_a_name_with_its_suffix_is_not_found(client, name):
    arn = client.create_secret(Name=name, SecretString="value")["ARN"]

    with refused("ResourceNotFoundException", NOT_FOUND):
        client.get_secret_value(SecretId=arn.rpartition(":")[2])


def test_an_arn_with_another_suffix_is_not_found(client, name):
    arn = client.create_secret(Name=name, SecretString="value")["ARN"]
    other = arn[:-6] + ("aaaaaa" if not arn.endswith("aaaaaa") else "bbbbbb")

    with refused("ResourceNotFoundException", NOT_FOUND):
        client.get_secret_value(SecretId=other)


@pytest.mark.parametrize("arn", ["arn:", "arn:aws:s3:::bucket", "arn:aws:secretsmanager",
                                 "arn:aws:secretsmanager:us-east-1:000000000000:secret:"])
def test_an_arn_that_is_none_of_ours_is_not_found(client, arn):
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.get_secret_value(SecretId=arn)


def test_names_are_case_sensitive(client, name):
    client.create_secret(Name=name + "x", SecretString="lower")
    client.create_secret(Name=name + "X", SecretString="upper")

    assert client.get_secret_value(SecretId=name + "x")["SecretString"] == "lower"
    assert client.get_secret_value(SecretId=name + "X")["SecretString"] == "upper"


def test_replies_carry_arn_and_name_whatever_the_request_used(client, name):
    arn = client.create_secret(Name=name, SecretString="value")["ARN"]

    for secret_id in (name, arn, arn[:-7]):
        for reply in (client.get_secret_value(SecretId=secret_id),
                      client.describe_secret(SecretId=secret_id),
                      client.put_secret_value(SecretId=secret_id, SecretString="new"),
                      client.update_secret(SecretId=secret_id, Description="d"),
                      client.list_secret_version_ids(SecretId=secret_id),
                      client.get_resource_policy(SecretId=secret_id),
                      client.delete_secret(SecretId=secret_id),
                      client.restore_secret(SecretId=secret_id)):
            assert (reply["ARN"], reply["Name"]) == (arn, name)


@pytest.mark.parametrize("value", [{"SecretString": "value"}, {"SecretBinary": b"\x00\xff"}])
def test_the_same_call_again_changes_nothing(client, name, value):
    token = new_token()
    first = client.create_secret(Name=name, ClientRequestToken=token, **value)
    described = without_metadata(client.describe_secret(SecretId=name))

    again = client.create_secret(Name=name, ClientRequestToken=token, **value)

    assert without_metadata(again) == without_metadata(first)
    assert without_metadata(client.describe_secret(SecretId=name)) == described


@pytest.mark.parametrize("value", [{"SecretString": "other"}, {"SecretBinary": b"value"}])
def test_the_same_token_with_another_value(client, name, value):
    token = new_token()
    arn = client.create_secret(Name=name, ClientRequestToken=token, SecretString="value")["ARN"]

    with refused("ResourceExistsException", token_in_use(token, arn)):
        client.create_secret(Name=name, ClientRequestToken=token, **value)


@pytest.mark.parametrize("value", [{}, {"SecretString": "value"}])
def test_a_name_that_is_taken(client, name, value):
    client.create_secret(Name=name, SecretString="value")

    with refused("ResourceExistsException", secret_exists(name)):
        client.create_secret(Name=name, **value)


def test_the_token_of_a_create_without_value_is_not_remembered(client, name):
    token = new_token()
    client.create_secret(Name=name, ClientRequestToken=token)

    with refused("ResourceExistsException", secret_exists(name)):
        client.create_secret(Name=name, ClientRequestToken=token)


def test_the_token_is_required_on_the_wire(raw, name):
    raw("CreateSecret", {"Name": name, "SecretString": "value"}).expect_refusal(
        "InvalidRequestException", TOKEN_MISSING)
    raw("DescribeSecret", {"SecretId": name}).expect_refusal("ResourceNotFoundException")


def test_both_kinds_of_value_are_refused(client, name):
    with refused("InvalidParameterException", BOTH_VALUES):
        client.create_secret(Name=name, SecretString="text", SecretBinary=b"bytes")
    with refused("ResourceNotFoundException"):
        client.describe_secret(SecretId=name)


@pytest.mark.parametrize("token", ["t" * 32, "T" * 64, "terraform-20260101000000000000000001",
                                   "0AEF0C5F-9E46-4F8D-8B43-1D2A6C0E4F55"])
def test_any_text_of_32_to_64_characters_is_a_token(client, name, token):
    reply = client.create_secret(Name=name, ClientRequestToken=token, SecretString="value")

    assert reply["VersionId"] == token
    assert client.get_secret_value(SecretId=name, VersionId=token)["VersionId"] == token


def test_two_secrets_may_use_the_same_token(client, name):
    token = new_token()

    for number in (1, 2):
        client.create_secret(Name=f"{name}-{number}", ClientRequestToken=token,
                             SecretString=str(number))

    assert client.get_secret_value(SecretId=f"{name}-1")["SecretString"] == "1"
    assert client.get_secret_value(SecretId=f"{name}-2")["SecretString"] == "2"


def test_metadata_is_kept(client, name):
    tags = [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": ""}, {"Key": "B", "Value": "ü"}]

    client.create_secret(Name=name, Description="for tests: ünïcode", Tags=tags,
                         Type="SalesforceClientSecret")
    described = client.describe_secret(SecretId=name)

    assert described["Description"] == "for tests: ünïcode"
    assert described["Tags"] == tags
    assert described["Type"] == "SalesforceClientSecret"


def test_an_empty_description_is_none(client, name):
    client.create_secret(Name=name, Description="")

    assert "Description" not in client.describe_secret(SecretId=name)
