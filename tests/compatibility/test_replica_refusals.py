"""What is refused on a replica and on its primary, and names that are taken."""

import pytest

from replica_support import (NOT_ON_REPLICA, POLICY, PRIMARY, REPLICA, THIRD, entry, name_taken,
                             other_primary, regions, secret,
                             still_replicated)  # noqa: F401 (fixtures)
from support import (MARKED_FOR_DELETION, NOT_FOUND, new_token, refused, secret_exists,
                     without_metadata)


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
