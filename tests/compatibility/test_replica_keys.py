"""The keys of replicas: their own, such as cannot be used, and what becomes of both sides then."""

import pytest

from replica_support import (DEFAULT_KEY, PRIMARY, REPLICA, THIRD, entry, lone_secret, regions,
                             secret)  # noqa: F401 (fixtures)
from support import NOT_FOUND, let_the_clock_tick, refused, without_metadata


def key_of(secret, region):
    """A new key of a region."""
    return secret.client(region, "kms").create_key()["KeyMetadata"]["Arn"]


def keys_of_versions(secret, region):
    listed = secret[region].list_secret_version_ids(SecretId=secret.name, IncludeDeprecated=True)
    return [version["KmsKeyIds"] for version in listed["Versions"]]


def test_a_key_of_the_replica(lone_secret):
    secret = lone_secret
    key = key_of(secret, REPLICA)

    reply = secret[PRIMARY].create_secret(
        Name=secret.name, SecretString="one", AddReplicaRegions=regions(THIRD, eu_west_1=key))

    assert reply["ReplicationStatus"] == [entry(THIRD), entry(REPLICA, key)]
    secret.put("two")
    assert secret.describe(REPLICA)["KmsKeyId"] == key
    assert keys_of_versions(secret, REPLICA) == [[key]] * 2
    assert keys_of_versions(secret, THIRD) == [["DefaultEncryptionKey"]] * 2
    secret.assert_follows()


def test_the_key_of_a_replica_is_its_own(lone_secret):
    secret = lone_secret
    secret.create(REPLICA)
    key = key_of(secret, REPLICA)
    before = secret.describe()

    reply = secret[REPLICA].update_secret(SecretId=secret.name, KmsKeyId=key)

    assert set(without_metadata(reply)) == {"ARN", "Name"}
    assert keys_of_versions(secret, REPLICA) == [[key]]
    assert secret.describe()["ReplicationStatus"] == [entry(REPLICA, key)]
    assert secret.describe()["LastChangedDate"] == before["LastChangedDate"]
    assert "KmsKeyId" not in secret.describe()
    secret.assert_follows()
    secret[REPLICA].update_secret(SecretId=secret.name, KmsKeyId="")
    assert secret.status()["KmsKeyId"] == DEFAULT_KEY
    assert secret.describe(REPLICA)["KmsKeyId"] == DEFAULT_KEY
    secret.assert_follows()


@pytest.mark.parametrize("key, reason", [
    (f"arn:aws:kms:{THIRD}:000000000000:key/11111111-2222-3333-4444-555555555555",
     f"The operation failed because of an invalid KMS key: Invalid arn {THIRD}"),
    ("alias/aws/s3", "Access to KMS is not allowed"),
])
def test_keys_that_cannot_be_a_replicas(secret, key, reason):
    reply = secret[PRIMARY].create_secret(Name=secret.name, SecretString="one",
                                          AddReplicaRegions=regions(THIRD, eu_west_1=key))

    assert reply["ReplicationStatus"] == [
        entry(THIRD), entry(REPLICA, key, "Failed", f"Replication failed: {reason}")]
    with refused("ResourceNotFoundException", NOT_FOUND):
        secret.describe(REPLICA)
    # The retry may name another key.
    reply = secret[PRIMARY].replicate_secret_to_regions(
        SecretId=secret.name, AddReplicaRegions=regions(eu_west_1=DEFAULT_KEY))
    assert reply["ReplicationStatus"][1] == entry(REPLICA)


def test_a_disabled_key_holds_up_its_replica_alone(lone_secret):
    secret = lone_secret
    key = key_of(secret, REPLICA)
    secret[PRIMARY].create_secret(Name=secret.name, SecretString="one",
                                  AddReplicaRegions=regions(THIRD, eu_west_1=key))
    before = without_metadata(secret.describe(REPLICA))
    secret.client(REPLICA, "kms").disable_key(KeyId=key)
    let_the_clock_tick()

    secret.put("two")

    assert secret.value() == secret.value(THIRD) == "two"
    failed = secret.status()
    assert failed["Status"] == "Failed"
    assert "KMS key" in failed["StatusMessage"]
    assert without_metadata(secret.describe(REPLICA)) == before  # Whole, as it was.
    secret.client(REPLICA, "kms").enable_key(KeyId=key)
    assert secret.value(REPLICA) == "one"
    secret[PRIMARY].tag_resource(SecretId=secret.name, Tags=[{"Key": "a", "Value": "b"}])
    assert secret.status() == entry(REPLICA, key) | {
        "LastAccessedDate": secret.describe(REPLICA)["LastAccessedDate"]}
    secret.assert_follows()


def test_a_retry_after_the_key_works_again(lone_secret):
    secret = lone_secret
    key = key_of(secret, REPLICA)
    kms = secret.client(REPLICA, "kms")
    kms.disable_key(KeyId=key)
    secret[PRIMARY].create_secret(Name=secret.name, SecretString="one",
                                  AddReplicaRegions=regions(eu_west_1=key))
    assert secret.status()["Status"] == "Failed"
    kms.enable_key(KeyId=key)

    reply = secret[PRIMARY].replicate_secret_to_regions(SecretId=secret.name,
                                                        AddReplicaRegions=regions(REPLICA))

    assert reply["ReplicationStatus"] == [entry(REPLICA, key)]
    secret.assert_follows()
