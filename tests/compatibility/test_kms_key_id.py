"""How the key of a secret is shown."""

import pytest

from support import refused, without_metadata

KEY = "11111111-2222-3333-4444-555555555555"
KEY_ARN = f"arn:aws:kms:us-east-1:000000000000:key/{KEY}"
DEFAULT_ALIAS = "alias/aws/secretsmanager"
DEFAULT_ENTRY = ["DefaultEncryptionKey"]


def described_key(client, name):
    return client.describe_secret(SecretId=name).get("KmsKeyId")


def listed_key(client, name):
    [entry] = client.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"]
    return entry.get("KmsKeyId")


def keys_of_versions(client, name):
    versions = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    return [version["KmsKeyIds"] for version in versions]


@pytest.mark.parametrize("given, shown, of_version", [
    (None, None, DEFAULT_ENTRY),
    ("", None, DEFAULT_ENTRY),
    (DEFAULT_ALIAS, DEFAULT_ALIAS, DEFAULT_ENTRY),
    (KEY_ARN, KEY_ARN, [KEY_ARN]),
    (KEY, KEY, [KEY_ARN]),
])
def test_a_key_is_shown_as_it_was_given(client, name, given, shown, of_version):
    members = {} if given is None else {"KmsKeyId": given}
    client.create_secret(Name=name, SecretString="value", **members)

    assert described_key(client, name) == shown
    assert listed_key(client, name) == shown
    assert keys_of_versions(client, name) == [of_version]
    assert client.get_secret_value(SecretId=name)["SecretString"] == "value"


def test_an_alias_is_shown_as_it_was_given(client, name):
    client.create_secret(Name=name, SecretString="value", KmsKeyId="alias/mine")

    assert described_key(client, name) == "alias/mine"
    [[key]] = keys_of_versions(client, name)
    assert key.startswith("arn:aws:kms:us-east-1:000000000000:key/")


def test_another_key_makes_no_version(client, name):
    client.create_secret(Name=name, SecretString="1")
    client.put_secret_value(SecretId=name, SecretString="2")
    before = client.list_secret_version_ids(SecretId=name)["Versions"]

    reply = without_metadata(client.update_secret(SecretId=name, KmsKeyId=KEY_ARN))

    assert set(reply) == {"ARN", "Name"}
    after = client.list_secret_version_ids(SecretId=name)["Versions"]
    assert [v["VersionId"] for v in after] == [v["VersionId"] for v in before]
    assert described_key(client, name) == KEY_ARN
    assert keys_of_versions(client, name) == [[KEY_ARN]] * 2
    assert client.get_secret_value(SecretId=name)["SecretString"] == "2"
    assert client.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"] == "1"


def test_an_empty_key_is_the_default_again(client, name):
    client.create_secret(Name=name, SecretString="value", KmsKeyId=KEY_ARN)

    client.update_secret(SecretId=name, KmsKeyId="")

    assert described_key(client, name) is None
    assert keys_of_versions(client, name) == [DEFAULT_ENTRY]
    assert client.get_secret_value(SecretId=name)["SecretString"] == "value"


def test_a_key_of_another_region_is_refused(client, name):
    with refused("InvalidParameterException",
                 "The operation failed because of an invalid KMS key: Invalid arn eu-west-1"):
        client.create_secret(Name=name, SecretString="value",
                             KmsKeyId=KEY_ARN.replace("us-east-1", "eu-west-1"))


def test_an_update_of_something_else_keeps_the_key(client, name):
    client.create_secret(Name=name, SecretString="value", KmsKeyId=KEY_ARN)

    client.update_secret(SecretId=name, Description="new")
    client.update_secret(SecretId=name, SecretString="new")

    assert described_key(client, name) == KEY_ARN
    assert keys_of_versions(client, name) == [[KEY_ARN]] * 2
