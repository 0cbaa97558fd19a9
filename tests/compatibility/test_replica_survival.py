"""Replicas through rotations, kill -9, key states, purges and examinations of the data."""

import subprocess
import threading

from botocore.exceptions import BotoCoreError, ClientError

from replica_support import (NOT_ON_REPLICA, PRIMARY, REPLICA, THIRD, Replicated, entry, regions)
from rotation_support import MONTH, VALUE, function
from support import BINARY, NOT_FOUND, eventually, refused
from tampering import database_of


def verify(server):
    """`coffer verify` of the data of a server that is stopped."""
    return subprocess.run([str(BINARY), "verify", "--data", str(server.data)],
                          capture_output=True, text=True, check=False, timeout=60)


def test_a_rotation_is_seen_in_the_replica(rotations):
    secret = rotations.created()
    view = Replicated(rotations.server, secret.name)
    secret.client.replicate_secret_to_regions(SecretId=secret.name,
                                              AddReplicaRegions=regions(REPLICA))
    secret.hold("setSecret")

    token = secret.configure()
    secret.await_step("setSecret")
    # In the middle: the pending version with its value, and AWSCURRENT where it was.
    assert view.describe(REPLICA)["VersionIdsToStages"] == {secret.first: ["AWSCURRENT"],
                                                            token: ["AWSPENDING"]}
    assert view.value(REPLICA) == VALUE
    assert view.value(REPLICA, VersionStage="AWSPENDING") == secret.value(VersionId=token)
    secret.release()
    secret.await_success(token)

    assert view.describe(REPLICA)["VersionIdsToStages"][token] == ["AWSCURRENT", "AWSPENDING"]
    assert view.value(REPLICA) == secret.value() != VALUE
    assert not {"RotationEnabled", "RotationRules"} & view.describe(REPLICA).keys()
    view.assert_follows()
    with refused("InvalidParameterException", NOT_ON_REPLICA):
        view[REPLICA].rotate_secret(SecretId=secret.name, RotationLambdaARN=function(),
                                    RotationRules=MONTH)
    secret.client.remove_regions_from_replication(SecretId=secret.name,
                                                  RemoveReplicaRegions=[REPLICA])


def test_the_label_of_a_test_goes_from_the_replica_too(rotations):
    """RotateImmediately=false: what ends it is no call of anybody."""
    secret = rotations.created()
    view = Replicated(rotations.server, secret.name)
    secret.client.replicate_secret_to_regions(SecretId=secret.name,
                                              AddReplicaRegions=regions(REPLICA))

    secret.rotate(RotationLambdaARN=function(), RotationRules=MONTH, RotateImmediately=False)

    eventually(lambda: view.describe()["VersionIdsToStages"] == {secret.first: ["AWSCURRENT"]})
    assert len(view.versions()) == 2
    assert view.versions(REPLICA) == view.versions()
    assert view.describe(REPLICA)["VersionIdsToStages"] == {secret.first: ["AWSCURRENT"]}
    secret.client.remove_regions_from_replication(SecretId=secret.name,
                                                  RemoveReplicaRegions=[REPLICA])


def disturb(secrets, stop):
    """Writes, replicates, removes and promotes until it is stopped or the server dies."""
    round_number = 0
    while not stop.is_set():
        secret = secrets[round_number % len(secrets)]
        round_number += 1
        try:
            secret.put(f"value {round_number}")
            secret[PRIMARY].replicate_secret_to_regions(
                SecretId=secret.name, AddReplicaRegions=regions(REPLICA, THIRD),
                ForceOverwriteReplicaSecret=True)
            if round_number % 3 == 0:
                secret[THIRD].stop_replication_to_replica(SecretId=secret.name)
            if round_number % 5 == 0:
                secret[PRIMARY].remove_regions_from_replication(SecretId=secret.name,
                                                                RemoveReplicaRegions=[REPLICA])
        except ClientError:
            continue
        except BotoCoreError:
            return


def test_kill_9_leaves_no_half_replica(make_server):
    server = make_server().start()
    for turn in range(3):
        secrets = [Replicated(server, f"s{turn}-{number}") for number in range(2)]
        for secret in secrets:
            secret.create(REPLICA)
        stop = threading.Event()
        writer = threading.Thread(target=disturb, args=(secrets, stop))
        writer.start()
        eventually(lambda: len(secrets[0].versions()) > 4 + turn)  # It is well on its way.
        server.kill()
        stop.set()
        writer.join()

        examined = verify(server)
        assert examined.returncode == 0, examined.stdout + examined.stderr
        server.start()
        for secret in secrets:
            restarted = Replicated(server, secret.name)
            for status in restarted.describe().get("ReplicationStatus", []):
                assert status["Status"] == "InSync"
                restarted.assert_follows(status["Region"])


def test_replicas_outlive_a_restart(make_server):
    server = make_server().start()
    secret = Replicated(server, "s")
    secret.create(REPLICA, THIRD)
    secret.put("two")
    before = secret.describe()["ReplicationStatus"]

    server.restart()

    secret = Replicated(server, "s")
    assert secret.describe()["ReplicationStatus"] == before
    secret.put("three")
    secret.assert_follows(REPLICA)
    secret.assert_follows(THIRD)


def test_a_damaged_replica_holds_up_nobody(make_server):
    server = make_server().start()
    for name in ("s", "t"):
        Replicated(server, name).create(REPLICA)
    server.stop()
    with database_of(server) as database:
        database.execute("UPDATE secrets SET description = 'x' WHERE region = ? AND name = 's'",
                         [REPLICA])
        # A replica that lost a version has what a crash could have left.
        database.execute("DELETE FROM secret_versions WHERE secret_id = "
                         "(SELECT secret_id FROM secrets WHERE region = ? AND name = 't')",
                         [REPLICA])
    examined = verify(server)
    assert examined.returncode == 65
    assert "has a replica in eu-west-1 that is missing or differs" in examined.stdout
    server.start()

    secret = Replicated(server, "s")
    secret.put("two")

    assert secret.value() == "two"
    assert secret.status()["StatusMessage"] == (
        "Replication failed: What is stored of the replica or of its primary was damaged.")
    other = Replicated(server, "t")
    other.put("two")
    assert other.status() == entry(REPLICA)
    other.assert_follows()


def test_a_replica_catches_up_once_its_key_works_again(make_server):
    """Without anybody's call: housekeeping looks each minute, and when the clock is moved."""
    server = make_server(ephemeral=True).start()
    secret = Replicated(server, "s")
    kms = secret.client(REPLICA, "kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    secret[PRIMARY].create_secret(Name="s", SecretString="one",
                                  AddReplicaRegions=regions(eu_west_1=key))
    kms.disable_key(KeyId=key)
    secret.put("two")
    server.advance(seconds=60)
    assert secret.status()["Status"] == "Failed"
    kms.enable_key(KeyId=key)

    server.advance(seconds=60)

    eventually(lambda: secret.status()["Status"] == "InSync")
    assert secret.value(REPLICA) == "two"
    secret.assert_follows()


def test_a_promoted_replica_is_purged_like_any_other(make_server):
    server = make_server(ephemeral=True).start()
    secret = Replicated(server, "s")
    secret.create(REPLICA)
    secret[REPLICA].stop_replication_to_replica(SecretId="s")
    secret[REPLICA].delete_secret(SecretId="s", RecoveryWindowInDays=7)

    server.advance(days=8)

    def is_gone():
        try:
            secret.describe(REPLICA)
        except ClientError as error:
            return error.response["Error"]["Message"] == NOT_FOUND
        return False

    eventually(is_gone)
    assert secret.value() == "one"
    # Its name is free for a replica again.
    assert secret[PRIMARY].replicate_secret_to_regions(
        SecretId="s", AddReplicaRegions=regions(REPLICA),
        )["ReplicationStatus"] == [entry(REPLICA)]


def test_versions_that_are_dropped_go_from_the_replica_too(make_server):
    server = make_server(ephemeral=True).start()
    secret = Replicated(server, "s")
    secret.create()
    for number in range(99):
        secret.put(f"value {number}")
    server.advance(days=2)
    secret[PRIMARY].replicate_secret_to_regions(SecretId="s", AddReplicaRegions=regions(REPLICA))
    first = secret.versions(REPLICA)[0][0]

    for number in range(3):
        secret.put(f"more {number}")

    assert len(secret.versions(REPLICA)) == 100
    assert first not in [version[0] for version in secret.versions(REPLICA)]
    secret.assert_follows()
    # An id may be used again once its version is gone.
    secret[PRIMARY].put_secret_value(SecretId="s", SecretString="again", ClientRequestToken=first)
    assert secret.value(REPLICA) == "again"
    secret.assert_follows()
