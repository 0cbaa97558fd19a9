"""Replicas: how they are made, follow their primary, are read, promoted and removed."""

import datetime
import json

import pytest

from replica_support import (DEFAULT_KEY, INVALID_REGION, NOT_ON_REPLICA, PRIMARY, REPLICA, THIRD,
                             Replicated, entry, in_region, name_taken, other_primary, regions,
                             still_replicated)
from support import (MARKED_FOR_DELETION, NOT_FOUND, let_the_clock_tick, new_token, refused,
                     secret_exists, without_metadata)

POLICY = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret",
     "Resource": "*"}]})


@pytest.fixture
def secret(server, name):
    return Replicated(server, name)


@pytest.fixture
def lone_secret(server, name, account):
    """In an account of its own."""
    return Replicated(server, name, key=account)


# --- Making replicas ---

def test_create_with_replicas(secret):
    reply = without_metadata(secret.create(REPLICA, THIRD, Description="d"))

    assert set(reply) == {"ARN", "Name", "VersionId", "ReplicationStatus"}
    assert reply["ReplicationStatus"] == [entry(REPLICA), entry(THIRD)]
    for region in (REPLICA, THIRD):
        secret.assert_follows(region)


def test_what_is_shown_of_a_primary_and_of_its_replica(secret):
    secret.create(REPLICA)

    primary, replica = secret.describe(), secret.describe(REPLICA)

    common = {"ARN", "Name", "CreatedDate", "LastChangedDate", "VersionIdsToStages",
              "PrimaryRegion"}
    assert set(without_metadata(primary)) == common | {"ReplicationStatus"}
    assert set(without_metadata(replica)) == common | {"KmsKeyId"}
    assert primary["PrimaryRegion"] == replica["PrimaryRegion"] == PRIMARY
    assert replica["ARN"] == in_region(secret.arn, REPLICA)
    assert replica["KmsKeyId"] == DEFAULT_KEY


def test_an_ordinary_secret_shows_nothing_of_it(secret):
    reply = secret.create()

    assert "ReplicationStatus" not in reply
    assert not {"PrimaryRegion", "ReplicationStatus"} & secret.describe().keys()


def test_replicate_a_secret_that_has_lived(secret):
    secret.create(Description="d", Tags=[{"Key": "a", "Value": "b"}])
    secret.put("two")
    secret.put("three")
    secret.put("four", VersionStages=["mine"])
    secret[PRIMARY].put_resource_policy(SecretId=secret.name, ResourcePolicy=POLICY)
    before = secret.describe()
    let_the_clock_tick()

    reply = without_metadata(secret[PRIMARY].replicate_secret_to_regions(
        SecretId=secret.name, AddReplicaRegions=regions(REPLICA)))

    assert reply == {"ARN": secret.arn, "ReplicationStatus": [entry(REPLICA)]}
    assert len(secret.versions()) == 4
    secret.assert_follows()
    assert secret.describe()["LastChangedDate"] > before["LastChangedDate"]
    assert secret.describe(REPLICA)["CreatedDate"] > before["CreatedDate"]


def test_binary_values_and_secrets_without_value(secret):
    secret[PRIMARY].create_secret(Name=secret.name, AddReplicaRegions=regions(REPLICA))
    with refused("ResourceNotFoundException"):
        secret.value(REPLICA)

    secret[PRIMARY].put_secret_value(SecretId=secret.name, SecretBinary=b"\x00\xff")

    got = secret[REPLICA].get_secret_value(SecretId=secret.name)
    assert (got["SecretBinary"], "SecretString" in got) == (b"\x00\xff", False)


@pytest.mark.parametrize("region", [PRIMARY, "eu-west-9", "cn-north-1", "us-gov-west-1"])
def test_regions_that_cannot_have_a_replica(secret, region):
    with refused("InvalidParameterException", INVALID_REGION):
        secret.create(REPLICA, region)
    for place in (PRIMARY, REPLICA):
        with refused("ResourceNotFoundException", NOT_FOUND):
            secret.describe(place)
    secret.create()
    before = secret.describe()

    with refused("InvalidParameterException", INVALID_REGION):
        secret[PRIMARY].replicate_secret_to_regions(
            SecretId=secret.name, AddReplicaRegions=regions(REPLICA, region))

    assert without_metadata(secret.describe()) == without_metadata(before)
    with refused("ResourceNotFoundException", NOT_FOUND):
        secret.describe(REPLICA)


@pytest.mark.parametrize("members, text", [
    ({"AddReplicaRegions": []}, "addReplicaRegions"),
    ({}, "addReplicaRegions"),
    ({"AddReplicaRegions": [{"Region": "Europe"}]}, "addReplicaRegions.1.member.region"),
])
def test_constraints_of_regions(raw, name, members, text):
    raw("CreateSecret", {"Name": name, "ClientRequestToken": new_token()}).expect_success()

    reply = raw("ReplicateSecretToRegions", {"SecretId": name, **members})

    reply.expect_refusal("ValidationException")
    assert f"'{text}'" in reply.message


def test_a_region_without_a_name(raw, name):
    raw("CreateSecret", {"Name": name, "ClientRequestToken": new_token(),
                         "AddReplicaRegions": [{}]}).expect_refusal("InvalidParameterException",
                                                                    INVALID_REGION)


def test_adding_what_is_there_changes_nothing(secret):
    secret.create(REPLICA)
    before = secret.describe()
    created = secret.describe(REPLICA)["CreatedDate"]
    let_the_clock_tick()

    reply = secret[PRIMARY].replicate_secret_to_regions(
        SecretId=secret.arn, AddReplicaRegions=regions(eu_west_1="alias/another"),
        ForceOverwriteReplicaSecret=True)

    assert reply["ReplicationStatus"] == [entry(REPLICA)]
    assert without_metadata(secret.describe()) == without_metadata(before)
    assert secret.describe(REPLICA)["CreatedDate"] == created


def test_regions_of_their_own_order_and_one_by_one(secret):
    secret.create(THIRD)

    reply = secret[PRIMARY].replicate_secret_to_regions(
        SecretId=secret.name, AddReplicaRegions=regions(REPLICA, REPLICA, "ap-south-1"))

    assert [e["Region"] for e in reply["ReplicationStatus"]] == [THIRD, REPLICA, "ap-south-1"]


def test_the_same_creation_again(secret):
    token = new_token()
    first = secret.create(REPLICA, ClientRequestToken=token)

    again = secret.create(REPLICA, ClientRequestToken=token)

    assert without_metadata(again) == without_metadata(first)
    with refused("ResourceExistsException", secret_exists(secret.name)):
        secret.create(REPLICA)


# --- Following ---

CHANGES = {
    "PutSecretValue": lambda s: s.put("two"),
    "PutSecretValue with labels": lambda s: s.put("two", VersionStages=["AWSPENDING", "mine"]),
    "UpdateSecret": lambda s: s[PRIMARY].update_secret(SecretId=s.name, SecretString="two",
                                                       Description="new"),
    "UpdateSecret, key": lambda s: s[PRIMARY].update_secret(SecretId=s.name,
                                                            KmsKeyId="alias/other"),
    "UpdateSecretVersionStage": lambda s: s[PRIMARY].update_secret_version_stage(
        SecretId=s.name, VersionStage="AWSCURRENT", RemoveFromVersionId=s.second,
        MoveToVersionId=s.first),
    "TagResource": lambda s: s[PRIMARY].tag_resource(SecretId=s.name,
                                                     Tags=[{"Key": "c", "Value": "d"}]),
    "UntagResource": lambda s: s[PRIMARY].untag_resource(SecretId=s.name, TagKeys=["a"]),
    "PutResourcePolicy": lambda s: s[PRIMARY].put_resource_policy(
        SecretId=s.name, ResourcePolicy=POLICY.replace("Delete", "Restore")),
    "DeleteResourcePolicy": lambda s: s[PRIMARY].delete_resource_policy(SecretId=s.name),
}


@pytest.mark.parametrize("change", CHANGES)
def test_replicas_follow_every_change(secret, change):
    secret.create(REPLICA, THIRD, Tags=[{"Key": "a", "Value": "b"}])
    secret.first = next(iter(secret.describe()["VersionIdsToStages"]))
    secret.second = secret.put("second")
    secret[PRIMARY].put_resource_policy(SecretId=secret.name, ResourcePolicy=POLICY)
    before = secret.describe(REPLICA)["LastChangedDate"]
    assert secret.value(REPLICA) == "second"  # Now it is in the cache of reads.
    let_the_clock_tick()

    CHANGES[change](secret)

    for region in (REPLICA, THIRD):
        secret.assert_follows(region)
        assert secret.status(region)["Status"] == "InSync"
    assert secret.describe(REPLICA)["LastChangedDate"] > before


def test_reads_of_a_replica_are_its_own(lone_secret):
    secret = lone_secret
    secret.create(REPLICA)
    assert "LastAccessedDate" not in secret.status()

    got = secret[REPLICA].get_secret_value(SecretId=secret.name)

    today = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0,
                                                                 microsecond=0)
    assert got["ARN"] == in_region(secret.arn, REPLICA)
    assert secret.describe(REPLICA)["LastAccessedDate"] == today
    assert secret.status()["LastAccessedDate"] == today
    assert "LastAccessedDate" not in secret.describe()
    batch = secret[REPLICA].batch_get_secret_value(SecretIdList=[secret.name])
    assert [value["ARN"] for value in batch["SecretValues"]] == [got["ARN"]]


def test_lists_and_filters(lone_secret):
    secret = lone_secret
    secret.create(REPLICA, THIRD)
    for region in (PRIMARY, REPLICA, THIRD):
        secret[region].create_secret(Name=f"alone-{region}", SecretString="v")

    for region in (PRIMARY, REPLICA):
        [shown] = secret[region].list_secrets(
            Filters=[{"Key": "primary-region", "Values": ["us-east"]}])["SecretList"]
        assert (shown["ARN"], shown["PrimaryRegion"]) == (in_region(secret.arn, region), PRIMARY)
        assert "ReplicationStatus" not in shown
        assert secret[region].list_secrets(
            Filters=[{"Key": "primary-region", "Values": ["eu"]}])["SecretList"] == []
        [value] = secret[region].batch_get_secret_value(
            Filters=[{"Key": "primary-region", "Values": [PRIMARY]}])["SecretValues"]
        assert value["SecretString"] == "one"
    assert len(secret[REPLICA].list_secrets()["SecretList"]) == 2


def test_ids_of_another_region(secret):
    secret.create(REPLICA)
    here = in_region(secret.arn, REPLICA)

    assert secret[REPLICA].describe_secret(SecretId=here)["ARN"] == here
    assert secret[REPLICA].describe_secret(SecretId=here[:-7])["ARN"] == here
    # A partial ARN finds the name in the region of the call.
    assert secret[REPLICA].describe_secret(SecretId=secret.arn[:-7])["ARN"] == here
    for region, elsewhere in ((REPLICA, secret.arn), (PRIMARY, here)):
        with refused("ResourceNotFoundException", NOT_FOUND):
            secret[region].get_secret_value(SecretId=elsewhere)


# --- What a replica refuses ---

REFUSED = {
    "cancel_rotate_secret": {},
    "delete_resource_policy": {},
    "delete_secret": {},
    "delete_secret, force": {"ForceDeleteWithoutRecovery": True},
    "put_resource_policy": {"ResourcePolicy": POLICY},
    "put_secret_value": {"SecretString": "two"},
    "remove_regions_from_replication": {"RemoveReplicaRegions": [THIRD]},
    "replicate_secret_to_regions": {"AddReplicaRegions": regions(THIRD)},
    "restore_secret": {},
    "rotate_secret": {"RotationLambdaARN": "arn:aws:lambda:eu-west-1:000000000000:function:f"},
    "tag_resource": {"Tags": [{"Key": "c", "Value": "d"}]},
    "untag_resource": {"TagKeys": ["a"]},
    "update_secret": {"SecretString": "two"},
    "update_secret, nothing": {},
    "update_secret, description": {"Description": "d"},
    "update_secret, key and more": {"KmsKeyId": "alias/other", "Description": "d"},
    "update_secret_version_stage": {"VersionStage": "mine", "MoveToVersionId": "0" * 32},
}


@pytest.mark.parametrize("call", REFUSED)
def test_what_a_replica_refuses(secret, call):
    secret.create(REPLICA)
    before = without_metadata(secret.describe(REPLICA))

    with refused("InvalidParameterException", NOT_ON_REPLICA):
        getattr(secret[REPLICA], call.partition(",")[0])(SecretId=secret.name, **REFUSED[call])

    assert without_metadata(secret.describe(REPLICA)) == before
    secret.assert_follows()


def test_a_name_that_a_replica_has_is_taken(secret):
    token = new_token()
    secret.create(REPLICA, ClientRequestToken=token)

    for again in (token, new_token()):
        with refused("ResourceExistsException", secret_exists(secret.name)):
            secret[REPLICA].create_secret(Name=secret.name, SecretString="one",
                                          ClientRequestToken=again)


@pytest.mark.parametrize("options", [{}, {"RecoveryWindowInDays": 7},
                                     {"ForceDeleteWithoutRecovery": True}])
def test_a_primary_with_replicas_is_not_deleted(secret, options):
    secret.create(THIRD, REPLICA)

    with refused("InvalidParameterException", still_replicated(secret.arn, THIRD, REPLICA)):
        secret[PRIMARY].delete_secret(SecretId=secret.name, **options)

    secret.assert_follows()


def test_a_secret_scheduled_for_deletion(secret):
    secret.create()
    secret[PRIMARY].delete_secret(SecretId=secret.name)

    for call, members in (
            ("replicate_secret_to_regions", {"AddReplicaRegions": regions(REPLICA)}),
            ("remove_regions_from_replication", {"RemoveReplicaRegions": [REPLICA]}),
            ("stop_replication_to_replica", {})):
        with refused("InvalidRequestException", MARKED_FOR_DELETION):
            getattr(secret[PRIMARY], call)(SecretId=secret.name, **members)


# --- Names that are taken ---

def test_a_taken_name_fails_alone(secret):
    other = secret[REPLICA].create_secret(Name=secret.name, SecretString="theirs")["ARN"]

    reply = secret.create(REPLICA, THIRD)

    failed = entry(REPLICA, status="Failed", message=name_taken(secret.name))
    assert reply["ReplicationStatus"] == [failed, entry(THIRD)]
    assert secret[REPLICA].describe_secret(SecretId=secret.name)["ARN"] == other
    assert secret.value(REPLICA) == "theirs"
    assert "LastAccessedDate" not in secret.status()  # It would be a stranger's.
    secret.put("two")
    assert secret.status() == failed
    # A retry without force, and one with it.
    for force, expected in ((False, failed), (True, entry(REPLICA))):
        reply = secret[PRIMARY].replicate_secret_to_regions(
            SecretId=secret.name, AddReplicaRegions=regions(REPLICA),
            ForceOverwriteReplicaSecret=force)
        assert reply["ReplicationStatus"] == [expected, entry(THIRD)]
    secret.assert_follows()
    with refused("ResourceNotFoundException", NOT_FOUND):
        secret[REPLICA].get_secret_value(SecretId=other)


def test_a_name_that_becomes_free(secret):
    secret[REPLICA].create_secret(Name=secret.name, SecretString="theirs")
    secret.create(REPLICA)
    secret[REPLICA].delete_secret(SecretId=secret.name, ForceDeleteWithoutRecovery=True)

    secret.put("two")

    assert secret.status() == entry(REPLICA)
    secret.assert_follows()


@pytest.mark.parametrize("deleted", [False, True])
def test_creation_by_force(secret, deleted):
    secret[REPLICA].create_secret(Name=secret.name, SecretString="theirs",
                                  Tags=[{"Key": "x", "Value": "y"}])
    if deleted:
        secret[REPLICA].delete_secret(SecretId=secret.name)

    reply = secret.create(REPLICA, ForceOverwriteReplicaSecret=True)

    assert reply["ReplicationStatus"] == [entry(REPLICA)]
    secret.assert_follows()


def test_a_replica_of_another_primary_is_never_replaced(secret):
    secret.create(REPLICA)

    for force in (False, True):
        reply = secret[THIRD].create_secret(
            Name=secret.name, SecretString="other", AddReplicaRegions=regions(REPLICA),
            ForceOverwriteReplicaSecret=force)
        assert reply["ReplicationStatus"] == [
            entry(REPLICA, status="Failed", message=other_primary(secret.name))]
        # An entry that failed is an entry: it has to be removed before the secret is deleted.
        with refused("InvalidParameterException", still_replicated(reply["ARN"], REPLICA)):
            secret[THIRD].delete_secret(SecretId=secret.name)
        secret[THIRD].remove_regions_from_replication(SecretId=secret.name,
                                                      RemoveReplicaRegions=[REPLICA])
        secret[THIRD].delete_secret(SecretId=secret.name, ForceDeleteWithoutRecovery=True)
    secret.assert_follows()


def test_a_primary_is_never_replaced(secret):
    secret.create(REPLICA)

    reply = secret[THIRD].create_secret(
        Name=secret.name, SecretString="other", AddReplicaRegions=regions(PRIMARY),
        ForceOverwriteReplicaSecret=True)

    [failed] = reply["ReplicationStatus"]
    assert failed["Status"] == "Failed"
    assert "has replicas of its own" in failed["StatusMessage"]
    secret.assert_follows()


# --- Removing and promoting ---

def test_removing_regions(secret):
    secret.create(REPLICA, THIRD)
    secret.value(REPLICA)

    reply = without_metadata(secret[PRIMARY].remove_regions_from_replication(
        SecretId=secret.name, RemoveReplicaRegions=[REPLICA, "ap-south-1", "eu-west-9", PRIMARY]))

    assert reply == {"ARN": secret.arn, "ReplicationStatus": [entry(THIRD)]}
    for read in (secret.describe, secret.value):
        with refused("ResourceNotFoundException", NOT_FOUND):
            read(REPLICA)
    secret.assert_follows(THIRD)

    reply = secret[PRIMARY].remove_regions_from_replication(SecretId=secret.name,
                                                            RemoveReplicaRegions=[THIRD])

    assert reply["ReplicationStatus"] == []
    assert not {"PrimaryRegion", "ReplicationStatus"} & secret.describe().keys()
    secret[PRIMARY].delete_secret(SecretId=secret.name, ForceDeleteWithoutRecovery=True)


def test_removing_from_what_was_never_replicated(secret):
    secret.create()
    before = without_metadata(secret.describe())

    reply = secret[PRIMARY].remove_regions_from_replication(SecretId=secret.name,
                                                            RemoveReplicaRegions=[REPLICA])

    assert without_metadata(reply) == {"ARN": secret.arn, "ReplicationStatus": []}
    assert without_metadata(secret.describe()) == before


def test_removing_a_failed_entry_leaves_the_stranger(secret):
    secret[REPLICA].create_secret(Name=secret.name, SecretString="theirs")
    secret.create(REPLICA)

    secret[PRIMARY].remove_regions_from_replication(SecretId=secret.name,
                                                    RemoveReplicaRegions=[REPLICA])

    assert secret.value(REPLICA) == "theirs"
    assert "PrimaryRegion" not in secret.describe()


@pytest.mark.parametrize("by_arn", [False, True])
def test_promotion(secret, by_arn):
    secret.create(REPLICA, THIRD, Description="d", Tags=[{"Key": "a", "Value": "b"}])
    for value in ("two", "three", "four"):
        secret.put(value)
    versions = secret.versions()
    here = in_region(secret.arn, REPLICA)

    reply = without_metadata(secret[REPLICA].stop_replication_to_replica(
        SecretId=here if by_arn else secret.name))

    assert reply == {"ARN": here}
    assert "PrimaryRegion" not in secret.describe(REPLICA)
    assert secret.describe()["ReplicationStatus"] == [entry(THIRD)]
    # Each goes its own way from here.
    fifth = secret.put("five", REPLICA)
    secret.put("six")
    assert secret.value(REPLICA) == "five"
    assert [v[0] for v in secret.versions(REPLICA)] == [v[0] for v in versions] + [fifth]
    secret.assert_follows(THIRD)
    secret[REPLICA].tag_resource(SecretId=secret.name, Tags=[{"Key": "c", "Value": "d"}])
    secret[REPLICA].delete_secret(SecretId=secret.name)
    secret[REPLICA].restore_secret(SecretId=secret.name)
    # It may have replicas itself, and is a stranger to the former primary.
    reply = secret[PRIMARY].replicate_secret_to_regions(SecretId=secret.name,
                                                        AddReplicaRegions=regions(REPLICA))
    assert reply["ReplicationStatus"][1]["StatusMessage"] == name_taken(secret.name)
    reply = secret[REPLICA].replicate_secret_to_regions(SecretId=secret.name,
                                                        AddReplicaRegions=regions("ap-south-1"))
    assert reply["ReplicationStatus"] == [entry("ap-south-1")]
    assert secret.value("ap-south-1") == "five"


def test_promotion_of_the_last_replica(secret):
    secret.create(REPLICA)

    secret[REPLICA].stop_replication_to_replica(SecretId=secret.name)

    assert not {"PrimaryRegion", "ReplicationStatus"} & secret.describe().keys()
    for region in (PRIMARY, REPLICA):
        secret[region].delete_secret(SecretId=secret.name, ForceDeleteWithoutRecovery=True)


def test_promotion_of_what_is_no_replica(secret):
    secret.create(REPLICA)

    with refused("InvalidParameterException"):
        secret[PRIMARY].stop_replication_to_replica(SecretId=secret.name)
    with refused("ResourceNotFoundException", NOT_FOUND):
        secret[THIRD].stop_replication_to_replica(SecretId=secret.name)

    secret.assert_follows()


# --- Keys ---

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
