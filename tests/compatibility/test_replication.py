"""Replicas: how they are made, follow their primary, are read, promoted and removed."""

import datetime

import pytest

from replica_support import (DEFAULT_KEY, INVALID_REGION, POLICY, PRIMARY, REPLICA, THIRD, entry,
                             in_region, lone_secret, name_taken, regions,
                             secret)  # noqa: F401 (fixtures)
from support import (NOT_FOUND, let_the_clock_tick, new_token, refused, secret_exists,
                     without_metadata)


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
